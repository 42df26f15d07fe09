/* SPDX-License-Identifier: MIT */
/* Every exit status, from every combination of verdicts that leads to it; and that every
 * case is counted once. */
#include <check.h>

#include "run/outcome.h"
#include "tests/results_fixture.h"

Suite *outcome_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void end(void)
{
    arena_end(a);
}

/* One letter for each case: pass, Warn, Fail, Inconclusive, Error, Skip; what a baseline
 * expects is in capitals, "n" was not reached; "!" is a stale expectation, "." a stop,
 * "~" a target that is gone, "s" makes it strict, "a" allows inconclusive. */
/* clang-format off */
static const struct {
    const char *cases;
    int status;
    size_t passed, failed, skipped;
} rows[] = {
    { "p",    EXIT_CONFORMS,     1, 0, 0 },
    { "ppk",  EXIT_CONFORMS,     2, 0, 1 },
    { "pw",   EXIT_CONFORMS,     2, 0, 0 },
    { "w",    EXIT_CONFORMS,     1, 0, 0 },
    { "pws",  EXIT_VIOLATION,    1, 1, 0 },
    { "pWs",  EXIT_CONFORMS,     1, 0, 1 },
    { "f",    EXIT_VIOLATION,    0, 1, 0 },
    { "pfn",  EXIT_VIOLATION,    1, 1, 1 },
    { "fi",   EXIT_VIOLATION,    0, 2, 0 },
    { "fe",   EXIT_VIOLATION,    0, 2, 0 },
    { "f!",   EXIT_VIOLATION,    0, 2, 0 },
    { "f.",   EXIT_VIOLATION,    0, 2, 0 },
    { "F",    EXIT_CONFORMS,     0, 0, 1 },
    { "pF",   EXIT_CONFORMS,     1, 0, 1 },
    { "pFf",  EXIT_VIOLATION,    1, 1, 1 },
    { "pi",   EXIT_INCONCLUSIVE, 1, 1, 0 },
    { "pia",  EXIT_CONFORMS,     1, 0, 1 },
    { "pI",   EXIT_CONFORMS,     1, 0, 1 },
    { "pn",   EXIT_CONFORMS,     1, 0, 1 },
    { "p.",   EXIT_INCONCLUSIVE, 1, 1, 0 },
    { "pa.",  EXIT_INCONCLUSIVE, 1, 1, 0 },
    { "pi!",  EXIT_INCONCLUSIVE, 1, 2, 0 },
    { "",     EXIT_NOTHING_RUN,  0, 1, 0 },
    { "k",    EXIT_NOTHING_RUN,  0, 1, 1 },
    { "n",    EXIT_NOTHING_RUN,  0, 1, 1 },
    { "ia",   EXIT_NOTHING_RUN,  0, 1, 1 },
    { "I",    EXIT_NOTHING_RUN,  0, 1, 1 },
    { "pe",   EXIT_OUR_FAULT,    1, 1, 0 },
    { "pei",  EXIT_OUR_FAULT,    1, 2, 0 },
    { "pe!",  EXIT_OUR_FAULT,    1, 2, 0 },
    { "pE",   EXIT_CONFORMS,     1, 0, 1 },
    { "p.~",  EXIT_OUR_FAULT,    1, 1, 0 },
    { "pi.~", EXIT_OUR_FAULT,    1, 2, 0 },
    { "p!",   EXIT_STALE,        1, 1, 0 },
    { "pF!",  EXIT_STALE,        1, 1, 1 },
};
/* clang-format on */

static bool is_setting(struct results *r, char letter)
{
    r->strict = r->strict || letter == 's';
    r->allow_inconclusive = r->allow_inconclusive || letter == 'a';
    r->gone = r->gone || letter == '~';
    if (letter == '.')
        r->stopped = STR("the run was stopped by SIGTERM");
    if (letter == '!') {
        r->stale = NEW(a, struct stale_expectation);
        r->stale_count = 1;
    }
    return strchr("sa.~!", letter) != NULL;
}

static enum verdict verdict_of(char letter)
{
    static const char letters[] = "kpwife";
    char small = (char)(letter >= 'a' ? letter : letter + 'a' - 'A');
    return small == 'n' ? VERDICT_INCONCLUSIVE
                        : (enum verdict)(strchr(letters, small) - letters);
}

static struct results *results_of(const char *cases)
{
    struct results *r = results_new(a);
    struct play_result *p = *cases ? add_play(a, r, "server/x/y") : NULL;
    for (const char *c = cases; *c; c++) {
        if (is_setting(r, *c))
            continue;
        struct check_result *check = add_check(a, p, "must 200", verdict_of(*c));
        check->expected = *c < 'a';
        check->not_reached = *c == 'n';
    }
    results_count(r);
    return r;
}

START_TEST(the_status_is_the_worst_that_nobody_expected)
{
    struct results *r = results_of(rows[_i].cases);
    ck_assert_msg(outcome_status(r, r->allow_inconclusive) == rows[_i].status,
                  "\"%s\" ends with %d", rows[_i].cases,
                  outcome_status(r, r->allow_inconclusive));
}
END_TEST

START_TEST(every_case_is_passed_failed_or_skipped)
{
    struct totals t = results_of(rows[_i].cases)->total;
    ck_assert_msg(t.passed == rows[_i].passed && t.failed == rows[_i].failed
                      && t.skipped == rows[_i].skipped,
                  "\"%s\" counts %zu, %zu, %zu", rows[_i].cases, t.passed, t.failed,
                  t.skipped);
    ck_assert_uint_eq(t.decided,
                      t.verdict[VERDICT_PASS] + t.verdict[VERDICT_WARN]
                          + t.verdict[VERDICT_FAIL]);
}
END_TEST

START_TEST(a_watch_counts_like_a_check)
{
    static const int wanted[VERDICT_COUNT] = {
        [VERDICT_SKIP] = EXIT_NOTHING_RUN, [VERDICT_PASS] = EXIT_CONFORMS,
        [VERDICT_WARN] = EXIT_CONFORMS,    [VERDICT_INCONCLUSIVE] = EXIT_INCONCLUSIVE,
        [VERDICT_FAIL] = EXIT_VIOLATION,   [VERDICT_ERROR] = EXIT_OUR_FAULT,
    };
    struct results *r = results_new(a);
    add_watch(a, r, "w", (enum verdict)_i);
    add_play(a, r, "server/x/y")->reason = STR("not offered");
    results_count(r);
    ck_assert_int_eq(outcome_status(r, false), wanted[_i]);
    ck_assert_uint_eq(r->total.verdict[_i], 1 + (_i == VERDICT_SKIP));
}
END_TEST

START_TEST(a_play_that_ended_without_a_check_counts_itself)
{
    struct results *r = results_new(a);
    add_check(a, add_play(a, r, "server/x/good"), "must 200", VERDICT_PASS);
    struct play_result *p = add_play(a, r, "server/x/died");
    p->reason = STR("died of signal 11");
    p->verdict = VERDICT_ERROR;
    results_count(r);
    ck_assert_int_eq(outcome_status(r, false), EXIT_OUR_FAULT);
    ck_assert_uint_eq(r->total.failed, 1);
    ck_assert_uint_eq(r->total.plays[VERDICT_ERROR], 1);
    p->expected = true;
    results_count(r);
    ck_assert_int_eq(outcome_status(r, false), EXIT_CONFORMS);
}
END_TEST

START_TEST(the_reason_why_a_run_shows_nothing_is_a_sentence)
{
    ck_assert(!results_fault(results_of("pf")).len);
    ck_assert_str_eq(results_fault(results_of("p.")).ptr,
                     "the run was stopped by SIGTERM");
    ck_assert(str_contains(results_fault(results_of("k")), STR("decided")));
    ck_assert(str_contains(results_fault(results_of("")), STR("nothing was selected")));
}
END_TEST

START_TEST(each_ending_has_its_words)
{
    ck_assert(outcome_meaning(results_of(rows[_i].cases), false).len > 0);
}
END_TEST

/* Else a CA whose every violation is known would be said to conform. */
START_TEST(what_a_baseline_expects_is_told_from_nothing_violated)
{
    ck_assert_str_eq(outcome_meaning(results_of("pwW"), false).ptr,
                     "nothing is violated");
    ck_assert_str_eq(outcome_meaning(results_of("pF"), false).ptr,
                     "nothing is violated but what the baseline expects");
    ck_assert_str_eq(outcome_meaning(results_of("pFf"), false).ptr, "violations found");
}
END_TEST

Suite *outcome_suite(void)
{
    Suite *s = suite_create("outcome");
    TCase *tc = tcase_create("exit status");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_loop_test(tc, the_status_is_the_worst_that_nobody_expected, 0,
                        (int)countof(rows));
    tcase_add_loop_test(tc, every_case_is_passed_failed_or_skipped, 0,
                        (int)countof(rows));
    tcase_add_loop_test(tc, a_watch_counts_like_a_check, 0, VERDICT_COUNT);
    tcase_add_test(tc, a_play_that_ended_without_a_check_counts_itself);
    tcase_add_test(tc, the_reason_why_a_run_shows_nothing_is_a_sentence);
    tcase_add_loop_test(tc, each_ending_has_its_words, 0, (int)countof(rows));
    tcase_add_test(tc, what_a_baseline_expects_is_told_from_nothing_violated);
    suite_add_tcase(s, tc);
    return s;
}
