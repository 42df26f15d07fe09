/* SPDX-License-Identifier: MIT */
/* Failures for the terminal: what stands in them, in what order, and that no byte of a
 * peer reaches the terminal as it came.  How they look is in tests/golden/. */
#include <check.h>

#include "reports/explain.h"
#include "reports/paint.h"
#include "reports/report.h"
#include "tests/results_fixture.h"

Suite *text_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void end(void)
{
    arena_end(a);
}

static str text_of(const struct results *r, struct report_options options)
{
    struct buf out = buf_new(a, CEILING_REPORT);
    text_failures(&out, r, &options);
    return buf_str(&out);
}

static size_t at(str text, const char *needle)
{
    size_t found = str_find(text, str_of(needle));
    ck_assert_msg(found < text.len, "\"%s\" does not stand in it", needle);
    return found;
}

START_TEST(the_worst_stands_last)
{
    str text = text_of(sample_results(a), (struct report_options){ .colour = false });
    ck_assert_uint_lt(at(text, "WARN  "), at(text, "INCONCLUSIVE  "));
    ck_assert_uint_lt(at(text, "INCONCLUSIVE  "), at(text, "FAIL  "));
    ck_assert_uint_lt(at(text, "FAIL  "), at(text, "ERROR  "));
    ck_assert_uint_lt(at(text, "ERROR  "), at(text, "STALE  "));
}
END_TEST

START_TEST(only_text_reaches_the_terminal)
{
    str text = text_of(sample_results(a), (struct report_options){ .verbose = true });
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        ck_assert_msg(c == '\n' || (c >= 0x20 && c != 0x7f), "byte %x at %zu", c, i);
    }
    ck_assert(!str_contains(text, STR("\xe2\x80\xae")));
}
END_TEST

START_TEST(what_is_expected_is_told_only_when_asked)
{
    struct results *r = sample_results(a);
    str brief = text_of(r, (struct report_options){ .colour = false });
    str full = text_of(r, (struct report_options){ .verbose = true });
    ck_assert(!str_contains(brief, STR("server/6.5-nonces/known")));
    at(full,
       "FAIL  server/6.5-nonces/known  must 400 badNonce: It keeps no list of nonces; "
       "RFC 8555 6.5 wants one. (expected)");
}
END_TEST

/* An exchange of the sample has this line, and there are four that are told. */
static size_t exchanges_in(str text)
{
    size_t count = 0;
    while (str_contains(text, STR("    POST /acme/new-order HTTP/1.1\n"))) {
        text = str_from(text, at(text, "    POST /acme/new-order HTTP/1.1\n") + 1);
        count++;
    }
    return count;
}

START_TEST(a_warning_has_its_exchange_when_it_matters)
{
    struct results *r = sample_without_baseline(a);
    ck_assert_uint_eq(
        exchanges_in(text_of(r, (struct report_options){ .colour = false })), 3);
    ck_assert_uint_eq(
        exchanges_in(text_of(r, (struct report_options){ .verbose = true })), 4);
    r->strict = true;
    ck_assert_uint_eq(
        exchanges_in(text_of(r, (struct report_options){ .colour = false })), 4);
}
END_TEST

START_TEST(a_green_run_says_nothing)
{
    struct results *r = results_new(a);
    add_check(a, add_play(a, r, "server/x/y"), "must 200", VERDICT_PASS);
    results_count(r);
    ck_assert_uint_eq(text_of(r, (struct report_options){ .verbose = true }).len, 0);
}
END_TEST

START_TEST(the_command_is_quoted_for_a_shell)
{
    struct results *r = results_new(a);
    struct test_case c = { .again = STR("server/x/y[alg=it's $(odd) \"two\" *]") };
    ck_assert_str_eq(explain_again(a, r, &c).ptr,
                     "acmespec server https://localhost:14000/dir "
                     "'server/x/y[alg=it'\\''s $(odd) \"two\" *]'");
    c.again = STR("server/x/y");
    ck_assert(str_ends(explain_again(a, r, &c), "/dir server/x/y"));
    c.again = STR_NONE;
    ck_assert_uint_eq(explain_again(a, r, &c).len, 0);
}
END_TEST

/* --- paint --- */

/* clang-format off */
static const struct { const char *text, *wanted; } wraps[] = {
    { "", "" },
    { "one", "one" },
    { "one two three", "one two\n  three" },
    { "onetwothreefour five", "onetwothreefour\n  five" },
    { "one\ttwo", "one\\ttwo" },
    { "a b c d e f g h", "a b c d e\n  f g h" },
};
/* clang-format on */

START_TEST(sentences_are_wrapped_at_blanks)
{
    struct buf out = buf_new(a, CEILING_LINE);
    paint_wrapped(&out, str_of(wraps[_i].text), "  ", 1, 10);
    ck_assert_str_eq(buf_str(&out).ptr, wraps[_i].wanted);
}
END_TEST

START_TEST(verdicts_are_padded_without_their_colour)
{
    struct buf out = buf_new(a, CEILING_LINE);
    paint_verdict(&out, VERDICT_PASS, false, 6);
    paint_verdict(&out, VERDICT_PASS, true, 6);
    ck_assert_str_eq(buf_str(&out).ptr, "PASS  \033[32mPASS\033[0m  ");
}
END_TEST

Suite *text_suite(void)
{
    Suite *s = suite_create("text");
    TCase *tc = tcase_create("failures");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_test(tc, the_worst_stands_last);
    tcase_add_test(tc, only_text_reaches_the_terminal);
    tcase_add_test(tc, what_is_expected_is_told_only_when_asked);
    tcase_add_test(tc, a_warning_has_its_exchange_when_it_matters);
    tcase_add_test(tc, a_green_run_says_nothing);
    tcase_add_test(tc, the_command_is_quoted_for_a_shell);
    tcase_add_loop_test(tc, sentences_are_wrapped_at_blanks, 0, (int)countof(wraps));
    tcase_add_test(tc, verdicts_are_padded_without_their_colour);
    suite_add_tcase(s, tc);
    return s;
}
