/* SPDX-License-Identifier: MIT */
/* What broke in the field, scenarios/history/: a row for each bug that a released peer
 * had, and what shows it.  Comments of scenarios name rows by id, such as "N-11". */
#ifndef SCRIPT_HISTORY_H
#define SCRIPT_HISTORY_H

#include "script/lines.h"
#include "script/watch.h"

struct history_row {
    str id;    /* "N-11" */
    str suite; /* that would have shown it: server, client */
    str who, source, says;
    const struct line *line;
    struct strs shown_by; /* "client/6.5-nonces/bad-once", "watch/index-link" */
    str why_not;          /* no scenario shows it, or not all of it */
    struct place place;
};

struct history {
    struct history_row *row;
    size_t count;
};

/* Adds the rows of one file's lines; what a row lacks goes to m. */
void history_add(struct arena *a, struct history *all, const struct line *lines,
                 size_t count, struct mistakes *m);
/* Reads ROOT/history, in the order of the files; no rows where there is no such folder.
 */
bool history_read(struct arena *a, str root, struct history *all, struct mistakes *m,
                  struct err *err) MUST_CHECK;
/* Judges what the rows name: every id once, scenarios of the library at ROOT, watches. */
void history_judge(struct arena *a, const struct history *all, str root,
                   const struct watches *watches, struct mistakes *m);
const struct history_row *history_find(const struct history *all, str id);

#endif
