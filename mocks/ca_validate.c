/* SPDX-License-Identifier: MIT */
/* The queue of validation queries, the threads that make them, and what comes of them. */
#include "mocks/ca_validate.h"

#include "acme/problem.h"
#include "base/clock.h"
#include "base/condition.h"

enum { MOST_WORKERS = 64 };

/* A query that was made, and is decided on later. */
struct made {
    struct query_for query;
    struct finding finding;
};

/* A query that waits to be made; or one that was, and waits for its decision. */
struct waiting {
    struct waiting *next;
    struct challenge *challenge;
    struct made *made; /* NULL: it is to be made; lives in its query's arena */
};

struct validator {
    struct ca *ca; /* its lock is over all of this */
    pthread_cond_t wake;
    struct arena *arena; /* of what waits, and of each query */
    struct waiting *queue, *spare;
    pthread_t thread[MOST_WORKERS];
    int count, idle;
    bool stopping;
};

const struct finding finding_good = { .why = STR_INIT("") };

PRINTF_LIKE(3, 0)
static struct finding finding_of(const struct query_for *q, enum problem_type problem,
                                 const char *fmt, va_list args)
{
    return (struct finding){ .problem = problem,
                             .why = arena_vprintf(q->arena, fmt, args) };
}

struct finding finding_bad(const struct query_for *q, enum problem_type problem,
                           const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct finding finding = finding_of(q, problem, fmt, args);
    va_end(args);
    return finding;
}

struct finding finding_later(const struct query_for *q, enum problem_type problem,
                             const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct finding finding = finding_of(q, problem, fmt, args);
    va_end(args);
    finding.later = true;
    return finding;
}

long query_left_ms(const struct query_for *q)
{
    int64_t left = q->deadline_ms - clock_ms();
    return left > 1 ? (long)left : 1;
}

bool query_why(struct query_for *q, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    q->why = arena_vprintf(q->arena, fmt, args);
    va_end(args);
    return false;
}

struct finding query_checks(struct query_for *q, const struct query_check *rows,
                            size_t count, const void *got)
{
    for (size_t i = 0; i < count; i++)
        if (!rows[i].holds(q, got)
            && !(rows[i].off != BUG_NONE && bug_on(q->ca, rows[i].off)))
            return finding_bad(q, rows[i].problem, "%.*s (%s)", STR_ARG(q->why),
                               rows[i].section);
    return finding_good;
}

/* --- the queue --- */

static void destroy(void *object)
{
    struct validator *v = object;
    pthread_cond_destroy(&v->wake);
}

struct validator *validator_new(struct arena *a, struct ca *ca)
{
    struct validator *v = NEW(a, struct validator);
    v->ca = ca;
    v->arena = arena_new(a);
    condition_init(&v->wake);
    arena_defer(a, destroy, v);
    return v;
}

static void *work(void *object);

/* None once it ends: nobody would wait for that one. */
static void start_worker(struct validator *v)
{
    int most = v->ca->options.workers;
    if (!v->stopping && v->count < (most < MOST_WORKERS ? most : MOST_WORKERS)
        && pthread_create(&v->thread[v->count], NULL, work, v) == 0)
        v->count++;
}

static void add(struct validator *v, struct challenge *challenge, struct made *made,
                long after_ms)
{
    struct waiting *w = v->spare;
    if (w)
        v->spare = w->next;
    else
        w = NEW(v->arena, struct waiting);
    *w = (struct waiting){ .next = v->queue, .challenge = challenge, .made = made };
    v->queue = w;
    challenge->queued = true;
    challenge->next_ms = clock_ms() + after_ms;
    if (v->idle == 0)
        start_worker(v);
    pthread_cond_signal(&v->wake);
}

void validator_add(struct validator *v, struct challenge *challenge, long after_ms)
{
    add(v, challenge, NULL, after_ms);
}

void validator_hurry(struct validator *v, struct challenge *challenge)
{
    challenge->next_ms = clock_ms();
    pthread_cond_broadcast(&v->wake);
}

/* The one that is due first, or NULL. */
static struct waiting **first_due(struct validator *v)
{
    struct waiting **first = NULL;
    for (struct waiting **w = &v->queue; *w; w = &(*w)->next)
        if (!first || (*w)->challenge->next_ms < (*first)->challenge->next_ms)
            first = w;
    return first;
}

static struct waiting take(struct validator *v, struct waiting **place)
{
    struct waiting *w = *place, taken = *w;
    *place = w->next;
    w->next = v->spare;
    v->spare = w;
    return taken;
}

static void wait_until(struct validator *v, int64_t ms)
{
    v->idle++;
    if (ms)
        condition_wait(&v->wake, &v->ca->lock, ms * 1000);
    else
        pthread_cond_wait(&v->wake, &v->ca->lock);
    v->idle--;
}

/* Waits for what is due; false when it is over. */
static bool next_due(struct validator *v, struct waiting *out)
{
    while (!v->stopping) {
        struct waiting **first = first_due(v);
        if (first && (*first)->challenge->next_ms <= clock_ms()) {
            *out = take(v, first);
            return true;
        }
        wait_until(v, first ? (*first)->challenge->next_ms : 0);
    }
    return false;
}

/* --- one query --- */

struct query_for query_of(struct ca *ca, struct arena *a,
                          const struct challenge *challenge)
{
    const struct authz *authz = challenge->authz;
    return (struct query_for){
        .ca = ca,
        .arena = a,
        .resolver = resolver_new(a, ca->options.dns_server, ca->options.dns_port),
        .type = challenge->type,
        .identifier = { authz->identifier.ip, str_copy(a, authz->identifier.value) },
        .wildcard = authz->wildcard,
        .blind = challenge->attempts < ca->options.blind,
        .polls = authz->polls,
        .token = str_copy(a, challenge->token),
        .keyauth = str_copy(a, challenge->keyauth),
        .account_url = ca_account_url(ca, a, authz->account),
        .deadline_ms = clock_ms() + ca->options.total_ms,
        .why = STR_NONE,
        .sni = STR_NONE,
        .seen = json_keep(a, json_object()),
    };
}

struct finding query_now(struct query_for *q)
{
    static struct finding (*const ways[])(struct query_for *) = {
        [CHALLENGE_HTTP_01] = validate_http,
        [CHALLENGE_DNS_01] = validate_dns,
        [CHALLENGE_TLS_ALPN_01] = validate_alpn,
    };
    return ways[q->type](q);
}

/* Planted: what it finds is kept for later. */
static struct finding minded_caa(struct query_for *q)
{
    struct finding finding = validate_caa(q);
    if (finding.problem != PROBLEM_CAA || finding_is_good(finding)
        || !bug_on(q->ca, BUG_CAA_AS_UNAUTHORIZED))
        return finding;
    q->caa_refuses = true;
    return finding_good;
}

/* What was never offered, of which a client knows nothing. */
static void stray(struct query_for *q)
{
    if (q->type == CHALLENGE_HTTP_01)
        validate_http_stray(q);
    if (q->type == CHALLENGE_TLS_ALPN_01)
        validate_alpn_stray(q);
}

static struct finding validate(struct query_for *q)
{
    if (q->ca->options.strays)
        stray(q);
    struct finding finding = query_now(q);
    enum bug lax = q->type == CHALLENGE_TLS_ALPN_01 ? BUG_UNREACHED_ALPN_IS_VALID
                                                    : BUG_UNREACHED_IS_VALID;
    if ((finding.problem == PROBLEM_CONNECTION || finding.problem == PROBLEM_TLS)
        && q->type != CHALLENGE_DNS_01 && bug_on(q->ca, lax))
        return finding_good;
    if (q->blind)
        return finding_later(q, PROBLEM_CONNECTION,
                             "this CA's own network is down for a moment");
    return finding_is_good(finding) && !bug_on(q->ca, BUG_NO_CAA) ? minded_caa(q)
                                                                  : finding;
}

/* RFC 8555 8.2: "The server MUST add an entry to the "error" field in the challenge after
 * each failed validation query."  The first stands alone; from the second on each is a
 * subproblem, and the newest also the problem itself. */
static str add_error(struct arena *a, const struct ca *ca, str before, json_t *newest)
{
    struct err err;
    json_t *old = before.len ? json_read(a, before, &err) : NULL;
    if (!old || bug_on(ca, BUG_LAST_ERROR_ONLY))
        return json_text(a, newest);
    json_t *list = json_object_get(old, "subproblems"), *all = json_array();
    if (list)
        json_array_extend(all, list);
    else
        json_array_append(all, old);
    json_array_append(all, newest);
    if (bug_on(ca, BUG_CHALLENGE_SUBPROBLEMS_TEXT))
        json_array_append_new(all, json_string("it failed before, too"));
    json_t *out = json_keep(a, json_copy(newest));
    json_object_set_new(out, "subproblems", all);
    return json_text(a, out);
}

static long pause_of(const struct ca *ca)
{
    return bug_on(ca, BUG_RETRY_FAST) ? 50
        : bug_on(ca, BUG_RETRY_RARE)  ? 60000
                                      : ca->options.retry_ms;
}

static void apply(struct validator *v, const struct query_for *q,
                  struct challenge *challenge, struct finding finding)
{
    struct ca *ca = v->ca;
    challenge->queued = false;
    challenge->attempts++;
    challenge->authz->caa_refuses = challenge->authz->caa_refuses || q->caa_refuses;
    if (finding.problem == PROBLEM_CONNECTION && bug_on(ca, BUG_FAILURE_FORGOTTEN))
        return;
    if (finding_is_good(finding)) {
        if (bug_on(ca, BUG_RETRY_AFTER_INVALID))
            challenge->authz->status = STATUS_PENDING;
        ca_challenge_valid(ca, challenge);
        return;
    }
    json_t *problem = problem_new(q->arena, problem_names[finding.problem],
                                  problem_statuses[finding.problem], finding.why);
    ca_spoil_object(ca, "challenge-error", problem);
    str error = add_error(q->arena, ca, challenge->error, problem);
    bool again = finding.later
        && (challenge->attempts < ca->options.attempts
            || bug_on(ca, BUG_RETRIES_UNLIMITED))
        && challenge->authz->status == STATUS_PENDING && !bug_on(ca, BUG_NO_RETRY);
    if (!again) {
        ca_challenge_failed(ca, challenge, error);
        if (bug_on(ca, BUG_RETRY_AFTER_INVALID)
            && challenge->attempts < ca->options.attempts + 3)
            validator_add(v, challenge, 500);
        return;
    }
    if (!bug_on(ca, BUG_RETRY_ERROR_HIDDEN))
        challenge->error = str_copy(ca->store.arena, error);
    if (bug_on(ca, BUG_RETRY_PENDING))
        challenge->status = STATUS_PENDING;
    validator_add(v, challenge, pause_of(ca));
}

static void decide(struct validator *v, struct challenge *challenge, struct made *made)
{
    apply(v, &made->query, challenge, made->finding);
    arena_end(made->query.arena);
}

/* A CA that asks from several places decides some time after its first query came. */
static void query(struct validator *v, struct challenge *challenge)
{
    struct arena *a = arena_new(v->arena);
    struct made *made = NEW(a, struct made);
    made->query = query_of(v->ca, a, challenge);
    pthread_mutex_unlock(&v->ca->lock);
    made->finding = validate(&made->query);
    pthread_mutex_lock(&v->ca->lock);
    ca_keep_proof(v->ca, &made->query, made->finding);
    if (v->ca->options.decide_ms)
        add(v, challenge, made, v->ca->options.decide_ms);
    else
        decide(v, challenge, made);
}

static void *work(void *object)
{
    struct validator *v = object;
    struct waiting due;
    pthread_mutex_lock(&v->ca->lock);
    while (next_due(v, &due))
        if (due.made)
            decide(v, due.challenge, due.made);
        else
            query(v, due.challenge);
    pthread_mutex_unlock(&v->ca->lock);
    return NULL;
}

void validator_stop(struct validator *v)
{
    pthread_mutex_lock(&v->ca->lock);
    v->stopping = true;
    pthread_cond_broadcast(&v->wake);
    int count = v->count;
    pthread_mutex_unlock(&v->ca->lock);
    for (int i = 0; i < count; i++)
        pthread_join(v->thread[i], NULL);
}
