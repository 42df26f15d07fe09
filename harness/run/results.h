/* SPDX-License-Identifier: MIT */
/* What became of a whole run: plays in their stable order, watches over all plays,
 * totals. Reports are functions of this alone. */
#ifndef RUN_RESULTS_H
#define RUN_RESULTS_H

#include <time.h>

#include "engine/verdict.h"
#include "script/requirement.h"

struct totals {
    size_t verdict[VERDICT_COUNT]; /* of test cases: checks, watches, and plays that are
                                      one (play_is_case) */
    size_t plays[VERDICT_COUNT];   /* of plays */
    size_t not_reached;            /* of the inconclusive checks */
    size_t expected;               /* known to the baseline, counted in verdict[] too */
    size_t unexpected;             /* neither pass nor skip nor known to the baseline */
    size_t stale;                  /* expectations that did not come true */
    size_t decided;                /* with pass, warn or fail: something was learnt */
    /* Every case once, as people count (case_colour); a stale expectation is a failed
     * one, and so is results_fault(). */
    size_t passed, failed, skipped;
};

struct stale_expectation {
    str scenario, check, expected, got;
    str file; /* the baseline */
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
    str stopped; /* a sentence why not all that was selected was played; empty: it was */
    bool gone;   /* it was stopped because the target answers no more */
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
    str behind;   /* what stands behind that name: ` -- COMMAND`, or empty */
    str seed;
    struct strs capabilities; /* that the target offers */
    struct strs lacks;        /* "wildcard: reason" */
    const struct requirements *requirements;
    bool strict; /* a warn counts as a fail */
    bool allow_inconclusive;
    bool partial; /* only part of the suite was selected */
};

/* Whether a play is a test case beside its checks: it was skipped, or ended for a reason
 * that none of its checks tells. */
bool play_is_case(const struct play_result *p);

/* Why the run as a whole shows nothing, whatever its cases say: it was stopped early, or
 * decided nothing.  A sentence without its full stop; empty when all is well. */
str results_fault(const struct results *r);

/* What a test case counts as. */
enum colour { COLOUR_PASSED, COLOUR_FAILED, COLOUR_SKIPPED };
/* Expected and not reached is skipped; inconclusive is failed unless allowed; a warn is
 * passed unless strict. */
enum colour case_colour(const struct results *r, enum verdict verdict, bool expected,
                        bool not_reached);

/* Counts everything anew from plays, watches and stale expectations. */
void results_count(struct results *r);

#endif
