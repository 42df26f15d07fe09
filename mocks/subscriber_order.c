/* SPDX-License-Identifier: MIT */
/* The subscriber's orders: proofs, finalization, download (RFC 8555 7.4, 7.5). */
#include "acme/identifier.h"
#include "base/clock.h"
#include "crypto/b64url.h"
#include "crypto/cert.h"
#include "mocks/subscriber_inside.h"

enum { MOST_ALTERNATES = 20 };

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

static json_t *order_payload(struct arena *a, const struct client *client,
                             const struct wish *wish)
{
    json_t *payload = json_keep(a, json_object());
    json_t *identifiers = json_keep(a, json_array());
    for (size_t i = 0; i < wish->names.count; i++)
        json_array_append(identifiers,
                          identifier_of(a,
                                        client_bug(client, BUG_CLIENT_IP_LONG)
                                            ? wish->names.item[i]
                                            : identifier_text(a, wish->names.item[i])));
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
                         order_payload(s->arena, s->client, o->wish), 201,
                         "there is no order", &x, err))
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

/* --- states --- */

bool subscriber_settle(struct subscriber *s, str url, const char *one, const char *other,
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
        if (clock_ms() + pause > end
            || (polls == 2 && client_bug(s->client, BUG_CLIENT_POLLS_FEW)))
            return err_set(err, "it is still %.*s after %ld seconds", STR_ARG(status),
                           s->patience_ms / 1000);
        clock_sleep_ms(pause);
    }
}

/* --- finalization and download --- */

static bool reach(struct ordering *o, const char *leaving, const char *wanted,
                  struct err *err)
{
    if (!str_is(order_status(o), wanted)
        && !subscriber_settle(o->subscriber, o->url, leaving, leaving, &o->order, err))
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
    bool blind = client_bug(s->client, BUG_CLIENT_INVALID_IGNORED), proven;
    do {
        if (!new_order(&o, err))
            return false;
        proven = subscriber_prove(&o, err);
    } while (!proven && client_bug(s->client, BUG_CLIENT_INVALID_ANEW));
    return proven && (blind || reach(&o, "pending", "ready", err)) && finalize(&o, err)
        && reach(&o, "processing", "valid", err) && download(&o, pem, err);
}
