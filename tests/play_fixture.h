/* SPDX-License-Identifier: MIT */
/* For tests that play small scenarios: from the text of the steps to what became of them.
 */
#ifndef TESTS_PLAY_FIXTURE_H
#define TESTS_PLAY_FIXTURE_H

#include "engine/play.h"

/* The CA of tests/ca_fixture.h as a target. */
struct target play_target(void);
/* Plays the steps behind a head with this suite and these rules; a mistake in them fails
 * the test. */
struct play_outcome play_steps(struct arena *a, const struct target *target,
                               const struct watches *watches, const char *head,
                               const char *steps, const char *variant);
struct watches play_watches(struct arena *a, const char *text);

#endif
