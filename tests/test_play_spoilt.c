/* SPDX-License-Identifier: MIT */
/* Plays against a CA that keeps a correct client from what it asks: it refuses the nonces
 * of its own badNonce answers (RFC 8555 6.5), or does not tell the URLs that it has to.
 */
#include "tests/ca_fixture.h"
#include "tests/play_fixture.h"
#include "tests/rules_fixture.h"

Suite *play_spoilt_suite(void);

/* clang-format off */
#define ORDER "given account alice\npost newOrder as alice\n" \
              "  payload { \"identifiers\": [ { \"type\": \"dns\", \"value\": \"${domain}\" } ] }\n"
#define GAVE_UP "refuses the nonce of its own badNonce answer"

static const struct {
    const char *rule;
    long retries;
    const char *steps;
    enum verdict verdict;
    const char *reason; /* in what is told of the play, or of its check */
} rows[] = {
    { "on newOrder times 1 reply 400 badNonce", 1, ORDER "must 201\n", VERDICT_PASS, "" },
    { "on newOrder times 2 reply 400 badNonce", 1, ORDER "must 201\n", VERDICT_INCONCLUSIVE, GAVE_UP },
    { "on newOrder times 2 reply 400 badNonce", 2, ORDER "must 201\n", VERDICT_PASS, "" },
    { "on newOrder times 3 reply 400 badNonce", 2, ORDER "must 201\n", VERDICT_INCONCLUSIVE, GAVE_UP },
    /* Who asks for the refusal, or is wrong on purpose, gets it judged. */
    { "on newOrder times 1 reply 400 badNonce", 1, ORDER "  no-retry\nmust 400 badNonce\n", VERDICT_PASS, "" },
    { "on newOrder times 1 reply 400 badNonce", 1, ORDER "  no-retry\nmust 201\n", VERDICT_FAIL, "" },
    { "on newOrder times 2 reply 400 badNonce", 1, ORDER "  tamper signature-bit\nmust 400 malformed\n", VERDICT_FAIL, "" },
    { "on account times 2 reply 400 badNonce", 1, "given account alice\npoll ${alice.url} as alice until body /status is valid\nmust 200\n", VERDICT_INCONCLUSIVE, GAVE_UP },
    /* Told once is enough; told never is no fault of ours. */
    { "on order patch { \"finalize\": null }", 1, "given account alice\ngiven order o by alice for ${domain} ready\nmust value ${o.finalize} matches https-url\n", VERDICT_PASS, "" },
    { "on newOrder\n  patch { \"finalize\": null }\non order\n  patch { \"finalize\": null }\n", 1, "given account alice\ngiven order o by alice for ${domain} valid\nmust 200\n", VERDICT_INCONCLUSIVE, "told no URL" },
    { "on newAccount after 1 times 2 reply 400 badNonce", 1, "given account alice\nmust alive alice\n", VERDICT_INCONCLUSIVE, GAVE_UP },
};
/* clang-format on */

static struct arena *a;

static void begin(void)
{
    rules_start((struct ca_options){ .seed = 1, .always_valid = true });
    a = arena_new(NULL);
}

static void end(void)
{
    arena_end(a);
    rules_stop();
}

START_TEST(what_the_ca_keeps_from_us_is_learnt_or_told)
{
    struct watches none = { 0 };
    struct target target = play_target();
    target.profile.nonce_retries = rows[_i].retries;
    rule(rows[_i].rule);
    struct play_outcome o = play_steps(
        a, &target, &none, "suite server\nrule rfc8555-6.5-11\n", rows[_i].steps, "");
    ck_assert_msg(o.result.verdict == rows[_i].verdict, "%s: %s (%s)", rows[_i].rule,
                  verdict_names[o.result.verdict], o.result.reason.ptr);
    str told = o.result.reason.len ? o.result.reason : o.result.check[0].message;
    ck_assert_msg(str_contains(told, str_of(rows[_i].reason)), "%s", told.ptr);
}
END_TEST

Suite *play_spoilt_suite(void)
{
    Suite *s = suite_create("play_spoilt");
    TCase *t = tcase_create("spoilt");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_loop_test(t, what_the_ca_keeps_from_us_is_learnt_or_told, 0, countof(rows));
    suite_add_tcase(s, t);
    return s;
}
