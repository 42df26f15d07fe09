/* SPDX-License-Identifier: MIT */
/* Baselines: the verdicts expected of a released peer, each with its evidence. */
#ifndef SCRIPT_BASELINE_H
#define SCRIPT_BASELINE_H

#include "base/names.h"
#include "script/requirement.h"

struct expectation {
    str scenario; /* name, with its variant; or a watch's id after "watch/" */
    str check;    /* the check's name; empty: any check of it */
    struct strs verdicts;
    struct strs rules;
    str because;
    str amiss; /* why it cannot come true, by baseline_judge; empty: it can */
    struct place place;
};

struct baseline {
    str name, version, about;
    struct strs skips;
    long decides;
    struct expectation *item;
    size_t count;
};

/* Ids of rules are looked up in `requirements`, which may be NULL. */
void baseline_from(struct arena *a, const struct line *lines, size_t count,
                   const struct requirements *requirements, struct baseline *out,
                   struct mistakes *m);
bool baseline_read(struct arena *a, const char *path,
                   const struct requirements *requirements, struct baseline *out,
                   struct mistakes *m, struct err *err) MUST_CHECK;

#endif
