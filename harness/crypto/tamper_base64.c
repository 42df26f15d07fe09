/* SPDX-License-Identifier: MIT */
/* Tampers with the base64url texts.  What is signed is the spoilt text, so that only the
 * reader's leniency decides whether it is taken. */
#include "base/buf.h"
#include "crypto/b64url.h"
#include "crypto/der.h"
#include "crypto/tamper_hooks.h"

/* ---- making the text such that it can be spoilt ---- */

/* Spaces at the end until the base64 does not come out even. */
static str make_odd(struct arena *a, str text)
{
    return text.len % 3 ? text : DER_CAT(a, text, STR(" "));
}

bool base64_odd_protected(struct jws_parts *p)
{
    p->protected_json = make_odd(p->a, p->protected_json);
    return true;
}

bool base64_odd_payload(struct jws_parts *p)
{
    if (!tamper_needs_payload(p))
        return false;
    p->payload = make_odd(p->a, p->payload);
    return true;
}

static bool differs_between_alphabets(struct arena *a, str bytes)
{
    str text = b64url_encode(a, bytes);
    return str_find_char(text, '-') < text.len || str_find_char(text, '_') < text.len;
}

/* In ASCII text only the third octet of a group, being one of > ? ~ DEL, gives - or _; so
 * spaces in front may do, and a harmless member does for sure. */
static bool fill(struct jws_parts *p, str *text)
{
    static const char spaces[] = "  ";
    for (size_t count = 0; count < 3; count++) {
        str moved = DER_CAT(p->a, (str){ spaces, count }, *text);
        if (!differs_between_alphabets(p->a, moved))
            continue;
        *text = moved;
        return true;
    }
    return tamper_add_member(p, text, STR("\"acmespec\":\"?~?~?~\""));
}

bool base64_fill_protected(struct jws_parts *p)
{
    return fill(p, &p->protected_json);
}

bool base64_fill_payload(struct jws_parts *p)
{
    return tamper_needs_payload(p) && fill(p, &p->payload);
}

/* ---- spoiling ---- */

static str padded(struct arena *a, str text)
{
    return DER_CAT(a, text, text.len % 4 == 2 ? STR("==") : STR("="));
}

bool base64_pad_protected(struct jws_parts *p)
{
    p->protected_b64 = padded(p->a, p->protected_b64);
    return true;
}

bool base64_pad_payload(struct jws_parts *p)
{
    p->payload_b64 = padded(p->a, p->payload_b64);
    return true;
}

bool base64_pad_signature(struct jws_parts *p)
{
    p->signature_b64 = padded(p->a, p->signature_b64);
    return true;
}

static str other_alphabet(struct arena *a, str text)
{
    char *out = str_z(a, text);
    for (size_t i = 0; i < text.len; i++)
        out[i] = (char)(out[i] == '-' ? '+' : out[i] == '_' ? '/' : out[i]);
    return (str){ out, text.len };
}

bool base64_plus_protected(struct jws_parts *p)
{
    p->protected_b64 = other_alphabet(p->a, p->protected_b64);
    return true;
}

bool base64_plus_payload(struct jws_parts *p)
{
    p->payload_b64 = other_alphabet(p->a, p->payload_b64);
    return true;
}

bool base64_newline_payload(struct jws_parts *p)
{
    size_t middle = p->payload_b64.len / 2;
    if (!tamper_needs_payload(p))
        return false;
    p->payload_b64 = DER_CAT(p->a, str_upto(p->payload_b64, middle), STR("\n"),
                             str_from(p->payload_b64, middle));
    return true;
}

/* The next character of the alphabet: the bits left over were zero and are now one. */
static bool loosen(struct jws_parts *p, str *text)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if (text->len % 4 < 2)
        return err_set(p->err,
                       "no bits are left over in a text of this length; take a key "
                       "whose signature has 64 octets, like P-256 or Ed25519");
    char *out = str_z(p->a, *text);
    out[text->len - 1] = *(strchr(alphabet, out[text->len - 1]) + 1);
    *text = (str){ out, text->len };
    return true;
}

bool base64_loose_payload(struct jws_parts *p)
{
    return loosen(p, &p->payload_b64);
}

bool base64_loose_signature(struct jws_parts *p)
{
    return loosen(p, &p->signature_b64);
}
