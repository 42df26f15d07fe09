/* SPDX-License-Identifier: MIT */
/* A small kill matrix: a library of two scenarios and a watch, and plays to add. */
#ifndef TESTS_MATRIX_FIXTURE_H
#define TESTS_MATRIX_FIXTURE_H

#include "run/matrix.h"

/* server/a is about nonce-reuse, server/b about new-account-200; each has two checks. The
 * notes are the caller's. */
struct matrix *matrix_fixture(struct arena *a, const struct bugnotes *notes);
/* Adds a play of that scenario in which the first check fails and the second warns; NULL:
 * there is no second. */
void matrix_play(struct matrix *m, enum bug bug, const char *scenario, const char *first,
                 const char *second);
/* Adds a play of server/b in which the watch alone is broken, with a hostile message. */
void matrix_play_watch(struct matrix *m, enum bug bug);
/* One with something of everything that reports show, judged. */
struct matrix *sample_matrix(struct arena *a);

#endif
