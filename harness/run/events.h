/* SPDX-License-Identifier: MIT */
/* Results as JSON Lines: how a play's process tells its parent, and what a results file
 * holds, one line per event, written while running.  The schema is in reports/README.md.
 */
#ifndef RUN_EVENTS_H
#define RUN_EVENTS_H

#include "engine/play.h"
#include "run/results.h"

/* {"event":"play", ...} with its checks and watches in one object: what a process hands
 * to its parent, and the line of the results file. */
str event_of_play(struct arena *a, const struct play_outcome *outcome);
bool event_read_play(struct arena *a, str line, struct play_outcome *out,
                     struct err *err) MUST_CHECK;
/* The first and the last line of a results file. */
str event_of_start(struct arena *a, const struct results *r, size_t planned);
str event_of_end(struct arena *a, const struct results *r, int exit_status);

#endif
