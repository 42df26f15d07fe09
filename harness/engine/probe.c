/* SPDX-License-Identifier: MIT */
/* Finds out what a target offers: by its directory, and by a few correct requests whose
 * refusal breaks nothing. */
#include "acme/problem.h"
#include "base/clock.h"
#include "base/names.h"
#include "crypto/b64url.h"
#include "engine/play.h"
#include "engine/steps.h"

struct probe {
    struct world *world;
    struct target *target;
};

static void offer_resources(struct probe *p)
{
    static const enum resource optional[] = { RESOURCE_NEW_AUTHZ, RESOURCE_KEY_CHANGE,
                                              RESOURCE_REVOKE_CERT,
                                              RESOURCE_RENEWAL_INFO };
    for (size_t i = 0; i < countof(optional); i++) {
        bool there = client_resource(p->world->client, optional[i]).len > 0;
        target_offer(p->target, resource_names[optional[i]], there,
                     STR("the directory does not have it"));
    }
}

static void offer_meta(struct probe *p)
{
    static const struct {
        const char *member, *capability;
    } members[] = { { "termsOfService", "terms-of-service" },
                    { "caaIdentities", "caa-identities" },
                    { "profiles", "profiles" } };
    json_t *meta = client_meta(p->world->client);
    for (size_t i = 0; i < countof(members); i++)
        target_offer(p->target, members[i].capability,
                     json_object_get(meta, members[i].member) != NULL,
                     STR("the directory's meta does not have it"));
    bool required = json_is_true(json_object_get(meta, "externalAccountRequired"));
    target_offer(p->target, "eab-required", required,
                 STR("the directory's meta does not say so"));
    target_offer(p->target, "no-eab-required", !required,
                 STR("the target requires external account binding"));
    target_offer(p->target, "eab", p->target->profile.eab_count > 0,
                 STR("no profile gives a key for external accounts"));
}

static bool step_from(struct probe *p, const char *text, struct step *step,
                      struct line *line)
{
    struct mistakes m = { .arena = p->world->arena };
    size_t count;
    str file = arena_printf(p->world->arena, "scenario probe\n%s\n", text);
    struct line *lines = lines_read(p->world->arena, "probe", file, &count, &m);
    if (count != 2 || m.list.count)
        return false;
    *line = lines[1];
    *step = (struct step){ .line = line };
    return true;
}

/* Whether a given, written as in a scenario, can be had. */
static bool can(struct probe *p, const char *text, step_function *function,
                struct err *err)
{
    struct step step;
    struct line line;
    return step_from(p, text, &step, &line)
        && function(p->world, &step, err) == STEP_DONE;
}

/* What is offered if it is not refused. */
struct trying {
    const char *capability, *text, *refusal;
};

/* What the profile speaks of is not tried: that decides, and an RSA key alone costs more
 * than all the other requests. */
static void offer_tried(struct probe *p, const struct trying *trying, size_t count,
                        step_function *function)
{
    for (size_t i = 0; i < count; i++) {
        struct err err = { "" };
        if (!target_is_told(p->target, str_of(trying[i].capability)))
            target_offer(p->target, trying[i].capability,
                         can(p, trying[i].text, function, &err),
                         str_of(trying[i].refusal));
    }
}

static void offer_keys(struct probe *p)
{
    static const char refusal[] = "an account with such a key is refused";
    static const struct trying keys[] = {
        { "ES384", "given account es384 ES384", refusal },
        { "ES512", "given account es512 ES512", refusal },
        { "EdDSA", "given account eddsa EdDSA", refusal },
        { "RS256", "given account rs256 RS256", refusal },
    };
    offer_tried(p, keys, countof(keys), step_given_account);
}

static void offer_challenges(struct probe *p, str order)
{
    for (int i = 0; i < CHALLENGE_COUNT; i++) {
        str url = arena_printf(p->world->arena, "%.*s.%s.url", STR_ARG(order),
                               challenge_names[i]);
        target_offer(p->target, challenge_names[i], vars_get(p->world->vars, url) != NULL,
                     STR("the target does not offer it for a DNS name"));
    }
}

/* --- whether validation comes to us --- */

/* How long the first validations may take; and what is fast, so that a poll's usual time
 * is enough for it whatever else goes on. */
enum { REACH_MS = 30000, FAST_MS = 3000 };

/* What a validation asks of us at least. */
static const struct {
    enum query_kind kind;
    const char *type, *asks;
} validations[CHALLENGE_COUNT] = {
    [CHALLENGE_HTTP_01] = { QUERY_HTTP, "", "nothing of our web server" },
    [CHALLENGE_DNS_01] = { QUERY_DNS, "TXT", "no TXT record of our DNS server" },
    [CHALLENGE_TLS_ALPN_01] = { QUERY_TLS, "", "nothing of our TLS server" },
};

/* What the CA has to be told, so that its validation comes to us. */
static const char *to_tell(struct probe *p, int type)
{
    const struct target *t = p->target;
    int port = type == CHALLENGE_HTTP_01 ? t->http_port : t->tls_port;
    str dns = arena_printf(p->world->arena, "127.0.0.1:%d as its DNS server (--dns-port)",
                           t->dns_port);
    if (type != CHALLENGE_DNS_01)
        dns = arena_printf(p->world->arena, "%.*s and port %d for %s (--%s-port)",
                           STR_ARG(dns), port, challenge_names[type],
                           type == CHALLENGE_HTTP_01 ? "http" : "tls");
    return dns.ptr;
}

static bool was_asked(struct world *w, int type)
{
    struct query *queries;
    size_t count = world_queries(w, &queries);
    for (size_t i = 0; i < count; i++)
        if (query_fits(&queries[i], validations[type].kind, STR_NONE,
                       str_of(validations[type].type)))
            return true;
    return false;
}

/* Responds rightly to a challenge of a new name; the authorization is called as the type
 * is. */
static bool respond(struct probe *p, const char *type)
{
    struct arena *a = p->world->arena;
    struct err err = { "" };
    str given = arena_printf(a, "given authz %s by a for %s.${zone}", type, type);
    str provision = arena_printf(a, "provision %s for %s", type, type);
    str post = arena_printf(a, "post ${%s.%s.url} as a\n  payload {}", type, type);
    return can(p, given.ptr, step_given_authz, &err)
        && can(p, provision.ptr, step_provision, &err)
        && can(p, post.ptr, step_post, &err) && p->world->last->response.status == 200;
}

static bool becomes_valid(struct probe *p, const char *type, long within_ms)
{
    static const char *const pending[] = { "pending" };
    struct world *w = p->world;
    struct err err;
    str url = vars_text_of(w->vars, arena_printf(w->arena, "%s.url", type));
    return poll_while(w, STR("a"), url, pending, 1, within_ms, &err)
        && str_is(json_member(w->last->body, "status"), "valid");
}

/* What takes a CA long now will take it long in every scenario: polls and deadlines are
 * given more time, or they would end before there is anything to judge. */
static void mind_pace(struct probe *p, int64_t took_ms)
{
    long factor = 1 + (long)(took_ms / FAST_MS);
    if (p->target->wired || factor <= p->target->profile.deadline_factor)
        return;
    p->target->profile.deadline_factor = factor;
    p->target->slow_ms = (long)took_ms;
}

static str why_unreached(struct probe *p, int type, int64_t took_ms)
{
    return arena_printf(p->world->arena,
                        "at the start the CA did not find a right response valid, and in "
                        "%.1f s asked %s; it needs %s, or a profile with `lacks %s`, or, "
                        "of a slow CA, with `deadline-factor`",
                        (double)took_ms / 1000, validations[type].asks, to_tell(p, type),
                        challenge_names[type]);
}

/* A CA that was told other ports, or another DNS server, would fail every check of its
 * validation without being at fault.  So each type of challenge is tried once, all at the
 * same time.  A CA that asked us and refuses all the same is for the scenarios to judge.
 */
static void try_validation(struct probe *p)
{
    bool tried[CHALLENGE_COUNT];
    str reason;
    for (int i = 0; i < CHALLENGE_COUNT; i++)
        tried[i] = target_offers(p->target, str_of(challenge_names[i]), &reason)
            && respond(p, challenge_names[i]);
    int64_t began = clock_ms(), good_ms = 0;
    for (int i = 0; i < CHALLENGE_COUNT; i++) {
        int64_t before = clock_ms(), left = began + REACH_MS - before;
        if (!tried[i])
            continue;
        if (becomes_valid(p, challenge_names[i], left > 0 ? (long)left : 0))
            good_ms += clock_ms() - before;
        else if (!was_asked(p->world, i))
            p->target->unreached[i] = why_unreached(p, i, clock_ms() - began);
    }
    mind_pace(p, good_ms);
}

static void offer_order_kinds(struct probe *p)
{
    static const struct trying orders[] = {
        { "wildcard", "given order w by a for *.${domain2}",
          "an order for a wildcard name is refused" },
        { "ip", "given order i by a for ${address}",
          "an order for an IP address is refused" },
        { "validity-dates", "given order v by a for ${domain3}\n  not-after ${next-week}",
          "an order with notAfter is refused" },
    };
    offer_tried(p, orders, countof(orders), step_given_order);
}

/* A second order for the same name: new authorizations, or the pending ones again? */
static void offer_authz_per_order(struct probe *p)
{
    struct err err = { "" };
    bool good = can(p, "given order again by a for ${domain}", step_given_order, &err);
    str first = vars_text_of(p->world->vars, STR("o.authz1.url"));
    str second = vars_text_of(p->world->vars, STR("again.authz1.url"));
    target_offer(
        p->target, "authz-per-order", good && !str_eq(first, second),
        STR("pending authorizations are shared between orders of the same name"));
}

static void offer_orders_list(struct probe *p)
{
    bool there = vars_get(p->world->vars, STR("a.orders")) != NULL;
    target_offer(p->target, "orders-list", there, STR("accounts have no orders member"));
}

static void offer_cors(struct probe *p)
{
    struct err err;
    const struct exchange *e;
    struct headers headers = { 0 };
    headers_add(p->world->arena, &headers, STR("Origin"), STR("https://client.example"));
    bool sent = client_send(p->world->client, "GET", p->target->directory_url, &headers,
                            STR_NONE, 0, false, &e, &err);
    target_offer(p->target, "cors",
                 sent
                     && headers_find(&e->response.headers, "Access-Control-Allow-Origin"),
                 STR("the directory has no Access-Control-Allow-Origin"));
}

/* An issuance: are there alternate chains, and is a valid authorization handed out again?
 */
static void offer_after_issuance(struct probe *p)
{
    struct err err = { "" };
    str alternate;
    int64_t began = clock_ms();
    if (!can(p, "given certificate c by a for e.${zone}", step_given_certificate, &err)) {
        str reason = arena_printf(p->world->arena, "not known: %s", err.text);
        target_offer(p->target, "alternate-chains", false, reason);
        target_offer(p->target, "fresh-authz", true, STR_NONE);
        return;
    }
    /* Validation and issuance, each of which a scenario polls for by itself. */
    mind_pace(p, (clock_ms() - began) / 2);
    bool has = link_find(p->world->arena, &p->world->last->response.headers, "alternate",
                         0, p->world->last->request.url, &alternate);
    target_offer(p->target, "alternate-chains", has,
                 STR("the certificate has no Link with rel alternate"));
    bool fresh = can(p, "given order f by a for e.${zone}", step_given_order, &err);
    target_offer(p->target, "fresh-authz", fresh,
                 STR("valid authorizations of earlier orders are used again"));
}

/* Of a mock of our own nothing is left to learn from an issuance, not even its pace. */
static bool knows_issuance(const struct target *t)
{
    return t->wired && target_is_told(t, STR("alternate-chains"))
        && target_is_told(t, STR("fresh-authz"));
}

static void offer_rollover(struct probe *p)
{
    struct err err = { "" };
    bool asked = can(p, "given account k", step_given_account, &err)
        && can(p, "given key n", step_given_key, &err)
        && can(p, "get directory\n  save roll = body /keyChange", step_get, &err)
        && can(p,
               "given jws i with n\n  url ${roll}\n"
               "  payload { \"account\": \"${k.url}\", \"oldKey\": \"${k.jwk}\" }",
               step_given_jws, &err)
        && can(p, "post keyChange as k\n  payload \"${i}\"", step_post, &err);
    int status = asked ? p->world->last->response.status : 0;
    str reason =
        arena_printf(p->world->arena, "a right key change is answered %d", status);
    target_offer(p->target, "key-rollover", status == 200, reason);
}

static void offer_insistence(struct probe *p)
{
    struct err err = { "" };
    bool asked = can(p, "given key t", step_given_key, &err)
        && can(p, "post newAccount with t\n  payload {}", step_post, &err);
    bool refused = asked && p->world->last->response.status / 100 == 4;
    target_offer(p->target, "insists-on-terms", refused,
                 STR("an account is made without agreement to the terms"));
}

/* An account or an order that is refused for a reason that a CA may have. */
static void note_declined(struct probe *p, const char *what, const struct err *why)
{
    static const char *const rightful[] = { "externalAccountRequired",
                                            "invalidContact",
                                            "unsupportedContact",
                                            "userActionRequired",
                                            "unauthorized",
                                            "rejectedIdentifier",
                                            "rateLimited" };
    struct world *w = p->world;
    if (p->target->wired)
        return;
    p->target->declined = arena_printf(w->arena, "no %s can be had: %s", what, why->text);
    str type = w->last ? problem_word(w->arena, &w->last->response) : STR_NONE;
    if (name_find(rightful, countof(rightful), type) >= 0)
        p->target->declined_type = type;
}

static void probe_account(struct probe *p)
{
    struct err err = { "" };
    if (!can(p, "given account a", step_given_account, &err)) {
        note_declined(p, "account", &err);
        return;
    }
    offer_keys(p);
    offer_orders_list(p);
    offer_rollover(p);
    offer_insistence(p);
    if (!can(p, "given order o by a for ${domain}", step_given_order, &err)) {
        note_declined(p, "order", &err);
        return;
    }
    offer_challenges(p, STR("o"));
    /* What the profile denies is not tried. */
    target_apply_profile(p->target);
    if (!p->target->wired)
        try_validation(p);
    offer_order_kinds(p);
    offer_authz_per_order(p);
    if (!knows_issuance(p->target))
        offer_after_issuance(p);
}

/* Where all that the directory names may not be asked, there is no CA to judge. */
static bool may_reach_any(const struct probe *p, struct err *err)
{
    struct err why;
    err->text[0] = '\0';
    for (int i = 0; i < RESOURCE_COUNT; i++) {
        str url = client_resource(p->world->client, (enum resource)i);
        if (i == RESOURCE_DIRECTORY || !url.len)
            continue;
        if (fetch_may_reach(p->target->fetch.guard, url, &why))
            return true;
        if (!err->text[0])
            err_set(err, "the CA's %s is at %.*s, and %s", resource_names[i],
                    STR_ARG(str_upto(url, 200)), why.text);
    }
    return false;
}

bool target_probe(struct arena *a, struct target *target, struct err *err)
{
    static const struct scenario nothing = { .name = { "probe", 5 },
                                             .title = { "probe", 5 },
                                             .suite = { "server", 6 },
                                             .deadline_ms = 120000 };
    struct probe p = { .target = target };
    if (!world_new(a, target, &nothing, STR_NONE, RELAY_SLOTS - 1, &p.world, err)
        || !may_reach_any(&p, err))
        return false;
    p.world->seen = NULL;
    target_offer(target, "own-address", target->own_address,
                 STR("this system has one loopback address only"));
    /* Not tried: a server that it stops would answer nothing afterwards. */
    target_offer(target, "late-responses", true, STR_NONE);
    offer_resources(&p);
    offer_meta(&p);
    offer_cors(&p);
    probe_account(&p);
    target_apply_profile(target);
    responder_stop(p.world->responder);
    fetcher_drop_connections(client_fetcher(p.world->client));
    return true;
}
