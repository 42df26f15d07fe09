/* SPDX-License-Identifier: MIT */
/* Results against a baseline.  Everything expected is marked first, because whether an
 * expectation that did not come is stale depends on what else happened in its play. */
#include "run/compare.h"

#include "run/plan.h"

struct comparing {
    struct arena *arena;
    const struct baseline *baseline;
    struct results *results;
    bool whole; /* all of the suite was played: what is missing is missing for good */
};

static bool lists(const struct expectation *e, enum verdict verdict)
{
    return strs_has(&e->verdicts, str_of(verdict_names[verdict]));
}

static void add_stale(struct comparing *c, struct stale_expectation stale)
{
    struct results *r = c->results;
    r->stale = GROW(c->arena, r->stale, r->stale_count, struct stale_expectation);
    r->stale[r->stale_count++] = stale;
}

static void did_not_come(struct comparing *c, const struct expectation *e, str name,
                         str got)
{
    struct stale_expectation stale = { .scenario = name,
                                       .check = e->check,
                                       .expected =
                                           strs_join(c->arena, &e->verdicts, " or "),
                                       .got = got,
                                       .file = str_of(e->place.file),
                                       .line = e->place.line };
    add_stale(c, stale);
}

/* --- which expectation is about which play --- */

/* Whether the baseline has one for this very variant, and so means no other by it. */
static bool has_own(const struct comparing *c, const struct play_result *p, str check)
{
    for (size_t i = 0; i < c->baseline->count; i++) {
        const struct expectation *e = &c->baseline->item[i];
        if (str_eq(e->scenario, p->name) && str_eq(e->check, check))
            return true;
    }
    return false;
}

static bool is_about(const struct comparing *c, const struct expectation *e,
                     const struct play_result *p)
{
    if (e->amiss.len)
        return false;
    if (str_eq(e->scenario, p->name))
        return true;
    return str_eq(e->scenario, p->scenario) && !has_own(c, p, e->check);
}

/* --- marking --- */

/* "watch/ID" */
static bool watch_is_meant(const struct expectation *e, const struct watch_result *w)
{
    return !e->amiss.len && str_starts(e->scenario, "watch/")
        && str_eq(str_from(e->scenario, 6), w->id);
}

/* One that names its check is amiss unless that check cites its rules; one that does not
 * is of those checks alone that cite one of them. */
static bool is_meant(const struct expectation *e, const struct check_result *check)
{
    if (e->check.len)
        return str_eq(e->check, check->name);
    for (size_t i = 0; i < e->rules.count; i++)
        if (strs_has(&check->rules, e->rules.item[i]))
            return true;
    return !e->rules.count;
}

static void mark_check(const struct expectation *e, struct check_result *check)
{
    if (!is_meant(e, check) || check->not_reached || check->verdict <= VERDICT_PASS
        || !lists(e, check->verdict))
        return;
    check->expected = true;
    check->because = e->because;
}

static void mark_play(const struct expectation *e, struct play_result *p)
{
    for (size_t i = 0; i < p->check_count; i++)
        mark_check(e, &p->check[i]);
    if (e->check.len || !play_is_case(p) || p->verdict == VERDICT_PASS
        || !lists(e, p->verdict))
        return;
    p->expected = true;
    p->because = e->because;
}

/* "the target does not offer renewalInfo: ..." when the baseline skips renewalInfo. */
static void mark_skip(const struct comparing *c, struct play_result *p)
{
    str rest = str_from(p->reason, sizeof PLAN_LACKS - 1);
    str capability = str_upto(rest, str_find_char(rest, ':'));
    if (p->verdict != VERDICT_SKIP || !str_starts(p->reason, PLAN_LACKS)
        || !strs_has(&c->baseline->skips, capability))
        return;
    p->expected = true;
    p->because = STR("the baseline lists that it is not offered");
}

/* What an expected verdict ended is excused; a play whose every bad check is expected is
 * itself as expected. */
static void excuse(struct play_result *p)
{
    bool all = true, ended = p->expected;
    str because = p->because;
    for (size_t i = 0; i < p->check_count; i++) {
        const struct check_result *check = &p->check[i];
        if (check->not_reached || check->verdict <= VERDICT_PASS)
            continue;
        all = all && check->expected;
        ended = ended || (check->expected && check->verdict >= VERDICT_INCONCLUSIVE);
        because = because.len ? because : check->because;
    }
    for (size_t i = 0; ended && i < p->check_count; i++)
        if (p->check[i].not_reached) {
            p->check[i].expected = true;
            p->check[i].because = because;
        }
    if (!play_is_case(p) && p->verdict > VERDICT_PASS && all) {
        p->expected = true;
        p->because = because;
    }
}

static void mark_all(const struct comparing *c, struct play_result *p)
{
    mark_skip(c, p);
    for (size_t i = 0; i < c->baseline->count; i++)
        if (is_about(c, &c->baseline->item[i], p))
            mark_play(&c->baseline->item[i], p);
    excuse(p);
}

static void mark_watch(const struct expectation *e, struct watch_result *w)
{
    if (w->verdict <= VERDICT_PASS || !lists(e, w->verdict))
        return;
    w->expected = true;
    w->because = e->because;
}

void compare_play(struct arena *a, const struct baseline *b, struct play_outcome *outcome)
{
    struct comparing c = { .arena = a, .baseline = b };
    mark_all(&c, &outcome->result);
    for (size_t i = 0; i < b->count; i++)
        for (size_t k = 0; k < outcome->watch_count; k++)
            if (watch_is_meant(&b->item[i], &outcome->watch[k]))
                mark_watch(&b->item[i], &outcome->watch[k]);
}

/* --- what did not come --- */

static const struct check_result *find_check(const struct play_result *p, str name)
{
    for (size_t i = 0; i < p->check_count; i++)
        if (str_eq(p->check[i].name, name))
            return &p->check[i];
    return NULL;
}

/* Ended by something that the baseline does not know, which the exit status tells. */
static bool nothing_learnt(const struct play_result *p)
{
    return !p->expected && play_is_case(p) && p->verdict >= VERDICT_INCONCLUSIVE;
}

static void judge_play(struct comparing *c, const struct expectation *e,
                       const struct play_result *p)
{
    bool came = lists(e, p->verdict);
    for (size_t i = 0; i < p->check_count; i++)
        came = came || lists(e, p->check[i].verdict);
    if (!came && !nothing_learnt(p))
        did_not_come(c, e, p->name, str_of(verdict_names[p->verdict]));
}

static void judge_check_of(struct comparing *c, const struct expectation *e,
                           const struct play_result *p)
{
    const struct check_result *check = find_check(p, e->check);
    if (check && lists(e, check->verdict))
        return;
    if (check && check->not_reached) {
        if (check->expected)
            did_not_come(c, e, p->name, STR("not reached"));
        return;
    }
    if (check)
        did_not_come(c, e, p->name, str_of(verdict_names[check->verdict]));
    else if (p->verdict == VERDICT_SKIP)
        did_not_come(c, e, p->name, STR("skip"));
    else
        did_not_come(c, e, p->name, STR("no check of this name"));
}

static void judge_expectation(struct comparing *c, const struct expectation *e)
{
    bool played = false;
    for (size_t i = 0; i < c->results->play_count; i++) {
        const struct play_result *p = &c->results->play[i];
        played =
            played || str_eq(e->scenario, p->name) || str_eq(e->scenario, p->scenario);
        if (!is_about(c, e, p))
            continue;
        if (e->check.len)
            judge_check_of(c, e, p);
        else
            judge_play(c, e, p);
    }
    if (!played && c->whole)
        did_not_come(c, e, e->scenario, STR("no such scenario was played"));
}

static struct watch_result *find_watch(const struct results *r,
                                       const struct expectation *e)
{
    for (size_t i = 0; i < r->watch_count; i++)
        if (watch_is_meant(e, &r->watch[i]))
            return &r->watch[i];
    return NULL;
}

/* What a watch sees depends on all scenarios, so only a whole run tells that it saw
 * nothing. */
static void judge_watch(struct comparing *c, const struct expectation *e)
{
    struct watch_result *w = find_watch(c->results, e);
    if (w && lists(e, w->verdict)) {
        mark_watch(e, w);
    } else if (c->whole) {
        did_not_come(c, e, e->scenario,
                     w ? str_of(verdict_names[w->verdict])
                       : STR("no watch of this name"));
    }
}

/* --- skips and the number of decided checks --- */

static str baseline_file(const struct baseline *b)
{
    return b->count ? str_of(b->item[0].place.file) : b->name;
}

static bool is_told(const struct results *r, str got)
{
    for (size_t i = 0; i < r->stale_count; i++)
        if (str_eq(r->stale[i].got, got))
            return true;
    return false;
}

/* One entry for a capability, however many plays want it.  A play none of whose checks
 * was armed is no such skip. */
static void judge_skip(struct comparing *c, const struct play_result *p)
{
    if (p->verdict != VERDICT_SKIP || p->expected || !str_starts(p->reason, PLAN_LACKS))
        return;
    str got = arena_printf(c->arena, "skip: %.*s", STR_ARG(p->reason));
    struct stale_expectation stale = { .scenario = p->name,
                                       .check = STR_NONE,
                                       .expected = STR("no skip, as `skips` has none"),
                                       .got = got,
                                       .file = baseline_file(c->baseline) };
    if (!is_told(c->results, got))
        add_stale(c, stale);
}

static void judge_decided(struct comparing *c)
{
    size_t decided = c->results->total.decided;
    if (!c->whole || c->baseline->decides <= 0 || decided >= (size_t)c->baseline->decides)
        return;
    struct stale_expectation stale = { .scenario = STR("decides"),
                                       .check = STR_NONE,
                                       .expected = arena_printf(
                                           c->arena, "at least %ld decided cases",
                                           c->baseline->decides),
                                       .got = arena_printf(c->arena, "%zu", decided),
                                       .file = baseline_file(c->baseline) };
    add_stale(c, stale);
}

void compare(struct arena *a, const struct baseline *b, struct results *r)
{
    struct comparing c = { a, b, r, !r->stopped.len && !r->partial };
    r->stale = NULL;
    r->stale_count = 0;
    results_count(r);
    for (size_t i = 0; i < r->play_count; i++)
        mark_all(&c, &r->play[i]);
    for (size_t i = 0; i < b->count; i++)
        if (b->item[i].amiss.len)
            did_not_come(&c, &b->item[i], b->item[i].scenario, b->item[i].amiss);
        else if (str_starts(b->item[i].scenario, "watch/"))
            judge_watch(&c, &b->item[i]);
        else
            judge_expectation(&c, &b->item[i]);
    for (size_t i = 0; i < r->play_count; i++)
        judge_skip(&c, &r->play[i]);
    judge_decided(&c);
}
