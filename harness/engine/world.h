/* SPDX-License-Identifier: MIT */
/* All that one play of a scenario has: the mock client, the responders, names, keys, and
 * what was exchanged.  The modules of the engine share it; nobody else sees it. */
#ifndef ENGINE_WORLD_H
#define ENGINE_WORLD_H

#include "acme/identifier.h"
#include "engine/target.h"
#include "engine/vars.h"
#include "mocks/client.h"
#include "mocks/relay.h"
#include "mocks/responder.h"
#include "script/scenario.h"
#include "script/watch.h"

/* A key that a scenario can name; an account when it has a URL. */
struct named_key {
    str name;
    struct key *key;
    str account_url;
};

/* An authorization that a scenario can name: "z", "o", "o.authz2". */
struct named_authz {
    str name, url, domain; /* domain without "*." */
    str account;           /* name of the account */
    bool is_ip;
};

struct world {
    struct arena *arena; /* of the play */
    const struct scenario *scenario;
    const struct target *target;
    struct journal *journal;
    struct client *client;
    struct responder *responder;
    struct responder *responder6; /* at ::1, once something was provisioned there */
    struct vars *vars;
    int slot;
    str address; /* "127.1.0.17" */
    str zone;    /* "s17.r4fa3.acmespec.test" */
    struct named_key *key;
    size_t key_count;
    struct named_authz *authz;
    size_t authz_count;
    const struct exchange *last;    /* the last answer */
    const struct exchange **answer; /* of the last request or block */
    size_t answer_count;
    struct jws **jws; /* of each request, where it was looked at */
    size_t jws_count;
    const struct handshake *handshake; /* of the last hello, see engine/hello.c */
    struct seen *seen;      /* objects as they were last seen, see engine/seen.h */
    str reason;             /* why the last look was false, when that can be said */
    struct listener *https; /* redirect target, started when first needed */
    int64_t deadline_ms;    /* clock_ms() when the play must be over */
    bool overdue;           /* what it waits for would come later */
    bool operated;          /* the CA's operator changed it */
    str unlearnt;           /* see world_unlearnt */
    struct under_test *under_test; /* suite client only, see engine/under_test.h */
};

/* The servers that answer for a name or an address; NULL with the reason when those for
 * an IPv6 address cannot be had.  There is one ::1 for all plays, so this may wait. */
struct responder *world_responder(struct world *w, str domain, struct err *err);
/* What the target asked so far, wherever it asked. */
size_t world_queries(struct world *w, struct query **out);
/* Whether it is of that kind, and of that name and DNS type where they are not empty. */
bool query_fits(const struct query *q, enum query_kind kind, str name, str type);

/* Makes the world of a play in its process: client with its directory, responders in the
 * slot, common names.  variant: the value of `for each`, or empty. */
bool world_new(struct arena *a, const struct target *target,
               const struct scenario *scenario, str variant, int slot, struct world **out,
               struct err *err) MUST_CHECK;

struct named_key *world_key(struct world *w, str name);
/* Where the directory is: ${directory}, ${directory-host}. */
void world_directory(struct world *w, str url);
void world_add_key(struct world *w, str name, struct key *key, str account_url);
struct named_authz *world_authz(struct world *w, str name);

/* Sends a post.  false for an error of our own; an exchange without an answer (status 0)
 * is returned like any other. */
bool world_ask(struct world *w, const struct post *post, const struct exchange **out,
               struct err *err) MUST_CHECK;
/* The same, and its exchange is the last answer. */
bool world_post(struct world *w, const struct post *post, struct err *err) MUST_CHECK;
/* Whether the CA kept us from a correct post, so that nothing is learnt of what was
 * asked: it told no URL, or refused the very nonce that it gave for trying again; err
 * says so. */
bool world_unlearnt(const struct world *w, struct err *err);
/* A correct POST as an account, payload as JSON (NULL: POST-as-GET). */
bool world_post_as(struct world *w, str account, str url, json_t *payload, int line,
                   struct err *err) MUST_CHECK;
/* Makes the exchange the last and only answer. */
void world_answer(struct world *w, const struct exchange *exchange);
/* Sleeps, as long as the run is not to stop; false at once when the play would have to be
 * over before: then it is overdue. */
bool world_sleep_ms(struct world *w, long ms);
bool world_is_overdue(const struct world *w);
/* Expands a word of a line. */
bool world_word(struct world *w, str word, str *out, struct err *err) MUST_CHECK;
/* URL of a TARGET word: a resource, or an expanded URL. */
bool world_target(struct world *w, str word, str *url, struct err *err) MUST_CHECK;

#endif
