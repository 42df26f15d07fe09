/* SPDX-License-Identifier: MIT */
/* `ca SETTING`: how the mock CA of a client scenario is set up, where that is no
 * deviation (for those there are rules) but one of the ways a correct CA may be. */
#ifndef SCRIPT_CA_SETTINGS_H
#define SCRIPT_CA_SETTINGS_H

#include "acme/words.h"
#include "script/lines.h"

enum setting_kind {
    SETTING_FLAG,
    SETTING_NUMBER,
    SETTING_COUNT,    /* a number from 1 */
    SETTING_MS,       /* a span, kept in milliseconds */
    SETTING_DEADLINE, /* the same, but not 0 */
    SETTING_S,        /* a span, kept in seconds, of one at least */
    SETTING_NAMES,    /* one or more words */
    SETTING_LIMIT,    /* RESOURCE NUMBER DURATION */
    SETTING_KINDS
};

enum setting_id {
    CA_NO_TERMS,
    CA_NO_REUSE,
    CA_NO_NEW_AUTHZ,
    CA_NO_PROFILES,
    CA_NO_RENEWAL,
    CA_NO_ALTERNATE,
    CA_PEM_ONLY,
    CA_NO_HTTP,
    CA_NO_DNS,
    CA_NO_ALPN,
    CA_EAB_REQUIRED,
    CA_ALWAYS_VALID,
    CA_OTHER_CHALLENGES,
    CA_BARE_CHALLENGES,
    CA_CHALLENGES_REVERSED,
    CA_BARE_DIRECTORY,
    CA_HIGH_SERIALS,
    CA_STRAYS,
    CA_FORGETS_REPLACED,
    CA_FORGETS_EXPIRED,
    CA_FORGETS_DEACTIVATED,
    CA_UNREADABLE_ACCOUNTS,
    CA_NO_CHALLENGE_STATUS,
    CA_CAPITAL_HOST,
    CA_TLS_UNTRUSTED,
    CA_TLS_OTHER_NAME,
    CA_TLS_EXPIRED,
    CA_ATTEMPTS,
    CA_RETRY,
    CA_BLIND,
    CA_VALIDATE_AFTER,
    CA_DECIDE_AFTER,
    CA_PROCESSING,
    CA_ORDER_LIFETIME,
    CA_AUTHZ_LIFETIME,
    CA_CERTIFICATE_LIFETIME,
    CA_PAGE,
    CA_PERMUTE,
    CA_BLOCKED,
    CA_TOKEN,
    CA_LIMIT,
    CA_BUG, /* in scripts of the mock alone */
    CA_SETTINGS
};

struct setting_row {
    const char *name;
    enum setting_kind kind;
    const char *help;
};
extern const struct setting_row ca_settings[CA_SETTINGS];

struct setting {
    const struct line *line;
    enum setting_id id;
    long number;            /* of NUMBER, COUNT and the spans; the count of LIMIT */
    long seconds;           /* of LIMIT */
    enum resource resource; /* of LIMIT */
    struct strs names;
};

/* Reads a `ca` line; false after telling the mistake. */
bool setting_read(struct arena *a, const struct line *line, struct setting *out,
                  struct mistakes *m);

#endif
