/* SPDX-License-Identifier: MIT */
/* One certificate (RFC 5280 4.1): read from DER and asked.  Chains are in cert_chain.c,
 * issuing in cert_issue.c. */
#include "crypto/cert.h"

#include <openssl/bio.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "crypto/b64url.h"
#include "crypto/cert_inside.h"
#include "crypto/key_inside.h"

/* ---- reading ---- */

/* UTCTime and GeneralizedTime in the only forms of RFC 5280 4.1.2.5, by way of RFC 3339.
 */
static bool read_time(str *rest, time_t *when)
{
    struct der_item item;
    char text[32];
    if (!der_next(rest, &item))
        return false;
    str digits = item.content;
    int century = 20;
    if (item.tag == DER_UTC_TIME && digits.len == 13)
        century = digits.ptr[0] >= '5' ? 19 : 20;
    else if (item.tag != DER_GENERALIZED_TIME || digits.len != 15)
        return false;
    const char *d = digits.ptr;
    int len = digits.len == 13 ? snprintf(text, sizeof text, "%d%.2s", century, d)
                               : snprintf(text, sizeof text, "%.4s", d);
    d += digits.len - 11;
    len +=
        snprintf(text + len, sizeof text - (size_t)len, "-%.2s-%.2sT%.2s:%.2s:%.2s%.1s",
                 d, d + 2, d + 4, d + 6, d + 8, d + 10);
    return date_from_rfc3339((str){ text, (size_t)len }, when);
}

static bool read_validity(str *rest, struct cert *cert)
{
    str validity;
    return der_take(rest, DER_SEQUENCE, &validity)
        && read_time(&validity, &cert->not_before)
        && read_time(&validity, &cert->not_after) && validity.len == 0;
}

static bool take_whole(str *rest, int tag, str *whole)
{
    struct der_item item;
    if (!der_next(rest, &item) || item.tag != tag)
        return false;
    *whole = item.whole;
    return true;
}

/* The extensions are the last of three optional fields. */
static bool read_optional(struct arena *a, str rest, struct cert *cert, struct err *err)
{
    enum { ISSUER_ID = DER_CONTEXT + 1, SUBJECT_ID = DER_CONTEXT + 2 };
    enum { EXTENSIONS = DER_CONTEXT + DER_CONSTRUCTED + 3 };
    str wrapped = STR_NONE, list = STR_NONE, id;
    der_optional(&rest, ISSUER_ID, &id);
    der_optional(&rest, SUBJECT_ID, &id);
    if (der_optional(&rest, EXTENSIONS, &wrapped)
        && !der_only(wrapped, DER_SEQUENCE, &list))
        return err_set(err, "the certificate's extensions are not in DER");
    if (rest.len)
        return err_set(err, "something follows the certificate's extensions");
    return x509_read_extensions(a, list, &cert->extensions, err);
}

static bool read_tbs(struct arena *a, struct cert *cert, struct err *err)
{
    str tbs, version, algorithm;
    if (!der_only(cert->tbs, DER_SEQUENCE, &tbs))
        return err_set(err, "the certificate has no TBSCertificate");
    der_optional(&tbs, DER_CONTEXT + DER_CONSTRUCTED, &version);
    if (!der_take(&tbs, DER_INTEGER, &cert->serial) || cert->serial.len == 0
        || !der_take(&tbs, DER_SEQUENCE, &algorithm)
        || !take_whole(&tbs, DER_SEQUENCE, &cert->issuer) || !read_validity(&tbs, cert)
        || !take_whole(&tbs, DER_SEQUENCE, &cert->subject)
        || !take_whole(&tbs, DER_SEQUENCE, &cert->spki))
        return err_set(err, "the certificate is no TBSCertificate in DER (RFC 5280 4.1)");
    /* RFC 5280 4.1.1.2: the outer algorithm "MUST contain the same algorithm identifier
     * as the signature field in the sequence tbsCertificate". */
    if (!str_eq(algorithm, cert->algorithm))
        return err_set(err, "the certificate names two signature algorithms");
    return read_optional(a, tbs, cert, err);
}

struct cert *cert_from_der(struct arena *a, str der, struct err *err)
{
    enum { CEILING = 256 * 1024 };
    struct cert *cert = NEW(a, struct cert);
    str whole;
    if (der.len > CEILING) {
        err_set(err, "a certificate of %zu bytes; up to %d are read", der.len, CEILING);
        return NULL;
    }
    cert->der = str_copy(a, der);
    if (der_only(cert->der, DER_SEQUENCE, &whole)
        && take_whole(&whole, DER_SEQUENCE, &cert->tbs)
        && der_take(&whole, DER_SEQUENCE, &cert->algorithm)
        && der_take_bits(&whole, &cert->signature) && whole.len == 0)
        return read_tbs(a, cert, err) ? cert : NULL;
    err_set(err, "this is no certificate in DER (RFC 5280 4.1)");
    return NULL;
}

/* ---- asking ---- */

str cert_der(struct arena *a, const struct cert *cert)
{
    return str_copy(a, cert->der);
}

str cert_pem(struct arena *a, const struct cert *cert)
{
    return pem_encode(a, "CERTIFICATE", cert->der);
}

static str in_lower_case(struct arena *a, str s)
{
    char *out = str_z(a, s);
    for (size_t i = 0; i < s.len; i++)
        if (out[i] >= 'A' && out[i] <= 'Z')
            out[i] = (char)(out[i] + ('a' - 'A'));
    return (str){ out, s.len };
}

void cert_names(struct arena *a, const struct cert *cert, struct strs *dns,
                struct strs *ips, struct strs *other)
{
    const struct extension *names = x509_find(&cert->extensions, OID_ALT_NAMES);
    struct err why;
    *dns = *ips = *other = (struct strs){ 0 };
    /* Names that cannot be read to the end are shown as far as they go. */
    if (names && !x509_read_alt_names(a, names->value, dns, ips, other, &why))
        strs_add(a, other, arena_printf(a, "unreadable:%s", why.text));
    for (size_t i = 0; i < dns->count; i++)
        dns->item[i] = in_lower_case(a, dns->item[i]);
}

struct strs cert_common_names(struct arena *a, const struct cert *cert)
{
    return x509_common_names(a, cert->subject);
}

struct key *cert_key(struct arena *a, const struct cert *cert, struct err *err)
{
    return key_from_spki(a, cert->spki, err);
}

struct key *cert_key_quietly(struct arena *a, const struct cert *cert)
{
    struct err why;
    return key_from_spki(a, cert->spki, &why);
}

void cert_validity(const struct cert *cert, time_t *not_before, time_t *not_after)
{
    *not_before = cert->not_before;
    *not_after = cert->not_after;
}

str cert_serial_hex(struct arena *a, const struct cert *cert)
{
    bool sign_octet = cert->serial.len > 1 && cert->serial.ptr[0] == 0;
    return hex_encode(a, str_from(cert->serial, sign_octet));
}

/* OpenSSL prints names; the flags are RFC 2253's, with UTF-8 left as it is. */
static str name_text(struct arena *a, str der)
{
    const unsigned char *at = octets(der);
    X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)der.len);
    BIO *bio = BIO_new(BIO_s_mem());
    str out = STR_NONE;
    char *text;
    unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    if (name && bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0) {
        long len = BIO_get_mem_data(bio, &text);
        out = str_copy(a, (str){ text, (size_t)len });
    }
    BIO_free(bio);
    X509_NAME_free(name);
    openssl_no();
    return out;
}

str cert_subject(struct arena *a, const struct cert *cert)
{
    return name_text(a, cert->subject);
}

str cert_issuer(struct arena *a, const struct cert *cert)
{
    return name_text(a, cert->issuer);
}

str cert_hash_name(struct arena *a, const struct cert *cert)
{
    const unsigned char *at = octets(cert->subject);
    X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)cert->subject.len);
    unsigned long hash = name ? X509_NAME_hash_ex(name, NULL, NULL, NULL) : 0;
    X509_NAME_free(name);
    openssl_no();
    return arena_printf(a, "%08lx", hash);
}

bool cert_is_ca(const struct cert *cert)
{
    return x509_is_ca(&cert->extensions);
}

bool cert_signed_by(const struct cert *cert, const struct key *key)
{
    return x509_verify(key, cert->algorithm, cert->tbs, cert->signature);
}

bool cert_self_signed(const struct cert *cert)
{
    if (!str_eq(cert->issuer, cert->subject))
        return false;
    struct arena *step = arena_new(NULL);
    struct key *key = cert_key_quietly(step, cert);
    bool own = key && cert_signed_by(cert, key);
    arena_end(step);
    return own;
}

/* ---- extensions ---- */

/* clang-format off */
static const struct {
    const char *name, *oid;
} extension_names[] = {
    { "subjectKeyIdentifier", "2.5.29.14" },
    { "keyUsage", "2.5.29.15" },
    { "subjectAltName", "2.5.29.17" },
    { "basicConstraints", "2.5.29.19" },
    { "nameConstraints", "2.5.29.30" },
    { "crlDistributionPoints", "2.5.29.31" },
    { "certificatePolicies", "2.5.29.32" },
    { "authorityKeyIdentifier", "2.5.29.35" },
    { "extendedKeyUsage", "2.5.29.37" },
    { "authorityInfoAccess", "1.3.6.1.5.5.7.1.1" },
    { "tlsFeature", "1.3.6.1.5.5.7.1.24" },
    { "acmeIdentifier", "1.3.6.1.5.5.7.1.31" },
    { "signedCertificateTimestamps", "1.3.6.1.4.1.11129.2.4.2" },
};
/* clang-format on */

bool cert_extension(struct arena *a, const struct cert *cert, str name, bool *critical,
                    str *der_value)
{
    for (size_t i = 0; i < countof(extension_names); i++)
        if (str_eq_nocase(name, str_of(extension_names[i].name)))
            name = str_of(extension_names[i].oid);
    const struct extension *found = x509_find(&cert->extensions, der_oid(a, name));
    if (!found)
        return false;
    *critical = found->critical;
    *der_value = str_copy(a, found->value);
    return true;
}

struct strs cert_usages(struct arena *a, const struct cert *cert)
{
    return x509_usages(a, &cert->extensions);
}

/* RFC 9773 4.1: the serial's octets are DER's, so a sign octet belongs to them. */
bool cert_ari_id(struct arena *a, const struct cert *cert, str *out, struct err *err)
{
    const struct extension *authority = x509_find(&cert->extensions, OID_AUTHORITY_KEY);
    str list, id;
    if (!authority || !der_only(authority->value, DER_SEQUENCE, &list)
        || !der_take(&list, DER_CONTEXT, &id))
        return err_set(err,
                       "the certificate has no keyIdentifier in its Authority Key "
                       "Identifier, so it has no ARI identifier (RFC 9773 4.1)");
    *out = arena_printf(a, "%s.%s", b64url_encode(a, id).ptr,
                        b64url_encode(a, cert->serial).ptr);
    return true;
}
