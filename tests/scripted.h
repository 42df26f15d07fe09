/* SPDX-License-Identifier: MIT */
/* Two small servers for tests of a client: one that speaks enough ACME for nonces to be
 * tried, its manners chosen by path; and one that says the same bytes to whoever comes.
 */
#ifndef TESTS_SCRIPTED_H
#define TESTS_SCRIPTED_H

#include "base/arena.h"

struct scripted;

/* Paths: /dir (directory), /nonce (newNonce), /ok (200), /no-nonce (200 without one),
 * /same-nonce (always the same), /odd-nonce (an invalid one), /bad-once (badNonce, then
 * 200), /bad-always, /bad-bare (badNonce without a nonce), /malformed, /html, /list,
 * /drop, /hang; anything else is 404.  It ends with the arena. */
struct scripted *scripted_new(struct arena *a);
/* The absolute URL of a path there, in the arena of the server. */
str scripted_url(struct scripted *s, const char *path);
/* Nobody listens from now on. */
void scripted_stop(struct scripted *s);
/* /nonce answers without Replay-Nonce from now on. */
void scripted_withhold_nonces(struct scripted *s);
/* How many requests for the path came. */
int scripted_count(struct scripted *s, const char *path);

/* A request as it arrived; what was absent is empty. */
struct arrival {
    char method[16], path[32], nonce[128], type[64], agent[64], language[16], accept[64];
    char body[64]; /* its beginning */
};
struct arrival scripted_last(struct scripted *s);

/* Sends `answer` to the first who connects and sends something, then closes.  Returns its
 * URL; it ends with the arena. */
str canned_start(struct arena *a, str answer);

#endif
