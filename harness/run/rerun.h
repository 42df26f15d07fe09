/* SPDX-License-Identifier: MIT */
/* Reads a results file of an earlier run for what was not green in it. */
#ifndef RUN_RERUN_H
#define RUN_RERUN_H

#include "base/arena.h"
#include "base/err.h"
#include "script/library.h"

/* Adds the names of all plays that were neither pass nor skip, or in which a watch was
 * neither; none when all was green.
 * Lines that are no event of a play are passed over: the last one of a run that was
 * killed may be half a line. */
bool rerun_names(struct arena *a, const char *path, struct strs *names,
                 struct err *err) MUST_CHECK;
/* What to do when scenarios of these plays were not read, because they do not ship:
 * "the file of /tmp/mine has to be named again"; empty when all were. */
str rerun_unread(struct arena *a, const struct library *library,
                 const struct strs *names);

#endif
