/* SPDX-License-Identifier: MIT */
/* Compares results with a baseline: what was expected is marked, what was expected and
 * did not come is collected as stale. */
#ifndef RUN_COMPARE_H
#define RUN_COMPARE_H

#include "engine/play.h"
#include "run/results.h"
#include "script/baseline.h"

/* Marks checks, watches and plays that came as the baseline has them (`expected`, with
 * the evidence in `because`) and fills in r->stale.  An expectation without a variant
 * holds for every variant that has none of its own; one without a check for every check
 * of the scenario and for the play itself; "watch/ID" is a watch.  Checks that were not
 * reached are excused when an expected verdict ended their play.  Also stale: a skip for
 * a capability that the baseline does not list, and fewer decided checks than it asks
 * for; expectations of plays that were not selected only when the whole suite was, and
 * those that are amiss always: they excuse nothing. */
void compare(struct arena *a, const struct baseline *b, struct results *r);
/* Only the marks, of one play and what watches saw in it: what may be told while the run
 * goes on. */
void compare_play(struct arena *a, const struct baseline *b,
                  struct play_outcome *outcome);

#endif
