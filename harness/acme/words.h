/* SPDX-License-Identifier: MIT */
/* The RFC's words as enums and tables: error types, resources, statuses of each object
 * and the changes between them (RFC 8555 7.1.6), levels of a requirement. */
#ifndef ACME_WORDS_H
#define ACME_WORDS_H

#include "acme/words.def"
#include "base/names.h"

enum problem_type {
#define WORD_ENUM(name, text, where, status) PROBLEM_##name,
    PROBLEM_WORDS(WORD_ENUM)
#undef WORD_ENUM
        PROBLEM_COUNT
};
extern const char *const problem_names[PROBLEM_COUNT];
/* The status of an answer that refuses for this reason, where nothing else is told. */
extern const int problem_statuses[PROBLEM_COUNT];
#define PROBLEM_URN "urn:ietf:params:acme:error:"

enum resource {
#define WORD_ENUM(name, text, where) RESOURCE_##name,
    RESOURCE_WORDS(WORD_ENUM)
#undef WORD_ENUM
        RESOURCE_COUNT
};
extern const char *const resource_names[RESOURCE_COUNT];
/* The directory member of the resource, or "" when it is not in the directory. */
extern const char *const resource_members[RESOURCE_COUNT];

/* The objects of RFC 8555 7.1.2 to 7.1.5 that have a status. */
enum object {
    OBJECT_ACCOUNT,
    OBJECT_ORDER,
    OBJECT_AUTHORIZATION,
    OBJECT_CHALLENGE,
    OBJECT_COUNT
};
extern const char *const object_names[OBJECT_COUNT];
/* NULL-terminated: every status that the object may have. */
extern const char *const *const object_statuses[OBJECT_COUNT];
/* Whether an object seen as `from` may be seen as `to` later, directly or over states in
 * between that nobody saw (RFC 8555 7.1.6, figures and text).  Same to same is legal. */
bool transition_legal(enum object object, str from, str to);
bool status_known(enum object object, str status);

enum level {
    LEVEL_MUST,
    LEVEL_MUST_NOT,
    LEVEL_SHOULD,
    LEVEL_SHOULD_NOT,
    LEVEL_MAY,
    LEVEL_STATED,
    LEVEL_COUNT
};
extern const char *const level_names[LEVEL_COUNT];
/* MUST, MUST NOT and stated: what a `must` may rest on. */
bool level_binds(enum level level);

/* Challenge types that acmespec can answer. */
enum challenge_type {
    CHALLENGE_HTTP_01,
    CHALLENGE_DNS_01,
    CHALLENGE_TLS_ALPN_01,
    CHALLENGE_COUNT
};
extern const char *const challenge_names[CHALLENGE_COUNT];

#endif
