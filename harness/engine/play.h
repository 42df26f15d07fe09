/* SPDX-License-Identifier: MIT */
/* Performs the steps of a scenario in order and judges what comes back. */
#ifndef ENGINE_PLAY_H
#define ENGINE_PLAY_H

#include "engine/target.h"
#include "engine/verdict.h"
#include "script/scenario.h"
#include "script/watch.h"

struct play {
    const struct scenario *scenario;
    str variant; /* the value of `for each`, or empty */
    int slot;    /* of the relay, and of the address */
};

struct play_outcome {
    struct play_result result;
    struct watch_result *watch; /* one for each watch, in their order */
    size_t watch_count;
};

/* Whether a check or a watch of it failed or warns. */
bool play_has_red(const struct play_outcome *outcome);
str play_name(struct arena *a, const struct play *play);
/* Plays it against the target, in this process.  Never fails: what went wrong is in the
 * result. */
void play_run(struct arena *a, const struct target *target, const struct play *play,
              const struct watches *watches, struct play_outcome *out);
/* The result of a play that is not played. */
struct play_result play_without(struct arena *a, const struct play *play,
                                enum verdict verdict, str reason);

/* Finds out what the target offers, by its directory and a few requests; what cannot be
 * told stays unknown.  false when it is no ACME server or cannot be reached. */
bool target_probe(struct arena *a, struct target *target, struct err *err) MUST_CHECK;

#endif
