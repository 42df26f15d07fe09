/* SPDX-License-Identifier: MIT */
/* What the files of the kill matrix share. */
#ifndef RUN_MATRIX_INSIDE_H
#define RUN_MATRIX_INSIDE_H

#include "run/matrix.h"

/* "rfc8555-6.5" of "rfc8555-6.5-8". */
str matrix_section(str id);
/* Whether a word of an `also` is about a check of these rules in this scenario. */
bool matrix_word_fits(str word, str scenario, const struct strs *rules);
/* Whether a note lets the bug turn such a check red. */
bool matrix_noted(const struct matrix *m, enum bug bug, str scenario,
                  const struct strs *rules);
/* The note that excuses a check which nothing turns red, or NULL. */
const struct never_red *matrix_never(const struct matrix *m,
                                     const struct matrix_check *check);

#endif
