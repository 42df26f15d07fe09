/* SPDX-License-Identifier: MIT */
/* The subscriber's orders: proofs, finalization, download (RFC 8555 7.4, 7.5). */
#include "acme/challenge.h"
#include "acme/identifier.h"
#include "base/clock.h"
#include "crypto/b64url.h"
#include "crypto/cert.h"
#include "mocks/subscriber.h"

enum { MOST_AUTHZS = 1000, MOST_ALTERNATES = 20 };

struct proving {
    str url; /* of the authorization */
    struct proof proof;
    bool provided;
};

struct ordering {
    struct subscriber *subscriber;
    const struct wish *wish;
    str url;
    json_t *order; /* as last seen */
    struct proving *proving;
    size_t count;
};

static str order_status(const struct ordering *o)
{
    return json_member(o->order, "status");
}

/* --- newOrder --- */

static void add_text(struct arena *a, json_t *object, const char *member, str text)
{
    if (text.len)
        json_object_set(object, member, json_string_of(a, text));
}

static json_t *order_payload(struct arena *a, const struct wish *wish)
{
    json_t *payload = json_keep(a, json_object());
    json_t *identifiers = json_keep(a, json_array());
    for (size_t i = 0; i < wish->names.count; i++)
        json_array_append(identifiers, identifier_of(a, wish->names.item[i]));
    json_object_set(payload, "identifiers", identifiers);
    add_text(a, payload, "notBefore", wish->not_before);
    add_text(a, payload, "notAfter", wish->not_after);
    add_text(a, payload, "profile", wish->profile);
    add_text(a, payload, "replaces", wish->replaces);
    return payload;
}

static bool new_order(struct ordering *o, struct err *err)
{
    struct subscriber *s = o->subscriber;
    const struct exchange *x;
    if (!subscriber_post(s, client_resource(s->client, RESOURCE_NEW_ORDER),
                         order_payload(s->arena, o->wish), 201, "there is no order", &x,
                         err))
        return false;
    const str *location = headers_find(&x->response.headers, "Location");
    if (!location)
        return err_set(err, "the order's answer has no Location");
    o->url = str_copy(s->arena, *location);
    o->order = x->body;
    if (!str_is(order_status(o), "pending")
        && client_bug(s->client, BUG_CLIENT_PENDING_NEEDED))
        return err_set(err, "the new order is not pending");
    return json_is_array(json_object_get(o->order, "authorizations"))
        || err_set(err, "the answer to newOrder is no order: it lists no authorizations");
}

/* --- authorizations --- */

static const char *type_word(str type)
{
    for (int i = 0; i < CHALLENGE_COUNT; i++)
        if (str_is(type, challenge_names[i]))
            return challenge_names[i];
    return NULL;
}

/* The challenge to answer: the wanted type before others, of those that we can. */
static json_t *choose(struct subscriber *s, json_t *challenges)
{
    json_t *challenge, *chosen = NULL;
    size_t i;
    json_array_foreach(challenges, i, challenge)
    {
        str type = json_member(challenge, "type");
        const char *word = type_word(type);
        if (!word || !s->prover.can(s->prover.context, word))
            continue;
        if (s->challenge.len && str_eq(type, s->challenge))
            return challenge;
        if (!chosen && !s->challenge.len)
            chosen = challenge;
    }
    return chosen;
}

static bool read_challenge(struct subscriber *s, json_t *authz, json_t *challenge,
                           struct proof *proof, struct err *err)
{
    str identifier = json_str(json_pointer(authz, STR("/identifier/value")));
    if (!challenge)
        return err_set(err, "no challenge for %.*s is one that can be answered here",
                       STR_ARG(identifier));
    str thumbprint = key_thumbprint(s->arena, s->key);
    proof->type = type_word(json_member(challenge, "type"));
    proof->identifier = identifier;
    proof->token = json_member(challenge, "token");
    proof->key_authorization =
        challenge_key_authorization(s->arena, proof->token, thumbprint);
    return true;
}

/* Fetches the authorization and, unless it is valid already, answers a challenge. */
static bool prove(struct ordering *o, struct proving *p, struct err *err)
{
    struct subscriber *s = o->subscriber;
    const struct exchange *x;
    if (!subscriber_post(s, p->url, NULL, 200, "an authorization cannot be read", &x,
                         err))
        return false;
    if (str_is(json_member(x->body, "status"), "valid")
        && !client_bug(s->client, BUG_CLIENT_ANSWERS_VALID))
        return true;
    json_t *challenge = choose(s, json_object_get(x->body, "challenges"));
    if (!read_challenge(s, x->body, challenge, &p->proof, err)
        || !s->prover.provide(s->prover.context, s->arena, &p->proof, err))
        return false;
    p->provided = true;
    return subscriber_post(s, json_member(challenge, "url"),
                           json_keep(s->arena, json_object()), 200,
                           "a challenge was not taken", &x, err);
}

/* Polls until the object's status is none of the two words (RFC 8555 7.5.1). */
static bool settle(struct subscriber *s, str url, const char *one, const char *other,
                   json_t **out, struct err *err)
{
    int64_t end = clock_ms() + s->patience_ms;
    for (int polls = 0;; polls++) {
        const struct exchange *x;
        if (!subscriber_post(s, url, NULL, 200, "the state cannot be read", &x, err))
            return false;
        *out = x->body;
        str status = json_member(x->body, "status");
        if (!status.len)
            return err_set(err,
                           "the answer has no status: it is no order or authorization");
        if (!str_is(status, one) && !str_is(status, other))
            return true;
        long pause = client_pause_ms(x, polls);
        if (clock_ms() + pause > end)
            return err_set(err, "it is still %.*s after %ld seconds", STR_ARG(status),
                           s->patience_ms / 1000);
        clock_sleep_ms(pause);
    }
}

/* The first error among the challenges, which says why. */
static str reason_of(json_t *authz)
{
    json_t *challenge;
    size_t i;
    json_array_foreach(json_object_get(authz, "challenges"), i, challenge)
    {
        str detail = json_member(json_object_get(challenge, "error"), "detail");
        if (detail.len)
            return str_upto(detail, 300);
    }
    return STR("the CA does not say why");
}

static bool await_authz(struct ordering *o, struct proving *p, struct err *err)
{
    json_t *authz;
    if (!p->provided)
        return true;
    if (!settle(o->subscriber, p->url, "pending", "processing", &authz, err))
        return false;
    str status = json_member(authz, "status"), reason = reason_of(authz);
    return str_is(status, "valid")
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
        if (!prove(o, p, err))
            return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!await_authz(o, &o->proving[i], err))
            return false;
    return true;
}

static void withdraw_all(struct ordering *o)
{
    const struct prover *prover = &o->subscriber->prover;
    for (size_t i = 0; i < o->count; i++)
        if (o->proving[i].provided)
            prover->withdraw(prover->context, o->subscriber->arena, &o->proving[i].proof);
}

/* --- finalization and download --- */

static bool reach(struct ordering *o, const char *leaving, const char *wanted,
                  struct err *err)
{
    if (!str_is(order_status(o), wanted)
        && !settle(o->subscriber, o->url, leaving, leaving, &o->order, err))
        return false;
    str status = order_status(o);
    str detail = json_member(json_object_get(o->order, "error"), "detail");
    return str_is(status, wanted)
        || err_set(err, "the order is %.*s and not %s%s%.*s", STR_ARG(status), wanted,
                   detail.len ? ": " : "", STR_ARG(str_upto(detail, 300)));
}

static bool finalize(struct ordering *o, struct err *err)
{
    struct subscriber *s = o->subscriber;
    struct csr_spec spec = { .key = o->wish->key, .must_staple = o->wish->must_staple };
    json_t *payload = json_keep(s->arena, json_object());
    const struct exchange *x;
    str der;
    for (size_t i = 0; i < o->wish->names.count; i++)
        identifier_into_csr(s->arena, &spec, o->wish->names.item[i]);
    if (client_bug(s->client, BUG_CLIENT_CSR_EXTRA_NAME))
        strs_add(s->arena, &spec.dns_names,
                 arena_printf(s->arena, "www.%.*s", STR_ARG(o->wish->names.item[0])));
    if (!csr_new(s->arena, &spec, &der, err))
        return false;
    add_text(s->arena, payload, "csr", b64url_encode(s->arena, der));
    if (!subscriber_post(s, json_member(o->order, "finalize"), payload, 200,
                         "the order was not finalized", &x, err))
        return false;
    o->order = x->body;
    return true;
}

static bool ends_at(struct arena *a, str pem, str name)
{
    struct err ignored;
    struct chain chain;
    str wanted = arena_printf(a, "CN=%.*s", STR_ARG(name));
    return chain_read(a, pem, &chain, &ignored)
        && str_contains(cert_issuer(a, chain.item[chain.count - 1]), wanted);
}

/* RFC 8555 7.4.2: the default chain, or the alternate that leads to the wanted issuer. */
static bool prefer_chain(struct ordering *o, const struct exchange *first, str *pem,
                         struct err *err)
{
    struct subscriber *s = o->subscriber;
    str name = o->wish->preferred_chain;
    if (!name.len || ends_at(s->arena, *pem, name))
        return true;
    for (size_t i = 0; i < MOST_ALTERNATES; i++) {
        const struct exchange *x;
        str url;
        if (!link_find(s->arena, &first->response.headers, "alternate", i,
                       first->request.url, &url))
            break;
        if (!subscriber_post(s, url, NULL, 200, "an alternate chain cannot be had", &x,
                             err))
            return false;
        if (ends_at(s->arena, x->response.body, name)) {
            *pem = x->response.body;
            return true;
        }
    }
    return true; /* none leads there: the default is as good */
}

static bool download(struct ordering *o, str *pem, struct err *err)
{
    struct subscriber *s = o->subscriber;
    struct chain chain;
    const struct exchange *x;
    str url = json_member(o->order, "certificate");
    if (!url.len)
        return err_set(err, "the valid order has no certificate URL");
    if (!subscriber_post(s, url, NULL, 200, "the certificate cannot be had", &x, err))
        return false;
    *pem = x->response.body;
    return prefer_chain(o, x, pem, err) && chain_read(s->arena, *pem, &chain, err);
}

bool subscriber_obtain(struct subscriber *s, const struct wish *wish, str *pem,
                       struct err *err)
{
    struct ordering o = { .subscriber = s, .wish = wish };
    if (!new_order(&o, err))
        return false;
    bool proven = prove_all(&o, err);
    withdraw_all(&o);
    return proven && reach(&o, "pending", "ready", err) && finalize(&o, err)
        && reach(&o, "processing", "valid", err) && download(&o, pem, err);
}
