/* SPDX-License-Identifier: MIT */
/* The mock CA's nonces (RFC 8555 6.5): the last so many that were given out and not yet
 * spent.  Older ones are forgotten, so memory has a ceiling. */
#ifndef MOCKS_CA_NONCE_H
#define MOCKS_CA_NONCE_H

#include "base/arena.h"

enum { NONCE_BYTES = 16, MOST_NONCES = 1 << 15 };

struct nonces;
struct nonces *nonces_new(struct arena *a);
/* Remembers a nonce of NONCE_BYTES bytes. */
void nonces_add(struct nonces *nonces, str bytes);
/* Whether it was given out and not spent; it is spent now. */
bool nonces_spend(struct nonces *nonces, str bytes);
bool nonces_has(const struct nonces *nonces, str bytes);

#endif
