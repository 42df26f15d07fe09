/* SPDX-License-Identifier: MIT */
/* Dates read and written, in the forms of RFC 3339 and RFC 9110; clocks that tests set.
 */
#include <check.h>

#include "base/clock.h"

Suite *clock_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void finish(void)
{
    clock_set_wall(0);
    arena_end(a);
}

/* clang-format off */
static const struct { time_t when; const char *rfc3339, *http; } instants[] = {
    { 0,          "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT" },
    { 784111777,  "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT" }, /* RFC 9110 */
    { 951782400,  "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT" },
    { 1709210096, "2024-02-29T12:34:56Z", "Thu, 29 Feb 2024 12:34:56 GMT" },
    { 2147483648, "2038-01-19T03:14:08Z", "Tue, 19 Jan 2038 03:14:08 GMT" },
    { 4102444799, "2099-12-31T23:59:59Z", "Thu, 31 Dec 2099 23:59:59 GMT" },
};

/* when -1: it is no date of RFC 3339 5.6. */
static const struct { const char *text; time_t when; } rfc3339[] = {
    { "1985-04-12T23:20:50.52Z", 482196050 },            /* the examples of RFC 3339 5.8 */
    { "1996-12-19T16:39:57-08:00", 851042397 },
    { "1990-12-31T23:59:60Z", 662688000 },
    { "1990-12-31T15:59:60-08:00", 662688000 },
    { "1937-01-01T12:00:27.87+00:20", -1041337173 },
    { "2015-03-01T14:09:07.99Z", 1425218947 },           /* RFC 8555 7.1.2 */
    { "2016-01-01t00:00:00z", 1451606400 },              /* either case: RFC 3339 5.6 */
    { "2016-01-01T00:00:00-00:00", 1451606400 },
    { "2016-01-01T00:00:00.123456789012345678901234567890Z", 1451606400 },
    { "2016-02-29T00:00:00Z", 1456704000 },
    { "2015-02-29T00:00:00Z", -1 },                      /* no leap year */
    { "1900-02-29T00:00:00Z", -1 },
    { "2016-04-31T00:00:00Z", -1 }, { "2016-13-01T00:00:00Z", -1 },
    { "2016-00-01T00:00:00Z", -1 }, { "2016-01-00T00:00:00Z", -1 },
    { "2016-01-01T24:00:00Z", -1 }, { "2016-01-01T00:60:00Z", -1 },
    { "2016-01-01T00:00:61Z", -1 }, { "2016-01-01T00:00:00", -1 },
    { "2016-01-01T00:00:00.Z", -1 }, { "2016-01-01T00:00:00,5Z", -1 },
    { "2016-01-01T00:00Z", -1 },     { "2016-01-01 00:00:00Z", -1 },
    { "2016-01-01", -1 },            { "20160101T000000Z", -1 },
    { "2016-1-1T00:00:00Z", -1 },    { "16-01-01T00:00:00Z", -1 },
    { "2016-01-01T00:00:00+0100", -1 }, { "2016-01-01T00:00:00+01", -1 },
    { "2016-01-01T00:00:00+24:00", -1 }, { "2016-01-01T00:00:00+01:60", -1 },
    { "2016-01-01T00:00:00Z ", -1 },  { " 2016-01-01T00:00:00Z", -1 },
    { "2016-01-01T00:00:00ZZ", -1 },  { "+016-01-01T00:00:00Z", -1 },
    { "", -1 }, { "tomorrow", -1 },   { "1451606400", -1 },
};

/* The present is 2026, for years of two digits. */
static const struct { const char *text; time_t when; } http[] = {
    { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },      /* the examples of RFC 9110 5.6.7 */
    { "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
    { "Sun Nov  6 08:49:37 1994", 784111777 },
    { "Sun Nov 16 08:49:37 1994", 784975777 },
    { "Mon, 06 Nov 1994 08:49:37 GMT", 784111777 },      /* a wrong day, of the right form */
    { "Tuesday, 01-Jan-30 00:00:00 GMT", 1893456000 },
    { "Friday, 01-Jan-76 00:00:00 GMT", 3345062400 },    /* 50 years ahead */
    { "Saturday, 01-Jan-77 00:00:00 GMT", 220924800 },   /* more, so it was 1977 */
    { "Sun, 6 Nov 1994 08:49:37 GMT", -1 },   { "Sun,  6 Nov 1994 08:49:37 GMT", -1 },
    { "Sun, +6 Nov 1994 08:49:37 GMT", -1 },  { "Sun, 06 Nov 1994 8:49:37 GMT", -1 },
    { "Sun, 06 Nov 1994 08:49:37 UTC", -1 },  { "Sun, 06 Nov 1994 08:49:37 +0000", -1 },
    { "Sun, 06 Nov 1994 08:49:37", -1 },      { "Sun, 06 Nov 1994 08:49 GMT", -1 },
    { "Sun, 06 Nov 94 08:49:37 GMT", -1 },    { "Sun, 06 nov 1994 08:49:37 GMT", -1 },
    { "sun, 06 Nov 1994 08:49:37 GMT", -1 },  { "Xyz, 06 Nov 1994 08:49:37 GMT", -1 },
    { "Sun, 31 Nov 1994 08:49:37 GMT", -1 },  { "Sun, 06 Nov 1994 24:49:37 GMT", -1 },
    { " Sun, 06 Nov 1994 08:49:37 GMT", -1 }, { "Sun, 06 Nov 1994 08:49:37 GMT ", -1 },
    { "Sun, 06  Nov 1994 08:49:37 GMT", -1 }, { "Sun 06 Nov 1994 08:49:37 GMT", -1 },
    { "06 Nov 1994 08:49:37 GMT", -1 },       { "Sun, 06-Nov-94 08:49:37 GMT", -1 },
    { "Sun Nov 6 08:49:37 1994", -1 },        { "Sun Nov 06 08:49:37 1994 GMT", -1 },
    { "1994-11-06T08:49:37Z", -1 },           { "", -1 }, { "120", -1 },
};
/* clang-format on */

START_TEST(an_instant_is_written_in_both_forms_and_read_again)
{
    time_t when = -1;
    str text = date_rfc3339(a, instants[_i].when);
    ck_assert_str_eq(text.ptr, instants[_i].rfc3339);
    ck_assert(date_from_rfc3339(text, &when) && when == instants[_i].when);
    text = date_http(a, instants[_i].when);
    ck_assert_str_eq(text.ptr, instants[_i].http);
    ck_assert(date_from_http(text, &when) && when == instants[_i].when);
}
END_TEST

START_TEST(a_date_of_rfc_3339_is_read_strictly)
{
    time_t when = -1;
    bool good = date_from_rfc3339(str_of(rfc3339[_i].text), &when);
    ck_assert_msg(good == (rfc3339[_i].when != -1), "%s", rfc3339[_i].text);
    ck_assert_int_eq((long)when, (long)rfc3339[_i].when);
}
END_TEST

START_TEST(a_date_of_http_has_one_of_three_forms)
{
    time_t when = -1;
    clock_set_wall(1780000000); /* in 2026 */
    bool good = date_from_http(str_of(http[_i].text), &when);
    ck_assert_msg(good == (http[_i].when != -1), "%s", http[_i].text);
    ck_assert_int_eq((long)when, (long)http[_i].when);
}
END_TEST

START_TEST(a_date_may_not_hold_nul)
{
    time_t when;
    ck_assert(!date_from_rfc3339(STR("2016-01-01T00:00:00\0"), &when));
    ck_assert(!date_from_rfc3339(STR("2016-01-01\00000:00:00Z"), &when));
    ck_assert(!date_from_http(STR("Sun, 06 Nov 1994 08:49:37 GMT\0"), &when));
}
END_TEST

START_TEST(every_day_of_four_centuries_comes_back)
{
    for (time_t day = 0; day < 146097; day += 7) {
        time_t when = -1, at = day * 86400 + day % 86400;
        ck_assert(date_from_rfc3339(date_rfc3339(a, at), &when) && when == at);
        ck_assert(date_from_http(date_http(a, at), &when) && when == at);
        arena_reset(a);
    }
}
END_TEST

START_TEST(old_forms_of_dates_come_back)
{
    static const char *const texts[] = { "Sunday, 06-Nov-94 08:49:37 GMT",
                                         "Sun Nov  6 08:49:37 1994" };
    const time_t at = 784111777; /* the example of RFC 9110 5.6.7 */
    for (int i = 0; i < 2; i++) {
        time_t when;
        str text = date_http_old(a, at, i == 1);
        ck_assert(str_is(text, texts[i]));
        ck_assert(date_from_http(text, &when) && when == at);
    }
}
END_TEST

START_TEST(the_wall_clock_can_be_stopped)
{
    clock_set_wall(784111777);
    ck_assert_int_eq((long)clock_wall(), 784111777);
    clock_set_wall(0);
    ck_assert_int_gt((long)clock_wall(), 1700000000);
}
END_TEST

START_TEST(the_monotonic_clock_counts_while_we_sleep)
{
    int64_t us = clock_us(), ms = clock_ms();
    clock_sleep_ms(20);
    ck_assert_int_ge(clock_us() - us, 20000);
    ck_assert_int_ge(clock_ms() - ms, 19);
}
END_TEST

Suite *clock_suite(void)
{
    Suite *suite = suite_create("clock");
    TCase *t = tcase_create("clock");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_add_loop_test(t, an_instant_is_written_in_both_forms_and_read_again, 0,
                        countof(instants));
    tcase_add_loop_test(t, a_date_of_rfc_3339_is_read_strictly, 0, countof(rfc3339));
    tcase_add_loop_test(t, a_date_of_http_has_one_of_three_forms, 0, countof(http));
    tcase_add_test(t, a_date_may_not_hold_nul);
    tcase_add_test(t, every_day_of_four_centuries_comes_back);
    tcase_add_test(t, old_forms_of_dates_come_back);
    tcase_add_test(t, the_wall_clock_can_be_stopped);
    tcase_add_test(t, the_monotonic_clock_counts_while_we_sleep);
    suite_add_tcase(suite, t);
    return suite;
}
