/* SPDX-License-Identifier: MIT */
/* Between libFuzzer and our drivers: an arena for each input. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(NULL);
    fuzz_one(a, size > 0 ? (str){ (const char *)data, size } : STR_NONE);
    arena_end(a);
    return 0;
}

void fuzz_must(bool holds, const char *sentence)
{
    if (holds)
        return;
    fprintf(stderr, "It does not hold that %s.\n", sentence);
    abort();
}
