/* SPDX-License-Identifier: MIT */
/* Keys: the kinds there are, making them, and taking their public numbers out of OpenSSL
 * once.  JWK is in jwk.c, PEM and DER in key_text.c, signatures in sign.c. */
#include "crypto/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "crypto/key_inside.h"

/* clang-format off */
const char *const key_type_names[KEY_TYPE_COUNT] = {
    [KEY_P256] = "P-256",
    [KEY_P384] = "P-384",
    [KEY_P521] = "P-521",
    [KEY_RSA1024] = "RSA-1024",
    [KEY_RSA2048] = "RSA-2048",
    [KEY_RSA3072] = "RSA-3072",
    [KEY_RSA4096] = "RSA-4096",
    [KEY_ED25519] = "Ed25519",
    [KEY_SECP256K1] = "secp256k1",
};

/* SEQUENCE { id-ecPublicKey, the curve }, SEQUENCE { rsaEncryption, NULL }, RFC 8410. */
#define EC_PUBLIC_KEY "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define RSA_ALGORITHM STR_INIT("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\0")

const struct key_kind key_kinds[KEY_TYPE_COUNT] = {
    [KEY_P256] = { FAMILY_EC, "P-256", "ES256", 32, 0, "prime256v1",
        STR_INIT("\x30\x13" EC_PUBLIC_KEY "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07") },
    [KEY_P384] = { FAMILY_EC, "P-384", "ES384", 48, 0, "secp384r1",
        STR_INIT("\x30\x10" EC_PUBLIC_KEY "\x06\x05\x2b\x81\x04\0\x22") },
    [KEY_P521] = { FAMILY_EC, "P-521", "ES512", 66, 0, "secp521r1",
        STR_INIT("\x30\x10" EC_PUBLIC_KEY "\x06\x05\x2b\x81\x04\0\x23") },
    [KEY_RSA1024] = { FAMILY_RSA, NULL, "RS256", 0, 1024, NULL, RSA_ALGORITHM },
    [KEY_RSA2048] = { FAMILY_RSA, NULL, "RS256", 0, 2048, NULL, RSA_ALGORITHM },
    [KEY_RSA3072] = { FAMILY_RSA, NULL, "RS256", 0, 3072, NULL, RSA_ALGORITHM },
    [KEY_RSA4096] = { FAMILY_RSA, NULL, "RS256", 0, 4096, NULL, RSA_ALGORITHM },
    [KEY_ED25519] = { FAMILY_OKP, "Ed25519", "EdDSA", 32, 0, NULL,
        STR_INIT("\x30\x05\x06\x03\x2b\x65\x70") },
    [KEY_SECP256K1] = { FAMILY_EC, "secp256k1", "ES256K", 32, 0, "secp256k1",
        STR_INIT("\x30\x10" EC_PUBLIC_KEY "\x06\x05\x2b\x81\x04\0\x0a") },
};
/* clang-format on */

CLEANUP(free_pkey, EVP_PKEY_free, EVP_PKEY)
CLEANUP(free_pkey_ctx, EVP_PKEY_CTX_free, EVP_PKEY_CTX)

bool openssl_err(struct err *err, const char *sentence)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    err_set(err, "%s%s%s%s", sentence, reason ? " (OpenSSL: " : "", reason ? reason : "",
            reason ? ")" : "");
    return openssl_no();
}

bool openssl_no(void)
{
    ERR_clear_error();
    return false;
}

int key_type_find(str word)
{
    for (int type = 0; type < KEY_TYPE_COUNT; type++)
        if (str_is(word, key_type_names[type]))
            return type;
    /* RS256 fits four types; the one that everybody accepts is meant. */
    if (str_is(word, "RS256"))
        return KEY_RSA2048;
    for (int type = 0; type < KEY_TYPE_COUNT; type++)
        if (str_is(word, key_kinds[type].alg))
            return type;
    return -1;
}

enum key_type key_type_of(const struct key *key)
{
    return key->type;
}

const char *key_alg(const struct key *key)
{
    return key_kinds[key->type].alg;
}

/* ---- taking the public numbers out ---- */

static bool number(struct arena *a, const EVP_PKEY *pkey, const char *name, size_t width,
                   str *out)
{
    BIGNUM *value = NULL;
    if (EVP_PKEY_get_bn_param(pkey, name, &value) != 1)
        return openssl_no();
    size_t len = width ? width : (size_t)BN_num_bytes(value);
    unsigned char *bytes = arena_alloc(a, 1, len + 1);
    bool fits = BN_bn2binpad(value, bytes, (int)len) >= 0;
    BN_clear_free(value);
    *out = (str){ (char *)bytes, len };
    return fits || openssl_no();
}

static bool ec_numbers(struct arena *a, struct key *key)
{
    char group[32];
    if (EVP_PKEY_get_group_name(key->pkey, group, sizeof group, NULL) != 1)
        return openssl_no();
    for (int type = 0; type < KEY_TYPE_COUNT; type++) {
        const struct key_kind *kind = &key_kinds[type];
        if (!kind->group || strcmp(kind->group, group) != 0)
            continue;
        key->type = (enum key_type)type;
        return number(a, key->pkey, OSSL_PKEY_PARAM_EC_PUB_X, kind->width, &key->x)
            && number(a, key->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, kind->width, &key->y);
    }
    return false;
}

static bool rsa_numbers(struct arena *a, struct key *key)
{
    int bits = EVP_PKEY_get_bits(key->pkey);
    key->type = KEY_RSA1024;
    for (enum key_type type = KEY_RSA2048; type <= KEY_RSA4096; type++)
        if (bits >= (int)key_kinds[type].bits)
            key->type = type;
    return number(a, key->pkey, OSSL_PKEY_PARAM_RSA_N, 0, &key->n)
        && number(a, key->pkey, OSSL_PKEY_PARAM_RSA_E, 0, &key->e);
}

static bool okp_numbers(struct arena *a, struct key *key)
{
    size_t len = key_kinds[KEY_ED25519].width;
    unsigned char *bytes = arena_alloc(a, 1, len + 1);
    key->type = KEY_ED25519;
    key->x = (str){ (char *)bytes, len };
    return EVP_PKEY_get_raw_public_key(key->pkey, bytes, &len) == 1 || openssl_no();
}

static bool numbers(struct arena *a, struct key *key)
{
    switch (EVP_PKEY_get_base_id(key->pkey)) {
    case EVP_PKEY_EC:
        return ec_numbers(a, key);
    case EVP_PKEY_RSA:
        return rsa_numbers(a, key);
    case EVP_PKEY_ED25519:
        return okp_numbers(a, key);
    default:
        return false;
    }
}

/* A key around a handle, which is the arena's from now on; NULL without a handle. */
static struct key *wrap(struct arena *a, EVP_PKEY *pkey, bool has_private,
                        struct err *err)
{
    arena_defer(a, free_pkey, pkey);
    if (!pkey) {
        openssl_err(err, "OpenSSL makes no such key");
        return NULL;
    }
    struct key *key = NEW(a, struct key);
    *key = (struct key){ .pkey = pkey, .has_private = has_private };
    return key;
}

struct key *key_from_pkey(struct arena *a, EVP_PKEY *pkey, bool has_private,
                          struct err *err)
{
    struct key *key = wrap(a, pkey, has_private, err);
    if (!key || numbers(a, key))
        return key;
    err_set(err,
            "a key of this kind is not used here; take P-256, P-384, P-521, "
            "secp256k1, RSA or Ed25519");
    return NULL;
}

/* ---- making ---- */

/* Of more primes than two (RFC 8017 3), which are shorter: that costs a third, and a
 * public key does not show it.  Each is as long as OpenSSL wants at least. */
static EVP_PKEY *generate_rsa(struct arena *a, size_t bits)
{
    size_t primes = bits < 2048 ? 2 : bits < 4096 ? 3 : 4;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &bits),
        OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_PRIMES, &primes),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    arena_defer(a, free_pkey_ctx, ctx);
    if (!ctx || EVP_PKEY_keygen_init(ctx) != 1
        || EVP_PKEY_CTX_set_params(ctx, params) != 1
        || EVP_PKEY_generate(ctx, &pkey) != 1)
        return NULL;
    return pkey;
}

struct key *key_new(struct arena *a, enum key_type type, struct err *err)
{
    const struct key_kind *kind = &key_kinds[type];
    EVP_PKEY *pkey = NULL;
    switch (kind->family) {
    case FAMILY_EC:
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind->crv);
        break;
    case FAMILY_RSA:
        pkey = generate_rsa(a, kind->bits);
        break;
    case FAMILY_OKP:
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        break;
    }
    return key_from_pkey(a, pkey, true, err);
}

/* A public key of the named kind from OpenSSL's parameters. */
static EVP_PKEY *pkey_from(struct arena *a, const char *kind, OSSL_PARAM *params)
{
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    arena_defer(a, free_pkey_ctx, ctx);
    if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1
        || EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
        return NULL;
    return pkey;
}

/* An uncompressed point is its numbers already: asking OpenSSL back costs as much as
 * making the key did. */
static struct key *with_point(struct arena *a, EVP_PKEY *pkey, enum key_type type,
                              str point, struct err *err)
{
    size_t width = key_kinds[type].width;
    if (point.len != 1 + 2 * width)
        return key_from_pkey(a, pkey, false, err);
    struct key *key = wrap(a, pkey, false, err);
    key->type = type;
    key->x = str_copy(a, str_upto(str_from(point, 1), width));
    key->y = str_copy(a, str_from(point, 1 + width));
    return key;
}

/* OpenSSL refuses a point that is not on the curve; all our curves have cofactor 1, so
 * that is all there is to check (SEC 1, 3.2.2.1). */
struct key *key_from_point(struct arena *a, enum key_type type, str point,
                           struct err *err)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                         str_z(a, str_of(key_kinds[type].crv)), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, str_z(a, point),
                                          point.len),
        OSSL_PARAM_construct_end(),
    };
    /* RFC 5480 2.2: compressed or uncompressed, never the hybrid form, never infinity. */
    bool form_is_right = point.len > 1 && octets(point)[0] >= 2 && octets(point)[0] <= 4;
    EVP_PKEY *pkey = form_is_right ? pkey_from(a, "EC", params) : NULL;
    if (pkey)
        return with_point(a, pkey, type, point, err);
    openssl_no();
    err_set(err, "the public key is no point of the curve %s", key_kinds[type].crv);
    return NULL;
}

/* OSSL_PARAM holds integers in the machine's byte order. */
static OSSL_PARAM integer(struct arena *a, const char *name, str big_endian)
{
    unsigned char *native = arena_alloc(a, 1, big_endian.len + 1);
    BIGNUM *value = BN_bin2bn(octets(big_endian), (int)big_endian.len, NULL);
    if (value)
        BN_bn2nativepad(value, native, (int)big_endian.len);
    BN_free(value);
    return OSSL_PARAM_construct_BN(name, native, big_endian.len);
}

static bool modulus_will_do(str n, str e, struct err *err)
{
    enum { LEAST_BYTES = 512 / 8, MOST_BYTES = 8192 / 8, MOST_EXPONENT = 8 };
    if (n.len < LEAST_BYTES || n.len > MOST_BYTES)
        return err_set(
            err, "an RSA modulus of %zu octets; from 512 to 8192 bits are read", n.len);
    if (e.len == 0 || e.len > MOST_EXPONENT || (e.len == 1 && octets(e)[0] < 3))
        return err_set(err, "an RSA exponent is at least 3 and has at most 64 bits");
    if (octets(n)[0] == 0 || octets(e)[0] == 0)
        return err_set(err, "an RSA modulus and exponent begin with no zero octet");
    if (!(octets(n)[n.len - 1] & 1) || !(octets(e)[e.len - 1] & 1))
        return err_set(err, "an RSA modulus and exponent are odd");
    return true;
}

struct key *key_from_modulus(struct arena *a, str n, str e, struct err *err)
{
    if (!modulus_will_do(n, e, err))
        return NULL;
    OSSL_PARAM params[] = {
        integer(a, OSSL_PKEY_PARAM_RSA_N, n),
        integer(a, OSSL_PKEY_PARAM_RSA_E, e),
        OSSL_PARAM_construct_end(),
    };
    return key_from_pkey(a, pkey_from(a, "RSA", params), false, err);
}

struct key *key_from_okp(struct arena *a, enum key_type type, str x, struct err *err)
{
    if (x.len == key_kinds[type].width)
        return key_from_pkey(
            a, EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, octets(x), x.len),
            false, err);
    err_set(err, "an %s key has %zu octets, this one %zu", key_kinds[type].crv,
            key_kinds[type].width, x.len);
    return NULL;
}

bool key_same(const struct key *a, const struct key *b)
{
    return a->type == b->type && str_eq(a->x, b->x) && str_eq(a->y, b->y)
        && str_eq(a->n, b->n) && str_eq(a->e, b->e);
}

static str okp_seed(struct arena *a, const struct key *key)
{
    size_t len = key_kinds[key->type].width;
    unsigned char *bytes = arena_alloc(a, 1, len + 1);
    if (EVP_PKEY_get_raw_private_key(key->pkey, bytes, &len) != 1)
        openssl_no();
    return (str){ (char *)bytes, len };
}

str key_private_number(struct arena *a, const struct key *key)
{
    const struct key_kind *kind = &key_kinds[key->type];
    str d = STR_NONE;
    if (!key->has_private)
        return d;
    if (kind->family == FAMILY_OKP)
        return okp_seed(a, key);
    number(a, key->pkey,
           kind->family == FAMILY_EC ? OSSL_PKEY_PARAM_PRIV_KEY : OSSL_PKEY_PARAM_RSA_D,
           kind->width, &d);
    return d;
}
