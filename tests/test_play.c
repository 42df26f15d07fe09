/* SPDX-License-Identifier: MIT */
/* Plays of small scenarios against the mock CA: which verdict each check and the play
 * gets, what ends a play, and what a watch saw. */
#include <check.h>

#include "base/buf.h"
#include "base/clock.h"
#include "tests/ca_fixture.h"
#include "tests/play_fixture.h"
#include "tests/wire.h"

Suite *play_suite(void);

static struct target target;
static struct watches watches;

static void begin(void)
{
    static str blocked[] = { STR_INIT("blocked.test") };
    struct ca_options options = { .always_valid = true, .blocked = { blocked, 1 } };
    bench_start(&options);
    watches = (struct watches){ 0 };
    target = play_target();
}

static struct play_outcome played(const char *steps, const char *variant)
{
    return play_steps(b.a, &target, &watches, "suite server\nrule rfc8555-6.5-8\n", steps,
                      variant);
}

/* "fail: must 200=pass, must 404=fail" */
static str told(const struct play_result *r)
{
    struct buf out = buf_new(b.a, CEILING_LINE);
    buf_addf(&out, "%s:", verdict_names[r->verdict]);
    for (size_t i = 0; i < r->check_count; i++)
        buf_addf(&out, "%s %.*s=%s", i ? "," : "", STR_ARG(r->check[i].name),
                 r->check[i].not_reached ? "not reached"
                                         : verdict_names[r->check[i].verdict]);
    return buf_str(&out);
}

/* clang-format off */
static const struct { const char *steps, *told, *reason; } plays[] = {
    { "get directory\nmust 200\n", "pass: must 200=pass", "" },
    { "get directory\nshould 404\nmust 200\n", "warn: should 404=warn, must 200=pass", "" },
    { "get directory\nmust 200\nmust 200\n", "pass: must 200=pass, must 200 (2)=pass", "" },
    /* A violation ends the play, after the clauses that stand with it. */
    { "get directory\nmust 404\nmust 200\n", "fail: must 404=fail, must 200=not reached", "" },
    { "get directory\nmust 200\n  header Nope present\n  header Link absent\nmust 200\n",
      "fail: must 200=pass, must header Nope present=fail, must header Link absent=pass, must 200 (2)=not reached", "" },
    /* What does not hold teaches nothing about what follows; what was decided stays so. */
    { "get directory\nneed 404\nmust 200\nshould 200\n",
      "inconclusive: must 200=not reached, should 200=not reached", "line 5, `need 404` did not hold: " },
    { "get directory\nshould 404\nmust 200\nneed 404\nmust 404\n",
      "inconclusive: should 404=warn, must 200=pass, must 404=not reached", "line 7, `need 404` did not hold: " },
    /* A handshake is judged by what became of the last hello. */
    { "hello tls-1.2\nshould handshake is tls-1.2\nhello tls-1.1\nshould handshake is tls-1.1\nshould handshake is refused\n",
      "warn: should handshake is tls-1.2=pass, should handshake is tls-1.1=warn, should handshake is refused=pass", "" },
    { "hello tls-1.2 with null rc4\nshould handshake is refused\nshould handshake is not refused\n",
      "warn: should handshake is refused=pass, should handshake is not refused=warn", "" },
    /* A given that is revoked is so by then. */
    { "given account alice\ngiven certificate c by alice for ${domain} revoked\npost revokeCert as alice\n  payload { \"certificate\": \"${c.der}\" }\nmust 4xx alreadyRevoked\n",
      "pass: must 4xx alreadyRevoked=pass", "" },
    { "given account alice\ngiven key k\ngiven certificate c by alice for ${domain} with k\npost revokeCert with k\n  payload { \"certificate\": \"${c.der}\" }\nmust 200\n",
      "pass: must 200=pass", "" },
    { "get directory\nmust 404\n  if status is 500\nmust 200\n", "pass: must 404=skip, must 200=pass", "" },
    { "get directory\nmust 404\n  if status is 200\n", "fail: must 404=fail", "" },
    { "get directory\nmust 404\n  if status is 200\n  if status is 500\nmust 200\n", "pass: must 404=skip, must 200=pass", "" },
    { "get directory\nmust 404\n  if status is 200\n  if status is 2xx\n", "fail: must 404=fail", "" },
    { "get http://127.0.0.1:1/\nmust 200\nmust 404\n", "inconclusive: must 200=inconclusive, must 404=not reached", "" },
    { "get directory\nsave x = header Nope\nget ${x}\nmust 200\n", "inconclusive: must 200=not reached",
      "line 6, `get ${x}`: ${x} has no value: " },
    { "deadline 1s\nget directory\nmust 200\nwait 1100ms\nmust 200\nmust 404\n",
      "inconclusive: must 200=pass, must 200 (2)=not reached, must 404=not reached", "the scenario's deadline of 1 s passed" },
    { "deadline 1500ms\nget directory\nmust 200\nwait 3s\n", "inconclusive: must 200=pass",
      "the scenario's deadline of 1.5 s passed" },
    { "given account alice\npost newOrder as alice\n  payload { \"identifiers\": [] }\nmust 400 malformed\nneed alive alice\n",
      "pass: must 400 malformed=pass", "" },
    { "given account alice\ngiven order o by alice for blocked.test\nget directory\nmust 200\n",
      "inconclusive: must 200=not reached", "line 5, `given order o by alice for blocked.test`: " },
    { "given account alice\ngiven order o by alice for ${domain} processing\nget directory\nmust 200\n",
      "inconclusive: must 200=not reached", "the order should be processing and is \"valid\"" },
    { "given account alice\ngiven order o by alice for ${domain} valid over http-01\npost ${o.url} as alice\n"
      "must 200\nmust body /status is valid\n", "pass: must 200=pass, must body /status is valid=pass", "" },
    /* A poll ends when one of several things holds: this one would outlast the deadline. */
    { "deadline 2s\ngiven account alice\npoll ${alice.url} as alice until body /status is revoked\n"
      "  within 5s\n  or status is 500\n  or body /status is valid\nmust 200\n", "pass: must 200=pass", "" },
    { "given account alice\nat once\npost newOrder as alice\n  times 3\n  payload { \"identifiers\": [] }\nend\n"
      "must 400 malformed\n", "pass: must 400 malformed=pass", "" },
};
/* clang-format on */

START_TEST(a_play_gets_its_verdicts)
{
    struct play_outcome o = played(plays[_i].steps, "");
    str got = told(&o.result);
    ck_assert_msg(str_is(got, plays[_i].told), "%.*s (%.*s)", STR_ARG(got),
                  STR_ARG(o.result.reason));
    ck_assert_msg(str_contains(o.result.reason, str_of(plays[_i].reason)), "%.*s",
                  STR_ARG(o.result.reason));
    ck_assert_int_eq(o.result.reason.len > 0, plays[_i].reason[0] != '\0');
}
END_TEST

START_TEST(an_order_is_given_while_it_is_processing)
{
    struct ca_options options = { .always_valid = true, .processing_ms = 60000 };
    bench_again(&options);
    target = play_target();
    struct play_outcome o =
        played("given account alice\ngiven order o by alice for ${domain} processing\n"
               "post ${o.url} as alice\nmust body /status is processing\n"
               "given csr again for ${domain}\npost ${o.finalize} as alice\n"
               "  payload { \"csr\": \"${again}\" }\nmust 403 orderNotReady\n",
               "");
    ck_assert_str_eq(told(&o.result).ptr,
                     "pass: must body /status is processing=pass, "
                     "must 403 orderNotReady=pass");
}
END_TEST

#define ORDER(name)                                                                      \
    "post newOrder as alice\n  payload { \"identifiers\": [ { \"type\": \"dns\", "       \
    "\"value\": \"" name "\" } ] }\n"
#define NO_ORDERS                                                                        \
    "given account alice\n" ORDER("${domain}") "need 201\n" ORDER("${domain2}")
#define NO_NAMES "given account alice\n" ORDER("blocked.test")

/* clang-format off */
static const struct { const char *steps, *told; } declined[] = {
    { NO_ORDERS "must 201\n", "inconclusive: must 201=inconclusive" },
    { NO_ORDERS "must 4xx\n", "inconclusive: must 4xx=inconclusive" },
    { NO_ORDERS "must body /detail absent\n", "inconclusive: must body /detail absent=inconclusive" },
    { NO_ORDERS "need 429\nmust 201\n", "inconclusive: must 201=inconclusive" },
    { NO_ORDERS "need 201\nmust 201\n", "inconclusive: must 201=not reached" },
    { NO_ORDERS "must type is rateLimited\n  rule rfc8555-6.6-2\n", "pass: must type is rateLimited=pass" },
    { NO_NAMES "must 201\n", "inconclusive: must 201=inconclusive" },
    { NO_NAMES "must type is invalidProfile\n", "inconclusive: must type is invalidProfile=inconclusive" },
    /* Another refusal than that of the start is judged. */
    { "given account alice\npost newOrder as alice\n  payload []\nmust 201\n", "fail: must 201=fail" },
};
/* clang-format on */

/* RFC 8555 6.6, 7.4: what it may decline at any time is no answer to what was asked. */
START_TEST(what_the_ca_may_decline_teaches_nothing)
{
    static str blocked[] = { STR_INIT("blocked.test") };
    struct ca_options options = { .always_valid = true,
                                  .blocked = { blocked, 1 },
                                  .limits = { { RESOURCE_NEW_ORDER, 1, 600 } } };
    bench_again(&options);
    target = play_target();
    target.declined = STR("no order can be had: so it is");
    target.declined_type = STR("rejectedIdentifier");
    struct play_outcome o = played(declined[_i].steps, "");
    ck_assert_str_eq(told(&o.result).ptr, declined[_i].told);
}
END_TEST

/* What waits longer than there is time ends at once, and is not judged by what came. */
static const char *const too_long[] = {
    "get directory\nmust 200\nwait 30s\nmust 404\n",
    "given account alice\nget directory\nmust 200\npoll ${alice.url} as alice until body "
    "/status is revoked\n  within 30s\nmust body /status is revoked\n",
};

START_TEST(the_timeout_goes_below_the_scenarios_deadline)
{
    int64_t began = clock_ms();
    target.timeout_ms = wire_patience(1500);
    target.profile.deadline_factor = 7;
    struct play_outcome o = played(too_long[_i], "");
    ck_assert_int_eq(o.result.verdict, VERDICT_INCONCLUSIVE);
    str wanted = arena_printf(b.a, "the play's deadline of %.10g s passed",
                              (double)target.timeout_ms / 1000);
    ck_assert_str_eq(o.result.reason.ptr, wanted.ptr);
    ck_assert_int_eq(o.result.check[0].verdict, VERDICT_PASS);
    ck_assert(o.result.check[1].not_reached);
    ck_assert_int_lt(clock_ms() - began, target.timeout_ms + wire_patience(18500));
}
END_TEST

/* clang-format off */
/* Of a CA that wants contacts: also a newAccount that is written out gets the profile's. */
static const char *const contacted[] = {
    "given account alice\npost ${alice.url} as alice\nmust body /contact is [ \"mailto:all@acmespec.test\" ]\n",
    "given account alice\n  contact mailto:one@acmespec.test\npost ${alice.url} as alice\nmust body /contact is [ \"mailto:one@acmespec.test\" ]\n",
    "given key k\npost newAccount with k\n  payload { \"termsOfServiceAgreed\": true }\nmust 201\n  body /contact is [ \"mailto:all@acmespec.test\" ]\n",
    "given key k\npost newAccount with k\n  payload { \"termsOfServiceAgreed\": true, \"contact\": [ \"mailto:one@acmespec.test\" ] }\nmust body /contact is [ \"mailto:one@acmespec.test\" ]\n",
    "given key k\npost newAccount with k\n  payload-text { \"termsOfServiceAgreed\": true }\nmust 201\n  body /contact absent\n",
};
/* clang-format on */

START_TEST(every_new_account_gets_the_contacts_of_the_profile)
{
    strs_add(b.a, &target.profile.contacts, STR("mailto:all@acmespec.test"));
    struct play_outcome o = played(contacted[_i], "");
    ck_assert_msg(o.result.verdict == VERDICT_PASS, "%s: %s", contacted[_i],
                  told(&o.result).ptr);
}
END_TEST

START_TEST(the_timeout_goes_above_the_scenarios_deadline)
{
    target.timeout_ms = 60000;
    struct play_outcome o =
        played("deadline 1s\nget directory\nwait 1100ms\nmust 200\n", "");
    ck_assert_str_eq(told(&o.result).ptr, "pass: must 200=pass");
}
END_TEST

START_TEST(a_target_that_is_gone_is_an_error)
{
    ca_stop(b.ca);
    struct play_outcome o = played("get directory\nmust 200\n", "");
    ck_assert_str_eq(told(&o.result).ptr, "error: must 200=not reached");
    ck_assert_msg(str_contains(o.result.reason, STR("refused")), "%.*s",
                  STR_ARG(o.result.reason));
}
END_TEST

START_TEST(a_failure_shows_the_exchange)
{
    struct play_outcome o = played("get directory\nmust 404 or 410\n  why because\n", "");
    const struct check_result *c = &o.result.check[0];
    ck_assert(str_is(c->message, "the server answered 200 OK"));
    ck_assert(str_is(c->wanted, "status 404 or 410"));
    ck_assert(str_is(c->why, "because") && c->line == 5);
    ck_assert(str_contains(c->transcript, STR("GET /directory HTTP/1.1")));
    ck_assert(str_contains(c->transcript, STR("\"newNonce\": \"https://")));
    ck_assert(strs_has(&c->rules, STR("rfc8555-6.5-8")));
}
END_TEST

START_TEST(a_variant_is_in_the_name_and_in_the_text)
{
    const char *steps =
        "for each status in 200 404\nget directory\nmust status is ${status}\n";
    struct play_outcome good = played(steps, "200"), bad = played(steps, "404");
    ck_assert(str_is(good.result.name, "server/test[status=200]"));
    ck_assert(str_is(good.result.scenario, "server/test"));
    ck_assert_int_eq(good.result.verdict, VERDICT_PASS);
    ck_assert_int_eq(bad.result.verdict, VERDICT_FAIL);
}
END_TEST

#define CSR_OF_VARIANT(clause)                                                           \
    "for each x in value\ngiven account alice\ngiven order o by alice for ${domain} "    \
    "ready\ngiven csr c for ${domain}\n  " clause "\npost ${o.finalize} as alice\n"      \
    "  payload { \"csr\": \"${c}\" }\nmust csr form\n"
#define FAULT CSR_OF_VARIANT("fault ${x}")
#define EXTENSION CSR_OF_VARIANT("extension 1.3.6.1.4.1.7 ${x}")
#define OID CSR_OF_VARIANT("extension ${x} 0500")

/* clang-format off */
static const struct { const char *steps, *variant; enum verdict verdict; const char *reason; } csrs[] = {
    { FAULT, "must-staple", VERDICT_PASS, "" },
    { FAULT, "bad-signature", VERDICT_FAIL, "" },
    { FAULT, "nonsense", VERDICT_ERROR, "no fault of a csr is called \"nonsense\"" },
    { EXTENSION, "0500", VERDICT_PASS, "" },
    { EXTENSION, "xy", VERDICT_ERROR, "must be hex digits" },
    { OID, "1.3.6.1.4.1.7", VERDICT_PASS, "" },
    { OID, "7.x", VERDICT_ERROR, "\"7.x\" is no OID" },
};
/* clang-format on */

START_TEST(what_a_csr_has_may_be_a_variant)
{
    struct play_result r = played(csrs[_i].steps, csrs[_i].variant).result;
    ck_assert_msg(r.verdict == csrs[_i].verdict
                      && str_contains(r.reason, str_of(csrs[_i].reason)),
                  "%s: %.*s", verdict_names[r.verdict], STR_ARG(r.reason));
}
END_TEST

START_TEST(watches_see_every_exchange)
{
    static const char text[] =
        "watch nonce\n  title T\n  suite server\n  rule house\n"
        "  when status is 204\n  should header Replay-Nonce present\n"
        "watch never\n  title T\n  suite server\n  rule house\n"
        "  when status is 500\n  should link index\n"
        "watch broken\n  title T\n  suite server\n  rule house\n"
        "  should header Nope present\n";
    watches = play_watches(b.a, text);
    struct play_outcome o =
        played("get newNonce\nmust 204\nget newNonce\nmust 204\n", "");
    ck_assert_int_eq(o.result.verdict, VERDICT_PASS); /* a watch is a case of its own */
    ck_assert_uint_eq(o.watch_count, 3);
    ck_assert_int_eq(o.watch[0].verdict, VERDICT_PASS);
    ck_assert_uint_eq(o.watch[0].seen, 2);
    ck_assert_int_eq(o.watch[1].verdict, VERDICT_SKIP);
    ck_assert_uint_eq(o.watch[1].seen, 0);
    ck_assert_int_eq(o.watch[2].verdict, VERDICT_WARN);
    ck_assert_uint_eq(o.watch[2].seen, o.watch[2].broken);
    ck_assert_uint_ge(o.watch[2].broken, 2);
    ck_assert(str_is(o.watch[2].play, "server/test"));
    ck_assert(o.watch[2].transcript.len > 0);
}
END_TEST

/* What can be judged of one message is told, whatever cannot be of others; and what never
 * can be is no skip, which would look as if nothing had been there to see. */
START_TEST(a_watch_that_can_judge_nothing_is_inconclusive)
{
    static const char text[] =
        "watch lost\n  title T\n  suite server\n  rule house\n"
        "  when method is GET\n  should jws url\n"
        "watch some\n  title T\n  suite server\n  rule house\n  should jws url\n";
    watches = play_watches(b.a, text);
    struct play_outcome o =
        played("given account alice\nget directory\nmust 200\n"
               "post ${alice.url} as alice\nget directory\nmust 200\n",
               "");
    ck_assert_int_eq(o.watch[0].verdict, VERDICT_INCONCLUSIVE);
    ck_assert_uint_eq(o.watch[0].seen, 0);
    ck_assert_ptr_nonnull(strstr(o.watch[0].message.ptr, "the request's body is no JWS"));
    ck_assert(str_is(o.watch[0].play, "server/test"));
    ck_assert_int_eq(o.watch[1].verdict, VERDICT_PASS);
    ck_assert_uint_eq(o.watch[1].message.len, 0);
    ck_assert_uint_ge(o.watch[1].seen, 1);
}
END_TEST

START_TEST(a_handshake_that_fails_is_shown)
{
    struct play_outcome o =
        played("for each x in null\nhello tls-1.2 with ${x}\nget directory\n"
               "should handshake is tls-1.2\n",
               "null");
    const struct check_result *c = &o.result.check[0];
    ck_assert_int_eq(c->verdict, VERDICT_WARN);
    ck_assert(str_is(c->message, "the server closes the connection"));
    ck_assert_ptr_nonnull(strstr(c->transcript.ptr, "server_name: localhost\n"));
    ck_assert_ptr_nonnull(strstr(c->transcript.ptr, "TLS_RSA_WITH_NULL_MD5\n"));
    ck_assert_ptr_null(strstr(c->transcript.ptr, "GET"));
}
END_TEST

#define DIRECTORY                                                                        \
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"     \
    "{\"newNonce\":\"http://a.test/\",\"newAccount\":\"http://a.test/\","                \
    "\"newOrder\":\"http://a.test/\",\"revokeCert\":\"http://a.test/\"}"

START_TEST(without_tls_there_is_no_handshake)
{
    str answer = STR(DIRECTORY);
    struct wire *w = wire_start(b.a, wire_say, &answer);
    target.directory_url = arena_printf(b.a, "http://127.0.0.1:%d/", wire_port(w));
    struct play_outcome o = played("hello tls-1.2\nshould handshake is refused\n", "");
    ck_assert_str_eq(told(&o.result).ptr,
                     "inconclusive: should handshake is refused=not reached");
    ck_assert_ptr_nonnull(strstr(o.result.reason.ptr, "there is no TLS to judge"));
}
END_TEST

START_TEST(a_word_that_no_hello_has_is_our_error)
{
    static const char *const steps[] = {
        "for each x in v\nhello ${x}\nshould handshake is refused\n",
        "for each x in v\nhello tls-1.2 with ${x}\nshould handshake is refused\n",
    };
    struct play_outcome o = played(steps[_i], "v");
    ck_assert_int_eq(o.result.verdict, VERDICT_ERROR);
    ck_assert_ptr_nonnull(strstr(o.result.reason.ptr, "no hello has \"v\""));
}
END_TEST

Suite *play_suite(void)
{
    Suite *suite = suite_create("play");
    TCase *t = tcase_create("play");
    tcase_add_checked_fixture(t, begin, bench_stop);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_play_gets_its_verdicts, 0, countof(plays));
    tcase_add_test(t, an_order_is_given_while_it_is_processing);
    tcase_add_loop_test(t, what_the_ca_may_decline_teaches_nothing, 0, countof(declined));
    tcase_add_loop_test(t, the_timeout_goes_below_the_scenarios_deadline, 0,
                        countof(too_long));
    tcase_add_test(t, the_timeout_goes_above_the_scenarios_deadline);
    tcase_add_loop_test(t, every_new_account_gets_the_contacts_of_the_profile, 0,
                        countof(contacted));
    tcase_add_test(t, a_target_that_is_gone_is_an_error);
    tcase_add_test(t, a_failure_shows_the_exchange);
    tcase_add_test(t, a_handshake_that_fails_is_shown);
    tcase_add_test(t, without_tls_there_is_no_handshake);
    tcase_add_loop_test(t, a_word_that_no_hello_has_is_our_error, 0, 2);
    tcase_add_loop_test(t, what_a_csr_has_may_be_a_variant, 0, countof(csrs));
    tcase_add_test(t, a_variant_is_in_the_name_and_in_the_text);
    tcase_add_test(t, watches_see_every_exchange);
    tcase_add_test(t, a_watch_that_can_judge_nothing_is_inconclusive);
    suite_add_tcase(suite, t);
    return suite;
}
