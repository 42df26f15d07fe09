/* SPDX-License-Identifier: MIT */
/* A check as read: `must body /status is ready or valid`.  It is judged by
 * engine/judge.c. */
#ifndef SCRIPT_CHECK_H
#define SCRIPT_CHECK_H

#include "script/lines.h"
#include "script/subjects.h"

enum check_level { CHECK_NEED, CHECK_SHOULD, CHECK_MUST, CHECK_LEVELS };
extern const char *const check_level_names[CHECK_LEVELS]; /* "need" ... */

/* What may become of a run of the client under test. */
enum client_outcome {
    OUTCOME_ISSUED,  /* it has a certificate that the CA issued, and said so */
    OUTCOME_DONE,    /* what else it was to do is done, and it said so */
    OUTCOME_GAVE_UP, /* it said that it failed */
    OUTCOME_HUNG,    /* it did not end in time */
    OUTCOME_CRASHED, /* it died of a signal, or of an error that it did not catch */
    OUTCOME_LIED,    /* it said that it succeeded, and had not */
    OUTCOME_COUNT
};
extern const char *const outcome_words[OUTCOME_COUNT];

struct test_of {
    enum test test;
    json_t *values;  /* array of alternatives; strings may hold ${names} */
    enum test bound; /* with TEST_COUNT: TEST_IS, TEST_AT_LEAST or TEST_AT_MOST */
    str pointer;     /* with TEST_EACH and TEST_ANY: into the element */
    struct test_of *inner;
};

struct check {
    struct place place;
    enum check_level level;
    str text; /* as written: "must 400 badNonce" */
    str name; /* unique in its scenario, stable: what reports show */
    enum subject subject;
    str arg[3]; /* of the subject; may hold ${names} */
    size_t arg_count;
    struct place arg_place;      /* of the first */
    struct strs statuses, types; /* SUBJECT_ANSWER */
    struct test_of test;
    struct strs rules; /* ids of the catalogue it rests on, or "house" */
    str why;
    /* `if`: armed only when this holds, and its own `only_if`; NULL: always. */
    const struct check *only_if;
};

/* Reads the words of a line from word `from` on as a check (text and name are set from
 * the line by the caller).  What could never hold, or never fail, is a mistake. */
bool check_read(struct arena *a, const struct line *line, size_t from, struct check *out,
                struct mistakes *m) MUST_CHECK;

/* Whether there is something for it to look at in one of these homes (see subjects.h; 0:
 * it is not known where it stands); false after telling. */
bool check_belongs(const struct check *check, unsigned homes, struct mistakes *m);

#endif
