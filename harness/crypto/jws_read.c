/* SPDX-License-Identifier: MIT */
/* Taking a JWS apart: strictly, as a server must, or as far as it goes, for printing; and
 * verifying what was taken apart. */
#include "crypto/b64url.h"
#include "crypto/jws.h"

#include "base/buf.h"

/* ---- strictly ---- */

static bool read_outer(struct arena *a, str body, struct jws *out, struct err *err)
{
    if (body.len > CEILING_BODY)
        return err_set(err, "the body has %zu bytes, more than a JWS may have here",
                       body.len);
    out->outer = json_read(a, body, err);
    if (!out->outer)
        return err_at(err, "the body is no JSON text");
    if (!json_is_object(out->outer))
        return err_set(err,
                       "the body is a JSON %s, not the object of the flattened JWS JSON "
                       "serialization (RFC 7515 7.2.2)",
                       json_type_name(out->outer));
    if (json_object_get(out->outer, "signatures"))
        return err_set(err,
                       "\"signatures\" is there: the JWS must be in the flattened "
                       "serialization and have one signature (RFC 8555 6.2)");
    if (json_object_get(out->outer, "header"))
        return err_set(err,
                       "\"header\" is there: the JWS unprotected header must not be used "
                       "(RFC 8555 6.2)");
    return true;
}

static bool read_member(struct arena *a, const struct jws *jws, const char *name,
                        str *b64, str *bytes, struct err *err)
{
    json_t *value = json_object_get(jws->outer, name);
    if (!value)
        return err_set(err, "\"%s\" is missing%s (RFC 7515 7.2.2, RFC 8555 6.2)", name,
                       strcmp(name, "payload") == 0 ? ": the payload must not be detached"
                                                    : "");
    if (!json_is_string(value))
        return err_set(err, "\"%s\" is a %s, not a string (RFC 7515 7.2.2)", name,
                       json_type_name(value));
    *b64 = json_str(value);
    return b64url_decode(a, *b64, bytes)
        || err_set(err, "\"%s\" is not base64url without padding (RFC 8555 6.1)", name);
}

/* RFC 7797 6 asks for "b64" in "crit"; no extension is understood here, so "crit" alone
 * is enough to refuse (RFC 7515 4.1.11: "If any of the listed extension Header Parameters
 * are not understood and supported by the recipient, then the JWS is invalid"). */
static bool no_extensions(const struct jws *jws, struct err *err)
{
    if (json_object_get(jws->protected_header, "b64"))
        return err_set(err,
                       "\"b64\" is there: the unencoded payload option must not be used "
                       "(RFC 8555 6.2)");
    if (json_object_get(jws->protected_header, "crit"))
        return err_set(err,
                       "\"crit\" is there, and no extension is understood here (RFC 7515 "
                       "4.1.11)");
    return true;
}

static bool read_text(const struct jws *jws, const char *name, str *out, struct err *err)
{
    json_t *value = json_object_get(jws->protected_header, name);
    if (value && !json_is_string(value))
        return err_set(err, "\"%s\" of the protected header is a %s, not a string", name,
                       json_type_name(value));
    *out = json_str(value);
    return true;
}

static bool read_fields(struct jws *out, struct err *err)
{
    out->jwk = json_object_get(out->protected_header, "jwk");
    if (out->jwk && !json_is_object(out->jwk)) {
        out->jwk = NULL;
        return err_set(err,
                       "\"jwk\" of the protected header is no JSON object (RFC 7517 4)");
    }
    return read_text(out, "alg", &out->alg, err)
        && read_text(out, "nonce", &out->nonce, err)
        && read_text(out, "url", &out->url, err) && read_text(out, "kid", &out->kid, err);
}

static bool read_header(struct arena *a, str text, struct jws *out, struct err *err)
{
    json_t *header = json_read(a, text, err);
    if (!header)
        return err_at(err, "the protected header is no JSON text");
    if (!json_is_object(header))
        return err_set(err,
                       "the protected header is a JSON %s, not an object (RFC 7515 4)",
                       json_type_name(header));
    out->protected_header = header;
    return read_fields(out, err) && no_extensions(out, err);
}

static const struct jws nothing = {
    .protected_b64 = STR_INIT(""),
    .payload_b64 = STR_INIT(""),
    .signature_b64 = STR_INIT(""),
    .payload = STR_INIT(""),
    .signature = STR_INIT(""),
    .alg = STR_INIT(""),
    .nonce = STR_INIT(""),
    .url = STR_INIT(""),
    .kid = STR_INIT(""),
};

bool jws_read(struct arena *a, str body, struct jws *out, struct err *err)
{
    str header;
    *out = nothing;
    return read_outer(a, body, out, err)
        && read_member(a, out, "protected", &out->protected_b64, &header, err)
        && read_member(a, out, "payload", &out->payload_b64, &out->payload, err)
        && read_member(a, out, "signature", &out->signature_b64, &out->signature, err)
        && read_header(a, header, out, err);
}

/* ---- as far as it goes ---- */

/* Duplicate members are let pass here: the last one is shown. */
static json_t *peek_json(struct arena *a, str text)
{
    if (text.len == 0 || text.len > CEILING_BODY)
        return NULL;
    return json_keep(a, json_loadb(text.ptr, text.len, JSON_ALLOW_NUL, NULL));
}

static str peek_bytes(struct arena *a, str b64)
{
    str bytes;
    return b64url_decode_loosely(a, b64, &bytes) ? bytes : STR_NONE;
}

void jws_peek(struct arena *a, str body, struct jws *out)
{
    *out = nothing;
    out->outer = peek_json(a, body);
    out->protected_b64 = json_member(out->outer, "protected");
    out->payload_b64 = json_member(out->outer, "payload");
    out->signature_b64 = json_member(out->outer, "signature");
    out->payload = peek_bytes(a, out->payload_b64);
    out->signature = peek_bytes(a, out->signature_b64);
    json_t *header = peek_json(a, peek_bytes(a, out->protected_b64));
    out->protected_header = json_is_object(header) ? header : NULL;
    out->alg = json_member(out->protected_header, "alg");
    out->nonce = json_member(out->protected_header, "nonce");
    out->url = json_member(out->protected_header, "url");
    out->kid = json_member(out->protected_header, "kid");
    out->jwk = json_object_get(out->protected_header, "jwk");
}

/* ---- verifying ---- */

/* RFC 7515 5.2, step 8: over the strings as they came, never encoded again. */
static str signed_text(struct arena *a, const struct jws *jws)
{
    struct buf text = buf_new(a, SIZE_MAX / 2);
    buf_add(&text, jws->protected_b64);
    buf_add_char(&text, '.');
    buf_add(&text, jws->payload_b64);
    return buf_str(&text);
}

bool jws_verify(struct arena *a, const struct jws *jws, const struct key *key)
{
    return key_verify(a, key, jws->alg, signed_text(a, jws), jws->signature);
}

bool jws_verify_mac(struct arena *a, const struct jws *jws, str mac_key)
{
    str text = signed_text(a, jws), mac;
    if (str_is(jws->alg, "HS256"))
        mac = hmac_sha256(a, mac_key, text);
    else if (str_is(jws->alg, "HS384"))
        mac = hmac_sha384(a, mac_key, text);
    else if (str_is(jws->alg, "HS512"))
        mac = hmac_sha512(a, mac_key, text);
    else
        return false;
    return bytes_equal(mac, jws->signature);
}
