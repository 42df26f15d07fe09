/* SPDX-License-Identifier: MIT */
/* Adapters: how a client under test is found, what it can do, and the shell lines that
 * make it do so.  `scenarios/clients/NAME.acme` has one client each. */
#ifndef SCRIPT_ADAPTER_H
#define SCRIPT_ADAPTER_H

#include "acme/words.h"
#include "script/profile.h"

/* What a client can be asked to do. */
enum operation {
    OPERATION_OBTAIN,
    OPERATION_RENEW,
    OPERATION_RENEW_WHEN_DUE,
    OPERATION_REVOKE,
    OPERATION_REVOKE_BY_KEY,
    OPERATION_ROLL_OVER,
    OPERATION_DEACTIVATE,
    OPERATION_UPDATE_CONTACT,
    OPERATION_COUNT
};
/* "obtain", "roll-over": the words after `run`, and (but for obtain, which is written by
 * challenge) the clauses of an adapter and the capabilities that `needs` names. */
extern const char *const operation_names[OPERATION_COUNT];

/* Shell variables that an adapter's lines may use. */
struct variable_row {
    const char *name, *help;
};
extern const struct variable_row adapter_variables[];
extern const size_t adapter_variable_count;

/* Texts are shell lines; empty where the client has no such thing. */
struct adapter {
    str name, about, install;
    struct strs programs; /* that it needs; found in PATH */
    str version, always;
    str obtain[CHALLENGE_COUNT];
    str command[OPERATION_COUNT]; /* OPERATION_OBTAIN: empty */
    str certificate, key;         /* words: where they land; empty: nobody knows */
    bool webroot;                 /* http-01 by files that somebody else serves */
    bool needs_sandbox;           /* it cannot be told ports or roots */
    bool in_place;                /* it runs where acmespec was started, not in $work */
    struct strs offers;
    struct lack *lack;
    size_t lack_count;
};

/* Of the lines of a file, the first of which is a `client`. */
void adapter_from(struct arena *a, const struct line *lines, size_t count,
                  struct adapter *out, struct mistakes *m);
/* Tells what is surely wrong in its shell lines; they are not run. */
void adapter_look_over(struct arena *a, const struct line *line, struct mistakes *m);
/* Reads a file that holds one `client`. */
bool adapter_read(struct arena *a, const char *path, struct adapter *out,
                  struct mistakes *m, struct err *err) MUST_CHECK;
/* The adapter of `-- COMMAND ...`: it obtains by this challenge; ${names} of
 * adapter_variables in the words are replaced. */
void adapter_of_command(struct arena *a, const struct strs *words,
                        enum challenge_type challenge, struct adapter *out);
/* The shell line of an operation; empty: it cannot do that. */
str adapter_line(const struct adapter *adapter, enum operation operation,
                 enum challenge_type challenge);
/* Whether the adapter says that the client lacks a capability, with its reason. */
bool adapter_lacks(const struct adapter *adapter, str capability, str *reason);
/* Whether a client has a capability by what the adapter says; *reason says why not. */
bool adapter_offers(struct arena *a, const struct adapter *adapter, str capability,
                    str *reason);
/* The challenge that is used where a scenario names none; -1: it can do none. */
int adapter_challenge(const struct adapter *adapter);

#endif
