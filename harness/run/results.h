/* SPDX-License-Identifier: MIT */
/* What became of a whole run: plays in their stable order, watches over all plays,
 * totals. Reports are functions of this alone. */
#ifndef RUN_RESULTS_H
#define RUN_RESULTS_H

#include <time.h>

#include "engine/verdict.h"
#include "script/requirement.h"

struct totals {
    size_t verdict[VERDICT_COUNT]; /* of checks and watches, each its own test case */
    size_t plays[VERDICT_COUNT];   /* of plays */
    size_t not_reached;            /* of the inconclusive checks */
    size_t expected;               /* known to the baseline, counted in verdict[] too */
    size_t unexpected;             /* not as the baseline has it */
    size_t stale;                  /* expectations that did not come true */
    size_t decided;                /* checks with pass, warn or fail */
};

struct stale_expectation {
    str scenario, check, expected, got, file;
    int line;
};

struct results {
    struct play_result *play; /* sorted as selected, whatever order they ended in */
    size_t play_count;
    struct watch_result *watch;
    size_t watch_count;
    struct stale_expectation *stale;
    size_t stale_count;
    struct totals total;
    bool complete; /* false: stopped by a signal or --fail-fast */
    time_t started;
    int64_t wall_us, cpu_us; /* of the run; CPU of all processes of acmespec */
    long peak_kib;           /* of the largest process */
    /* what was tested, by whom, how: printed, and kept as properties */
    str suite;  /* "server" */
    str target; /* directory URL */
    str profile, profile_about;
    str baseline; /* its name and version, or empty */
    str version;  /* of acmespec */
    str command;  /* the command line, to run it again */
    str program;  /* argv[0] and the arguments that name the target: reproduces one play
                     when  a scenario name is appended */
    str seed;
    struct strs capabilities; /* that the target offers */
    struct strs lacks;        /* "wildcard: reason" */
    const struct requirements *requirements;
    bool strict; /* a warn counts as a fail */
};

/* Counts everything anew from plays, watches and stale expectations. */
void results_count(struct results *r);

#endif
