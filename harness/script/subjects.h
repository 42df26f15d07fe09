/* SPDX-License-Identifier: MIT */
/* What a check can look at, and how it can compare: two tables.  The engine has a
 * function for each row; the reader and the manual use the rows themselves. */
#ifndef SCRIPT_SUBJECTS_H
#define SCRIPT_SUBJECTS_H

#include "base/base.h"

enum subject {
    SUBJECT_ANSWER, /* a status and error types without a word: `must 400 badNonce` */
    SUBJECT_STATUS,
    SUBJECT_TYPE,
    SUBJECT_PROBLEM,
    SUBJECT_HEADER,
    SUBJECT_HEADERS,
    SUBJECT_LINK,
    SUBJECT_MEDIA_TYPE,
    SUBJECT_RETRY_AFTER,
    SUBJECT_BODY,
    SUBJECT_TEXT,
    SUBJECT_URLS,
    SUBJECT_CHAIN,
    SUBJECT_CERTIFICATE,
    SUBJECT_ALIVE,
    SUBJECT_COUNT_OF,
    SUBJECT_QUERIES,
    SUBJECT_QUERY,
    SUBJECT_HANDSHAKE,
    SUBJECT_GAP,
    SUBJECT_TIME,
    SUBJECT_VALUE,
    SUBJECT_METHOD,
    SUBJECT_RESOURCE,
    SUBJECT_OBJECT,
    SUBJECT_NONCE,
    SUBJECT_TRANSITION,
    SUBJECT_IDENTITY,
    SUBJECT_REQUEST,
    SUBJECT_PAYLOAD,
    SUBJECT_PROTECTED,
    SUBJECT_SENT,
    SUBJECT_JWS,
    SUBJECT_NONCE_USE,
    SUBJECT_RETRY_NONCE,
    SUBJECT_NUMBER,
    SUBJECT_OPERATION,
    SUBJECT_CSR,
    SUBJECT_CLIENT,
    SUBJECT_EXIT,
    SUBJECT_OUTPUT,
    SUBJECT_REQUESTS,
    SUBJECT_ACCOUNT_KEYS,
    SUBJECT_STORED,
    SUBJECT_PROOFS,
    SUBJECT_LEFTOVERS,
    SUBJECT_KINDS
};

/* Where checks stand. */
enum home {
    OF_SERVER = 1 << 0,         /* scenarios of suite server, which look at answers */
    OF_CLIENT = 1 << 1,         /* of suite client, which look at what became of a run */
    OF_WATCHES = 1 << 2,        /* watches of either suite, which look at one message */
    OF_CLIENT_WATCHES = 1 << 3, /* watches of suite client, whose messages are of a run */
    OF_MESSAGES = OF_SERVER | OF_WATCHES,
};

struct subject_row {
    const char *name;
    unsigned homes;   /* where it has something to look at */
    const char *args; /* the words it takes, as the reader and the manual want them */
    size_t arg_count;
    size_t optional; /* how many of them may be absent */
    const char *help;
};
extern const struct subject_row subjects[SUBJECT_KINDS];
/* Whether a check may begin with this word. */
bool subject_starts(str word);
int subject_find(str word);

enum test {
    TEST_HOLDS, /* no test: the subject itself is true */
    TEST_IS,
    TEST_IS_NOT,
    TEST_MATCHES,
    TEST_MATCHES_NOT,
    TEST_CONTAINS,
    TEST_LACKS,
    TEST_PRESENT,
    TEST_ABSENT,
    TEST_TYPE,
    TEST_COUNT,
    TEST_AT_LEAST,
    TEST_AT_MOST,
    TEST_BEFORE,
    TEST_AFTER,
    TEST_EACH,
    TEST_ANY,
    TEST_KINDS
};
struct test_row {
    const char *name; /* one or two words */
    const char *args;
    const char *help;
};
extern const struct test_row tests[TEST_KINDS];

/* Forms that `matches` knows by name; anything else is /an extended regular expression/.
 */
struct form {
    const char *name, *help;
};
extern const struct form forms[];
extern const size_t form_count;
bool form_known(str name);

/* Words of the RFC that the reader needs. */
extern const char *const *const challenge_words;
extern const size_t challenge_word_count;
bool resource_word(str word);

#endif
