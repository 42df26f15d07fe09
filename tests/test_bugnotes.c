/* SPDX-License-Identifier: MIT */
/* Notes on planted bugs: what they say, and what they may not say. */
#include <check.h>

#include "run/bugnotes.h"

Suite *bugnotes_suite(void);

static struct arena *a;
static struct mistakes m;
static struct bugnotes notes;

static void read_notes(const char *text)
{
    size_t count;
    a = arena_new(NULL);
    m = (struct mistakes){ .arena = a };
    notes = (struct bugnotes){ .bug = NULL };
    struct line *lines = lines_read(a, "bugs.acme", str_of(text), &count, &m);
    bugnotes_add(a, lines, count, &notes, &m);
}

START_TEST(a_note_names_what_else_a_bug_turns_red)
{
    read_notes("bug nonce-reuse\n  also rfc8555-6.5-2 watch/*\n  also server/a/b\n"
               "  because It is so.\n");
    ck_assert_uint_eq(m.list.count, 0);
    ck_assert_uint_eq(notes.bug_count, 1);
    ck_assert(notes.bug[0].bug == BUG_NONCE_REUSE);
    ck_assert_uint_eq(notes.bug[0].also.count, 3);
    ck_assert(!notes.bug[0].unseen);
    ck_assert(str_is(notes.bug[0].because, "It is so."));
    arena_end(a);
}
END_TEST

START_TEST(a_note_names_where_a_bug_is_seen)
{
    read_notes("bug nonce-reuse\n  seen-in server/a/b server/a/c\n  because It is so.\n");
    ck_assert_uint_eq(m.list.count, 0);
    ck_assert_uint_eq(notes.bug[0].seen_in.count, 2);
    ck_assert_uint_eq(notes.bug[0].also.count, 0);
    arena_end(a);
}
END_TEST

START_TEST(a_check_that_never_is_red_is_named)
{
    read_notes("never red server/a/b\n  check must 4xx (2)\n  because It is so.\n");
    ck_assert_uint_eq(m.list.count, 0);
    ck_assert_uint_eq(notes.never_count, 1);
    ck_assert(str_is(notes.never[0].scenario, "server/a/b"));
    ck_assert(str_is(notes.never[0].check, "must 4xx (2)"));
    arena_end(a);
}
END_TEST

/* clang-format off */
static const struct {
    const char *text, *sentence;
} bad[] = {
    { "bug nonce-reus\n  unseen\n  because B\n", "did you mean \"nonce-reuse\"?" },
    { "bug nonce-reuse\n  unseen\n", "has a because" },
    { "bug nonce-reuse\n  because B\n", "has an also or a seen-in, or is unseen" },
    { "bug nonce-reuse\n  unseen\n  also watch/x\n  because B\n", "has an also or a seen-in, or is unseen" },
    { "bug nonce-reuse\n  unseen\n  seen-in server/a/b\n  because B\n", "or is unseen" },
    { "never red server/a/b\n", "has a because" },
    { "profile p\n", "only `bug` and `never red` stand in notes on bugs" },
};
/* clang-format on */

START_TEST(a_note_without_its_reason_is_refused)
{
    read_notes(bad[_i].text);
    ck_assert_uint_eq(m.list.count, 1);
    ck_assert_msg(str_contains(m.list.item[0], str_of(bad[_i].sentence)), "%s",
                  m.list.item[0].ptr);
    arena_end(a);
}
END_TEST

Suite *bugnotes_suite(void)
{
    Suite *s = suite_create("bugnotes");
    TCase *tc = tcase_create("notes");
    tcase_add_test(tc, a_note_names_what_else_a_bug_turns_red);
    tcase_add_test(tc, a_note_names_where_a_bug_is_seen);
    tcase_add_test(tc, a_check_that_never_is_red_is_named);
    tcase_add_loop_test(tc, a_note_without_its_reason_is_refused, 0, (int)countof(bad));
    suite_add_tcase(s, tc);
    return s;
}
