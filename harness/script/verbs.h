/* SPDX-License-Identifier: MIT */
/* The table of words: where each may stand, how it is written, what it means.  The
 * reader, `acmespec help` and the tests of the manual all use these rows. */
#ifndef SCRIPT_VERBS_H
#define SCRIPT_VERBS_H

#include "script/lines.h"

/* Where a word may stand. */
enum where {
    IN_FILE = 1 << 0,     /* statements that begin a file of their kind */
    IN_SCENARIO = 1 << 1, /* statements of a scenario */
    IN_POST = 1 << 2,     /* clauses of a signed request */
    IN_SEND = 1 << 3,     /* clauses of an unsigned request */
    IN_POLL = 1 << 4,
    IN_CHECK = 1 << 5, /* clauses of must, should and need */
    IN_ACCOUNT = 1 << 6,
    IN_ORDER = 1 << 7,
    IN_CSR = 1 << 8,
    IN_JWS = 1 << 9,
    IN_PROVISION = 1 << 10,
    IN_WATCH = 1 << 11,
    IN_REQUIREMENT = 1 << 12,
    IN_PROFILE = 1 << 13,
    IN_BASELINE = 1 << 14,
    IN_EXPECT = 1 << 15,
    IN_RAW = 1 << 16,
    IN_CERTIFICATE = 1 << 17,
    IN_ON = 1 << 18,
    IN_RUN = 1 << 19,
    IN_CLIENT = 1 << 20,
    IN_BUG = 1 << 21,
    IN_NEVER_RED = 1 << 22,
    IN_DOCUMENT = 1 << 23,
    IN_HISTORY = 1 << 24,
    ONCE = 1 << 25, /* no place: in each of its places it may stand once */
};

enum verb_id {
    VERB_NONE,
    /* files */
    VERB_SCENARIO,
    VERB_WATCH,
    VERB_REQUIREMENT,
    VERB_DOCUMENT,
    VERB_PROFILE,
    VERB_BASELINE,
    VERB_EXPECT,
    VERB_CLIENT,
    VERB_BUG,
    VERB_NEVER_RED,
    VERB_HISTORY,
    /* head of a scenario */
    VERB_SUITE,
    VERB_RULE,
    VERB_TAG,
    VERB_NEEDS,
    VERB_FOR_EACH,
    VERB_DEADLINE,
    /* givens */
    VERB_GIVEN_KEY,
    VERB_GIVEN_ACCOUNT,
    VERB_GIVEN_ORDER,
    VERB_GIVEN_AUTHZ,
    VERB_GIVEN_CSR,
    VERB_GIVEN_CERTIFICATE,
    VERB_GIVEN_JWS,
    /* steps */
    VERB_GET,
    VERB_HEAD,
    VERB_SEND,
    VERB_POST,
    VERB_RAW,
    VERB_POLL,
    VERB_AT_ONCE,
    VERB_HELLO,
    VERB_END,
    VERB_PROVISION,
    VERB_PROVISION_DNS,
    VERB_WITHDRAW,
    VERB_WITHDRAW_DNS,
    VERB_WAIT,
    VERB_WAIT_RETRY_AFTER,
    VERB_OPERATOR,
    VERB_SAVE,
    VERB_RECONNECT,
    /* suite client: the mock CA and the client under test */
    VERB_ON,
    VERB_CA,
    VERB_RUN,
    /* checks */
    VERB_MUST,
    VERB_SHOULD,
    VERB_NEED,
    /* clauses and the rest: looked up by name */
    VERB_CLAUSE,
};

struct verb {
    const char *name; /* one or two words */
    enum verb_id id;
    unsigned where; /* places that may hold it */
    unsigned opens; /* what its own clauses are, or 0 */
    const char
        *usage; /* what follows the name, in the form that script/pattern.h matches */
    const char *help; /* one sentence */
};

extern const struct verb verbs[];
extern const size_t verb_count;

/* The row for the first words of a line in that place; *used is how many words its name
 * has.  NULL when there is none. */
const struct verb *verb_find(unsigned where, str first, str second, size_t *used);
/* Whether a name of two words in that place begins with this one. */
bool verb_begins(unsigned where, str first);
/* "; did you mean ...?" among the words of that place. */
str verb_did_you_mean(struct arena *a, unsigned where, str word);
/* "a scenario", "a signed request" for messages. */
const char *where_name(unsigned where);

/* The words of a scenario that are not verbs: capabilities that `needs` may name. */
struct capability {
    const char *name, *help;
};
extern const struct capability capabilities[];
extern const size_t capability_count;

/* What the operator of a CA under test can be asked to do; but for `restore`, each is a
 * capability of that name as well. */
struct deed {
    const char *name;
    const char *wants; /* what a value says behind it; NULL: it takes none */
};
extern const struct deed deeds[];
extern const size_t deed_count;
const struct deed *deed_find(str name);

/* What `provision dns` can have a name do instead of giving a record: servfail ... */
bool dns_manner_word(str word);

#endif
