/* SPDX-License-Identifier: MIT */
/* Records and manners in two arrays, searched from end to end: a scenario has a dozen. */
#include "mocks/dns_zone.h"

enum { MOST_CNAMES = 16 };

const char *const dns_manner_names[] = {
    [DNS_ANSWER] = "answer",   [DNS_SERVFAIL] = "servfail", [DNS_NXDOMAIN] = "nxdomain",
    [DNS_REFUSED] = "refused", [DNS_SILENT] = "silent",     [DNS_TRUNCATE] = "truncate",
    [DNS_EMPTY] = "empty",
};
_Static_assert(countof(dns_manner_names) == DNS_MANNER_COUNT, "a name for every manner");

struct rule {
    str name;
    int type; /* DNS_ANY: all */
    enum dns_manner manner;
};

struct dns_zone {
    struct arena *arena;
    str answer_address;
    struct dns_record *record;
    size_t record_count;
    struct rule *rule;
    size_t rule_count;
};

struct dns_zone *dns_zone_new(struct arena *a, str answer_address)
{
    struct dns_zone *zone = NEW(a, struct dns_zone);
    zone->arena = a;
    zone->answer_address = str_copy(a, answer_address);
    return zone;
}

bool dns_zone_add(struct dns_zone *zone, str name, str type, str value, struct err *err)
{
    int number = dns_type_find(type);
    if (number < 0 || number == DNS_ANY)
        return err_set(err,
                       "\"%.*s\" is not a DNS record type: write A, AAAA, TXT, CNAME ...",
                       STR_ARG(type));
    struct dns_record record;
    if (!dns_record_make(zone->arena, name, number, value, &record, err))
        return false;
    zone->record = GROW(zone->arena, zone->record, zone->record_count, struct dns_record);
    zone->record[zone->record_count++] = record;
    return true;
}

static bool type_matches(int wanted, int type)
{
    return wanted == DNS_ANY || wanted == type;
}

void dns_zone_withdraw(struct dns_zone *zone, str name, str type)
{
    int number = dns_type_find(type);
    size_t kept = 0;
    if (!dns_name(zone->arena, name, &name))
        return;
    for (size_t i = 0; i < zone->record_count; i++) {
        const struct dns_record *record = &zone->record[i];
        if (!str_eq(record->name, name) || !type_matches(number, record->type))
            zone->record[kept++] = *record;
    }
    zone->record_count = kept;
}

static struct rule *rule_of(const struct dns_zone *zone, str name, int type)
{
    for (size_t i = 0; i < zone->rule_count; i++)
        if (zone->rule[i].type == type && str_eq(zone->rule[i].name, name))
            return &zone->rule[i];
    return NULL;
}

void dns_zone_manner(struct dns_zone *zone, str name, str type, enum dns_manner manner)
{
    int number = dns_type_find(type);
    if (number < 0 || !dns_name(zone->arena, name, &name))
        return;
    struct rule *rule = rule_of(zone, name, number);
    if (!rule) {
        zone->rule = GROW(zone->arena, zone->rule, zone->rule_count, struct rule);
        rule = &zone->rule[zone->rule_count++];
        *rule = (struct rule){ .name = name, .type = number };
    }
    rule->manner = manner;
}

static enum dns_manner manner_of(const struct dns_zone *zone, str name, int type)
{
    const struct rule *rule = rule_of(zone, name, type);
    if (!rule)
        rule = rule_of(zone, name, DNS_ANY);
    return rule ? rule->manner : DNS_ANSWER;
}

/* Puts the name's records of a type into the reply; the last one, or NULL. */
static const struct dns_record *take(const struct dns_zone *zone, struct arena *a,
                                     str name, int type, struct dns_reply *reply)
{
    const struct dns_record *last = NULL;
    for (size_t i = 0; i < zone->record_count; i++) {
        const struct dns_record *record = &zone->record[i];
        if (!str_eq(record->name, name) || !type_matches(type, record->type))
            continue;
        reply->item = GROW(a, reply->item, reply->count, struct dns_record);
        reply->item[reply->count++] = *record;
        last = record;
    }
    return last;
}

static void take_address(const struct dns_zone *zone, struct arena *a, str name, int type,
                         struct dns_reply *reply)
{
    struct err err;
    struct dns_record record;
    if (type != DNS_A || zone->answer_address.len == 0
        || !dns_record_make(a, name, DNS_A, zone->answer_address, &record, &err))
        return;
    reply->item = GROW(a, reply->item, reply->count, struct dns_record);
    reply->item[reply->count++] = record;
}

/* RFC 1034 3.6.2: a CNAME stands for any type but its own, and the search goes on at its
 * target.  Returns the manner of the first name on the way that has one. */
static enum dns_manner collect(const struct dns_zone *zone, struct arena *a, str name,
                               int type, struct dns_reply *reply)
{
    for (int hop = 0; hop <= MOST_CNAMES; hop++) {
        enum dns_manner manner = manner_of(zone, name, type);
        const struct dns_record *alias = NULL;
        if (manner == DNS_SERVFAIL || manner == DNS_NXDOMAIN || manner == DNS_REFUSED)
            return manner;
        if (manner == DNS_EMPTY)
            return DNS_ANSWER;
        if (type != DNS_CNAME && type != DNS_ANY)
            alias = take(zone, a, name, DNS_CNAME, reply);
        if (!alias && !take(zone, a, name, type, reply))
            take_address(zone, a, name, type, reply);
        if (!alias || manner != DNS_ANSWER)
            return manner;
        name = dns_record_text(a, alias);
    }
    /* A circle: what was found of it, as a name server would that has no better idea. */
    return DNS_ANSWER;
}

str dns_zone_of(str name)
{
    size_t dots = 0;
    for (size_t i = name.len; i > 0; i--)
        if (name.ptr[i - 1] == '.' && ++dots == 2)
            return str_from(name, i);
    return name;
}

static void reply_for(const struct dns_zone *zone, struct arena *a,
                      const struct dns_question *question, enum dns_manner *manner,
                      struct dns_reply *reply)
{
    static const int rcodes[] = {
        [DNS_ANSWER] = DNS_NOERROR,        [DNS_SERVFAIL] = DNS_SERVER_FAILED,
        [DNS_NXDOMAIN] = DNS_NO_SUCH_NAME, [DNS_REFUSED] = DNS_REFUSES,
        [DNS_SILENT] = DNS_NOERROR,        [DNS_TRUNCATE] = DNS_NOERROR,
        [DNS_EMPTY] = DNS_NOERROR,
    };
    _Static_assert(countof(rcodes) == DNS_MANNER_COUNT, "an rcode for every manner");
    /* No zone is handed out, and nobody who validates asks for one. */
    if (question->type == DNS_AXFR || question->type == DNS_IXFR) {
        reply->rcode = DNS_REFUSES;
        return;
    }
    *manner = collect(zone, a, question->name, question->type, reply);
    reply->rcode = rcodes[*manner];
    if (reply->count == 0
        && (reply->rcode == DNS_NOERROR || reply->rcode == DNS_NO_SUCH_NAME))
        reply->soa = dns_zone_of(question->name);
}

bool dns_zone_answer(const struct dns_zone *zone, struct arena *a,
                     const struct dns_query *query, enum dns_way way, str *wire)
{
    struct dns_reply reply = { .rcode = query->rcode };
    enum dns_manner manner = DNS_ANSWER;
    if (query->rcode == DNS_NOERROR)
        reply_for(zone, a, &query->question, &manner, &reply);
    if (manner == DNS_SILENT)
        return false;
    reply.cut = manner == DNS_TRUNCATE && way == DNS_OVER_UDP;
    *wire = dns_reply_write(a, query, &reply,
                            way == DNS_OVER_UDP ? query->room : DNS_TCP_ROOM);
    return wire->len > 0;
}
