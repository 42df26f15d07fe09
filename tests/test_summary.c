/* SPDX-License-Identifier: MIT */
/* The numbers of the summary: each case is counted once, rows and columns add up, and the
 * last line is what scripts read. */
#include <check.h>

#include "reports/report.h"
#include "reports/sections.h"
#include "tests/results_fixture.h"

Suite *summary_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void end(void)
{
    arena_end(a);
}

static str summary_of(const struct results *r, struct report_options options)
{
    struct buf out = buf_new(a, CEILING_REPORT);
    text_summary(&out, r, &options);
    return buf_str(&out);
}

static str last_line(str text)
{
    str line = STR_NONE, next;
    while (str_cut(&text, '\n', &next))
        line = next;
    return line;
}

static size_t sum_of(const size_t *count, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += count[i];
    return sum;
}

START_TEST(rows_and_columns_add_up_to_the_cases)
{
    struct results *r = sample_results(a);
    struct sections s = sections_of(a, r);
    size_t all[COLUMN_COUNT] = { 0 };
    for (size_t i = 0; i < s.count; i++)
        for (size_t c = 0; c < COLUMN_COUNT; c++)
            all[c] += s.row[i].count[c];
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        ck_assert_uint_eq(all[c], s.sum.count[c]);
    ck_assert_uint_eq(sum_of(all, COLUMN_COUNT), sum_of(r->total.verdict, VERDICT_COUNT));
    ck_assert_uint_eq(all[COLUMN_UNREACHED], r->total.not_reached);
    ck_assert_uint_eq(all[COLUMN_EXPECTED], r->total.expected);
    ck_assert_uint_eq(all[COLUMN_SKIP], r->total.verdict[VERDICT_SKIP]);
}
END_TEST

START_TEST(without_a_baseline_columns_are_the_verdicts)
{
    struct results *r = sample_without_baseline(a);
    const size_t *n = sections_of(a, r).sum.count;
    ck_assert_uint_eq(n[COLUMN_PASS], r->total.verdict[VERDICT_PASS]);
    ck_assert_uint_eq(n[COLUMN_WARN], r->total.verdict[VERDICT_WARN]);
    ck_assert_uint_eq(n[COLUMN_FAIL], r->total.verdict[VERDICT_FAIL]);
    ck_assert_uint_eq(n[COLUMN_ERROR], r->total.verdict[VERDICT_ERROR]);
    ck_assert_uint_eq(n[COLUMN_INCONCLUSIVE] + n[COLUMN_UNREACHED],
                      r->total.verdict[VERDICT_INCONCLUSIVE]);
    ck_assert_uint_eq(n[COLUMN_PASS] + n[COLUMN_WARN] + n[COLUMN_FAIL], r->total.decided);
    ck_assert(!str_contains(summary_of(r, (struct report_options){ .colour = false }),
                            STR("\nbaseline ")));
}
END_TEST

START_TEST(passed_failed_and_skipped_are_all_cases_and_what_is_wrong_with_the_run)
{
    struct results *r = sample_results(a);
    const struct totals *t = &r->total;
    ck_assert_uint_eq(t->passed + t->failed + t->skipped,
                      sum_of(t->verdict, VERDICT_COUNT) + t->stale);
    r->stopped = STR("stopped");
    results_count(r);
    ck_assert_uint_eq(t->passed + t->failed + t->skipped,
                      sum_of(t->verdict, VERDICT_COUNT) + t->stale + 1);
}
END_TEST

START_TEST(the_lines_say_the_numbers)
{
    struct results *r = sample_without_baseline(a);
    str text = summary_of(r, (struct report_options){ .colour = false });
    static const str lines[] = {
        STR_INIT("\ncases    13: 7 decided (3 pass, 1 warn, 3 fail), 1 inconclusive, 1 "
                 "error, 2 "
                 "not reached, 2 skip\n"),
        STR_INIT("\nplays    6 in 4.6 s, 1.2 s CPU, at most 20 MiB a process\n"),
        STR_INIT("\nresult   violations found (exit status 1)\n"),
        STR_INIT("\nscenarios not played out "),
        STR_INIT("\nrules of the house "),
        STR_INIT("\nRFC 8555 section 6.5 "),
    };
    for (size_t i = 0; i < countof(lines); i++)
        ck_assert_msg(str_contains(text, lines[i]), "no %s in %s", lines[i].ptr,
                      text.ptr);
    ck_assert(str_eq(last_line(text), STR("4 passed, 5 failed, 4 skipped")));
}
END_TEST

/* Sections as the catalogue has them, then what it does not have. */
START_TEST(sections_stand_in_the_order_of_the_catalogue)
{
    struct sections s = sections_of(a, sample_results(a));
    static const char *const order[] = { "RFC 8555 section 6.5", "RFC 8555 section 6.7",
                                         "rfc0000-1-1", "rules of the house",
                                         "scenarios not played out" };
    ck_assert_uint_eq(s.count, countof(order));
    for (size_t i = 0; i < s.count; i++)
        ck_assert(str_is(s.row[i].label, order[i]));
}
END_TEST

START_TEST(quiet_is_the_last_line_and_what_is_wrong_with_the_run)
{
    struct results *r = sample_results(a);
    struct report_options quiet = { .quiet = true };
    ck_assert_str_eq(summary_of(r, quiet).ptr, "4 passed, 6 failed, 6 skipped\n");
    r->stopped = STR("the run was stopped by SIGTERM");
    results_count(r);
    ck_assert_str_eq(summary_of(r, quiet).ptr,
                     "\nthe run was stopped by SIGTERM\n4 passed, 7 failed, 6 skipped\n");
}
END_TEST

START_TEST(colour_changes_nothing_but_the_colour)
{
    struct results *r = sample_results(a);
    str colour = summary_of(r, (struct report_options){ .colour = true });
    str plain = summary_of(r, (struct report_options){ .colour = false });
    struct buf out = buf_new(a, CEILING_REPORT);
    for (size_t i = 0; i < colour.len; i++) {
        if (colour.ptr[i] == '\033')
            i += str_find_char(str_from(colour, i), 'm');
        else
            buf_add_char(&out, colour.ptr[i]);
    }
    ck_assert_str_eq(buf_str(&out).ptr, plain.ptr);
    ck_assert_uint_gt(colour.len, plain.len);
}
END_TEST

Suite *summary_suite(void)
{
    Suite *s = suite_create("summary");
    TCase *tc = tcase_create("numbers");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_test(tc, rows_and_columns_add_up_to_the_cases);
    tcase_add_test(tc, without_a_baseline_columns_are_the_verdicts);
    tcase_add_test(
        tc, passed_failed_and_skipped_are_all_cases_and_what_is_wrong_with_the_run);
    tcase_add_test(tc, the_lines_say_the_numbers);
    tcase_add_test(tc, sections_stand_in_the_order_of_the_catalogue);
    tcase_add_test(tc, quiet_is_the_last_line_and_what_is_wrong_with_the_run);
    tcase_add_test(tc, colour_changes_nothing_but_the_colour);
    suite_add_tcase(s, tc);
    return s;
}
