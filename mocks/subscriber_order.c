/* SPDX-License-Identifier: MIT */
/* The subscriber's orders, from newOrder to finalization (RFC 8555 7.4). */
#include <limits.h>
#include <stdlib.h>

#include "acme/identifier.h"
#include "acme/problem.h"
#include "base/clock.h"
#include "crypto/b64url.h"
#include "crypto/cert.h"
#include "mocks/subscriber_inside.h"

enum { ANEW_MS = 500 };

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

static str replaces_as_told(const struct client *client, const struct wish *wish)
{
    str id = wish->replaces;
    if (client_bug(client, BUG_CLIENT_NO_REPLACES))
        return STR_NONE;
    return client_bug(client, BUG_CLIENT_REPLACES_SERIAL)
        ? str_from(id, str_find_char(id, '.') + (id.len > 0))
        : id;
}

static void add_dates(struct arena *a, const struct client *client, json_t *payload,
                      const struct wish *wish)
{
    enum { WEEK = 7 * 86400, SECOND = 19 }; /* 2026-11-28T17:46:49 */
    str before = wish->not_before, after = wish->not_after;
    if (client_bug(client, BUG_CLIENT_DATES_EPOCH)) {
        before = STR("1764547200");
        after = STR("1767139200");
    }
    if (client_bug(client, BUG_CLIENT_DATES_FRACTION))
        after = arena_printf(a, "%.*s.125Z", SECOND,
                             date_rfc3339(a, clock_wall() + WEEK).ptr);
    add_text(a, payload, "notBefore", before);
    add_text(a, payload, "notAfter", after);
}

static json_t *order_payload(struct arena *a, const struct client *client,
                             const struct wish *wish)
{
    json_t *payload = json_keep(a, json_object());
    json_object_set(payload, "identifiers",
                    subscriber_identifiers(a, client, &wish->names));
    if (client_bug(client, BUG_CLIENT_SERVER_MEMBERS)) {
        json_object_set_new(payload, "status", json_string("pending"));
        json_object_set_new(payload, "authorizations", json_array());
        json_object_set_new(payload, "expires", json_string(""));
        json_object_set_new(payload, "finalize", json_string(""));
    }
    add_dates(a, client, payload, wish);
    if (!client_bug(client, BUG_CLIENT_PROFILE_DROPPED))
        add_text(a, payload, "profile", wish->profile);
    if (!wish->profile.len && client_bug(client, BUG_CLIENT_PROFILE_NULL))
        json_object_set_new(payload, "profile", json_null());
    add_text(a, payload, "replaces", replaces_as_told(client, wish));
    return payload;
}

/* A CA that does not know what is replaced, or knows that it was replaced before, says so
 * in many ways (RFC 9773 5 has alreadyReplaced); the certificate is wanted all the same.
 */
static bool post_order(struct ordering *o, const struct exchange **x, struct err *err)
{
    struct subscriber *s = o->subscriber;
    str url = client_resource(s->client, RESOURCE_NEW_ORDER);
    struct wish plain = *o->wish;
    plain.replaces = STR_NONE;
    bool good = subscriber_post(s, url, order_payload(s->arena, s->client, o->wish), 201,
                                "there is no order", x, err);
    if (good || !o->wish->replaces.len
        || client_bug(s->client, BUG_CLIENT_REPLACED_FATAL))
        return good;
    return subscriber_post(s, url, order_payload(s->arena, s->client, &plain), 201,
                           "there is no order", x, err);
}

static bool is_over(const struct ordering *o)
{
    time_t end;
    return date_from_rfc3339(json_member(o->order, "expires"), &end)
        && end < clock_wall();
}

/* Profiles draft 4: what the directory does not list is not asked for. */
static bool profile_is_listed(const struct ordering *o, struct err *err)
{
    struct subscriber *s = o->subscriber;
    str profile = o->wish->profile;
    json_t *listed = json_object_get(client_meta(s->client), "profiles");
    if (!profile.len && json_object_size(listed)
        && client_bug(s->client, BUG_CLIENT_PROFILE_NEEDED))
        return err_set(err, "the CA offers profiles: choose one");
    return !profile.len || json_object_get(listed, str_z(s->arena, profile))
        || client_bug(s->client, BUG_CLIENT_PROFILE_ANYHOW)
        || err_set(err, "the CA lists no profile %.*s", STR_ARG(profile));
}

/* The planted bug: whose clock differs is no CA. */
static bool clocks_agree(const struct ordering *o, const struct exchange *x,
                         struct err *err)
{
    enum { MOST_S = 300 };
    const str *date = headers_find(&x->response.headers, "Date");
    time_t then, now = clock_wall();
    if (!client_bug(o->subscriber->client, BUG_CLIENT_DATE_CHECKED) || !date
        || !date_from_http(*date, &then) || (then < now + MOST_S && then > now - MOST_S))
        return true;
    return err_set(err, "the CA's clock is wrong");
}

static bool new_order(struct ordering *o, struct err *err)
{
    struct subscriber *s = o->subscriber;
    const struct exchange *x;
    if (!profile_is_listed(o, err) || !post_order(o, &x, err))
        return false;
    if (!clocks_agree(o, x, err))
        return false;
    if (!client_location(s->client, x, &o->url))
        return err_set(err, "the order's answer has no Location");
    o->order = x->body;
    if (!subscriber_likes_order(o, err))
        return false;
    if (!str_is(order_status(o), "pending")
        && client_bug(s->client, BUG_CLIENT_PENDING_NEEDED))
        return err_set(err, "the new order is not pending");
    if (is_over(o) && client_bug(s->client, BUG_CLIENT_OWN_CLOCK))
        return err_set(err, "the order is over");
    if (json_object_get(o->order, "links")
        && client_bug(s->client, BUG_CLIENT_OBJECTS_STRICT))
        return err_set(err, "the order has a member that is unknown");
    return json_is_array(json_object_get(o->order, "authorizations"))
        || str_is(order_status(o), "ready")
        || err_set(err, "the answer to newOrder is no order: it lists no authorizations");
}

/* --- states --- */

static bool order_status_is_known(str status)
{
    return str_is(status, "pending") || str_is(status, "processing")
        || str_is(status, "ready") || str_is(status, "valid")
        || str_is(status, "invalid");
}

static void wait_for_date(str date)
{
    long seconds;
    if (retry_after_seconds(date, clock_wall(), &seconds))
        clock_sleep_ms(seconds * 1000);
}

/* RFC 8555 7.4, 7.5.1: the time that the server asks for; a server that asks for none
 * gets none too small. */
static long pause_before(const struct subscriber *s, const struct exchange *x, int polls)
{
    enum { POLLS_SKIPPED = 6, CARELESS_MS = 250, FAST_MS = 5 };
    const str *asked = headers_find(&x->response.headers, "Retry-After");
    bool date = asked && asked->len && asked->ptr[0] > '9';
    long seconds;
    if (client_bug(s->client, BUG_CLIENT_RETRY_AFTER_ODD) && asked
        && (!retry_after_seconds(*asked, clock_wall(), &seconds) || seconds >= INT_MAX))
        abort();
    if (client_bug(s->client, BUG_CLIENT_POLLS_FAST))
        return FAST_MS;
    if (client_bug(s->client, BUG_CLIENT_RETRY_AFTER_IGNORED)
        || (date && client_bug(s->client, BUG_CLIENT_RETRY_AFTER_DATE)))
        return CARELESS_MS;
    if (date && client_bug(s->client, BUG_CLIENT_DATE_WAIT))
        wait_for_date(*asked);
    if (asked && client_bug(s->client, BUG_CLIENT_SLEEPS_ALL)
        && retry_after_seconds(*asked, clock_wall(), &seconds))
        clock_sleep_ms(seconds * 1000);
    return client_pause_ms(x, polls + (s->hurried ? 0 : POLLS_SKIPPED));
}

bool subscriber_read(struct subscriber *s, str url, const struct exchange **x,
                     struct err *err)
{
    enum { STORM = 100 };
    int times = client_bug(s->client, BUG_CLIENT_GONE_STORM) ? STORM : 1;
    bool good = false;
    for (; times > 0 && !good; times--)
        good = subscriber_post(s, url, NULL, 200, "the state cannot be read", x, err);
    return good;
}

bool subscriber_settle(struct subscriber *s, str url, const char *one, const char *other,
                       json_t **out, struct err *err)
{
    int64_t end = clock_ms() + s->patience_ms;
    for (int polls = 0;; polls++) {
        const struct exchange *x;
        if (client_bug(s->client, BUG_CLIENT_GET)
            && !client_send(s->client, "GET", url, NULL, STR_NONE, 0, false, &x, err))
            return false;
        if (!subscriber_read(s, url, &x, err))
            return false;
        *out = x->body;
        str status = json_member(x->body, "status");
        if (!status.len)
            return err_set(err,
                           "the answer has no status: it is no order or authorization");
        if (client_bug(s->client, BUG_CLIENT_WAITS_ANYWAY)
            && headers_find(&x->response.headers, "Retry-After"))
            clock_sleep_ms(s->patience_ms);
        if (!str_is(status, one) && !str_is(status, other))
            return true;
        if (client_bug(s->client, BUG_CLIENT_SLOW_CRASH))
            abort();
        if (!order_status_is_known(status)
            && client_bug(s->client, BUG_CLIENT_STATUS_CRASH))
            abort();
        long pause = pause_before(s, x, polls);
        if (clock_ms() + pause > end
            || (polls == 1 && client_bug(s->client, BUG_CLIENT_POLLS_FEW)))
            return err_set(err, "it is still %.*s after %ld seconds", STR_ARG(status),
                           s->patience_ms / 1000);
        clock_sleep_ms(pause);
    }
}

/* --- finalization --- */

static bool same_set(json_t *a, json_t *b)
{
    json_t *x, *y;
    size_t i, k, found = 0;
    json_array_foreach(a, i, x)
    {
        bool is_there = false;
        json_array_foreach(b, k, y) is_there = is_there || json_equal(x, y);
        found += is_there;
    }
    return found == json_array_size(a) && json_array_size(a) == json_array_size(b);
}

/* RFC 8555 7.1.3: "If a client observes a change in the contents of either array, then it
 * SHOULD consider the order invalid." */
static bool is_the_same(const struct ordering *o, json_t *before, struct err *err)
{
    static const char *const members[] = { "identifiers", "authorizations" };
    for (size_t i = 0; i < countof(members); i++)
        if (!same_set(json_object_get(before, members[i]),
                      json_object_get(o->order, members[i])))
            return client_bug(o->subscriber->client, BUG_CLIENT_CHANGE_UNSEEN)
                || err_set(err, "the %s of the order are not what they were", members[i]);
    return true;
}

static bool reach(struct ordering *o, const char *leaving, const char *wanted,
                  struct err *err)
{
    const struct client *client = o->subscriber->client;
    json_t *before = o->order;
    if (client_bug(client, BUG_CLIENT_INVALID_AWAITED))
        leaving = "invalid";
    if (!str_is(order_status(o), wanted)
        && !subscriber_settle(o->subscriber, o->url, leaving, leaving, &o->order, err))
        return false;
    str status = order_status(o);
    str detail = client_bug(client, BUG_CLIENT_ERROR_UNSHOWN)
        ? STR_NONE
        : json_member(json_object_get(o->order, "error"), "detail");
    bool failed = detail.len && client_bug(client, BUG_CLIENT_ERROR_MEMBER);
    if (str_is(status, wanted) && !failed)
        return is_the_same(o, before, err);
    if (!order_status_is_known(status) && client_bug(client, BUG_CLIENT_STATUS_CRASH))
        abort();
    str parts = subscriber_parts(o->subscriber, json_object_get(o->order, "error"));
    return err_set(err, "the order is %.*s and not %s%s%.*s%.*s", STR_ARG(status), wanted,
                   detail.len ? ": " : "", STR_ARG(str_upto(detail, 300)),
                   STR_ARG(parts));
}

static bool has_status(const struct exchange *x, const char *word)
{
    return str_is(json_member(x->body, "status"), word);
}

/* RFC 8555 7.4: whoever is told that the order is not ready looks at the order, and what
 * it says is what counts; so, too, when no answer came. */
static bool look_again(struct ordering *o, const struct exchange *x, bool *once_more,
                       struct err *err)
{
    struct subscriber *s = o->subscriber;
    bool not_ready = str_is(problem_word(s->arena, &x->response), "orderNotReady");
    bool lost = x->response.status == 0;
    *once_more = lost && client_bug(s->client, BUG_CLIENT_FINALIZE_RESENT);
    if (*once_more)
        return true;
    bool final = client_bug(s->client, BUG_CLIENT_NOT_READY_FINAL)
        || client_bug(s->client, BUG_CLIENT_FINALIZE_RESENT)
        || client_bug(s->client, BUG_CLIENT_FINALIZES_EARLY)
        || client_bug(s->client, BUG_CLIENT_ONE_VALID);
    if ((not_ready && final) || (lost && client_bug(s->client, BUG_CLIENT_LOST_ANEW)))
        return false;
    if (!not_ready && !lost && !has_status(x, "processing"))
        return false;
    clock_sleep_ms(pause_before(s, x, 0));
    if (!subscriber_settle(s, o->url, "pending", "processing", &o->order, err))
        return false;
    *once_more = str_is(order_status(o), "ready");
    return true;
}

/* POSTs the CSR; true when the order is known to be on its way. */
static bool submit(struct ordering *o, json_t *payload, struct err *err)
{
    enum { TRIES = 10, STORM = 300 };
    struct subscriber *s = o->subscriber;
    const struct exchange *x;
    bool storm = client_bug(s->client, BUG_CLIENT_NOT_READY_STORM);
    str url = client_bug(s->client, BUG_CLIENT_FINALIZE_GUESSED)
        ? arena_printf(s->arena, "%.*s/finalize", STR_ARG(o->url))
        : json_member(o->order, "finalize");
    bool once_more = true,
         stubborn = storm || client_bug(s->client, BUG_CLIENT_FINALIZE_STORM);
    for (int i = 0; i < (storm ? STORM : TRIES) && once_more; i++) {
        bool good = subscriber_post(
            s, url, payload, client_bug(s->client, BUG_CLIENT_FINALIZE_200) ? 200 : 0,
            "the order was not finalized", &x, err);
        if (!has_status(x, "valid") && client_bug(s->client, BUG_CLIENT_FINALIZE_CRASH))
            abort();
        if (!has_status(x, "valid") && client_bug(s->client, BUG_CLIENT_FINALIZE_ANEW))
            return false;
        once_more = stubborn
            && (!good || has_status(x, "ready") || has_status(x, "invalid")
                || has_status(x, "processing"));
        if (good) {
            const str *location = headers_find(&x->response.headers, "Location");
            o->order = x->body;
            if (client_bug(s->client, BUG_CLIENT_ORDER_URL_LOST))
                o->url = location ? str_copy(s->arena, *location) : STR_NONE;
            if (has_status(x, "processing"))
                clock_sleep_ms(pause_before(s, x, 0));
            if (!once_more)
                return !client_bug(s->client, BUG_CLIENT_NO_PROCESSING)
                    || has_status(x, "valid") || err_set(err, "the order is not valid");
        } else if (!stubborn && !look_again(o, x, &once_more, err))
            return false;
    }
    return !once_more;
}

/* RFC 8555 7.4: "a CSR [...] in the base64url-encoded version of the DER format". */
static str csr_text(const struct subscriber *s, str der)
{
    str text = b64url_encode(s->arena, der);
    return client_bug(s->client, BUG_CLIENT_CSR_PEM) ? arena_printf(
               s->arena, "-----BEGIN CERTIFICATE REQUEST-----\n%.*s", STR_ARG(text))
                                                     : text;
}

/* What planted bugs ask for beside names: extendedKeyUsage of serverAuth and clientAuth;
 * keyUsage of digitalSignature and keyEncipherment. */
static json_t *extensions_of(const struct subscriber *s, struct err *err)
{
    if (client_bug(s->client, BUG_CLIENT_CSR_CLIENT_AUTH))
        return json_read(
            s->arena,
            STR("{\"2.5.29.37\":\"301406082b0601050507030106082b06010505070302\"}"), err);
    return client_bug(s->client, BUG_CLIENT_CSR_ENCIPHERS)
        ? json_read(s->arena, STR("{\"2.5.29.15\":\"030205a0\"}"), err)
        : NULL;
}

/* The user's own, or one for the names of the wish. */
static bool csr_of(const struct ordering *o, str *der, struct err *err)
{
    const struct subscriber *s = o->subscriber;
    struct csr_spec spec = { .key = o->wish->key, .must_staple = o->wish->must_staple };
    if (o->wish->csr.len) {
        *der = o->wish->csr;
        return true;
    }
    spec.version = client_bug(s->client, BUG_CLIENT_CSR_VERSION) ? 2 : 0;
    spec.extensions = extensions_of(s, err);
    for (size_t i = 0; i < o->wish->names.count; i++)
        identifier_into_csr(s->arena, &spec, o->wish->names.item[i]);
    subscriber_misname(s->client, &spec);
    if (client_bug(s->client, BUG_CLIENT_CSR_EXTRA_NAME))
        strs_add(s->arena, &spec.dns_names,
                 arena_printf(s->arena, "www.%.*s", STR_ARG(o->wish->names.item[0])));
    if (client_bug(s->client, BUG_CLIENT_CSR_ACCOUNT_KEY))
        spec.key = s->key;
    return csr_new(s->arena, &spec, der, err);
}

static bool finalize(struct ordering *o, struct err *err)
{
    struct subscriber *s = o->subscriber;
    json_t *payload = json_keep(s->arena, json_object());
    str der;
    if (!csr_of(o, &der, err))
        return false;
    add_text(s->arena, payload, "csr", csr_text(s, der));
    json_t *before = o->order;
    return submit(o, payload, err) && is_the_same(o, before, err);
}

/* Takes the order of the last run, as a planted bug does. */
static bool take_up(struct ordering *o, struct err *err)
{
    const struct exchange *x;
    o->url = o->subscriber->kept_order;
    if (!subscriber_post(o->subscriber, o->url, NULL, 200, "the order is gone", &x, err))
        return false;
    o->order = x->body;
    return true;
}

static bool obtain_once(struct subscriber *s, const struct wish *wish, str *pem,
                        struct err *err)
{
    struct wish tidy = *wish;
    struct ordering o = { .subscriber = s, .wish = &tidy };
    if (!subscriber_names(s, &wish->names, &tidy.names, err))
        return false;
    bool blind = client_bug(s->client, BUG_CLIENT_INVALID_IGNORED)
        || client_bug(s->client, BUG_CLIENT_FINALIZES_AT_ONCE)
        || client_bug(s->client, BUG_CLIENT_FINALIZES_EARLY)
        || client_bug(s->client, BUG_CLIENT_ONE_VALID);
    bool proven;
    bool twice = client_bug(s->client, BUG_CLIENT_ORDERS_TWICE);
    if (twice && !new_order(&o, err))
        return false;
    do {
        if (s->kept_order.len ? !take_up(&o, err) : !new_order(&o, err))
            return false;
        if (client_bug(s->client, BUG_CLIENT_ORDER_KEPT))
            s->kept_order = o.url;
        proven = subscriber_prove(&o, err);
        if (!proven && client_bug(s->client, BUG_CLIENT_INVALID_ANEW))
            clock_sleep_ms(ANEW_MS);
    } while (!proven && client_bug(s->client, BUG_CLIENT_INVALID_ANEW));
    return proven && (blind || reach(&o, "pending", "ready", err)) && finalize(&o, err)
        && reach(&o, "processing", "valid", err) && subscriber_download(&o, pem, err);
}

bool subscriber_obtain(struct subscriber *s, const struct wish *wish, str *pem,
                       struct err *err)
{
    enum { STORM = 10 };
    bool stormy = client_bug(s->client, BUG_CLIENT_ORDERS_ANEW)
        || client_bug(s->client, BUG_CLIENT_LOST_ANEW)
        || client_bug(s->client, BUG_CLIENT_FINALIZE_ANEW)
        || client_bug(s->client, BUG_CLIENT_SLOW_ANEW);
    int times = stormy ? STORM : 1;
    bool good = false;
    for (; times > 0 && !good; times--)
        good = obtain_once(s, wish, pem, err);
    return good;
}
