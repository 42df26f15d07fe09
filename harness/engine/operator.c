/* SPDX-License-Identifier: MIT */
/* `operator DEED`: what no request of a client can bring about, the CA's operator does by
 * shell lines of the profile. */
#include "acme/show.h"
#include "base/clock.h"
#include "engine/child.h"
#include "engine/steps.h"

enum {
    BEHIND_S = 2, /* a date is over, whatever fraction of a second was cut off */
    LONGEST_MS = 60000,
    SPARE_MS = 1000,
    SHOWN_OUTPUT = 400
};

/* Seconds that a time span has, or until a date is over. */
static bool seconds_of(str value, long *seconds, struct err *err)
{
    long ms;
    time_t date;
    if (str_to_ms(value, &ms))
        *seconds = ms / 1000;
    else if (date_from_rfc3339(value, &date))
        *seconds = (long)(date - clock_wall()) + BEHIND_S;
    else
        return err_set(err, "\"%.*s\" is neither a time span nor a date",
                       STR_ARG(str_upto(value, 60)));
    return *seconds > 0 || err_set(err, "%.*s is over already", STR_ARG(value));
}

static str script_of(struct world *w, str lines, str profile, long seconds)
{
    struct buf b = buf_new(w->arena, CEILING_SCRIPT);
    child_assign(&b, "directory", w->target->directory_url);
    child_assign(&b, "profile", profile);
    child_assign(&b, "acmespec", child_own_program(w->arena));
    buf_addf(&b, "seconds=%ld\n%.*s\n", seconds, STR_ARG(lines));
    return buf_str(&b);
}

/* A CA that the hook starts anew has to outlive it. */
static bool run_hook(struct world *w, str deed, str script, struct err *err)
{
    struct child_end end;
    int64_t left = w->deadline_ms - clock_ms() - SPARE_MS;
    struct child_run run = { .line = script, .leave = true, .deadline_ms = LONGEST_MS };
    if (left < run.deadline_ms)
        run.deadline_ms = left > SPARE_MS ? (long)left : SPARE_MS;
    child_run(w->arena, &run, &end);
    if (end.fate == CHILD_EXITED && end.exit_code == 0)
        return true;
    str how = child_says(w->arena, &run, &end);
    str said = show_clean(w->arena, str_upto(str_trim(end.output), SHOWN_OUTPUT));
    return err_set(err, "the profile's hook %.*s %.*s%s%.*s", STR_ARG(deed), STR_ARG(how),
                   said.len ? ": " : "", STR_ARG(said));
}

enum step_end step_operator(struct world *w, const struct step *step, struct err *err)
{
    str deed = line_arg(step->line, "DEED"), value;
    str lines = profile_hook(&w->target->profile, deed), profile = STR_NONE;
    long seconds = 0;
    if (!world_word(w, line_arg(step->line, "VALUE"), &value, err))
        return STEP_NOT_HELD;
    if (str_is(deed, "withdraw-profile"))
        profile = value;
    if (str_is(deed, "pass-time") && !seconds_of(value, &seconds, err))
        return STEP_NOT_HELD;
    w->operated = true;
    return step_ended(run_hook(w, deed, script_of(w, lines, profile, seconds), err));
}

bool operator_restore(struct world *w, struct err *err)
{
    str deed = STR("restore"), lines = profile_hook(&w->target->profile, deed);
    if (!w->operated || !lines.len)
        return true;
    return run_hook(w, deed, script_of(w, lines, STR_NONE, 0), err);
}
