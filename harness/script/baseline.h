/* SPDX-License-Identifier: MIT */
/* Baselines: the verdicts expected of a released peer, each with its evidence. */
#ifndef SCRIPT_BASELINE_H
#define SCRIPT_BASELINE_H

#include "base/names.h"
#include "script/lines.h"

struct expectation {
    str scenario; /* name, with its variant; or a watch's id after "watch/" */
    str check;    /* the check's name; empty: any check of it */
    struct strs verdicts;
    struct strs rules;
    str because;
    struct place place;
};

struct baseline {
    str name, version, about;
    struct strs skips;
    long decides;
    struct expectation *item;
    size_t count;
};

bool baseline_read(struct arena *a, const char *path, struct baseline *out,
                   struct mistakes *m, struct err *err) MUST_CHECK;
/* The expectation for a check of a scenario, or NULL. */
const struct expectation *baseline_find(const struct baseline *b, str scenario,
                                        str check);

#endif
