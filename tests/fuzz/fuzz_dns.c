/* SPDX-License-Identifier: MIT */
/* Fuzzes DNS messages: as a query that our server answers, and as an answer to ours. */
#include "tests/fuzz/fuzz.h"

#include "mocks/dns.h"

/* Each rcode and a record or none, so that every way to write an answer is tried. */
static void answered(struct arena *a, const struct dns_query *query)
{
    struct err err;
    struct dns_record record;
    struct dns_reply reply = { .rcode = query->rcode, .soa = STR("acmespec.test") };
    if (query->question.owner.len
        && dns_record_make(a, query->question.name, DNS_TXT, STR("value"), &record,
                           &err)) {
        reply.item = &record;
        reply.count = 1;
    }
    str wire = dns_reply_write(a, query, &reply, query->room);
    fuzz_must(wire.len >= 12, "an answer has a header");
    fuzz_must(wire.len <= (query->room > 512 ? query->room : 512), "an answer has room");
    struct dns_answer back;
    if (!query->question.owner.len)
        return;
    fuzz_must(dns_answer_read(a, wire, &back), "what we answer can be read");
    fuzz_must(back.id == query->id, "an answer has the query's id");
}

static void record_told(struct arena *a, const struct dns_record *record)
{
    int flags;
    str tag, value;
    (void)dns_record_text(a, record);
    if (dns_record_caa(record, &flags, &tag, &value))
        fuzz_must(tag.len > 0, "a CAA record that can be read has a tag");
}

void fuzz_one(struct arena *a, str input)
{
    struct dns_query query;
    struct dns_answer answer;
    str name, same;
    if (dns_query_read(a, input, &query))
        answered(a, &query);
    if (dns_answer_read(a, input, &answer))
        for (size_t i = 0; i < answer.count; i++)
            record_told(a, &answer.item[i]);
    if (dns_first_name(a, input, &name))
        fuzz_must(dns_name(a, name, &same) && str_eq(name, same), "a name has one form");
}
