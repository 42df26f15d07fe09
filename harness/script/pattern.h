/* SPDX-License-Identifier: MIT */
/* Matches the words of a line against the usage of its verb, so that what the manual
 * prints is what the reader accepts: word            that word            a|b one of them
 *   UPPER           one word of a kind   UPPER...      one or more of them
 *   [ ... ]         may be absent
 * The kinds (ACCOUNT, URL, DURATION ...) are a table in pattern.c. */
#ifndef SCRIPT_PATTERN_H
#define SCRIPT_PATTERN_H

#include "script/lines.h"

/* Fills in line->arg.  false with a sentence in err when the words do not fit, and in *at
 * the first that does not, or how many there are. */
bool pattern_match(struct arena *a, const char *usage, struct line *line, size_t *at,
                   struct err *err);
/* Whether the usage takes the rest of the line verbatim, or a JSON value. */
bool pattern_takes_text(const char *usage);
bool pattern_takes_json(const char *usage);

/* The kinds of words, for the manual. */
struct word_kind {
    const char *name, *help;
    bool (*fits)(const struct word *word);
    const char *(*nth)(size_t n); /* its words, NULL behind the last; or NULL: any */
};
extern const struct word_kind word_kinds[];
extern const size_t word_kind_count;

#endif
