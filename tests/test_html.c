/* SPDX-License-Identifier: MIT */
/* The page stands alone, runs nothing, and holds each element that it opens. */
#include <check.h>

#include "reports/report.h"
#include "tests/results_fixture.h"

Suite *html_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void end(void)
{
    arena_end(a);
}

static str page_of(const struct results *r)
{
    struct buf out = buf_new(a, CEILING_REPORT);
    struct report_options options = { .colour = false };
    report_find("html")->write(&out, r, &options);
    ck_assert(!out.over);
    return buf_str(&out);
}

static size_t count_of(str text, const char *needle)
{
    size_t count = 0, at;
    while ((at = str_find(text, str_of(needle))) < text.len) {
        text = str_from(text, at + 1);
        count++;
    }
    return count;
}

/* The page's tags alone, one a line: what stands between them is text. */
static str tags_of(str page)
{
    struct buf out = buf_new(a, CEILING_REPORT);
    for (size_t at; (at = str_find_char(page, '<')) < page.len;) {
        page = str_from(page, at);
        size_t end = str_find_char(page, '>');
        buf_add(&out, str_upto(page, end));
        buf_add_char(&out, '\n');
        page = str_from(page, end);
    }
    return buf_str(&out);
}

/* Everything in the sample that a peer sends is hostile. */
START_TEST(nothing_is_run_or_fetched)
{
    static const char *const never[] = {
        "<script", "<img", "<link", "<iframe", "<object", "<base",
        "<form",   " src", " on",   " style=", "\x1b",    "javascript:",
    };
    str page = page_of(sample_results(a)), tags = tags_of(page);
    for (size_t i = 0; i < countof(never); i++)
        ck_assert_msg(!str_contains(tags, str_of(never[i])), "\"%s\" stands in a tag",
                      never[i]);
    ck_assert(!str_contains(page, STR("@import")) && !str_contains(page, STR(":url(")));
    ck_assert_uint_eq(count_of(page, "<style"), 1);
    ck_assert_uint_eq(count_of(page, " href="),
                      count_of(page, " href=\"https://www.rfc-editor.org/"));
    ck_assert(str_contains(
        page, STR("content=\"default-src 'none'; style-src 'unsafe-inline'\"")));
    ck_assert(str_starts(page, "<!DOCTYPE html>\n"));
    ck_assert(str_contains(page, STR("<meta charset=\"utf-8\">")));
}
END_TEST

START_TEST(each_element_is_closed)
{
    static const char *const names[] = { "html",    "head",    "body", "h1",   "h2",
                                         "p",       "dl",      "dt",   "dd",   "table",
                                         "thead",   "tbody",   "tr",   "td",   "th",
                                         "details", "summary", "pre",  "code", "b",
                                         "ul",      "li",      "mark", "div" };
    str page = page_of(sample_results(a));
    for (size_t i = 0; i < countof(names); i++) {
        const char *open = arena_printf(a, "<%s>", names[i]).ptr;
        const char *open_with = arena_printf(a, "<%s ", names[i]).ptr;
        const char *close = arena_printf(a, "</%s>", names[i]).ptr;
        size_t opened = count_of(page, open) + count_of(page, open_with);
        ck_assert_msg(opened > 0 && opened == count_of(page, close),
                      "<%s> is opened %zu times and closed %zu times", names[i], opened,
                      count_of(page, close));
    }
}
END_TEST

START_TEST(what_is_not_green_is_told_and_failures_stand_open)
{
    str page = page_of(sample_results(a));
    ck_assert_uint_eq(count_of(page, "<details open=\"open\">"), 4);
    ck_assert(str_contains(page, STR("<h2>Errors</h2>")));
    ck_assert(str_contains(page, STR("<h2>Stale expectations of the baseline</h2>")));
    ck_assert(str_contains(page, STR("violations found")));
    ck_assert(str_contains(page, STR("<li>renewalInfo: not seen</li>")));
    ck_assert(str_contains(page, STR("<mark>HTTP/1.1 201 Created  &lt;- wanted")));
}
END_TEST

START_TEST(a_heading_stands_only_over_something)
{
    struct results *r = results_new(a);
    add_check(a, add_play(a, r, "server/x/y"), "must 200", VERDICT_PASS);
    results_count(r);
    str page = page_of(r);
    ck_assert_uint_eq(count_of(page, "<h2>"), 2); /* by section, all scenarios */
    ck_assert(str_contains(page, STR("nothing is violated")));
    r->stopped = STR("the run was stopped by SIGTERM");
    results_count(r);
    ck_assert(str_contains(page_of(r), STR("<p>the run was stopped by SIGTERM</p>")));
    struct results *none = results_new(a);
    results_count(none);
    ck_assert(str_contains(page_of(none), STR("nothing was selected")));
}
END_TEST

Suite *html_suite(void)
{
    Suite *s = suite_create("html");
    TCase *tc = tcase_create("page");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_test(tc, nothing_is_run_or_fetched);
    tcase_add_test(tc, each_element_is_closed);
    tcase_add_test(tc, what_is_not_green_is_told_and_failures_stand_open);
    tcase_add_test(tc, a_heading_stands_only_over_something);
    suite_add_tcase(s, tc);
    return s;
}
