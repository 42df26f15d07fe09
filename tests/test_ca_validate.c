/* SPDX-License-Identifier: MIT */
/* Where the mock CA goes to validate, and where it never does, whatever DNS or a web
 * server tells it (RFC 8555 10.4). */
#include "base/clock.h"
#include "tests/ca_fixture.h"

Suite *ca_validate_suite(void);

/* Not ours, nor of documentation: nothing may be sent there. */
#define PUBLIC_IPV4 "8.8.8.8"
#define PUBLIC_IPV6 "2606:4700:4700::1111"

enum { SOON_MS = 4000 };

/* How the one challenge of an order for the name ends, when this is what it leads to. */
static str error_of(const char *name)
{
    str authz = authz_of(ordered(name), 0);
    int64_t before = clock_ms();
    respond_http(authz, name);
    const struct exchange *x = settled(authz);
    ck_assert(str_is(at(x, "/status"), "invalid"));
    ck_assert_int_lt(clock_ms() - before, SOON_MS);
    json_t *error = json_object_get(challenge_of(x, "http-01"), "error");
    ck_assert(str_contains(json_member(error, "type"), STR("connection")));
    return json_member(error, "detail");
}

static void has_address(const char *name, const char *type, const char *value)
{
    struct err err;
    ck_assert_msg(
        responder_dns(b.responder, str_of(name), str_of(type), str_of(value), &err), "%s",
        err.text);
}

static const struct {
    const char *type, *value;
} addresses[] = { { "A", PUBLIC_IPV4 },
                  { "AAAA", PUBLIC_IPV6 },
                  { "AAAA", "::ffff:" PUBLIC_IPV4 } };

START_TEST(a_name_with_a_public_address_is_left_alone)
{
    static const char *const types[] = { "A", "AAAA" };
    for (size_t i = 0; i < countof(types); i++)
        responder_dns_manner(b.responder, STR("out.test"), str_of(types[i]),
                             strcmp(types[i], addresses[_i].type) == 0 ? DNS_ANSWER
                                                                       : DNS_EMPTY);
    has_address("out.test", addresses[_i].type, addresses[_i].value);
    str detail = error_of("out.test");
    ck_assert_msg(str_contains(detail, STR("not ones that this CA connects to")), "%.*s",
                  STR_ARG(detail));
}
END_TEST

static const char *const elsewhere[] = { "http://" PUBLIC_IPV4 "/x",
                                         "https://[" PUBLIC_IPV6 "]/x",
                                         "http://out.test/x" };

START_TEST(a_redirect_does_not_lead_out)
{
    struct web_answer away = { .status = 302,
                               .body = STR_NONE,
                               .location = str_of(elsewhere[_i]) };
    has_address("out.test", "A", PUBLIC_IPV4);
    responder_dns_manner(b.responder, STR("out.test"), STR("AAAA"), DNS_EMPTY);
    str authz = authz_of(ordered("www.shop.test"), 0);
    json_t *challenge = challenge_of(said(authz, STR_NONE), "http-01");
    responder_web(
        b.responder, STR("www.shop.test"),
        fmt("/.well-known/acme-challenge/%.*s", STR_ARG(json_member(challenge, "token"))),
        &away);
    said(json_member(challenge, "url"), STR("{}"));
    json_t *error = json_object_get(challenge_of(settled(authz), "http-01"), "error");
    str detail = json_member(error, "detail");
    ck_assert_msg(str_contains(detail, STR("connect")), "%.*s", STR_ARG(detail));
    ck_assert_msg(str_contains(detail, STR("this CA")), "%.*s", STR_ARG(detail));
}
END_TEST

Suite *ca_validate_suite(void)
{
    Suite *suite = suite_create("ca_validate");
    TCase *c = tcase_create("ca_validate");
    tcase_add_checked_fixture(c, bench_usual, bench_stop);
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, a_name_with_a_public_address_is_left_alone, 0,
                        countof(addresses));
    tcase_add_loop_test(c, a_redirect_does_not_lead_out, 0, countof(elsewhere));
    suite_add_tcase(suite, c);
    return suite;
}
