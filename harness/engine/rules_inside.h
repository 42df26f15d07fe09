/* SPDX-License-Identifier: MIT */
/* What the files of the rules share.  Private to engine/rules*.c. */
#ifndef ENGINE_RULES_INSIDE_H
#define ENGINE_RULES_INSIDE_H

#include "engine/rules.h"

/* One rule that is being applied to one request. */
struct firing {
    struct arena *arena;
    const struct ca_request_info *info;
    struct reply *reply;
    const struct rule *rule;
    struct vars *vars; /* of the scenario, or NULL */
    str directory, root_pem, other_root_pem;
    str last_nonce; /* of the answer before; or empty */
};

/* What the names of rule_names stand for at this request (NULL: a handshake, where most
 * are empty), above those of the scenario (or NULL). */
struct vars *rule_vars(struct arena *a, const struct vars *scenario, str directory,
                       const struct ca_request_info *info);
/* The n-th word of the effect with its ${names} replaced; a name without a value stays.
 */
str effect_word(const struct firing *f, const struct effect *e, size_t n);
long effect_number(const struct firing *f, const struct effect *e, size_t n,
                   long otherwise);
/* The text of the rule's `detail`, or what is said without one. */
str rule_detail(const struct firing *f);

/* Carries out the effects: what the CA is told, its own reply, what becomes of the
 * answer. */
void effects_before(const struct firing *f);
bool effects_change_state(const struct rule *rule);
void effects_reply(const struct firing *f);
void effects_answer(const struct firing *f);
/* What a handshake is to be; there is no request and no answer. */
void effects_handshake(const struct firing *f, struct odd_handshake *out);

/* What a rule changed (rules_change.c).  The copy is as it was, whatever becomes of the
 * reply. */
struct reply reply_kept(struct arena *a, const struct reply *reply);
bool reply_differs(const struct reply *one, const struct reply *other);
bool handshake_differs(const struct odd_handshake *one,
                       const struct odd_handshake *other);

/* Bodies (rules_body.c). */
str body_spoilt(const struct firing *f, str word, str body, struct headers *headers);
str body_laid_out(const struct firing *f, str word, str body);
str body_chain(const struct firing *f, str word, str body);

#endif
