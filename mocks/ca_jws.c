/* SPDX-License-Identifier: MIT */
/* Request authentication (RFC 8555 6.2 to 6.5): a JWS is taken apart, its nonce spent,
 * and every rule checked in the order of the RFC. */
#include "crypto/b64url.h"
#include "mocks/ca_inside.h"
#include "mocks/ca_lenient.h"

/* --- the nonce --- */

str ca_new_nonce(struct ca_call *call)
{
    struct ca *ca = call->ca;
    str bytes = ca_lenient_nonce(
        call, store_random(&ca->store, DRAW_NONCE, call->arena, NONCE_BYTES));
    if (!call->problem || !bug_on(ca, BUG_ERROR_NONCE_FORGOTTEN))
        nonces_add(ca->nonces, bytes);
    ca_lenient_bind_nonce(call, bytes);
    return b64url_encode(call->arena, bytes);
}

/* RFC 8555 6.5: "Once a nonce value has appeared in an ACME request, the server MUST
 * consider it invalid" -- so it goes before anything else is looked at. */
static void spend_nonce(struct ca_call *call)
{
    str bytes;
    struct ca *ca = call->ca;
    if (!b64url_decode_loosely(call->arena, call->jws.nonce, &bytes))
        return;
    if (bug_on(ca, BUG_NONCE_REUSE))
        call->spent = nonces_has(ca->nonces, bytes);
    else if (!ca_lenient_keeps_nonce(call))
        call->spent = nonces_spend(ca->nonces, bytes);
}

void ca_jws_read(struct ca_call *call)
{
    str body = ca_lenient_body(call);
    call->has_jws = true;
    call->strict = jws_read(call->arena, body, &call->jws, &call->unread);
    if (!call->strict) {
        jws_peek(call->arena, body, &call->jws);
        ca_lenient_merge(call);
        call->has_jws = call->jws.protected_header != NULL;
    }
    call->info.jws = call->has_jws ? &call->jws : NULL;
    spend_nonce(call);
}

/* --- the form of the message: RFC 8555 6.1, 6.2; RFC 7515 --- */

/* Planted: names of headers, with case. */
static bool is_spelled_so(const struct ca_call *call, const char *name)
{
    const struct headers *list = &call->request->headers;
    for (size_t i = 0; i < list->count; i++)
        if (str_is(list->item[i].name, name))
            return true;
    return false;
}

/* RFC 9110 8.3.1: media types are compared without case, and may have parameters. */
static bool has_content_type(struct ca_call *call)
{
    if (bug_on(call->ca, BUG_HEADER_NAMES_CASE) && !is_spelled_so(call, "Content-Type"))
        return ca_why(call, "there is no Content-Type");
    const str *type = headers_find(&call->request->headers, "Content-Type");
    if (bug_on(call->ca, BUG_CONTENT_TYPE_CASE) && type
        && !str_is(*type, "application/jose+json"))
        return ca_why(call, "the Content-Type is spelled otherwise");
    return media_type_is(&call->request->headers, "application/jose+json")
        || ca_why(call, "the Content-Type has to be application/jose+json");
}

static bool is_object(struct ca_call *call)
{
    struct err err;
    if (call->strict)
        return true;
    json_t *outer = json_read(call->arena, call->request->body, &err);
    if (!outer)
        return ca_why(call, "the body is no JSON text: %s", err.text);
    return json_is_object(outer) || ca_why(call, "the body is no JSON object");
}

static bool is_flattened(struct ca_call *call)
{
    if (bug_on(call->ca, BUG_JWS_MEMBERS_REFUSED)
        && json_object_size(call->jws.outer) > 3)
        return ca_why(call, "the JWS has more than three members");
    return call->strict || !json_object_get(call->jws.outer, "signatures")
        || ca_why(call, "the flattened serialization has no \"signatures\"");
}

static bool has_no_header(struct ca_call *call)
{
    return call->strict || !json_object_get(call->jws.outer, "header")
        || ca_why(call, "the unprotected \"header\" must not be used");
}

static bool has_text(struct ca_call *call, const char *member)
{
    return call->strict || json_is_string(json_object_get(call->jws.outer, member))
        || ca_why(call, "the JWS has no string \"%s\"", member);
}

static bool has_protected(struct ca_call *call)
{
    return has_text(call, "protected");
}

static bool has_payload(struct ca_call *call)
{
    return has_text(call, "payload");
}

static bool has_signature(struct ca_call *call)
{
    return has_text(call, "signature");
}

static bool is_unpadded(struct ca_call *call)
{
    const struct jws *jws = &call->jws;
    return call->strict
        || (!str_contains(jws->protected_b64, STR("="))
            && !str_contains(jws->payload_b64, STR("="))
            && !str_contains(jws->signature_b64, STR("=")))
        || ca_why(call, "base64url values must not be padded with \"=\"");
}

static bool is_base64url(struct ca_call *call)
{
    const struct jws *jws = &call->jws;
    const str part[] = { jws->protected_b64, jws->payload_b64, jws->signature_b64 };
    for (size_t i = 0; i < countof(part) && !call->strict; i++) {
        str bytes;
        if (i == 1 && ca_lenient_raw_payload(call))
            continue;
        if (!str_contains(part[i], STR("="))
            && !b64url_decode(call->arena, part[i], &bytes))
            return ca_why(call, "a value is not in canonical base64url");
    }
    return true;
}

static bool has_good_header(struct ca_call *call)
{
    struct err err;
    str text;
    if (call->strict)
        return true;
    if (!b64url_decode_loosely(call->arena, call->jws.protected_b64, &text))
        return ca_why(call, "\"protected\" is not base64url");
    json_t *header = json_read(call->arena, text, &err);
    if (!header)
        return ca_why(call, "the protected header is no JSON text: %s", err.text);
    return json_is_object(header) || ca_why(call, "the protected header is no object");
}

static bool has_encoded_payload(struct ca_call *call)
{
    return call->strict || !json_object_get(call->jws.protected_header, "b64")
        || ca_why(call, "the unencoded payload option (\"b64\") must not be used");
}

static bool has_no_crit(struct ca_call *call)
{
    return call->strict || !json_object_get(call->jws.protected_header, "crit")
        || json_object_get(call->jws.protected_header, "b64")
        || ca_why(call, "no extension named in \"crit\" is understood here");
}

/* Whatever else jws_read refused. */
static bool is_well_formed(struct ca_call *call)
{
    return call->strict || call->let_off
        || ca_why(call, "the body is no JWS: %s", call->unread.text);
}

/* --- alg: RFC 8555 6.2 --- */

bool ca_alg_supported(const struct ca *ca, str alg)
{
    if (str_is(alg, "ES256"))
        return !bug_on(ca, BUG_NO_ES256);
    if (str_is(alg, "EdDSA"))
        return !bug_on(ca, BUG_NO_EDDSA);
    return str_is(alg, "ES384") || str_is(alg, "ES512") || str_is(alg, "RS256");
}

static bool has_alg(struct ca_call *call)
{
    return call->jws.alg.len > 0
        || ca_why(call, "the protected header has no string \"alg\"");
}

/* Planted: a second list of algorithms, for requests with a kid. */
static bool is_on_kid_list(const struct ca_call *call)
{
    return call->jws.kid.len == 0 || str_is(call->jws.alg, "RS256")
        || !bug_on(call->ca, BUG_KID_RSA_ONLY);
}

static bool has_known_alg(struct ca_call *call)
{
    return (ca_alg_supported(call->ca, call->jws.alg) && is_on_kid_list(call))
        || ca_lenient_alg(call)
        || ca_why(call, "the algorithm \"%.*s\" is not supported",
                  STR_ARG(str_upto(call->jws.alg, 40)));
}

/* --- nonce: RFC 8555 6.5, 6.5.2 --- */

static bool has_good_nonce(struct ca_call *call)
{
    str bytes;
    return b64url_decode(call->arena, call->jws.nonce, &bytes)
        || ca_why(call, "the nonce is not base64url");
}

static bool has_nonce(struct ca_call *call)
{
    return call->jws.nonce.len > 0
        || ca_why(call, "the protected header has no \"nonce\"");
}

static bool has_fresh_nonce(struct ca_call *call)
{
    return (call->spent && !ca_lenient_elsewhere(call)) || call->jws.nonce.len == 0
        || ca_lenient_fresh(call)
        || ca_why(call, "the nonce \"%.*s\" was not given out here or is spent",
                  STR_ARG(str_upto(call->jws.nonce, 60)));
}

/* --- url: RFC 8555 6.4 --- */

static bool has_url(struct ca_call *call)
{
    return call->jws.url.len > 0 || ca_why(call, "the protected header has no \"url\"");
}

/* RFC 8555 6.4: "the corresponding string equality check". */
static bool has_this_url(struct ca_call *call)
{
    str want = arena_printf(call->arena, "%.*s%.*s", STR_ARG(call->ca->base),
                            STR_ARG(call->target));
    return str_eq(call->jws.url, want) || ca_lenient_url(call, want)
        || ca_why(call, "\"url\" is \"%.*s\" and the request was sent to \"%.*s\"",
                  STR_ARG(str_upto(call->jws.url, 300)), STR_ARG(want));
}

/* --- jwk or kid: RFC 8555 6.2 --- */

static bool has_one_of_both(struct ca_call *call)
{
    return !call->jws.jwk || !json_object_get(call->jws.protected_header, "kid")
        || ca_why(call, "\"jwk\" and \"kid\" are mutually exclusive");
}

static bool has_jwk_or_kid(struct ca_call *call)
{
    return call->jws.jwk || call->jws.kid.len > 0
        || ca_why(call, "the protected header has neither \"jwk\" nor \"kid\"");
}

static bool has_right_kind(struct ca_call *call)
{
    enum signer wanted = call->route->signer;
    bool kid = call->jws.kid.len > 0;
    if (wanted == BY_JWK && kid && !call->jws.jwk)
        return ca_why(call, "this resource wants a \"jwk\", not a \"kid\"");
    if (wanted == BY_KID && !kid)
        return ca_why(call, "this resource wants a \"kid\", not a \"jwk\"");
    return true;
}

/* Whether the jwk decides: with a bug both may be there. */
static bool by_jwk(const struct ca_call *call)
{
    return call->jws.jwk && (call->jws.kid.len == 0 || call->route->signer == BY_JWK);
}

/* RFC 8555 6.2: badPublicKey; RFC 7518 3.3: "A key of size 2048 bits or larger". */
struct key *ca_account_key(struct ca_call *call, struct arena *a, const struct jws *jws)
{
    struct err err;
    struct key *key = key_from_jwk(a, ca_lenient_jwk(call, jws->jwk), &err);
    if (!key) {
        ca_why(call, "the public key is refused: %s", err.text);
        return NULL;
    }
    enum key_type type = key_type_of(key);
    if ((type == KEY_RSA1024 && !bug_on(call->ca, BUG_WEAK_ACCOUNT_KEY))
        || type == KEY_SECP256K1
        || (type == KEY_P256 && bug_on(call->ca, BUG_P256_REFUSED))) {
        ca_why(call, "the public key is refused: %s is %s", key_type_names[type],
               type == KEY_RSA1024 ? "too weak; RSA needs 2048 bits"
                                   : "a curve that is not supported");
        return NULL;
    }
    if (!str_is(jws->alg, key_alg(key)) && !ca_lenient_key_alg(call, jws, key)) {
        ca_why(call, "the public key is a %s key, which does not fit the algorithm %.*s",
               key_type_names[type], STR_ARG(str_upto(jws->alg, 40)));
        return NULL;
    }
    return key;
}

static bool has_good_key(struct ca_call *call)
{
    struct err err;
    if (!by_jwk(call))
        return true;
    if (bug_on(call->ca, BUG_JWK_MEMBERS_REFUSED) && json_object_size(call->jws.jwk) > 4)
        return ca_why(call, "the JWK has a further member");
    call->key = ca_account_key(call, call->arena, &call->jws);
    if (!call->key)
        return false;
    if (!jwk_thumbprint(call->arena, call->jws.jwk, &call->thumbprint, &err))
        return ca_why(call, "the public key has no thumbprint: %s", err.text);
    call->thumbprint = ca_lenient_thumbprint(call, call->thumbprint);
    return true;
}

static bool has_known_account(struct ca_call *call)
{
    struct ca *ca = call->ca;
    if (by_jwk(call)) {
        ca_lenient_find_by_key(call);
        return call->route->signer != BY_KID || call->account
            || ca_why(call, "there is no account with this key");
    }
    str kid = call->jws.kid, id = ca_url_id(ca, kid, "/account/");
    if (id.len || ca_lenient_kid(call, &id))
        call->account = table_find(&ca->store.accounts, id);
    if (!call->account)
        return ca_why(call, "there is no account \"%.*s\"", STR_ARG(str_upto(kid, 300)));
    call->key = call->account->key;
    return true;
}

/* Against the account's key, or the jwk itself. */
static bool has_good_signature(struct ca_call *call)
{
    if (call->key && jws_verify(call->arena, &call->jws, call->key))
        return true;
    return ca_lenient_signature(call)
        || ca_why(call, "the signature does not verify with the key of the signer");
}

/* RFC 8555 7.3.6: "it MUST return an error response with status code 401 (Unauthorized)
 * and type "urn:ietf:params:acme:error:unauthorized"". */
static bool has_active_account(struct ca_call *call)
{
    if (!call->account || call->account->status == STATUS_VALID)
        return true;
    return ca_lenient_account(call)
        || ca_why(call, "the account is %s", status_words[call->account->status]);
}

/* --- the payload --- */

static bool has_wanted_payload(struct ca_call *call)
{
    bool empty = call->jws.payload.len == 0;
    enum payload wanted = call->route->payload;
    if (wanted == PAYLOAD_NONE && !empty)
        return ca_why(call, "this resource is only read: the payload has to be empty");
    if (!bug_on(call->ca, BUG_READING_ENDS_ORDER) && wanted == PAYLOAD_OBJECT && empty)
        return ca_why(call, "this resource wants a payload, and it is empty");
    return true;
}

/* Optional members.  Encoders write the zero value of what was not set, and CAs take it
 * for absent; `text`: for those, that is also the empty text. */
static const struct {
    enum resource resource;
    const char *member;
    bool text;
} optional[] = {
    { RESOURCE_NEW_ACCOUNT, "contact", false },
    { RESOURCE_NEW_ACCOUNT, "termsOfServiceAgreed", false },
    { RESOURCE_NEW_ACCOUNT, "onlyReturnExisting", false },
    { RESOURCE_NEW_ACCOUNT, "externalAccountBinding", false },
    { RESOURCE_ACCOUNT, "contact", false },
    { RESOURCE_NEW_ORDER, "notBefore", true },
    { RESOURCE_NEW_ORDER, "notAfter", true },
    { RESOURCE_NEW_ORDER, "profile", true },
    { RESOURCE_NEW_ORDER, "replaces", true },
};

static void drop_zero_values(struct ca_call *call)
{
    for (size_t i = 0; i < countof(optional); i++) {
        json_t *value = json_object_get(call->payload, optional[i].member);
        bool empty =
            optional[i].text && json_is_string(value) && json_str(value).len == 0;
        if (optional[i].resource == call->route->resource
            && (json_is_null(value) || empty))
            json_object_del(call->payload, optional[i].member);
    }
}

static bool has_json_payload(struct ca_call *call)
{
    struct err err;
    if (call->jws.payload.len == 0)
        return true;
    call->payload = json_read(call->arena, call->jws.payload, &err);
    if (!call->payload)
        return ca_why(call, "the payload is no JSON text: %s", err.text);
    drop_zero_values(call);
    if (json_is_object(call->payload))
        return true;
    call->payload = NULL;
    return ca_why(call, "the payload is no JSON object");
}

/* clang-format off */
static const struct ca_check checks[] = {
    { "content-type",       "RFC 8555 6.2",   BUG_CONTENT_TYPE_IGNORED, PROBLEM_MALFORMED, 415, has_content_type },
    { "json",               "RFC 8555 6.2",   BUG_NONE,                 PROBLEM_MALFORMED, 400, is_object },
    { "flattened",          "RFC 8555 6.2",   BUG_GENERAL_JWS,          PROBLEM_MALFORMED, 400, is_flattened },
    { "no-header",          "RFC 8555 6.2",   BUG_UNPROTECTED_HEADER,   PROBLEM_MALFORMED, 400, has_no_header },
    { "protected",          "RFC 8555 6.2",   BUG_NONE,                 PROBLEM_MALFORMED, 400, has_protected },
    { "payload",            "RFC 8555 6.2",   BUG_DETACHED_PAYLOAD,     PROBLEM_MALFORMED, 400, has_payload },
    { "signature",          "RFC 8555 6.2",   BUG_SIGNATURE_MEMBER_MISSING, PROBLEM_MALFORMED, 400, has_signature },
    { "unpadded",           "RFC 8555 6.1",   BUG_PADDING_ACCEPTED,     PROBLEM_MALFORMED, 400, is_unpadded },
    { "header-json",        "RFC 7515 4",     BUG_DUPLICATE_MEMBERS,    PROBLEM_MALFORMED, 400, has_good_header },
    { "payload-encoded",    "RFC 8555 6.2",   BUG_B64_HONOURED,         PROBLEM_MALFORMED, 400, has_encoded_payload },
    { "base64url",          "RFC 8555 6.1",   BUG_LOOSE_BASE64,         PROBLEM_MALFORMED, 400, is_base64url },
    { "crit",               "RFC 7515 4.1.11", BUG_CRIT_IGNORED,        PROBLEM_MALFORMED, 400, has_no_crit },
    { "well-formed",        "RFC 8555 6.2",   BUG_NONE,                 PROBLEM_MALFORMED, 400, is_well_formed },
    { "alg",                "RFC 8555 6.2",   BUG_ALG_MISSING,          PROBLEM_MALFORMED, 400, has_alg },
    { "alg-supported",      "RFC 8555 6.2",   BUG_ALG_UNCHECKED,        PROBLEM_BAD_SIGNATURE_ALGORITHM, 400, has_known_alg },
    { "nonce",              "RFC 8555 6.5",   BUG_NONCE_MISSING,        PROBLEM_BAD_NONCE, 400, has_nonce },
    { "nonce-base64url",    "RFC 8555 6.5.2", BUG_NONCE_LOOSE,          PROBLEM_MALFORMED, 400, has_good_nonce },
    { "nonce-fresh",        "RFC 8555 6.5",   BUG_NONCE_UNCHECKED,      PROBLEM_BAD_NONCE, 400, has_fresh_nonce },
    { "url",                "RFC 8555 6.4.1", BUG_URL_MISSING,          PROBLEM_MALFORMED, 400, has_url },
    { "url-equal",          "RFC 8555 6.4",   BUG_URL_UNCHECKED,        PROBLEM_UNAUTHORIZED, 403, has_this_url },
    { "jwk-xor-kid",        "RFC 8555 6.2",   BUG_JWK_AND_KID,          PROBLEM_MALFORMED, 400, has_one_of_both },
    { "jwk-or-kid",         "RFC 8555 6.2",   BUG_NONE,                 PROBLEM_MALFORMED, 400, has_jwk_or_kid },
    { "signer",             "RFC 8555 6.2",   BUG_JWK_EVERYWHERE,       PROBLEM_MALFORMED, 400, has_right_kind },
    { "public-key",         "RFC 8555 6.2",   BUG_NONE,                 PROBLEM_BAD_PUBLIC_KEY, 400, has_good_key },
    { "account",            "RFC 8555 6.7",   BUG_NONE,                 PROBLEM_ACCOUNT_DOES_NOT_EXIST, 400, has_known_account },
    { "signature-verifies", "RFC 8555 6.2",   BUG_SIGNATURE_UNCHECKED,  PROBLEM_MALFORMED, 400, has_good_signature },
    { "account-active",     "RFC 8555 7.3.6", BUG_DEACTIVATED_ACCEPTED, PROBLEM_UNAUTHORIZED, 401, has_active_account },
    { "payload-wanted",     "RFC 8555 6.3",   BUG_PAYLOAD_IGNORED,      PROBLEM_MALFORMED, 400, has_wanted_payload },
    { "payload-json",       "RFC 8555 6.2",   BUG_NONE,                 PROBLEM_MALFORMED, 400, has_json_payload },
};
/* clang-format on */

bool ca_jws_check(struct ca_call *call)
{
    bool good = CHECKS(call, checks);
    if (good)
        ca_lenient_spend_late(call);
    return good;
}
