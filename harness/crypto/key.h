/* SPDX-License-Identifier: MIT */
/* Account and certificate keys by OpenSSL, JWK (RFC 7517, 7518, 8037), thumbprints (RFC
 * 7638), digests and random bytes. */
#ifndef CRYPTO_KEY_H
#define CRYPTO_KEY_H

#include "json/json.h"

struct key; /* a key pair or a public key */

/* Key types, by the word a scenario uses. */
enum key_type {
    KEY_P256,    /* "ES256", "P-256" */
    KEY_P384,    /* "ES384", "P-384" */
    KEY_P521,    /* "ES512", "P-521" */
    KEY_RSA1024, /* too weak on purpose */
    KEY_RSA2048, /* "RS256", "RSA-2048" */
    KEY_RSA3072,
    KEY_RSA4096,
    KEY_ED25519,   /* "EdDSA", "Ed25519" */
    KEY_SECP256K1, /* a curve that no CA wants: "secp256k1" */
    KEY_TYPE_COUNT
};
extern const char *const key_type_names[KEY_TYPE_COUNT]; /* "P-256" ... "secp256k1" */
/* Accepts the names above and the JWS algorithm words ES256, ES384, ES512, RS256, EdDSA;
 * -1 when it is neither. */
int key_type_find(str word);

/* Generates one.  RSA costs some 50 ms at 2048 bits, all else next to nothing. */
struct key *key_new(struct arena *a, enum key_type type, struct err *err);

enum key_type key_type_of(const struct key *key);
/* The JWS "alg" that fits: "ES256", "RS256", "EdDSA" ... */
const char *key_alg(const struct key *key);
/* The public key as a JWK: only the members of RFC 7638, in lexical order. */
json_t *key_jwk(struct arena *a, const struct key *key);
/* base64url(SHA-256 of the canonical JWK). */
str key_thumbprint(struct arena *a, const struct key *key);
/* The thumbprint of any JWK; false when required members are missing. */
bool jwk_thumbprint(struct arena *a, json_t *jwk, str *out, struct err *err) MUST_CHECK;
/* A public key from a JWK, strictly: kty, curve, lengths, point on the curve, base64url.
 */
struct key *key_from_jwk(struct arena *a, json_t *jwk, struct err *err);
/* PEM: private keys as PKCS #8. */
str key_private_pem(struct arena *a, const struct key *key);
str key_public_der(struct arena *a, const struct key *key); /* SubjectPublicKeyInfo */
struct key *key_from_pem(struct arena *a, str pem, struct err *err);
bool key_same(const struct key *a, const struct key *b);

/* Signs and verifies in the JWS form for the algorithm (r||s for ECDSA). */
bool key_sign(struct arena *a, const struct key *key, str input, str *signature,
              struct err *err) MUST_CHECK;
/* alg as the JWS names it; false when it does not fit the key or does not verify. */
bool key_verify(struct arena *a, const struct key *key, str alg, str input,
                str signature);
/* ECDSA as DER SEQUENCE, for a deliberately wrong JWS and for X.509. */
bool key_sign_der(struct arena *a, const struct key *key, str input, str *signature,
                  struct err *err) MUST_CHECK;

str sha256(struct arena *a, str bytes);
str sha1(struct arena *a, str bytes);
str hmac_sha256(struct arena *a, str key, str bytes);
str hmac_sha384(struct arena *a, str key, str bytes);
str hmac_sha512(struct arena *a, str key, str bytes);
/* Bytes that nobody can guess. */
str random_bytes(struct arena *a, size_t count);
/* Equal in constant time. */
bool bytes_equal(str a, str b);

#endif
