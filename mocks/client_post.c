/* SPDX-License-Identifier: MIT */
/* The mock client's signed requests: nonce and url filled in, signed, sent, and sent
 * again once after badNonce (RFC 8555 6.2 to 6.5). */
#include "mocks/client_inside.h"

#include <limits.h>

#include "acme/problem.h"
#include "base/clock.h"

enum { ENDLESS_MS = 50 }; /* a planted storm that leaves others room to work */

/* Whether the nonce is the caller's affair, so that none of ours may be put in its place.
 */
static bool has_own_nonce(const struct post *post)
{
    return post->raw || post->own_nonce || post->jws.nonce.len
        || json_object_get(post->jws.protected_patch, "nonce");
}

static bool may_retry(const struct post *post)
{
    return !post->no_retry && !has_own_nonce(post);
}

/* RFC 8555 6.4: "the client MUST set the "url" header parameter to the exact string
 * provided by the server". */
static bool sign(struct client *c, struct arena *step, const struct post *post, str nonce,
                 str *body, struct err *err)
{
    struct jws_spec spec = post->jws;
    if (!c->first_nonce.len)
        c->first_nonce = str_copy(c->arena, nonce);
    if (client_bug(c, BUG_CLIENT_NONCE_REUSED))
        nonce = c->first_nonce;
    if (post->raw) {
        *body = post->raw_body;
        return true;
    }
    if (!post->own_url && spec.url.len == 0)
        spec.url = post->url;
    spec.nonce = nonce;
    client_spoil(c, step, &spec);
    return jws_sign(step, &spec, body, err);
}

static bool make(struct client *c, struct arena *step, const struct post *post, str nonce,
                 struct sending *s, struct err *err)
{
    struct request request = { .method = str_of(post->method ? post->method : "POST"),
                               .url = post->url };
    if (post->url.len == 0)
        return err_set(err, "there is no URL to send this %s to", request.method.ptr);
    if (!sign(c, step, post, nonce, &request.body, err))
        return false;
    /* RFC 8555 6.2: "they must have the Content-Type header field set to
     * "application/jose+json"". */
    headers_add(step, &request.headers, STR("Content-Type"),
                client_bug(c, BUG_CLIENT_CONTENT_TYPE) ? STR("application/json")
                                                       : STR("application/jose+json"));
    if (client_bug(c, BUG_CLIENT_SENDS_REPLAY_NONCE))
        headers_add(step, &request.headers, STR("Replay-Nonce"), nonce);
    s->line = post->line;
    s->deliberate = post->deliberate;
    sending_make(c, step, s, &request, &post->headers);
    return true;
}

/* A nonce that the caller put in himself may lie in our pool as well. */
static void forget_own_nonce(struct client *c, struct arena *step,
                             const struct post *post, str body)
{
    if (!has_own_nonce(post))
        return;
    struct jws jws = { 0 };
    jws_peek(step, body, &jws);
    nonces_forget(c, jws.nonce);
}

/* Sends the post once with that nonce. */
static bool post_once(struct client *c, const struct post *post, str nonce,
                      const struct exchange **out, struct err *err)
{
    struct arena *step = arena_new(c->arena);
    struct sending s = { 0 };
    bool made = make(c, step, post, nonce, &s, err);
    if (made) {
        forget_own_nonce(c, step, post, s.sent.body);
        *out = sending_send(c, step, &s);
    }
    arena_end(step);
    return made;
}

/* The nonce to try again with: that of the error, and newNonce's where it has none. */
static bool next_nonce(struct client *c, const struct exchange *refused, str *nonce)
{
    const struct exchange *asked;
    struct err ignored;
    if (client_bug(c, BUG_CLIENT_BAD_NONCE_OLD))
        return true;
    if (client_bug(c, BUG_CLIENT_FRESH_RETRY))
        return nonces_ask(c, nonce, &asked, &ignored);
    if (client_bug(c, BUG_CLIENT_BAD_NONCE_FINAL))
        return false;
    if (nonces_take_from(c, refused, nonce))
        return true;
    return !client_bug(c, BUG_CLIENT_NONCE_NEEDED)
        && nonces_ask(c, nonce, &asked, &ignored);
}

static bool is_bad_nonce(const struct client *c, const struct exchange *x)
{
    if (x->resource == RESOURCE_ACCOUNT && client_bug(c, BUG_CLIENT_UPDATE_FINAL))
        return false;
    struct arena *step = arena_new(c->arena);
    bool bad =
        str_is(problem_word(step, &x->response), "badNonce") && !client_overlooks(c, x);
    if (client_bug(c, BUG_CLIENT_STRICT) && json_object_get(x->body, "balance"))
        bad = false;
    arena_end(step);
    return bad;
}

bool client_refused_again(const struct client *c, const struct post *post,
                          const struct exchange *answer)
{
    return may_retry(post) && is_bad_nonce(c, answer);
}

/* The nonce to sign with.  When newNonce did not answer at all, *unanswered is that
 * exchange and there is nothing to send. */
static bool choose_nonce(struct client *c, const struct post *post, str *nonce,
                         const struct exchange **unanswered, struct err *err)
{
    *unanswered = NULL;
    *nonce = post->jws.nonce;
    if (has_own_nonce(post))
        return true;
    const struct exchange *asked;
    if (nonces_get(c, nonce, &asked, err))
        return true;
    if (!asked || asked->response.status)
        return false;
    *unanswered = asked;
    return true;
}

bool client_post(struct client *c, const struct post *post, const struct exchange **out,
                 struct err *err)
{
    str nonce;
    const struct exchange *unanswered;
    if (!choose_nonce(c, post, &nonce, &unanswered, err))
        return false;
    *out = unanswered;
    if (unanswered)
        return true;
    if (!post_once(c, post, nonce, out, err))
        return false;
    /* RFC 8555 6.5: "when retrying in response to a "badNonce" error, the client MUST use
     * the nonce provided in the error response". */
    long most = client_bug(c, BUG_CLIENT_ENDLESS) ? LONG_MAX
        : client_bug(c, BUG_CLIENT_RETRIES_ONCE)  ? 1
                                                  : c->nonce_retries;
    for (long retry = 0; retry < most && may_retry(post) && is_bad_nonce(c, *out)
         && next_nonce(c, *out, &nonce);
         retry++) {
        if (client_bug(c, BUG_CLIENT_ENDLESS))
            clock_sleep_ms(ENDLESS_MS);
        if (!post_once(c, post, nonce, out, err))
            return false;
    }
    for (int i = 0; i < CLIENT_STORM && client_follows(c, *out); i++)
        if (!choose_nonce(c, post, &nonce, &unanswered, err)
            || !post_once(c, post, nonce, out, err))
            return false;
    return true;
}

/* --- several at once --- */

/* All that the posts need while they are under way. */
struct race {
    size_t count;
    struct sending *sendings;
    struct request *requests;
    struct response *responses;
    struct timings *timings;
    struct err *errs;
};

static struct race race_new(struct arena *step, size_t count)
{
    return (struct race){
        .count = count,
        .sendings = NEW_ARRAY(step, struct sending, count),
        .requests = NEW_ARRAY(step, struct request, count),
        .responses = NEW_ARRAY(step, struct response, count),
        .timings = NEW_ARRAY(step, struct timings, count),
        .errs = NEW_ARRAY(step, struct err, count),
    };
}

/* false with err, or with *unanswered when newNonce did not answer. */
static bool race_make(struct client *c, struct arena *step, const struct post *posts,
                      struct race *race, const struct exchange **unanswered,
                      struct err *err)
{
    for (size_t i = 0; i < race->count; i++) {
        str nonce;
        if (!choose_nonce(c, &posts[i], &nonce, unanswered, err) || *unanswered
            || !make(c, step, &posts[i], nonce, &race->sendings[i], err))
            return false;
        forget_own_nonce(c, step, &posts[i], race->sendings[i].sent.body);
        race->requests[i] = race->sendings[i].sent;
    }
    return true;
}

static void race_run(struct client *c, struct arena *step, struct race *race,
                     const struct exchange **outs)
{
    struct err full = { "" };
    if (journal_has_room(c->journal, &full))
        fetch_together(c->fetcher, step, race->requests, race->count, race->responses,
                       race->timings, race->errs);
    for (size_t i = 0; *full.text && i < race->count; i++)
        race->errs[i] = full;
    for (size_t i = 0; i < race->count; i++)
        outs[i] =
            sending_log(c, &race->sendings[i], &race->responses[i], &race->timings[i],
                        race->responses[i].status ? NULL : &race->errs[i]);
}

bool client_post_together(struct client *c, const struct post *posts, size_t count,
                          const struct exchange **outs, struct err *err)
{
    struct arena *step = arena_new(c->arena);
    struct race race = race_new(step, count);
    const struct exchange *unanswered = NULL;
    bool made = race_make(c, step, posts, &race, &unanswered, err);
    if (made)
        race_run(c, step, &race, outs);
    for (size_t i = 0; i < count && unanswered; i++)
        outs[i] = unanswered;
    arena_end(step);
    return made || unanswered;
}
