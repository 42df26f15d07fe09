/* SPDX-License-Identifier: MIT */
/* Time: monotonic milliseconds for deadlines, wall clock for dates, and the two date
 * forms of ACME.  Tests may set both clocks. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <time.h>

#include "base/arena.h"

/* Milliseconds (and microseconds) of a clock that never jumps. */
int64_t clock_ms(void);
int64_t clock_us(void);
/* Microseconds of CPU that this process has used; and its children, as far as they were
 * waited for. */
int64_t clock_cpu_us(void);
int64_t clock_children_cpu_us(void);
/* Seconds since 1970, UTC. */
time_t clock_wall(void);
/* Sleeps, whatever signals arrive. */
void clock_sleep_ms(long ms);
/* For tests: the wall clock stands still at `now` until it is set to 0 again. */
void clock_set_wall(time_t now);

/* "2026-11-24T08:15:00Z" (RFC 3339, UTC). */
str date_rfc3339(struct arena *a, time_t when);
/* "Tue, 24 Nov 2026 08:15:00 GMT" (RFC 9110 5.6.7, IMF-fixdate). */
str date_http(struct arena *a, time_t when);
/* The two forms that nobody sends any more and everybody has to read (RFC 9110 5.6.7):
 * RFC 850's, and that of C's library. */
str date_http_old(struct arena *a, time_t when, bool asctime_form);
/* Strict RFC 3339 5.6 with any offset and fraction, as RFC 8555 asks; false if not that.
 */
bool date_from_rfc3339(str s, time_t *when);
/* The three forms of RFC 9110 5.6.7. */
bool date_from_http(str s, time_t *when);

#endif
