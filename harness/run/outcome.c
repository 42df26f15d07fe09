/* SPDX-License-Identifier: MIT */
/* From results to one number, and its words. */
#include "run/outcome.h"

static const char *const meanings[EXIT_STATUS_COUNT] = {
    [EXIT_CONFORMS] = "nothing is violated",
    [EXIT_VIOLATION] = "violations found",
    [EXIT_INCONCLUSIVE] = "inconclusive: not all that was selected could be decided",
    [EXIT_NOTHING_RUN] = "nothing was decided",
    [EXIT_OUR_FAULT] = "errors: ours, or the peer could not be reached",
    [EXIT_STALE] = "the baseline is stale",
};

/* What happened at all that the baseline does not know. */
struct seen {
    bool violation, error, inconclusive;
};

static void see(struct seen *s, const struct results *r, enum verdict verdict,
                bool expected)
{
    if (expected)
        return;
    s->violation =
        s->violation || verdict == VERDICT_FAIL || (verdict == VERDICT_WARN && r->strict);
    s->error = s->error || verdict == VERDICT_ERROR;
    s->inconclusive = s->inconclusive || verdict == VERDICT_INCONCLUSIVE;
}

static void see_play(struct seen *s, const struct results *r, const struct play_result *p)
{
    if (play_is_case(p))
        see(s, r, p->verdict, p->expected);
    for (size_t i = 0; i < p->check_count; i++)
        if (!p->check[i].not_reached)
            see(s, r, p->check[i].verdict, p->check[i].expected);
}

int outcome_status(const struct results *r, bool allow_inconclusive)
{
    struct seen s = { .inconclusive = false };
    for (size_t i = 0; i < r->play_count; i++)
        see_play(&s, r, &r->play[i]);
    for (size_t i = 0; i < r->watch_count; i++)
        see(&s, r, r->watch[i].verdict, r->watch[i].expected);
    if (s.violation)
        return EXIT_VIOLATION;
    if (s.error || r->gone)
        return EXIT_OUR_FAULT;
    if ((s.inconclusive && !allow_inconclusive) || r->stopped.len)
        return EXIT_INCONCLUSIVE;
    if (r->stale_count)
        return EXIT_STALE;
    return r->total.decided ? EXIT_CONFORMS : EXIT_NOTHING_RUN;
}

str outcome_meaning(const struct results *r, bool allow_inconclusive)
{
    int status = outcome_status(r, allow_inconclusive);
    if (status == EXIT_CONFORMS && r->total.verdict[VERDICT_FAIL])
        return STR("nothing is violated but what the baseline expects");
    return str_of(meanings[status]);
}
