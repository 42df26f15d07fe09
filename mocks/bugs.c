/* SPDX-License-Identifier: MIT */
/* The table of planted bugs, by name. */
#include "mocks/bugs.h"

#include <stdio.h>

#include "base/names.h"

const struct bug_row bug_rows[BUG_COUNT] = { [BUG_NONE] = { "", "", "" },
#define BUG_ROW(id, name, requirement, help) [BUG_##id] = { name, requirement, help },
                                             BUGS(BUG_ROW)
#undef BUG_ROW
};

static const char *const names[BUG_COUNT] = { [BUG_NONE] = "",
#define BUG_NAME(id, name, requirement, help) [BUG_##id] = name,
                                              BUGS(BUG_NAME)
#undef BUG_NAME
};

enum bug bug_find(str name)
{
    int found = name_find(names, BUG_COUNT, name);
    return found > 0 ? (enum bug)found : BUG_NONE;
}

static bool unknown(str name, struct err *err)
{
    struct arena *a = arena_new(NULL);
    str near = name_did_you_mean(a, names, BUG_COUNT, name);
    err_set(err, "there is no planted bug \"%.*s\"%.*s", STR_ARG(name), STR_ARG(near));
    arena_end(a);
    return false;
}

bool bugs_add(struct bugs *bugs, str list, struct err *err)
{
    str name;
    while (str_cut(&list, ',', &name)) {
        enum bug bug = bug_find(str_trim(name));
        if (bug == BUG_NONE)
            return unknown(str_trim(name), err);
        bugs->on[bug] = true;
    }
    return true;
}

struct strs bugs_list(struct arena *a, const struct bugs *bugs)
{
    struct strs list = { NULL, 0 };
    for (size_t i = BUG_NONE + 1; i < BUG_COUNT; i++)
        if (bugs->on[i])
            strs_add(a, &list, str_of(bug_rows[i].name));
    return list;
}

void bugs_print(enum bug first, enum bug end)
{
    for (size_t i = (size_t)first; i < (size_t)end; i++)
        printf("%-32s %-18s %s\n", bug_rows[i].name, bug_rows[i].requirement,
               bug_rows[i].help);
}
