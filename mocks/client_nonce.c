/* SPDX-License-Identifier: MIT */
/* The mock client's nonces (RFC 8555 6.5, 7.2): every answer fills the pool, every
 * request takes one out for good, and newNonce is asked when the pool is empty. */
#include <stdlib.h>

#include "crypto/b64url.h"
#include "mocks/client_inside.h"

/* A server gives one with each answer; what lies longest here goes first. */
enum { MOST_NONCES = 1000, LONGEST_NONCE = 4096 };

/* RFC 8555 6.5.1: Replay-Nonce = 1*base64url, and "Clients MUST ignore invalid
 * Replay-Nonce values".  By the grammar alone: no length is refused. */
static bool is_nonce(str s)
{
    return s.len > 0 && s.len <= LONGEST_NONCE && b64url_letters(s);
}

static bool answered_nonce(const struct client *c, const struct exchange *x, str *nonce)
{
    const str *value = client_header(c, x, "Replay-Nonce");
    if (!value || (!is_nonce(*value) && !client_bug(c, BUG_CLIENT_TAKES_ANY_NONCE)))
        return false;
    if (value->len > 128 && client_bug(c, BUG_CLIENT_NONCE_ROOM))
        return false;
    if (value->len % 4 == 1 && client_bug(c, BUG_CLIENT_NONCE_DECODES))
        return false;
    *nonce = *value;
    return true;
}

static void drop_at(struct strs *list, size_t at)
{
    list->count--;
    memmove(&list->item[at], &list->item[at + 1], (list->count - at) * sizeof(str));
}

void nonces_forget(struct client *c, str nonce)
{
    struct strs *pool = &c->nonces.pool;
    for (size_t i = pool->count; i > 0; i--)
        if (str_eq(pool->item[i - 1], nonce))
            drop_at(pool, i - 1);
}

void nonces_collect(struct client *c, const struct exchange *x)
{
    str nonce;
    if (!answered_nonce(c, x, &nonce))
        return;
    if (strs_has(&c->nonces.seen, nonce)) {
        if (client_bug(c, BUG_CLIENT_NONCE_SEEN_CRASH))
            abort();
        return;
    }
    nonce = str_copy(c->arena, nonce);
    strs_add(c->arena, &c->nonces.seen, nonce);
    if (c->nonces.pool.count >= MOST_NONCES)
        drop_at(&c->nonces.pool, 0);
    strs_add(c->arena, &c->nonces.pool, nonce);
}

bool nonces_take_from(struct client *c, const struct exchange *x, str *nonce)
{
    if (!answered_nonce(c, x, nonce))
        return false;
    nonces_forget(c, *nonce);
    return true;
}

/* RFC 8555 7.2: "the client sends a HEAD request to the newNonce resource". */
static bool ask_new_nonce(struct client *c, const struct exchange **asked,
                          struct err *err)
{
    str url = client_resource(c, RESOURCE_NEW_NONCE);
    if (url.len == 0)
        return err_set(err,
                       "there is no nonce and no newNonce URL to ask; the directory has "
                       "to be fetched first");
    return client_send(c, "HEAD", url, NULL, STR_NONE, 0, false, asked, err);
}

bool nonces_get(struct client *c, str *nonce, const struct exchange **asked,
                struct err *err)
{
    *asked = NULL;
    if (c->nonces.pool.count) {
        *nonce = c->nonces.pool.item[--c->nonces.pool.count];
        return true;
    }
    return nonces_ask(c, nonce, asked, err);
}

static bool gave_one(const struct response *response)
{
    return response->status <= 299 && headers_find(&response->headers, "Replay-Nonce");
}

/* What newNonce gives is used even if it is not new: that is the server's fault, and
 * there is no other. */
bool nonces_ask(struct client *c, str *nonce, const struct exchange **asked,
                struct err *err)
{
    enum { STORM = 100 };
    int times = client_bug(c, BUG_CLIENT_NEW_NONCE_STORM) ? STORM : 1;
    if (c->nonces.asked++ && client_bug(c, BUG_CLIENT_NEW_NONCE_ONCE))
        return err_set(err, "there is no nonce left");
    do
        if (!ask_new_nonce(c, asked, err))
            return false;
    while (--times > 0 && !gave_one(&(*asked)->response));
    if ((*asked)->response.status != 200 && client_bug(c, BUG_CLIENT_NEW_NONCE_200))
        return err_set(err, "newNonce did not answer 200");
    if (nonces_take_from(c, *asked, nonce))
        return true;
    if (client_bug(c, BUG_CLIENT_NEW_NONCE_CRASH))
        abort();
    const struct response *response = &(*asked)->response;
    str url = (*asked)->request.url;
    if (response->status == 0)
        return err_set(err, "HEAD %.*s (newNonce): %.*s", STR_ARG(url),
                       STR_ARG((*asked)->failure));
    return err_set(err,
                   "the newNonce resource %.*s answered %d without a valid Replay-Nonce, "
                   "so nothing can be signed",
                   STR_ARG(url), response->status);
}

bool client_nonce(struct client *c, str *nonce, struct err *err)
{
    const struct exchange *asked;
    return nonces_get(c, nonce, &asked, err);
}

str client_nonce_of(struct arena *a, const struct exchange *exchange)
{
    struct jws jws = { 0 };
    jws_peek(a, exchange->request.body, &jws);
    return str_copy(a, jws.nonce);
}
