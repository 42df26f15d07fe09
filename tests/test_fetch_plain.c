/* SPDX-License-Identifier: MIT */
/* Bytes over TCP alone: where they go whatever the URL says, and what ends the reading.
 */
#include <check.h>

#include "base/buf.h"
#include "base/clock.h"
#include "http/fetch.h"
#include "tests/wire.h"

Suite *fetch_plain_suite(void);

static struct arena *a;
static struct err err;
static str answer;
static bool closed;

static void begin(void)
{
    a = arena_new(NULL);
    err.text[0] = '\0';
    answer = STR_NONE;
    closed = false;
}

static void finish(void)
{
    arena_end(a);
}

/* Whole when it is as long as that. */
static bool has_length(void *length, str bytes)
{
    const size_t *wanted = length;
    return bytes.len >= *wanted;
}

static bool talked(str url, const struct fetch_options *options, size_t length)
{
    return fetch_plain(fetcher_new(a, options), a, url, STR("\x16\x03\x01hello"),
                       has_length, &length, &answer, &closed, &err);
}

static struct fetch_options within(long ms)
{
    return (struct fetch_options){ .total_ms = ms };
}

/* Says it and waits for the other to close. */
static void say_and_stay(int fd, str request, void *context)
{
    const str *says = context;
    wire_send(fd, *says);
    wire_be_silent(fd, request, NULL);
}

static str hi = STR_INIT("hi there");

START_TEST(nothing_goes_before_the_bytes)
{
    struct wire *w = wire_start(a, say_and_stay, &hi);
    struct fetch_options options = within(wire_patience(5000));
    str url = arena_printf(a, "https://127.0.0.1:%d/directory?x", wire_port(w));
    int64_t before = clock_ms();
    ck_assert_msg(talked(url, &options, hi.len), "%s", err.text);
    ck_assert(str_is(wire_seen(w), "\x16\x03\x01hello"));
    ck_assert(str_is(answer, "hi there"));
    ck_assert(!closed);
    ck_assert_int_lt(clock_ms() - before, wire_patience(3000)); /* not the deadline */
}
END_TEST

START_TEST(a_pinned_host_leads_elsewhere)
{
    struct wire *w = wire_start(a, say_and_stay, &hi);
    struct fetch_options options = within(wire_patience(5000));
    options.pin_address = STR("127.0.0.1");
    options.pin_port = wire_port(w);
    ck_assert_msg(talked(STR("https://[2001:db8::1]/directory"), &options, hi.len), "%s",
                  err.text);
    ck_assert(str_is(answer, "hi there"));
    ck_assert_msg(talked(STR("https://ca.test./"), &options, 1), "%s", err.text);
}
END_TEST

START_TEST(a_close_is_told_from_silence)
{
    static wire_act *const acts[] = { wire_say, wire_say_and_reset };
    struct wire *w = wire_start(a, acts[_i], &hi);
    struct fetch_options options = within(wire_patience(5000));
    str url = arena_printf(a, "https://127.0.0.1:%d/", wire_port(w));
    ck_assert_msg(talked(url, &options, 1000), "%s", err.text);
    ck_assert(closed);
    ck_assert(str_is(answer, "hi there"));
}
END_TEST

START_TEST(silence_ends_with_the_deadline)
{
    struct wire *w = wire_start(a, wire_be_silent, NULL);
    struct fetch_options options = within(150);
    str url = arena_printf(a, "https://127.0.0.1:%d/", wire_port(w));
    int64_t before = clock_ms();
    ck_assert_msg(talked(url, &options, 1), "%s", err.text);
    ck_assert_int_ge(clock_ms() - before, 140);
    ck_assert_int_lt(clock_ms() - before, wire_patience(3000));
    ck_assert(!closed);
    ck_assert_uint_eq(answer.len, 0);
}
END_TEST

START_TEST(what_never_ends_is_cut)
{
    struct wire *w = wire_start(a, wire_repeat, &hi);
    struct fetch_options options = within(wire_patience(20000));
    str url = arena_printf(a, "https://127.0.0.1:%d/", wire_port(w));
    ck_assert_msg(talked(url, &options, SIZE_MAX), "%s", err.text);
    ck_assert_uint_eq(answer.len, CEILING_LINE);
    ck_assert(!closed);
}
END_TEST

START_TEST(who_cannot_be_reached_is_named)
{
    struct fetch_options options = within(wire_patience(5000));
    str url = arena_printf(a, "https://127.0.0.1:%d/", wire_free_port());
    ck_assert(!talked(url, &options, 1));
    ck_assert_ptr_nonnull(strstr(err.text, "127.0.0.1"));
    ck_assert(!talked(STR("directory"), &options, 1));
    ck_assert_str_eq(err.text, "directory is no absolute URL");
}
END_TEST

Suite *fetch_plain_suite(void)
{
    Suite *suite = suite_create("fetch_plain");
    TCase *t = tcase_create("plain");
    tcase_add_unchecked_fixture(t, fetch_start, NULL); /* before Check forks */
    tcase_add_checked_fixture(t, begin, finish);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, nothing_goes_before_the_bytes);
    tcase_add_test(t, a_pinned_host_leads_elsewhere);
    tcase_add_loop_test(t, a_close_is_told_from_silence, 0, 2);
    tcase_add_test(t, silence_ends_with_the_deadline);
    tcase_add_test(t, what_never_ends_is_cut);
    tcase_add_test(t, who_cannot_be_reached_is_named);
    suite_add_tcase(suite, t);
    return suite;
}
