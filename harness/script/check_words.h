/* SPDX-License-Identifier: MIT */
/* The words that may stand in a check: what follows a subject, and the values of subjects
 * that have a list of them.  With any other word a check could never hold. */
#ifndef SCRIPT_CHECK_WORDS_H
#define SCRIPT_CHECK_WORDS_H

#include "base/names.h"
#include "script/subjects.h"

/* "404" or "4xx". */
bool status_word(str word);
/* A word of the registry, a URI, or a ${name}. */
bool problem_word_fits(str word);

/* The values that a subject may have. */
struct vocabulary {
    const char *called; /* what a word is that is not among them: "no resource" */
    const char *const *names;
    size_t count;
    bool (*fits)(str word); /* or NULL: the names are all */
};
/* Of the subject with that first argument, or STR_NONE.  NULL: any value. */
const struct vocabulary *vocabulary_of(enum subject subject, str arg);
bool vocabulary_has(const struct vocabulary *vocabulary, str word);

/* Whether the word may be the n-th behind the subject, as its row says:
 * "http|dns|tls|close". */
bool arg_fits(const struct subject_row *row, size_t n, str word);
/* "; did you mean ...?" */
str arg_near(struct arena *a, const struct subject_row *row, size_t n, str word);

#endif
