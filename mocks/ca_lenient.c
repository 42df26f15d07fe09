/* SPDX-License-Identifier: MIT */
/* Planted bugs of request authentication that are more than a check left out. */
#include "mocks/ca_lenient.h"

#include "crypto/b64url.h"

static bool on(const struct ca_call *call, enum bug bug)
{
    return bug_on(call->ca, bug);
}

/* --- the body --- */

static str flattened(struct ca_call *call, str header, str payload, str signature)
{
    json_t *out = json_keep(call->arena, json_object());
    json_object_set(out, "protected", json_string_of(call->arena, header));
    json_object_set(out, "payload", json_string_of(call->arena, payload));
    json_object_set(out, "signature", json_string_of(call->arena, signature));
    return json_text(call->arena, out);
}

static str from_compact(struct ca_call *call, str body)
{
    str header, payload, signature, rest = str_trim(body);
    if (rest.len == 0 || rest.ptr[0] == '{' || !str_cut(&rest, '.', &header)
        || !str_cut(&rest, '.', &payload) || !str_cut(&rest, '.', &signature))
        return body;
    return flattened(call, header, payload, signature);
}

/* Only the first of the signatures is looked at. */
static str from_general(struct ca_call *call, str body)
{
    struct jws jws;
    jws_peek(call->arena, body, &jws);
    json_t *first = json_array_get(json_object_get(jws.outer, "signatures"), 0);
    if (!first)
        return body;
    return flattened(call, json_member(first, "protected"), jws.payload_b64,
                     json_member(first, "signature"));
}

str ca_lenient_body(struct ca_call *call)
{
    str body = call->request->body;
    if (on(call, BUG_COMPACT_JWS))
        body = from_compact(call, body);
    if (on(call, BUG_GENERAL_JWS))
        body = from_general(call, body);
    return body;
}

bool ca_lenient_raw_payload(const struct ca_call *call)
{
    return on(call, BUG_B64_HONOURED)
        && json_is_false(json_object_get(call->jws.protected_header, "b64"));
}

static void merge_text(struct ca_call *call, json_t *header, const char *name, str *out)
{
    if (out->len == 0)
        *out = json_member(header, name);
    (void)call;
}

/* What a parser that keeps the first of two members of a name would have read. */
static void take_first(struct ca_call *call, str header, const char *name, str *out)
{
    str mark = arena_printf(call->arena, "\"%s\":\"", name);
    size_t at = str_find(header, mark);
    if (at == header.len)
        return;
    str value = str_from(header, at + mark.len);
    *out = str_upto(value, str_find_char(value, '"'));
}

static void take_first_members(struct ca_call *call)
{
    struct jws *jws = &call->jws;
    str header;
    if (!on(call, BUG_DUPLICATE_MEMBERS)
        || !b64url_decode_loosely(call->arena, jws->protected_b64, &header))
        return;
    take_first(call, header, "alg", &jws->alg);
    take_first(call, header, "nonce", &jws->nonce);
    take_first(call, header, "url", &jws->url);
    take_first(call, header, "kid", &jws->kid);
}

void ca_lenient_merge(struct ca_call *call)
{
    take_first_members(call);
    struct jws *jws = &call->jws;
    json_t *header = json_object_get(jws->outer, "header");
    if (ca_lenient_raw_payload(call))
        jws->payload = jws->payload_b64;
    if (!header || !on(call, BUG_UNPROTECTED_HEADER))
        return;
    if (!jws->protected_header)
        jws->protected_header = json_keep(call->arena, json_object());
    merge_text(call, header, "alg", &jws->alg);
    merge_text(call, header, "nonce", &jws->nonce);
    merge_text(call, header, "url", &jws->url);
    merge_text(call, header, "kid", &jws->kid);
    if (!jws->jwk)
        jws->jwk = json_object_get(header, "jwk");
}

/* --- the nonce --- */

/* A number as the bytes of a nonce. */
static str counted(struct ca_call *call, unsigned long number)
{
    char *bytes = arena_alloc(call->arena, 1, NONCE_BYTES + 1);
    for (size_t i = 0; i < sizeof number; i++)
        bytes[NONCE_BYTES - 1 - i] = (char)(number >> 8 * i & 0xff);
    return (str){ bytes, NONCE_BYTES };
}

str ca_lenient_nonce(struct ca_call *call, str bytes)
{
    struct ca *ca = call->ca;
    if (on(call, BUG_NONCE_COUNTER))
        return counted(call, ca->requests);
    if (on(call, BUG_NONCE_CLOCK))
        return counted(call, (unsigned long)ca_now(ca));
    return bytes;
}

bool ca_lenient_keeps_nonce(struct ca_call *call)
{
    str bytes;
    if (!on(call, BUG_NONCE_SPENT_LATE))
        return false;
    call->spent = b64url_decode_loosely(call->arena, call->jws.nonce, &bytes)
        && nonces_has(call->ca->nonces, bytes);
    return true;
}

void ca_lenient_spend_late(struct ca_call *call)
{
    str bytes;
    if (on(call, BUG_NONCE_SPENT_LATE)
        && b64url_decode_loosely(call->arena, call->jws.nonce, &bytes))
        nonces_spend(call->ca->nonces, bytes);
}

/* The values are of any use as addresses only. */
static const char givers[RESOURCE_COUNT + 1];

void ca_lenient_bind_nonce(struct ca_call *call, str bytes)
{
    struct store *store = &call->ca->store;
    enum resource giver = call->route ? call->route->resource : RESOURCE_OTHER;
    if (on(call, BUG_NONCE_OF_RESOURCE) && giver != RESOURCE_NEW_NONCE)
        table_put(&store->proven,
                  arena_printf(store->arena, "giver %.*s",
                               STR_ARG(b64url_encode(call->arena, bytes))),
                  (void *)(uintptr_t)&givers[giver]);
}

bool ca_lenient_elsewhere(struct ca_call *call)
{
    if (!on(call, BUG_NONCE_OF_RESOURCE))
        return false;
    const char *giver =
        table_find(&call->ca->store.proven,
                   arena_printf(call->arena, "giver %.*s", STR_ARG(call->jws.nonce)));
    return giver && giver != &givers[call->route->resource];
}

/* With BUG_NONCE_ANY only a list of used values is kept. */
static bool never_used(struct ca_call *call)
{
    struct store *store = &call->ca->store;
    str key = arena_printf(store->arena, "nonce %.*s", STR_ARG(call->jws.nonce));
    if (table_find(&store->proven, key))
        return false;
    table_put(&store->proven, key, store);
    return true;
}

bool ca_lenient_fresh(struct ca_call *call)
{
    if (on(call, BUG_NONCE_NOT_ON_GET) && call->jws.payload.len == 0)
        return true;
    return on(call, BUG_NONCE_ANY) && never_used(call);
}

/* --- the algorithm and the key --- */

static bool is_none(str alg)
{
    return str_eq_nocase(alg, STR("none"));
}

bool ca_lenient_alg(struct ca_call *call)
{
    str alg = call->jws.alg;
    return (alg.len == 0 && on(call, BUG_ALG_MISSING))
        || (is_none(alg) && on(call, BUG_ALG_NONE))
        || (str_starts(alg, "HS") && on(call, BUG_ALG_MAC));
}

bool ca_lenient_key_alg(struct ca_call *call, const struct jws *jws,
                        const struct key *key)
{
    (void)key;
    return ca_lenient_alg(call) || on(call, BUG_ALG_UNCHECKED)
        || (on(call, BUG_INNER_ALG_NONE) && is_none(jws->alg));
}

json_t *ca_lenient_jwk(struct ca_call *call, json_t *jwk)
{
    str modulus;
    if (!on(call, BUG_LEADING_ZERO_KEPT)
        || !b64url_decode(call->arena, json_member(jwk, "n"), &modulus)
        || modulus.len == 0 || modulus.ptr[0] != 0)
        return jwk;
    json_t *spelled = json_keep(call->arena, json_copy(jwk));
    json_object_set(
        spelled, "n",
        json_string_of(call->arena, b64url_encode(call->arena, str_from(modulus, 1))));
    return spelled;
}

str ca_lenient_thumbprint(struct ca_call *call, str thumbprint)
{
    if (!on(call, BUG_THUMBPRINT_WHOLE_JWK))
        return thumbprint;
    return b64url_encode(call->arena,
                         sha256(call->arena, json_text(call->arena, call->jws.jwk)));
}

void ca_lenient_find_by_key(struct ca_call *call)
{
    if (call->route->signer == BY_KID && on(call, BUG_JWK_EVERYWHERE))
        call->account = store_account_of_key(&call->ca->store, call->thumbprint);
}

bool ca_lenient_kid(struct ca_call *call, str *id)
{
    if (!on(call, BUG_KID_LAST_PART))
        return false;
    str rest = call->jws.kid;
    while (str_find_char(rest, '/') < rest.len)
        rest = str_from(rest, str_find_char(rest, '/') + 1);
    *id = rest;
    return true;
}

/* --- the signature --- */

static bool verifies_as(struct ca_call *call, const char *alg)
{
    struct jws jws = call->jws;
    jws.alg = str_of(alg);
    return jws_verify(call->arena, &jws, call->key);
}

/* With both, the jwk verifies, and the kid says for whom. */
static bool verifies_by_jwk(struct ca_call *call)
{
    struct err err;
    const struct jws *jws = &call->jws;
    if (!on(call, BUG_JWK_AND_KID) || !jws->jwk || jws->kid.len == 0)
        return false;
    struct key *key = key_from_jwk(call->arena, jws->jwk, &err);
    return key && jws_verify(call->arena, jws, key);
}

static bool verifies_loosely(struct ca_call *call)
{
    const struct jws *jws = &call->jws;
    bool derived =
        on(call, BUG_ALG_UNCHECKED) || (on(call, BUG_ALG_MISSING) && jws->alg.len == 0);
    if (derived && verifies_as(call, key_alg(call->key)))
        return true;
    if (on(call, BUG_OLD_KEY_WORKS) && call->account && call->account->old_key)
        return jws_verify(call->arena, jws, call->account->old_key);
    return on(call, BUG_ALG_MAC) && str_starts(jws->alg, "HS")
        && jws_verify_mac(call->arena, jws, key_public_der(call->arena, call->key));
}

bool ca_lenient_signature(struct ca_call *call)
{
    const struct jws *jws = &call->jws;
    if (!call->key)
        return false;
    if (on(call, BUG_POST_AS_GET_UNSIGNED) && jws->payload.len == 0)
        return true;
    if (on(call, BUG_SIGNATURE_MEMBER_MISSING) && jws->signature.len == 0)
        return true;
    if (on(call, BUG_ALG_NONE) && is_none(jws->alg))
        return true;
    if (on(call, BUG_NEW_ACCOUNT_UNVERIFIED)
        && call->route->resource == RESOURCE_NEW_ACCOUNT)
        return true;
    return verifies_by_jwk(call) || verifies_loosely(call);
}

/* --- the url --- */

/* A URL without query and final slashes, in lower case as far as the host goes. */
static str normal(struct ca_call *call, str url)
{
    struct url u;
    if (!url_parse(call->arena, url, &u))
        return url;
    str path = str_upto(u.path, str_find_char(u.path, '?'));
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    return arena_printf(call->arena, "%.*s:%d%.*s", STR_ARG(u.host), u.port,
                        STR_ARG(path));
}

/* `one` may be a path already. */
static bool same_path(struct ca_call *call, str one, str other)
{
    struct url u, v;
    if (!url_parse(call->arena, other, &v))
        return false;
    return str_eq(one, v.path)
        || (url_parse(call->arena, one, &u) && str_eq(u.path, v.path));
}

bool ca_lenient_url(struct ca_call *call, str want)
{
    str got = call->jws.url;
    if (on(call, BUG_URL_PATH_ONLY) && same_path(call, got, want))
        return true;
    if (on(call, BUG_URL_MISSING) && got.len == 0)
        return true;
    return on(call, BUG_URL_NORMALIZED)
        && str_eq_nocase(normal(call, got), normal(call, want));
}

/* --- the account --- */

bool ca_lenient_account(struct ca_call *call)
{
    enum resource resource = call->route->resource;
    return (on(call, BUG_DEACTIVATED_READS) && call->jws.payload.len == 0)
        || (on(call, BUG_DEACTIVATED_FINALIZES) && resource == RESOURCE_FINALIZE)
        || (on(call, BUG_DEACTIVATED_ROLLS_OVER) && resource == RESOURCE_KEY_CHANGE)
        || (on(call, BUG_DEACTIVATED_UPDATES) && resource == RESOURCE_ACCOUNT);
}
