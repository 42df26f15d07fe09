/* SPDX-License-Identifier: MIT */
/* What the files of the mock client share; nobody else includes it. */
#ifndef MOCKS_CLIENT_INSIDE_H
#define MOCKS_CLIENT_INSIDE_H

#include "mocks/client.h"

/* Nonces that the server gave and that were not used yet, the freshest last; and all that
 * were ever seen, so that a server which repeats itself does not make us repeat
 * ourselves. */
struct nonces {
    struct strs pool, seen;
    size_t asked; /* newNonce, so many times */
};

struct client {
    struct arena *arena;
    struct fetcher *fetcher;
    struct journal *journal;
    str directory_url;
    const char *user_agent;
    json_t *directory; /* NULL until client_directory was true */
    struct nonces nonces;
    const struct bugs *bugs; /* or NULL */
    str first_nonce;         /* that it used; for the bug that uses it again */
    long nonce_retries;      /* at least 1 */
};

/* A request that is ready to be sent, and what the journal will say about it. */
struct sending {
    struct request
        sent; /* with empty header values that tell libcurl to leave its own out */
    struct request logged; /* without them */
    time_t wall;
    int line;
    bool deliberate;
};

/* Puts the request together: what every request of ours has, `more` over that. */
void sending_make(struct client *c, struct arena *step, struct sending *s,
                  const struct request *request, const struct headers *more);
/* Sends it, writes the exchange into the journal and keeps its nonce. */
const struct exchange *sending_send(struct client *c, struct arena *step,
                                    const struct sending *s);
/* Writes an exchange that is over into the journal and keeps its nonce; err says why
 * there is no response, and NULL that there is one. */
const struct exchange *sending_log(struct client *c, const struct sending *s,
                                   const struct response *response,
                                   const struct timings *timings, const struct err *err);

/* Planted bugs of a request's JWS. */
void client_spoil(const struct client *c, struct arena *step, struct jws_spec *spec);

/* What planted bugs do at an answer that is merely odd (client_odd.c). */
void client_stumble(const struct client *c, const struct exchange *x);
/* Whether a planted bug makes it follow that redirect, to where it was before. */
enum { CLIENT_STORM = 300 };
bool client_follows(const struct client *c, const struct exchange *x);
/* Whether a planted bug keeps it from seeing which error that is. */
bool client_overlooks(const struct client *c, const struct exchange *x);
/* Takes the nonce of an answer into the pool. */
void nonces_collect(struct client *c, const struct exchange *x);
/* A nonce from an answer, when it has a valid one, and out of the pool. */
bool nonces_take_from(struct client *c, const struct exchange *x, str *nonce);
/* Takes a nonce out of the pool that was used by other ways. */
void nonces_forget(struct client *c, str nonce);
/* A nonce of newNonce, whatever is in the pool. */
bool nonces_ask(struct client *c, str *nonce, const struct exchange **asked,
                struct err *err) MUST_CHECK;
/* As client_nonce; *asked is the exchange with newNonce, or NULL when there was none. */
bool nonces_get(struct client *c, str *nonce, const struct exchange **asked,
                struct err *err) MUST_CHECK;

#endif
