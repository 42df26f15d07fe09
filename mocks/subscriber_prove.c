/* SPDX-License-Identifier: MIT */
/* The subscriber's proofs of control: a challenge of each authorization is chosen, its
 * proof put in place, and taken back (RFC 8555 7.5.1, 8). */
#include <stdlib.h>

#include "acme/challenge.h"
#include "acme/identifier.h"
#include "base/clock.h"
#include "crypto/b64url.h"
#include "mocks/subscriber_inside.h"

enum { MOST_AUTHZS = 1000, EARLY_MS = 500, MOST_UNSEEN_MS = 5000, CUT_TOKEN = 64 };

/* --- which challenge --- */

static const char *type_word(str type)
{
    for (int i = 0; i < CHALLENGE_COUNT; i++)
        if (str_is(type, challenge_names[i]))
            return challenge_names[i];
    return NULL;
}

/* The challenge to answer: the wanted type before others, of those that we can. */
static json_t *choose(struct subscriber *s, json_t *challenges, bool ip)
{
    json_t *challenge, *chosen = NULL;
    size_t i;
    json_array_foreach(challenges, i, challenge)
    {
        str type = json_member(challenge, "type");
        const char *word = type_word(type);
        if (!word || !s->prover.can(s->prover.context, word))
            continue;
        if (!json_member(challenge, "status").len
            && client_bug(s->client, BUG_CLIENT_CHALLENGE_STATUS_NEEDED))
            continue;
        /* RFC 8738 7: dns-01 "MUST NOT be used to validate IP addresses". */
        if (ip && str_is(type, "dns-01") && !client_bug(s->client, BUG_CLIENT_IP_BY_DNS))
            continue;
        if (s->challenge.len && str_eq(type, s->challenge))
            return challenge;
        if (!chosen && !s->challenge.len)
            chosen = challenge;
    }
    return chosen;
}

static bool some_lacks_token(json_t *challenges)
{
    json_t *challenge;
    size_t i;
    json_array_foreach(challenges, i, challenge)
    {
        if (!json_member(challenge, "token").len)
            return true;
    }
    return false;
}

static bool some_type_is_strange(json_t *challenges)
{
    json_t *challenge;
    size_t i;
    json_array_foreach(challenges, i, challenge)
    {
        if (!type_word(json_member(challenge, "type")))
            return true;
    }
    return false;
}

/* The planted ways to choose. */
static json_t *choose_as_told(struct subscriber *s, json_t *authz)
{
    json_t *challenges = json_object_get(authz, "challenges");
    str kind = json_str(json_pointer(authz, STR("/identifier/type")));
    json_t *right = choose(s, challenges, str_is(kind, "ip"));
    json_t *sni = json_find(challenges, "type", STR("tls-sni-01"));
    if (sni && client_bug(s->client, BUG_CLIENT_TLS_SNI))
        return sni;
    if (client_bug(s->client, BUG_CLIENT_FIRST_CHALLENGE))
        return json_array_get(challenges, 0);
    if (client_bug(s->client, BUG_CLIENT_STRANGE_CHALLENGE)
        && some_type_is_strange(challenges))
        return NULL;
    if (client_bug(s->client, BUG_CLIENT_TOKEN_WANTED) && some_lacks_token(challenges))
        return NULL;
    if (!right && client_bug(s->client, BUG_CLIENT_NO_CHALLENGE))
        abort();
    return !right && client_bug(s->client, BUG_CLIENT_RESPONDS_ANYHOW)
        ? json_array_get(challenges, json_array_size(challenges) - 1)
        : right;
}

/* --- what it is answered with --- */

static str token_of(struct subscriber *s, json_t *challenge)
{
    str token = json_member(challenge, "token"), octets;
    if (client_bug(s->client, BUG_CLIENT_TOKEN_DECODED))
        token = b64url_decode(s->arena, token, &octets) ? b64url_encode(s->arena, octets)
                                                        : STR_NONE;
    while (client_bug(s->client, BUG_CLIENT_TOKEN_TRIMMED) && str_starts(token, "-"))
        token = str_from(token, 1);
    return client_bug(s->client, BUG_CLIENT_TOKEN_CUT) ? str_upto(token, CUT_TOKEN)
                                                       : token;
}

/* RFC 8555 8.1: the thumbprint is of the few members that RFC 7638 wants. */
static str thumbprint_of(struct subscriber *s)
{
    json_t *jwk;
    if (!client_bug(s->client, BUG_CLIENT_KEYAUTH_THUMBPRINT))
        return key_thumbprint(s->arena, s->key);
    jwk = json_keep(s->arena, json_copy(key_jwk(s->arena, s->key)));
    json_object_set_new(jwk, "alg", json_string("ES256"));
    return b64url_encode(s->arena, sha256(s->arena, json_text(s->arena, jwk)));
}

static str key_authorization(struct ordering *o, const struct proof *proof)
{
    struct subscriber *s = o->subscriber;
    str token = proof->token;
    if (client_bug(s->client, BUG_CLIENT_KEYAUTH_TOKEN))
        return token;
    if (client_bug(s->client, BUG_CLIENT_KEYAUTH_OTHER) && o->count)
        token = o->proving[0].proof.token;
    return challenge_key_authorization(s->arena, token, thumbprint_of(s));
}

static bool read_challenge(struct ordering *o, json_t *authz, json_t *challenge,
                           struct proof *proof, struct err *err)
{
    struct subscriber *s = o->subscriber;
    str identifier = json_str(json_pointer(authz, STR("/identifier/value")));
    if (!challenge)
        return err_set(err, "no challenge for %.*s is one that can be answered here",
                       STR_ARG(identifier));
    proof->type = type_word(json_member(challenge, "type"));
    if (!proof->type)
        proof->type = challenge_names[CHALLENGE_HTTP_01];
    proof->identifier = identifier;
    proof->wildcard = json_is_true(json_object_get(authz, "wildcard"));
    proof->bugs = client_bugs(s->client);
    proof->token = token_of(s, challenge);
    proof->key_authorization = key_authorization(o, proof);
    /* RFC 8555 8.3: what is not of this alphabet might be a path, or a command. */
    return (proof->token.len && b64url_letters(proof->token))
        || client_bug(s->client, BUG_CLIENT_TOKEN_UNCHECKED)
        || err_set(err, "the CA's token for %.*s is not base64url", STR_ARG(identifier));
}

/* --- the response --- */

/* Planted: what was responded to is looked at soon, and often. */
static bool look_often(struct subscriber *s, str url, struct err *err)
{
    const struct exchange *x;
    for (int i = 0; i < 4 && client_bug(s->client, BUG_CLIENT_CHALLENGE_POLLED); i++) {
        if (!subscriber_post(s, url, NULL, 200, "a challenge cannot be read", &x, err))
            return false;
        clock_sleep_ms(EARLY_MS / 2);
    }
    return true;
}

static bool respond(struct ordering *o, struct proving *p, json_t *challenge,
                    struct err *err)
{
    struct subscriber *s = o->subscriber;
    const struct exchange *x;
    str url = json_member(challenge, "url");
    json_t *payload = json_keep(s->arena, json_object());
    if (client_bug(s->client, BUG_CLIENT_RESPONSE_KEYAUTH))
        json_object_set(payload, "keyAuthorization",
                        json_string_of(s->arena, p->proof.key_authorization));
    if (client_bug(s->client, BUG_CLIENT_RESPONSE_EMPTY))
        payload = NULL;
    if (client_bug(s->client, BUG_CLIENT_RESPONSE_TO_AUTHZ))
        url = p->url;
    if (!subscriber_post(s, url, payload, 200, "a challenge was not taken", &x, err))
        return false;
    if (!look_often(s, url, err))
        return false;
    if (client_bug(s->client, BUG_CLIENT_AUTHZ_BY_UP)
        && !link_find(s->arena, &x->response.headers, "up", 0, url, &url))
        return err_set(err, "a challenge has no link to its authorization");
    str status = json_member(x->body, "status");
    p->undecided = str_is(status, "pending") || str_is(status, "processing");
    return !str_is(status, "valid") || !client_bug(s->client, BUG_CLIENT_WAITING_NEEDED)
        || err_set(err, "the challenge is valid and was not processing before");
}

static bool provide(struct ordering *o, struct proving *p, struct err *err)
{
    const struct prover *prover = &o->subscriber->prover;
    p->proof.since_us = clock_us();
    p->provided = prover->provide(prover->context, o->subscriber->arena, &p->proof, err);
    return p->provided;
}

static void withdraw(struct ordering *o, struct proving *p)
{
    const struct prover *prover = &o->subscriber->prover;
    if (p->provided)
        prover->withdraw(prover->context, o->subscriber->arena, &p->proof);
    p->provided = false;
}

/* RFC 8555 8.2: "Clients SHOULD NOT respond to challenges until they believe that the
 * server's queries will succeed." */
static bool answer(struct ordering *o, struct proving *p, json_t *challenge,
                   struct err *err)
{
    const struct client *client = o->subscriber->client;
    if (client_bug(client, BUG_CLIENT_NO_RESPONSE))
        return provide(o, p, err);
    if (client_bug(client, BUG_CLIENT_RESPONSE_EARLY)) {
        if (!respond(o, p, challenge, err))
            return false;
        clock_sleep_ms(EARLY_MS);
        return provide(o, p, err);
    }
    if (!provide(o, p, err))
        return false;
    bool taken = respond(o, p, challenge, err);
    if (!taken && client_bug(client, BUG_CLIENT_LEAVES_REFUSED))
        p->provided = false;
    if (taken && client_bug(client, BUG_CLIENT_REMOVES_EARLY))
        withdraw(o, p);
    return taken;
}

/* RFC 8555 7.1.6: what is not pending stays what it is. */
static bool can_be_proven(const struct subscriber *s, json_t *authz, struct err *err)
{
    str status = json_member(authz, "status");
    if (str_is(status, "pending") || str_is(status, "valid"))
        return true;
    if (!str_is(status, "invalid") && client_bug(s->client, BUG_CLIENT_AUTHZ_STATUS))
        abort();
    return err_set(err, "an authorization of the order is %.*s", STR_ARG(status));
}

/* Fetches the authorization and, unless it is valid already, answers a challenge. */
static bool prove(struct ordering *o, struct proving *p, struct err *err)
{
    struct subscriber *s = o->subscriber;
    const struct exchange *x;
    if (!subscriber_read(s, p->url, &x, err))
        return false;
    if (str_is(json_member(x->body, "status"), "valid")
        && !client_bug(s->client, BUG_CLIENT_ANSWERS_VALID)
        && (!client_bug(s->client, BUG_CLIENT_VALID_CHALLENGE_NEEDED)
            || choose_as_told(s, x->body)))
        return true;
    if (!can_be_proven(s, x->body, err))
        return client_bug(s->client, BUG_CLIENT_INVALID_IGNORED);
    p->awaited = true;
    p->expires = json_member(x->body, "expires");
    if (!json_object_get(x->body, "expires")
        && client_bug(s->client, BUG_CLIENT_EXPIRES_NEEDED))
        abort();
    json_t *challenge = choose_as_told(s, x->body);
    if (client_bug(s->client, BUG_CLIENT_AUTHZ_BY_POSITION))
        json_object_set(json_object_get(x->body, "identifier"), "value",
                        json_string_of(s->arena, o->wish->names.item[o->count]));
    return read_challenge(o, x->body, challenge, &p->proof, err)
        && answer(o, p, challenge, err);
}

/* --- its end --- */

/* RFC 8555 7.5.1: a server may change "expires" with the status. */
static bool expires_as_before(const struct subscriber *s, const struct proving *p,
                              json_t *authz, struct err *err)
{
    return !client_bug(s->client, BUG_CLIENT_EXPIRES_FIXED)
        || str_eq(json_member(authz, "expires"), p->expires)
        || err_set(err, "the authorization expires otherwise than it said");
}

/* The first error among the challenges, which says why. */
static str reason_of(struct subscriber *s, json_t *authz)
{
    json_t *challenge;
    size_t i;
    if (client_bug(s->client, BUG_CLIENT_DETAIL_HIDDEN))
        return STR("it did not work");
    json_array_foreach(json_object_get(authz, "challenges"), i, challenge)
    {
        json_t *error = json_object_get(challenge, "error");
        str detail = json_member(error, "detail");
        if (json_object_get(error, "subproblems")
            && client_bug(s->client, BUG_CLIENT_PARTS_CRASH))
            abort();
        if (detail.len)
            return str_upto(detail, 300);
    }
    return STR("the CA does not say why");
}

/* The planted ways to lose patience with a CA that is still at work. */
static bool looks_twice(struct ordering *o, const struct proving *p, struct err *err)
{
    struct subscriber *s = o->subscriber;
    const struct exchange *x;
    json_t *challenge;
    size_t i;
    bool processing = client_bug(s->client, BUG_CLIENT_PROCESSING_FATAL);
    bool error = client_bug(s->client, BUG_CLIENT_CHALLENGE_ERROR_FATAL);
    for (int polls = 0; (processing || error) && polls < 4; polls++) {
        if (!subscriber_post(s, p->url, NULL, 200, "it cannot be read", &x, err))
            return false;
        json_array_foreach(json_object_get(x->body, "challenges"), i, challenge)
        {
            if (processing && str_is(json_member(challenge, "status"), "processing"))
                return err_set(err, "a challenge is of the unknown status processing");
            if (error && json_object_get(challenge, "error"))
                return err_set(err, "a challenge has an error");
        }
        clock_sleep_ms(EARLY_MS / 2);
    }
    return true;
}

/* RFC 8555 7.5.1: who can tell when the server validates "SHOULD NOT begin polling until
 * it has seen the validation request from the server".  It may never come, where an
 * earlier proof is enough. */
static void await_query(struct ordering *o, const struct proving *p)
{
    const struct prover *prover = &o->subscriber->prover;
    long ms = o->subscriber->patience_ms;
    if (p->provided && p->undecided && prover->await
        && !client_bug(o->subscriber->client, BUG_CLIENT_POLLS_EARLY))
        prover->await(prover->context, o->subscriber->arena, &p->proof,
                      ms < MOST_UNSEEN_MS ? ms : MOST_UNSEEN_MS);
}

static bool await_authz(struct ordering *o, struct proving *p, struct err *err)
{
    struct subscriber *s = o->subscriber;
    json_t *authz;
    if (!p->awaited)
        return true;
    if (!looks_twice(o, p, err))
        return false;
    await_query(o, p);
    if (!subscriber_settle(s, p->url, "pending", "processing", &authz, err)
        || !expires_as_before(s, p, authz, err))
        return false;
    str status = json_member(authz, "status"), reason = reason_of(s, authz);
    return str_is(status, "valid") || client_bug(s->client, BUG_CLIENT_INVALID_IGNORED)
        || err_set(err, "the authorization for %.*s is %.*s: %.*s",
                   STR_ARG(p->proof.identifier), STR_ARG(status), STR_ARG(reason));
}

static bool prove_all(struct ordering *o, struct err *err)
{
    struct subscriber *s = o->subscriber;
    json_t *urls = json_object_get(o->order, "authorizations");
    size_t count = json_array_size(urls);
    if (count > MOST_AUTHZS)
        return err_set(err, "the order has %zu authorizations", count);
    o->proving = NEW_ARRAY(s->arena, struct proving, count);
    for (o->count = 0; o->count < count; o->count++) {
        struct proving *p = &o->proving[o->count];
        *p = (struct proving){ .url = json_str(json_array_get(urls, o->count)) };
        if (!prove(o, p, err)) {
            o->count++;
            return false;
        }
        if (!p->awaited && client_bug(s->client, BUG_CLIENT_ONE_VALID))
            return true;
        if (client_bug(s->client, BUG_CLIENT_LEAVES_PENDING) && !await_authz(o, p, err)) {
            o->count++;
            return false;
        }
        if (client_bug(s->client, BUG_CLIENT_FINALIZES_EARLY)) {
            o->count++;
            return await_authz(o, p, err);
        }
    }
    if (client_bug(s->client, BUG_CLIENT_FINALIZES_AT_ONCE))
        return true;
    for (size_t i = 0; i < count; i++)
        if (!await_authz(o, &o->proving[i], err))
            return false;
    return true;
}

/* The planted bug: what is good for another order goes, too. */
static void give_up_all(struct ordering *o)
{
    const struct exchange *x;
    struct err ignored;
    json_t *payload = json_keep(o->subscriber->arena, json_object());
    json_object_set_new(payload, "status", json_string("deactivated"));
    for (size_t i = 0; i < o->count; i++)
        if (!subscriber_post(o->subscriber, o->proving[i].url, payload, 200,
                             "it stays as it is", &x, &ignored))
            return;
}

bool subscriber_prove(struct ordering *o, struct err *err)
{
    const struct client *client = o->subscriber->client;
    long patience = o->subscriber->patience_ms;
    if (client_bug(client, BUG_CLIENT_IMPATIENT)
        || client_bug(client, BUG_CLIENT_SLOW_ANEW)
        || client_bug(client, BUG_CLIENT_NO_RESPONSE))
        o->subscriber->patience_ms = EARLY_MS;
    bool renews = o->wish->replaces.len > 0;
    bool proven =
        (renews && client_bug(client, BUG_CLIENT_RENEWS_UNPROVEN)) || prove_all(o, err);
    o->subscriber->patience_ms = patience;
    if (!proven && client_bug(client, BUG_CLIENT_GIVES_UP_VALID))
        give_up_all(o);
    if (client_bug(client, proven ? BUG_CLIENT_LEAVES_VALID : BUG_CLIENT_LEAVES_INVALID)
        || client_bug(client, BUG_CLIENT_FINALIZES_AT_ONCE))
        return proven;
    for (size_t i = 0; i < o->count; i++)
        if (i == 0 || !client_bug(client, BUG_CLIENT_REMOVES_ONE))
            withdraw(o, &o->proving[i]);
    return proven;
}
