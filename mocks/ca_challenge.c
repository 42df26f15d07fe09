/* SPDX-License-Identifier: MIT */
/* RFC 8555 7.5.1 and 8.2: challenges are read and responded to. */
#include "acme/challenge.h"
#include "base/clock.h"
#include "crypto/b64url.h"
#include "mocks/ca_inside.h"
#include "mocks/ca_validate.h"

enum { AGAIN_MS = 1000, TOKEN_BYTES = 24 };

static bool exists(struct ca_call *call)
{
    long index;
    call->authz = table_find(&call->ca->store.authzs, call->part[0]);
    if (!call->authz || !str_to_long(call->part[1], MOST_CHALLENGES, &index)
        || (size_t)index >= call->authz->count)
        return ca_why(call, "there is no such challenge");
    call->challenge = &call->authz->challenge[index];
    return true;
}

static bool is_own(struct ca_call *call)
{
    return call->authz->account == call->account
        || ca_why(call, "this challenge belongs to another account");
}

/* RFC 8555 7.1.6: a challenge that is valid or invalid stays so, and an authorization
 * that is no more pending takes no response.  One to a challenge that is valid changes
 * nothing.
 */
static bool is_open(struct ca_call *call)
{
    enum status status = call->challenge->status;
    ca_refresh_authz(call->ca, call->authz);
    return call->authz->status == STATUS_PENDING || status == STATUS_VALID
        || bug_on(call->ca, BUG_AUTHZ_COMES_BACK)
        || ca_why(call, "the authorization is %s; it takes no more responses",
                  status_words[call->authz->status]);
}

/* Planted, as an off-by-default check: RFC 8555 7.5.1 wants what is unknown ignored. */
static bool is_bare(struct ca_call *call)
{
    return !bug_on(call->ca, BUG_RESPONSE_STRICT) || json_object_size(call->payload) == 0
        || ca_why(call, "a response is the empty object");
}

/* Planted: RFC 8555 8.2 has a second response as the wish for another query. */
static bool is_first(struct ca_call *call)
{
    return !bug_on(call->ca, BUG_RETRY_REFUSED)
        || call->challenge->status == STATUS_PENDING
        || ca_why(call, "there was a response already");
}

/* RFC 8555 8.2: "servers SHOULD rate-limit such requests". */
static bool within_limits(struct ca_call *call)
{
    return call->challenge->status != STATUS_PENDING
        || ca_within_limits(call, RESOURCE_CHALLENGE, call->account);
}

/* clang-format off */
static const struct ca_check checks[] = {
    { "challenge-exists", "RFC 8555 7.5.1", BUG_NONE,               PROBLEM_MALFORMED,    404, exists },
    { "challenge-own",    "RFC 8555 7.5",   BUG_CHALLENGE_BY_ALL,   PROBLEM_UNAUTHORIZED, 403, is_own },
};

static const struct ca_check response_checks[] = {
    { "challenge-bare",   "no RFC",         BUG_NONE,               PROBLEM_MALFORMED,    400, is_bare },
    { "challenge-first",  "no RFC",         BUG_NONE,               PROBLEM_MALFORMED,    400, is_first },
    { "challenge-open",   "RFC 8555 7.1.6", BUG_CHALLENGE_REOPENED, PROBLEM_MALFORMED,    400, is_open },
    { "challenge-rate",   "RFC 8555 6.6",   BUG_NONE,               PROBLEM_RATE_LIMITED, 429, within_limits },
};
/* clang-format on */

/* Planted: x without the octets of zero in front (RFC 8555 8.1, erratum 7565). */
static str thumbprint_of(struct ca_call *call, const struct account *owner)
{
    json_t *jwk = json_copy(key_jwk(call->arena, owner->key));
    str octets = STR_NONE;
    json_keep(call->arena, jwk);
    if (!bug_on(call->ca, BUG_THUMBPRINT_TRIMMED)
        || !b64url_decode(call->arena, json_member(jwk, "x"), &octets))
        return owner->thumbprint;
    while (octets.len && !octets.ptr[0])
        octets = str_from(octets, 1);
    json_object_set(jwk, "x",
                    json_string_of(call->arena, b64url_encode(call->arena, octets)));
    return b64url_encode(call->arena, sha256(call->arena, json_text(call->arena, jwk)));
}

/* RFC 8555 8.1: token "." thumbprint of the account's key as it is now. */
static str key_authorization(struct ca_call *call)
{
    struct arena *kept = call->ca->store.arena;
    const struct account *owner = call->authz->account;
    str token = call->challenge->token;
    if (bug_on(call->ca, BUG_KEYAUTH_TOKEN_ONLY))
        return token;
    if (bug_on(call->ca, BUG_KEYAUTH_OTHER_TOKEN))
        token = call->authz->challenge[call->authz->count - 1].token;
    return challenge_key_authorization(kept, token, thumbprint_of(call, owner));
}

static void begin(struct ca_call *call)
{
    struct challenge *challenge = call->challenge;
    str token = json_member(call->payload, "token");
    if (token.len && bug_on(call->ca, BUG_RESPONSE_TOKEN_TAKEN))
        challenge->token = str_copy(call->ca->store.arena, token);
    if (!bug_on(call->ca, BUG_KEYAUTH_EARLY))
        challenge->keyauth = key_authorization(call);
    challenge->status = STATUS_PROCESSING;
    challenge->attempts = 0;
    call->authz->polls = 0;
    if (call->wish.fails)
        ca_challenge_failed(call->ca, challenge, ca_wish_error(call));
    else if (call->wish.valid || call->ca->options.always_valid
             || bug_on(call->ca, BUG_NO_VALIDATION))
        ca_challenge_valid(call->ca, challenge);
    else
        validator_add(call->ca->validator, challenge, call->ca->options.validate_ms);
}

/* "Servers SHOULD retry a request immediately on receiving such a POST request", and not
 * more often than is good. */
static void again(struct ca_call *call)
{
    struct challenge *challenge = call->challenge;
    int64_t last = challenge->next_ms - call->ca->options.retry_ms;
    bool limited =
        clock_ms() < last + AGAIN_MS && !bug_on(call->ca, BUG_RETRIES_UNLIMITED);
    if (!challenge->attempts || limited || bug_on(call->ca, BUG_RETRY_IGNORED))
        return;
    challenge->keyauth = key_authorization(call);
    validator_hurry(call->ca->validator, challenge);
}

/* Planted: what is final begins anew. */
static bool is_reopened(const struct ca_call *call, enum status status)
{
    return (status == STATUS_INVALID && bug_on(call->ca, BUG_CHALLENGE_REOPENED))
        || (status == STATUS_VALID && bug_on(call->ca, BUG_VALID_REVALIDATED));
}

static void respond(struct ca_call *call)
{
    enum status status = call->challenge->status;
    if (status == STATUS_PENDING || is_reopened(call, status)) {
        if (status != STATUS_PENDING)
            call->authz->status = STATUS_PENDING;
        begin(call);
        /* A reading that a planted bug takes for a response has one query. */
        if (!call->payload)
            call->challenge->attempts = call->ca->options.attempts - 1;
    } else if (status == STATUS_PROCESSING
               && bug_on(call->ca, BUG_SECOND_RESPONSE_FATAL)) {
        ca_challenge_failed(call->ca, call->challenge,
                            ca_error_text(call->ca, PROBLEM_MALFORMED,
                                          STR("there was a response already")));
    } else if (status == STATUS_PROCESSING) {
        again(call);
    }
}

/* RFC 8555 8.2: the server "MUST provide information about its retry state", and there is
 * none before the first query failed: that one is made at once, so whoever asks again
 * soon is right. */
void ca_retry_state(struct ca_call *call, const struct challenge *challenge)
{
    if (challenge->status == STATUS_PROCESSING && challenge->attempts)
        ca_retry_after(call, challenge->next_ms);
}

void ca_challenge(struct ca_call *call)
{
    if (!CHECKS(call, checks))
        return;
    /* RFC 8555 6.3: a POST-as-GET only reads. */
    if (call->payload || bug_on(call->ca, BUG_READING_RESPONDS)) {
        if (!CHECKS(call, response_checks))
            return;
        respond(call);
    }
    if (bug_on(call->ca, BUG_TOKEN_CHANGES))
        call->challenge->token = b64url_encode(
            call->ca->store.arena,
            store_random(&call->ca->store, DRAW_TOKEN, call->arena, TOKEN_BYTES));
    /* RFC 8555 7.1: "an "up" link relation" from a challenge to its authorization. */
    ca_link(call,
            bug_on(call->ca, BUG_UP_ELSEWHERE)
                ? ca_url(call, "/directory")
                : ca_authz_url(call->ca, call->arena, call->authz),
            "up");
    ca_retry_state(call, call->challenge);
    if (call->payload && bug_on(call->ca, BUG_RESPONSE_SHOWS_AUTHZ))
        ca_answer_json(call, 200, ca_show_authz(call, call->authz));
    else
        ca_answer_json(call, 200, ca_show_challenge(call, call->challenge));
}
