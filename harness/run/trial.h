/* SPDX-License-Identifier: MIT */
/* Trials: a plan played against a mock with one planted bug, each trial a process of its
 * own with its own CA, DNS and ports, or its own clients, several side by side.  A trial
 * that hangs or dies is trouble of that trial alone. */
#ifndef RUN_TRIAL_H
#define RUN_TRIAL_H

#include "engine/play.h"
#include "mocks/bugs.h"
#include "run/plan.h"

struct trial {
    enum bug bug; /* BUG_NONE: the correct mock */
    struct plan plan;
    bool until_red; /* to end at the first red check */
    long jobs;      /* plays side by side */
    /* what became of it */
    bool ended;
    size_t undecided; /* plays that are inconclusive or an error */
    str trouble;      /* why it was not played out, a sentence; empty: it was */
    int64_t wall_us;
};

struct trials_options {
    const struct target *target; /* profile, zone, own_address and ceilings count; with an
                                    adapter it is the mock client */
    const struct profile *eab_profile; /* of the mock CA that requires bindings: who needs
                                          one is played against it */
    const struct target *webroot_target; /* the mock client with a web root, likewise */
    const struct watches *watches;
    long lanes;       /* trials side by side */
    long deadline_ms; /* of a trial; each of its plays adds some */
    /* Called in the parent for each play that is neither pass nor skip, or in which a
     * watch was broken; the outcome lives as long as the call. */
    void (*red)(void *context, const struct trial *trial,
                const struct play_outcome *outcome);
    void (*ended)(void *context, const struct trial *trial);
    void *context;
};

/* Plays them all, in any order.  When *stop becomes a signal's number, what is going on
 * is ended and the rest left alone.  false when no port or process can be had. */
bool trials_run(struct arena *a, struct trial *trial, size_t count,
                const struct trials_options *options, const volatile int *stop,
                struct err *err) MUST_CHECK;

#endif
