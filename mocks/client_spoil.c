/* SPDX-License-Identifier: MIT */
/* Planted bugs in the JWS of the mock client: each a tamper of crypto/tamper.h, or a
 * merge patch on the protected header. */
#include "crypto/b64url.h"
#include "mocks/client_inside.h"

/* clang-format off */
static const struct {
    enum bug bug;
    const char *tamper; /* or NULL */
    const char *patch;  /* or NULL */
} rows[] = {
    { BUG_CLIENT_PADDED, "padded-payload", NULL },
    { BUG_CLIENT_WRONG_KEY, "signature-bit", NULL },
    { BUG_CLIENT_GENERAL, "general", NULL },
    { BUG_CLIENT_TWO_SIGNATURES, "two-signatures", NULL },
    { BUG_CLIENT_UNENCODED, "unencoded-payload", NULL },
    { BUG_CLIENT_UNPROTECTED, "unprotected-header", NULL },
    { BUG_CLIENT_DETACHED, "no-payload", NULL },
    { BUG_CLIENT_NO_ALG, NULL, "{\"alg\":null}" },
    { BUG_CLIENT_ALG_NONE, "alg-none", NULL },
    { BUG_CLIENT_HMAC, "hmac-as-public-key", NULL },
    { BUG_CLIENT_NO_NONCE, NULL, "{\"nonce\":null}" },
    { BUG_CLIENT_NO_URL, NULL, "{\"url\":null}" },
    { BUG_CLIENT_DER_SIGNATURE, "der-signature", NULL },
    { BUG_CLIENT_URL_OUTSIDE, "unprotected-url", NULL },
    { BUG_CLIENT_NONCE_OUTSIDE, "unprotected-nonce", NULL },
};
/* clang-format on */

/* "https://..." as "HTTPS://...": the same resource, and another text. */
static str in_capitals(struct arena *step, str url)
{
    str rest = str_from(url, str_find(url, STR("://")));
    return arena_printf(step, "HTTPS%.*s", STR_ARG(rest));
}

static void patch_member(struct arena *step, struct jws_spec *spec, const char *member,
                         json_t *value)
{
    json_t *patch = json_keep(step, json_object());
    if (spec->protected_patch)
        json_object_update(patch, spec->protected_patch);
    json_object_set(patch, member, value);
    spec->protected_patch = patch;
}

static void spoil_keys(const struct client *c, struct arena *step, struct jws_spec *spec)
{
    json_t *jwk = key_jwk(step, spec->key);
    if (client_bug(c, BUG_CLIENT_BOTH_KEYS) && spec->kid.len)
        patch_member(step, spec, "jwk", jwk);
    if (client_bug(c, BUG_CLIENT_PRIVATE_JWK) && !spec->kid.len) {
        json_object_set(jwk, "d", json_string_of(step, STR("AAAA")));
        patch_member(step, spec, "jwk", jwk);
    }
}

static void set_text(struct arena *step, json_t *jwk, const char *member, str text)
{
    json_object_set(jwk, member, json_string_of(step, text));
}

/* A coordinate as a big number's bytes come, as short as may be. */
static str without_zeros(struct arena *step, str text)
{
    str bytes;
    if (!b64url_decode(step, text, &bytes))
        return text;
    while (bytes.len && bytes.ptr[0] == '\0')
        bytes = str_from(bytes, 1);
    return b64url_encode(step, bytes);
}

/* Keys that are written in a way of their own; `jwk` is a copy. */
static void spoil_jwk(const struct client *c, struct arena *step, struct jws_spec *spec)
{
    json_t *jwk = json_keep(step, json_copy(key_jwk(step, spec->key)));
    if (client_bug(c, BUG_CLIENT_EC_SHORT)) {
        str x = json_member(jwk, "x");
        set_text(step, jwk, "x", str_upto(x, x.len - (x.len > 0)));
    }
    if (client_bug(c, BUG_CLIENT_EC_ZERO))
        set_text(step, jwk, "x", without_zeros(step, json_member(jwk, "x")));
    if (client_bug(c, BUG_CLIENT_RSA_ZERO))
        set_text(step, jwk, "n",
                 arena_printf(step, "AAAA%.*s", STR_ARG(json_member(jwk, "n"))));
    if (client_bug(c, BUG_CLIENT_OKP_Y))
        set_text(step, jwk, "y", STR(""));
    if (!json_equal(jwk, key_jwk(step, spec->key)))
        patch_member(step, spec, "jwk", jwk);
}

/* Each octet with a zero one behind it, as Windows keeps its texts. */
static str in_utf_16(struct arena *step, str text)
{
    char *out = arena_alloc(step, 2, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        out[2 * i] = text.ptr[i];
        out[2 * i + 1] = '\0';
    }
    return (str){ out, 2 * text.len };
}

enum { ROOM = 4000 }; /* of a payload, for a planted bug */

void client_spoil(const struct client *c, struct arena *step, struct jws_spec *spec)
{
    struct err ignored;
    if (!c->bugs || !spec->key)
        return;
    for (size_t i = 0; i < countof(rows); i++) {
        if (!client_bug(c, rows[i].bug))
            continue;
        if (rows[i].tamper)
            strs_add(step, &spec->tampers, str_of(rows[i].tamper));
        if (rows[i].patch)
            spec->protected_patch = json_read(step, str_of(rows[i].patch), &ignored);
    }
    if (client_bug(c, BUG_CLIENT_OTHER_URL))
        spec->url = in_capitals(step, spec->url);
    if (client_bug(c, BUG_CLIENT_NONCE_TEXT))
        spec->nonce = arena_printf(step, "\"%.*s\"", STR_ARG(spec->nonce));
    if (client_bug(c, BUG_CLIENT_UTF_16))
        spec->payload = in_utf_16(step, spec->payload);
    if (client_bug(c, BUG_CLIENT_ES512_SHORT) && key_type_of(spec->key) == KEY_P521)
        strs_add(step, &spec->tampers, STR("short-signature"));
    if (client_bug(c, BUG_CLIENT_ES256_ALWAYS) && key_type_of(spec->key) != KEY_P256)
        patch_member(step, spec, "alg", json_keep(step, json_string("ES256")));
    if (client_bug(c, BUG_CLIENT_BODY_ROOM) && spec->payload.len > ROOM)
        strs_add(step, &spec->tampers, STR("payload-after"));
    if (client_bug(c, BUG_CLIENT_OKP_ALG))
        patch_member(step, spec, "alg", json_keep(step, json_string("Ed25519")));
    spoil_keys(c, step, spec);
    if (!spec->kid.len)
        spoil_jwk(c, step, spec);
}
