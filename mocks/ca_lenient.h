/* SPDX-License-Identifier: MIT */
/* How a mock CA with planted bugs is more lenient with a request than RFC 8555 6 lets it
 * be.  Without bugs each of these changes nothing.  Private to mocks/ca*.c. */
#ifndef MOCKS_CA_LENIENT_H
#define MOCKS_CA_LENIENT_H

#include "mocks/ca_inside.h"

/* The body, brought into the flattened form where a bug accepts another. */
str ca_lenient_body(struct ca_call *call);
/* Takes members of the unprotected header where the protected one has none. */
void ca_lenient_merge(struct ca_call *call);
/* Whether the payload is taken as it is, not as base64url. */
bool ca_lenient_raw_payload(const struct ca_call *call);
/* A nonce that can be guessed, or the one before. */
str ca_lenient_nonce(struct ca_call *call, str bytes);
/* Whether the nonce is not spent by this request. */
bool ca_lenient_keeps_nonce(struct ca_call *call);
/* The same one, when all else was found right. */
void ca_lenient_spend_late(struct ca_call *call);
/* Remembers which resource gave a nonce, and whether it was another one. */
void ca_lenient_bind_nonce(struct ca_call *call, str bytes);
bool ca_lenient_elsewhere(struct ca_call *call);
bool ca_lenient_fresh(struct ca_call *call);
bool ca_lenient_alg(struct ca_call *call);
bool ca_lenient_url(struct ca_call *call, str want);
bool ca_lenient_key_alg(struct ca_call *call, const struct jws *jws,
                        const struct key *key);
/* The key, spelled as it has to be; its thumbprint stays that of what was sent. */
json_t *ca_lenient_jwk(struct ca_call *call, json_t *jwk);
str ca_lenient_thumbprint(struct ca_call *call, str thumbprint);
/* The account by its key, where a kid is wanted. */
void ca_lenient_find_by_key(struct ca_call *call);
/* The account's id out of a kid that is not its URL. */
bool ca_lenient_kid(struct ca_call *call, str *id);
bool ca_lenient_signature(struct ca_call *call);
bool ca_lenient_account(struct ca_call *call);

#endif
