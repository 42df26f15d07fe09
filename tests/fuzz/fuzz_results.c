/* SPDX-License-Identifier: MIT */
/* Fuzzes the lines of a results file, which may come from anywhere: what can be read is
 * written, and read again as the same. */
#include "tests/fuzz/fuzz.h"

#include "run/events.h"

void fuzz_one(struct arena *a, str input)
{
    struct play_outcome outcome, again;
    struct err err;
    if (!event_read_play(a, input, &outcome, &err)) {
        fuzz_must(err.text[0] != '\0', "a line that is refused has its reason");
        return;
    }
    str line = event_of_play(a, &outcome);
    fuzz_must(!str_contains(line, STR("\n")), "an event is one line");
    fuzz_must(event_read_play(a, line, &again, &err), "what was written can be read");
    fuzz_must(str_eq(event_of_play(a, &again), line), "and is the same");
}
