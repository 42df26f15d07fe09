/* SPDX-License-Identifier: MIT */
/* PKCS #10 requests (RFC 2986), well and badly formed, and read again. */
#ifndef CRYPTO_CSR_H
#define CRYPTO_CSR_H

#include "crypto/key.h"

/* A request to make.  Zero values mean: a good one with a SAN for each name, no CN. */
struct csr_spec {
    const struct key *key;
    struct strs dns_names;    /* as they are to stand in the SAN */
    struct strs ip_addresses; /* text form */
    struct strs emails, uris; /* further SAN kinds */
    str common_name;          /* empty: none */
    struct strs more_common_names;
    bool no_san;
    int version;                 /* 0 is the only one (RFC 2986 4.1) */
    bool must_staple;            /* TLS feature extension (RFC 7633) */
    bool ca_true;                /* basicConstraints CA:TRUE asked for */
    bool bad_signature;          /* one bit flipped */
    const struct key *sign_with; /* other key signs than the one inside; NULL: key */
    bool sha1;                   /* sign with SHA-1 */
    bool san_critical;
    bool twice;          /* every name twice */
    bool trailing_bytes; /* garbage behind the DER */
    bool truncated;      /* DER cut in the middle */
    bool other_key;      /* signed by a key made for it, unless sign_with is given */
    bool not_der;        /* a sentence instead */
    json_t *extensions;  /* further {"oid": "hex of the value", ...} or NULL */
};

/* A way to make a request bad: its word in the language, and which flag above it sets. */
struct csr_fault {
    const char *name;
    size_t flag;
};
extern const struct csr_fault csr_faults[];
extern const size_t csr_fault_count;
/* The fault of that name, or NULL. */
const struct csr_fault *csr_fault_find(str name);
/* Sets the flag; false when no fault is called so. */
bool csr_add_fault(struct csr_spec *spec, str name) MUST_CHECK;

/* DER bytes.  false for a key without its private half, or an IP address that is none. */
bool csr_new(struct arena *a, const struct csr_spec *spec, str *der,
             struct err *err) MUST_CHECK;

/* What a request says. */
struct csr {
    struct key *key;                                  /* public */
    int version;                                      /* as it stands; has to be 0 */
    struct strs dns_names, ip_addresses, other_names; /* other: "email:x", "uri:y" ... */
    struct strs common_names, usages; /* the latter as cert_usages() names them */
    bool must_staple, asks_ca;
    bool asks_more;   /* extensions beside these and subjectAltName */
    const char *hash; /* "SHA1", "SHA256" ...; "" for Ed25519; NULL: not known here */
    str info, algorithm, signature; /* for csr_is_signed */
};
/* Strict: DER of exactly one request, nothing behind it, each extension once; the key one
 * of our kinds.  dNSNames stand as they are, in whatever case.  The version may be
 * another than 0, as CAs take it, and the signature is not looked at. */
bool csr_read(struct arena *a, str der, struct csr *out, struct err *err) MUST_CHECK;
/* The DER of the first request in PEM (RFC 7468 7). */
bool csr_from_pem(struct arena *a, str pem, str *der, struct err *err) MUST_CHECK;
/* Whether the key in it signed it (RFC 2986 4.2); as dear as any verification. */
bool csr_is_signed(const struct csr *csr);

#endif
