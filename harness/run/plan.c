/* SPDX-License-Identifier: MIT */
/* Selects and expands scenarios into plays. */
#include "run/plan.h"

#include <fnmatch.h>

/* "server/6.5-nonces" selects what lies below it; globs select by the whole name. */
static bool name_fits(str pattern, str name)
{
    char p[1024], n[1024];
    while (str_starts(pattern, "./"))
        pattern = str_from(pattern, 2);
    if (str_starts(pattern, "scenarios/"))
        pattern = str_from(pattern, 10);
    while (str_ends(pattern, "/"))
        pattern = str_upto(pattern, pattern.len - 1);
    if (str_ends(pattern, ".acme"))
        pattern = str_upto(pattern, pattern.len - 5);
    if (pattern.len >= sizeof p || name.len >= sizeof n)
        return false;
    memcpy(p, pattern.ptr, pattern.len);
    p[pattern.len] = '\0';
    memcpy(n, name.ptr, name.len);
    n[name.len] = '\0';
    bool below =
        str_starts(name, p) && (name.len == pattern.len || n[pattern.len] == '/');
    return below || fnmatch(p, n, 0) == 0;
}

/* A pattern may also name one variant: "server/x/y[alg=ES384]". */
static bool play_fits(struct arena *a, str pattern, const struct play *play)
{
    return name_fits(pattern, play->scenario->name)
        || (str_ends(pattern, "]") && str_eq(pattern, play_name(a, play)));
}

static bool any_name_fits(struct arena *a, const struct strs *names,
                          const struct play *play)
{
    for (size_t i = 0; i < names->count; i++)
        if (play_fits(a, names->item[i], play))
            return true;
    return names->count == 0;
}

/* --- what its checks rest on --- */

struct wanted {
    const struct selection *selection;
    bool found;
};

static bool rules_fit(const struct selection *s, const struct strs *rules)
{
    if (s->rules.count == 0 && s->sections.count == 0)
        return true;
    for (size_t i = 0; i < rules->count; i++) {
        if (strs_has(&s->rules, rules->item[i]))
            return true;
        for (size_t k = 0; k < s->sections.count; k++)
            if (id_is_of(rules->item[i], s->sections.item[k]))
                return true;
    }
    return false;
}

static void look_at_check(void *context, const struct check *check)
{
    struct wanted *w = context;
    bool level_fits = !w->selection->level.len
        || str_eq_nocase(w->selection->level, str_of(check_level_names[check->level]));
    w->found = w->found
        || (check->level != CHECK_NEED && level_fits
            && rules_fit(w->selection, &check->rules));
}

static bool tags_fit(const struct selection *s, const struct scenario *scenario)
{
    for (size_t i = 0; i < s->tags.count; i++)
        if (strs_has(&scenario->tags, s->tags.item[i]))
            return true;
    return s->tags.count == 0;
}

static bool scenario_fits(const struct selection *s, const struct scenario *scenario)
{
    struct wanted w = { s, false };
    scenario_checks(scenario, look_at_check, &w);
    return w.found && tags_fit(s, scenario);
}

static bool has_requirement(const struct requirements *all, str section)
{
    for (size_t i = 0; i < all->count; i++)
        if (id_is_of(all->item[i].id, section))
            return true;
    return false;
}

/* What the catalogue does not have selects nothing, by a slip of the pen. */
static bool rules_are_known(const struct requirements *all, const struct selection *s,
                            struct err *err)
{
    for (size_t i = 0; i < s->rules.count; i++)
        if (!requirement_known(all, s->rules.item[i], err))
            return false;
    for (size_t i = 0; i < s->sections.count; i++)
        if (!has_requirement(all, s->sections.item[i]))
            return err_set(err,
                           "no requirement is of section %.*s (acmespec list --rules "
                           "shows them)",
                           STR_ARG(str_upto(s->sections.item[i], 100)));
    return true;
}

/* --- the plan --- */

static void add_play(struct arena *a, struct plan *plan, struct play play)
{
    plan->play = GROW(a, plan->play, plan->count, struct play);
    plan->play[plan->count++] = play;
}

static void add_variants(struct arena *a, const struct selection *s,
                         const struct scenario *scenario, struct plan *plan)
{
    const struct strs *values = &scenario->variants.values;
    size_t count = scenario->variants.name.len ? values->count : 1;
    for (size_t i = 0; i < count; i++) {
        struct play play = { .scenario = scenario,
                             .variant = values->count ? values->item[i] : STR_NONE };
        if (any_name_fits(a, &s->names, &play)
            && (!s->only || strs_has(s->only, play_name(a, &play))))
            add_play(a, plan, play);
    }
}

static void take_shard(const struct selection *s, struct plan *plan)
{
    size_t kept = 0;
    if (s->shards <= 1)
        return;
    for (size_t i = 0; i < plan->count; i++)
        if ((long)(i % (size_t)s->shards) == s->shard - 1)
            plan->play[kept++] = plan->play[i];
    plan->count = kept;
}

static bool names_used(struct arena *a, const struct selection *s,
                       const struct plan *plan, struct err *err)
{
    for (size_t i = 0; i < s->names.count; i++) {
        bool used = false;
        for (size_t k = 0; k < plan->count && !used; k++)
            used = play_fits(a, s->names.item[i], &plan->play[k]);
        if (!used
            && !(s->rules.count || s->sections.count || s->tags.count || s->level.len
                 || s->only))
            return err_set(err, "no scenario is named %.*s (acmespec list shows them)",
                           STR_ARG(s->names.item[i]));
    }
    return true;
}

bool plan_make(struct arena *a, const struct library *library, const struct selection *s,
               struct plan *out, struct err *err)
{
    *out = (struct plan){ 0 };
    if (!rules_are_known(library->requirements, s, err))
        return false;
    for (long n = 0; n < (s->repeat > 1 ? s->repeat : 1); n++)
        for (size_t i = 0; i < library->count; i++)
            if (scenario_fits(s, library->scenario[i]))
                add_variants(a, s, library->scenario[i], out);
    if (!names_used(a, s, out, err))
        return false;
    take_shard(s, out);
    for (size_t i = 0; i < out->count; i++)
        out->play[i].slot = (int)i;
    return true;
}

bool plan_lacks(struct arena *a, const struct play *play, const struct target *target,
                str *reason)
{
    const struct strs *needs = &play->scenario->needs;
    for (size_t i = 0; i < needs->count; i++) {
        str need = str_starts(needs->item[i], "${") ? play->variant : needs->item[i], why;
        if (capability_find(need) < 0 || target_offers(target, need, &why))
            continue;
        *reason = arena_printf(a, PLAN_LACKS "%.*s: %.*s", STR_ARG(need), STR_ARG(why));
        return true;
    }
    return false;
}
