/* SPDX-License-Identifier: MIT */
/* What the files of givens share. */
#ifndef ENGINE_GIVEN_INSIDE_H
#define ENGINE_GIVEN_INSIDE_H

#include "crypto/csr.h"
#include "engine/steps.h"

/* STEP_NOT_HELD with "what: what the server answered". */
enum step_end not_held(struct world *w, struct err *err, const char *what);
/* Sets ${name.part}, or notes that the server did not tell it. */
void set_part(struct world *w, str name, const char *part, str value);
/* POSTs {"status": status} to the object. */
bool post_status(struct world *w, str account, str url, const char *status,
                 struct err *err) MUST_CHECK;

/* newOrder for the names of a line; the order and its authorizations get their names. */
enum step_end make_order(struct world *w, const struct line *line, str name, str account,
                         size_t *authzs, struct err *err);
/* Validates all its authorizations, over that challenge unless it is empty. */
enum step_end ready_order(struct world *w, str name, str account, size_t authzs, str over,
                          struct err *err);
/* Finalizes with a request (base64url) and waits until the order is valid. */
enum step_end finalize_order(struct world *w, str name, str account, str csr,
                             struct err *err);

/* The line's `csr` clause, or a good request made for its names; *key is NULL for the
 * former. */
bool csr_of_line(struct world *w, const struct line *line, struct key **key, str *csr,
                 struct err *err) MUST_CHECK;

#endif
