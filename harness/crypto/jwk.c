/* SPDX-License-Identifier: MIT */
/* JSON Web Keys: written with only the members of RFC 7638, read strictly, and their
 * thumbprints. */
#include "crypto/b64url.h"
#include "crypto/der.h"
#include "crypto/key_inside.h"

/* RFC 7638 3.2, RFC 8037 2: the members that a thumbprint is made of, in their order. */
/* clang-format off */
static const struct {
    const char *kty;
    const char *members[4];
} required[] = {
    { "EC",  { "crv", "kty", "x", "y" } },
    { "RSA", { "e", "kty", "n" } },
    { "OKP", { "crv", "kty", "x" } },
    { "oct", { "k", "kty" } },
};
/* clang-format on */

/* RFC 7518 6.2.2, 6.3.2, 6.4.1: what no public key may show. */
static const char *const secret_members[] = {
    "d", "p", "q", "dp", "dq", "qi", "oth", "k"
};

static const char *const kty_names[] = {
    [FAMILY_EC] = "EC",
    [FAMILY_RSA] = "RSA",
    [FAMILY_OKP] = "OKP",
};

static void set(struct arena *a, json_t *jwk, const char *member, str value)
{
    json_object_set(jwk, member, json_string_of(a, value));
}

json_t *key_jwk(struct arena *a, const struct key *key)
{
    const struct key_kind *kind = &key_kinds[key->type];
    json_t *jwk = json_keep(a, json_object());
    str kty = str_of(kty_names[kind->family]);
    if (kind->family == FAMILY_RSA) {
        set(a, jwk, "e", b64url_encode(a, key->e));
        set(a, jwk, "kty", kty);
        set(a, jwk, "n", b64url_encode(a, key->n));
        return jwk;
    }
    set(a, jwk, "crv", str_of(kind->crv));
    set(a, jwk, "kty", kty);
    set(a, jwk, "x", b64url_encode(a, key->x));
    if (kind->family == FAMILY_EC)
        set(a, jwk, "y", b64url_encode(a, key->y));
    return jwk;
}

str key_thumbprint(struct arena *a, const struct key *key)
{
    return b64url_encode(a, sha256(a, json_text(a, key_jwk(a, key))));
}

/* The required members alone, in order. */
static json_t *canonical(struct arena *a, json_t *jwk, const char *const members[4],
                         struct err *err)
{
    json_t *kept = json_keep(a, json_object());
    for (size_t i = 0; i < 4 && members[i]; i++) {
        json_t *value = json_object_get(jwk, members[i]);
        if (!json_is_string(value)) {
            err_set(err, "the JWK needs \"%s\" as a string (RFC 7638 3.2)", members[i]);
            return NULL;
        }
        json_object_set(kept, members[i], value);
    }
    return kept;
}

bool jwk_thumbprint(struct arena *a, json_t *jwk, str *out, struct err *err)
{
    str kty = json_member(jwk, "kty");
    for (size_t i = 0; i < countof(required); i++) {
        if (!str_is(kty, required[i].kty))
            continue;
        json_t *kept = canonical(a, jwk, required[i].members, err);
        if (kept)
            *out = b64url_encode(a, sha256(a, json_text(a, kept)));
        return kept != NULL;
    }
    return err_set(err, "the JWK's \"kty\" is \"%.*s\", not one of EC, RSA, OKP and oct",
                   STR_ARG(str_upto(kty, 40)));
}

/* ---- reading ---- */

static bool read_number(struct arena *a, json_t *jwk, const char *member, str *bytes,
                        struct err *err)
{
    json_t *value = json_object_get(jwk, member);
    if (!json_is_string(value))
        return err_set(err, "the JWK needs \"%s\" as a string (RFC 7518 6)", member);
    return b64url_decode(a, json_str(value), bytes)
        || err_set(err, "the JWK's \"%s\" is not base64url without padding", member);
}

/* RFC 7518 6.2.1.2: "The length of this octet string MUST be the full size of a
 * coordinate for the curve"; RFC 8037 2 says the like of an OKP key. */
static bool read_coordinate(struct arena *a, json_t *jwk, const char *member,
                            size_t width, str *bytes, struct err *err)
{
    if (!read_number(a, jwk, member, bytes, err))
        return false;
    return bytes->len == width
        || err_set(err, "the JWK's \"%s\" has %zu octets; on its curve they are %zu",
                   member, bytes->len, width);
}

static struct key *read_ec(struct arena *a, json_t *jwk, enum key_type type,
                           struct err *err)
{
    str x, y;
    size_t width = key_kinds[type].width;
    if (!read_coordinate(a, jwk, "x", width, &x, err)
        || !read_coordinate(a, jwk, "y", width, &y, err))
        return NULL;
    return key_from_point(a, type, DER_CAT(a, STR("\x04"), x, y), err);
}

static struct key *read_okp(struct arena *a, json_t *jwk, enum key_type type,
                            struct err *err)
{
    str x;
    if (!read_coordinate(a, jwk, "x", key_kinds[type].width, &x, err))
        return NULL;
    return key_from_okp(a, type, x, err);
}

static struct key *read_rsa(struct arena *a, json_t *jwk, struct err *err)
{
    str n, e;
    if (!read_number(a, jwk, "n", &n, err) || !read_number(a, jwk, "e", &e, err))
        return NULL;
    return key_from_modulus(a, n, e, err);
}

static struct key *read_curve(struct arena *a, json_t *jwk, enum family family,
                              struct err *err)
{
    str crv = json_member(jwk, "crv");
    for (int type = 0; type < KEY_TYPE_COUNT; type++) {
        if (key_kinds[type].family != family || !str_is(crv, key_kinds[type].crv))
            continue;
        return family == FAMILY_EC ? read_ec(a, jwk, (enum key_type)type, err)
                                   : read_okp(a, jwk, (enum key_type)type, err);
    }
    err_set(err, "the JWK's \"crv\" \"%.*s\" is no curve that is read here for \"%s\"",
            STR_ARG(str_upto(crv, 40)), kty_names[family]);
    return NULL;
}

static bool is_public(json_t *jwk, struct err *err)
{
    for (size_t i = 0; i < countof(secret_members); i++)
        if (json_object_get(jwk, secret_members[i]))
            return err_set(err, "the JWK shows \"%s\", which belongs to a private key",
                           secret_members[i]);
    return true;
}

struct key *key_from_jwk(struct arena *a, json_t *jwk, struct err *err)
{
    if (!json_is_object(jwk)) {
        err_set(err, "a JWK is a JSON object (RFC 7517 4)");
        return NULL;
    }
    if (!is_public(jwk, err))
        return NULL;
    str kty = json_member(jwk, "kty");
    if (str_is(kty, "RSA"))
        return read_rsa(a, jwk, err);
    if (str_is(kty, "EC"))
        return read_curve(a, jwk, FAMILY_EC, err);
    if (str_is(kty, "OKP"))
        return read_curve(a, jwk, FAMILY_OKP, err);
    err_set(err, "the JWK's \"kty\" is \"%.*s\", not one of EC, RSA and OKP",
            STR_ARG(str_upto(kty, 40)));
    return NULL;
}
