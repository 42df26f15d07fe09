/* SPDX-License-Identifier: MIT */
/* What a person sees while a run goes on: on a terminal one line that is rewritten (done,
 * failed, inconclusive, what runs now, elapsed), in CI one quiet line per play that is
 * not green.  Never colour unless it is a terminal and NO_COLOR is not set. */
#ifndef REPORTS_PROGRESS_H
#define REPORTS_PROGRESS_H

#include "engine/verdict.h"

struct progress;

struct progress_options {
    int fd;        /* where to write: 2 */
    bool terminal; /* rewrite one line */
    bool colour;
    bool quiet;
    bool verbose;   /* a line for every play */
    size_t planned; /* plays */
};

struct progress *progress_new(struct arena *a, const struct progress_options *options);
void progress_began(struct progress *p, str play_name);
void progress_ended(struct progress *p, const struct play_result *result);
/* Redraws the elapsed time; called a few times a second at most. */
void progress_tick(struct progress *p);
/* Wipes the line. */
void progress_done(struct progress *p);

#endif
