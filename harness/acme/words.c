/* SPDX-License-Identifier: MIT */
/* The name tables made from words.def, and the state machines of RFC 8555 7.1.6 as one
 * table of arrows; what nobody saw is found by following them. */
#include "acme/words.h"

const char *const problem_names[PROBLEM_COUNT] = {
#define WORD_TEXT(name, text, where, status) [PROBLEM_##name] = text,
    PROBLEM_WORDS(WORD_TEXT)
#undef WORD_TEXT
};

const int problem_statuses[PROBLEM_COUNT] = {
#define WORD_STATUS(name, text, where, status) [PROBLEM_##name] = status,
    PROBLEM_WORDS(WORD_STATUS)
#undef WORD_STATUS
};

const char *const resource_names[RESOURCE_COUNT] = {
#define WORD_TEXT(name, text, member) [RESOURCE_##name] = text,
    RESOURCE_WORDS(WORD_TEXT)
#undef WORD_TEXT
};

const char *const resource_members[RESOURCE_COUNT] = {
#define WORD_MEMBER(name, text, member) [RESOURCE_##name] = member,
    RESOURCE_WORDS(WORD_MEMBER)
#undef WORD_MEMBER
};

const char *const object_names[] = {
    [OBJECT_ACCOUNT] = "account",
    [OBJECT_ORDER] = "order",
    [OBJECT_AUTHORIZATION] = "authorization",
    [OBJECT_CHALLENGE] = "challenge",
};
_Static_assert(countof(object_names) == OBJECT_COUNT, "a name for every object");

/* RFC 8555 7.1.2, 7.1.3, 7.1.4 and 8: "Possible values are ..." */
const char *const *const object_statuses[] = {
    [OBJECT_ACCOUNT] = (const char *const[]){ "valid", "deactivated", "revoked", NULL },
    [OBJECT_ORDER] = (const char *const[]){ "pending", "ready", "processing", "valid",
                                            "invalid", NULL },
    [OBJECT_AUTHORIZATION] =
        (const char *const[]){ "pending", "valid", "invalid", "deactivated", "expired",
                               "revoked", NULL },
    [OBJECT_CHALLENGE] =
        (const char *const[]){ "pending", "processing", "valid", "invalid", NULL },
};
_Static_assert(countof(object_statuses) == OBJECT_COUNT, "statuses for every object");

const char *const level_names[] = {
    [LEVEL_MUST] = "MUST",     [LEVEL_MUST_NOT] = "MUST NOT",
    [LEVEL_SHOULD] = "SHOULD", [LEVEL_SHOULD_NOT] = "SHOULD NOT",
    [LEVEL_MAY] = "MAY",       [LEVEL_STATED] = "stated",
};
_Static_assert(countof(level_names) == LEVEL_COUNT, "a name for every level");

const char *const challenge_names[] = {
    [CHALLENGE_HTTP_01] = "http-01",
    [CHALLENGE_DNS_01] = "dns-01",
    [CHALLENGE_TLS_ALPN_01] = "tls-alpn-01",
};
_Static_assert(countof(challenge_names) == CHALLENGE_COUNT, "a name for every challenge");

bool level_binds(enum level level)
{
    return level == LEVEL_MUST || level == LEVEL_MUST_NOT || level == LEVEL_STATED;
}

/* One arrow of a figure in RFC 8555 7.1.6, or one sentence that says more than the
 * figure. */
struct arrow {
    enum object object;
    const char *from, *to;
};

/* clang-format off */
static const struct arrow arrows[] = {
    { OBJECT_ACCOUNT,       "valid",      "deactivated" },
    { OBJECT_ACCOUNT,       "valid",      "revoked" },

    { OBJECT_ORDER,         "pending",    "ready" },
    { OBJECT_ORDER,         "pending",    "invalid" },
    { OBJECT_ORDER,         "ready",      "processing" },
    { OBJECT_ORDER,         "ready",      "invalid" },
    { OBJECT_ORDER,         "processing", "valid" },
    { OBJECT_ORDER,         "processing", "invalid" },
    /* The figure ends at "valid"; the text does not: RFC 8555 7.1.6: "The order also moves
     * to the "invalid" state if it expires or one of its authorizations enters a final
     * state other than "valid"", whatever state it was in. */
    { OBJECT_ORDER,         "valid",      "invalid" },

    { OBJECT_AUTHORIZATION, "pending",    "valid" },
    { OBJECT_AUTHORIZATION, "pending",    "invalid" },
    { OBJECT_AUTHORIZATION, "valid",      "revoked" },
    { OBJECT_AUTHORIZATION, "valid",      "deactivated" },
    { OBJECT_AUTHORIZATION, "valid",      "expired" },
    /* The text lets only a "valid" authorization go on, the figure draws a line from
     * "pending" to the same three ends, and by RFC 8555 7.5.2 a client may ask that the
     * server "deactivate each authorization". */
    { OBJECT_AUTHORIZATION, "pending",    "revoked" },
    { OBJECT_AUTHORIZATION, "pending",    "deactivated" },
    { OBJECT_AUTHORIZATION, "pending",    "expired" },

    /* RFC 8555 8.2: a retry leaves the challenge in "processing". */
    { OBJECT_CHALLENGE,     "pending",    "processing" },
    { OBJECT_CHALLENGE,     "processing", "valid" },
    { OBJECT_CHALLENGE,     "processing", "invalid" },
};
/* clang-format on */

/* Each status of an object is a bit, by its place in the list; 0: it has no such status.
 */
static unsigned status_bit(enum object object, str status)
{
    const char *const *statuses = object_statuses[object];
    for (int i = 0; statuses[i]; i++)
        if (str_is(status, statuses[i]))
            return 1U << i;
    return 0;
}

bool status_known(enum object object, str status)
{
    return status_bit(object, status);
}

/* The set of statuses, and those that one arrow leads to from it. */
static unsigned one_step(enum object object, unsigned set)
{
    for (size_t i = 0; i < countof(arrows); i++)
        if (arrows[i].object == object
            && (set & status_bit(object, str_of(arrows[i].from))))
            set |= status_bit(object, str_of(arrows[i].to));
    return set;
}

/* RFC 8555 7.1.6: "some of these states may not ever appear in a "status" field", so any
 * number of arrows may have been followed between two looks. */
bool transition_legal(enum object object, str from, str to)
{
    if (str_eq(from, to))
        return true;
    unsigned reached = status_bit(object, from), before;
    do {
        before = reached;
        reached = one_step(object, reached);
    } while (reached != before);
    return reached & status_bit(object, to);
}
