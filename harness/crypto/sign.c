/* SPDX-License-Identifier: MIT */
/* Signatures: the algorithms by their JWS names (RFC 7518 3.1, RFC 8037 3.1, RFC
 * 8812 3.2), in the JWS form and in OpenSSL's. */
#include <openssl/rsa.h>

#include "crypto/der.h"
#include "crypto/key_inside.h"

struct algorithm {
    const char *name;
    enum family family;
    int type; /* the only key type that it fits, or ANY */
    const EVP_MD *(*md)(void);
    bool pss;
};

enum { ANY = -1 };

/* clang-format off */
static const struct algorithm algorithms[] = {
    { "ES256",  FAMILY_EC,  KEY_P256,      EVP_sha256, false },
    { "ES384",  FAMILY_EC,  KEY_P384,      EVP_sha384, false },
    { "ES512",  FAMILY_EC,  KEY_P521,      EVP_sha512, false },
    { "ES256K", FAMILY_EC,  KEY_SECP256K1, EVP_sha256, false },
    { "RS256",  FAMILY_RSA, ANY,           EVP_sha256, false },
    { "RS384",  FAMILY_RSA, ANY,           EVP_sha384, false },
    { "RS512",  FAMILY_RSA, ANY,           EVP_sha512, false },
    { "PS256",  FAMILY_RSA, ANY,           EVP_sha256, true },
    { "PS384",  FAMILY_RSA, ANY,           EVP_sha384, true },
    { "PS512",  FAMILY_RSA, ANY,           EVP_sha512, true },
    { "EdDSA",  FAMILY_OKP, KEY_ED25519,   NULL,       false },
};
/* clang-format on */

static const struct algorithm *find(str name)
{
    for (size_t i = 0; i < countof(algorithms); i++)
        if (str_is(name, algorithms[i].name))
            return &algorithms[i];
    return NULL;
}

static const EVP_MD *digest_of(const struct algorithm *alg)
{
    return alg->md ? alg->md() : NULL;
}

const EVP_MD *key_digest(const struct key *key)
{
    return digest_of(find(str_of(key_alg(key))));
}

static bool use_pss(EVP_PKEY_CTX *ctx)
{
    /* RFC 7518 3.5: "The size of the salt value is the same size as the hash function
     * output." */
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

static bool sign_with(EVP_MD_CTX *ctx, const struct key *key, const EVP_MD *md, bool pss,
                      str input, unsigned char *out, size_t *len)
{
    EVP_PKEY_CTX *pkey_ctx = NULL;
    return EVP_DigestSignInit(ctx, &pkey_ctx, md, NULL, key->pkey) == 1
        && (!pss || use_pss(pkey_ctx))
        && EVP_DigestSign(ctx, out, len, octets(input), input.len) == 1;
}

bool key_sign_digest(struct arena *a, const struct key *key, const EVP_MD *md, bool pss,
                     str input, str *signature, struct err *err)
{
    if (!key->has_private)
        return err_set(err, "this key is a public one and cannot sign");
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = (size_t)EVP_PKEY_get_size(key->pkey);
    unsigned char *out = arena_alloc(a, 1, len + 1);
    bool made = ctx && sign_with(ctx, key, md, pss, input, out, &len);
    /* Not deferred: a long-lived arena signs many times. */
    EVP_MD_CTX_free(ctx);
    *signature = (str){ (char *)out, len };
    return made || openssl_err(err, "OpenSSL will not sign with this key");
}

static bool verify_with(EVP_MD_CTX *ctx, const struct key *key, const EVP_MD *md,
                        bool pss, str input, str signature)
{
    EVP_PKEY_CTX *pkey_ctx = NULL;
    return EVP_DigestVerifyInit(ctx, &pkey_ctx, md, NULL, key->pkey) == 1
        && (!pss || use_pss(pkey_ctx))
        && EVP_DigestVerify(ctx, octets(signature), signature.len, octets(input),
                            input.len)
        == 1;
}

bool key_verify_digest(const struct key *key, const EVP_MD *md, bool pss, str input,
                       str signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = ctx && verify_with(ctx, key, md, pss, input, signature);
    EVP_MD_CTX_free(ctx);
    return good || openssl_no();
}

/* ---- ECDSA between DER and r||s ---- */

static void put_right(char *end, str number)
{
    memcpy(end - number.len, number.ptr, number.len);
}

/* RFC 7518 3.4: r and s as octets of the curve's full width, one behind the other. */
static bool der_to_raw(struct arena *a, str der, size_t width, str *raw)
{
    str both, r, s;
    if (!der_only(der, DER_SEQUENCE, &both) || !der_take_unsigned(&both, &r)
        || !der_take_unsigned(&both, &s) || both.len || r.len > width || s.len > width)
        return false;
    char *out = arena_alloc(a, 1, 2 * width + 1);
    put_right(out + width, r);
    put_right(out + 2 * width, s);
    *raw = (str){ out, 2 * width };
    return true;
}

static str raw_to_der(struct arena *a, str raw)
{
    size_t width = raw.len / 2;
    return DER(a, DER_SEQUENCE, der_unsigned(a, str_upto(raw, width)),
               der_unsigned(a, str_from(raw, width)));
}

/* ---- the JWS form ---- */

static bool sign_by(struct arena *a, const struct key *key, const struct algorithm *alg,
                    str input, str *signature, struct err *err)
{
    str made;
    if (!key_sign_digest(a, key, digest_of(alg), alg->pss, input, &made, err))
        return false;
    *signature = made;
    if (alg->family != FAMILY_EC)
        return true;
    return der_to_raw(a, made, key_kinds[key->type].width, signature)
        || err_set(err, "OpenSSL made an ECDSA signature that is no DER");
}

bool key_sign_as(struct arena *a, const struct key *key, str name, str input,
                 str *signature, struct err *err)
{
    const struct algorithm *alg = find(name);
    if (!alg || alg->family != key_kinds[key->type].family)
        alg = find(str_of(key_alg(key)));
    return sign_by(a, key, alg, input, signature, err);
}

bool key_sign(struct arena *a, const struct key *key, str input, str *signature,
              struct err *err)
{
    return key_sign_as(a, key, str_of(key_alg(key)), input, signature, err);
}

bool key_sign_der(struct arena *a, const struct key *key, str input, str *signature,
                  struct err *err)
{
    return key_sign_digest(a, key, key_digest(key), false, input, signature, err);
}

bool key_verify(struct arena *a, const struct key *key, str name, str input,
                str signature)
{
    const struct algorithm *alg = find(name);
    const struct key_kind *kind = &key_kinds[key->type];
    if (!alg || alg->family != kind->family)
        return false;
    if (alg->type != ANY && alg->type != (int)key->type)
        return false;
    if (alg->family != FAMILY_EC)
        return key_verify_digest(key, digest_of(alg), alg->pss, input, signature);
    /* RFC 7518 3.4: any other length "is not a valid ECDSA signature". */
    if (signature.len != 2 * kind->width)
        return false;
    return key_verify_digest(key, digest_of(alg), false, input, raw_to_der(a, signature));
}
