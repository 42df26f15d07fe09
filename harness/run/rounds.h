/* SPDX-License-Identifier: MIT */
/* Fills a kill matrix in rounds, so that a question costs no more plays than it needs:
 * each bug, and the correct mock, against the scenarios that are about it; then, where a
 * bug is not caught or a scenario still green, those of its section; and bugs that are
 * not caught even so against the whole suite, until something is red.  What any bug is
 * played against, the correct mock is, too. */
#ifndef RUN_ROUNDS_H
#define RUN_ROUNDS_H

#include "run/matrix.h"
#include "run/trial.h"

struct rounds_options {
    const struct target *target;
    const struct profile *eab_profile;   /* see struct trials_options */
    const struct target *webroot_target; /* see struct trials_options */
    long lanes, jobs, deadline_ms;       /* see struct trials_options */
    bool all; /* every scenario against every bug, in one round */
    /* Called when a round begins, with how many trials it has, and when one has ended. */
    void (*began)(void *context, const char *round, size_t trials);
    void (*ended)(void *context, const struct trial *trial);
    void *context;
};

/* Plays for all rows that are selected and judges the matrix; when *stop becomes a
 * signal's number it stops, and m->stopped says so. */
bool rounds_play(struct matrix *m, const struct rounds_options *options,
                 const volatile int *stop, struct err *err) MUST_CHECK;

#endif
