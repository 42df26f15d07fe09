/* SPDX-License-Identifier: MIT */
/* The test cases of a run, one after the other in one shape: checks, watches, and plays
 * that ended for a reason of their own.  Every report walks over these. */
#ifndef REPORTS_CASES_H
#define REPORTS_CASES_H

#include "run/results.h"

struct test_case {
    const struct play_result *play; /* NULL: a watch */
    str name;                       /* unique in its play; a watch's id */
    str title;                      /* of the scenario or the watch: a sentence */
    str again;                      /* which play shows it; empty: no single one */
    str file;                       /* relative to the source tree where it can be */
    int line;                       /* 0: of no single line */
    str level;                      /* "must", "should"; empty for a play */
    const struct strs *rules;
    enum verdict verdict;
    bool expected, not_reached;
    str message, wanted, why, because, transcript;
};

/* Calls visit for all: plays in their order, each with its checks in theirs, then the
 * watches.  What a case points to lives in the arena or in the results. */
void cases_each(struct arena *a, const struct results *r,
                void (*visit)(void *context, const struct test_case *c), void *context);
/* "scenarios/server/6.5-nonces/reused.acme" of a longer path to it. */
str case_file(str path);
/* The catalogue's entry for the n-th rule, or NULL. */
const struct requirement *case_requirement(const struct results *r,
                                           const struct test_case *c, size_t n);
/* The name of the case of a play itself. */
#define CASE_OF_PLAY "the scenario can be played"

#endif
