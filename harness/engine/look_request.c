/* SPDX-License-Identifier: MIT */
/* Looks at the request of the last exchange: its JWS, its nonce, its CSR. */
#include "acme/problem.h"
#include "crypto/b64url.h"
#include "crypto/csr.h"
#include "crypto/jws.h"
#include "engine/look.h"
#include "engine/under_test.h"

static const struct exchange *last(const struct look *l)
{
    return l->world->last;
}

/* Its JWS, taken apart once: checks on nonces look at all earlier requests. */
static const struct jws *jws_of(const struct look *l, const struct exchange *e)
{
    struct world *w = l->world;
    while (w->jws_count < e->number) {
        w->jws = GROW(w->arena, w->jws, w->jws_count, struct jws *);
        w->jws[w->jws_count++] = NULL;
    }
    struct jws **place = &w->jws[e->number - 1];
    if (!*place) {
        *place = NEW(w->arena, struct jws);
        jws_peek(w->arena, e->request.body, *place);
    }
    return *place;
}

bool look_request(struct look *l)
{
    const struct jws *jws = jws_of(l, last(l));
    struct err ignored;
    json_t *payload =
        jws->payload.len ? json_read(l->world->arena, jws->payload, &ignored) : NULL;
    l->value = payload ? json_pointer(payload, l->arg[0]) : NULL;
    return true;
}

bool look_payload(struct look *l)
{
    const struct jws *jws = jws_of(l, last(l));
    l->value = jws->outer ? look_text(l, jws->payload) : NULL;
    return true;
}

bool look_protected(struct look *l)
{
    const struct jws *jws = jws_of(l, last(l));
    l->value =
        jws->protected_header ? json_pointer(jws->protected_header, l->arg[0]) : NULL;
    return true;
}

bool look_sent(struct look *l)
{
    const str *value =
        headers_find(&last(l)->request.headers, str_z(l->world->arena, l->arg[0]));
    l->value = value ? look_text(l, *value) : NULL;
    return true;
}

/* --- the JWS as a whole --- */

/* RFC 8555 6.2: newAccount has a jwk, revokeCert either, all else a kid. */
static bool right_key_member(const struct exchange *e, const struct jws *jws,
                             struct err *err)
{
    bool has_jwk = jws->jwk != NULL, has_kid = jws->kid.len > 0;
    if (has_jwk == has_kid)
        return err_set(err, "the protected header has %s jwk %s kid",
                       has_jwk ? "both" : "neither", has_jwk ? "and" : "nor");
    if (e->resource == RESOURCE_NEW_ACCOUNT && !has_jwk)
        return err_set(err, "a request for newAccount has kid instead of jwk");
    if (e->resource != RESOURCE_NEW_ACCOUNT && e->resource != RESOURCE_REVOKE_CERT
        && !has_kid)
        return err_set(err, "a request for %s has jwk instead of kid",
                       resource_names[e->resource]);
    return true;
}

/* The JWK of the account in a request that the CA took, as it was registered or changed;
 * NULL: it is another request. */
static json_t *jwk_given(const struct look *l, const struct exchange *e, str kid)
{
    bool makes = e->resource == RESOURCE_NEW_ACCOUNT;
    struct jws inner;
    if ((!makes && e->resource != RESOURCE_KEY_CHANGE) || e->response.status < 200
        || e->response.status > 299)
        return NULL;
    const struct jws *jws = jws_of(l, e);
    const str *location = headers_find(&e->response.headers, "Location");
    if (makes)
        return location && str_eq(*location, kid) ? jws->jwk : NULL;
    if (!str_eq(jws->kid, kid))
        return NULL;
    jws_peek(l->world->arena, jws->payload, &inner);
    return inner.jwk;
}

/* The newest; NULL: not seen. */
static json_t *jwk_of_account(const struct look *l, str kid)
{
    json_t *found = NULL;
    for (size_t i = last(l)->number - 1; !found && i-- > 0;)
        found = jwk_given(l, journal_at(l->world->journal, i), kid);
    return found;
}

/* An account that was never seen to be made proves nothing. */
static bool right_signature(const struct look *l, const struct jws *jws, struct err *err)
{
    json_t *jwk = jws->jwk ? jws->jwk : jwk_of_account(l, jws->kid);
    struct key *key = jwk ? key_from_jwk(l->world->arena, jwk, err) : NULL;
    if (!jwk)
        return true;
    return key
        && (jws_verify(l->world->arena, jws, key)
            || err_set(err, "the signature does not verify with the %s",
                       jws->jwk ? "jwk beside it" : "account's key"));
}

bool look_jws(struct look *l)
{
    struct jws jws;
    struct err err = { "" };
    const struct exchange *e = last(l);
    bool good = jws_read(l->world->arena, e->request.body, &jws, &err);
    str what = l->arg[0];
    if (!str_is(what, "form") && !good)
        return err_set(l->err, "the request's body is no JWS: %s", err.text);
    if (str_is(what, "key"))
        good = right_key_member(e, &jws, &err);
    else if (str_is(what, "url"))
        good = str_eq(jws.url, e->request.url)
            || err_set(&err, "its url is \"%.*s\", and the request is for %.*s",
                       STR_ARG(str_upto(jws.url, 200)),
                       STR_ARG(str_upto(e->request.url, 200)));
    else if (str_is(what, "signature"))
        good = right_signature(l, &jws, &err);
    else if (!str_is(what, "form"))
        return err_set(l->err, "jws is followed by form, key, url or signature");
    l->value = look_truth(l, good, str_of(err.text));
    return true;
}

/* A library for HTTP may send a request again that got no answer, byte by byte (RFC 9110
 * 9.2.2): that is not another POST of the client's. */
static bool sent_again(const struct exchange *before, const struct exchange *now)
{
    return before->number < now->number && before->failure.len
        && str_eq(before->request.url, now->request.url)
        && str_eq(before->request.body, now->request.body);
}

static size_t times_used(const struct look *l, str nonce)
{
    size_t used = 0;
    for (size_t i = 0; i < last(l)->number; i++) {
        const struct exchange *e = journal_at(l->world->journal, i);
        used += str_eq(jws_of(l, e)->nonce, nonce) && !sent_again(e, last(l));
    }
    return used;
}

/* Up to `enough`: the newest answers first, where a nonce mostly comes from. */
static size_t times_given(const struct look *l, str nonce, size_t enough)
{
    size_t given = 0;
    for (size_t i = last(l)->number - 1; given < enough && i-- > 0;) {
        const struct exchange *e = journal_at(l->world->journal, i);
        const str *value = headers_find(&e->response.headers, "Replay-Nonce");
        given += value && str_eq(*value, nonce);
    }
    return given;
}

/* Each time that the CA gave a nonce out is good for one use: so a client is not blamed
 * for a CA that repeats itself. */
bool look_nonce_use(struct look *l)
{
    str nonce = jws_of(l, last(l))->nonce;
    size_t used = times_used(l, nonce), given = times_given(l, nonce, used);
    str reason = given == 0 ? STR("the CA never gave that nonce out")
                            : STR("the nonce stands in an earlier request, too");
    l->value = look_truth(l, used <= given, reason);
    return true;
}

bool look_number_in_run(struct look *l)
{
    const struct under_test *u = l->world->under_test;
    size_t before = u ? u->from : 0;
    l->value = look_number(l, (long long)(last(l)->number - before));
    return true;
}

bool look_operation(struct look *l)
{
    const struct under_test *u = l->world->under_test;
    l->value = u ? look_text(l, str_of(operation_names[u->operation])) : NULL;
    return true;
}

/* The last request before this one for the same URL with the same payload. */
static const struct exchange *tried_before(const struct look *l, str payload)
{
    for (size_t i = last(l)->number - 1; i-- > 0;) {
        const struct exchange *e = journal_at(l->world->journal, i);
        if (str_eq(e->request.url, last(l)->request.url)
            && str_eq(jws_of(l, e)->payload, payload))
            return e;
    }
    return NULL;
}

/* RFC 8555 6.5.1: base64url of some octets, which never has 4n+1 characters. */
static bool is_nonce(str s)
{
    return b64url_letters(s) && s.len % 4 != 1;
}

/* Who reads the directory anew begins anew, and retries nothing. */
static bool began_anew(const struct look *l, const struct exchange *since)
{
    for (size_t i = since->number; i + 1 < last(l)->number; i++)
        if (journal_at(l->world->journal, i)->resource == RESOURCE_DIRECTORY)
            return true;
    return false;
}

/* RFC 8555 6.5: "when retrying in response to a "badNonce" error, the client MUST use the
 * nonce provided in the error response"; 6.5.1 has it ignore what is no nonce.  An answer
 * that was lost on the way is no response. */
bool look_retry_nonce(struct look *l)
{
    const struct jws *own = jws_of(l, last(l));
    const struct exchange *refused = tried_before(l, own->payload);
    if (!refused || refused->failure.len || began_anew(l, refused)
        || !str_is(problem_word(l->world->arena, &refused->response), "badNonce"))
        return true;
    const str *given = headers_find(&refused->response.headers, "Replay-Nonce");
    if (given && is_nonce(*given))
        l->value = look_truth(l, str_eq(own->nonce, *given),
                              STR("the nonce is not that of the badNonce error"));
    return true;
}

/* --- the CSR --- */

/* What the order that is finalized here was for when it was new, in lower case; false: it
 * was not seen. */
static bool identifiers_of(const struct look *l, struct strs *out)
{
    json_t *list = NULL, *item;
    size_t i;
    for (i = 0; i < journal_count(l->world->journal); i++) {
        const struct exchange *e = journal_at(l->world->journal, i);
        if (!list && e->number < last(l)->number
            && str_eq(json_member(e->body, "finalize"), last(l)->request.url))
            list = json_object_get(e->body, "identifiers");
    }
    json_array_foreach(list, i, item)
    {
        str value = json_member(item, "value");
        strs_add(l->world->arena, out, str_lower(l->world->arena, value));
    }
    return list != NULL;
}

static bool all_in(const struct look *l, const struct strs *these,
                   const struct strs *among, str *stranger)
{
    for (size_t i = 0; i < these->count; i++)
        if (!strs_has(among, str_lower(l->world->arena, these->item[i]))) {
            *stranger = these->item[i];
            return false;
        }
    return true;
}

/* RFC 8555 7.4: exactly the identifiers of the order, in SAN, common name, or both. */
static bool fits_order(struct look *l, const struct csr *csr, struct err *err)
{
    struct strs wanted = { 0 }, named = { 0 };
    const struct strs *const lists[] = { &csr->dns_names, &csr->ip_addresses,
                                         &csr->common_names };
    str stranger;
    if (!identifiers_of(l, &wanted))
        return true;
    for (size_t i = 0; i < countof(lists); i++) {
        for (size_t k = 0; k < lists[i]->count; k++)
            strs_add(l->world->arena, &named,
                     str_lower(l->world->arena, lists[i]->item[k]));
        if (!all_in(l, lists[i], &wanted, &stranger))
            return err_set(err, "the CSR names %.*s, which the order does not",
                           STR_ARG(str_upto(stranger, 200)));
    }
    return all_in(l, &wanted, &named, &stranger)
        || err_set(err, "the order is for %.*s, too, which the CSR does not name",
                   STR_ARG(str_upto(stranger, 200)));
}

/* RFC 8555 11.1: the account's key is not the certificate's. */
static bool own_key(const struct look *l, const struct csr *csr)
{
    str thumbprint = key_thumbprint(l->world->arena, csr->key), other;
    struct err ignored;
    for (size_t i = 0; i < journal_count(l->world->journal); i++) {
        const struct exchange *e = journal_at(l->world->journal, i);
        json_t *jwk = e->resource == RESOURCE_NEW_ACCOUNT ? jws_of(l, e)->jwk : NULL;
        if (jwk && jwk_thumbprint(l->world->arena, jwk, &other, &ignored)
            && str_eq(other, thumbprint))
            return false;
    }
    return true;
}

static bool look_inside_csr(struct look *l, const struct csr *csr)
{
    const struct {
        const char *name;
        const struct strs *texts;
    } lists[] = { { "names", &csr->dns_names },
                  { "ips", &csr->ip_addresses },
                  { "common-names", &csr->common_names },
                  { "other-names", &csr->other_names },
                  { "usages", &csr->usages } };
    struct err err = { "" };
    for (size_t i = 0; i < countof(lists); i++)
        if (str_is(l->arg[0], lists[i].name)) {
            l->value = look_list(l, lists[i].texts);
            return true;
        }
    if (str_is(l->arg[0], "fits")) {
        bool fits = fits_order(l, csr, &err);
        l->value = look_truth(l, fits, str_of(err.text));
    } else if (str_is(l->arg[0], "own-key"))
        l->value =
            look_truth(l, own_key(l, csr), STR("the CSR's key is that of an account"));
    else if (str_is(l->arg[0], "key"))
        l->value = look_text(l, str_of(key_type_names[key_type_of(csr->key)]));
    else if (str_is(l->arg[0], "hash"))
        l->value = csr->hash ? look_text(l, str_of(csr->hash)) : NULL;
    else
        return err_set(l->err, "a CSR has no \"%.*s\" to look at", STR_ARG(l->arg[0]));
    return true;
}

bool look_csr(struct look *l)
{
    const struct jws *jws = jws_of(l, last(l));
    struct csr csr;
    struct err err = { "" };
    json_t *payload =
        jws->payload.len ? json_read(l->world->arena, jws->payload, &err) : NULL;
    str text = json_member(payload, "csr"), der;
    bool good = b64url_decode(l->world->arena, text, &der) && der.len
        ? csr_read(l->world->arena, der, &csr, &err)
        : err_set(&err, "the payload has no csr in base64url");
    if (str_is(l->arg[0], "form")) {
        good = good
            && (!csr.version
                || err_set(&err, "the CSR's version is not 0 (RFC 2986 4.1)"))
            && (csr_is_signed(&csr) || err_set(&err, "the CSR's signature is not good"));
        l->value = look_truth(l, good, str_of(err.text));
        return true;
    }
    return good ? look_inside_csr(l, &csr) : err_set(l->err, "%s", err.text);
}
