/* SPDX-License-Identifier: MIT */
/* Checks and clauses that could never hold, never fail, or never be judged are refused
 * when they are read: in scenarios and in watches. */
#include <check.h>

#include "script/scenario.h"
#include "script/watch.h"

Suite *reader_checks_suite(void);

#define WATCH "watch  w\n  title  T\n  suite  server\n  rule   house\n"

/* clang-format off */
static const struct { const char *text, *mistake; } watches[] = {
    { WATCH "  should header Replay-Nonce is ${w2}\n", "w.acme:5:33: a watch is for every scenario, and knows no ${names}; $${ is a plain ${" },
    { WATCH "  when body /status is ${domain}\n  should 200\n", "w.acme:5:24: a watch is for every scenario, and knows no ${names}; $${ is a plain ${" },
    { WATCH "  should body /a is { \"b\": \"${c}\" }\n", "w.acme:5:3: a watch is for every scenario, and knows no ${names}; $${ is a plain ${" },
};
/* clang-format on */

START_TEST(a_mistake_of_a_watch_is_named)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m = { .arena = a };
    struct watches all = { 0 };
    size_t count;
    struct line *lines = lines_read(a, "w.acme", str_of(watches[_i].text), &count, &m);
    watches_add(a, &all, lines, count, NULL, &m);
    ck_assert_uint_ge(m.list.count, 1);
    ck_assert_str_eq(m.list.item[0].ptr, watches[_i].mistake);
    arena_end(a);
}
END_TEST

Suite *reader_checks_suite(void)
{
    Suite *s = suite_create("reader_checks");
    TCase *t = tcase_create("reader_checks");
    tcase_add_loop_test(t, a_mistake_of_a_watch_is_named, 0, countof(watches));
    suite_add_tcase(s, t);
    return s;
}
