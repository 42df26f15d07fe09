/* SPDX-License-Identifier: MIT */
/* Versions of TLS, and the cipher suites that a hello of our own may offer, in groups by
 * what RFC 7525 4.1 says of them.  Names and numbers; nothing is encrypted here. */
#ifndef CRYPTO_SUITES_H
#define CRYPTO_SUITES_H

#include "base/names.h"

enum tls_version {
    TLS_VERSION_SSL_3_0,
    TLS_VERSION_1_0,
    TLS_VERSION_1_1,
    TLS_VERSION_1_2,
    TLS_VERSION_1_3,
    TLS_VERSION_COUNT
};
extern const char *const tls_version_names[TLS_VERSION_COUNT]; /* "tls-1.2" */

/* As it is sent: 0x0300 for SSL 3.0, 0x0303 for TLS 1.2. */
unsigned tls_version_wire(enum tls_version version);
/* -1: none that is known. */
int tls_version_of(unsigned wire);

enum suite_group {
    SUITES_GOOD,       /* forward secrecy, 128 bits or more */
    SUITES_STATIC_RSA, /* SHOULD NOT be negotiated */
    SUITES_3DES,       /* SHOULD NOT: less than 128 bits */
    SUITES_RC4,        /* MUST NOT, like all that follow */
    SUITES_DES,        /* less than 112 bits */
    SUITES_EXPORT,     /* 40 or 56 bits */
    SUITES_NULL,       /* no encryption */
    SUITES_COUNT
};
extern const char *const suite_group_names[SUITES_COUNT]; /* "rc4" */

struct suite {
    unsigned id; /* IANA's number */
    enum suite_group group;
    const char *name; /* IANA's name, without "TLS_" */
};
extern const struct suite suites[];
extern const size_t suite_count;
/* Those of TLS 1.3 are of no other version (RFC 8446 B.4). */
bool suite_is_of_1_3(unsigned id);
/* NULL: none of ours. */
const struct suite *suite_find(unsigned id);

#endif
