/* SPDX-License-Identifier: MIT */
/* Judges one check against what was exchanged.  A verdict never comes from here alone for
 * want of an answer: without one, nothing was learnt. */
#ifndef ENGINE_JUDGE_H
#define ENGINE_JUDGE_H

#include "engine/verdict.h"
#include "engine/world.h"

/* What came of looking. */
struct finding {
    enum verdict verdict; /* pass, fail, warn, inconclusive */
    str message;          /* what was found */
    str wanted;           /* what would have been accepted */
    str mark;             /* text of the transcript's line to mark */
};

void judge_check(struct world *w, const struct check *check, struct finding *out);

/* Why nothing is learnt of the check, whatever it found: the CA declined for a reason
 * that is its right (RFC 8555 6.6, 7.3, 7.4).  Empty: it did not. */
str judge_declined(struct world *w, const struct check *check);

/* The value that a check looks at: a JSON value, or NULL when it is absent.  false (with
 * a sentence) when it cannot be looked at, so that nothing is learnt. */
bool subject_value(struct world *w, const struct check *check, json_t **value, str *mark,
                   struct err *err);
/* Whether the value passes the test; *found says what is there instead. */
bool test_value(struct world *w, const struct test_of *test, json_t *value, str *found,
                struct err *err);
/* Whether a text has the form. */
bool form_fits(struct world *w, str form, json_t *value);

#endif
