/* SPDX-License-Identifier: MIT */
/* Keys as PEM and as SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 5480, RFC 8410). */
#include <openssl/bio.h>
#include <openssl/pem.h>

#include "crypto/der.h"
#include "crypto/key_inside.h"

CLEANUP(free_bio, BIO_free_all, BIO)

str key_private_pem(struct arena *a, const struct key *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    arena_defer(a, free_bio, bio);
    char *text;
    if (!key->has_private || !bio
        || PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL)
            != 1) {
        openssl_no();
        return STR_NONE;
    }
    long len = BIO_get_mem_data(bio, &text);
    return str_copy(a, (str){ text, (size_t)len });
}

/* Without this OpenSSL would ask at the terminal. */
static int no_password(char *buffer, int size, int writing, void *context)
{
    (void)buffer, (void)size, (void)writing, (void)context;
    return -1;
}

struct key *key_from_pem(struct arena *a, str pem, struct err *err)
{
    enum { CEILING = 64 * 1024 };
    if (pem.len == 0 || pem.len > CEILING) {
        err_set(err, "a key in PEM has from 1 to %d bytes, this has %zu", CEILING,
                pem.len);
        return NULL;
    }
    BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    arena_defer(a, free_bio, bio);
    EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
    if (pkey)
        return key_from_pkey(a, pkey, true, err);
    openssl_no();
    if (bio && BIO_reset(bio) >= 0)
        pkey = PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL);
    openssl_no();
    if (pkey)
        return key_from_pkey(a, pkey, false, err);
    err_set(err, "no key was found; it must be PEM, unencrypted, private or public");
    return NULL;
}

str key_public_der(struct arena *a, const struct key *key)
{
    const struct key_kind *kind = &key_kinds[key->type];
    str number = key->x; /* as it stands with FAMILY_OKP */
    if (kind->family == FAMILY_EC)
        number = DER_CAT(a, STR("\x04"), key->x, key->y);
    if (kind->family == FAMILY_RSA)
        number = DER(a, DER_SEQUENCE, der_unsigned(a, key->n), der_unsigned(a, key->e));
    return DER(a, DER_SEQUENCE, kind->spki_algorithm, der_bits(a, number));
}

static struct key *key_from_bits(struct arena *a, enum key_type type, str bits,
                                 struct err *err)
{
    str both, n, e;
    switch (key_kinds[type].family) {
    case FAMILY_EC:
        return key_from_point(a, type, bits, err);
    case FAMILY_OKP:
        return key_from_okp(a, type, bits, err);
    case FAMILY_RSA:
        break;
    }
    if (der_only(bits, DER_SEQUENCE, &both) && der_take_unsigned(&both, &n)
        && der_take_unsigned(&both, &e) && both.len == 0)
        return key_from_modulus(a, n, e, err);
    err_set(err, "the public key is no RSAPublicKey (RFC 8017 A.1.1)");
    return NULL;
}

struct key *key_from_spki(struct arena *a, str der, struct err *err)
{
    str info, bits;
    struct der_item algorithm;
    if (!der_only(der, DER_SEQUENCE, &info) || !der_next(&info, &algorithm)
        || !der_take_bits(&info, &bits) || info.len) {
        err_set(err, "the public key is no SubjectPublicKeyInfo in DER");
        return NULL;
    }
    for (int type = 0; type < KEY_TYPE_COUNT; type++)
        if (str_eq(algorithm.whole, key_kinds[type].spki_algorithm))
            return key_from_bits(a, (enum key_type)type, bits, err);
    err_set(err,
            "the public key's algorithm is not one of RSA, Ed25519, P-256, P-384, "
            "P-521 and secp256k1");
    return NULL;
}
