/* SPDX-License-Identifier: MIT */
/* Which requirements are cited by how many checks and watches. */
#ifndef SCRIPT_COVERAGE_H
#define SCRIPT_COVERAGE_H

#include "script/library.h"

/* Checks (must and should) and watches that rest on an entry, by suite. */
struct cover {
    size_t server, client;
};

/* One section and level. */
struct coverage_row {
    str section; /* "rfc8555 6.5" */
    enum level level;
    size_t server_all, server_covered; /* of those that the server suite can see */
    size_t client_all, client_covered;
    size_t excused; /* entries that lack a check and say why */
};

struct coverage {
    struct cover *cover; /* indexed like the requirements */
    struct coverage_row *row;
    size_t row_count;
    struct coverage_row total;
};

/* `cover` is of all entries; rows and total are of those that are wanted (NULL: all). */
typedef bool rule_filter(const void *context, const struct requirement *r);
void coverage_of(struct arena *a, const struct library *library, rule_filter *wanted,
                 const void *context, struct coverage *out);
/* A suite that can see it has no check that rests on it. */
bool cover_lacks(const struct requirement *r, const struct cover *c);

#endif
