/* SPDX-License-Identifier: MIT */
/* Names in scenarios: what a given defines, what is always there, and the proof, before
 * anything runs, that every ${name} is defined where it is used. */
#ifndef SCRIPT_NAMES_H
#define SCRIPT_NAMES_H

#include "script/scenario.h"

/* Names that every scenario has, with a word of help each. */
struct name_help {
    const char *name, *help;
};
extern const struct name_help common_names[];
extern const size_t common_name_count;

void names_check(struct arena *a, const struct scenario *s, struct mistakes *m);

/* Takes the next ${name} off the text: *before is what stands before it.  false at the
 * end (then *before is all).  "$${" stands for "${" itself. */
bool name_next(str *text, str *before, str *name);

#endif
