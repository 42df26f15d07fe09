/* SPDX-License-Identifier: MIT */
/* Enum to word and back over one table, used both to parse and to print. */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include "base/arena.h"

/* The index of the word in the table, or -1. */
int name_find(const char *const names[], size_t count, str word);
/* The nearest name within two edits (a third of the word for long ones), or NULL. */
const char *name_nearest(const char *const names[], size_t count, str word);
/* Writes "; did you mean "X"?" into the arena, or "" when nothing is near. */
str name_did_you_mean(struct arena *a, const char *const names[], size_t count, str word);

#endif
