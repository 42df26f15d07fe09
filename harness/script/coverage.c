/* SPDX-License-Identifier: MIT */
/* Counts citations. */
#include "script/coverage.h"

struct counting {
    const struct library *library;
    struct coverage *out;
    const struct scenario *scenario;
};

static struct cover *cover_of(const struct counting *c, str id)
{
    const struct requirements *all = c->library->requirements;
    const struct requirement *r = requirement_find(all, id);
    return r ? &c->out->cover[r - all->item] : NULL;
}

static void count_for(struct cover *cover, str suite)
{
    if (cover && str_is(suite, "server"))
        cover->server++;
    else if (cover)
        cover->client++;
}

static void count_check(void *context, const struct check *check)
{
    struct counting *c = context;
    for (size_t i = 0; i < check->rules.count && check->level != CHECK_NEED; i++)
        count_for(cover_of(c, check->rules.item[i]), c->scenario->suite);
}

static void count_watches(struct counting *c)
{
    const struct watches *all = c->library->watches;
    for (size_t i = 0; i < all->count; i++)
        for (size_t k = 0; k < all->item[i].rules.count; k++)
            count_for(cover_of(c, all->item[i].rules.item[k]), all->item[i].suite);
}

static struct coverage_row *row_for(struct arena *a, struct coverage *out,
                                    const struct requirement *r)
{
    str section = arena_printf(a, "%.*s %.*s", STR_ARG(r->document), STR_ARG(r->section));
    for (size_t i = out->row_count; i-- > 0;)
        if (out->row[i].level == r->level && str_eq(out->row[i].section, section))
            return &out->row[i];
    out->row = GROW(a, out->row, out->row_count, struct coverage_row);
    out->row[out->row_count] =
        (struct coverage_row){ .section = section, .level = r->level };
    return &out->row[out->row_count++];
}

bool cover_lacks(const struct requirement *r, const struct cover *c)
{
    return (r->by_server_suite && !c->server) || (r->by_client_suite && !c->client);
}

static void add_to(struct coverage_row *row, const struct requirement *r,
                   const struct cover *c)
{
    row->server_all += r->by_server_suite;
    row->server_covered += r->by_server_suite && c->server;
    row->client_all += r->by_client_suite;
    row->client_covered += r->by_client_suite && c->client;
    row->excused += r->uncovered.len && cover_lacks(r, c);
}

void coverage_of(struct arena *a, const struct library *library, rule_filter *wanted,
                 const void *context, struct coverage *out)
{
    const struct requirements *all = library->requirements;
    struct counting c = { .library = library, .out = out };
    *out = (struct coverage){ .cover = NEW_ARRAY(a, struct cover, all->count) };
    for (size_t i = 0; i < library->count; i++) {
        c.scenario = library->scenario[i];
        scenario_checks(library->scenario[i], count_check, &c);
    }
    count_watches(&c);
    for (size_t i = 0; i < all->count; i++) {
        if (!all->item[i].by_server_suite && !all->item[i].by_client_suite)
            continue;
        if (wanted && !wanted(context, &all->item[i]))
            continue;
        add_to(row_for(a, out, &all->item[i]), &all->item[i], &out->cover[i]);
        add_to(&out->total, &all->item[i], &out->cover[i]);
    }
}
