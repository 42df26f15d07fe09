/* SPDX-License-Identifier: MIT */
/* What only the files of this folder know of a key: OpenSSL's handle beside the public
 * numbers, so that a JWK or a SubjectPublicKeyInfo costs no trip through its providers.
 */
#ifndef CRYPTO_KEY_INSIDE_H
#define CRYPTO_KEY_INSIDE_H

#include <openssl/evp.h>

#include "crypto/key.h"

enum family { FAMILY_EC, FAMILY_RSA, FAMILY_OKP };

/* Never changes once it is made, so threads may share it. */
struct key {
    enum key_type type;
    EVP_PKEY *pkey;
    bool has_private;
    str x, y; /* EC: octets of the curve's width; OKP: x alone */
    str n, e; /* RSA: as few octets as can be */
};

/* What is fixed for a key type. */
struct key_kind {
    enum family family;
    const char *crv;    /* the JWK's "crv", also OpenSSL's name of the group */
    const char *alg;    /* of the JWS */
    size_t width;       /* octets of a coordinate, or of an OKP key */
    size_t bits;        /* RSA: of the modulus, to generate */
    const char *group;  /* OpenSSL's other name of the curve */
    str spki_algorithm; /* AlgorithmIdentifier of the SubjectPublicKeyInfo */
};
extern const struct key_kind key_kinds[KEY_TYPE_COUNT];

static inline const unsigned char *octets(str s)
{
    return (const unsigned char *)s.ptr;
}

/* Writes the sentence with OpenSSL's reason behind it, and empties OpenSSL's queue, which
 * other users of the thread would trip over.  Always returns false. */
bool openssl_err(struct err *err, const char *sentence);
/* The same where the reason is no news: a signature that does not verify. */
bool openssl_no(void);

/* Makes a key of a handle, which is the arena's from now on, also on failure. */
struct key *key_from_pkey(struct arena *a, EVP_PKEY *pkey, bool has_private,
                          struct err *err);

/* From the public numbers.  The point is X9.62's, compressed or not. */
struct key *key_from_point(struct arena *a, enum key_type type, str point,
                           struct err *err);
struct key *key_from_modulus(struct arena *a, str n, str e, struct err *err);
struct key *key_from_okp(struct arena *a, enum key_type type, str x, struct err *err);
/* From a SubjectPublicKeyInfo that fills der to its end. */
struct key *key_from_spki(struct arena *a, str der, struct err *err);

/* The private exponent or scalar, for a JWK that must not have it; empty if there is
 * none. */
str key_private_number(struct arena *a, const struct key *key);

/* Signs as `alg` says, with the curve or modulus that the key has: "ES384" with a P-256
 * key digests by SHA-384.  An alg of another family signs as key_alg() says. */
bool key_sign_as(struct arena *a, const struct key *key, str alg, str input,
                 str *signature, struct err *err) MUST_CHECK;
/* In the form of X.509 and OpenSSL; md is NULL for EdDSA. */
bool key_sign_digest(struct arena *a, const struct key *key, const EVP_MD *md, bool pss,
                     str input, str *signature, struct err *err) MUST_CHECK;
bool key_verify_digest(const struct key *key, const EVP_MD *md, bool pss, str input,
                       str signature);
/* The digest that goes with the key in JWS and in X.509; NULL for EdDSA. */
const EVP_MD *key_digest(const struct key *key);

#endif
