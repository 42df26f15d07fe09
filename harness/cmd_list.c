/* SPDX-License-Identifier: MIT */
/* `acmespec list`: scenarios with their titles; with --rules the catalogue and what
 * covers it, by section, level and suite; with --history what broke in the field. */
#include <stdio.h>

#include "commands.h"
#include "options.h"
#include "script/coverage.h"
#include "script/history.h"

struct list_options {
    bool rules, missing, uncovered, watches, history, help;
    str suite, section, level;
};

#define AT(member) offsetof(struct list_options, member)
/* clang-format off */
static const struct option_row rows[] = {
    { "rules", 0, OPTION_FLAG, NULL, AT(rules), "requirements and how many checks cite each, with totals" },
    { "missing", 0, OPTION_FLAG, NULL, AT(missing), "with --rules: only those that a suite can see, that no check of it rests on, and that do not say why" },
    { "uncovered", 0, OPTION_FLAG, NULL, AT(uncovered), "with --rules: only those that say why no check rests on them, and the reason" },
    { "watches", 0, OPTION_FLAG, NULL, AT(watches), "watches instead of scenarios" },
    { "history", 0, OPTION_FLAG, NULL, AT(history), "what broke in the field instead, and the scenarios that show it" },
    { "suite", 0, OPTION_TEXT, "S", AT(suite), "server or client" },
    { "section", 0, OPTION_TEXT, "S", AT(section), "with --rules: only this document or section: rfc8555, 6.5, rfc8555-6.5" },
    { "level", 0, OPTION_TEXT, "L", AT(level), "with --rules: only this level, such as must" },
    { "help", 'h', OPTION_FLAG, NULL, AT(help), "this text" },
};
/* clang-format on */

struct listing {
    struct arena *arena;
    struct list_options options;
    struct library *library;
    struct strs words;
};

static bool name_wanted(const struct listing *l, const struct scenario *s)
{
    if (l->options.suite.len && !str_eq(s->suite, l->options.suite))
        return false;
    for (size_t i = 0; i < l->words.count; i++)
        if (str_contains(s->name, l->words.item[i]))
            return true;
    return l->words.count == 0;
}

static int list_scenarios(const struct listing *l)
{
    size_t count = 0;
    for (size_t i = 0; i < l->library->count; i++) {
        const struct scenario *s = l->library->scenario[i];
        if (!name_wanted(l, s))
            continue;
        printf("%-52.*s %.*s\n", STR_ARG(s->name), STR_ARG(s->title));
        count++;
    }
    printf("%zu scenarios\n", count);
    return count ? EXIT_CONFORMS : EXIT_NOTHING_RUN;
}

static int list_watches(const struct listing *l)
{
    for (size_t i = 0; i < l->library->watches->count; i++) {
        const struct watch *w = &l->library->watches->item[i];
        printf("%-40.*s %.*s\n", STR_ARG(w->id), STR_ARG(w->title));
    }
    printf("%zu watches\n", l->library->watches->count);
    return EXIT_CONFORMS;
}

static bool history_wanted(const struct listing *l, const struct history_row *row)
{
    if (l->options.suite.len && !str_eq(row->suite, l->options.suite))
        return false;
    for (size_t i = 0; i < l->words.count; i++)
        if (str_eq(row->id, l->words.item[i]) || str_contains(row->who, l->words.item[i]))
            return true;
    return l->words.count == 0;
}

static void print_history(const struct history_row *row)
{
    printf("%-6.*s %.*s: %.*s\n", STR_ARG(row->id), STR_ARG(row->who),
           STR_ARG(row->says));
    for (size_t i = 0; i < row->shown_by.count; i++)
        printf("       %.*s\n", STR_ARG(row->shown_by.item[i]));
    if (row->why_not.len)
        printf("       not shown: %.*s\n", STR_ARG(row->why_not));
}

static int list_history(const struct listing *l, struct mistakes *m)
{
    struct history all;
    struct err err;
    size_t count = 0, shown = 0;
    if (!history_read(l->arena, l->library->root, &all, m, &err))
        return usage_error(err.text);
    for (size_t i = 0; i < all.count; i++) {
        if (!history_wanted(l, &all.row[i]))
            continue;
        print_history(&all.row[i]);
        count++;
        shown += all.row[i].shown_by.count > 0;
    }
    printf("%zu bugs of released peers, %zu of them shown by a scenario or watch\n",
           count, shown);
    return count ? EXIT_CONFORMS : EXIT_NOTHING_RUN;
}

static bool rule_wanted(const void *context, const struct requirement *r)
{
    const struct list_options *o = context;
    bool in_section = !o->section.len || id_is_of(r->id, o->section);
    bool in_level =
        !o->level.len || str_eq_nocase(o->level, str_of(level_names[r->level]));
    bool in_suite = !o->suite.len
        || (str_is(o->suite, "server") ? r->by_server_suite : r->by_client_suite);
    return in_section && in_level && in_suite;
}

/* How many checks and watches of a suite rest on it; a dash where it can see nothing. */
static void print_count(const char *suite, bool sees, size_t count)
{
    if (sees)
        printf("  %s %2zu", suite, count);
    else
        printf("  %s  -", suite);
}

static void print_rule(const struct requirement *r, const struct cover *c, bool reason)
{
    printf("%-26.*s %-10s", STR_ARG(r->id), level_names[r->level]);
    print_count("server", r->by_server_suite, c->server);
    print_count("client", r->by_client_suite, c->client);
    printf("  %.*s\n", STR_ARG(r->says));
    if (reason)
        printf("    %.*s%s\n", STR_ARG(r->uncovered),
               r->excused_by_document ? "  (said of the document)" : "");
}

static void print_totals(const struct coverage *c)
{
    printf("\n%-22s %-12s %9s %9s %9s\n", "section", "level", "server", "client",
           "uncovered");
    for (size_t i = 0; i < c->row_count; i++) {
        const struct coverage_row *row = &c->row[i];
        printf("%-22.*s %-12s %4zu/%-4zu %4zu/%-4zu %9zu\n", STR_ARG(row->section),
               level_names[row->level], row->server_covered, row->server_all,
               row->client_covered, row->client_all, row->excused);
    }
    printf("%-22s %-12s %4zu/%-4zu %4zu/%-4zu %9zu\n", "all", "", c->total.server_covered,
           c->total.server_all, c->total.client_covered, c->total.client_all,
           c->total.excused);
}

/* A reason of its own is shown even when it is out of date; that of the document is for
 * the entries without a check. */
static bool cover_wanted(const struct list_options *o, const struct requirement *r,
                         const struct cover *c)
{
    bool lacks = cover_lacks(r, c);
    if (o->missing)
        return lacks && !r->uncovered.len;
    if (o->uncovered)
        return r->uncovered.len && (lacks || !r->excused_by_document);
    return true;
}

static int list_rules(const struct listing *l)
{
    struct coverage c;
    size_t count = 0;
    coverage_of(l->arena, l->library, rule_wanted, &l->options, &c);
    for (size_t i = 0; i < l->library->requirements->count; i++) {
        const struct requirement *r = &l->library->requirements->item[i];
        bool wanted = rule_wanted(&l->options, r);
        count += wanted;
        if (wanted && cover_wanted(&l->options, r, &c.cover[i]))
            print_rule(r, &c.cover[i], l->options.uncovered);
    }
    if (!count) {
        fputs("acmespec: the catalogue has no such entry\n", stderr);
        return EXIT_NOTHING_RUN;
    }
    print_totals(&c);
    return EXIT_CONFORMS;
}

static bool is_level(str word)
{
    for (int i = 0; i < LEVEL_COUNT; i++)
        if (str_eq_nocase(word, str_of(level_names[i])))
            return true;
    return false;
}

/* An option that would be passed over, or can fit nothing, is a mistake. */
static bool options_fit(const struct list_options *o, struct err *err)
{
    if (!o->rules && (o->missing || o->uncovered || o->section.len || o->level.len))
        return err_set(err,
                       "--missing, --uncovered, --section and --level go with --rules");
    if (o->missing && o->uncovered)
        return err_set(err, "--missing and --uncovered are two lists");
    if (o->suite.len && !str_is(o->suite, "server") && !str_is(o->suite, "client"))
        return err_set(err, "--suite is server or client");
    if (o->level.len && !is_level(o->level))
        return err_set(err,
                       "--level is MUST, MUST NOT, SHOULD, SHOULD NOT, MAY or stated");
    return true;
}

int cmd_list(struct arena *a, int argc, char **argv)
{
    struct listing l = { .arena = a };
    struct mistakes m = { .arena = l.arena };
    struct err err;
    str root;
    if (!options_read(l.arena, rows, countof(rows), argc, argv, &l.options, &l.words,
                      &err))
        return usage_error(err.text);
    if (l.options.help) {
        puts("usage: acmespec list [option...] [WORD...]\n");
        options_print(rows, countof(rows));
        return 0;
    }
    if (!options_fit(&l.options, &err) || !library_root(l.arena, &root, &err))
        return usage_error(err.text);
    l.library = library_read(l.arena, root, "", &m, &err);
    if (!l.library)
        return usage_error(err.text);
    for (size_t i = 0; i < m.list.count; i++)
        fprintf(stderr, "%.*s\n", STR_ARG(m.list.item[i]));
    if (m.list.count)
        return EXIT_USAGE;
    return l.options.rules  ? list_rules(&l)
        : l.options.watches ? list_watches(&l)
        : l.options.history ? list_history(&l, &m)
                            : list_scenarios(&l);
}
