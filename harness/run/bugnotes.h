/* SPDX-License-Identifier: MIT */
/* Notes on planted bugs, scenarios/bugs.acme: what a bug turns red beside the requirement
 * that its row names, what cannot be caught, and which checks nothing turns red; each
 * with its reason. */
#ifndef RUN_BUGNOTES_H
#define RUN_BUGNOTES_H

#include "mocks/bugs.h"
#include "script/lines.h"

/* One `bug` statement; a bug may have several. */
struct bug_note {
    enum bug bug;
    struct strs also;    /* "rfc8555-6.5-8", "rfc8555-6.5", "server/6.5-nonces/reused",
                            "watch/index-link", a glob of those, or "*" */
    struct strs seen_in; /* scenarios that show it, whatever they check */
    bool unseen;
    str because;
    struct place place;
};

/* One `never red` statement. */
struct never_red {
    str scenario; /* or "watch/NAME" */
    str check;    /* its name; empty: every check of it */
    str because;
    struct place place;
};

struct bugnotes {
    struct bug_note *bug;
    size_t bug_count;
    struct never_red *never;
    size_t never_count;
};

/* Reads the notes of a file; mistakes go to m. */
bool bugnotes_read(struct arena *a, const char *path, struct bugnotes *out,
                   struct mistakes *m, struct err *err) MUST_CHECK;
/* The same from lines that were read already. */
void bugnotes_add(struct arena *a, const struct line *lines, size_t count,
                  struct bugnotes *out, struct mistakes *m);

#endif
