/* SPDX-License-Identifier: MIT */
#include "tests/responder_fixture.h"

#include "tests/case_fixture.h"

struct responder_fixture r;

void responder_set_up(void)
{
    struct err err = { "" };
    struct responder_options options = { .address = "127.0.0.1",
                                         .dns_address = "127.0.0.1",
                                         .answer_address = STR("127.0.0.9") };
    r.a = arena_new(NULL);
    r.responder = responder_new(r.a, &options, &err);
    if (!r.responder)
        ck_abort_msg("%s", err.text);
}

void responder_tear_down(void)
{
    arena_end(r.a);
}

TCase *responder_case(Suite *suite, const char *name)
{
    return case_in(suite, name, responder_set_up, responder_tear_down);
}

struct query the_query(enum query_kind kind)
{
    struct query *queries, found = { 0 };
    size_t count = responder_queries(r.responder, r.a, &queries), fitting = 0;
    for (size_t i = 0; i < count; i++)
        if (queries[i].kind == kind) {
            found = queries[i];
            fitting++;
        }
    ck_assert_uint_eq(fitting, 1);
    return found;
}

void resolves(const char *name, int type, struct resolution *out)
{
    struct err err;
    if (!resolver_query(resolver_new(r.a, "127.0.0.1", responder_dns_port(r.responder)),
                        str_of(name), type, WAIT_MS, out, &err))
        ck_abort_msg("%s", err.text);
}
