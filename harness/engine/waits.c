/* SPDX-License-Identifier: MIT */
/* Waiting for the target: polls, pauses, and what Retry-After asks. */
#include "base/clock.h"
#include "engine/judge.h"
#include "engine/steps.h"

/* --- polling --- */

/* Whether the poll goes on after this answer. */
typedef bool still_waiting(struct world *w, const void *context);

static bool poll_until(struct world *w, str account, str url, long within_ms, int line,
                       still_waiting *waiting, const void *context, struct err *err)
{
    int64_t end = clock_ms() + within_ms * w->target->profile.deadline_factor;
    for (int polls = 0;; polls++) {
        if (!world_post_as(w, account, url, NULL, line, err))
            return false;
        if (w->last->response.status == 0 || !waiting(w, context))
            return true;
        long pause = client_pause_ms(w->last, polls);
        if (clock_ms() + pause > end || !world_sleep_ms(w, pause))
            return true;
    }
}

struct statuses {
    const char *const *name;
    size_t count;
};

static bool has_status(struct world *w, const void *context)
{
    const struct statuses *s = context;
    return w->last->response.status == 200
        && name_find(s->name, s->count, json_member(w->last->body, "status")) >= 0;
}

bool poll_while(struct world *w, str account, str url, const char *const while_statuses[],
                size_t count, long within_ms, struct err *err)
{
    struct statuses s = { while_statuses, count };
    return poll_until(w, account, url, within_ms, 0, has_status, &s, err);
}

/* What a poll waits for: any one of these. */
struct awaited {
    struct check check[4];
    size_t count;
};

static bool none_held(struct world *w, const void *context)
{
    const struct awaited *a = context;
    struct finding finding = { .verdict = VERDICT_FAIL };
    for (size_t i = 0; i < a->count && finding.verdict != VERDICT_PASS; i++)
        judge_check(w, &a->check[i], &finding);
    return finding.verdict != VERDICT_PASS;
}

static bool add_awaited(struct world *w, const struct line *line, size_t from,
                        struct awaited *out, struct err *err)
{
    if (out->count == countof(out->check))
        return err_set(err, "a poll waits for %zu things at most", countof(out->check));
    struct check *check = &out->check[out->count++];
    *check = (struct check){ .level = CHECK_MUST };
    struct mistakes m = { .arena = w->arena };
    return check_read(w->arena, line, from, check, &m)
        || err_set(err, "%.*s", STR_ARG(m.list.item[0]));
}

/* The check of the line, then those of its `or` clauses. */
static bool read_awaited(struct world *w, const struct line *line, struct awaited *out,
                         struct err *err)
{
    out->count = 0;
    if (!add_awaited(w, line, line->check_from, out, err))
        return false;
    for (const struct line *c = NULL; (c = line_clause_after(line, "or", c));)
        if (!add_awaited(w, c, 0, out, err))
            return false;
    return true;
}

enum step_end step_poll(struct world *w, const struct step *step, struct err *err)
{
    const struct line *line = step->line, *within = line_clause(line, "within");
    struct awaited awaited;
    long within_ms = 10000;
    str url;
    if (!read_awaited(w, line, &awaited, err)
        || !world_target(w, line_arg(line, "TARGET"), &url, err))
        return STEP_NOT_HELD;
    if (within)
        str_to_ms(line_arg(within, "DURATION"), &within_ms);
    if (!poll_until(w, line_arg(line, "ACCOUNT"), url, within_ms, line->place.line,
                    none_held, &awaited, err))
        return STEP_BROKEN;
    return step_ended(save_clauses(w, line, err));
}

/* --- pauses --- */

enum step_end step_wait(struct world *w, const struct step *step, struct err *err)
{
    long ms = 0;
    (void)err;
    str_to_ms(line_arg(step->line, "DURATION"), &ms);
    return step_ended(world_sleep_ms(w, ms));
}

enum step_end step_wait_retry_after(struct world *w, const struct step *step,
                                    struct err *err)
{
    enum { LONGEST_S = 20 };
    const str *asked =
        w->last ? headers_find(&w->last->response.headers, "Retry-After") : NULL;
    long seconds;
    (void)step;
    if (!asked || !retry_after_seconds(*asked, clock_wall(), &seconds)) {
        err_set(err, "the last answer has no Retry-After that can be read");
        return STEP_NOT_HELD;
    }
    if (seconds > LONGEST_S) {
        err_set(err, "Retry-After is %ld s, and a scenario waits %d s at most", seconds,
                LONGEST_S);
        return STEP_NOT_HELD;
    }
    return step_ended(world_sleep_ms(w, seconds * 1000));
}
