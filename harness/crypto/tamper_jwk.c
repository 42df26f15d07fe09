/* SPDX-License-Identifier: MIT */
/* Tampers with jwk and kid in the protected header. */
#include "crypto/b64url.h"
#include "crypto/der.h"
#include "crypto/key_inside.h"
#include "crypto/tamper_hooks.h"

bool jwk_and_kid(struct jws_parts *p)
{
    json_t *header = tamper_header(p);
    if (!header || !tamper_needs_key(p))
        return false;
    if (!json_object_get(header, "jwk"))
        json_object_set(header, "jwk", key_jwk(p->a, p->spec->key));
    if (!json_object_get(header, "kid"))
        json_object_set(header, "kid", json_string_of(p->a, p->spec->url));
    tamper_set_header(p, header);
    return true;
}

bool jwk_nor_kid(struct jws_parts *p)
{
    json_t *header = tamper_header(p);
    if (!header)
        return false;
    json_object_del(header, "jwk");
    json_object_del(header, "kid");
    tamper_set_header(p, header);
    return true;
}

/* Sets a member of the header's jwk. */
static bool set_member(struct jws_parts *p, const char *member, str text)
{
    json_t *header = tamper_header(p);
    json_t *jwk = json_object_get(header, "jwk");
    if (!header)
        return false;
    if (!json_is_object(jwk))
        return err_set(p->err,
                       "the protected header has no jwk to spoil; this request is "
                       "signed with kid");
    json_object_set(jwk, member, json_string_of(p->a, text));
    tamper_set_header(p, header);
    return true;
}

bool jwk_private(struct jws_parts *p)
{
    if (!tamper_needs_key(p))
        return false;
    str d = key_private_number(p->a, p->spec->key);
    return set_member(p, "d", b64url_encode(p->a, d));
}

bool jwk_extra_member(struct jws_parts *p)
{
    return set_member(p, "acmespec", STR("unknown"));
}

/* For one x the curve has two y, one odd and one even: the neighbour is neither. */
bool jwk_wrong_point(struct jws_parts *p)
{
    if (!tamper_needs_key(p))
        return false;
    str y = p->spec->key->y;
    if (y.len == 0)
        return err_set(p->err, "only an EC key has a point; take a key like P-256");
    char *other = str_z(p->a, y);
    other[y.len - 1] ^= 2;
    return set_member(p, "y", b64url_encode(p->a, (str){ other, y.len }));
}

bool jwk_short_coordinate(struct jws_parts *p)
{
    if (!tamper_needs_key(p))
        return false;
    str x = p->spec->key->x;
    if (x.len == 0)
        return err_set(p->err, "an RSA key has no coordinate; take a key like P-256");
    return set_member(p, "x", b64url_encode(p->a, str_from(x, 1)));
}

bool jwk_leading_zero(struct jws_parts *p)
{
    if (!tamper_needs_key(p))
        return false;
    const struct key *key = p->spec->key;
    str number = key->n.len ? key->n : key->x;
    return set_member(p, key->n.len ? "n" : "x",
                      b64url_encode(p->a, DER_CAT(p->a, STR("\0"), number)));
}
