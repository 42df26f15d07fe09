/* SPDX-License-Identifier: MIT */
/* A baseline against the library: whether what it expects is there to come. */
#ifndef SCRIPT_BASELINE_JUDGE_H
#define SCRIPT_BASELINE_JUDGE_H

#include "script/library.h"

/* Fills in `amiss` of each expectation of a scenario, variant, check or watch that the
 * library does not have, or by a rule that is not what the check cites.  A scenario of
 * the user's own that was not read is taken for right when its file is there. */
void baseline_judge(struct arena *a, struct baseline *b, const struct library *library);

#endif
