/* SPDX-License-Identifier: MIT */
/* Watches: judged on each exchange with the exchange in the place of the last answer. */
#include "engine/watching.h"

#include "acme/show.h"
#include "engine/judge.h"
#include "engine/seen.h"

struct watching {
    struct world *world;
    const struct watches *watches;
    struct watch_result *result;
    str play;
    str suite;         /* of the watches that look */
    struct seen *seen; /* objects as this one saw them last */
    size_t looked_at;  /* exchanges */
};

struct watching *watching_new(struct world *w, const struct watches *watches, str suite,
                              str play_name)
{
    struct watching *g = NEW(w->arena, struct watching);
    *g = (struct watching){ .world = w,
                            .watches = watches,
                            .play = play_name,
                            .suite = suite,
                            .seen = seen_new(w->arena) };
    g->result = NEW_ARRAY(w->arena, struct watch_result, watches->count);
    for (size_t i = 0; i < watches->count; i++) {
        const struct watch *watch = &watches->item[i];
        g->result[i] = (struct watch_result){ .id = watch->id,
                                              .title = watch->title,
                                              .level = watch_level(watch),
                                              .file = watch->file,
                                              .rules = watch->rules,
                                              .verdict = VERDICT_SKIP };
    }
    return g;
}

str transcript_of(struct arena *a, const struct exchange *exchange, str mark, str note)
{
    struct buf b = buf_new(a, CEILING_TRANSCRIPT);
    struct mark marks[] = { { mark, note } };
    show_exchange(&b, exchange, marks, mark.len ? 1 : 0);
    return buf_str(&b);
}

static bool is_about(struct world *w, const struct watch *watch)
{
    struct finding finding;
    for (size_t i = 0; i < watch->when_count; i++) {
        judge_check(w, &watch->when[i], &finding);
        if (finding.verdict != VERDICT_PASS)
            return false;
    }
    return true;
}

static bool is_offered(const struct watching *g, const struct watch *watch)
{
    str reason;
    for (size_t i = 0; i < watch->needs.count; i++)
        if (!target_offers(g->world->target, watch->needs.item[i], &reason))
            return false;
    return str_eq(watch->suite, g->suite);
}

/* An answer that is wrong on purpose (suite client: by a rule) tells nothing of him who
 * sent it. */
static bool is_honest(const struct watching *g, const struct exchange *e)
{
    return e->response.status != 0 && !(e->spoilt && str_is(g->suite, "server"));
}

static void tell(struct watching *g, struct watch_result *r, const struct finding *f)
{
    bool good = f->verdict == VERDICT_PASS;
    r->verdict = f->verdict;
    r->message = good ? STR_NONE : f->message;
    r->wanted = good ? STR_NONE : f->wanted;
    r->play = good ? STR_NONE : g->play;
    r->transcript = good ? STR_NONE
                         : transcript_of(g->world->arena, g->world->last, f->mark,
                                         arena_printf(g->world->arena, "wanted: %.*s",
                                                      STR_ARG(f->wanted)));
}

static void look_with(struct watching *g, const struct watch *watch,
                      struct watch_result *r)
{
    struct finding finding;
    if (!is_offered(g, watch) || !is_about(g->world, watch))
        return;
    for (size_t i = 0; i < watch->check_count; i++) {
        judge_check(g->world, &watch->check[i], &finding);
        bool judged = finding.verdict != VERDICT_INCONCLUSIVE;
        r->seen += i == 0 && judged;
        r->broken += judged && finding.verdict != VERDICT_PASS;
        if (watch_tells_more(finding.verdict, r->verdict))
            tell(g, r, &finding);
    }
}

void watching_look(struct watching *g)
{
    struct world *w = g->world;
    const struct exchange *last = w->last, **answer = w->answer;
    size_t answer_count = w->answer_count;
    w->seen = g->seen;
    while (g->looked_at < journal_count(w->journal)) {
        const struct exchange *e = journal_at(w->journal, g->looked_at++);
        if (!is_honest(g, e))
            continue;
        seen_note(g->seen, e);
        world_answer(w, e);
        for (size_t i = 0; i < g->watches->count; i++)
            look_with(g, &g->watches->item[i], &g->result[i]);
    }
    w->last = last;
    w->answer = answer;
    w->answer_count = answer_count;
}

struct watch_result *watching_results(const struct watching *g, size_t *count)
{
    *count = g->watches->count;
    return g->result;
}
