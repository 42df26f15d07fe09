/* SPDX-License-Identifier: MIT */
/* Tampers with the outer object: members left out, added or twice, other serialisations,
 * and bodies that are no JWS at all. */
#include "base/buf.h"
#include "crypto/b64url.h"
#include "crypto/der.h"
#include "crypto/tamper_hooks.h"

bool shape_no_protected(struct jws_parts *p)
{
    p->no_protected = true;
    return true;
}

bool shape_no_payload(struct jws_parts *p)
{
    p->no_payload = true;
    return true;
}

bool shape_no_signature(struct jws_parts *p)
{
    p->no_signature = true;
    return true;
}

/* ---- the unprotected header ---- */

static json_t *unprotected(struct jws_parts *p)
{
    if (!p->unprotected)
        p->unprotected = json_keep(p->a, json_object());
    return p->unprotected;
}

/* "typ" has no meaning for ACME, so nothing but the header's presence is wrong. */
bool shape_unprotected_header(struct jws_parts *p)
{
    json_object_set(unprotected(p), "typ", json_string_of(p->a, STR("JOSE")));
    return true;
}

/* Moves a member of the protected header; false when it has none of that name. */
static bool move(struct jws_parts *p, json_t *header, const char *name)
{
    json_t *value = json_object_get(header, name);
    if (!value)
        return false;
    json_object_set(unprotected(p), name, value);
    json_object_del(header, name);
    tamper_set_header(p, header);
    return true;
}

static bool move_one(struct jws_parts *p, const char *name)
{
    json_t *header = tamper_header(p);
    if (!header)
        return false;
    return move(p, header, name)
        || err_set(p->err, "the protected header has no \"%s\" to be moved", name);
}

bool shape_unprotected_nonce(struct jws_parts *p)
{
    return move_one(p, "nonce");
}

bool shape_unprotected_url(struct jws_parts *p)
{
    return move_one(p, "url");
}

bool shape_unprotected_alg(struct jws_parts *p)
{
    return move_one(p, "alg");
}

bool shape_unprotected_kid(struct jws_parts *p)
{
    json_t *header = tamper_header(p);
    if (!header)
        return false;
    return move(p, header, "kid") || move(p, header, "jwk")
        || err_set(p->err, "the protected header has neither jwk nor kid to be moved");
}

bool shape_all_unprotected(struct jws_parts *p)
{
    json_t *header = tamper_header(p);
    if (!header)
        return false;
    json_object_update(unprotected(p), header);
    /* RFC 7515 5.1: without a protected header, its encoded text is the empty string. */
    p->protected_json = STR_NONE;
    p->no_protected = true;
    return true;
}

/* ---- other serialisations ---- */

static str signature_object(struct jws_parts *p)
{
    str protected_text = json_quote(p->a, p->protected_b64);
    str signature = json_quote(p->a, p->signature_b64);
    return DER_CAT(p->a, STR("{\"protected\":"), protected_text, STR(",\"signature\":"),
                   signature, STR("}"));
}

static bool send(struct jws_parts *p, str body)
{
    p->whole = true;
    p->body = body;
    return true;
}

static bool send_general(struct jws_parts *p, str signatures)
{
    str payload = json_quote(p->a, p->payload_b64);
    return send(p,
                DER_CAT(p->a, STR("{\"payload\":"), payload, STR(",\"signatures\":["),
                        signatures, STR("]}")));
}

bool shape_signatures_member(struct jws_parts *p)
{
    strs_add(p->a, &p->extra,
             DER_CAT(p->a, STR("\"signatures\":["), signature_object(p), STR("]")));
    return true;
}

bool shape_general(struct jws_parts *p)
{
    return send_general(p, signature_object(p));
}

bool shape_two_signatures(struct jws_parts *p)
{
    str first = signature_object(p);
    if (!jws_sign_parts(p))
        return false;
    return send_general(p, DER_CAT(p->a, first, STR(","), signature_object(p)));
}

bool shape_compact(struct jws_parts *p)
{
    return send(p,
                DER_CAT(p->a, p->protected_b64, STR("."), p->payload_b64, STR("."),
                        p->signature_b64));
}

bool shape_array(struct jws_parts *p)
{
    return send(p, DER_CAT(p->a, STR("["), jws_write(p), STR("]")));
}

/* ---- members that are too many ---- */

static bool add_twin(struct jws_parts *p, const char *name, str text)
{
    str twin = arena_printf(p->a, "\"%s\":%s", name, json_quote(p->a, text).ptr);
    strs_add(p->a, &p->extra, twin);
    return true;
}

bool shape_duplicate_payload(struct jws_parts *p)
{
    str other = p->payload.len ? STR_NONE : STR("{}");
    return add_twin(p, "payload", b64url_encode(p->a, other));
}

bool shape_duplicate_protected(struct jws_parts *p)
{
    str other = DER_CAT(p->a, p->protected_json, STR(" "));
    return add_twin(p, "protected", b64url_encode(p->a, other));
}

bool shape_duplicate_signature(struct jws_parts *p)
{
    str zeros = { arena_alloc(p->a, 1, p->signature.len + 1), p->signature.len };
    return add_twin(p, "signature", b64url_encode(p->a, zeros));
}

bool shape_extra_outer(struct jws_parts *p)
{
    strs_add(p->a, &p->extra, STR("\"acmespec\":{\"unknown\":true}"));
    return true;
}

/* ---- bodies ---- */

bool shape_trailing_garbage(struct jws_parts *p)
{
    return send(p, DER_CAT(p->a, jws_write(p), STR("\nacmespec")));
}

bool shape_truncated(struct jws_parts *p)
{
    str body = jws_write(p);
    return send(p, str_copy(p->a, str_upto(body, body.len / 2)));
}

bool shape_empty_body(struct jws_parts *p)
{
    return send(p, STR_NONE);
}

bool shape_not_json(struct jws_parts *p)
{
    return send(p, STR("this is acmespec, and this is no JSON"));
}
