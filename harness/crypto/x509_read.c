/* SPDX-License-Identifier: MIT */
/* Reading the parts that requests and certificates share. */
#include <arpa/inet.h>
#include <openssl/asn1.h>
#include <openssl/crypto.h>

#include "crypto/b64url.h"
#include "crypto/key_inside.h"
#include "crypto/x509.h"

/* ---- extensions ---- */

static bool read_extension(str content, struct extension *out)
{
    struct der_item oid;
    str flag;
    if (!der_next(&content, &oid) || oid.tag != DER_OID)
        return false;
    *out = (struct extension){ .oid = oid.whole };
    if (der_optional(&content, DER_BOOLEAN, &flag)) {
        if (!str_eq(flag, STR("\xff")))
            return false;
        out->critical = true;
    }
    return der_only(content, DER_OCTET_STRING, &out->value);
}

bool x509_read_extensions(struct arena *a, str content, struct extensions *out,
                          struct err *err)
{
    enum { MOST = 200 };
    str one;
    struct extension extension;
    *out = (struct extensions){ 0 };
    while (content.len) {
        if (!der_take(&content, DER_SEQUENCE, &one) || !read_extension(one, &extension))
            return err_set(err, "an extension is not in DER as RFC 5280 4.1 has it");
        if (out->count == MOST)
            return err_set(err, "more than %d extensions", MOST);
        if (x509_find(out, extension.oid))
            return err_set(err, "an extension is there twice (RFC 5280 4.2)");
        out->item = GROW(a, out->item, out->count, struct extension);
        out->item[out->count++] = extension;
    }
    return true;
}

const struct extension *x509_find(const struct extensions *extensions, str oid)
{
    for (size_t i = 0; i < extensions->count; i++)
        if (str_eq(extensions->item[i].oid, oid))
            return &extensions->item[i];
    return NULL;
}

/* BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, ... } */
bool x509_is_ca(const struct extensions *extensions)
{
    const struct extension *basic = x509_find(extensions, OID_BASIC);
    str content, flag;
    return basic && der_only(basic->value, DER_SEQUENCE, &content)
        && der_optional(&content, DER_BOOLEAN, &flag) && str_eq(flag, STR("\xff"));
}

/* RFC 7633 4: SEQUENCE OF INTEGER, where 5 is status_request. */
bool x509_must_staple(const struct extensions *extensions)
{
    const struct extension *features = x509_find(extensions, OID_TLS_FEATURE);
    str content, number;
    if (!features || !der_only(features->value, DER_SEQUENCE, &content))
        return false;
    while (der_take(&content, DER_INTEGER, &number))
        if (str_eq(number, STR("\x05")))
            return true;
    return false;
}

/* ---- subjectAltName ---- */

static str ip_text(struct arena *a, str bytes)
{
    char text[INET6_ADDRSTRLEN];
    int family = bytes.len == 4 ? AF_INET : AF_INET6;
    if ((bytes.len != 4 && bytes.len != 16)
        || !inet_ntop(family, bytes.ptr, text, sizeof text))
        return STR_NONE;
    return str_copy(a, str_of(text));
}

static str labelled(struct arena *a, const char *label, str text)
{
    return arena_printf(a, "%s:%.*s", label, STR_ARG(text));
}

/* clang-format off */
static const char *const kinds[] = {
    "other", NULL, NULL, "x400", "directory", "edi", NULL, "ip", "registered-id",
};
/* clang-format on */

static bool add_name(struct arena *a, const struct der_item *item, struct strs *dns,
                     struct strs *ips, struct strs *other)
{
    str address;
    size_t kind = (size_t)(item->tag & 0x1f);
    if ((item->tag & 0xc0) != DER_CONTEXT || kind >= countof(kinds))
        return false;
    switch (item->tag) {
    case DER_CONTEXT + 1:
        strs_add(a, other, labelled(a, "email", item->content));
        return true;
    case DER_CONTEXT + 2:
        strs_add(a, dns, str_copy(a, item->content));
        return true;
    case DER_CONTEXT + 6:
        strs_add(a, other, labelled(a, "uri", item->content));
        return true;
    case DER_CONTEXT + 7:
        address = ip_text(a, item->content);
        if (address.len)
            strs_add(a, ips, address);
        return address.len > 0;
    default:
        if (kinds[kind])
            strs_add(a, other, labelled(a, kinds[kind], hex_encode(a, item->content)));
        return kinds[kind] != NULL;
    }
}

bool x509_read_alt_names(struct arena *a, str value, struct strs *dns, struct strs *ips,
                         struct strs *other, struct err *err)
{
    str content;
    struct der_item item;
    if (!der_only(value, DER_SEQUENCE, &content) || content.len == 0)
        return err_set(err,
                       "the subjectAltName is no SEQUENCE of names (RFC 5280 4.2.1.6)");
    while (content.len)
        if (!der_next(&content, &item) || !add_name(a, &item, dns, ips, other))
            return err_set(err,
                           "a name in the subjectAltName is not in DER as RFC 5280 "
                           "4.2.1.6 has it");
    return true;
}

/* ---- Name ---- */

/* A DirectoryString of any kind, by OpenSSL. */
static str as_utf8(struct arena *a, str der)
{
    const unsigned char *at = octets(der);
    unsigned char *text = NULL;
    str out = STR_NONE;
    ASN1_TYPE *value = d2i_ASN1_TYPE(NULL, &at, (long)der.len);
    int type = value ? ASN1_TYPE_get(value) : V_ASN1_NULL;
    bool is_string =
        type != V_ASN1_NULL && type != V_ASN1_BOOLEAN && type != V_ASN1_OBJECT;
    int len = is_string ? ASN1_STRING_to_UTF8(&text, value->value.asn1_string) : -1;
    if (len >= 0)
        out = str_copy(a, (str){ (char *)text, (size_t)len });
    OPENSSL_free(text);
    ASN1_TYPE_free(value);
    openssl_no();
    return out;
}

struct strs x509_common_names(struct arena *a, str name)
{
    struct strs found = { 0 };
    str rdns, rdn, pair;
    struct der_item oid;
    if (!der_only(name, DER_SEQUENCE, &rdns))
        return found;
    while (der_take(&rdns, DER_SET, &rdn))
        while (der_take(&rdn, DER_SEQUENCE, &pair))
            if (der_next(&pair, &oid) && str_eq(oid.whole, OID_COMMON_NAME))
                strs_add(a, &found, as_utf8(a, pair));
    return found;
}

/* ---- key usage, extended key usage ---- */

/* clang-format off */
static const char *const usage_names[] = {
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
    "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
};

static const struct {
    const char *oid, *name;
} purpose_names[] = {
    { "1.3.6.1.5.5.7.3.1", "serverAuth" },
    { "1.3.6.1.5.5.7.3.2", "clientAuth" },
    { "1.3.6.1.5.5.7.3.3", "codeSigning" },
    { "1.3.6.1.5.5.7.3.4", "emailProtection" },
    { "1.3.6.1.5.5.7.3.8", "timeStamping" },
    { "1.3.6.1.5.5.7.3.9", "OCSPSigning" },
    { "2.5.29.37.0", "anyExtendedKeyUsage" },
};
/* clang-format on */

/* RFC 5280 4.2.1.3: a BIT STRING in which bit 0 is the first octet's highest. */
static void add_usages(struct arena *a, str value, struct strs *out)
{
    str bits;
    if (!der_only(value, DER_BIT_STRING, &bits) || bits.len < 2)
        return;
    for (size_t bit = 0; bit < countof(usage_names) && bit / 8 + 1 < bits.len; bit++)
        if (octets(bits)[bit / 8 + 1] & 0x80 >> bit % 8)
            strs_add(a, out, str_of(usage_names[bit]));
}

static str purpose(struct arena *a, str oid_content)
{
    str text = der_oid_text(a, oid_content);
    for (size_t i = 0; i < countof(purpose_names); i++)
        if (str_is(text, purpose_names[i].oid))
            return str_of(purpose_names[i].name);
    return text;
}

struct strs x509_usages(struct arena *a, const struct extensions *extensions)
{
    struct strs out = { 0 };
    str list, oid;
    const struct extension *usage = x509_find(extensions, OID_KEY_USAGE);
    const struct extension *purposes = x509_find(extensions, OID_EXTENDED_USAGE);
    if (usage)
        add_usages(a, usage->value, &out);
    if (purposes && der_only(purposes->value, DER_SEQUENCE, &list))
        while (der_take(&list, DER_OID, &oid))
            strs_add(a, &out, purpose(a, oid));
    return out;
}
