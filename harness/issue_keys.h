/* SPDX-License-Identifier: MIT */
/* The key files of `acmespec issue`. */
#ifndef ISSUE_KEYS_H
#define ISSUE_KEYS_H

#include "crypto/key.h"

/* Whether there are keys of that type; the empty word is the usual one. */
bool issue_key_type(struct arena *a, str word, struct err *err) MUST_CHECK;
/* A new key of that type; NULL with the reason. */
struct key *issue_key_new(struct arena *a, str word, struct err *err);
/* NULL with the reason. */
struct key *issue_key_read(struct arena *a, str path, struct err *err);
/* Makes the folders above it, too.  A private key is nobody else's to read. */
bool issue_key_write(struct arena *a, str path, const struct key *key,
                     struct err *err) MUST_CHECK;

#endif
