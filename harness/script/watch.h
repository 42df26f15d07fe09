/* SPDX-License-Identifier: MIT */
/* Watches: what must hold for every message of every scenario. */
#ifndef SCRIPT_WATCH_H
#define SCRIPT_WATCH_H

#include "script/check.h"
#include "script/requirement.h"

struct watch {
    str id, title, suite, why;
    str file;
    struct strs rules, needs;
    struct check *when;
    size_t when_count;
    struct check *check; /* its musts and shoulds */
    size_t check_count;
};

struct watches {
    struct watch *item;
    size_t count;
};

/* Reads every *.acme file below path; mistakes go to m. */
struct watches *watches_read(struct arena *a, const char *path,
                             const struct requirements *requirements, struct mistakes *m,
                             struct err *err);
void watches_add(struct arena *a, struct watches *all, const struct line *lines,
                 size_t count, const struct requirements *requirements,
                 struct mistakes *m);
/* The one of that id, with "watch/" before it or without; NULL: there is none. */
const struct watch *watch_find(const struct watches *all, str id);
/* "must" when one of its checks is; else "should". */
str watch_level(const struct watch *watch);

#endif
