/* SPDX-License-Identifier: MIT */
/* From plays and watches to test cases. */
#include "reports/cases.h"

static const struct strs no_rules = { NULL, 0 };

str case_file(str path)
{
    static const str folder = STR_INIT("/scenarios/");
    size_t from = 0;
    for (size_t at; (at = str_find(str_from(path, from), folder)) < path.len - from;)
        from += at + 1;
    return str_from(path, from);
}

const struct requirement *case_requirement(const struct results *r,
                                           const struct test_case *c, size_t n)
{
    return n < c->rules->count ? requirement_find(r->requirements, c->rules->item[n])
                               : NULL;
}

static struct test_case of_play(const struct play_result *p)
{
    return (struct test_case){ .play = p,
                               .name = STR(CASE_OF_PLAY),
                               .title = p->title,
                               .again = p->name,
                               .file = case_file(p->file),
                               .level = STR_NONE,
                               .rules = &no_rules,
                               .verdict = p->verdict,
                               .expected = p->expected,
                               .message = p->reason,
                               .wanted = STR_NONE,
                               .why = STR_NONE,
                               .because = p->because,
                               .transcript = p->transcript };
}

static struct test_case of_check(const struct play_result *p,
                                 const struct check_result *check)
{
    return (struct test_case){ .play = p,
                               .name = check->name,
                               .title = p->title,
                               .again = p->name,
                               .file = case_file(p->file),
                               .line = check->line,
                               .level = check->level,
                               .rules = &check->rules,
                               .verdict = check->verdict,
                               .expected = check->expected,
                               .not_reached = check->not_reached,
                               .message = check->message,
                               .wanted = check->wanted,
                               .why = check->why,
                               .because = check->because,
                               .transcript = check->transcript };
}

static str message_of(struct arena *a, const struct watch_result *w)
{
    if (w->verdict == VERDICT_SKIP)
        return STR("no message that it is about was seen");
    if (w->broken == 0)
        return w->message;
    return arena_printf(a, "%.*s (%zu of %zu messages; first in %.*s)",
                        STR_ARG(w->message), w->broken, w->seen, STR_ARG(w->play));
}

static struct test_case of_watch(struct arena *a, const struct watch_result *w)
{
    return (struct test_case){ .name = w->id,
                               .title = w->title,
                               .again = w->play,
                               .file = case_file(w->file),
                               .level = w->level,
                               .rules = &w->rules,
                               .verdict = w->verdict,
                               .expected = w->expected,
                               .message = message_of(a, w),
                               .wanted = w->wanted,
                               .why = STR_NONE,
                               .because = w->because,
                               .transcript = w->transcript };
}

static void each_of_play(const struct play_result *p,
                         void (*visit)(void *context, const struct test_case *c),
                         void *context)
{
    if (play_is_case(p)) {
        struct test_case c = of_play(p);
        visit(context, &c);
    }
    for (size_t i = 0; i < p->check_count; i++) {
        struct test_case c = of_check(p, &p->check[i]);
        visit(context, &c);
    }
}

void cases_each(struct arena *a, const struct results *r,
                void (*visit)(void *context, const struct test_case *c), void *context)
{
    for (size_t i = 0; i < r->play_count; i++)
        each_of_play(&r->play[i], visit, context);
    for (size_t i = 0; i < r->watch_count; i++) {
        struct test_case c = of_watch(a, &r->watch[i]);
        visit(context, &c);
    }
}
