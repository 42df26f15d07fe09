/* SPDX-License-Identifier: MIT */
/* What was not green last time. */
#include "run/rerun.h"

#include "acme/show.h"
#include "base/buf.h"
#include "base/file.h"
#include "run/events.h"

enum { SHOWN_NAME = 100 };

/* A play without a fault of its own may have shown what a watch is about. */
static bool was_green(const struct play_outcome *outcome)
{
    enum verdict worst = outcome->result.verdict;
    for (size_t i = 0; i < outcome->watch_count; i++)
        if (outcome->watch[i].verdict > worst)
            worst = outcome->watch[i].verdict;
    return worst <= VERDICT_PASS;
}

bool rerun_names(struct arena *a, const char *path, struct strs *names, struct err *err)
{
    str text, line;
    size_t plays = 0;
    if (!path || !*path)
        return err_set(err, "--rerun-failed needs --results FILE, the file of last time");
    if (!file_read(a, path, CEILING_REPORT, &text, err))
        return false;
    while (str_cut(&text, '\n', &line)) {
        struct play_outcome outcome;
        struct err ignored;
        if (!event_read_play(a, line, &outcome, &ignored))
            continue;
        plays++;
        if (!was_green(&outcome))
            strs_add(a, names, outcome.result.name);
    }
    if (plays == 0)
        return err_set(err, "%s holds no result of a play", path);
    return true;
}

/* The name of a play is that of its scenario, with its variant in brackets or without. */
static bool is_read(const struct library *library, str play)
{
    for (size_t i = 0; i < library->count; i++) {
        str name = library->scenario[i]->name;
        if (str_eq(str_upto(play, name.len), name)
            && (play.len == name.len || play.ptr[name.len] == '['))
            return true;
    }
    return false;
}

str rerun_unread(struct arena *a, const struct library *library, const struct strs *names)
{
    str first = STR_NONE;
    size_t count = 0;
    for (size_t i = 0; i < names->count; i++)
        if (!is_read(library, names->item[i]) && count++ == 0)
            first = show_clean(a, str_upto(names->item[i], SHOWN_NAME));
    if (count == 0)
        return STR_NONE;
    str more = count > 1 ? arena_printf(a, " (and %zu more)", count - 1) : STR_NONE;
    return arena_printf(a, "the file of %.*s%.*s has to be named again", STR_ARG(first),
                        STR_ARG(more));
}
