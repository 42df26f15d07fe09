/* SPDX-License-Identifier: MIT */
/* Which rules a request is for, and how often each was. */
#include "engine/rules.h"

#include <pthread.h>

#include "engine/judge.h"
#include "engine/rules_inside.h"

struct count {
    size_t seen, fired;
    bool hit, changed; /* of the request at hand: it is applied, and something is other */
};

struct rules {
    struct arena *arena;
    const struct rule *row;
    struct arena *counts;
    struct count *count;
    size_t rows;
    struct vars *vars;
    str directory, root_pem, other_root_pem;
    str nonce; /* of the last answer that had one, in `kept` */
    char kept[128];
    ca_hook *before, *after;
    ca_handshake *handshake;
    void *context;
    pthread_mutex_t lock; /* over rows, counts and the CA, which other threads set */
};

static void destroy_lock(void *object)
{
    pthread_mutex_destroy(object);
}

struct rules *rules_new(struct arena *a, const struct rule *rows, size_t count)
{
    struct rules *rules = NEW(a, struct rules);
    rules->arena = a;
    rules->directory = rules->root_pem = rules->other_root_pem = STR_NONE;
    rules->nonce = STR_NONE;
    pthread_mutex_init(&rules->lock, NULL);
    arena_defer(a, destroy_lock, &rules->lock);
    rules_set(rules, rows, count);
    return rules;
}

/* The first `kept` of the rows are there already. */
static void set_locked(struct rules *rules, const struct rule *rows, size_t count,
                       size_t kept)
{
    struct arena *counts = arena_new(rules->arena), *former = rules->counts;
    struct count *fresh = NEW_ARRAY(counts, struct count, count + 1);
    for (size_t i = 0; i < kept; i++)
        fresh[i] = rules->count[i];
    if (former)
        arena_end(former);
    rules->counts = counts;
    rules->row = rows;
    rules->rows = count;
    rules->count = fresh;
}

void rules_set(struct rules *rules, const struct rule *rows, size_t count)
{
    pthread_mutex_lock(&rules->lock);
    set_locked(rules, rows, count, 0);
    pthread_mutex_unlock(&rules->lock);
}

void rules_add(struct rules *rules, const struct rule *rows, size_t count)
{
    pthread_mutex_lock(&rules->lock);
    set_locked(rules, rows, count, rules->rows);
    pthread_mutex_unlock(&rules->lock);
}

void rules_attach(struct rules *rules, const struct ca *ca)
{
    pthread_mutex_lock(&rules->lock); /* it may have been asked already */
    rules->directory = ca_directory_url(ca);
    rules->root_pem = ca_root_pem(ca);
    rules->other_root_pem = ca_other_root_pem(ca);
    pthread_mutex_unlock(&rules->lock);
}

void rules_vars(struct rules *rules, struct vars *vars)
{
    rules->vars = vars;
}

size_t rules_count(const struct rules *rules)
{
    return rules->rows;
}

const struct rule *rules_at(const struct rules *rules, size_t index)
{
    return &rules->row[index];
}

size_t rules_fired(const struct rules *rules, size_t index)
{
    pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&rules->lock;
    pthread_mutex_lock(lock);
    size_t fired = rules->count[index].fired;
    pthread_mutex_unlock(lock);
    return fired;
}

/* --- which rule is for the request --- */

static bool is_for(const struct rule *rule, const struct ca_request_info *info)
{
    if (rule->handshake || str_is(info->request->method, "OPTIONS"))
        return false;
    return rule->any ? info->resource != RESOURCE_OTHER
                     : rule->resource == info->resource;
}

/* The exchange as far as it has come, for the checks of `when`: the first one of a world
 * that knows no other, whatever its number is at the CA. */
static bool holds(struct rules *rules, struct arena *a, const struct rule *rule,
                  const struct ca_request_info *info, const struct reply *reply)
{
    struct exchange exchange = { .number = 1,
                                 .request = *info->request,
                                 .response = reply->response,
                                 .failure = STR_NONE,
                                 .resource = info->resource };
    const struct exchange *answer[] = { &exchange };
    struct err err;
    struct world world = { .arena = a,
                           .vars = rule_vars(a, rules->vars, rules->directory, info),
                           .last = &exchange,
                           .answer = answer,
                           .answer_count = 1 };
    struct finding finding;
    if (!rule->on_answer)
        exchange.response = (struct response){ .status = 200, .body = STR_NONE };
    exchange.body = json_read(a, exchange.response.body, &err);
    for (size_t i = 0; i < rule->when_count; i++) {
        judge_check(&world, &rule->when[i], &finding);
        if (finding.verdict != VERDICT_PASS)
            return false;
    }
    return true;
}

/* Whether it is the rule's turn; counts. */
static bool is_due(const struct rules *rules, size_t index)
{
    const struct rule *rule = &rules->row[index];
    struct count *count = &rules->count[index];
    size_t seen = count->seen++;
    return seen >= rule->after && (!rule->times || seen < rule->after + rule->times);
}

static bool matches(struct rules *rules, struct arena *a, size_t index,
                    const struct ca_request_info *info, const struct reply *reply)
{
    const struct rule *rule = &rules->row[index];
    return is_for(rule, info)
        && (rule->when_count == 0 || holds(rules, a, rule, info, reply))
        && is_due(rules, index);
}

static struct firing firing_of(const struct rules *rules, struct arena *a, size_t index,
                               const struct ca_request_info *info, struct reply *reply)
{
    return (struct firing){ .arena = a,
                            .info = info,
                            .reply = reply,
                            .rule = &rules->row[index],
                            .vars = rules->vars,
                            .directory = rules->directory,
                            .root_pem = rules->root_pem,
                            .other_root_pem = rules->other_root_pem,
                            .last_nonce = rules->nonce };
}

static bool replies_at_once(const struct rule *rule)
{
    return !rule->on_answer && rule_effect(rule, EFFECT_REPLY)
        && !rule_effect(rule, EFFECT_HANDLED);
}

/* --- the hooks --- */

/* Whether a rule has replied.  What is SETTLED has its answer already, and no rule is
 * asked. */
static bool fire_before(struct rules *rules, struct arena *a, bool settled,
                        const struct ca_request_info *info, struct reply *reply)
{
    bool replied = settled;
    for (size_t i = 0; i < rules->rows; i++) {
        struct count *count = &rules->count[i];
        count->changed = false;
        count->hit =
            !settled && !rules->row[i].on_answer && matches(rules, a, i, info, reply);
        if (!count->hit)
            continue;
        struct firing f = firing_of(rules, a, i, info, reply);
        effects_before(&f);
        count->changed =
            effects_change_state(f.rule) || rule_effect(f.rule, EFFECT_REPLY);
        if (replies_at_once(f.rule)) {
            effects_reply(&f);
            replied = true;
        }
    }
    return replied;
}

/* The other hook may set rules, as the control interface does, so it has no lock on it.
 */
static bool before(void *context, struct arena *a, const struct ca_request_info *info,
                   struct reply *reply)
{
    struct rules *rules = context;
    bool settled = rules->before && rules->before(rules->context, a, info, reply);
    pthread_mutex_lock(&rules->lock);
    bool replied = fire_before(rules, a, settled, info, reply);
    pthread_mutex_unlock(&rules->lock);
    return replied;
}

static void remember_nonce(struct rules *rules, const struct reply *reply)
{
    const str *nonce = headers_find(&reply->response.headers, "Replay-Nonce");
    if (!nonce || nonce->len > sizeof rules->kept || nonce->ptr == rules->kept)
        return;
    memcpy(rules->kept, nonce->ptr, nonce->len);
    rules->nonce = (str){ rules->kept, nonce->len };
}

static void fire_after(struct rules *rules, struct arena *a,
                       const struct ca_request_info *info, struct reply *reply)
{
    for (size_t i = 0; i < rules->rows; i++) {
        struct count *count = &rules->count[i];
        if (rules->row[i].on_answer)
            count->hit = matches(rules, a, i, info, reply);
        if (!count->hit)
            continue;
        struct firing f = firing_of(rules, a, i, info, reply);
        struct reply was = reply_kept(a, reply);
        if (rule_effect(f.rule, EFFECT_REPLY) && !replies_at_once(f.rule))
            effects_reply(&f);
        effects_answer(&f);
        count->fired += count->changed || reply_differs(&was, reply);
    }
}

static bool after(void *context, struct arena *a, const struct ca_request_info *info,
                  struct reply *reply)
{
    struct rules *rules = context;
    pthread_mutex_lock(&rules->lock);
    fire_after(rules, a, info, reply);
    remember_nonce(rules, reply);
    pthread_mutex_unlock(&rules->lock);
    return rules->after && rules->after(rules->context, a, info, reply);
}

static void handshake(void *context, struct arena *a, struct odd_handshake *out)
{
    struct rules *rules = context;
    pthread_mutex_lock(&rules->lock);
    for (size_t i = 0; i < rules->rows; i++) {
        const struct rule *rule = &rules->row[i];
        if (!rule->handshake || !is_due(rules, i))
            continue;
        struct firing f = {
            .arena = a, .rule = rule, .vars = rules->vars, .directory = rules->directory
        };
        struct odd_handshake was = *out;
        effects_handshake(&f, out);
        rules->count[i].fired += handshake_differs(&was, out);
    }
    pthread_mutex_unlock(&rules->lock);
    if (rules->handshake)
        rules->handshake(rules->context, a, out);
}

void rules_hook(struct rules *rules, struct ca_options *options)
{
    rules->before = options->before;
    rules->after = options->after;
    rules->handshake = options->handshake;
    rules->context = options->hook_context;
    options->before = before;
    options->after = after;
    options->handshake = handshake;
    options->hook_context = rules;
}
