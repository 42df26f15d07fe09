/* SPDX-License-Identifier: MIT */
/* The five steps by which RFC 8555 7.3.4 verifies a binding. */
#include "mocks/ca_eab.h"

#include "crypto/b64url.h"

struct binding {
    json_t *value; /* as it was sent, or NULL */
    struct jws jws;
    const struct ca_eab *eab; /* of its kid */
};

static struct binding *binding_of(const struct ca_call *call)
{
    return call->work;
}

static bool is_there(struct ca_call *call)
{
    bool wanted = call->ca->options.eab_required || bug_on(call->ca, BUG_EAB_DEMANDED);
    return binding_of(call)->value || !wanted
        || ca_why(call, "an account is made here only with an externalAccountBinding");
}

/* Step 1. */
static bool is_jws(struct ca_call *call)
{
    struct err err;
    struct binding *b = binding_of(call);
    if (!json_is_object(b->value))
        return ca_why(call, "externalAccountBinding is no JWS object");
    return jws_read(call->arena, json_text(call->arena, b->value), &b->jws, &err)
        || ca_why(call, "externalAccountBinding is no well-formed JWS: %s", err.text);
}

/* Step 2: the four rules of the protected header. */
static bool has_mac_alg(struct ca_call *call)
{
    str alg = binding_of(call)->jws.alg;
    return str_is(alg, "HS256") || str_is(alg, "HS384") || str_is(alg, "HS512")
        || ca_why(call, "the binding's \"alg\" is \"%.*s\", not HS256, HS384 or HS512",
                  STR_ARG(str_upto(alg, 40)));
}

static bool has_kid(struct ca_call *call)
{
    return binding_of(call)->jws.kid.len > 0
        || ca_why(call, "the binding has no \"kid\" with the key identifier");
}

static bool has_no_nonce(struct ca_call *call)
{
    return !json_object_get(binding_of(call)->jws.protected_header, "nonce")
        || ca_why(call, "the binding must not have a \"nonce\"");
}

static bool has_same_url(struct ca_call *call)
{
    return str_eq(binding_of(call)->jws.url, call->jws.url)
        || ca_why(call, "the binding's \"url\" is not the one of the outer JWS");
}

/* Step 3. */
static bool has_known_kid(struct ca_call *call)
{
    static const struct ca_eab empty_key = { STR_INIT(""), STR_INIT("") };
    struct binding *b = binding_of(call);
    const struct ca_options *options = &call->ca->options;
    for (size_t i = 0; i < options->eab_count; i++)
        if (str_eq(options->eab[i].kid, b->jws.kid))
            b->eab = &options->eab[i];
    if (!b->eab && bug_on(call->ca, BUG_EAB_KID_UNKNOWN))
        b->eab = &empty_key;
    return b->eab
        || ca_why(call, "there is no MAC key \"%.*s\"",
                  STR_ARG(str_upto(b->jws.kid, 100)));
}

/* Step 4.  RFC 7518 3.2: a key of at least the hash's size; the operator chose it. */
static bool has_good_mac(struct ca_call *call)
{
    struct binding *b = binding_of(call);
    str key = bug_on(call->ca, BUG_EAB_KEY_RAW)
        ? b64url_encode(call->arena, b->eab->mac_key)
        : b->eab->mac_key;
    return jws_verify_mac(call->arena, &b->jws, key)
        || (b->jws.signature.len == 0 && bug_on(call->ca, BUG_EAB_EMPTY_MAC))
        || ca_why(call, "the binding's MAC does not verify");
}

/* Step 5. */
static bool binds_this_key(struct ca_call *call)
{
    struct err err;
    struct binding *b = binding_of(call);
    json_t *jwk = json_read(call->arena, b->jws.payload, &err);
    struct key *key = jwk ? key_from_jwk(call->arena, jwk, &err) : NULL;
    bool spelled_so = !bug_on(call->ca, BUG_EAB_KEY_AS_TEXT) || json_object_size(jwk) < 5;
    return (key && key_same(key, call->key) && spelled_so)
        || ca_why(call, "the binding's payload is not the account key of the outer JWS");
}

/* clang-format off */
static const struct ca_check required_checks[] = {
    { "eab-required", "RFC 8555 7.3.4",        BUG_EAB_NOT_REQUIRED,   PROBLEM_EXTERNAL_ACCOUNT_REQUIRED, 403, is_there },
};

static const struct ca_check checks[] = {
    { "eab-jws",      "RFC 8555 7.3.4 step 1", BUG_NONE,               PROBLEM_MALFORMED,    400, is_jws },
    { "eab-alg",      "RFC 8555 7.3.4 step 2", BUG_NONE,               PROBLEM_MALFORMED,    400, has_mac_alg },
    { "eab-kid",      "RFC 8555 7.3.4 step 2", BUG_NONE,               PROBLEM_MALFORMED,    400, has_kid },
    { "eab-no-nonce", "RFC 8555 7.3.4 step 2", BUG_EAB_NONCE_ALLOWED,  PROBLEM_MALFORMED,    400, has_no_nonce },
    { "eab-url",      "RFC 8555 7.3.4 step 2", BUG_EAB_URL_UNCHECKED,  PROBLEM_MALFORMED,    400, has_same_url },
    { "eab-known",    "RFC 8555 7.3.4 step 3", BUG_NONE,               PROBLEM_UNAUTHORIZED, 403, has_known_kid },
    { "eab-mac",      "RFC 8555 7.3.4 step 4", BUG_EAB_MAC_UNCHECKED,  PROBLEM_UNAUTHORIZED, 403, has_good_mac },
    { "eab-key",      "RFC 8555 7.3.4 step 5", BUG_EAB_KEY_UNCHECKED,  PROBLEM_UNAUTHORIZED, 403, binds_this_key },
};
/* clang-format on */

/* Planted. */
static bool is_kid_skipped(struct ca_call *call)
{
    return bug_on(call->ca, BUG_EAB_KID_SKIPPED) && is_jws(call) && !has_known_kid(call);
}

bool ca_eab_check(struct ca_call *call, str *shown)
{
    struct binding binding = { .value = json_object_get(call->payload,
                                                        "externalAccountBinding") };
    call->work = &binding;
    *shown = STR_NONE;
    if (!CHECKS(call, required_checks))
        return false;
    if (!binding.value)
        return true;
    /* "If the CA does not verify the binding, then it MUST NOT reflect" it: without any
     * MAC key nothing can be verified. */
    if (call->ca->options.eab_count == 0 || is_kid_skipped(call)) {
        if (bug_on(call->ca, BUG_EAB_UNVERIFIED_SHOWN)
            || bug_on(call->ca, BUG_EAB_KID_SKIPPED))
            *shown = json_text(call->arena, binding.value);
        return true;
    }
    bool good = CHECKS(call, checks);
    if (!good && bug_on(call->ca, BUG_EAB_FAILURE_IGNORED)) {
        call->problem = NULL;
        call->reply->response.headers.count = 0;
        return true;
    }
    if (good && !bug_on(call->ca, BUG_EAB_NOT_SHOWN))
        *shown = json_text(call->arena, binding.value);
    return good;
}
