/* SPDX-License-Identifier: MIT */
/* Two tables, by IANA's registry of TLS parameters; those of elliptic curves and those of
 * plain Diffie-Hellman, for a server has a certificate of one kind only. */
#include "crypto/suites.h"

enum { SSL_3_0 = 0x0300 };

const char *const tls_version_names[TLS_VERSION_COUNT] = {
    [TLS_VERSION_SSL_3_0] = "ssl-3.0", [TLS_VERSION_1_0] = "tls-1.0",
    [TLS_VERSION_1_1] = "tls-1.1",     [TLS_VERSION_1_2] = "tls-1.2",
    [TLS_VERSION_1_3] = "tls-1.3",
};

const char *const suite_group_names[SUITES_COUNT] = {
    [SUITES_GOOD] = "good", [SUITES_STATIC_RSA] = "static-rsa",
    [SUITES_3DES] = "3des", [SUITES_RC4] = "rc4",
    [SUITES_DES] = "des",   [SUITES_EXPORT] = "export",
    [SUITES_NULL] = "null",
};

/* clang-format off */
const struct suite suites[] = {
    { 0x1301, SUITES_GOOD, "AES_128_GCM_SHA256" }, /* of TLS 1.3, like the two below */
    { 0x1302, SUITES_GOOD, "AES_256_GCM_SHA384" },
    { 0x1303, SUITES_GOOD, "CHACHA20_POLY1305_SHA256" },
    { 0xc02b, SUITES_GOOD, "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" },
    { 0xc02f, SUITES_GOOD, "ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
    { 0xc02c, SUITES_GOOD, "ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" },
    { 0xc030, SUITES_GOOD, "ECDHE_RSA_WITH_AES_256_GCM_SHA384" },
    { 0x009e, SUITES_GOOD, "DHE_RSA_WITH_AES_128_GCM_SHA256" },
    { 0x009f, SUITES_GOOD, "DHE_RSA_WITH_AES_256_GCM_SHA384" },
    { 0xc009, SUITES_GOOD, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA" },
    { 0xc013, SUITES_GOOD, "ECDHE_RSA_WITH_AES_128_CBC_SHA" },
    { 0xc00a, SUITES_GOOD, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA" },
    { 0xc014, SUITES_GOOD, "ECDHE_RSA_WITH_AES_256_CBC_SHA" },
    { 0x0033, SUITES_GOOD, "DHE_RSA_WITH_AES_128_CBC_SHA" },
    { 0x0039, SUITES_GOOD, "DHE_RSA_WITH_AES_256_CBC_SHA" },
    { 0x009c, SUITES_STATIC_RSA, "RSA_WITH_AES_128_GCM_SHA256" },
    { 0x009d, SUITES_STATIC_RSA, "RSA_WITH_AES_256_GCM_SHA384" },
    { 0x003c, SUITES_STATIC_RSA, "RSA_WITH_AES_128_CBC_SHA256" },
    { 0x003d, SUITES_STATIC_RSA, "RSA_WITH_AES_256_CBC_SHA256" },
    { 0x002f, SUITES_STATIC_RSA, "RSA_WITH_AES_128_CBC_SHA" },
    { 0x0035, SUITES_STATIC_RSA, "RSA_WITH_AES_256_CBC_SHA" },
    { 0xc008, SUITES_3DES, "ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA" },
    { 0xc012, SUITES_3DES, "ECDHE_RSA_WITH_3DES_EDE_CBC_SHA" },
    { 0x0016, SUITES_3DES, "DHE_RSA_WITH_3DES_EDE_CBC_SHA" },
    { 0x000a, SUITES_3DES, "RSA_WITH_3DES_EDE_CBC_SHA" },
    { 0xc007, SUITES_RC4, "ECDHE_ECDSA_WITH_RC4_128_SHA" },
    { 0xc011, SUITES_RC4, "ECDHE_RSA_WITH_RC4_128_SHA" },
    { 0x0005, SUITES_RC4, "RSA_WITH_RC4_128_SHA" },
    { 0x0004, SUITES_RC4, "RSA_WITH_RC4_128_MD5" },
    { 0x0015, SUITES_DES, "DHE_RSA_WITH_DES_CBC_SHA" },
    { 0x0009, SUITES_DES, "RSA_WITH_DES_CBC_SHA" },
    { 0x0014, SUITES_EXPORT, "DHE_RSA_EXPORT_WITH_DES40_CBC_SHA" },
    { 0x0008, SUITES_EXPORT, "RSA_EXPORT_WITH_DES40_CBC_SHA" },
    { 0x0006, SUITES_EXPORT, "RSA_EXPORT_WITH_RC2_CBC_40_MD5" },
    { 0x0003, SUITES_EXPORT, "RSA_EXPORT_WITH_RC4_40_MD5" },
    { 0xc006, SUITES_NULL, "ECDHE_ECDSA_WITH_NULL_SHA" },
    { 0xc010, SUITES_NULL, "ECDHE_RSA_WITH_NULL_SHA" },
    { 0x003b, SUITES_NULL, "RSA_WITH_NULL_SHA256" },
    { 0x0002, SUITES_NULL, "RSA_WITH_NULL_SHA" },
    { 0x0001, SUITES_NULL, "RSA_WITH_NULL_MD5" },
};
/* clang-format on */
const size_t suite_count = countof(suites);

unsigned tls_version_wire(enum tls_version version)
{
    return SSL_3_0 + (unsigned)version;
}

int tls_version_of(unsigned wire)
{
    return wire >= SSL_3_0 && wire < SSL_3_0 + TLS_VERSION_COUNT ? (int)(wire - SSL_3_0)
                                                                 : -1;
}

bool suite_is_of_1_3(unsigned id)
{
    enum { FIRST_BYTE = 0x13 };
    return id >> 8 == FIRST_BYTE;
}

const struct suite *suite_find(unsigned id)
{
    for (size_t i = 0; i < suite_count; i++)
        if (suites[i].id == id)
            return &suites[i];
    return NULL;
}
