/* SPDX-License-Identifier: MIT */
/* Counts what became of a run.  Every number that is printed anywhere is counted here. */
#include "run/results.h"

bool play_is_case(const struct play_result *p)
{
    return p->reason.len > 0 || p->check_count == 0;
}

enum colour case_colour(const struct results *r, enum verdict verdict, bool expected,
                        bool not_reached)
{
    switch (verdict) {
    case VERDICT_PASS:
        return COLOUR_PASSED;
    case VERDICT_WARN:
        if (!r->strict)
            return COLOUR_PASSED;
        break;
    case VERDICT_INCONCLUSIVE:
        if (not_reached || r->allow_inconclusive)
            return COLOUR_SKIPPED;
        break;
    case VERDICT_SKIP:
        return COLOUR_SKIPPED;
    case VERDICT_FAIL:
    case VERDICT_ERROR:
    case VERDICT_COUNT:
        break;
    }
    return expected ? COLOUR_SKIPPED : COLOUR_FAILED;
}

static void count_case(struct results *r, enum verdict verdict, bool expected,
                       bool not_reached)
{
    struct totals *t = &r->total;
    enum colour colour = case_colour(r, verdict, expected, not_reached);
    t->verdict[verdict]++;
    t->passed += colour == COLOUR_PASSED;
    t->failed += colour == COLOUR_FAILED;
    t->skipped += colour == COLOUR_SKIPPED;
    t->not_reached += not_reached;
    t->decided +=
        verdict == VERDICT_PASS || verdict == VERDICT_WARN || verdict == VERDICT_FAIL;
    if (verdict > VERDICT_PASS && !not_reached) {
        t->expected += expected;
        t->unexpected += !expected;
    }
}

static void count_play(struct results *r, const struct play_result *p)
{
    r->total.plays[p->verdict]++;
    if (play_is_case(p))
        count_case(r, p->verdict, p->expected, false);
    for (size_t i = 0; i < p->check_count; i++) {
        const struct check_result *c = &p->check[i];
        count_case(r, c->verdict, c->expected, c->not_reached);
    }
}

str results_fault(const struct results *r)
{
    if (r->stopped.len)
        return r->stopped;
    if (r->play_count == 0)
        return STR("nothing was selected or run");
    return r->total.decided ? STR_NONE : STR("not one case was decided");
}

void results_count(struct results *r)
{
    r->total = (struct totals){ .stale = r->stale_count, .failed = r->stale_count };
    for (size_t i = 0; i < r->play_count; i++)
        count_play(r, &r->play[i]);
    for (size_t i = 0; i < r->watch_count; i++)
        count_case(r, r->watch[i].verdict, r->watch[i].expected, false);
    r->total.failed += results_fault(r).len > 0;
}
