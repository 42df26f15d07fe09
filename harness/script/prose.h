/* SPDX-License-Identifier: MIT */
/* Steps as sentences, for `acmespec explain`. */
#ifndef SCRIPT_PROSE_H
#define SCRIPT_PROSE_H

#include "script/scenario.h"

/* A rule, or a setting of the mock CA. */
str prose_of_line(struct arena *a, const struct line *line);
str prose_of_step(struct arena *a, const struct step *step);

#endif
