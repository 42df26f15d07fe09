/* SPDX-License-Identifier: MIT */
/* The options of `acmespec issue`. */
#ifndef ISSUE_OPTIONS_H
#define ISSUE_OPTIONS_H

#include "mocks/subscriber.h"
#include "options.h"

struct issue_options {
    str ca_file, home, key_type, account_key_type, csr, eab, challenge, address, webroot,
        hook;
    str profile, chain, not_before, not_after;
    struct strs contacts, bug_names;
    bool list_bugs, insecure, remote, agree, must_staple, force, by_certificate_key,
        verbose, help;
    long http_port, tls_port, reason, patience_ms;
};

extern const struct option_row issue_rows[];
extern const size_t issue_row_count;

/* The two parts of --eab, which stay as they are where it was not given. */
bool issue_eab(const struct issue_options *o, str *kid, str *key,
               struct err *err) MUST_CHECK;
/* Whether --challenge is one that can be answered; the empty word is any. */
bool issue_challenge_type(struct arena *a, str word, struct err *err) MUST_CHECK;
/* The wish becomes that of the request in --csr, where it was given. */
bool issue_csr(const struct issue_options *o, const struct subscriber *s,
               struct wish *wish, struct err *err) MUST_CHECK;

#endif
