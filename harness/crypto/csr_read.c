/* SPDX-License-Identifier: MIT */
/* Reading a stranger's PKCS #10 request (RFC 2986 4), strictly: what is not said there is
 * refused with a sentence, and nothing is read beyond the slice that was given. */
#include "crypto/csr.h"

#include "crypto/b64url.h"
#include "crypto/key_inside.h"
#include "crypto/x509.h"

enum { CEILING = 256 * 1024 };

struct request {
    str info, algorithm, signature; /* info is the whole item, algorithm the content */
    str subject, spki, attributes;
    int version;
};

static bool read_outer(str der, struct request *out, struct err *err)
{
    str whole;
    struct der_item info;
    if (!der_take(&der, DER_SEQUENCE, &whole))
        return err_set(err, "the CSR is no SEQUENCE in DER");
    if (der.len)
        return err_set(err, "%zu bytes follow behind the CSR", der.len);
    if (!der_next(&whole, &info) || info.tag != DER_SEQUENCE
        || !der_take(&whole, DER_SEQUENCE, &out->algorithm)
        || !der_take_bits(&whole, &out->signature) || whole.len)
        return err_set(err, "the CSR is no CertificationRequest in DER (RFC 2986 4.2)");
    out->info = info.whole;
    return true;
}

static bool read_info(struct request *out, struct err *err)
{
    str info, version;
    struct der_item subject, spki;
    if (!der_only(out->info, DER_SEQUENCE, &info)
        || !der_take(&info, DER_INTEGER, &version) || version.len != 1)
        return err_set(err, "the CSR has no version (RFC 2986 4.1)");
    out->version = (unsigned char)version.ptr[0];
    if (!der_next(&info, &subject) || subject.tag != DER_SEQUENCE
        || !der_next(&info, &spki) || spki.tag != DER_SEQUENCE
        || !der_take(&info, DER_CONTEXT + DER_CONSTRUCTED, &out->attributes) || info.len)
        return err_set(err,
                       "the CSR is no CertificationRequestInfo of subject, public key "
                       "and attributes (RFC 2986 4.1)");
    out->subject = subject.whole;
    out->spki = spki.whole;
    return true;
}

/* The extensions that one Attribute asks for; other attributes are passed over. */
static bool read_attribute(struct arena *a, str attribute, struct extensions *out,
                           bool *seen, struct err *err)
{
    struct der_item oid;
    str values, extensions;
    if (!der_next(&attribute, &oid) || oid.tag != DER_OID
        || !der_only(attribute, DER_SET, &values))
        return err_set(err, "an attribute of the CSR is not in DER (RFC 2986 4.1)");
    if (!str_eq(oid.whole, OID_EXTENSION_REQUEST))
        return true;
    if (*seen || !der_only(values, DER_SEQUENCE, &extensions))
        return err_set(err, "the CSR must ask for extensions once (RFC 2985 5.4.2)");
    *seen = true;
    return x509_read_extensions(a, extensions, out, err);
}

static bool read_attributes(struct arena *a, str attributes, struct extensions *out,
                            struct err *err)
{
    str one;
    bool seen = false;
    while (attributes.len) {
        if (!der_take(&attributes, DER_SEQUENCE, &one))
            return err_set(err, "the CSR's attributes are not in DER (RFC 2986 4.1)");
        if (!read_attribute(a, one, out, &seen, err))
            return false;
    }
    return true;
}

static bool read_names(struct arena *a, const struct extensions *extensions,
                       struct csr *out, struct err *err)
{
    const struct extension *names = x509_find(extensions, OID_ALT_NAMES);
    return !names
        || x509_read_alt_names(a, names->value, &out->dns_names, &out->ip_addresses,
                               &out->other_names, err);
}

static bool has_more(const struct extensions *extensions)
{
    for (size_t i = 0; i < extensions->count; i++) {
        str oid = extensions->item[i].oid;
        if (!str_eq(oid, OID_ALT_NAMES) && !str_eq(oid, OID_BASIC)
            && !str_eq(oid, OID_TLS_FEATURE))
            return true;
    }
    return false;
}

bool csr_read(struct arena *a, str der, struct csr *out, struct err *err)
{
    struct request request = { 0 };
    struct extensions extensions = { 0 };
    *out = (struct csr){ 0 };
    if (der.len > CEILING)
        return err_set(err, "the CSR has %zu bytes; up to %d are read", der.len, CEILING);
    if (!read_outer(str_copy(a, der), &request, err) || !read_info(&request, err)
        || !read_attributes(a, request.attributes, &extensions, err)
        || !read_names(a, &extensions, out, err))
        return false;
    out->key = key_from_spki(a, request.spki, err);
    if (!out->key)
        return err_at(err, "the CSR");
    out->version = request.version;
    out->common_names = x509_common_names(a, request.subject);
    out->usages = x509_usages(a, &extensions);
    out->must_staple = x509_must_staple(&extensions);
    out->asks_ca = x509_is_ca(&extensions);
    out->asks_more = has_more(&extensions);
    out->hash = x509_hash(request.algorithm);
    out->info = request.info;
    out->algorithm = request.algorithm;
    out->signature = request.signature;
    return true;
}

bool csr_from_pem(struct arena *a, str pem, str *der, struct err *err)
{
    str begin = STR("-----BEGIN CERTIFICATE REQUEST-----");
    str rest = str_from(pem, str_find(pem, begin) + begin.len);
    size_t end = str_find(rest, STR("-----END CERTIFICATE REQUEST-----"));
    return (end < rest.len && b64_decode(a, str_upto(rest, end), der))
        || err_set(err, "there is no certificate request in PEM here");
}

bool csr_is_signed(const struct csr *csr)
{
    return x509_verify(csr->key, csr->algorithm, csr->info, csr->signature);
}
