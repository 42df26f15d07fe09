/* SPDX-License-Identifier: MIT */
/* Issuing by our own DER writer: X509_set_pubkey and its like cost several times the
 * signature, and would not write what a bad certificate needs. */
#include "crypto/cert.h"

#include "crypto/cert_inside.h"
#include "crypto/key_inside.h"

/* RFC 5280 4.2.1.2 method 1: SHA-1 of the public key's bits. */
static str key_id(struct arena *a, const struct key *key)
{
    str info, algorithm, bits = STR_NONE;
    if (der_only(key_public_der(a, key), DER_SEQUENCE, &info)
        && der_take(&info, DER_SEQUENCE, &algorithm))
        der_take_bits(&info, &bits);
    return sha1(a, bits);
}

/* The issuer's own subjectKeyIdentifier where it has one. */
static str authority_id(struct arena *a, const struct cert_spec *spec,
                        const struct key *signer)
{
    const struct extension *own =
        spec->issuer ? x509_find(&spec->issuer->extensions, OID_SUBJECT_KEY) : NULL;
    str id;
    if (own && der_only(own->value, DER_OCTET_STRING, &id))
        return id;
    return key_id(a, signer);
}

/* Bit 0 of KeyUsage is the highest. */
static str key_usage(struct arena *a, const struct cert_spec *spec)
{
    enum { SIGN = 0x80, ENCIPHER = 0x20, CERT_SIGN = 0x04, CRL_SIGN = 0x02 };
    bool rsa = key_kinds[key_type_of(spec->key)].family == FAMILY_RSA;
    if (spec->ca)
        return der_flags(a, SIGN | CERT_SIGN | CRL_SIGN);
    return der_flags(a, rsa ? SIGN | ENCIPHER : SIGN);
}

static bool add_alt_names(struct arena *a, const struct cert_spec *spec,
                          struct strs *list, struct err *err)
{
    struct alt_names names = { .dns = spec->dns_names,
                               .ips = spec->ip_addresses,
                               .emails = spec->email_addresses };
    str value;
    if (names.dns.count + names.ips.count + names.emails.count == 0)
        return true;
    if (!x509_alt_names(a, &names, &value, err))
        return false;
    /* RFC 5280 4.2.1.6: with an empty subject it "MUST mark subjectAltName as critical".
     */
    strs_add(a, list, x509_extension(a, OID_ALT_NAMES, spec->subject.len == 0, value));
    return true;
}

static void add_acme_identifier(struct arena *a, const struct cert_spec *spec,
                                struct strs *list)
{
    str value = spec->acme_identifier_raw;
    if (!value.len && spec->acme_identifier.len)
        value = DER(a, DER_OCTET_STRING, spec->acme_identifier);
    if (value.len)
        strs_add(a, list,
                 x509_extension(a, OID_ACME_IDENTIFIER,
                                !spec->acme_identifier_not_critical, value));
}

static bool extensions(struct arena *a, const struct cert_spec *spec,
                       const struct key *signer, str *der, struct err *err)
{
    struct strs list = { 0 };
    str subject = DER(a, DER_OCTET_STRING, key_id(a, spec->key));
    str authority =
        DER(a, DER_SEQUENCE, DER(a, DER_CONTEXT, authority_id(a, spec, signer)));
    strs_add(a, &list, x509_extension(a, OID_BASIC, true, x509_basic(a, spec->ca)));
    strs_add(a, &list, x509_extension(a, OID_KEY_USAGE, true, key_usage(a, spec)));
    if (!spec->ca)
        strs_add(a, &list,
                 x509_extension(a, OID_EXTENDED_USAGE, false,
                                DER(a, DER_SEQUENCE, OID_SERVER_AUTH)));
    strs_add(a, &list, x509_extension(a, OID_SUBJECT_KEY, false, subject));
    strs_add(a, &list, x509_extension(a, OID_AUTHORITY_KEY, false, authority));
    if (!add_alt_names(a, spec, &list, err))
        return false;
    if (spec->must_staple)
        strs_add(a, &list,
                 x509_extension(a, OID_TLS_FEATURE, false, x509_tls_feature(a)));
    add_acme_identifier(a, spec, &list);
    if (!x509_more_extensions(a, spec->extensions, &list, err))
        return false;
    *der = DER(a, DER_CONTEXT + DER_CONSTRUCTED + 3,
               der_join(a, DER_SEQUENCE, list.item, list.count));
    return true;
}

/* RFC 5280 4.1.2.2: positive, at most 20 octets; the CA/Browser Forum asks for 64 random
 * bits. */
static str serial(struct arena *a, const struct cert_spec *spec)
{
    if (spec->serial.len)
        return der_unsigned(a, spec->serial);
    char *bytes = str_z(a, random_bytes(a, 16));
    bytes[0] = (char)((bytes[0] & 0x3f) | 0x40);
    return der_unsigned(a, (str){ bytes, 16 });
}

static str validity(struct arena *a, const struct cert_spec *spec)
{
    return DER(a, DER_SEQUENCE, der_time(a, spec->not_before),
               der_time(a, spec->not_after));
}

struct cert *cert_issue(struct arena *a, const struct cert_spec *spec, struct err *err)
{
    const struct key *signer = spec->issuer_key ? spec->issuer_key : spec->key;
    struct strs names = { 0 };
    str asked, der;
    if (spec->subject.len)
        strs_add(a, &names, spec->subject);
    if (!extensions(a, spec, signer, &asked, err))
        return NULL;
    str subject = x509_name(a, &names);
    str version_3 = STR("\xa0\x03\x02\x01\x02");
    str tbs =
        DER(a, DER_SEQUENCE, version_3, serial(a, spec), x509_algorithm(a, signer, false),
            spec->issuer ? spec->issuer->subject : subject, validity(a, spec), subject,
            key_public_der(a, spec->key), asked);
    if (!x509_sign(a, signer, false, tbs, false, &der, err))
        return NULL;
    return cert_from_der(a, der, err);
}
