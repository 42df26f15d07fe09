/* SPDX-License-Identifier: MIT */
/* Rules of the mock CA as read: `on newOrder first`, and what it does otherwise then.
 * They stand in client scenarios, in files for `acmespec mock --script`, and in one line
 * of its
 * --fault.  A rule is a value; engine/rules.h applies it. */
#ifndef SCRIPT_RULE_H
#define SCRIPT_RULE_H

#include "acme/words.h"
#include "script/check.h"

/* In the order in which they are carried out, whatever the order of the lines. */
enum effect_kind {
    EFFECT_HANDLED,
    EFFECT_DETAIL,
    EFFECT_PROCESSING,
    EFFECT_VALID,
    EFFECT_INVALID,
    EFFECT_EXPIRED,
    EFFECT_CLOCK,
    EFFECT_REPLY,
    EFFECT_SUBPROBLEM,
    EFFECT_STATUS,
    EFFECT_REDIRECT,
    EFFECT_BODY,
    EFFECT_PATCH,
    EFFECT_CHAIN,
    EFFECT_LAYOUT,
    EFFECT_SPOIL,
    EFFECT_MEDIA_TYPE,
    EFFECT_RETRY_AFTER,
    EFFECT_NONCE,
    EFFECT_HEADER,
    EFFECT_ADD_HEADER,
    EFFECT_DOUBLE_HEADER,
    EFFECT_HEADER_CASE,
    EFFECT_RELATIVE,
    EFFECT_LENGTH,
    EFFECT_INTERIM,
    EFFECT_DELAY,
    EFFECT_DRIP,
    EFFECT_MANNER,
    EFFECT_RAW,
    EFFECT_BROKEN_TLS,
    EFFECT_ALPN,
    EFFECT_KINDS
};
/* The clause that each is written as. */
extern const char *const effect_names[EFFECT_KINDS];
/* EFFECT_PROCESSING to EFFECT_CLOCK: what the CA is told before it acts. */
bool effect_is_state(enum effect_kind kind);

struct effect {
    enum effect_kind kind;
    struct strs words; /* of the clause, or its text; may hold ${names} */
    json_t *json;      /* of patch, and of body where it is no text; may hold ${names} */
};

struct rule {
    const struct line *line;
    str text;       /* "on newOrder first" */
    bool any;       /* of all resources of ACME */
    bool handshake; /* of TLS handshakes, and of no request */
    enum resource resource;
    size_t after;       /* so many requests are left alone first */
    size_t times;       /* then so many are dealt with; 0: all */
    struct check *when; /* all must hold */
    size_t when_count;
    bool on_answer;        /* `when` looks at what the CA answered */
    struct effect *effect; /* sorted by kind */
    size_t effect_count;
};

/* Its effect of that kind, the first; or NULL. */
const struct effect *rule_effect(const struct rule *rule, enum effect_kind kind);

struct rules_read {
    struct rule *row;
    size_t count;
};

/* Names that a rule may use and that stand for the request at hand: ${url}, ${nonce},
 * ${directory}. */
extern const char *const rule_names[];
extern const size_t rule_name_count;

/* Reads one `on` line; false after telling every mistake. */
bool rule_read(struct arena *a, const struct line *line, struct rule *out,
               struct mistakes *m);
/* The lines of such a text, one or many; in one line clauses are separated as below. */
struct line *rules_lines(struct arena *a, const char *file, str text, size_t *count,
                         struct mistakes *m);
/* Reads a text that holds rules only, and adds them; names other than rule_names are
 * mistakes there.  In one line, as on a command line, clauses are separated by ";", and
 * the first needs none: "on newOrder first reply 429 rateLimited; retry-after 3s". */
bool rules_read(struct arena *a, const char *file, str text, struct rules_read *out,
                struct mistakes *m);
/* The same of lines that were read already. */
bool rules_of_lines(struct arena *a, const struct line *lines, size_t count,
                    struct rules_read *out, struct mistakes *m);

#endif
