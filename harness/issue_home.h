/* SPDX-License-Identifier: MIT */
/* Where `acmespec issue` keeps what: the folder of --home. */
#ifndef ISSUE_HOME_H
#define ISSUE_HOME_H

#include "base/arena.h"

struct issue_home {
    struct arena *arena; /* of the paths */
    str folder;
    str directory; /* the CA's URL */
    bool one_key;  /* planted: for all CAs */
};

/* Of no CA, nor certificate. */
str home_file(const struct issue_home *home, const char *name);
/* RFC 8555 11.1: a key is for "a single ACME account", so each CA has a folder. */
str home_of_account(const struct issue_home *home, const char *name);
str home_of_account_key(const struct issue_home *home);
/* "*.example.org" is kept in the folder _.example.org. */
str home_of_certificate(const struct issue_home *home, str domain, const char *name);

#endif
