/* SPDX-License-Identifier: MIT */
/* Which plays a run has: scenarios selected by name, requirement, section, level, tag and
 * shard, each once per variant and repetition. */
#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include "engine/play.h"
#include "script/library.h"

struct selection {
    struct strs names;       /* prefixes or globs of scenario names; empty: all */
    const struct strs *only; /* of these, plays of exactly these names; NULL: any */
    struct strs rules;       /* requirement ids */
    struct strs sections;    /* "6.5", "rfc8555-6.5" */
    struct strs tags;
    str level;          /* "must" or "should", in any case: scenarios with such a check;
                           empty: any */
    long shard, shards; /* k of n, from 1; 0: all */
    long repeat;        /* at least 1 */
};

struct plan {
    struct play *play; /* in stable order */
    size_t count;
};

/* false with a sentence when a name selects nothing at all, or the catalogue lacks a
 * requirement or section. */
bool plan_make(struct arena *a, const struct library *library, const struct selection *s,
               struct plan *out, struct err *err) MUST_CHECK;
/* Whether the target lacks something that the play needs; then *reason says what:
 * PLAN_LACKS, the capability, ": " and why. */
#define PLAN_LACKS "the target does not offer "
bool plan_lacks(struct arena *a, const struct play *play, const struct target *target,
                str *reason);

#endif
