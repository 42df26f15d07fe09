/* SPDX-License-Identifier: MIT */
/* Compares names and rules of a baseline with those of the library; no verdicts. */
#include "script/baseline_judge.h"

#include "base/buf.h"
#include "base/file.h"

/* --- what it is about --- */

static bool is_play_of(struct arena *a, const struct scenario *s, str name)
{
    for (size_t i = 0; i < s->variants.values.count; i++)
        if (str_eq(scenario_play_name(a, s, s->variants.values.item[i]), name))
            return true;
    return false;
}

/* By its own name, or by that of one of its variants, which may hold a bracket, too. */
static const struct scenario *find_scenario(struct arena *a, const struct library *l,
                                            str name)
{
    const struct scenario *s = library_find(l, name);
    if (s)
        return s;
    s = library_find(l, str_upto(name, str_find_char(name, '[')));
    return s && is_play_of(a, s, name) ? s : NULL;
}

static bool is_of_the_user(struct arena *a, str name)
{
    str path = str_upto(name, str_find_char(name, '['));
    return file_exists(arena_printf(a, "%.*s.acme", STR_ARG(path)).ptr);
}

/* --- what its check cites --- */

struct citing {
    struct arena *arena;
    str name;   /* of the check; empty: any */
    bool found; /* such a check is there */
    struct strs rules;
};

static void cite(void *context, const struct check *check)
{
    struct citing *c = context;
    if (check->level == CHECK_NEED || (c->name.len && !str_eq(c->name, check->name)))
        return;
    c->found = true;
    for (size_t i = 0; i < check->rules.count; i++)
        if (!strs_has(&c->rules, check->rules.item[i]))
            strs_add(c->arena, &c->rules, check->rules.item[i]);
}

static str wrong_rule(struct arena *a, const struct expectation *e, const char *what,
                      const struct strs *cited)
{
    for (size_t i = 0; i < e->rules.count; i++)
        if (!strs_has(cited, e->rules.item[i]))
            return arena_printf(a, "the %s cites %.*s, not %.*s", what,
                                STR_ARG(strs_join(a, cited, " and ")),
                                STR_ARG(e->rules.item[i]));
    return STR_NONE;
}

/* --- both --- */

static str judge_watch(struct arena *a, const struct library *l,
                       const struct expectation *e)
{
    const struct watch *w = watch_find(l->watches, e->scenario);
    return w ? wrong_rule(a, e, "watch", &w->rules) : STR("there is no such watch");
}

static str judge_scenario(struct arena *a, const struct library *l,
                          const struct expectation *e)
{
    struct citing c = { .arena = a, .name = e->check };
    const struct scenario *s = find_scenario(a, l, e->scenario);
    if (!s)
        return is_of_the_user(a, e->scenario) ? STR_NONE
                                              : STR("there is no such scenario");
    scenario_checks(s, cite, &c);
    if (!c.found)
        return STR("the scenario has no such check");
    return wrong_rule(a, e, e->check.len ? "check" : "scenario", &c.rules);
}

void baseline_judge(struct arena *a, struct baseline *b, const struct library *library)
{
    for (size_t i = 0; i < b->count; i++) {
        struct expectation *e = &b->item[i];
        e->amiss = str_starts(e->scenario, "watch/") ? judge_watch(a, library, e)
                                                     : judge_scenario(a, library, e);
    }
}
