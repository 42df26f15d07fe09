/* SPDX-License-Identifier: MIT */
/* What requests and certificates share (RFC 5280 4): names, extensions and signatures,
 * read from slices and written as DER.  For this folder only. */
#ifndef CRYPTO_X509_H
#define CRYPTO_X509_H

#include "crypto/der.h"
#include "crypto/key.h"

/* Whole DER items, to be compared and written. */
#define OID_COMMON_NAME STR("\x06\x03\x55\x04\x03")
#define OID_SUBJECT_KEY STR("\x06\x03\x55\x1d\x0e")
#define OID_KEY_USAGE STR("\x06\x03\x55\x1d\x0f")
#define OID_ALT_NAMES STR("\x06\x03\x55\x1d\x11")
#define OID_BASIC STR("\x06\x03\x55\x1d\x13")
#define OID_AUTHORITY_KEY STR("\x06\x03\x55\x1d\x23")
#define OID_EXTENDED_USAGE STR("\x06\x03\x55\x1d\x25")
#define OID_TLS_FEATURE STR("\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x18")
#define OID_ACME_IDENTIFIER STR("\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x1f")
#define OID_SERVER_AUTH STR("\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01")
#define OID_EXTENSION_REQUEST STR("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e")

#define DER_TRUE STR("\x01\x01\xff")

struct extension {
    str oid; /* the whole item */
    bool critical;
    str value; /* what the OCTET STRING holds */
};
struct extensions {
    struct extension *item;
    size_t count;
};

/* The content of a SEQUENCE OF Extension.  One OID may come once (RFC 5280 4.2). */
bool x509_read_extensions(struct arena *a, str content, struct extensions *out,
                          struct err *err) MUST_CHECK;
const struct extension *x509_find(const struct extensions *extensions, str oid);
/* The value of a subjectAltName: dNSName as it stands, iPAddress as text, the others as
 * "email:x", "uri:x", or "kind:hex". */
bool x509_read_alt_names(struct arena *a, str value, struct strs *dns, struct strs *ips,
                         struct strs *other, struct err *err) MUST_CHECK;
/* The common names of a Name (the whole item), as UTF-8. */
struct strs x509_common_names(struct arena *a, str name);
/* Whether a basicConstraints has cA TRUE; whether a TLS feature has status_request. */
bool x509_is_ca(const struct extensions *extensions);
bool x509_must_staple(const struct extensions *extensions);
/* The names of the key usages and then of the extended ones; an OID that has no name here
 * as dotted text. */
struct strs x509_usages(struct arena *a, const struct extensions *extensions);

/* ---- writing ---- */

/* A Name of common names as UTF8String, each its own RDN. */
str x509_name(struct arena *a, const struct strs *common_names);
str x509_extension(struct arena *a, str oid, bool critical, str value);
str x509_basic(struct arena *a, bool ca);
str x509_tls_feature(struct arena *a);

struct alt_names {
    struct strs dns, ips, emails, uris;
};
/* The value of a subjectAltName; false for text that is no IP address. */
bool x509_alt_names(struct arena *a, const struct alt_names *names, str *value,
                    struct err *err) MUST_CHECK;
/* Adds {"oid": "hex of the value"} as extensions that are not critical. */
bool x509_more_extensions(struct arena *a, json_t *more, struct strs *list,
                          struct err *err) MUST_CHECK;

/* ---- signatures ---- */

/* The AlgorithmIdentifier with which the key signs; STR_NONE when it cannot by SHA-1. */
str x509_algorithm(struct arena *a, const struct key *key, bool by_sha1);
/* SEQUENCE { signed, algorithm, signature }. */
bool x509_sign(struct arena *a, const struct key *key, bool by_sha1, str to_sign,
               bool flip_a_bit, str *der, struct err *err) MUST_CHECK;
/* What hash the AlgorithmIdentifier (its content) names: "SHA1", "SHA256" ...; "" for
 * Ed25519; NULL for one that is not known here. */
const char *x509_hash(str algorithm);
/* Whether the signature over the bytes is the key's; false also for an algorithm that is
 * not known here. */
bool x509_verify(const struct key *key, str algorithm, str signed_bytes, str signature);

#endif
