/* SPDX-License-Identifier: MIT */
/* Profiles: what a target declares about itself. */
#ifndef SCRIPT_PROFILE_H
#define SCRIPT_PROFILE_H

#include "script/lines.h"

struct lack {
    str capability, because;
};

struct external_account {
    str kid, key; /* key: base64url of the MAC key */
};

/* Shell lines by which a CA's operator does something (deeds in script/verbs.h). */
struct hook {
    str deed, lines;
};

/* So many orders in that time. */
struct order_limit {
    long count, ms;
};

struct profile {
    str name, about;
    str zone; /* empty: acmespec.test */
    struct strs offers, contacts;
    struct lack *lack;
    size_t lack_count;
    struct external_account *eab;
    size_t eab_count;
    struct hook *hook; /* one for each deed at most */
    size_t hook_count;
    struct order_limit *limit; /* of an account */
    size_t limit_count;
    str refused_name; /* empty: none is known */
    struct {
        str profile, type, value; /* empty: none is known */
    } unfit;
    long deadline_factor; /* at least 1 */
    long nonce_retries;   /* of a badNonce; at least 1 */
};

/* Adds a `lacks` clause. */
void lack_add(struct arena *a, const struct line *clause, struct lack **list,
              size_t *count);
/* What is both offered and lacking is a mistake. */
void lacks_check(const struct line *line, const struct strs *offers, struct mistakes *m);
/* The profile that a target has without a file: nothing declared. */
struct profile profile_none(void);
/* The lines of a hook; empty when the profile has none for the deed. */
str profile_hook(const struct profile *p, str deed);
/* Of the lines of a file, the first of which is a `profile`. */
void profile_from(struct arena *a, const struct line *lines, size_t count,
                  struct profile *out, struct mistakes *m);
bool profile_read(struct arena *a, const char *path, struct profile *out,
                  struct mistakes *m, struct err *err) MUST_CHECK;

#endif
