/* SPDX-License-Identifier: MIT */
/* Tampers with the signature's bytes, and with what it was made over. */
#include "crypto/b64url.h"
#include "crypto/der.h"
#include "crypto/key_inside.h"
#include "crypto/tamper_hooks.h"

bool signature_bit(struct jws_parts *p)
{
    char *bytes = str_z(p->a, p->signature);
    if (p->signature.len == 0)
        return err_set(p->err, "there is no signature left to flip a bit of");
    bytes[p->signature.len / 2] ^= 1;
    tamper_set_signature(p, (str){ bytes, p->signature.len });
    return true;
}

/* White space keeps the meaning, so a server that does not verify acts on it. */
bool signature_payload_after(struct jws_parts *p)
{
    str changed = p->payload.len ? DER_CAT(p->a, p->payload, STR(" ")) : STR("{}");
    p->payload_b64 = b64url_encode(p->a, changed);
    return true;
}

bool signature_protected_after(struct jws_parts *p)
{
    str changed = DER_CAT(p->a, p->protected_json, STR(" "));
    p->protected_b64 = b64url_encode(p->a, changed);
    return true;
}

bool signature_other_key(struct jws_parts *p)
{
    if (!p->spec->other_key)
        return err_set(p->err, "a second key is needed; give it with `other-key`");
    struct jws_spec spec = *p->spec;
    struct jws_parts other = *p;
    spec.key = spec.other_key;
    other.spec = &spec;
    other.mac_key = STR_NONE;
    if (!jws_sign_parts(&other))
        return false;
    tamper_set_signature(p, other.signature);
    return true;
}

bool signature_empty(struct jws_parts *p)
{
    tamper_set_signature(p, STR_NONE);
    return true;
}

static bool is_ecdsa(const struct jws_parts *p)
{
    return p->spec->key && !p->mac_key.len
        && key_kinds[key_type_of(p->spec->key)].family == FAMILY_EC;
}

bool signature_der(struct jws_parts *p)
{
    if (!is_ecdsa(p))
        return err_set(p->err, "only ECDSA has a DER form; take a key like P-256");
    str r = str_upto(p->signature, p->signature.len / 2);
    str s = str_from(p->signature, p->signature.len / 2);
    tamper_set_signature(
        p, DER(p->a, DER_SEQUENCE, der_unsigned(p->a, r), der_unsigned(p->a, s)));
    return true;
}

/* One signature in 256 has an r that begins with a zero octet: the field's bug is to drop
 * it, so that is what we send.  It is there in 20,000 tries or never. */
static bool sign_until_zero(struct jws_parts *p)
{
    for (int tries = 0; tries < 20000; tries++) {
        if (p->signature.len && p->signature.ptr[0] == 0)
            return true;
        if (!jws_sign_parts(p))
            return false;
    }
    return err_set(p->err, "no signature begins with a zero octet");
}

bool signature_short(struct jws_parts *p)
{
    if (!is_ecdsa(p)) {
        size_t len = p->signature.len ? p->signature.len - 1 : 0;
        tamper_set_signature(p, str_upto(p->signature, len));
        return true;
    }
    if (!sign_until_zero(p))
        return false;
    tamper_set_signature(p, str_from(p->signature, 1));
    return true;
}

/* Whoever halves the octets and reads two numbers finds the right ones. */
bool signature_long(struct jws_parts *p)
{
    size_t half = is_ecdsa(p) ? p->signature.len / 2 : p->signature.len;
    str r = str_upto(p->signature, half), s = str_from(p->signature, half),
        zero = STR("\0");
    tamper_set_signature(
        p, is_ecdsa(p) ? DER_CAT(p->a, zero, r, zero, s) : DER_CAT(p->a, r, zero));
    return true;
}

bool signature_zero(struct jws_parts *p)
{
    size_t len = p->signature.len;
    tamper_set_signature(p, (str){ arena_alloc(p->a, 1, len + 1), len });
    return true;
}
