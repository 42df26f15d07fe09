/* SPDX-License-Identifier: MIT */
/* What was not green last time. */
#include "run/rerun.h"

#include "base/buf.h"
#include "base/file.h"
#include "run/events.h"

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
        if (outcome.result.verdict > VERDICT_PASS)
            strs_add(a, names, outcome.result.name);
    }
    if (plays == 0)
        return err_set(err, "%s holds no result of a play", path);
    return true;
}
