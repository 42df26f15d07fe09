/* SPDX-License-Identifier: MIT */
/* For the tests of what comes after a run: results with a case of every kind, and
 * results that are put together case by case. */
#ifndef TESTS_RESULTS_FIXTURE_H
#define TESTS_RESULTS_FIXTURE_H

#include "run/results.h"

/* Bytes of a peer that no report may let through as they are: ESC, NUL, bad UTF-8, a
 * surrogate, a noncharacter, the end of CDATA, markup, a turn of the direction. */
extern const str hostile;

/* A catalogue of three entries: a MUST, a SHOULD, a stated one. */
const struct requirements *sample_requirements(struct arena *a);

/* Plays that passed, failed, warned, were inconclusive, in error, skipped, expected and
 * not reached; watches likewise; a stale expectation; counted. */
struct results *sample_results(struct arena *a);
/* The same without what a baseline knows. */
struct results *sample_without_baseline(struct arena *a);

/* Results with nothing in them. */
struct results *results_new(struct arena *a);
/* A play of that name ("server/6.5-nonces/reused", with its variant), passed so far. */
struct play_result *add_play(struct arena *a, struct results *r, const char *name);
/* A check of the play, whose verdict becomes the worst of both. */
struct check_result *add_check(struct arena *a, struct play_result *play,
                               const char *name, enum verdict verdict);
struct watch_result *add_watch(struct arena *a, struct results *r, const char *id,
                               enum verdict verdict);
/* A list of texts, up to NULL. */
struct strs texts_of(struct arena *a, const char *first, ...);

#endif
