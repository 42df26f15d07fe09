/* SPDX-License-Identifier: MIT */
/* What the mock CA asks of DNS: addresses, and dns-01 (RFC 8555 8.4). */
#include "acme/challenge.h"
#include "mocks/ca_identifier.h"
#include "mocks/ca_validate.h"

static struct finding ask(const struct query_for *q, str name, int type,
                          struct resolution *out)
{
    struct err err;
    if (!resolver_query(q->resolver, name, type, query_left_ms(q), out, &err))
        return finding_later(q, PROBLEM_DNS, "%s", err.text);
    if (bug_on(q->ca, BUG_DNS_NO_CNAME) && out->hop_count && out->hop[0].alias.len)
        out->count = 0;
    if (bug_on(q->ca, BUG_DNS_NO_TCP) && out->hop_count && out->hop[0].tcp)
        return finding_later(q, PROBLEM_DNS, "the answer of DNS is cut off");
    if (out->rcode != DNS_NOERROR && out->rcode != DNS_NO_SUCH_NAME)
        return finding_later(q, PROBLEM_DNS, "DNS answers %.*s for %.*s %.*s",
                             STR_ARG(dns_rcode_word(q->arena, out->rcode)), STR_ARG(name),
                             STR_ARG(dns_type_word(q->arena, type)));
    return finding_good;
}

struct finding validate_lookup(const struct query_for *q, str name, int type,
                               struct resolution *out)
{
    *out = (struct resolution){ .rcode = DNS_NOERROR };
    return q->ca->options.dns_server ? ask(q, name, type, out) : finding_good;
}

/* RFC 8555 10.4: only where it was asked to go. */
static bool is_allowed(const struct query_for *q, str address)
{
    return ca_address_reached(address, q->ca->options.default_address);
}

static void add_addresses(const struct query_for *q, const struct resolution *found,
                          struct strs *addresses, size_t *refused)
{
    for (size_t i = 0; i < found->count && addresses->count < MOST_ADDRESSES; i++) {
        str address = dns_record_text(q->arena, &found->item[i]);
        if (is_allowed(q, address))
            strs_add(q->arena, addresses, address);
        else
            ++*refused;
    }
}

static struct finding find_by_dns(const struct query_for *q, str name,
                                  struct strs *addresses)
{
    struct resolution four, six = { .rcode = DNS_NOERROR };
    size_t refused = 0;
    struct finding finding = validate_lookup(q, name, DNS_A, &four);
    if (finding_is_good(finding) && four.rcode == DNS_NO_SUCH_NAME)
        return finding_later(q, PROBLEM_DNS, "DNS knows no name %.*s", STR_ARG(name));
    if (finding_is_good(finding) && !bug_on(q->ca, BUG_NO_AAAA))
        finding = validate_lookup(q, name, DNS_AAAA, &six);
    if (!finding_is_good(finding))
        return finding;
    add_addresses(q, &four, addresses, &refused);
    add_addresses(q, &six, addresses, &refused);
    if (addresses->count)
        return finding_good;
    return refused ? finding_bad(q, PROBLEM_CONNECTION,
                                 "the addresses of %.*s are not ones that this CA "
                                 "connects to",
                                 STR_ARG(name))
                   : finding_later(q, PROBLEM_DNS, "%.*s has no address", STR_ARG(name));
}

struct finding validate_find(const struct query_for *q, str name, struct strs *addresses)
{
    str address;
    *addresses = (struct strs){ NULL, 0 };
    struct resolution ignored;
    if (bug_on(q->ca, BUG_ADDRESS_LOOKED_UP) && q->identifier.ip
        && !finding_is_good(
            validate_lookup(q, challenge_sni(q->arena, name), DNS_A, &ignored)))
        return finding_later(q, PROBLEM_DNS, "DNS does not answer for the address");
    /* RFC 8738 4: "the DNS resolution step is skipped". */
    if (ca_address_read(q->arena, name, &address)) {
        if (!is_allowed(q, address))
            return finding_bad(q, PROBLEM_CONNECTION, "this CA does not connect to %.*s",
                               STR_ARG(address));
        strs_add(q->arena, addresses, address);
        return finding_good;
    }
    if (!q->ca->options.dns_server) {
        strs_add(q->arena, addresses, q->ca->options.default_address);
        return finding_good;
    }
    return find_by_dns(q, name, addresses);
}

/* --- dns-01 --- */

/* RFC 8555 8.4: "the base64url encoding of the SHA-256 digest of the key authorization".
 */
static bool record_fits(const struct query_for *q, str text)
{
    str want = challenge_txt(q->arena, q->keyauth);
    if (str_eq(text, want))
        return true;
    if (bug_on(q->ca, BUG_DNS_RAW_KEYAUTH) && str_eq(text, q->keyauth))
        return true;
    if (bug_on(q->ca, BUG_DNS_CASE) && str_eq_nocase(text, want))
        return true;
    return bug_on(q->ca, BUG_DNS_CONTAINS) && text.len > 0
        && (str_contains(text, want) || str_contains(want, text));
}

/* "Verify that the contents of one of the TXT records match the digest value". */
static bool some_record_fits(struct query_for *q, const void *got)
{
    const struct resolution *found = got;
    size_t count = found->count;
    if (count && bug_on(q->ca, BUG_DNS_FIRST_ONLY))
        count = 1;
    for (size_t i = 0; i < count; i++)
        if (record_fits(q, dns_record_text(q->arena, &found->item[i])))
            return true;
    return query_why(q,
                     "none of the %zu TXT records of _acme-challenge.%.*s has the value",
                     found->count, STR_ARG(q->identifier.value));
}

/* clang-format off */
static const struct query_check checks[] = {
    { "dns-value", "RFC 8555 8.4", BUG_DNS_VALUE_UNCHECKED, PROBLEM_INCORRECT_RESPONSE, some_record_fits },
};
/* clang-format on */

/* Planted: the name itself has to have an address as well. */
static struct finding find_name_too(struct query_for *q)
{
    struct strs addresses;
    return bug_on(q->ca, BUG_DNS_WANTS_ADDRESS)
        ? validate_find(q, q->identifier.value, &addresses)
        : finding_good;
}

static void keep_seen(const struct query_for *q, const struct resolution *found)
{
    struct strs texts = { 0 };
    for (size_t i = 0; i < found->count; i++)
        strs_add(q->arena, &texts, dns_record_text(q->arena, &found->item[i]));
    query_seen_texts(q, "texts", &texts);
    query_seen(q, "exact",
               json_boolean(strs_has(&texts, challenge_txt(q->arena, q->keyauth))));
}

struct finding validate_dns(struct query_for *q)
{
    struct resolution found;
    str name = challenge_txt_name(q->arena, q->identifier.value);
    if (q->wildcard && bug_on(q->ca, BUG_DNS_WILDCARD_NAME))
        name = arena_printf(q->arena, "_acme-challenge.*.%.*s",
                            STR_ARG(q->identifier.value));
    if (bug_on(q->ca, BUG_DNS_BARE_NAME))
        name = q->identifier.value;
    struct finding finding = find_name_too(q);
    if (finding_is_good(finding))
        finding = validate_lookup(q, name, DNS_TXT, &found);
    if (!finding_is_good(finding))
        return finding;
    keep_seen(q, &found);
    if (found.count == 0 && bug_on(q->ca, BUG_DNS_NOTHING_IS_GOOD))
        return finding_good;
    if (found.rcode == DNS_NO_SUCH_NAME)
        return finding_later(q, PROBLEM_DNS, "DNS knows no name %.*s", STR_ARG(name));
    if (found.count == 0)
        return finding_later(q, PROBLEM_INCORRECT_RESPONSE, "%.*s has no TXT record",
                             STR_ARG(name));
    return query_checks(q, checks, countof(checks), &found);
}
