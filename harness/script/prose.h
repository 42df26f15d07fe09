/* SPDX-License-Identifier: MIT */
/* A step as a sentence, for `acmespec explain`. */
#ifndef SCRIPT_PROSE_H
#define SCRIPT_PROSE_H

#include "script/scenario.h"

str prose_of_step(struct arena *a, const struct step *step);

#endif
