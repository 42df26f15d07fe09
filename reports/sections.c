/* SPDX-License-Identifier: MIT */
/* Counts cases by section. */
#include "reports/sections.h"

const char *const column_names[COLUMN_COUNT] = {
    [COLUMN_PASS] = "pass",           [COLUMN_WARN] = "warn",
    [COLUMN_FAIL] = "fail",           [COLUMN_INCONCLUSIVE] = "inconclusive",
    [COLUMN_ERROR] = "error",         [COLUMN_EXPECTED] = "expected",
    [COLUMN_UNREACHED] = "unreached", [COLUMN_SKIP] = "skip",
};

/* Behind everything that the catalogue has. */
enum { RANK_UNKNOWN = 1000000, RANK_HOUSE, RANK_PLAYS };

struct counting {
    struct arena *arena;
    const struct results *results;
    struct sections sections;
};

enum section_column column_of(const struct test_case *c)
{
    static const enum section_column columns[] = {
        [VERDICT_SKIP] = COLUMN_SKIP, [VERDICT_PASS] = COLUMN_PASS,
        [VERDICT_WARN] = COLUMN_WARN, [VERDICT_INCONCLUSIVE] = COLUMN_INCONCLUSIVE,
        [VERDICT_FAIL] = COLUMN_FAIL, [VERDICT_ERROR] = COLUMN_ERROR,
    };
    _Static_assert(countof(columns) == VERDICT_COUNT, "a column for every verdict");
    if (c->not_reached)
        return COLUMN_UNREACHED;
    return c->expected && c->verdict != VERDICT_SKIP ? COLUMN_EXPECTED
                                                     : columns[c->verdict];
}

/* Sections are ranked by where their first entry stands in the sorted catalogue. */
static size_t rank_of(const struct requirements *all, const struct requirement *q)
{
    size_t i = (size_t)(q - all->item);
    while (i > 0 && str_eq(all->item[i - 1].section, q->section)
           && str_eq(all->item[i - 1].document, q->document))
        i--;
    return i;
}

static void place_of(struct counting *k, const struct test_case *c, size_t *rank,
                     str *label)
{
    const struct requirement *q = case_requirement(k->results, c, 0);
    *rank = RANK_UNKNOWN;
    if (q) {
        *rank = rank_of(k->results->requirements, q);
        *label = requirement_section(k->arena, q);
    } else if (c->rules->count == 0) {
        *rank = RANK_PLAYS;
        *label = STR("scenarios not played out");
    } else if (str_is(c->rules->item[0], "house")) {
        *rank = RANK_HOUSE;
        *label = STR("rules of the house");
    } else {
        *label = c->rules->item[0];
    }
}

static void count_case(void *context, const struct test_case *c)
{
    struct counting *k = context;
    struct sections *s = &k->sections;
    size_t rank, i = 0;
    str label;
    place_of(k, c, &rank, &label);
    while (i < s->count && !(s->row[i].rank == rank && str_eq(s->row[i].label, label)))
        i++;
    if (i == s->count) {
        s->row = GROW(k->arena, s->row, s->count, struct section_row);
        s->row[s->count++] = (struct section_row){ .label = label, .rank = rank };
    }
    s->row[i].count[column_of(c)]++;
    s->sum.count[column_of(c)]++;
}

static int by_rank(const void *a, const void *b)
{
    const struct section_row *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return str_compare(x->label, y->label);
}

struct sections sections_of(struct arena *a, const struct results *r)
{
    struct counting k = { .arena = a, .results = r };
    k.sections.sum.label = STR("all");
    cases_each(a, r, count_case, &k);
    if (k.sections.count)
        qsort(k.sections.row, k.sections.count, sizeof *k.sections.row, by_rank);
    return k.sections;
}
