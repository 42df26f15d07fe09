/* SPDX-License-Identifier: MIT */
/* Clocks over clock_gettime, and dates read and written without locales. */
#include "base/clock.h"

#include <errno.h>
#include <sys/resource.h>

static time_t wall_for_tests;

int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_ms(void)
{
    return clock_us() / 1000;
}

static int64_t cpu_us_of(int who)
{
    struct rusage u;
    getrusage(who, &u);
    return ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec
        + u.ru_stime.tv_usec;
}

int64_t clock_cpu_us(void)
{
    return cpu_us_of(RUSAGE_SELF);
}

int64_t clock_children_cpu_us(void)
{
    return cpu_us_of(RUSAGE_CHILDREN);
}

time_t clock_wall(void)
{
    return wall_for_tests ? wall_for_tests : time(NULL);
}

void clock_set_wall(time_t now)
{
    wall_for_tests = now;
}

void clock_sleep_ms(long ms)
{
    struct timespec left = { ms / 1000, ms % 1000 * 1000000 };
    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        continue;
}

static const char *const month_names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const day_names[] = {
    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"
};

str date_rfc3339(struct arena *a, time_t when)
{
    struct tm t;
    gmtime_r(&when, &t);
    return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", t.tm_year + 1900,
                        t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
}

str date_http(struct arena *a, time_t when)
{
    struct tm t;
    gmtime_r(&when, &t);
    return arena_printf(a, "%s, %02d %s %04d %02d:%02d:%02d GMT", day_names[t.tm_wday],
                        t.tm_mday, month_names[t.tm_mon], t.tm_year + 1900, t.tm_hour,
                        t.tm_min, t.tm_sec);
}

str date_http_old(struct arena *a, time_t when, bool asctime_form)
{
    static const char *const whole_days[] = { "Sunday",    "Monday",   "Tuesday",
                                              "Wednesday", "Thursday", "Friday",
                                              "Saturday" };
    struct tm t;
    gmtime_r(&when, &t);
    const char *month = month_names[t.tm_mon];
    if (asctime_form)
        return arena_printf(a, "%s %s %2d %02d:%02d:%02d %04d", day_names[t.tm_wday],
                            month, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
                            t.tm_year + 1900);
    return arena_printf(a, "%s, %02d-%s-%02d %02d:%02d:%02d GMT", whole_days[t.tm_wday],
                        t.tm_mday, month, t.tm_year % 100, t.tm_hour, t.tm_min, t.tm_sec);
}

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool civil_to_time(const int ymd[3], const int hms[3], time_t *when)
{
    if (ymd[1] < 1 || ymd[1] > 12 || ymd[2] < 1 || ymd[2] > days_in_month(ymd[0], ymd[1]))
        return false;
    if (hms[0] > 23 || hms[1] > 59 || hms[2] > 60)
        return false;
    int64_t days = days_from_civil(ymd[0], ymd[1], ymd[2]);
    *when = (time_t)(days * 86400 + hms[0] * 3600L + hms[1] * 60L + hms[2]);
    return true;
}

/* Takes exactly `width` digits off the front. */
static bool take_digits(str *s, size_t width, int *out)
{
    long value;
    if (s->len < width || !str_to_long(str_upto(*s, width), 9999, &value))
        return false;
    *s = str_from(*s, width);
    *out = (int)value;
    return true;
}

static bool take_char(str *s, const char *any_of)
{
    if (s->len == 0 || s->ptr[0] == '\0' || !strchr(any_of, s->ptr[0]))
        return false;
    *s = str_from(*s, 1);
    return true;
}

static bool take_fraction(str *s)
{
    if (!take_char(s, "."))
        return true;
    size_t digits = 0;
    while (take_char(s, "0123456789"))
        digits++;
    return digits > 0;
}

/* time-offset of RFC 3339 5.6, in seconds east of UTC. */
static bool take_offset(str *s, int *seconds)
{
    *seconds = 0;
    if (take_char(s, "Zz"))
        return true;
    int sign = s->len && s->ptr[0] == '-' ? -1 : 1;
    int hours, minutes;
    if (!take_char(s, "+-") || !take_digits(s, 2, &hours) || !take_char(s, ":")
        || !take_digits(s, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

static bool take_time(str *s, int hms[3])
{
    return take_digits(s, 2, &hms[0]) && take_char(s, ":") && take_digits(s, 2, &hms[1])
        && take_char(s, ":") && take_digits(s, 2, &hms[2]);
}

bool date_from_rfc3339(str s, time_t *when)
{
    int ymd[3], hms[3], offset;
    bool ok = take_digits(&s, 4, &ymd[0]) && take_char(&s, "-")
        && take_digits(&s, 2, &ymd[1]) && take_char(&s, "-")
        && take_digits(&s, 2, &ymd[2]) && take_char(&s, "Tt") && take_time(&s, hms)
        && take_fraction(&s) && take_offset(&s, &offset) && s.len == 0
        && civil_to_time(ymd, hms, when);
    if (ok)
        *when -= offset;
    return ok;
}

/* --- the three forms of RFC 9110 5.6.7, which are case sensitive --- */

static bool take_text(str *s, const char *text)
{
    if (!str_starts(*s, text))
        return false;
    *s = str_from(*s, strlen(text));
    return true;
}

/* Takes one of the names; its number, from 1. */
static bool take_name(str *s, const char *const names[], size_t count, int *number)
{
    for (size_t i = 0; i < count; i++)
        if (take_text(s, names[i])) {
            *number = (int)i + 1;
            return true;
        }
    return false;
}

static bool take_month(str *s, int ymd[3])
{
    return take_name(s, month_names, countof(month_names), &ymd[1]);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool read_fixdate(str s, int ymd[3], int hms[3])
{
    int day;
    return take_name(&s, day_names, countof(day_names), &day) && take_text(&s, ", ")
        && take_digits(&s, 2, &ymd[2]) && take_text(&s, " ") && take_month(&s, ymd)
        && take_text(&s, " ") && take_digits(&s, 4, &ymd[0]) && take_text(&s, " ")
        && take_time(&s, hms) && str_is(s, " GMT");
}

/* A year of two digits that seems to be more than 50 years ahead is in the past. */
static int whole_year(int two_digits)
{
    struct tm now;
    time_t wall = clock_wall();
    gmtime_r(&wall, &now);
    int year = now.tm_year + 1900, whole = year - year % 100 + two_digits;
    return whole > year + 50 ? whole - 100 : whole;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT" */
static bool read_rfc850(str s, int ymd[3], int hms[3])
{
    static const char *const long_names[] = { "Sunday",    "Monday",   "Tuesday",
                                              "Wednesday", "Thursday", "Friday",
                                              "Saturday" };
    int day;
    if (!take_name(&s, long_names, countof(long_names), &day) || !take_text(&s, ", ")
        || !take_digits(&s, 2, &ymd[2]) || !take_text(&s, "-") || !take_month(&s, ymd)
        || !take_text(&s, "-") || !take_digits(&s, 2, &ymd[0]) || !take_text(&s, " ")
        || !take_time(&s, hms) || !str_is(s, " GMT"))
        return false;
    ymd[0] = whole_year(ymd[0]);
    return true;
}

/* "Sun Nov  6 08:49:37 1994" */
static bool read_asctime(str s, int ymd[3], int hms[3])
{
    int day;
    return take_name(&s, day_names, countof(day_names), &day) && take_text(&s, " ")
        && take_month(&s, ymd) && take_text(&s, " ")
        && (take_text(&s, " ") ? take_digits(&s, 1, &ymd[2])
                               : take_digits(&s, 2, &ymd[2]))
        && take_text(&s, " ") && take_time(&s, hms) && take_text(&s, " ")
        && take_digits(&s, 4, &ymd[0]) && s.len == 0;
}

bool date_from_http(str s, time_t *when)
{
    int ymd[3], hms[3];
    return (read_fixdate(s, ymd, hms) || read_rfc850(s, ymd, hms)
            || read_asctime(s, ymd, hms))
        && civil_to_time(ymd, hms, when);
}
