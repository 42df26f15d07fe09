/* SPDX-License-Identifier: MIT */
/* Retry-After in both of its forms (RFC 9110 10.2.3). */
#include "base/clock.h"
#include "http/message.h"

static bool all_digits(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > 0;
}

bool retry_after_seconds(str value, time_t now, long *seconds)
{
    time_t when;
    value = str_trim(value);
    if (all_digits(value)) {
        /* As RFC 9111 1.2.2 has it for its delta-seconds: too many are very many. */
        if (!str_to_long(value, INT32_MAX, seconds))
            *seconds = INT32_MAX;
        return true;
    }
    if (!date_from_http(value, &when))
        return false;
    *seconds = when <= now ? 0 : when - now > INT32_MAX ? INT32_MAX : (long)(when - now);
    return true;
}
