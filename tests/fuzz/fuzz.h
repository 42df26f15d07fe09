/* SPDX-License-Identifier: MIT */
/* What a fuzzer is: a function that is given bytes, which it must survive.
 *
 * tests/fuzz/fuzz.c is linked to each driver and calls it; a driver is one file
 * fuzz_NAME.c with this one function, and a folder corpus/NAME. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "base/arena.h"

/* Tries one input.  What it makes in the arena is gone afterwards; the bytes are not
 * followed by a NUL, so that reading past them is seen. */
void fuzz_one(struct arena *a, str input);

/* Ends the run when what must hold for every input does not; the input is kept. */
void fuzz_must(bool holds, const char *sentence);

#endif
