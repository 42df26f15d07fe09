/* SPDX-License-Identifier: MIT */
/* Progress: one line that is rewritten on a terminal, quiet lines elsewhere, no colour
 * that was not asked for, nothing of a peer's that a terminal obeys. */
#include <check.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "reports/progress.h"
#include "tests/results_fixture.h"

Suite *progress_suite(void);

static struct arena *a;
static struct results *r;
static str path;
static int fd;

static void begin(void)
{
    struct err err;
    str folder;
    a = arena_new(NULL);
    r = sample_results(a);
    ck_assert(file_temp_dir(a, &folder, &err));
    path = arena_printf(a, "%.*s/out", STR_ARG(folder));
    fd = open(path.ptr, O_CREAT | O_RDWR, 0600);
    ck_assert_int_ge(fd, 0);
}

static void end(void)
{
    close(fd);
    arena_end(a);
}

/* Plays the sample and gives all that was written. */
static str shown(struct progress_options options)
{
    struct err err;
    str text;
    options.fd = fd;
    options.planned = r->play_count;
    struct progress *p = progress_new(a, &options);
    for (size_t i = 0; i < r->play_count; i++)
        progress_began(p, r->play[i].name);
    for (size_t i = 0; i < r->play_count; i++) {
        progress_ended(p, &r->play[i]);
        progress_tick(p);
    }
    progress_done(p);
    ck_assert(file_read(a, path.ptr, CEILING_REPORT, &text, &err));
    return text;
}

static size_t lines_of(str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '\n';
    return count;
}

START_TEST(elsewhere_each_play_that_is_new_and_not_green_has_a_line)
{
    str text = shown((struct progress_options){ .terminal = false });
    ck_assert_uint_eq(lines_of(text), 5);
    ck_assert(str_contains(text, STR("FAIL          server/6.5-nonces/reused[")));
    ck_assert(str_contains(text, STR("died of signal 11\n")));
    ck_assert(!str_contains(text, STR("server/6.5-nonces/known")));
    ck_assert(!str_contains(text, STR("renewal")));
    ck_assert(!str_contains(text, STR("\r")));
    ck_assert(!str_contains(text, STR("\x1b")));
}
END_TEST

START_TEST(verbose_has_a_line_for_every_play)
{
    str text = shown((struct progress_options){ .verbose = true });
    ck_assert_uint_eq(lines_of(text), r->play_count);
    ck_assert(str_contains(text, STR("server/6.5-nonces/known  (expected)")));
    ck_assert(str_contains(text, STR("SKIP          server/9-extras/renewal")));
}
END_TEST

START_TEST(quiet_says_nothing)
{
    ck_assert_uint_eq(shown((struct progress_options){ .quiet = true }).len, 0);
    ck_assert_uint_eq(
        shown((struct progress_options){ .quiet = true, .terminal = true }).len, 0);
}
END_TEST

START_TEST(on_a_terminal_one_line_is_rewritten_and_wiped)
{
    str text = shown((struct progress_options){ .terminal = true });
    ck_assert(str_contains(text, STR("\r")));
    ck_assert(str_contains(text, STR("0/7")));
    ck_assert(
        str_contains(text, STR("/7  2 failed  1 in error  1 inconclusive  1 warned")));
    ck_assert(str_contains(text, STR(" and 5 more")));
    ck_assert(str_ends(text, "\r\x1b[?7l\x1b[K\x1b[?7h"));
}
END_TEST

START_TEST(colour_is_there_only_when_asked_for)
{
    str plain = shown((struct progress_options){ .terminal = true });
    ck_assert(!str_contains(plain, STR("\x1b[1;31m")));
    str colour = shown((struct progress_options){ .terminal = true, .colour = true });
    ck_assert(str_contains(colour, STR("\x1b[1;31m")));
}
END_TEST

START_TEST(a_reason_with_hostile_bytes_is_made_harmless)
{
    r->play[0].reason = hostile;
    str text = shown((struct progress_options){ .terminal = false });
    ck_assert(str_contains(text, STR("\\x1b[31m NUL \\x00")));
    ck_assert(!str_contains(text, STR("\x1b")));
}
END_TEST

START_TEST(what_cannot_be_written_does_no_harm)
{
    close(fd);
    struct progress_options options = { .fd = fd, .terminal = true, .planned = 1 };
    struct progress *p = progress_new(a, &options);
    progress_began(p, STR("x"));
    progress_ended(p, &r->play[0]);
    progress_done(p);
    fd = open(path.ptr, O_RDONLY);
}
END_TEST

Suite *progress_suite(void)
{
    Suite *s = suite_create("progress");
    TCase *tc = tcase_create("progress");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_test(tc, elsewhere_each_play_that_is_new_and_not_green_has_a_line);
    tcase_add_test(tc, verbose_has_a_line_for_every_play);
    tcase_add_test(tc, quiet_says_nothing);
    tcase_add_test(tc, on_a_terminal_one_line_is_rewritten_and_wiped);
    tcase_add_test(tc, colour_is_there_only_when_asked_for);
    tcase_add_test(tc, a_reason_with_hostile_bytes_is_made_harmless);
    tcase_add_test(tc, what_cannot_be_written_does_no_harm);
    suite_add_tcase(s, tc);
    return s;
}
