/* SPDX-License-Identifier: MIT */
/* Many plays: a process and a deadline each, N at a time.  A play that crashes or hangs
 * is an error of that play alone. */
#ifndef RUN_RUNNER_H
#define RUN_RUNNER_H

#include "run/plan.h"
#include "run/results.h"

/* More side by side than so many are cut to it. */
enum { RUNNER_MOST_JOBS = 64 };

struct runner_options {
    const struct target *target;
    const struct watches *watches;
    long jobs; /* at least 1 */
    bool fail_fast;
    bool strict; /* a warn is a violation too */
    /* Called in the parent; context is theirs. */
    void (*began)(void *context, const struct play *play);
    /* May mark what was expected; what is not is a violation for fail_fast. */
    void (*ended)(void *context, struct play_outcome *outcome, str event);
    void (*tick)(void *context);
    void *context;
};

/* Plays the plan; fills in r->play (in the plan's order) and r->watch.  Returns when all
 * is played, when many plays in a row got no answer, or when *stop becomes the number of
 * a signal (set by its handler): then what was decided stands, what was going on is
 * inconclusive, what was not begun is left out, and r->stopped says so. */
void runner_run(struct arena *a, const struct plan *plan,
                const struct runner_options *options, const volatile int *stop,
                struct results *r);

#endif
