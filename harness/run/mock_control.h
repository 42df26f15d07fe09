/* SPDX-License-Identifier: MIT */
/* The control interface of `acmespec mock --control`: rules in and out, the journal, what
 * the CA has, and a fresh start, over HTTP on the CA's own port below /acmespec/. Whoever
 * can reach the port can use it, which is why the mock binds to loopback. */
#ifndef RUN_MOCK_CONTROL_H
#define RUN_MOCK_CONTROL_H

#include "engine/rules.h"

struct mock_control;

/* Hooks itself in, in front of what `after` was there; `first` are the rules of a fresh
 * start, of which rules_new was made; without `journals` its journal stays empty, which
 * costs nothing for an exchange. */
struct mock_control *mock_control_new(struct arena *a, struct rules *rules,
                                      const struct rules_read *first, bool journals);
void mock_control_hook(struct mock_control *control, struct ca_options *options);
/* After ca_new: the CA whose roots it tells. */
void mock_control_attach(struct mock_control *control, const struct ca *ca);
/* Whether the request is for the control interface and not for the CA. */
bool mock_control_is_for(const struct ca_request_info *info);

#endif
