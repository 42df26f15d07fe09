/* SPDX-License-Identifier: MIT */
/* The exit status: what a script may act on without reading a report. */
#ifndef RUN_OUTCOME_H
#define RUN_OUTCOME_H

#include "run/results.h"

/* The numbers are documented in the README and never change. */
enum exit_status {
    EXIT_CONFORMS = 0,
    EXIT_VIOLATION = 1,    /* a fail that no baseline expects; with strict, a warn */
    EXIT_USAGE = 2,        /* a wrong command line or a broken file */
    EXIT_INCONCLUSIVE = 3, /* something selected could not be decided */
    EXIT_NOTHING_RUN = 4,  /* no check was decided at all */
    EXIT_OUR_FAULT = 5,    /* an error verdict: ours, or the peer cannot be reached */
    EXIT_REPORT = 6,       /* a report could not be written */
    EXIT_STALE = 7,        /* an expectation of the baseline did not come true */
    EXIT_STATUS_COUNT
};

/* A status in a few words: "violations found".  Green by a baseline that expected
 * failures is not the same as nothing violated, and is told apart; as outcome_status().
 */
str outcome_meaning(const struct results *r, bool allow_inconclusive);

/* The worst that happened; when several did, a violation goes before our own fault, then
 * inconclusive, stale and nothing run.  Verdicts that the baseline expects do not count,
 * checks that were not reached count only through what ended their play, and a run that
 * was stopped early is inconclusive whatever is allowed, or our own fault when the target
 * answers no more.  results_count() comes first. */
int outcome_status(const struct results *r, bool allow_inconclusive);

#endif
