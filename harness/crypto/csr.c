/* SPDX-License-Identifier: MIT */
/* Making PKCS #10 requests, right ones and bad ones, by our own DER writer: OpenSSL would
 * not write most of the bad ones. */
#include "crypto/csr.h"

#include <stddef.h>

#include "crypto/x509.h"

/* clang-format off */
const struct csr_fault csr_faults[] = {
    { "bad-signature",  offsetof(struct csr_spec, bad_signature) },
    { "other-key",      offsetof(struct csr_spec, other_key) },
    { "sha1",           offsetof(struct csr_spec, sha1) },
    { "must-staple",    offsetof(struct csr_spec, must_staple) },
    { "ca",             offsetof(struct csr_spec, ca_true) },
    { "san-critical",   offsetof(struct csr_spec, san_critical) },
    { "twice",          offsetof(struct csr_spec, twice) },
    { "trailing-bytes", offsetof(struct csr_spec, trailing_bytes) },
    { "truncated",      offsetof(struct csr_spec, truncated) },
    { "not-der",        offsetof(struct csr_spec, not_der) },
};
/* clang-format on */
const size_t csr_fault_count = countof(csr_faults);

const struct csr_fault *csr_fault_find(str name)
{
    for (size_t i = 0; i < csr_fault_count; i++)
        if (str_is(name, csr_faults[i].name))
            return &csr_faults[i];
    return NULL;
}

bool csr_add_fault(struct csr_spec *spec, str name)
{
    const struct csr_fault *fault = csr_fault_find(name);
    if (fault)
        *(bool *)((char *)spec + fault->flag) = true;
    return fault != NULL;
}

static void add_all(struct arena *a, struct strs *to, const struct strs *from, bool twice)
{
    for (size_t i = 0; i < from->count; i++) {
        strs_add(a, to, from->item[i]);
        if (twice)
            strs_add(a, to, from->item[i]);
    }
}

static bool add_alt_names(struct arena *a, const struct csr_spec *spec, struct strs *list,
                          struct err *err)
{
    struct alt_names names = { .emails = spec->emails, .uris = spec->uris };
    str value;
    add_all(a, &names.dns, &spec->dns_names, spec->twice);
    add_all(a, &names.ips, &spec->ip_addresses, spec->twice);
    if (!x509_alt_names(a, &names, &value, err))
        return false;
    /* An empty SEQUENCE of names would be no subjectAltName at all. */
    if (names.dns.count + names.ips.count + names.emails.count + names.uris.count > 0)
        strs_add(a, list, x509_extension(a, OID_ALT_NAMES, spec->san_critical, value));
    return true;
}

/* The attributes: one extensionRequest (RFC 2985 5.4.2), or none when nothing is asked.
 */
static bool attributes(struct arena *a, const struct csr_spec *spec, str *der,
                       struct err *err)
{
    struct strs list = { 0 };
    if (!spec->no_san && !add_alt_names(a, spec, &list, err))
        return false;
    if (spec->ca_true)
        strs_add(a, &list, x509_extension(a, OID_BASIC, true, x509_basic(a, true)));
    if (spec->must_staple)
        strs_add(a, &list,
                 x509_extension(a, OID_TLS_FEATURE, false, x509_tls_feature(a)));
    if (!x509_more_extensions(a, spec->extensions, &list, err))
        return false;
    str request = STR_NONE;
    if (list.count) {
        str extensions = der_join(a, DER_SEQUENCE, list.item, list.count);
        request =
            DER(a, DER_SEQUENCE, OID_EXTENSION_REQUEST, DER(a, DER_SET, extensions));
    }
    *der = DER(a, DER_CONTEXT + DER_CONSTRUCTED, request);
    return true;
}

static str subject(struct arena *a, const struct csr_spec *spec)
{
    struct strs names = { 0 };
    if (spec->common_name.len)
        strs_add(a, &names, spec->common_name);
    add_all(a, &names, &spec->more_common_names, false);
    return x509_name(a, &names);
}

static str spoil(struct arena *a, const struct csr_spec *spec, str der)
{
    if (spec->truncated)
        der = str_upto(der, der.len / 2);
    return spec->trailing_bytes ? DER_CAT(a, der, STR("acmespec")) : der;
}

static const struct key *signer_of(struct arena *a, const struct csr_spec *spec,
                                   struct err *err)
{
    if (spec->sign_with)
        return spec->sign_with;
    return spec->other_key ? key_new(a, KEY_P256, err) : spec->key;
}

bool csr_new(struct arena *a, const struct csr_spec *spec, str *der, struct err *err)
{
    str asked, whole;
    if (spec->not_der) {
        *der = STR("this is no certificate request");
        return true;
    }
    const struct key *signer = signer_of(a, spec, err);
    if (!signer || !attributes(a, spec, &asked, err))
        return false;
    char version[] = { 2, 1, (char)spec->version };
    str info = DER(a, DER_SEQUENCE, (str){ version, sizeof version }, subject(a, spec),
                   key_public_der(a, spec->key), asked);
    if (!x509_sign(a, signer, spec->sha1, info, spec->bad_signature, &whole, err))
        return false;
    *der = spoil(a, spec, whole);
    return true;
}
