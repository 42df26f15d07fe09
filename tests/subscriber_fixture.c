/* SPDX-License-Identifier: MIT */
#include "tests/subscriber_fixture.h"

#include "tests/case_fixture.h"
#include "tests/wire.h"

struct subscriber s;
struct prover_servers servers;
struct err err;

void subscribe(void)
{
    servers = (struct prover_servers){ .responder = b.responder, .dns = true };
    s = (struct subscriber){ .arena = b.a,
                             .client = b.client,
                             .key = key_new(b.a, KEY_P256, &err),
                             .account_url = STR_NONE,
                             .prover = prover_of_servers(&servers),
                             .challenge = STR_NONE,
                             .patience_ms = wire_patience(10000),
                             .hurried = true };
}

struct registration agreeing(void)
{
    return (
        struct registration){ .agrees = true, .eab_kid = STR_NONE, .eab_key = STR_NONE };
}

void registered(void)
{
    struct registration r = agreeing();
    ck_assert_msg(subscriber_register(&s, &r, &err), "%s", err.text);
}

struct wish wish_for(const char *names)
{
    struct wish wish = { .key = key_new(b.a, KEY_P256, &err),
                         .not_before = STR_NONE,
                         .not_after = STR_NONE,
                         .profile = STR_NONE,
                         .replaces = STR_NONE,
                         .preferred_chain = STR_NONE };
    str rest = str_of(names), name;
    while (str_cut(&rest, ' ', &name))
        strs_add(b.a, &wish.names, name);
    return wish;
}

str obtained(const struct wish *wish)
{
    str pem;
    ck_assert_msg(subscriber_obtain(&s, wish, &pem, &err), "%s", err.text);
    return pem;
}

struct chain chain_of(str pem)
{
    struct chain chain;
    ck_assert_msg(chain_read(b.a, pem, &chain, &err), "%s", err.text);
    return chain;
}

static void usual(void)
{
    bench_start(NULL);
    subscribe();
}

TCase *subscriber_case(Suite *suite, const char *name)
{
    return case_in(suite, name, usual, bench_stop);
}
