/* SPDX-License-Identifier: MIT */
/* From results to suites and cases of JUnit: names, kinds, counters. */
#include "reports/junit_cases.h"

struct building {
    struct arena *arena;
    const struct results *results;
    struct junit_suites suites;
    struct strs classes; /* of the plays, in their order */
};

/* --- names --- */

/* "acmespec.server.6-5-nonces.reused": readers split at dots, so a folder is between two
 * of them, and the dots of section numbers and variants become dashes. */
static str class_of(struct arena *a, str path)
{
    str name = arena_printf(a, "acmespec.%.*s", STR_ARG(path));
    char *text = str_z(a, name);
    size_t variant = str_find_char(name, '[');
    for (size_t i = strlen("acmespec."); i < name.len; i++) {
        bool dash = text[i] == '.' || (i > variant && text[i] == '/');
        text[i] = dash ? '-' : text[i] == '/' ? '.' : text[i];
    }
    return (str){ text, name.len };
}

struct numbered {
    str name;
    size_t index;
};

static int by_name(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int order = str_compare(x->name, y->name);
    return order ? order : x->index < y->index ? -1 : 1;
}

/* The second of the same name becomes "name (2)". */
static void number_repeats(struct arena *a, struct strs *names)
{
    struct numbered *sorted = NEW_ARRAY(a, struct numbered, names->count + 1);
    size_t repeat = 1;
    for (size_t i = 0; i < names->count; i++)
        sorted[i] = (struct numbered){ names->item[i], i };
    if (names->count)
        qsort(sorted, names->count, sizeof *sorted, by_name);
    for (size_t i = 1; i < names->count; i++) {
        repeat = str_eq(sorted[i].name, sorted[i - 1].name) ? repeat + 1 : 1;
        if (repeat > 1)
            names->item[sorted[i].index] =
                arena_printf(a, "%.*s (%zu)", STR_ARG(sorted[i].name), repeat);
    }
}

/* --- suites --- */

static struct junit_suite *add_suite(struct building *b, str name, str class_name)
{
    struct junit_suites *all = &b->suites;
    all->item = GROW(b->arena, all->item, all->count, struct junit_suite);
    struct junit_suite *s = &all->item[all->count++];
    *s = (struct junit_suite){ .name = name, .class_name = class_name };
    return s;
}

static struct junit_suite *suite_named(struct building *b, const char *what)
{
    str name = arena_printf(b->arena, "%.*s/%s", STR_ARG(b->results->suite), what);
    return add_suite(b, name, class_of(b->arena, name));
}

static void add_case(struct building *b, struct junit_case item)
{
    struct junit_suite *s = &b->suites.item[b->suites.count - 1];
    s->item = GROW(b->arena, s->item, s->count, struct junit_case);
    s->item[s->count++] = item;
    s->kinds[item.kind]++;
    b->suites.kinds[item.kind]++;
    b->suites.tests++;
}

/* --- kinds --- */

static enum junit_kind kind_of(const struct results *r, const struct test_case *c)
{
    switch (case_colour(r, c->verdict, c->expected, c->not_reached)) {
    case COLOUR_PASSED:
        return JUNIT_PASSED;
    case COLOUR_SKIPPED:
        return JUNIT_SKIPPED;
    case COLOUR_FAILED:
        break;
    }
    bool ours = c->verdict == VERDICT_ERROR || c->verdict == VERDICT_INCONCLUSIVE;
    return ours ? JUNIT_ERROR : JUNIT_FAILURE;
}

static const char *type_of(const struct test_case *c)
{
    if (c->verdict == VERDICT_FAIL || c->verdict == VERDICT_WARN)
        return str_is(c->level, "should") ? "SHOULD" : "MUST";
    return verdict_names[c->verdict];
}

/* A skip says why: what was expected of the peer, or what was not offered. */
static str message_of(struct arena *a, const struct test_case *c)
{
    if (c->verdict == VERDICT_SKIP || c->not_reached)
        return c->message.len ? c->message : STR("skipped");
    if (c->expected)
        return arena_printf(a, "expected %s: %.*s",
                            c->verdict == VERDICT_FAIL ? "failure"
                                                       : verdict_names[c->verdict],
                            STR_ARG(c->because));
    if (c->verdict == VERDICT_INCONCLUSIVE)
        return arena_printf(a, "inconclusive: %.*s", STR_ARG(c->message));
    return c->message;
}

static void visit(void *context, const struct test_case *c)
{
    struct building *b = context;
    struct junit_suite *last =
        b->suites.count ? &b->suites.item[b->suites.count - 1] : NULL;
    if (c->play && (!last || last->play != c->play)) {
        size_t index = (size_t)(c->play - b->results->play);
        last = add_suite(b, c->play->name, b->classes.item[index]);
        last->play = c->play;
        last->wall_us = c->play->wall_us;
    } else if (!c->play && (!last || last->play)) {
        suite_named(b, "watches");
    }
    str name = c->play
        ? c->name
        : arena_printf(b->arena, "%.*s: %.*s", STR_ARG(c->name), STR_ARG(c->title));
    add_case(b,
             (struct junit_case){ .c = *c,
                                  .kind = kind_of(b->results, c),
                                  .name = name,
                                  .type = type_of(c),
                                  .message = message_of(b->arena, c) });
}

/* --- what is wrong with the run as a whole --- */

static const struct strs no_rules = { NULL, 0 };

static void add_stale(struct building *b)
{
    const struct results *r = b->results;
    struct strs names = { 0 };
    for (size_t i = 0; i < r->stale_count; i++) {
        const struct stale_expectation *s = &r->stale[i];
        strs_add(b->arena, &names,
                 arena_printf(b->arena, "%.*s%s%.*s", STR_ARG(s->scenario),
                              s->check.len ? ": " : "", STR_ARG(s->check)));
    }
    number_repeats(b->arena, &names);
    if (r->stale_count)
        suite_named(b, "baseline");
    for (size_t i = 0; i < r->stale_count; i++) {
        const struct stale_expectation *s = &r->stale[i];
        str message = arena_printf(b->arena, "expected %.*s, got %.*s",
                                   STR_ARG(s->expected), STR_ARG(s->got));
        struct test_case c = { .name = names.item[i],
                               .file = case_file(s->file),
                               .line = s->line,
                               .rules = &no_rules,
                               .verdict = VERDICT_FAIL,
                               .wanted = s->expected,
                               .message = s->got };
        add_case(b,
                 (struct junit_case){ .c = c,
                                      .kind = JUNIT_FAILURE,
                                      .name = names.item[i],
                                      .type = "stale-baseline",
                                      .message = message });
    }
}

/* A report of a run that shows nothing must not look green. */
static void add_fault(struct building *b)
{
    str fault = results_fault(b->results);
    if (!fault.len)
        return;
    suite_named(b, "run");
    struct test_case c = { .name = STR("the run decides something"),
                           .rules = &no_rules,
                           .verdict = VERDICT_ERROR,
                           .message = fault };
    add_case(b,
             (struct junit_case){ .c = c,
                                  .kind = JUNIT_ERROR,
                                  .name = c.name,
                                  .type = b->results->stopped.len ? "incomplete"
                                                                  : "nothing-run",
                                  .message = fault });
}

struct junit_suites junit_cases(struct arena *a, const struct results *r)
{
    struct building b = { .arena = a, .results = r };
    for (size_t i = 0; i < r->play_count; i++)
        strs_add(a, &b.classes, class_of(a, r->play[i].name));
    number_repeats(a, &b.classes);
    cases_each(a, r, visit, &b);
    add_stale(&b);
    add_fault(&b);
    return b.suites;
}
