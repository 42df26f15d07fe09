/* SPDX-License-Identifier: MIT */
/* The mock client: directory, nonce pool, signed posts, polling.  Correct until told
 * otherwise, and then wrong in exactly what it was told. */
#ifndef MOCKS_CLIENT_H
#define MOCKS_CLIENT_H

#include "mocks/bugs.h"
#include "acme/journal.h"
#include "crypto/jws.h"
#include "http/fetch.h"

struct client;

struct client_options {
    str directory_url;
    struct fetch_options fetch;
    struct journal *journal;
    const struct bugs *bugs; /* planted ones; NULL: none */
    long nonce_retries;      /* so often a badNonce is tried again; 0: once */
};

struct client *client_new(struct arena *a, const struct client_options *options);
/* GETs the directory and keeps it; true when it is an ACME directory. */
bool client_directory(struct client *c, struct err *err) MUST_CHECK;
/* Whether it makes this mistake on purpose. */
bool client_bug(const struct client *c, enum bug bug);
/* All that it makes; or NULL. */
const struct bugs *client_bugs(const struct client *c);
/* A header of an answer, or NULL. */
const str *client_header(const struct client *c, const struct exchange *exchange,
                         const char *name);
/* URL of a directory resource, or STR_NONE. */
str client_resource(const struct client *c, enum resource resource);
json_t *client_meta(const struct client *c);

/* One exchange to make.  Zero values are what a correct client does. */
struct post {
    str url;
    struct jws_spec
        jws; /* key, kid, payload, spoilings; nonce and url are filled in unless given */
    bool own_nonce; /* jws.nonce stands as it is, also empty; then no badNonce retry */
    bool own_url;   /* jws.url stands as it is, also empty */
    bool no_retry;  /* hand badNonce back */
    struct headers headers; /* replace or (empty value) remove; else Content-Type
                               application/jose+json */
    str raw_body;           /* with `raw`: the body as it is, not signed */
    bool raw;
    const char *method; /* NULL: POST */
    int line;           /* of the scenario */
    bool deliberate;
};

/* Sends it; a badNonce is retried with the nonce of the answer, as RFC 8555 6.5 has it,
 * once or as often as the options say, unless the post says otherwise.  *out is the last
 * exchange, in the journal; its response has status 0 where none came, and it is the one
 * with newNonce where the post could not be signed for that.  false only for errors of
 * our own (no key), and when newNonce answered without a nonce. */
bool client_post(struct client *c, const struct post *post, const struct exchange **out,
                 struct err *err) MUST_CHECK;
/* Whether that answer to the post refuses the very nonce that the CA gave for trying
 * again, so that nothing is learnt of what was asked. */
bool client_refused_again(const struct client *c, const struct post *post,
                          const struct exchange *answer);
/* GET, HEAD or another method without a signature. */
bool client_send(struct client *c, const char *method, str url,
                 const struct headers *headers, str body, int line, bool deliberate,
                 const struct exchange **out, struct err *err) MUST_CHECK;
/* Several posts at once (races): nonces are fetched first, connections opened, then all
 * sent together; none is retried.  outs has one pointer per post. */
bool client_post_together(struct client *c, const struct post *posts, size_t count,
                          const struct exchange **outs, struct err *err) MUST_CHECK;
/* Raw bytes to the URL's host; see fetch_raw.  The exchange has no method, the bytes as
 * its request's body, and counts as deliberate. */
bool client_raw(struct client *c, str url, str bytes, int line,
                const struct exchange **out, struct err *err) MUST_CHECK;
/* Milliseconds until the next poll: what the answer's Retry-After asks, at most five
 * seconds; where it asks nothing, a pause that grows with the polls made so far. */
long client_pause_ms(const struct exchange *exchange, int polls);
/* A nonce from the pool or from newNonce. */
bool client_nonce(struct client *c, str *nonce, struct err *err) MUST_CHECK;
/* The nonce that the exchange's request carried. */
str client_nonce_of(struct arena *a, const struct exchange *exchange);
/* The URL that Location gives, resolved (RFC 9110 10.2.2); false: there is none. */
bool client_location(struct client *c, const struct exchange *exchange, str *url);
/* The n-th link of that relation in an answer, resolved (RFC 8288); false: there is none.
 */
bool client_link(const struct client *c, struct arena *a, const struct exchange *exchange,
                 const char *rel, size_t n, str *url);
struct fetcher *client_fetcher(struct client *c);

#endif
