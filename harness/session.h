/* SPDX-License-Identifier: MIT */
/* One run of a suite: what is read, selected, played and written, whichever side is under
 * test.  A command fills in the first members, then calls the functions in their order.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdio.h>

#include "engine/target.h"
#include "reports/progress.h"
#include "run/plan.h"
#include "run/results.h"
#include "run_options.h"

struct session {
    struct arena *arena;
    const char *suite; /* "server" or "client" */
    const struct run_options *options;
    long jobs;           /* plays side by side, unless the options say */
    str name;            /* of what is under test, for the reports */
    str command;         /* the command line as it was typed */
    str again;           /* the command that plays one scenario again */
    str behind;          /* what stands behind the scenario's name in it, or empty */
    const void *context; /* for what begins it */

    /* filled in by what follows */
    struct library *library;
    struct target target;
    struct plan plan;
    struct results results;
    struct baseline baseline;
    struct progress *progress;
    FILE *results_file;
    bool results_broken;
    bool selected_by_name;
    str unread; /* what was not green last time and cannot be selected, see rerun.h */
};

/* argv[-1] and what follows, quoted for a shell. */
str session_command(struct arena *a, int argc, char **argv);
/* From here on Ctrl-C, SIGTERM and SIGHUP end the run in order.  Reads the library, the
 * scenario files among the names, and the baseline; mistakes in them are printed. */
bool session_read(struct session *s, const struct strs *names,
                  struct err *err) MUST_CHECK;
/* Prints the mistakes that files had; false when there were any, or when reading failed
 * for another reason, which is in err then. */
bool session_mended(bool read, const struct mistakes *m, struct err *err) MUST_CHECK;
/* A label for the names of this run, the same for the same --seed. */
str session_label(const struct session *s);
bool session_plan(struct session *s, const struct strs *names,
                  struct err *err) MUST_CHECK;
/* These three return the exit status.  session_list prints what was selected;
 * session_nothing is for an empty plan, of which reports are written, too. */
int session_list(const struct session *s);
int session_nothing(struct session *s);
/* begin: brings up what the plays need, after the results file is open; when it cannot,
 * reports are written all the same and say why. */
typedef bool session_begin(struct session *s, struct err *err);
int session_play(struct session *s, session_begin *begin);

#endif
