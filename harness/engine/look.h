/* SPDX-License-Identifier: MIT */
/* A look at one subject; shared by the files of looks. */
#ifndef ENGINE_LOOK_H
#define ENGINE_LOOK_H

#include "engine/world.h"

struct look {
    struct world *world;
    const struct check *check;
    str arg[3];    /* expanded */
    json_t *value; /* what is there; NULL: absent */
    str mark;      /* text of the transcript's line that it is about */
    struct err *err;
};

/* Fills in value and mark; false with err when nothing can be learnt. */
typedef bool look_function(struct look *l);

look_function look_chain, look_certificate, look_queries, look_query;

json_t *look_text(const struct look *l, str text);
json_t *look_number(const struct look *l, long long number);
json_t *look_truth(const struct look *l, bool truth, str reason);

#endif
