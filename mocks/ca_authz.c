/* SPDX-License-Identifier: MIT */
/* RFC 8555 7.4.1 and 7.5: authorizations are made, read and deactivated. */
#include "mocks/ca_authz.h"

#include "acme/challenge.h"
#include "crypto/b64url.h"
#include "mocks/ca_validate.h"

enum { TOKEN_BYTES = 24, SHORT_TOKEN_BYTES = 8, PENDING_S = 7 * 86400, EARLY_MS = 100 };

/* --- made --- */

/* RFC 8555 8.3: "at least 128 bits of entropy", base64url without padding. */
static str new_token(struct ca_call *call, const struct authz *authz)
{
    struct store *store = &call->ca->store;
    bool weak = bug_on(call->ca, BUG_TOKEN_SHORT);
    str bytes = store_random(store, DRAW_TOKEN, call->arena,
                             weak ? SHORT_TOKEN_BYTES : TOKEN_BYTES);
    if (bug_on(call->ca, BUG_TOKEN_DERIVED))
        bytes = sha256(call->arena,
                       arena_printf(call->arena, "%.*s %.*s", STR_ARG(authz->account->id),
                                    STR_ARG(authz->identifier.value)));
    const struct ca_options *o = &call->ca->options;
    str token = b64url_encode(call->arena, bytes);
    token = arena_printf(call->arena, "%.*s%.*s%.*s", STR_ARG(o->token_start),
                         STR_ARG(token), STR_ARG(o->token_end));
    if (bug_on(call->ca, BUG_TOKEN_PADDED))
        token = b64_encode(call->arena, str_upto(bytes, 20));
    return str_copy(store->arena, token);
}

static void add_challenge(struct ca_call *call, struct authz *authz,
                          enum challenge_type type)
{
    struct challenge *challenge = &authz->challenge[authz->count++];
    challenge->authz = authz;
    challenge->type = type;
    challenge->status = STATUS_PENDING;
    challenge->keyauth = challenge->error = STR_NONE;
    challenge->token = authz->count > 1 && bug_on(call->ca, BUG_TOKEN_SHARED)
        ? authz->challenge[0].token
        : new_token(call, authz);
    bool asked = type == CHALLENGE_HTTP_01 && bug_on(call->ca, BUG_VALIDATED_EARLY);
    if (asked || bug_on(call->ca, BUG_KEYAUTH_EARLY))
        challenge->keyauth = challenge_key_authorization(
            call->ca->store.arena, challenge->token, authz->account->thumbprint);
    if (asked)
        validator_add(call->ca->validator, challenge, EARLY_MS);
}

/* RFC 8555 7.1.4, 10.5: http-01 and tls-alpn-01 prove one host, which is no proof for a
 * wildcard (RFC 8737 3: "MUST NOT"); RFC 8738 7: dns-01 "MUST NOT be used" for addresses.
 */
static bool fits(const struct ca *ca, const struct authz *authz, enum challenge_type type)
{
    if (authz->wildcard && bug_on(ca, BUG_WILDCARD_HTTP))
        return true;
    if (authz->identifier.ip)
        return type != CHALLENGE_DNS_01 || bug_on(ca, BUG_DNS_FOR_ADDRESS);
    return !authz->wildcard || type == CHALLENGE_DNS_01;
}

static void add_challenges(struct ca_call *call, struct authz *authz)
{
    const struct ca_options *options = &call->ca->options;
    const bool off[CHALLENGE_COUNT] = { [CHALLENGE_HTTP_01] = options->no_http,
                                        [CHALLENGE_DNS_01] = options->no_dns,
                                        [CHALLENGE_TLS_ALPN_01] = options->no_alpn };
    _Static_assert((int)MOST_CHALLENGES == (int)CHALLENGE_COUNT, "room for each");
    for (int type = 0; type < CHALLENGE_COUNT; type++)
        if (!off[type] && fits(call->ca, authz, (enum challenge_type)type))
            add_challenge(call, authz, (enum challenge_type)type);
}

struct authz *ca_make_authz(struct ca_call *call, struct identifier identifier,
                            bool wildcard)
{
    struct authz *authz =
        store_add_authz(&call->ca->store, call->account, identifier, wildcard);
    authz->expires = call->now + PENDING_S;
    add_challenges(call, authz);
    return authz;
}

static bool still_good(struct ca_call *call, struct authz *authz)
{
    ca_refresh_authz(call->ca, authz);
    return authz->status == STATUS_VALID
        || (authz->status == STATUS_DEACTIVATED
            && bug_on(call->ca, BUG_DEACTIVATED_AUTHZ_REUSED))
        || (authz->status == STATUS_EXPIRED
            && bug_on(call->ca, BUG_EXPIRED_AUTHZ_REUSED));
}

struct authz *ca_proven_authz(struct ca_call *call, const struct identifier *identifier,
                              bool wildcard)
{
    const struct ca *ca = call->ca;
    if (ca->options.no_reuse)
        return NULL;
    /* RFC 8555 10.5: the plain name's proof may have been http-01, which does not do for
     * a wildcard. */
    if (wildcard && bug_on(ca, BUG_WILDCARD_REUSES_PLAIN))
        wildcard = false;
    struct authz *authz =
        store_find_proof(&ca->store, call->arena, call->account, identifier, wildcard);
    if (!authz && bug_on(ca, BUG_AUTHZ_OF_OTHERS))
        authz = store_find_proof_of_others(&ca->store, identifier);
    if (!authz || !still_good(call, authz))
        return NULL;
    authz->status = STATUS_VALID;
    return authz;
}

bool ca_agreed(struct ca_call *call)
{
    return call->account->terms >= call->ca->terms
        || ca_why(call,
                  "the terms of service have changed; visit the instance URL to agree");
}

/* --- newAuthz --- */

static struct verdict_on *verdict_of(const struct ca_call *call)
{
    return call->work;
}

static bool has_identifier(struct ca_call *call)
{
    json_t *value = json_object_get(call->payload, "identifier");
    if (!json_is_object(value))
        return ca_why(call, "newAuthz wants an \"identifier\" that is an object");
    *verdict_of(call) = ca_identify(call, value);
    return true;
}

static bool is_well_formed(struct ca_call *call)
{
    const struct verdict_on *v = verdict_of(call);
    return v->why.len == 0 || v->problem != PROBLEM_MALFORMED
        || ca_why(call, "%.*s", STR_ARG(v->why));
}

static bool is_supported(struct ca_call *call)
{
    const struct verdict_on *v = verdict_of(call);
    return v->problem != PROBLEM_UNSUPPORTED_IDENTIFIER || v->why.len == 0
        || ca_why(call, "%.*s", STR_ARG(v->why));
}

/* "If the server is unwilling to issue for the identifier, it SHOULD return an error with
 * status code 403 (Forbidden)". */
static bool is_wanted(struct ca_call *call)
{
    const struct verdict_on *v = verdict_of(call);
    return v->problem != PROBLEM_REJECTED_IDENTIFIER || v->why.len == 0
        || ca_why(call, "%.*s", STR_ARG(v->why));
}

/* "pre-authorization cannot be used to authorize issuance of certificates containing
 * wildcard domain names." */
static bool is_no_wildcard(struct ca_call *call)
{
    return !verdict_of(call)->wildcard
        || ca_why(call, "a wildcard name cannot be authorized beforehand");
}

static bool within_limits(struct ca_call *call)
{
    return ca_within_limits(call, RESOURCE_NEW_AUTHZ, call->account);
}

/* clang-format off */
static const struct ca_check new_checks[] = {
    { "authz-terms",      "RFC 8555 7.3.3", BUG_NEW_TERMS_IGNORED,        PROBLEM_USER_ACTION_REQUIRED, 403, ca_agreed },
    { "authz-identifier", "RFC 8555 7.4.1", BUG_NONE,                     PROBLEM_MALFORMED, 400, has_identifier },
    { "authz-form",       "RFC 8555 7.4.1", BUG_NONE,                     PROBLEM_MALFORMED, 400, is_well_formed },
    { "authz-type",       "RFC 8555 7.4.1", BUG_NONE,                     PROBLEM_UNSUPPORTED_IDENTIFIER, 403, is_supported },
    { "authz-wildcard",   "RFC 8555 7.4.1", BUG_NEW_AUTHZ_WILDCARD,       PROBLEM_MALFORMED, 400, is_no_wildcard },
    { "authz-policy",     "RFC 8555 7.4.1", BUG_NEW_AUTHZ_POLICY,         PROBLEM_REJECTED_IDENTIFIER, 403, is_wanted },
    { "authz-rate",       "RFC 8555 6.6",   BUG_NONE,                     PROBLEM_RATE_LIMITED, 429, within_limits },
};
/* clang-format on */

void ca_new_authz(struct ca_call *call)
{
    struct verdict_on v = { .why = STR_NONE };
    call->work = &v;
    if (!CHECKS(call, new_checks))
        return;
    struct identifier identifier = v.identifier;
    if (v.wildcard)
        identifier.value = str_from(identifier.value, 2);
    struct authz *authz = ca_proven_authz(call, &identifier, v.wildcard);
    if (!authz)
        authz = ca_make_authz(call, identifier, v.wildcard);
    if (str_is(json_member(call->payload, "status"), "valid")
        && bug_on(call->ca, BUG_AUTHZ_STATUS_TAKEN))
        authz->status = STATUS_VALID;
    ca_wish_authz(call, authz);
    ca_header(call, "Location", ca_authz_url(call->ca, call->arena, authz));
    ca_answer_json(call, 201, ca_show_authz(call, authz));
}

/* --- read and deactivated: RFC 8555 7.5, 7.5.2 --- */

/* Planted: whether an order that is final has rested on it. */
static bool is_done_with(const struct ca_call *call)
{
    for (const struct order *order = call->account->orders; order; order = order->next)
        for (size_t i = 0; i < order->count; i++)
            if (order->authz[i] == call->authz
                && (order->status == STATUS_VALID || order->status == STATUS_INVALID))
                return true;
    return false;
}

static bool exists(struct ca_call *call)
{
    call->authz = table_find(&call->ca->store.authzs, call->part[0]);
    if (call->authz && bug_on(call->ca, BUG_AUTHZ_DELETED) && is_done_with(call))
        call->authz = NULL;
    return call->authz || ca_why(call, "there is no such authorization");
}

static bool is_own(struct ca_call *call)
{
    return call->authz->account == call->account
        || (bug_on(call->ca, BUG_AUTHZ_READ_BY_ALL) && !call->payload)
        || (bug_on(call->ca, BUG_AUTHZ_CLOSED_BY_ALL) && call->payload)
        || ca_why(call, "this authorization belongs to another account");
}

/* Planted: RFC 8555 7.5.2 lets the client deactivate it. */
static bool is_only_read(struct ca_call *call)
{
    return !call->payload || !bug_on(call->ca, BUG_DEACTIVATION_REFUSED)
        || ca_why(call, "an authorization takes no payload");
}

/* clang-format off */
static const struct ca_check checks[] = {
    { "authz-exists", "RFC 8555 7.5",   BUG_NONE, PROBLEM_MALFORMED,    404, exists },
    { "authz-own",    "RFC 8555 7.5.2", BUG_NONE, PROBLEM_UNAUTHORIZED, 403, is_own },
    { "authz-read",   "no RFC",         BUG_NONE, PROBLEM_MALFORMED,    400, is_only_read },
};
/* clang-format on */

static void deactivate(struct ca_call *call)
{
    struct authz *authz = call->authz;
    bool open = authz->status == STATUS_VALID
        || (authz->status == STATUS_PENDING && !bug_on(call->ca, BUG_PENDING_NOT_CLOSED));
    if (open && !bug_on(call->ca, BUG_AUTHZ_NOT_CLOSED))
        authz->status = STATUS_DEACTIVATED;
}

static bool is_deactivation(struct ca_call *call)
{
    str status = json_member(call->payload, "status");
    if (str_is(status, "valid") && bug_on(call->ca, BUG_AUTHZ_STATUS_TAKEN))
        call->authz->status = STATUS_VALID;
    return str_is(status, "deactivated");
}

static int status_for(const struct ca_call *call)
{
    return ca_authz_busy(call->authz) && bug_on(call->ca, BUG_AUTHZ_BUSY_202) ? 202 : 200;
}

/* Planted: whoever reads it has it validated. */
static void validate_when_read(struct ca_call *call)
{
    struct challenge *challenge = call->authz->challenge;
    if (!bug_on(call->ca, BUG_AUTHZ_READ_VALIDATES) || !call->authz->count
        || challenge->status != STATUS_PENDING || challenge->keyauth.len)
        return;
    challenge->keyauth = challenge_key_authorization(
        call->ca->store.arena, challenge->token, call->authz->account->thumbprint);
    validator_add(call->ca->validator, challenge, EARLY_MS);
}

void ca_authz(struct ca_call *call)
{
    if (!CHECKS(call, checks))
        return;
    if (call->now >= call->authz->expires && bug_on(call->ca, BUG_AUTHZ_EXPIRED_AS_500)) {
        ca_refuse(call, NULL, PROBLEM_SERVER_INTERNAL, 500, STR("no such row"));
        return;
    }
    if (!call->payload)
        call->authz->polls++;
    validate_when_read(call);
    ca_refresh_authz(call->ca, call->authz);
    json_t *before = json_keep(call->arena, ca_show_authz(call, call->authz));
    if (call->payload && is_deactivation(call))
        deactivate(call);
    /* RFC 8555 7.5.1: "MAY include a Retry-After header field". */
    for (size_t i = 0; i < call->authz->count; i++)
        ca_retry_state(call, &call->authz->challenge[i]);
    if (call->payload && bug_on(call->ca, BUG_DEACTIVATION_SHOWS_OLD))
        ca_answer_json(call, 200, json_incref(before));
    else if (call->payload && bug_on(call->ca, BUG_DEACTIVATION_204))
        ca_answer(call, 204, NULL, STR_NONE);
    else
        ca_answer_json(call, status_for(call), ca_show_authz(call, call->authz));
}
