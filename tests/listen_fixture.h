/* SPDX-License-Identifier: MIT */
/* What the tests of the listener start from: one listener, whose handler answers as the
 * path says, in one arena.  The names are short, since every line has them. */
#ifndef TESTS_LISTEN_FIXTURE_H
#define TESTS_LISTEN_FIXTURE_H

#include <stdatomic.h>

#include "http/listen.h"
#include "tests/wire.h"

enum { CEILING = 100000 };
#define SOON_MS wire_patience(5000)

extern struct arena *a;
extern struct listener *l;
extern atomic_int asked; /* how often the handler was */

/* /status/N, /headers, /empty-value, /big, a manner's name; or what was told. */
void answer_by_path(void *context, struct arena *step, const struct request *request,
                    const char *peer, struct reply *reply);
/* Another listener, in the same arena. */
struct listener *started(const struct listen_options *options);

/* Before and after each test. */
void listening(void);
void listened(void);

/* What comes for the bytes until the listener closes. */
const char *answer_to(str bytes);
/* What comes for one request whose connection closes. */
const char *get(const char *method, const char *path);
const char *body_of(const char *answer);

#endif
