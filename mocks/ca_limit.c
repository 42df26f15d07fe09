/* SPDX-License-Identifier: MIT */
/* RFC 8555 6.6: rate limits.  Each counts in windows that begin with the first request.
 */
#include "base/clock.h"
#include "mocks/ca_inside.h"

/* The count that a limit goes by: the account's own, or one for all. */
static struct spent *spent_of(struct ca_call *call, struct account *account, size_t i)
{
    return account ? &account->spent[i] : &call->ca->store.spent[i];
}

/* Milliseconds until the limit allows one more; 0: it does now. */
static int64_t wait_of(const struct ca_limit *limit, struct spent *spent)
{
    int64_t now = clock_ms(), end = spent->since_ms + limit->seconds * 1000;
    if (spent->count == 0 || now >= end)
        *spent = (struct spent){ 0, now };
    return spent->count < limit->count ? 0 : end - now;
}

static bool applies(const struct ca_limit *limit, enum resource resource)
{
    return limit->count && limit->resource == resource;
}

static void refuse(struct ca_call *call, int64_t wait_ms)
{
    long seconds = (long)((wait_ms + 999) / 1000);
    ca_refuse(call, NULL, PROBLEM_RATE_LIMITED, 429,
              arena_printf(call->arena,
                           "too many requests of this kind; try again in %ld s",
                           seconds));
    /* RFC 8555 6.6: "indicating when the current request may succeed again". */
    ca_header(call, "Retry-After", arena_printf(call->arena, "%ld", seconds));
    ca_link(call, ca_url(call, "/docs/rate-limits"), "help");
}

bool ca_within_limits(struct ca_call *call, enum resource resource,
                      struct account *account)
{
    const struct ca_limit *limits = call->ca->options.limits;
    int64_t longest = 0;
    for (size_t i = 0; i < CA_MOST_LIMITS; i++) {
        if (!applies(&limits[i], resource))
            continue;
        int64_t wait = wait_of(&limits[i], spent_of(call, account, i));
        /* "If multiple rate limits are in place, that is the time where all rate limits
         * allow access again". */
        if (wait > longest && !(longest && bug_on(call->ca, BUG_RATE_FIRST_LIMIT)))
            longest = wait;
    }
    if (longest) {
        refuse(call, longest);
        return false;
    }
    for (size_t i = 0; i < CA_MOST_LIMITS; i++)
        if (applies(&limits[i], resource))
            spent_of(call, account, i)->count++;
    return true;
}
