/* SPDX-License-Identifier: MIT */
/* Making a JWS: the protected header as ordered members, a merge patch over it, and three
 * places where tampers of crypto/tamper.h may step in. */
#include "crypto/jws.h"

#include "base/buf.h"
#include "crypto/b64url.h"
#include "crypto/key_inside.h"
#include "crypto/tamper.h"

/* ---- the protected header ---- */

static str alg_of(const struct jws_spec *spec)
{
    if (spec->alg.len)
        return spec->alg;
    return spec->mac_key.len ? STR("HS256") : str_of(key_alg(spec->key));
}

static void set(struct jws_parts *p, json_t *header, const char *name, str value)
{
    if (value.len)
        json_object_set(header, name, json_string_of(p->a, value));
}

/* The order is that of the RFC's examples. */
static void build_header(struct jws_parts *p)
{
    const struct jws_spec *spec = p->spec;
    json_t *header = json_keep(p->a, json_object());
    set(p, header, "alg", alg_of(spec));
    if (!spec->kid.len && !spec->mac_key.len)
        json_object_set(header, "jwk", key_jwk(p->a, spec->key));
    set(p, header, "kid", spec->kid);
    set(p, header, "nonce", spec->nonce);
    set(p, header, "url", spec->url);
    if (spec->protected_patch)
        header = json_merge(p->a, header, spec->protected_patch);
    p->alg = json_member(header, "alg");
    p->protected_json = json_text(p->a, header);
}

/* ---- the signature ---- */

static str signing_input(const struct jws_parts *p)
{
    struct buf input = buf_new(p->a, SIZE_MAX / 2);
    buf_add(&input, p->protected_b64);
    buf_add_char(&input, '.');
    buf_add(&input, p->payload_b64);
    return buf_str(&input);
}

static str mac(struct arena *a, str alg, str key, str input)
{
    if (str_is(alg, "HS512"))
        return hmac_sha512(a, key, input);
    return str_is(alg, "HS384") ? hmac_sha384(a, key, input) : hmac_sha256(a, key, input);
}

bool jws_sign_parts(struct jws_parts *p)
{
    str input = signing_input(p);
    if (p->mac_key.len)
        p->signature = mac(p->a, p->alg, p->mac_key, input);
    else if (!key_sign_as(p->a, p->spec->key, p->alg, input, &p->signature, p->err))
        return false;
    p->signature_b64 = b64url_encode(p->a, p->signature);
    return true;
}

/* ---- the body ---- */

static void add_member(struct buf *out, bool left_out, const char *name, str text)
{
    if (left_out)
        return;
    str quoted = json_quote(out->arena, text);
    buf_addf(out, "%s\"%s\":", out->len > 1 ? "," : "", name);
    buf_add(out, quoted);
}

str jws_write(const struct jws_parts *p)
{
    if (p->whole)
        return p->body;
    struct buf out = buf_new(p->a, SIZE_MAX / 2);
    buf_add_char(&out, '{');
    add_member(&out, p->no_protected, "protected", p->protected_b64);
    if (p->unprotected) {
        buf_add(&out, out.len > 1 ? STR(",\"header\":") : STR("\"header\":"));
        buf_add(&out, json_text(p->a, p->unprotected));
    }
    add_member(&out, p->no_payload, "payload", p->payload_b64);
    add_member(&out, p->no_signature, "signature", p->signature_b64);
    for (size_t i = 0; i < p->extra.count; i++) {
        buf_add(&out, out.len > 1 ? STR(",") : STR(""));
        buf_add(&out, p->extra.item[i]);
    }
    buf_add_char(&out, '}');
    return buf_str(&out);
}

/* ---- all of it ---- */

enum moment { BEFORE, ENCODED, AFTER };

static bool run_tampers(struct jws_parts *p, enum moment moment)
{
    for (size_t i = 0; i < p->spec->tampers.count; i++) {
        const struct tamper *tamper = tamper_find(p->spec->tampers.item[i]);
        tamper_hook *hook = moment == BEFORE ? tamper->before
            : moment == ENCODED              ? tamper->encoded
                                             : tamper->after;
        if (hook && !hook(p))
            return err_at(p->err, "tamper %s", tamper->name);
    }
    return true;
}

static bool know_tampers(const struct jws_spec *spec, struct err *err)
{
    for (size_t i = 0; i < spec->tampers.count; i++)
        if (!tamper_find(spec->tampers.item[i]))
            return err_set(err,
                           "there is no tamper \"%.*s\"; acmespec help tamper lists them",
                           STR_ARG(str_upto(spec->tampers.item[i], 60)));
    return true;
}

static void encode(struct jws_parts *p)
{
    p->protected_b64 = b64url_encode(p->a, p->protected_json);
    p->payload_b64 = b64url_encode(p->a, p->payload);
}

bool jws_sign(struct arena *a, const struct jws_spec *spec, str *body, struct err *err)
{
    struct jws_parts p = {
        .a = a,
        .spec = spec,
        .err = err,
        .payload = str_upto(spec->payload, spec->payload.len),
        .mac_key = spec->mac_key,
    };
    if (!spec->key && !spec->mac_key.len)
        return err_set(err, "a JWS needs a key or a MAC key to be signed with");
    if (!know_tampers(spec, err))
        return false;
    build_header(&p);
    if (!run_tampers(&p, BEFORE))
        return false;
    encode(&p);
    if (!run_tampers(&p, ENCODED) || !jws_sign_parts(&p) || !run_tampers(&p, AFTER))
        return false;
    *body = jws_write(&p);
    return true;
}
