/* SPDX-License-Identifier: MIT */
/* Looks at the client under test: what became of its last run, what it asked for over the
 * whole scenario, what it keeps in its files. */
#include "acme/problem.h"
#include "acme/show.h"
#include "crypto/cert.h"
#include "engine/look.h"
#include "engine/under_test.h"

static bool has_run(struct look *l)
{
    const struct under_test *u = l->world->under_test;
    return (u && u->has_run) || err_set(l->err, "the client was not started yet");
}

bool look_outcome(struct look *l)
{
    const struct under_test *u = l->world->under_test;
    if (!has_run(l))
        return false;
    l->value = look_text(l, str_of(outcome_words[u->outcome]));
    l->world->reason = u->reason;
    return true;
}

bool look_exit(struct look *l)
{
    if (!has_run(l))
        return false;
    const struct child_end *end = &l->world->under_test->end;
    l->value = end->fate == CHILD_EXITED ? look_number(l, end->exit_code) : NULL;
    return true;
}

bool look_output(struct look *l)
{
    if (!has_run(l))
        return false;
    l->value =
        look_text(l, show_clean(l->world->arena, l->world->under_test->end.output));
    return true;
}

/* --- requests over the whole scenario --- */

static bool is_for(const struct look *l, const struct exchange *e)
{
    return str_is(l->arg[0], "any") || str_is(l->arg[0], resource_names[e->resource]);
}

static json_t *headers_value(const struct look *l, const struct headers *headers)
{
    json_t *out = json_keep(l->world->arena, json_object());
    for (size_t i = 0; i < headers->count; i++)
        json_object_set(
            out,
            str_z(l->world->arena,
                  str_lower(l->world->arena,
                            show_clean(l->world->arena, headers->item[i].name))),
            look_text(l, headers->item[i].value));
    return out;
}

/* The JWS inside a payload: of keyChange the payload itself, of newAccount the external
 * account binding (RFC 8555 7.3.4, 7.3.5). */
static json_t *inner_value(const struct look *l, json_t *payload)
{
    struct arena *a = l->world->arena;
    json_t *binding = json_object_get(payload, "externalAccountBinding");
    struct jws jws = { 0 };
    struct err ignored;
    jws_peek(a, json_text(a, binding ? binding : payload), &jws);
    if (!jws.protected_header)
        return NULL;
    json_t *out = json_keep(a, json_object());
    json_t *said = json_read(a, jws.payload, &ignored);
    json_object_set(out, "protected", jws.protected_header);
    json_object_set(out, "payload", said ? said : look_text(l, jws.payload));
    return out;
}

static json_t *request_value(const struct look *l, const struct exchange *e)
{
    struct arena *a = l->world->arena;
    json_t *out = json_keep(a, json_object());
    struct jws jws;
    struct err ignored;
    jws_peek(a, e->request.body, &jws);
    json_t *payload = jws.payload.len ? json_read(a, jws.payload, &ignored) : NULL;
    str type = problem_word(a, &e->response);
    json_object_set(out, "method", look_text(l, e->request.method));
    json_object_set(out, "url", look_text(l, e->request.url));
    json_object_set(out, "resource", look_text(l, str_of(resource_names[e->resource])));
    json_object_set(out, "headers", headers_value(l, &e->request.headers));
    json_object_set(out, "status", look_number(l, e->response.status));
    if (jws.protected_header)
        json_object_set(out, "protected", jws.protected_header);
    if (jws.outer)
        json_object_set(out, "payload", payload ? payload : look_text(l, jws.payload));
    json_t *inner = json_is_object(payload) ? inner_value(l, payload) : NULL;
    if (inner)
        json_object_set(out, "inner", inner);
    if (type.len)
        json_object_set(out, "type", look_text(l, type));
    return out;
}

bool look_requests(struct look *l)
{
    l->value = json_keep(l->world->arena, json_array());
    for (size_t i = 0; i < journal_count(l->world->journal); i++) {
        const struct exchange *e = journal_at(l->world->journal, i);
        if (is_for(l, e))
            json_array_append(l->value, request_value(l, e));
    }
    return true;
}

bool look_request_count(struct look *l)
{
    long long count = 0;
    for (size_t i = 0; i < journal_count(l->world->journal); i++) {
        const struct exchange *e = journal_at(l->world->journal, i);
        str status = arena_printf(l->world->arena, "%d", e->response.status);
        count += is_for(l, e) && (!l->arg[1].len || str_eq(status, l->arg[1]));
    }
    l->value = look_number(l, count);
    return true;
}

/* Where the object of the answer is asked for again: what finalize answers is the order,
 * unless finalize itself is what is looked at. */
static str url_of_object(const struct look *l, const struct exchange *e)
{
    const str *location = headers_find(&e->response.headers, "Location");
    bool order = e->resource == RESOURCE_FINALIZE && !str_is(l->arg[0], "finalize");
    return order && location ? *location : e->request.url;
}

/* Answers that a gap begins at.  RFC 8555 6.5: after badNonce a client tries again with
 * the nonce that came, and has nothing to wait for. */
static bool begins_gap(const struct look *l, const struct exchange *e)
{
    if (!l->arg[1].len)
        return is_for(l, e) && !str_is(problem_word_of(e->body), "badNonce");
    if (str_is(l->arg[1], "asked"))
        return is_for(l, e) && headers_find(&e->response.headers, "Retry-After");
    /* RFC 8555 7.4 has a client wait after finalize where the answer asks for that. */
    bool order = str_is(l->arg[0], "order") && e->resource == RESOURCE_FINALIZE
        && headers_find(&e->response.headers, "Retry-After");
    return (order || is_for(l, e)) && str_eq(json_member(e->body, "status"), l->arg[1]);
}

/* From the answer to the next request for its object, in milliseconds; -1: it was not
 * asked again. */
static int64_t gap_after(const struct look *l, size_t index)
{
    const struct journal *j = l->world->journal;
    const struct exchange *e = journal_at(j, index);
    for (size_t i = index + 1; i < journal_count(j); i++) {
        const struct exchange *next = journal_at(j, i);
        if (str_eq(next->request.url, url_of_object(l, e)))
            return (next->sent_us - e->done_us) / 1000;
    }
    return -1;
}

bool look_request_gap(struct look *l)
{
    int64_t least = -1;
    for (size_t i = 0; i < journal_count(l->world->journal); i++) {
        int64_t gap =
            begins_gap(l, journal_at(l->world->journal, i)) ? gap_after(l, i) : -1;
        if (gap >= 0 && (least < 0 || gap < least))
            least = gap;
    }
    l->value = least < 0 ? NULL : look_number(l, least);
    return true;
}

/* A key that an account was made or found by. */
struct account_key {
    str thumbprint;
    str url; /* of newAccount */
};

/* Its thumbprint; empty: there is none. */
static str account_key_of(const struct look *l, const struct exchange *e)
{
    struct arena *a = l->world->arena;
    struct jws jws;
    struct err ignored;
    if (e->resource != RESOURCE_NEW_ACCOUNT || e->response.status / 100 != 2)
        return STR_NONE;
    jws_peek(a, e->request.body, &jws);
    struct key *key =
        key_from_jwk(a, json_object_get(jws.protected_header, "jwk"), &ignored);
    return key ? key_thumbprint(a, key) : STR_NONE;
}

static size_t account_keys(const struct look *l, struct account_key **out)
{
    const struct journal *j = l->world->journal;
    size_t count = 0;
    *out = NEW_ARRAY(l->world->arena, struct account_key, journal_count(j));
    for (size_t i = 0; i < journal_count(j); i++) {
        const struct exchange *e = journal_at(j, i);
        str thumbprint = account_key_of(l, e);
        if (thumbprint.len)
            (*out)[count++] = (struct account_key){ thumbprint, e->request.url };
    }
    return count;
}

bool look_account_keys(struct look *l)
{
    struct account_key *key;
    size_t count = account_keys(l, &key);
    bool both = false, shared = false;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++) {
            bool elsewhere = !str_eq(key[k].url, key[i].url);
            both = both || elsewhere;
            shared =
                shared || (elsewhere && str_eq(key[k].thumbprint, key[i].thumbprint));
        }
    if (!both)
        return err_set(l->err, "the client has no accounts at both CAs to compare");
    l->value = look_truth(l, !shared, STR("a key is that of accounts at both CAs"));
    return true;
}

/* --- what it offers for validation --- */

bool look_proofs(struct look *l)
{
    l->value = ca_proofs(l->world->under_test->ca, l->world->arena, l->arg[0]);
    return true;
}

bool look_leftovers(struct look *l)
{
    l->value = ca_leftovers(l->world->under_test->ca, l->world->arena, l->arg[0]);
    return true;
}

/* --- its files --- */

static bool look_own(struct look *l, const struct under_test *u,
                     const struct chain *chain)
{
    struct arena *a = l->world->arena;
    struct err err = { "" };
    struct key *mine = key_from_pem(a, u->stored.key_pem, &err);
    struct key *certified = cert_key(a, chain->item[0], l->err);
    l->value = look_truth(l, mine && certified && key_same(mine, certified),
                          mine ? STR("the key in its file is not the certificate's")
                               : STR("there is no key in its file"));
    return certified != NULL;
}

bool look_stored(struct look *l)
{
    const struct under_test *u = l->world->under_test;
    struct chain chain;
    struct err err = { "" };
    if (!has_run(l))
        return false;
    if (!u->adapter->certificate.len)
        return err_set(l->err, "it is not known where %.*s keeps its certificate",
                       STR_ARG(u->adapter->name));
    bool own = str_is(l->arg[0], "own"), anew = str_is(l->arg[0], "anew");
    if (!own && !anew)
        return look_pem(l, u->stored.chain_pem);
    if (!chain_read(l->world->arena, u->stored.chain_pem, &chain, &err)) {
        l->value = look_truth(l, false, str_of(err.text));
        return true;
    }
    if (own)
        return look_own(l, u, &chain);
    l->value = look_truth(l, !str_eq(u->stored.leaf_der, u->before.leaf_der),
                          STR("it is the certificate that was there before"));
    return true;
}
