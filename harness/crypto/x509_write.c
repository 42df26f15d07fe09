/* SPDX-License-Identifier: MIT */
/* Writing the parts that requests and certificates share, and their signatures. */
#include <arpa/inet.h>

#include "crypto/b64url.h"
#include "crypto/key_inside.h"
#include "crypto/x509.h"

/* ---- names and extensions ---- */

str x509_name(struct arena *a, const struct strs *common_names)
{
    str *rdns = NEW_ARRAY(a, str, common_names->count + 1);
    for (size_t i = 0; i < common_names->count; i++) {
        str text = DER(a, DER_UTF8_STRING, common_names->item[i]);
        rdns[i] = DER(a, DER_SET, DER(a, DER_SEQUENCE, OID_COMMON_NAME, text));
    }
    return der_join(a, DER_SEQUENCE, rdns, common_names->count);
}

str x509_extension(struct arena *a, str oid, bool critical, str value)
{
    return DER(a, DER_SEQUENCE, oid, critical ? DER_TRUE : STR(""),
               DER(a, DER_OCTET_STRING, value));
}

str x509_basic(struct arena *a, bool ca)
{
    return DER(a, DER_SEQUENCE, ca ? DER_TRUE : STR(""));
}

/* RFC 7633 4: status_request alone, which people call OCSP must-staple. */
str x509_tls_feature(struct arena *a)
{
    return DER(a, DER_SEQUENCE, STR("\x02\x01\x05"));
}

static void add_names(struct arena *a, int tag, const struct strs *names,
                      struct strs *out)
{
    for (size_t i = 0; i < names->count; i++)
        strs_add(a, out, DER(a, tag, names->item[i]));
}

static bool ip_bytes(struct arena *a, str text, str *bytes)
{
    unsigned char address[16];
    const char *z = str_z(a, text);
    if (inet_pton(AF_INET, z, address) == 1)
        *bytes = str_copy(a, (str){ (char *)address, 4 });
    else if (inet_pton(AF_INET6, z, address) == 1)
        *bytes = str_copy(a, (str){ (char *)address, 16 });
    else
        return false;
    return true;
}

bool x509_alt_names(struct arena *a, const struct alt_names *names, str *value,
                    struct err *err)
{
    struct strs all = { 0 };
    str bytes;
    add_names(a, DER_CONTEXT + 2, &names->dns, &all);
    for (size_t i = 0; i < names->ips.count; i++) {
        if (!ip_bytes(a, names->ips.item[i], &bytes))
            return err_set(err, "\"%.*s\" is no IP address",
                           STR_ARG(str_upto(names->ips.item[i], 80)));
        strs_add(a, &all, DER(a, DER_CONTEXT + 7, bytes));
    }
    add_names(a, DER_CONTEXT + 1, &names->emails, &all);
    add_names(a, DER_CONTEXT + 6, &names->uris, &all);
    *value = der_join(a, DER_SEQUENCE, all.item, all.count);
    return true;
}

bool x509_more_extensions(struct arena *a, json_t *more, struct strs *list,
                          struct err *err)
{
    const char *name;
    json_t *hex;
    json_object_foreach(more, name, hex)
    {
        str oid = der_oid(a, str_of(name)), value;
        if (!oid.len)
            return err_set(err, "\"%.80s\" is no OID like 2.5.29.19", name);
        if (!json_is_string(hex) || !hex_decode(a, json_str(hex), &value))
            return err_set(err, "the value of the extension %.80s must be hex digits",
                           name);
        strs_add(a, list, x509_extension(a, oid, false, value));
    }
    return true;
}

/* ---- signatures ---- */

struct signature_algorithm {
    enum family family;
    const EVP_MD *(*md)(void);
    const char *hash;
    str oid;
};

/* clang-format off */
#define ECDSA_WITH "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03"
#define RSA_WITH   "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01"

/* RFC 3279 2.2.3, RFC 5758 3.2, RFC 4055 5, RFC 8410 6. */
static const struct signature_algorithm algorithms[] = {
    { FAMILY_EC,  EVP_sha256, "SHA256", STR_INIT(ECDSA_WITH "\x02") },
    { FAMILY_EC,  EVP_sha384, "SHA384", STR_INIT(ECDSA_WITH "\x03") },
    { FAMILY_EC,  EVP_sha512, "SHA512", STR_INIT(ECDSA_WITH "\x04") },
    { FAMILY_EC,  EVP_sha1,   "SHA1",   STR_INIT("\x06\x07\x2a\x86\x48\xce\x3d\x04\x01") },
    { FAMILY_RSA, EVP_sha256, "SHA256", STR_INIT(RSA_WITH "\x0b") },
    { FAMILY_RSA, EVP_sha384, "SHA384", STR_INIT(RSA_WITH "\x0c") },
    { FAMILY_RSA, EVP_sha512, "SHA512", STR_INIT(RSA_WITH "\x0d") },
    { FAMILY_RSA, EVP_sha1,   "SHA1",   STR_INIT(RSA_WITH "\x05") },
    { FAMILY_OKP, NULL,       "",       STR_INIT("\x06\x03\x2b\x65\x70") },
};
/* clang-format on */

static const EVP_MD *digest_of(const struct signature_algorithm *algorithm)
{
    return algorithm->md ? algorithm->md() : NULL;
}

static const struct signature_algorithm *algorithm_for(const struct key *key,
                                                       bool by_sha1)
{
    enum family family = key_kinds[key_type_of(key)].family;
    const EVP_MD *md = by_sha1 ? EVP_sha1() : key_digest(key);
    for (size_t i = 0; i < countof(algorithms); i++)
        if (algorithms[i].family == family && digest_of(&algorithms[i]) == md)
            return &algorithms[i];
    return NULL;
}

str x509_algorithm(struct arena *a, const struct key *key, bool by_sha1)
{
    const struct signature_algorithm *algorithm = algorithm_for(key, by_sha1);
    if (!algorithm)
        return STR_NONE;
    /* RFC 4055 5: for RSA "the parameters field MUST contain NULL". */
    return DER(a, DER_SEQUENCE, algorithm->oid,
               algorithm->family == FAMILY_RSA ? STR("\x05\0") : STR(""));
}

bool x509_sign(struct arena *a, const struct key *key, bool by_sha1, str to_sign,
               bool flip_a_bit, str *der, struct err *err)
{
    str signature, algorithm = x509_algorithm(a, key, by_sha1);
    if (!algorithm.len)
        return err_set(err, "an Ed25519 key does not sign by SHA-1; take P-256 or RSA");
    if (!key_sign_digest(a, key, by_sha1 ? EVP_sha1() : key_digest(key), false, to_sign,
                         &signature, err))
        return false;
    if (flip_a_bit) {
        char *bytes = str_z(a, signature);
        bytes[signature.len - 1] ^= 1;
        signature.ptr = bytes;
    }
    *der = DER(a, DER_SEQUENCE, to_sign, algorithm, der_bits(a, signature));
    return true;
}

/* ---- verifying ---- */

/* RFC 4055 3.1: RSASSA-PSS names its hash in the parameters, and SHA-1 if none. */
static const struct signature_algorithm *pss_algorithm(str parameters)
{
#define SHA2 "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"
    static const struct {
        str oid;
        size_t like;
    } hashes[] = {
        { STR_INIT(SHA2 "\x01"), 4 },
        { STR_INIT(SHA2 "\x02"), 5 },
        { STR_INIT(SHA2 "\x03"), 6 },
    };
#undef SHA2
    for (size_t i = 0; i < countof(hashes); i++)
        if (str_contains(parameters, hashes[i].oid))
            return &algorithms[hashes[i].like];
    return &algorithms[7];
}

static const struct signature_algorithm *find(str content, bool *pss)
{
    struct der_item oid;
    if (!der_next(&content, &oid))
        return NULL;
    *pss = str_eq(oid.whole, STR(RSA_WITH "\x0a"));
    if (*pss)
        return pss_algorithm(content);
    for (size_t i = 0; i < countof(algorithms); i++)
        if (str_eq(oid.whole, algorithms[i].oid))
            return &algorithms[i];
    return NULL;
}

const char *x509_hash(str algorithm)
{
    bool pss;
    const struct signature_algorithm *found = find(algorithm, &pss);
    return found ? found->hash : NULL;
}

bool x509_verify(const struct key *key, str algorithm, str signed_bytes, str signature)
{
    bool pss;
    const struct signature_algorithm *found = find(algorithm, &pss);
    if (!found || found->family != key_kinds[key_type_of(key)].family)
        return false;
    return key_verify_digest(key, digest_of(found), pss, signed_bytes, signature);
}
