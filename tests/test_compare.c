/* SPDX-License-Identifier: MIT */
/* Results against baselines: what is known does not count, what is new does, and what did
 * not come is stale. */
#include <check.h>

#include "base/file.h"
#include "run/compare.h"
#include "run/outcome.h"
#include "run/plan.h"
#include "script/baseline_judge.h"
#include "tests/results_fixture.h"

Suite *compare_suite(void);

static struct arena *a;
static struct results *r;
static struct play_result *good, *bad;

static const str evidence = STR_INIT("RFC 8555 6.5 wants another");

/* Two plays: one green, one with a failed check behind which another is not reached. */
static void begin(void)
{
    a = arena_new(NULL);
    r = results_new(a);
    add_play(a, r, "server/x/good");
    add_play(a, r, "server/x/bad[alg=ES256]");
    good = &r->play[0];
    bad = &r->play[1];
    add_check(a, good, "must 200", VERDICT_PASS);
    add_check(a, bad, "must 201", VERDICT_PASS);
    add_check(a, bad, "must 400", VERDICT_FAIL);
    add_check(a, bad, "must 404", VERDICT_INCONCLUSIVE)->not_reached = true;
    add_watch(a, r, "nonces", VERDICT_FAIL);
    add_watch(a, r, "dates", VERDICT_PASS);
    bad->verdict = VERDICT_FAIL;
}

static void end(void)
{
    arena_end(a);
}

static struct baseline known(const char *scenario, const char *check, const char *verdict)
{
    struct baseline b = { .name = STR("peer"), .version = STR("1") };
    b.item = NEW(a, struct expectation);
    b.count = 1;
    b.item[0] = (struct expectation){ .scenario = str_of(scenario),
                                      .check = str_of(check),
                                      .because = evidence,
                                      .place = { "known.acme", 3, 1 } };
    strs_add(a, &b.item[0].verdicts, str_of(verdict));
    return b;
}

static void also(struct baseline *b, const char *scenario, const char *check,
                 const char *verdict)
{
    struct expectation e = known(scenario, check, verdict).item[0];
    struct expectation *grown = NEW_ARRAY(a, struct expectation, b->count + 1);
    memcpy(grown, b->item, b->count * sizeof e);
    b->item = grown;
    b->item[b->count++] = e;
}

static int compared(const struct baseline *b)
{
    compare(a, b, r);
    results_count(r);
    return outcome_status(r, false);
}

START_TEST(what_is_known_does_not_count)
{
    struct baseline b = known("server/x/bad", "must 400", "fail");
    also(&b, "watch/nonces", "", "fail");
    ck_assert_int_eq(compared(&b), EXIT_CONFORMS);
    ck_assert(bad->check[1].expected && bad->expected && r->watch[0].expected);
    ck_assert(str_eq(bad->check[1].because, evidence));
    ck_assert(!bad->check[0].expected && !good->expected && !r->watch[1].expected);
    /* The check behind it was not reached because of it. */
    ck_assert(bad->check[2].expected);
    ck_assert_uint_eq(r->total.expected, 2);
    ck_assert_uint_eq(r->total.unexpected, 0);
    ck_assert_uint_eq(r->stale_count, 0);
}
END_TEST

START_TEST(an_unexpected_failure_is_a_violation)
{
    struct baseline b = known("watch/nonces", "", "fail");
    ck_assert_int_eq(compared(&b), EXIT_VIOLATION);
    ck_assert_uint_eq(r->total.expected, 1);
    ck_assert_uint_eq(r->total.unexpected, 1);
}
END_TEST

START_TEST(another_verdict_than_the_expected_counts)
{
    struct baseline b = known("server/x/bad", "must 400", "warn");
    ck_assert_int_eq(compared(&b), EXIT_VIOLATION);
    ck_assert(!bad->check[1].expected);
    ck_assert_uint_eq(r->stale_count, 1);
    ck_assert_str_eq(r->stale[0].got.ptr, "fail");
}
END_TEST

START_TEST(an_expected_failure_that_passes_is_stale)
{
    struct baseline b = known("server/x/bad", "must 400", "fail");
    also(&b, "watch/nonces", "", "fail");
    also(&b, "server/x/good", "must 200", "fail");
    ck_assert_int_eq(compared(&b), EXIT_STALE);
    ck_assert_uint_eq(r->stale_count, 1);
    ck_assert(str_is(r->stale[0].scenario, "server/x/good"));
    ck_assert(str_is(r->stale[0].expected, "fail"));
    ck_assert_str_eq(r->stale[0].got.ptr, "pass");
    ck_assert(str_is(r->stale[0].file, "known.acme"));
    ck_assert_int_eq(r->stale[0].line, 3);
}
END_TEST

START_TEST(a_watch_that_passes_against_expectation_is_stale)
{
    struct baseline b = known("server/x/bad", "must 400", "fail");
    also(&b, "watch/nonces", "", "fail");
    also(&b, "watch/dates", "", "fail");
    ck_assert_int_eq(compared(&b), EXIT_STALE);
    ck_assert(str_is(r->stale[0].scenario, "watch/dates"));
}
END_TEST

/* Whatever came, and however much was played. */
START_TEST(what_is_amiss_excuses_nothing_and_is_told)
{
    struct baseline b = known("server/x/bad", "must 400", "fail");
    also(&b, "watch/nonces", "", "fail");
    b.item[0].amiss = STR("the check cites house, not another");
    b.item[1].amiss = STR("there is no such watch");
    r->partial = true;
    ck_assert_int_eq(compared(&b), EXIT_VIOLATION);
    ck_assert(!bad->check[1].expected && !bad->expected && !r->watch[0].expected);
    ck_assert_uint_eq(r->total.unexpected, 2);
    ck_assert_uint_eq(r->stale_count, 2);
    ck_assert(str_eq(r->stale[0].got, b.item[0].amiss));
    ck_assert(str_eq(r->stale[1].got, b.item[1].amiss));
    struct play_outcome alone = { *bad, r->watch, r->watch_count };
    compare_play(a, &b, &alone);
    ck_assert(!alone.result.expected && !r->watch[0].expected);
}
END_TEST

/* Part of the suite tells nothing of the rest. */
START_TEST(what_was_not_played_is_stale_only_in_a_whole_run)
{
    struct baseline b = known("server/x/bad", "must 400", "fail");
    also(&b, "watch/nonces", "", "fail");
    also(&b, "server/y/elsewhere", "must 200", "fail");
    also(&b, "watch/elsewhere", "", "fail");
    r->partial = true;
    ck_assert_int_eq(compared(&b), EXIT_CONFORMS);
    r->partial = false;
    ck_assert_int_eq(compared(&b), EXIT_STALE);
    ck_assert_uint_eq(r->stale_count, 2);
    r->stopped = STR("stopped");
    ck_assert_int_eq(compared(&b), EXIT_INCONCLUSIVE);
    ck_assert_uint_eq(r->stale_count, 0);
}
END_TEST

START_TEST(an_expectation_of_one_variant_goes_before_that_of_all)
{
    struct baseline b = known("server/x/bad", "must 400", "warn");
    also(&b, "server/x/bad[alg=ES256]", "must 400", "fail");
    also(&b, "watch/nonces", "", "fail");
    ck_assert_int_eq(compared(&b), EXIT_CONFORMS);
    ck_assert(bad->check[1].expected);
}
END_TEST

START_TEST(an_expectation_without_a_check_is_of_any_check)
{
    struct baseline b = known("server/x/bad", "", "fail");
    also(&b, "watch/nonces", "", "fail");
    ck_assert_int_eq(compared(&b), EXIT_CONFORMS);
    ck_assert(bad->check[1].expected);
    bad->check[1].verdict = VERDICT_PASS;
    bad->check[2].verdict = VERDICT_PASS;
    bad->check[2].not_reached = false;
    bad->verdict = VERDICT_PASS;
    ck_assert_int_eq(compared(&b), EXIT_STALE);
}
END_TEST

START_TEST(an_expectation_without_a_check_is_of_those_that_cite_its_rule)
{
    struct baseline b = known("server/x/bad", "", "fail");
    also(&b, "watch/nonces", "", "fail");
    strs_add(a, &b.item[0].rules, STR("rfc8555-6.5-8"));
    ck_assert_int_eq(compared(&b), EXIT_VIOLATION);
    ck_assert(!bad->check[1].expected);
    strs_add(a, &bad->check[1].rules, STR("rfc8555-6.5-8"));
    ck_assert_int_eq(compared(&b), EXIT_CONFORMS);
    ck_assert(bad->check[1].expected);
}
END_TEST

START_TEST(a_play_that_dies_is_no_expected_failure)
{
    struct baseline b = known("server/x/bad", "must 400", "fail");
    also(&b, "watch/nonces", "", "fail");
    bad->check[1].verdict = VERDICT_INCONCLUSIVE;
    bad->check[1].not_reached = true;
    bad->verdict = VERDICT_ERROR;
    bad->reason = STR("died of signal 11");
    ck_assert_int_eq(compared(&b), EXIT_OUR_FAULT);
    ck_assert(!bad->expected);
    ck_assert_uint_eq(r->stale_count, 0);
}
END_TEST

START_TEST(a_skip_is_known_or_stale)
{
    struct baseline b = known("server/x/bad", "must 400", "fail");
    also(&b, "watch/nonces", "", "fail");
    add_play(a, r, "server/x/skipped")->reason = STR(PLAN_LACKS "profiles: not seen");
    add_play(a, r, "server/x/skipped-too")->reason = STR(PLAN_LACKS "profiles: not seen");
    bad = &r->play[1];
    ck_assert_int_eq(compared(&b), EXIT_STALE);
    ck_assert_uint_eq(r->stale_count, 1);
    strs_add(a, &b.skips, STR("profiles"));
    ck_assert_int_eq(compared(&b), EXIT_CONFORMS);
}
END_TEST

START_TEST(a_play_whose_checks_were_not_armed_is_no_skip_to_be_known)
{
    struct baseline b = known("server/x/bad", "must 400", "fail");
    also(&b, "watch/nonces", "", "fail");
    add_check(a, add_play(a, r, "server/x/unarmed"), "must 200", VERDICT_SKIP);
    ck_assert_int_eq(compared(&b), EXIT_CONFORMS);
    ck_assert_uint_eq(r->stale_count, 0);
}
END_TEST

START_TEST(fewer_decided_cases_than_before_are_stale)
{
    struct baseline b = known("server/x/bad", "must 400", "fail");
    also(&b, "watch/nonces", "", "fail");
    b.decides = 5; /* 3 checks and 2 watches */
    ck_assert_int_eq(compared(&b), EXIT_CONFORMS);
    b.decides = 6;
    ck_assert_int_eq(compared(&b), EXIT_STALE);
    ck_assert_str_eq(r->stale[0].got.ptr, "5");
    r->partial = true;
    ck_assert_int_eq(compared(&b), EXIT_CONFORMS);
}
END_TEST

/* While the run goes on a play is marked alone. */
START_TEST(one_play_is_marked_alone)
{
    struct baseline b = known("server/x/bad", "must 400", "fail");
    also(&b, "watch/nonces", "", "fail");
    struct play_outcome first = { *bad, r->watch, r->watch_count };
    compare_play(a, &b, &first);
    ck_assert(first.result.expected && bad->check[1].expected);
    ck_assert(r->watch[0].expected && !r->watch[1].expected);
    struct play_outcome second = { .result = *good };
    compare_play(a, &b, &second);
    ck_assert(!second.result.expected);
}
END_TEST

/* --- as they are written --- */

/* clang-format off */
static const struct { const char *text, *mistake; } files[] = {
    { "baseline p\n  version 1\n\nexpect server/x/bad\n  check must 400\n  verdict fail\n  rule house\n  because so it is\n", NULL },
    { "baseline p\n\nexpect server/x/bad\n  verdict fail\n  rule house\n  because so it is\n", NULL },
    { "baseline p\n\nexpect server/x/bad\n  check must 400\n  verdict fail\n  because x\n", "has a `rule`" },
    { "baseline p\n\nexpect server/x/bad\n  verdict warn\n  because x\n", "has a `rule`" },
    { "baseline p\n\nexpect watch/nonces\n  verdict fail\n  because x\n", "has a `rule`" },
    { "baseline p\n\nexpect server/x/bad\n  check must 400\n  verdict fail\n  rule rfc8555-6.5-88\n  because x\n", "has no rfc8555-6.5-88; did you mean rfc8555-6.5-8?" },
    { "expect server/x/bad\n  verdict fail\n  because x\n", "is no baseline" },
    { "baseline p\n\nexpect server/x/bad\n  verdict fail\n", "a verdict and a because" },
    { "baseline p\n\nexpect server/x/bad\n  because x\n", "a verdict and a because" },
    { "baseline p\n\nexpect server/x/bad\n  verdict green\n  because x\n", "a verdict is fail" },
};
/* clang-format on */

static const struct requirements *catalogue(void)
{
    struct requirements *all = NEW(a, struct requirements);
    all->item = NEW(a, struct requirement);
    all->item[0] = (struct requirement){ .id = STR("rfc8555-6.5-8") };
    all->count = 1;
    return all;
}

START_TEST(a_baseline_is_read_from_its_file)
{
    struct err err = { "" };
    struct mistakes m = { .arena = a };
    struct baseline b;
    str folder;
    ck_assert(file_temp_dir(a, &folder, &err));
    str path = arena_printf(a, "%.*s/known.acme", STR_ARG(folder));
    ck_assert(file_write(path.ptr, str_of(files[_i].text), &err));
    bool read = baseline_read(a, path.ptr, catalogue(), &b, &m, &err);
    ck_assert_int_eq(read, files[_i].mistake == NULL);
    if (read) {
        strs_add(a, &bad->check[1].rules, STR("house"));
        also(&b, "watch/nonces", "", "fail");
        ck_assert_int_eq(compared(&b), EXIT_CONFORMS);
        return;
    }
    strs_add(a, &m.list, str_of(err.text));
    ck_assert(str_contains(strs_join(a, &m.list, ", "), str_of(files[_i].mistake)));
}
END_TEST

/* --- against the library --- */

static const char scenario_text[] = "scenario  S\nsuite     server\n"
                                    "rule      rfc8555-6.5-8 rfc8555-6.5-9\n"
                                    "for each  a in b \"[c]\"\n\n"
                                    "get directory\nneed 2xx\nmust 200\n"
                                    "must text contains \"x\"\n  rule rfc8555-7.1-1\n";

static const struct library *library(void)
{
    struct mistakes m = { .arena = a };
    struct library *l = NEW(a, struct library);
    l->watches = NEW(a, struct watches);
    l->watches->item = NEW(a, struct watch);
    l->watches->count = 1;
    l->watches->item[0].id = STR("nonces");
    strs_add(a, &l->watches->item[0].rules, STR("rfc8555-6.5-8"));
    l->scenario = NEW(a, struct scenario *);
    l->count = 1;
    l->scenario[0] =
        scenario_read(a, STR("server/x/s"), "s.acme", str_of(scenario_text), NULL, &m);
    ck_assert_msg(l->scenario[0] != NULL, "%s", strs_join(a, &m.list, ", ").ptr);
    return l;
}

/* clang-format off */
static const struct { const char *scenario, *check, *rule, *amiss; } expectations[] = {
    { "server/x/s", "must 200", "rfc8555-6.5-9", "" },
    { "server/x/s[a=b]", "must 200", "rfc8555-6.5-8", "" },
    { "server/x/s[a=[c]]", "must 200", "rfc8555-6.5-8", "" },
    { "server/x/s", "must text contains \"x\"", "rfc8555-7.1-1", "" },
    { "server/x/s", "", "rfc8555-7.1-1", "" },
    { "watch/nonces", "", "rfc8555-6.5-8", "" },
    { "server/x/s", "must text contains \"x\"", "rfc8555-6.5-8", "the check cites rfc8555-7.1-1, not rfc8555-6.5-8" },
    { "server/x/s", "must 200", "house", "the check cites rfc8555-6.5-8 and rfc8555-6.5-9, not house" },
    { "server/x/s", "", "house", "the scenario cites rfc8555-6.5-8, rfc8555-6.5-9 and rfc8555-7.1-1, not house" },
    { "watch/nonces", "", "house", "the watch cites rfc8555-6.5-8, not house" },
    { "server/x/s", "must 404", "rfc8555-6.5-8", "the scenario has no such check" },
    { "server/x/s", "need 2xx", "rfc8555-6.5-8", "the scenario has no such check" },
    { "server/x/s[a=c]", "must 200", "rfc8555-6.5-8", "there is no such scenario" },
    { "server/x/t", "must 200", "rfc8555-6.5-8", "there is no such scenario" },
    { "watch/nosuch", "", "rfc8555-6.5-8", "there is no such watch" },
};
/* clang-format on */

START_TEST(what_cannot_come_true_is_amiss)
{
    struct baseline b = known(expectations[_i].scenario, expectations[_i].check, "fail");
    strs_add(a, &b.item[0].rules, str_of(expectations[_i].rule));
    baseline_judge(a, &b, library());
    ck_assert_str_eq(b.item[0].amiss.ptr, expectations[_i].amiss);
}
END_TEST

/* A baseline may be of scenarios that are not played with the rest. */
START_TEST(a_scenario_of_the_user_s_is_taken_for_right_when_it_is_there)
{
    struct err err;
    str folder;
    ck_assert(file_temp_dir(a, &folder, &err));
    str name = arena_printf(a, "%.*s/mine", STR_ARG(folder));
    struct baseline b = known(name.ptr, "must 200", "fail");
    baseline_judge(a, &b, library());
    ck_assert_str_eq(b.item[0].amiss.ptr, "there is no such scenario");
    ck_assert(file_write(arena_printf(a, "%s.acme", name.ptr).ptr, STR("x"), &err));
    baseline_judge(a, &b, library());
    ck_assert_str_eq(b.item[0].amiss.ptr, "");
}
END_TEST

Suite *compare_suite(void)
{
    Suite *s = suite_create("compare");
    TCase *tc = tcase_create("baselines");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_test(tc, what_is_known_does_not_count);
    tcase_add_test(tc, an_unexpected_failure_is_a_violation);
    tcase_add_test(tc, another_verdict_than_the_expected_counts);
    tcase_add_test(tc, an_expected_failure_that_passes_is_stale);
    tcase_add_test(tc, a_watch_that_passes_against_expectation_is_stale);
    tcase_add_test(tc, what_is_amiss_excuses_nothing_and_is_told);
    tcase_add_test(tc, what_was_not_played_is_stale_only_in_a_whole_run);
    tcase_add_test(tc, an_expectation_of_one_variant_goes_before_that_of_all);
    tcase_add_test(tc, an_expectation_without_a_check_is_of_any_check);
    tcase_add_test(tc, an_expectation_without_a_check_is_of_those_that_cite_its_rule);
    tcase_add_test(tc, a_play_that_dies_is_no_expected_failure);
    tcase_add_test(tc, a_skip_is_known_or_stale);
    tcase_add_test(tc, a_play_whose_checks_were_not_armed_is_no_skip_to_be_known);
    tcase_add_test(tc, fewer_decided_cases_than_before_are_stale);
    tcase_add_test(tc, one_play_is_marked_alone);
    tcase_add_loop_test(tc, a_baseline_is_read_from_its_file, 0, (int)countof(files));
    tcase_add_loop_test(tc, what_cannot_come_true_is_amiss, 0,
                        (int)countof(expectations));
    tcase_add_test(tc, a_scenario_of_the_user_s_is_taken_for_right_when_it_is_there);
    suite_add_tcase(s, tc);
    return s;
}
