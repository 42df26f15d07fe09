/* SPDX-License-Identifier: MIT */
/* The library: where scenarios, watches and the catalogue lie, read as a whole. */
#ifndef SCRIPT_LIBRARY_H
#define SCRIPT_LIBRARY_H

#include "script/baseline.h"
#include "script/profile.h"
#include "script/scenario.h"
#include "script/watch.h"

struct library {
    str root; /* the folder that holds server/, client/, watches/, requirements/ */
    struct requirements *requirements;
    struct watches *watches;
    struct scenario **scenario; /* sorted by name */
    size_t count;
};

/* Where the library is: $ACMESPEC_SCENARIOS when it is set; else the source tree that
 * built this program or the folder it was installed to, the first that is there. */
bool library_root(struct arena *a, str *root, struct err *err) MUST_CHECK;
/* Reads requirements and watches, and the scenarios of `suite` ("" for all). Mistakes go
 * to m. */
struct library *library_read(struct arena *a, str root, const char *suite,
                             struct mistakes *m, struct err *err);
/* Reads further scenario files or folders that a user names; their names are their paths.
 */
bool library_add(struct arena *a, struct library *library, const char *path,
                 struct mistakes *m, struct err *err) MUST_CHECK;
const struct scenario *library_find(const struct library *library, str name);

#endif
