/* SPDX-License-Identifier: MIT */
/* A certificate as slices of its DER, so that reading one costs no trip through OpenSSL.
 */
#ifndef CRYPTO_CERT_INSIDE_H
#define CRYPTO_CERT_INSIDE_H

#include "crypto/cert.h"
#include "crypto/x509.h"

/* Never changes once it is made, so threads may share it. */
struct cert {
    str der;
    str tbs, spki, issuer, subject; /* whole items */
    str algorithm, serial;          /* contents */
    str signature;
    time_t not_before, not_after;
    struct extensions extensions;
};

/* Whether the key made the certificate's signature. */
bool cert_signed_by(const struct cert *cert, const struct key *key);
/* The subject's key, in an arena of the caller's; NULL when it is of no kind we know. */
struct key *cert_key_quietly(struct arena *a, const struct cert *cert);

#endif
