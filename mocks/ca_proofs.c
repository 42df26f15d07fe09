/* SPDX-License-Identifier: MIT */
/* What the CA saw when it validated, kept for whoever tests a client; and what of the
 * proofs is still there, asked anew. */
#include "acme/challenge.h"
#include "acme/problem.h"
#include "base/clock.h"
#include "mocks/ca_validate.h"

enum { MOST_PROOFS = 10000, LEFTOVER_MS = 2000 };

void query_seen(const struct query_for *q, const char *name, json_t *value)
{
    json_object_set_new(q->seen, name, value);
}

void query_seen_text(const struct query_for *q, const char *name, str text)
{
    json_object_set(q->seen, name, json_string_of(q->arena, text));
}

void query_seen_texts(const struct query_for *q, const char *name,
                      const struct strs *texts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < texts->count; i++)
        json_array_append(list, json_string_of(q->arena, texts->item[i]));
    query_seen(q, name, list);
}

/* --- the record --- */

void ca_keep_proof(struct ca *ca, const struct query_for *q, struct finding finding)
{
    struct arena *kept = ca->store.arena;
    if (ca->proof_count >= MOST_PROOFS)
        return;
    query_seen_text(q, "type", str_of(challenge_names[q->type]));
    query_seen_text(q, "identifier", q->identifier.value);
    query_seen_text(q, "token", q->token);
    query_seen_text(q, "keyAuthorization", q->keyauth);
    query_seen(q, "polls", json_integer(q->polls));
    if (!finding_is_good(finding)) {
        query_seen_text(q, "problem", str_of(problem_names[finding.problem]));
        query_seen_text(q, "detail", finding.why);
    }
    ca->proof = GROW(kept, ca->proof, ca->proof_count, struct ca_proof);
    ca->proof[ca->proof_count++] =
        (struct ca_proof){ q->type, str_copy(kept, json_text(q->arena, q->seen)) };
}

static bool is_wanted(str type, enum challenge_type of)
{
    return str_is(type, "any") || str_is(type, challenge_names[of]);
}

json_t *ca_proofs(struct ca *ca, struct arena *a, str type)
{
    json_t *out = json_keep(a, json_array());
    pthread_mutex_lock(&ca->lock);
    for (size_t i = 0; i < ca->proof_count; i++) {
        struct err ignored;
        json_t *seen = is_wanted(type, ca->proof[i].type)
            ? json_read(a, ca->proof[i].seen, &ignored)
            : NULL;
        if (seen)
            json_array_append(out, seen);
    }
    pthread_mutex_unlock(&ca->lock);
    return out;
}

/* --- what is left --- */

struct remembered {
    struct query_for *query;
    size_t count;
};

/* A query for each challenge, whether it was responded to or not. */
static void remember(struct ca *ca, struct arena *a, const struct authz *authz, str type,
                     struct remembered *r)
{
    for (size_t i = 0; i < authz->count; i++) {
        const struct challenge *challenge = &authz->challenge[i];
        if (!is_wanted(type, challenge->type))
            continue;
        r->query = GROW(a, r->query, r->count, struct query_for);
        struct query_for *q = &r->query[r->count++];
        *q = query_of(ca, a, challenge);
        q->keyauth = challenge_key_authorization(a, q->token, authz->account->thumbprint);
    }
}

static struct remembered remember_all(struct ca *ca, struct arena *a, str type)
{
    struct remembered r = { 0 };
    const struct table *authzs = &ca->store.authzs;
    pthread_mutex_lock(&ca->lock);
    for (size_t i = 0; i < authzs->size; i++)
        if (authzs->slot[i].value)
            remember(ca, a, authzs->slot[i].value, type, &r);
    pthread_mutex_unlock(&ca->lock);
    return r;
}

json_t *ca_leftovers(struct ca *ca, struct arena *a, str type)
{
    json_t *out = json_keep(a, json_array());
    struct remembered r = remember_all(ca, a, type);
    for (size_t i = 0; i < r.count; i++) {
        struct query_for *q = &r.query[i];
        q->deadline_ms = clock_ms() + LEFTOVER_MS;
        if (!finding_is_good(query_now(q)))
            continue;
        query_seen_text(q, "type", str_of(challenge_names[q->type]));
        query_seen_text(q, "identifier", q->identifier.value);
        query_seen_text(q, "token", q->token);
        json_array_append(out, q->seen);
    }
    return out;
}
