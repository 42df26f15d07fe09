/* SPDX-License-Identifier: MIT */
/* JWS in the flattened JSON serialisation of RFC 7515 7.2.2, as RFC 8555 6.2 wants it:
 * made rightly by default and wrongly on purpose; taken apart strictly; verified. */
#ifndef CRYPTO_JWS_H
#define CRYPTO_JWS_H

#include "crypto/key.h"

/* What to sign and what to spoil.  Zero values mean: as the RFC wants it. */
struct jws_spec {
    const struct key *key;   /* signs, unless there is a mac_key */
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

/* The signature is made as the header's final "alg" says, as far as the key can: ES384
 * with a P-256 key digests by SHA-384, RS512 with an RSA key is a good RS512; for an
 * "alg" of another family, or none, the key signs in its own way. */
/* The body to send.  Not JSON when a tamper says so. */
bool jws_sign(struct arena *a, const struct jws_spec *spec, str *body,
              struct err *err) MUST_CHECK;

/* A JWS taken apart.  json_t members are NULL where absent or not decodable. */
struct jws {
    json_t *outer;            /* the whole object */
    json_t *protected_header; /* decoded */
    str protected_b64, payload_b64, signature_b64;
    str payload;              /* decoded bytes */
    str signature;            /* decoded bytes */
    str alg, nonce, url, kid; /* from the protected header; empty where absent */
    json_t *jwk;
};

/* Strict reading of a flattened JWS: protected, payload and signature are there, each in
 * canonical base64url; no "header", no "signatures"; protected is a JSON object without
 * duplicates, without "crit" and "b64", its alg, nonce, url and kid texts, its jwk an
 * object.  Outer members that are not known are ignored (RFC 7515 7.2.1).  Which of the
 * header's members must be there is the caller's to judge.  false with what is wrong, in
 * the words of RFC 7515 and RFC 8555 6.2; what could be read until then is in *out. */
bool jws_read(struct arena *a, str body, struct jws *out, struct err *err) MUST_CHECK;
/* As far as it can be read, for printing; never fails. */
void jws_peek(struct arena *a, str body, struct jws *out);
bool jws_verify(struct arena *a, const struct jws *jws, const struct key *key);
/* HS256, HS384, HS512 (RFC 8555 7.3.4). */
bool jws_verify_mac(struct arena *a, const struct jws *jws, str mac_key);

#endif
