/* SPDX-License-Identifier: MIT */
/* JWS in the flattened JSON serialisation of RFC 7515 7.2.2, as RFC 8555 6.2 wants it: made
 * rightly by default and wrongly on purpose; taken apart strictly; verified. */
#ifndef CRYPTO_JWS_H
#define CRYPTO_JWS_H

#include "crypto/key.h"

/* What to sign and what to spoil.  Zero values mean: as the RFC wants it. */
struct jws_spec {
    const struct key *key;   /* signs; or mac_key for HS256 */
    str mac_key;             /* bytes; alg HS256 unless given */
    str alg;                 /* empty: the key's own */
    str nonce;               /* empty: no "nonce" member */
    str url;                 /* empty: no "url" member */
    str kid;                 /* given: "kid"; empty: "jwk" (or neither for a MAC) */
    str payload;             /* bytes before base64url */
    json_t *protected_patch; /* RFC 7396 merge patch on the protected header, or NULL */
    struct strs tampers;     /* names from the table in crypto/tamper.h, in order */
    const struct key *other_key; /* for tampers that need a second key */
};

/* The body to send.  Not JSON when a tamper says so. */
bool jws_sign(struct arena *a, const struct jws_spec *spec, str *body,
              struct err *err) MUST_CHECK;

/* A JWS taken apart.  json_t members are NULL where absent or not decodable. */
struct jws {
    json_t *outer;            /* the whole object */
    json_t *protected_header; /* decoded */
    str protected_b64, payload_b64, signature_b64;
    str payload;   /* decoded bytes */
    str signature; /* decoded bytes */
    str alg, nonce, url, kid; /* from the protected header; empty where absent */
    json_t *jwk;
};

/* Strict reading of a flattened JWS: exactly protected, payload and signature, each
 * canonical base64url, protected a JSON object without duplicates.  false with what is
 * wrong, in the words of RFC 7515 and RFC 8555 6.2. */
bool jws_read(struct arena *a, str body, struct jws *out, struct err *err) MUST_CHECK;
/* As far as it can be read, for printing; never fails. */
void jws_peek(struct arena *a, str body, struct jws *out);
bool jws_verify(struct arena *a, const struct jws *jws, const struct key *key);
/* HS256, HS384, HS512 (RFC 8555 7.3.4). */
bool jws_verify_mac(struct arena *a, const struct jws *jws, str mac_key);

#endif
