/* SPDX-License-Identifier: MIT */
/* Rules applied to a mock CA: which request each is for, and what it does to the answer.
 * Without rules nothing is hooked, so a mock without them is as fast as ever. */
#ifndef ENGINE_RULES_H
#define ENGINE_RULES_H

#include "engine/vars.h"
#include "mocks/ca.h"
#include "script/rule.h"

struct rules;

/* Rules of a CA that is to be made; the rows have to live as long. */
struct rules *rules_new(struct arena *a, const struct rule *rows, size_t count);
/* Before ca_new: hooks them in.  Hooks that are there already are called as well:
 * `before` first, `after` and `handshake` behind the rules, so that they see what goes
 * out. */
void rules_hook(struct rules *rules, struct ca_options *options);
/* After ca_new: what the CA is. */
void rules_attach(struct rules *rules, const struct ca *ca);
/* The ${names} of a scenario; not to be changed while the CA runs. */
void rules_vars(struct rules *rules, struct vars *vars);
/* Other rules from now on, their counts 0; from any thread, and inside a hook of the CA.
 * An answer that is on its way keeps what the former rules did to it. */
void rules_set(struct rules *rules, const struct rule *rows, size_t count);
/* More rules: the rows begin with those that there are, which keep their counts. */
void rules_add(struct rules *rules, const struct rule *rows, size_t count);

size_t rules_count(const struct rules *rules);
const struct rule *rules_at(const struct rules *rules, size_t index);
/* How many times a rule was applied and changed something by it: a state, the answer, how
 * it was sent, the handshake.  A reply is an answer of its own, whatever it says. */
size_t rules_fired(const struct rules *rules, size_t index);

#endif
