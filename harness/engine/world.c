/* SPDX-License-Identifier: MIT */
/* Makes the world of a play, and the small things that all steps need. */
#include "engine/world.h"

#include "base/clock.h"
#include "engine/steps.h"
#include "engine/under_test.h"

enum { SPARE_MS = 5000, BIND_AGAIN_MS = 50 };

static bool start_responder(struct world *w, struct err *err)
{
    const struct target *t = w->target;
    struct responder_options options = { .address = w->address.ptr,
                                         .http_port = t->own_address ? t->http_port : 0,
                                         .tls_port = t->own_address ? t->tls_port : 0,
                                         .dns_address = "127.0.0.1",
                                         .answer_address = w->address };
    w->responder = responder_new(w->arena, &options, err);
    if (!w->responder)
        return false;
    if (!t->relay)
        return true;
    struct relay_slot *slot = relay_slot(t->relay, w->slot);
    slot->http_port = responder_http_port(w->responder);
    slot->tls_port = responder_tls_port(w->responder);
    slot->dns_port = responder_dns_port(w->responder);
    return true;
}

/* One after the other: each waits until the one before has ended. */
static struct responder *start_responder6(struct world *w, struct err *err)
{
    const struct target *t = w->target;
    struct responder_options options = { .address = "::1",
                                         .http_port = t->http_port,
                                         .tls_port = t->tls_port,
                                         .dns_address = "127.0.0.1",
                                         .answer_address = w->address };
    w->responder6 = responder_new(w->arena, &options, err);
    while (!w->responder6 && clock_ms() < w->deadline_ms - SPARE_MS) {
        clock_sleep_ms(BIND_AGAIN_MS);
        w->responder6 = responder_new(w->arena, &options, err);
    }
    return w->responder6;
}

struct responder *world_responder(struct world *w, str domain, struct err *err)
{
    if (!str_contains(domain, STR(":")))
        return w->responder;
    return w->responder6 ? w->responder6 : start_responder6(w, err);
}

size_t world_queries(struct world *w, struct query **out)
{
    struct query *first, *more = NULL;
    size_t count = responder_queries(w->responder, w->arena, &first);
    size_t count6 = w->responder6 ? responder_queries(w->responder6, w->arena, &more) : 0;
    *out = NEW_ARRAY(w->arena, struct query, count + count6 + 1);
    for (size_t i = 0; i < count + count6; i++)
        (*out)[i] = i < count ? first[i] : more[i - count];
    return count + count6;
}

bool query_fits(const struct query *q, enum query_kind kind, str name, str type)
{
    return q->kind == kind && (!name.len || str_eq_nocase(q->name, name))
        && (!type.len || str_eq(q->detail, type));
}

static void set_dates(struct world *w)
{
    time_t now = clock_wall();
    vars_set(w->vars, STR("now"), date_rfc3339(w->arena, now));
    vars_set(w->vars, STR("tomorrow"), date_rfc3339(w->arena, now + 86400));
    vars_set(w->vars, STR("next-week"), date_rfc3339(w->arena, now + 7L * 86400));
    vars_set(w->vars, STR("yesterday"), date_rfc3339(w->arena, now - 86400));
    vars_set(w->vars, STR("last-week"), date_rfc3339(w->arena, now - 7L * 86400));
}

static void set_external_accounts(struct world *w)
{
    const struct profile *p = &w->target->profile;
    for (size_t i = 0; i < p->eab_count && i < 2; i++) {
        const char *name = i ? "eab2" : "eab";
        vars_set(w->vars, arena_printf(w->arena, "%s.kid", name), p->eab[i].kid);
        vars_set(w->vars, arena_printf(w->arena, "%s.key", name), p->eab[i].key);
    }
}

/* What the profile says of what the CA refuses. */
static void set_refusals(struct world *w)
{
    const struct profile *p = &w->target->profile;
    long most = 0;
    for (size_t i = 0; i < p->limit_count; i++)
        most = p->limit[i].count > most ? p->limit[i].count : most;
    vars_set(w->vars, STR("order-limit"), arena_printf(w->arena, "%ld", most));
    vars_set(w->vars, STR("refused-name"), p->refused_name);
    vars_set(w->vars, STR("unfit-profile"), p->unfit.profile);
    vars_set(w->vars, STR("unfit-type"), p->unfit.type);
    vars_set(w->vars, STR("unfit-value"), p->unfit.value);
}

void world_directory(struct world *w, str url)
{
    struct url parts;
    vars_set(w->vars, STR("directory"), url);
    if (url_parse(w->arena, url, &parts))
        vars_set(w->vars, STR("directory-host"), parts.host);
}

static void set_names(struct world *w)
{
    static const struct {
        const char *name, *label;
    } names[] = { { "domain", "a" },
                  { "domain2", "b" },
                  { "domain3", "c" },
                  { "other-domain", "other" } };
    for (size_t i = 0; i < countof(names); i++)
        vars_set(w->vars, str_of(names[i].name),
                 arena_printf(w->arena, "%s.%.*s", names[i].label, STR_ARG(w->zone)));
    vars_set(w->vars, STR("zone"), w->zone);
    vars_set(w->vars, STR("address"), w->address);
    world_directory(w, w->target->directory_url);
    vars_set(w->vars, STR("http-port"),
             arena_printf(w->arena, "%d", w->target->http_port));
    vars_set(w->vars, STR("tls-port"), arena_printf(w->arena, "%d", w->target->tls_port));
    set_dates(w);
    set_external_accounts(w);
    set_refusals(w);
}

/* The first names of the profiles draft's meta.profiles (3). */
static void set_profiles(struct world *w)
{
    static const char *const names[] = { "profile", "profile2" };
    json_t *listed = json_object_get(client_meta(w->client), "profiles"), *about;
    const char *profile;
    size_t i = 0;
    json_object_foreach(listed, profile, about)
    {
        if (i < countof(names))
            vars_set(w->vars, str_of(names[i]), str_of(profile));
        i++;
    }
    for (; i < countof(names); i++)
        vars_set_missing(w->vars, str_of(names[i]),
                         STR("the directory's meta lists no such profile"));
}

/* Names that the directory tells. */
static void set_from_directory(struct world *w)
{
    str terms = json_member(client_meta(w->client), "termsOfService");
    str base = client_resource(w->client, RESOURCE_NEW_ORDER);
    if (terms.len)
        vars_set(w->vars, STR("terms"), terms);
    else
        vars_set_missing(w->vars, STR("terms"),
                         STR("the directory's meta has no termsOfService"));
    set_profiles(w);
    vars_set(w->vars, STR("unknown-url"),
             arena_printf(w->arena, "%.*s/never-given-out-%.*s", STR_ARG(base),
                          STR_ARG(str_upto(vars_text_of(w->vars, STR("random")), 12))));
}

/* Suite server: we are the client. */
static bool start_client(struct world *w, struct err *err)
{
    struct client_options options = { .directory_url = w->target->directory_url,
                                      .fetch = w->target->fetch,
                                      .journal = w->journal,
                                      .nonce_retries = w->target->profile.nonce_retries };
    w->client = client_new(w->arena, &options);
    if (!start_responder(w, err) || !client_directory(w->client, err))
        return false;
    set_from_directory(w);
    return true;
}

bool world_new(struct arena *a, const struct target *target,
               const struct scenario *scenario, str variant, int slot, struct world **out,
               struct err *err)
{
    struct world *w = *out = NEW(a, struct world);
    *w = (struct world){ .arena = a,
                         .scenario = scenario,
                         .target = target,
                         .slot = slot,
                         .unlearnt = STR_NONE };
    w->address =
        target->own_address ? relay_address(a, target->relay, slot) : STR("127.0.0.1");
    w->zone = arena_printf(a, "s%d.%.*s.%.*s", slot, STR_ARG(target->run),
                           STR_ARG(target->zone));
    w->journal = journal_new(a);
    w->vars = vars_new(a);
    w->deadline_ms = clock_ms() + target_deadline_ms(target, scenario);
    set_names(w);
    if (scenario->variants.name.len)
        vars_set_scripted(w->vars, scenario->variants.name, variant);
    return str_is(scenario->suite, "client") ? under_test_new(w, err)
                                             : start_client(w, err);
}

struct named_key *world_key(struct world *w, str name)
{
    for (size_t i = w->key_count; i-- > 0;)
        if (str_eq(w->key[i].name, name))
            return &w->key[i];
    return NULL;
}

void world_add_key(struct world *w, str name, struct key *key, str account_url)
{
    struct named_key added = { str_copy(w->arena, name), key, account_url };
    w->key = GROW(w->arena, w->key, w->key_count, struct named_key);
    w->key[w->key_count++] = added;
    str prefix = added.name;
    json_t *jwk = key_jwk(w->arena, key);
    vars_set_json(w->vars, arena_printf(w->arena, "%.*s.jwk", STR_ARG(prefix)), jwk);
    /* The coordinates of an EC key, to spell it in another way; empty for others. */
    vars_set(w->vars, arena_printf(w->arena, "%.*s.x", STR_ARG(prefix)),
             json_member(jwk, "x"));
    vars_set(w->vars, arena_printf(w->arena, "%.*s.y", STR_ARG(prefix)),
             json_member(jwk, "y"));
    vars_set(w->vars, arena_printf(w->arena, "%.*s.thumbprint", STR_ARG(prefix)),
             key_thumbprint(w->arena, key));
}

struct named_authz *world_authz(struct world *w, str name)
{
    for (size_t i = w->authz_count; i-- > 0;)
        if (str_eq(w->authz[i].name, name))
            return &w->authz[i];
    return NULL;
}

void world_answer(struct world *w, const struct exchange *exchange)
{
    w->answer = NEW_ARRAY(w->arena, const struct exchange *, 1);
    w->answer[0] = exchange;
    w->answer_count = 1;
    w->last = exchange;
}

bool world_ask(struct world *w, const struct post *post, const struct exchange **out,
               struct err *err)
{
    if (!post->url.len)
        w->unlearnt = STR("the CA told no URL to send this POST to");
    if (!client_post(w->client, post, out, err))
        return false;
    /* RFC 8555 6.5: the nonce of a badNonce answer is one "that the server will accept in
     * a retry".  What is wrong on purpose may be why it is refused, and is judged. */
    if (!post->deliberate && client_refused_again(w->client, post, *out))
        w->unlearnt =
            STR("the CA refuses the nonce of its own badNonce answer; of one that "
                "refuses good nonces at random, say `nonce-retries` in its profile");
    return true;
}

bool world_post(struct world *w, const struct post *post, struct err *err)
{
    const struct exchange *exchange;
    if (!world_ask(w, post, &exchange, err))
        return false;
    world_answer(w, exchange);
    return true;
}

bool world_unlearnt(const struct world *w, struct err *err)
{
    return w->unlearnt.len && !err_set(err, "%s", w->unlearnt.ptr);
}

bool world_post_as(struct world *w, str account, str url, json_t *payload, int line,
                   struct err *err)
{
    const struct named_key *key = world_key(w, account);
    if (!key)
        return err_set(err, "there is no account %.*s", STR_ARG(account));
    struct post post = { .url = url, .line = line };
    post.jws.key = key->key;
    post.jws.kid = key->account_url;
    post.jws.payload = payload ? json_text(w->arena, payload) : STR_NONE;
    return world_post(w, &post, err);
}

/* In pieces where a signal may end the waiting. */
static void sleep_until(const volatile int *stop, int64_t end_ms)
{
    enum { LOOK_MS = 100 };
    int64_t left;
    while ((left = end_ms - clock_ms()) > 0 && !(stop && *stop))
        clock_sleep_ms(stop && left > LOOK_MS ? LOOK_MS : (long)left);
}

bool world_sleep_ms(struct world *w, long ms)
{
    w->overdue = w->overdue || clock_ms() + ms > w->deadline_ms;
    if (!w->overdue)
        sleep_until(w->target->fetch.stop, clock_ms() + ms);
    return !w->overdue;
}

bool world_is_overdue(const struct world *w)
{
    return w->overdue || clock_ms() > w->deadline_ms;
}

bool world_word(struct world *w, str word, str *out, struct err *err)
{
    return vars_expand(w->vars, w->arena, word, out, err);
}

bool world_target(struct world *w, str word, str *url, struct err *err)
{
    if (!world_word(w, word, &word, err))
        return false;
    int resource = name_find(resource_names, RESOURCE_COUNT, word);
    if (resource == RESOURCE_DIRECTORY) {
        *url = w->target->directory_url;
        return true;
    }
    *url = word;
    if (resource < 0)
        return true;
    *url = client_resource(w->client, (enum resource)resource);
    return url->len > 0 || err_set(err, "the directory has no %.*s", STR_ARG(word));
}
