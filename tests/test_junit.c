/* SPDX-License-Identifier: MIT */
/* What JUnit is told of each verdict, the names of cases, and counters that add up.  The
 * XML itself is seen in tests/golden/ and read by foreign parsers in tests/cli/junit.sh.
 */
#include <check.h>

#include "reports/junit_cases.h"
#include "reports/report.h"
#include "tests/results_fixture.h"

Suite *junit_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void end(void)
{
    arena_end(a);
}

/* clang-format off */
static const struct {
    enum verdict verdict;
    bool expected, not_reached, strict, allow;
    enum junit_kind kind;
    const char *type, *message;
} rows[] = {
    { VERDICT_PASS, false, false, false, false, JUNIT_PASSED, NULL, NULL },
    { VERDICT_WARN, false, false, false, false, JUNIT_PASSED, NULL, NULL },
    { VERDICT_WARN, false, false, true, false, JUNIT_FAILURE, "SHOULD", "it said no" },
    { VERDICT_WARN, true, false, true, false, JUNIT_SKIPPED, NULL, "expected warn: known" },
    { VERDICT_FAIL, false, false, false, false, JUNIT_FAILURE, "MUST", "it said no" },
    { VERDICT_FAIL, true, false, false, false, JUNIT_SKIPPED, NULL, "expected failure: known" },
    { VERDICT_INCONCLUSIVE, false, false, false, false, JUNIT_ERROR, "inconclusive", "inconclusive: it said no" },
    { VERDICT_INCONCLUSIVE, false, false, false, true, JUNIT_SKIPPED, NULL, "inconclusive: it said no" },
    { VERDICT_INCONCLUSIVE, false, true, false, false, JUNIT_SKIPPED, NULL, "it said no" },
    { VERDICT_INCONCLUSIVE, true, false, false, false, JUNIT_SKIPPED, NULL, "expected inconclusive: known" },
    { VERDICT_ERROR, false, false, false, false, JUNIT_ERROR, "error", "it said no" },
    { VERDICT_SKIP, false, false, false, false, JUNIT_SKIPPED, NULL, "it said no" },
};
/* clang-format on */

START_TEST(a_verdict_becomes_what_readers_know)
{
    struct results *r = results_new(a);
    struct check_result *c =
        add_check(a, add_play(a, r, "server/x/y"), "must 200", rows[_i].verdict);
    c->level = rows[_i].verdict == VERDICT_WARN ? STR("should") : STR("must");
    c->expected = rows[_i].expected;
    c->not_reached = rows[_i].not_reached;
    c->message = STR("it said no");
    c->because = STR("known");
    r->strict = rows[_i].strict;
    r->allow_inconclusive = rows[_i].allow;
    results_count(r);
    struct junit_case k = junit_cases(a, r).item[0].item[0];
    ck_assert_int_eq(k.kind, rows[_i].kind);
    if (rows[_i].type)
        ck_assert_str_eq(k.type, rows[_i].type);
    if (rows[_i].message)
        ck_assert_str_eq(k.message.ptr, rows[_i].message);
}
END_TEST

START_TEST(counters_add_up_and_agree_with_the_summary)
{
    struct results *r = sample_results(a);
    struct junit_suites all = junit_cases(a, r);
    size_t tests = 0, kinds[JUNIT_KINDS] = { 0 };
    for (size_t i = 0; i < all.count; i++) {
        size_t of_suite = 0;
        tests += all.item[i].count;
        for (int k = 0; k < JUNIT_KINDS; k++) {
            kinds[k] += all.item[i].kinds[k];
            of_suite += all.item[i].kinds[k];
        }
        ck_assert_uint_eq(of_suite, all.item[i].count);
        ck_assert_uint_gt(of_suite, 0);
    }
    ck_assert_uint_eq(tests, all.tests);
    for (int k = 0; k < JUNIT_KINDS; k++)
        ck_assert_uint_eq(kinds[k], all.kinds[k]);
    ck_assert_uint_eq(all.kinds[JUNIT_PASSED], r->total.passed);
    ck_assert_uint_eq(all.kinds[JUNIT_FAILURE] + all.kinds[JUNIT_ERROR], r->total.failed);
    ck_assert_uint_eq(all.kinds[JUNIT_SKIPPED], r->total.skipped);
}
END_TEST

/* Repeats of a play, variants with dots and blanks, checks of one name in two plays. */
START_TEST(class_and_name_are_unique_and_split_at_folders_only)
{
    struct results *r = results_new(a);
    static const char *const names[] = { "server/6.5-nonces/reused",
                                         "server/6.5-nonces/reused",
                                         "server/6.5-nonces/reused[name=a.b/c]",
                                         "server/6.5-nonces/other" };
    static const char *const classes[] = {
        "acmespec.server.6-5-nonces.reused", "acmespec.server.6-5-nonces.reused (2)",
        "acmespec.server.6-5-nonces.reused[name=a-b-c]",
        "acmespec.server.6-5-nonces.other"
    };
    for (size_t i = 0; i < countof(names); i++)
        add_check(a, add_play(a, r, names[i]), "must 200", VERDICT_PASS);
    results_count(r);
    struct junit_suites all = junit_cases(a, r);
    ck_assert_uint_eq(all.count, countof(names));
    for (size_t i = 0; i < countof(names); i++)
        ck_assert_str_eq(all.item[i].class_name.ptr, classes[i]);
}
END_TEST

START_TEST(a_run_that_shows_nothing_is_never_green)
{
    struct results *r = results_new(a);
    results_count(r);
    struct junit_suites all = junit_cases(a, r);
    ck_assert_uint_eq(all.tests, 1);
    ck_assert_uint_eq(all.kinds[JUNIT_ERROR], 1);
    ck_assert_str_eq(all.item[0].item[0].type, "nothing-run");
    add_check(a, add_play(a, r, "server/x/y"), "must 200", VERDICT_PASS);
    r->stopped = STR("the run was stopped by SIGTERM");
    results_count(r);
    all = junit_cases(a, r);
    ck_assert_uint_eq(all.tests, 2);
    ck_assert_str_eq(all.item[1].item[0].type, "incomplete");
    ck_assert_str_eq(all.item[1].item[0].message.ptr, "the run was stopped by SIGTERM");
}
END_TEST

static str written(const struct results *r, const char *dialect)
{
    struct buf out = buf_new(a, CEILING_REPORT);
    struct report_options options = { .dialect = dialect };
    report_find("junit")->write(&out, r, &options);
    return buf_str(&out);
}

START_TEST(times_have_three_decimals)
{
    struct results *r = results_new(a);
    struct play_result *p = add_play(a, r, "server/x/y");
    add_check(a, p, "must 200", VERDICT_PASS);
    p->wall_us = 1234567890;
    r->wall_us = -5;
    results_count(r);
    str text = written(r, "wide");
    ck_assert(str_contains(text, STR(" time=\"1234.567\"")));
    ck_assert(
        str_contains(text, STR(" time=\"0.000\" timestamp=\"1970-01-01T00:00:00\"")));
}
END_TEST

START_TEST(only_wide_has_what_the_other_dialect_forbids)
{
    struct results *r = sample_results(a);
    str wide = written(r, "wide"), xunit = written(r, "xunit");
    static const str forbidden[] = {
        STR_INIT(" file=\""),
        STR_INIT(" line=\""),
        STR_INIT("\"requirement\""),
        STR_INIT(" time=\"4.567\" timestamp="),
    };
    for (size_t i = 0; i < countof(forbidden); i++) {
        ck_assert(str_contains(wide, forbidden[i]));
        ck_assert(!str_contains(xunit, forbidden[i]));
    }
    ck_assert(junit_has_dialect(STR("wide")) && junit_has_dialect(STR("xunit")));
    ck_assert(!junit_has_dialect(STR("ant")));
}
END_TEST

Suite *junit_suite(void)
{
    Suite *s = suite_create("junit");
    TCase *tc = tcase_create("junit");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_loop_test(tc, a_verdict_becomes_what_readers_know, 0, (int)countof(rows));
    tcase_add_test(tc, counters_add_up_and_agree_with_the_summary);
    tcase_add_test(tc, class_and_name_are_unique_and_split_at_folders_only);
    tcase_add_test(tc, a_run_that_shows_nothing_is_never_green);
    tcase_add_test(tc, times_have_three_decimals);
    tcase_add_test(tc, only_wide_has_what_the_other_dialect_forbids);
    suite_add_tcase(s, tc);
    return s;
}
