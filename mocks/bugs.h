/* SPDX-License-Identifier: MIT */
/* Planted bugs: realistic mistakes that the mocks can be told to make, by name.  The
 * correct mocks make none.  A bug breaks the catalogue's requirement that its row
 * names. */
#ifndef MOCKS_BUGS_H
#define MOCKS_BUGS_H

#include "base/arena.h"
#include "base/err.h"
#include "mocks/bugs.def"

enum bug {
    BUG_NONE,
#define BUG_ENUM(id, name, requirement, help) BUG_##id,
    BUGS_CA(BUG_ENUM) BUG_FIRST_CLIENT,
    BUG_LAST_CA = BUG_FIRST_CLIENT - 1,
    BUGS_CLIENT(BUG_ENUM)
#undef BUG_ENUM
        BUG_COUNT
};
/* The mock CA's are those before BUG_FIRST_CLIENT, the mock client's the others. */

struct bug_row {
    const char *name;        /* "nonce-reuse" */
    const char *requirement; /* "rfc8555-6.5-6" */
    const char *help;        /* one line: what it does */
};
/* Indexed by enum bug; the row of BUG_NONE has empty texts. */
extern const struct bug_row bug_rows[BUG_COUNT];

/* Those that are switched on; zero is none. */
struct bugs {
    bool on[BUG_COUNT];
};

/* BUG_NONE when there is none of that name. */
enum bug bug_find(str name);
/* Switches on the bugs of a list "nonce-reuse,no-caa"; a name that is unknown is an error
 * with the nearest one. */
bool bugs_add(struct bugs *bugs, str list, struct err *err) MUST_CHECK;
/* The names of those that are on, in the order of the table. */
struct strs bugs_list(struct arena *a, const struct bugs *bugs);

/* Prints a line for each from `first` to before `end`. */
void bugs_print(enum bug first, enum bug end);

#endif
