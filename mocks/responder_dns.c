/* SPDX-License-Identifier: MIT */
/* The DNS server of dns-01 (RFC 8555 8.4): records each query and lets the zone answer.
 */
#include "base/buf.h"
#include "base/file.h"
#include "mocks/responder_inside.h"

bool responder_dns(struct responder *r, str name, str type, str value, struct err *err)
{
    pthread_mutex_lock(&r->lock);
    bool added = dns_zone_add(r->zone, name, type, value, err);
    pthread_mutex_unlock(&r->lock);
    return added;
}

void responder_dns_withdraw(struct responder *r, str name, str type)
{
    pthread_mutex_lock(&r->lock);
    dns_zone_withdraw(r->zone, name, type);
    pthread_mutex_unlock(&r->lock);
}

void responder_dns_manner(struct responder *r, str name, str type, enum dns_manner manner)
{
    pthread_mutex_lock(&r->lock);
    dns_zone_manner(r->zone, name, type, manner);
    pthread_mutex_unlock(&r->lock);
}

static void record(struct responder *r, struct arena *a,
                   const struct dns_question *question, const struct dns_ticket *ticket)
{
    struct query query = { .kind = QUERY_DNS,
                           .name = question->name,
                           .detail = dns_type_word(a, question->type),
                           .peer = str_of(ticket->peer),
                           .tcp = ticket->tcp,
                           .spelling = question->spelling };
    responder_record(r, &query);
}

/* The TXT records of a name are those of its file, if it has one: what another program
 * put there, or took away, since the last query.  The caller holds the lock. */
static void read_txt_file(struct responder *r, struct arena *a, str name)
{
    struct err ignored;
    str rest, text;
    if (!r->txt_folder || !name.len || str_contains(name, STR("/")) || name.ptr[0] == '.')
        return;
    str path = arena_printf(a, "%s/%.*s", r->txt_folder, STR_ARG(name));
    if (!file_read(a, path.ptr, CEILING_LINE, &rest, &ignored))
        return;
    dns_zone_withdraw(r->zone, name, STR("TXT"));
    while (rest.len) {
        str_cut(&rest, '\n', &text);
        if (text.len && !dns_zone_add(r->zone, name, STR("TXT"), text, &ignored))
            return;
    }
}

void responder_dns_receive(void *context, struct arena *a, str wire,
                           const struct dns_ticket *ticket)
{
    struct responder *r = context;
    struct dns_query query;
    str answer;
    if (!dns_query_read(a, wire, &query))
        return;
    if (query.question.owner.len)
        record(r, a, &query.question, ticket);
    pthread_mutex_lock(&r->lock);
    read_txt_file(r, a, query.question.name);
    bool speaks = dns_zone_answer(r->zone, a, &query,
                                  ticket->tcp ? DNS_OVER_TCP : DNS_OVER_UDP, &answer);
    pthread_mutex_unlock(&r->lock);
    if (speaks)
        dns_server_reply(r->dns, ticket, answer);
}
