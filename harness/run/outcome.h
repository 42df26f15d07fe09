/* SPDX-License-Identifier: MIT */
/* The exit status of a run: what a script may act on without reading a report. */
#ifndef RUN_OUTCOME_H
#define RUN_OUTCOME_H

#include "run/results.h"

/* The numbers are documented and never change; 2 (usage) and 6 (a report could not be
 * written) are not told by results. */
enum outcome {
    OUTCOME_CONFORMS = 0,
    OUTCOME_VIOLATION = 1,    /* a fail that no baseline expects; with strict, a warn */
    OUTCOME_INCONCLUSIVE = 3, /* something selected could not be decided */
    OUTCOME_NOTHING_RUN = 4,  /* no check was decided at all */
    OUTCOME_OUR_FAULT = 5,    /* an error verdict: ours, or the peer cannot be reached */
    OUTCOME_STALE = 7,        /* an expectation of the baseline did not come true */
};

/* The worst that happened; when several did, a violation goes before our own fault, then
 * inconclusive, stale and nothing run.  Verdicts that the baseline expects do not count,
 * checks that were not reached count only through what ended their play, and a run that
 * was stopped early is inconclusive whatever is allowed.  results_count() comes first. */
int outcome_status(const struct results *r, bool allow_inconclusive);

#endif
