/* SPDX-License-Identifier: MIT */
/* Objects as they were last seen, by URL: whether a status changed as RFC 8555 7.1.6
 * allows, and whether members that never change are still the same. */
#ifndef ENGINE_SEEN_H
#define ENGINE_SEEN_H

#include "acme/journal.h"

struct seen;
struct seen *seen_new(struct arena *a);
/* Notes the objects of an answer.  To be called once for each exchange, in order. */
void seen_note(struct seen *s, const struct exchange *exchange);
/* Of the exchange that was noted last: empty, or what is wrong. */
str seen_transition_fault(const struct seen *s);
str seen_identity_fault(const struct seen *s);

#endif
