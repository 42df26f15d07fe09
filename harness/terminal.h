/* SPDX-License-Identifier: MIT */
/* What may be written to a descriptor besides text. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>

/* Whether somebody looks at it; a dumb terminal is written to like a file. */
bool terminal_is(int fd);
/* Whether colour is wanted there: not with NO_COLOR (no-color.org) or --no-colour. */
bool terminal_colour(int fd, bool no_colour);

#endif
