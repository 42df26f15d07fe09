/* SPDX-License-Identifier: MIT */
/* Certificates and chains: read, judged, issued.  PEM form as RFC 8555 9.1 has it. */
#ifndef CRYPTO_CERT_H
#define CRYPTO_CERT_H

#include <time.h>

#include "crypto/csr.h"

struct cert; /* one X.509 certificate */

/* Every certificate of an application/pem-certificate-chain body, leaf first.  Lenient
 * about explanatory text and line ends; false when there is none or one cannot be read.
 */
struct chain {
    struct cert **item;
    size_t count;
};
bool chain_read(struct arena *a, str pem, struct chain *out, struct err *err) MUST_CHECK;
/* The form of RFC 8555 9.1, RFC 7468 3 "stricttextualmsg": only CERTIFICATE objects, no
 * text between, lines of 64, each line ended by CRLF, CR or LF.  Between two objects one
 * empty line may stand: the ABNF has it and the RFC's example has not.  false with the
 * line and what it is not.  Says nothing of what the base64 holds. */
bool chain_form(str pem, struct err *err) MUST_CHECK;
/* RFC 8555 9.1: the first is an end-entity certificate, and each following one certifies
 * the one before it: issuer name, signature, CA flag, keyCertSign; all are valid now, as
 * far as clocks can tell, which may differ by five minutes.
 * false with the sentence. */
bool chain_check(const struct chain *chain, time_t now, struct err *err) MUST_CHECK;

str cert_der(struct arena *a, const struct cert *cert);
struct cert *cert_from_der(struct arena *a, str der, struct err *err);
str cert_pem(struct arena *a, const struct cert *cert);
/* DNS names (lower case) and IP addresses of the SAN; other SAN entries as "type:value".
 */
void cert_names(struct arena *a, const struct cert *cert, struct strs *dns,
                struct strs *ips, struct strs *other);
struct strs cert_common_names(struct arena *a, const struct cert *cert);
struct key *cert_key(struct arena *a, const struct cert *cert, struct err *err);
void cert_validity(const struct cert *cert, time_t *not_before, time_t *not_after);
/* Without the sign octet that DER may put in front. */
str cert_serial_hex(struct arena *a, const struct cert *cert);
/* As RFC 4514 writes names: "CN=example.test,O=Example". */
str cert_subject(struct arena *a, const struct cert *cert);
str cert_issuer(struct arena *a, const struct cert *cert);
/* Eight hex digits of its subject: "5ad8a5d6.0" is the file in which OpenSSL looks for it
 * in a folder of roots (-CApath). */
str cert_hash_name(struct arena *a, const struct cert *cert);
bool cert_is_ca(const struct cert *cert);
/* Whether subject and issuer are one and its own key made the signature. */
bool cert_self_signed(const struct cert *cert);
/* Whether an extension with this dotted OID or name ("basicConstraints",
 * "acmeIdentifier") is there; then whether it is critical, and its value without the
 * OCTET STRING around. */
bool cert_extension(struct arena *a, const struct cert *cert, str name, bool *critical,
                    str *der_value);
/* Key usages and purposes as words: "digitalSignature", "serverAuth", "clientAuth" ... */
struct strs cert_usages(struct arena *a, const struct cert *cert);
/* RFC 9773 4.1: base64url(AKI keyIdentifier) "." base64url(serial). */
bool cert_ari_id(struct arena *a, const struct cert *cert, str *out,
                 struct err *err) MUST_CHECK;

/* Issuing, for mocks and test set-ups.  A CA certificate gets keyCertSign and cRLSign,
 * any other digitalSignature (keyEncipherment too for RSA) and serverAuth. */
struct cert_spec {
    str subject; /* common name; may be empty, then the SAN is critical */
    struct strs dns_names, ip_addresses, email_addresses;
    const struct key *key;        /* the subject's public key */
    const struct key *issuer_key; /* NULL: self-signed with key */
    const struct cert *issuer;
    time_t not_before, not_after;
    bool ca;
    bool must_staple;
    str acme_identifier; /* RFC 8737: 32 bytes; with it the critical acmeIdentifier
                            extension */
    bool acme_identifier_not_critical;
    str acme_identifier_raw; /* the extension's DER value as given, for bad ones */
    str serial;              /* bytes; empty: random, 16 bytes, positive */
    json_t *extensions;      /* further {"oid": "hex"} or NULL */
};
/* NULL with the reason: no private key to sign with, or an IP address that is none. */
struct cert *cert_issue(struct arena *a, const struct cert_spec *spec, struct err *err);

#endif
