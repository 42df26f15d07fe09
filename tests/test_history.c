/* SPDX-License-Identifier: MIT */
/* What broke in the field: what its rows say, and what they may not say. */
#include <check.h>

#include "script/history.h"

Suite *history_suite(void);

static struct arena *a;
static struct mistakes m;
static struct history all;

#define HEAD "history N-1\n  suite client\n  who lego\n  source x#1\n  says It breaks.\n"

static void read_rows(const char *text)
{
    size_t count;
    a = arena_new(NULL);
    m = (struct mistakes){ .arena = a };
    all = (struct history){ .row = NULL };
    struct line *lines = lines_read(a, "nonces.acme", str_of(text), &count, &m);
    history_add(a, &all, lines, count, &m);
}

START_TEST(a_row_names_what_shows_a_bug)
{
    read_rows(HEAD "  shown-by client/a/b watch/c\n  shown-by client/d\n"
                   "  why-not Not on Sundays.\n");
    ck_assert_uint_eq(m.list.count, 0);
    const struct history_row *row = history_find(&all, STR("N-1"));
    ck_assert(row && str_is(row->suite, "client") && str_is(row->who, "lego"));
    ck_assert(str_is(row->source, "x#1") && str_is(row->says, "It breaks."));
    ck_assert_uint_eq(row->shown_by.count, 3);
    ck_assert(str_is(row->shown_by.item[2], "client/d"));
    ck_assert(str_is(row->why_not, "Not on Sundays."));
    ck_assert(!history_find(&all, STR("N-2")));
    arena_end(a);
}
END_TEST

static void refused_for(const char *sentence)
{
    ck_assert_uint_eq(m.list.count, 1);
    ck_assert_msg(str_contains(m.list.item[0], str_of(sentence)), "%s",
                  m.list.item[0].ptr);
}

/* clang-format off */
static const struct {
    const char *text, *sentence;
} bad[] = {
    { HEAD, "nothing shows N-1: name scenarios with shown-by, or say why-not" },
    { "history N-1\n  suite client\n  why-not W\n", "has at least suite, who, source and says" },
    { "profile p\n", "only rows of history stand in such a file" },
};
/* clang-format on */

START_TEST(a_row_that_says_too_little_is_refused)
{
    read_rows(bad[_i].text);
    refused_for(bad[_i].sentence);
    ck_assert_uint_eq(all.count, 0);
    arena_end(a);
}
END_TEST

/* clang-format off */
static const struct {
    const char *text, *sentence;
} untrue[] = {
    { HEAD "  shown-by client/a/b\n", "nonces.acme:6:12: there is no scenario or watch client/a/b" },
    { HEAD "  shown-by watch/never\n", "there is no scenario or watch watch/never" },
    { HEAD "  why-not W\n" HEAD "  why-not W\n", "nonces.acme:7:1: N-1 is there already" },
};
/* clang-format on */

START_TEST(what_shows_a_bug_is_there)
{
    struct watch watch = { .id = STR("always") };
    struct watches watches = { &watch, 1 };
    read_rows(HEAD "  shown-by watch/always\n");
    history_judge(a, &all, STR("/nowhere"), &watches, &m);
    ck_assert_uint_eq(m.list.count, 0);
    arena_end(a);
    read_rows(untrue[_i].text);
    history_judge(a, &all, STR("/nowhere"), &watches, &m);
    refused_for(untrue[_i].sentence);
    arena_end(a);
}
END_TEST

Suite *history_suite(void)
{
    Suite *s = suite_create("history");
    TCase *tc = tcase_create("rows");
    tcase_add_test(tc, a_row_names_what_shows_a_bug);
    tcase_add_loop_test(tc, a_row_that_says_too_little_is_refused, 0, (int)countof(bad));
    tcase_add_loop_test(tc, what_shows_a_bug_is_there, 0, (int)countof(untrue));
    suite_add_tcase(s, tc);
    return s;
}
