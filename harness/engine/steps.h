/* SPDX-License-Identifier: MIT */
/* One function per kind of step.  A step ends well, ends the scenario as inconclusive (a
 * precondition did not hold), or fails for a reason of our own. */
#ifndef ENGINE_STEPS_H
#define ENGINE_STEPS_H

#include "engine/world.h"

enum step_end {
    STEP_DONE,
    STEP_NOT_HELD, /* the sentence says what did not hold; nothing was learnt */
    STEP_BROKEN,   /* ours: the sentence says what we could not do */
};

static inline enum step_end step_ended(bool held)
{
    return held ? STEP_DONE : STEP_NOT_HELD;
}

typedef enum step_end step_function(struct world *w, const struct step *step,
                                    struct err *err);

/* RFC 7518 6.2.1.2: the first octet of a coordinate may be zero, as x has it in every
 * 256th key (of P-521 in every second one). */
struct key *key_with_zero(struct arena *a, enum key_type ec_type, struct err *err);

step_function step_given_key, step_given_account, step_given_order, step_given_authz,
    step_given_csr, step_given_certificate, step_given_jws;
step_function step_get, step_head, step_send, step_post, step_raw, step_hello, step_poll,
    step_at_once, step_save, step_reconnect, step_wait, step_wait_retry_after;
step_function step_operator;
step_function step_run;
step_function step_provision, step_provision_dns, step_withdraw, step_withdraw_dns;

/* At the end of a scenario whose operator changed the CA: has it put back, where the
 * profile has a hook for that. */
bool operator_restore(struct world *w, struct err *err) MUST_CHECK;

/* --- shared between them --- */

/* The last hello and what became of it, line by line. */
str hello_transcript(const struct world *w);

/* Puts the right response for a challenge of an authorization in place. */
bool provision_right(struct world *w, const struct named_authz *authz, str challenge,
                     struct err *err) MUST_CHECK;
/* Puts a response in place that cannot be right. */
bool provision_wrong(struct world *w, const struct named_authz *authz, str challenge,
                     struct err *err) MUST_CHECK;
/* POST-as-GETs url until the member `status` of its body is none of `while_statuses`, at
 * most within_ms, minding Retry-After.  The last answer stays. */
bool poll_while(struct world *w, str account, str url, const char *const while_statuses[],
                size_t count, long within_ms, struct err *err) MUST_CHECK;
/* Puts the profile's contacts into the payload of a newAccount that has none and is about
 * a new account. */
void add_profile_contacts(struct world *w, json_t *payload);
/* Fills in what the signing clauses of a line say (payload, nonce, url, kid, alg,
 * protected, tamper ...). */
bool read_signing(struct world *w, const struct line *line, struct post *post,
                  struct err *err) MUST_CHECK;
/* "save NAME = SOURCE [VALUE]" of a line. */
bool save_value(struct world *w, const struct line *line, struct err *err) MUST_CHECK;
bool save_clauses(struct world *w, const struct line *line, struct err *err) MUST_CHECK;

#endif
