/* SPDX-License-Identifier: MIT */
/* The mock CA's objects as JSON (RFC 8555 7.1.2 to 7.1.5, 8). */
#include "base/clock.h"
#include "mocks/ca_inside.h"

static void put(json_t *object, const char *name, str value)
{
    json_object_set_new(object, name, json_stringn(value.ptr, value.len));
}

static void put_status(json_t *object, enum status status)
{
    json_object_set_new(object, "status", json_string(status_words[status]));
}

static void put_date(struct arena *a, json_t *object, const char *name, time_t when)
{
    put(object, name, date_rfc3339(a, when));
}

/* Text of our own that is JSON already. */
static void put_json(struct arena *a, json_t *object, const char *name, str text)
{
    struct err err;
    if (text.len)
        json_object_set(object, name, json_read(a, text, &err));
}

static json_t *strings(const struct strs *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_stringn(list->item[i].ptr, list->item[i].len));
    return array;
}

/* What a planted bug took from requests. */
static void put_extra(struct arena *a, json_t *object, str members)
{
    struct err err;
    if (members.len)
        json_object_update(object, json_read(a, members, &err));
}

json_t *ca_show_account(struct ca_call *call, const struct account *account)
{
    json_t *out = json_object();
    put_status(out, account->status);
    if (account->contact.count)
        json_object_set_new(out, "contact", strings(&account->contact));
    if (account->terms)
        json_object_set_new(out, "termsOfServiceAgreed",
                            json_boolean(account->terms > 0));
    put_json(call->arena, out, "externalAccountBinding", account->eab);
    put(out, "orders",
        ca_url(call, "/account/%.*s/%s", STR_ARG(account->id),
               bug_on(call->ca, BUG_ORDERS_NO_ROUTE) ? "list" : "orders"));
    put_extra(call->arena, out, account->extra);
    ca_spoil_object(call->ca, "account", out);
    return out;
}

json_t *ca_show_identifier(struct ca_call *call, bool ip, str value)
{
    json_t *out = json_object();
    const char *name = bug_on(call->ca, BUG_IDENTIFIER_TYPE_CASE) ? "DNS" : "dns";
    ip = ip && !bug_on(call->ca, BUG_ADDRESS_SHOWN_AS_NAME);
    json_object_set_new(out, "type", json_string(ip ? "ip" : name));
    if (str_starts(value, "xn--") && bug_on(call->ca, BUG_XN_LOST))
        value = arena_printf(call->arena, "?%.*s",
                             STR_ARG(str_from(value, str_find_char(value, '.'))));
    put(out, "value", value);
    return out;
}

static json_t *order_authzs(struct ca_call *call, const struct order *order)
{
    json_t *list = json_array();
    for (size_t i = 0; i < order->count; i++) {
        if (!order->authz[i]
            || (order->authz[i]->status == STATUS_VALID
                && bug_on(call->ca, BUG_COMPLETED_AUTHZS_HIDDEN)))
            continue;
        size_t which = bug_on(call->ca, BUG_AUTHZS_ALIKE) ? 0 : i;
        str at = ca_authz_url(call->ca, call->arena, order->authz[which]);
        json_array_append_new(list, json_stringn(at.ptr, at.len));
    }
    return list;
}

static json_t *order_identifiers(struct ca_call *call, const struct order *order)
{
    json_t *list = json_array();
    for (size_t i = 0; i < order->count; i++) {
        str value = order->identifier[i].value;
        if (str_starts(value, "*.") && bug_on(call->ca, BUG_ORDER_WILDCARD_BARE))
            value = str_from(value, 2);
        json_array_append_new(list,
                              ca_show_identifier(call, order->identifier[i].ip, value));
    }
    return list;
}

/* RFC 8555 7.1.3: "certificate" is there once the order is valid, and not before. */
static void put_certificate(struct ca_call *call, const struct order *order, json_t *out)
{
    if (order->status == STATUS_VALID && order->certificate)
        put(out, "certificate",
            ca_url(call, "/certificate/%.*s", STR_ARG(order->certificate->id)));
    else if (order->status == STATUS_PROCESSING
             && bug_on(call->ca, BUG_CERTIFICATE_TOO_EARLY))
        put(out, "certificate", ca_url(call, "/certificate/%.*s", STR_ARG(order->id)));
}

json_t *ca_show_order(struct ca_call *call, const struct order *order)
{
    struct arena *a = call->arena;
    json_t *out = json_object();
    put_status(out, order->status);
    put_date(a, out, "expires",
             bug_on(call->ca, BUG_EXPIRES_MOVES) ? call->now + 86400 : order->expires);
    json_object_set_new(out, "identifiers", order_identifiers(call, order));
    if (order->profile && !bug_on(call->ca, BUG_PROFILE_NOT_SHOWN))
        json_object_set_new(out, "profile",
                            json_string(bug_on(call->ca, BUG_PROFILE_UNLISTED)
                                            ? "default"
                                            : order->profile));
    if (order->not_before)
        put_date(a, out, "notBefore", order->not_before);
    if (order->not_after)
        put_date(a, out, "notAfter", order->not_after);
    if (order->replaces.len)
        put(out, "replaces", order->replaces);
    put_json(a, out, "error", order->error);
    json_object_set_new(out, "authorizations", order_authzs(call, order));
    put(out, "finalize", ca_url(call, "/order/%.*s/finalize", STR_ARG(order->id)));
    put_certificate(call, order, out);
    ca_spoil_object(call->ca, "order", out);
    return out;
}

/* RFC 8555 8, 8.3, 8.4, RFC 8737 3. */
json_t *ca_show_challenge(struct ca_call *call, const struct challenge *challenge)
{
    json_t *out = json_object();
    const struct authz *authz = challenge->authz;
    json_object_set_new(out, "type", json_string(challenge_names[challenge->type]));
    put(out, "url",
        ca_url(call, "/challenge/%.*s/%d", STR_ARG(authz->id),
               (int)(challenge - authz->challenge)));
    if (challenge->status != STATUS_PENDING || !call->ca->options.no_challenge_status)
        put_status(out, challenge->status);
    put(out, "token", challenge->token);
    if (challenge->validated)
        put_date(call->arena, out, "validated", challenge->validated);
    put_json(call->arena, out, "error", challenge->error);
    if (bug_on(call->ca, BUG_KEYAUTH_SHOWN) && challenge->keyauth.len)
        put(out, "keyAuthorization", challenge->keyauth);
    ca_spoil_object(call->ca, "challenge", out);
    return out;
}

/* RFC 8555 7.1.4: a pending authorization lists what may be tried, a valid one "the
 * challenge that was validated", an invalid one "the challenge that was attempted and
 * failed"; one that ended untried has nothing else to list than all. */
static bool is_listed(const struct authz *authz, const struct challenge *challenge)
{
    if (authz->status == STATUS_VALID)
        return challenge->status == STATUS_VALID;
    return authz->status == STATUS_PENDING || ca_authz_tried(authz) == authz->count
        || challenge->status != STATUS_PENDING;
}

/* RFC 8555 8: what a challenge has beside type, url and status is its type's own matter,
 * and new types come. */
static void add_other_challenge(struct ca_call *call, const struct authz *authz,
                                const char *type, json_t *list)
{
    const struct ca_options *options = &call->ca->options;
    bool offered = options->other_challenges || options->bare_challenges;
    if (!offered || authz->status != STATUS_PENDING)
        return;
    json_t *out = json_object();
    json_object_set_new(out, "type", json_string(type));
    put(out, "url", ca_url(call, "/challenge/%.*s/%s", STR_ARG(authz->id), type));
    put_status(out, STATUS_PENDING);
    if (!options->bare_challenges)
        put(out, "token", authz->id);
    json_array_append_new(list, out);
}

static json_t *authz_challenges(struct ca_call *call, const struct authz *authz)
{
    json_t *list = json_array();
    bool all = bug_on(call->ca, BUG_ALL_CHALLENGES_STAY);
    add_other_challenge(call, authz, "carrier-pigeon-01", list);
    for (size_t i = 0; i < authz->count; i++) {
        bool back = call->ca->options.challenges_reversed;
        const struct challenge *c = &authz->challenge[back ? authz->count - 1 - i : i];
        if (all || is_listed(authz, c))
            json_array_append_new(list, ca_show_challenge(call, c));
    }
    add_other_challenge(call, authz, "http-02", list);
    return list;
}

size_t ca_authz_tried(const struct authz *authz)
{
    size_t i = 0;
    while (i < authz->count && authz->challenge[i].status == STATUS_PENDING)
        i++;
    return i;
}

bool ca_authz_busy(const struct authz *authz)
{
    bool busy = false;
    for (size_t i = 0; i < authz->count; i++)
        busy = busy || authz->challenge[i].status == STATUS_PROCESSING;
    return busy;
}

json_t *ca_show_authz(struct ca_call *call, const struct authz *authz)
{
    const struct identifier *who = &authz->identifier;
    json_t *out = json_object();
    str value = who->value;
    bool late =
        authz->status == STATUS_VALID && bug_on(call->ca, BUG_WILDCARD_PREFIX_LATE);
    if (authz->wildcard && (late || bug_on(call->ca, BUG_WILDCARD_PREFIX_KEPT)))
        value = arena_printf(call->arena, "*.%.*s", STR_ARG(value));
    if (!who->ip && bug_on(call->ca, BUG_AUTHZ_NAME_ROOTED))
        value = arena_printf(call->arena, "%.*s.", STR_ARG(value));
    json_object_set_new(out, "identifier", ca_show_identifier(call, who->ip, value));
    put_status(out,
               ca_authz_busy(authz) && bug_on(call->ca, BUG_AUTHZ_BUSY_PROCESSING)
                   ? STATUS_PROCESSING
                   : authz->status);
    put_date(call->arena, out, "expires", authz->expires);
    json_object_set_new(out, "challenges", authz_challenges(call, authz));
    if (authz->wildcard)
        json_object_set_new(out, "wildcard", json_true());
    ca_spoil_object(call->ca, "authorization", out);
    return out;
}
