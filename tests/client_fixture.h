/* SPDX-License-Identifier: MIT */
/* What the tests of the mock client start from: a scripted server, a journal, a client of
 * that server and a key, in one arena.  The names are short, since every line has them.
 */
#ifndef TESTS_CLIENT_FIXTURE_H
#define TESTS_CLIENT_FIXTURE_H

#include <check.h>

#include "base/buf.h"
#include "mocks/client.h"
#include "tests/scripted.h"

struct client_fixture {
    struct arena *a;
    struct scripted *server;
    struct journal *journal;
    struct client *client;
    struct key *key;
};
extern struct client_fixture f;

/* A test case named so, that starts libcurl once, and for each test makes all of f. */
TCase *client_case(const char *name);
/* The same, and the directory has been fetched. */
TCase *client_case_with_directory(const char *name);

/* A client of the server's path, with the journal of f. */
struct client *client_of(const char *directory_path);
/* A correct post to that path; POST-as-GET until a payload is put in. */
struct post post_to(const char *path);
/* Posts it, which must not be an error of our own. */
const struct exchange *posted(const struct post *post);
const struct exchange *posted_to(const char *path);
/* The nonce that a request carried, and the one that its answer brought, or "". */
const char *nonce_of(const struct exchange *x);
const char *answered_nonce(const struct exchange *x);

#endif
