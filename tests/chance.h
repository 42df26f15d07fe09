/* SPDX-License-Identifier: MIT */
/* Chance for tests that try many inputs: repeatable by its seed, which a failure prints.
 * SEED=N in the environment plays the same again. */
#ifndef TESTS_CHANCE_H
#define TESTS_CHANCE_H

#include "json/json.h"

/* From SEED, or new for each run. */
void chance_begin(void);
unsigned long long chance_seed(void);

/* One of 0 ... below - 1. */
size_t chance(size_t below);
/* Bytes of any kind; at most `most`, short ones more often. */
str chance_bytes(struct arena *a, size_t most);
/* Characters of the alphabet. */
str chance_text(struct arena *a, const char *alphabet, size_t most);
/* A JSON value, at most so deep; its strings are any UTF-8 without NUL. */
json_t *chance_json(struct arena *a, int depth);

/* Fails with the seed when it does not hold. */
#define ck_always(holds)                                                                 \
    ck_assert_msg(holds, "not always: %s (SEED=%llu plays it again)", #holds,            \
                  chance_seed())

#endif
