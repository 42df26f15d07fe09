/* SPDX-License-Identifier: MIT */
/* Where the mock CA goes to validate, and where it never does, whatever DNS or a web
 * server tells it (RFC 8555 10.4); and when it decides. */
#include "base/clock.h"
#include "mocks/ca_identifier.h"
#include "tests/ca_fixture.h"
#include "tests/wire.h"

Suite *ca_validate_suite(void);

/* Not ours, nor of documentation: nothing may be sent there. */
#define PUBLIC_IPV4 "8.8.8.8"
#define PUBLIC_IPV6 "2606:4700:4700::1111"

/* In nobody's LAN, as far as one can say. */
#define PRIVATE_IPV4 "10.254.253.252"
#define PRIVATE_IPV6 "fd00:dead:beef::1"

#define SOON_MS wire_patience(4000)

/* clang-format off */
static const struct { const char *address, *named; bool reached; } reach[] = {
    { "127.0.0.1",             "127.0.0.1",     true  }, { "127.255.255.254", "127.0.0.1",    true  },
    { "::1",                   "127.0.0.1",     true  }, { "::ffff:127.0.0.1", "127.0.0.1",   true  },
    { "127.0.0.1",             "10.0.0.1",      true  }, { "::2",             "::1",          false },
    { "10.0.0.1",              "127.0.0.1",     false }, { "10.0.0.2",        "10.0.0.1",     true  },
    { "172.16.0.1",            "127.0.0.1",     false }, { "172.31.0.1",      "172.16.0.9",   true  },
    { "172.32.0.1",            "172.16.0.9",    false }, { "192.168.1.1",     "10.0.0.1",     false },
    { "192.168.1.1",           "192.168.9.9",   true  }, { "::ffff:10.0.0.1", "127.0.0.1",    false },
    { "fd00::1",               "127.0.0.1",     false }, { "fd00::1",         "fc00::9",      true  },
    { "192.0.2.1",             "127.0.0.1",     false }, { "192.0.2.1",       "192.0.2.2",    false },
    { "8.8.8.8",               "8.8.8.8",       false }, { "169.254.169.254", "169.254.1.1",  false },
    { "0.0.0.0",               "127.0.0.1",     false }, { "::",              "127.0.0.1",    false },
};
/* clang-format on */

START_TEST(only_what_was_named_is_reached)
{
    ck_assert_msg(ca_address_reached(str_of(reach[_i].address), str_of(reach[_i].named))
                      == reach[_i].reached,
                  "%s with %s", reach[_i].address, reach[_i].named);
}
END_TEST

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
                  { "AAAA", "::ffff:" PUBLIC_IPV4 },
                  { "A", PRIVATE_IPV4 },
                  { "AAAA", PRIVATE_IPV6 } };

START_TEST(a_name_with_an_address_elsewhere_is_left_alone)
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
                                         "http://out.test/x",
                                         "http://" PRIVATE_IPV4 "/x" };

/* How the challenge of a name ends whose web server redirects to there. */
static const struct exchange *redirected(str location)
{
    struct web_answer away = { .status = 302, .body = STR_NONE, .location = location };
    str authz = authz_of(ordered("www.shop.test"), 0);
    json_t *challenge = challenge_of(said(authz, STR_NONE), "http-01");
    responder_web(
        b.responder, STR("www.shop.test"),
        fmt("/.well-known/acme-challenge/%.*s", STR_ARG(json_member(challenge, "token"))),
        &away);
    said(json_member(challenge, "url"), STR("{}"));
    return settled(authz);
}

static str detail_of(const struct exchange *x)
{
    return json_member(json_object_get(challenge_of(x, "http-01"), "error"), "detail");
}

/* What is right comes first, and what is wrong far behind white space. */
START_TEST(a_long_body_is_a_wrong_one)
{
    enum { BLANKS = 5000 };
    static char blanks[BLANKS];
    memset(blanks, ' ', BLANKS);
    str authz = authz_of(ordered("www.shop.test"), 0);
    json_t *challenge = challenge_of(said(authz, STR_NONE), "http-01");
    struct web_answer answer = {
        .status = 200,
        .location = STR_NONE,
        .body = fmt("%.*s%.*swrong", STR_ARG(keyauth_of(challenge)), BLANKS, blanks)
    };
    responder_web(
        b.responder, STR("www.shop.test"),
        fmt("/.well-known/acme-challenge/%.*s", STR_ARG(json_member(challenge, "token"))),
        &answer);
    said(json_member(challenge, "url"), STR("{}"));
    str detail = detail_of(settled(authz));
    ck_assert_msg(str_contains(detail, STR("longer than 4096 bytes")), "%.*s",
                  STR_ARG(detail));
}
END_TEST

START_TEST(a_redirect_does_not_lead_out)
{
    has_address("out.test", "A", PUBLIC_IPV4);
    responder_dns_manner(b.responder, STR("out.test"), STR("AAAA"), DNS_EMPTY);
    str detail = detail_of(redirected(str_of(elsewhere[_i])));
    ck_assert_msg(str_contains(detail, STR("connect")), "%.*s", STR_ARG(detail));
    ck_assert_msg(str_contains(detail, STR("this CA")), "%.*s", STR_ARG(detail));
}
END_TEST

static void note_request(void *context, struct arena *a, const struct request *request,
                         const char *peer, struct reply *reply)
{
    (void)a;
    (void)request;
    (void)peer;
    *(bool *)context = true;
    reply->response.status = 200;
    reply->response.body = STR("what a local service would say");
}

START_TEST(a_redirect_does_not_lead_to_another_port)
{
    static bool asked;
    struct err err;
    struct listen_options options = { .address = "127.0.0.1",
                                      .handler = note_request,
                                      .context = &asked };
    struct listener *local = listener_new(b.a, &options, &err);
    ck_assert_msg(local != NULL, "%s", err.text);
    int port = listener_port(local);
    str detail = detail_of(redirected(fmt("http://www.shop.test:%d/x", port)));
    ck_assert(!asked);
    str want = fmt("the redirect leads to port %d, where this CA does not go", port);
    ck_assert_msg(str_contains(detail, want), "%.*s", STR_ARG(detail));
}
END_TEST

START_TEST(a_redirect_leads_to_the_ports_of_challenges)
{
    int port[] = { 80, responder_http_port(b.responder) };
    struct web_answer there = { .status = 200, .body = STR("not the proof") };
    responder_web(b.responder, STR("www.shop.test"), STR("/x"), &there);
    str detail = detail_of(redirected(fmt("http://www.shop.test:%d/x", port[_i])));
    ck_assert_msg(str_contains(detail, STR("not the key authorization")), "%.*s",
                  STR_ARG(detail));
}
END_TEST

START_TEST(a_network_that_is_not_near_cannot_be_named)
{
    static const char *const far[] = { PUBLIC_IPV4, PUBLIC_IPV6, "192.0.2.1" };
    struct err err;
    struct ca_options options = { .default_address = str_of(far[_i]) };
    ck_assert(!ca_options_check(&options, &err));
    ck_assert_msg(strstr(err.text, "loopback or private addresses only"), "%s", err.text);
    options.default_address = STR(PRIVATE_IPV4);
    ck_assert(ca_options_check(&options, &err));
}
END_TEST

/* --- between a query and its decision --- */

static size_t await_proof(void)
{
    int64_t end = clock_ms() + SOON_MS;
    size_t count = 0;
    while (!count && clock_ms() < end) {
        clock_sleep_ms(5);
        count = json_array_size(ca_proofs(b.ca, b.a, STR("any")));
    }
    return count;
}

static str queried(long decide_ms)
{
    bench_again(&(struct ca_options){ .decide_ms = decide_ms });
    bench_account();
    str authz = authz_of(ordered("www.shop.test"), 0);
    respond_http(authz, "www.shop.test");
    ck_assert_uint_eq(await_proof(), 1);
    const struct exchange *x = said(authz, STR_NONE);
    ck_assert(str_is(at(x, "/status"), "pending"));
    ck_assert(str_is(json_member(challenge_of(x, "http-01"), "status"), "processing"));
    return authz;
}

START_TEST(a_decision_comes_a_while_after_its_query)
{
    long decide_ms = wire_patience(600);
    int64_t before = clock_ms();
    str authz = queried(decide_ms);
    ck_assert(str_is(at(settled(authz), "/status"), "valid"));
    ck_assert_int_ge(clock_ms() - before, decide_ms);
    ck_assert_uint_eq(await_proof(), 1);
}
END_TEST

START_TEST(a_decision_that_is_far_away_does_not_hold_the_ca)
{
    enum { HOUR_MS = 3600000 };
    queried(HOUR_MS);
    int64_t before = clock_ms();
    ca_stop(b.ca);
    ck_assert_int_lt(clock_ms() - before, SOON_MS);
}
END_TEST

Suite *ca_validate_suite(void)
{
    Suite *suite = suite_create("ca_validate");
    TCase *c = tcase_create("ca_validate");
    tcase_add_checked_fixture(c, bench_usual, bench_stop);
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, a_name_with_an_address_elsewhere_is_left_alone, 0,
                        countof(addresses));
    tcase_add_test(c, a_long_body_is_a_wrong_one);
    tcase_add_loop_test(c, a_redirect_does_not_lead_out, 0, countof(elsewhere));
    tcase_add_test(c, a_redirect_does_not_lead_to_another_port);
    tcase_add_loop_test(c, a_redirect_leads_to_the_ports_of_challenges, 0, 2);
    tcase_add_loop_test(c, only_what_was_named_is_reached, 0, countof(reach));
    tcase_add_loop_test(c, a_network_that_is_not_near_cannot_be_named, 0, 3);
    tcase_add_test(c, a_decision_comes_a_while_after_its_query);
    tcase_add_test(c, a_decision_that_is_far_away_does_not_hold_the_ca);
    suite_add_tcase(suite, c);
    return suite;
}
