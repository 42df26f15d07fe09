/* SPDX-License-Identifier: MIT */
/* Reads a results file of an earlier run for what was not green in it. */
#ifndef RUN_RERUN_H
#define RUN_RERUN_H

#include "base/arena.h"
#include "base/err.h"

/* Adds the names of all plays that were neither pass nor skip; none when all was green.
 * Lines that are no event of a play are passed over: the last one of a run that was
 * killed may be half a line. */
bool rerun_names(struct arena *a, const char *path, struct strs *names,
                 struct err *err) MUST_CHECK;

#endif
