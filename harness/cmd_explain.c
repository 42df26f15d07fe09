/* SPDX-License-Identifier: MIT */
/* `acmespec explain ID`: a requirement with what covers it, a scenario's steps in prose,
 * a watch, or a bug of the field. */
#include <stdio.h>

#include "base/file.h"
#include "commands.h"
#include "options.h"
#include "script/history.h"
#include "script/library.h"
#include "script/prose.h"

struct explaining {
    const struct requirement *requirement;
    const struct scenario *scenario;
};

static void print_field(const char *name, str text)
{
    if (text.len)
        printf("  %-11s %.*s\n", name, STR_ARG(text));
}

static void print_citing(void *context, const struct check *check)
{
    const struct explaining *e = context;
    if (strs_has(&check->rules, e->requirement->id) && check->level != CHECK_NEED)
        printf("  %.*s:%d  %.*s\n", STR_ARG(e->scenario->name), check->place.line,
               STR_ARG(check->text));
}

static int explain_requirement(struct arena *a, const struct library *l,
                               const struct requirement *r)
{
    struct explaining e = { .requirement = r };
    printf("%.*s  %s  (%.*s)\n\n  %.*s\n\n", STR_ARG(r->id), level_names[r->level],
           STR_ARG(requirement_section(a, r)), STR_ARG(r->says));
    print_field("binds", r->binds);
    print_field("check", r->check);
    print_field("violation", r->violation);
    print_field("why not", r->why_not);
    print_field("note", r->note);
    print_field("corrected", r->corrected);
    print_field("uncovered", r->uncovered);
    print_field("text", requirement_url(a, r));
    puts("\nChecks that rest on it:");
    for (size_t i = 0; i < l->count; i++) {
        e.scenario = l->scenario[i];
        scenario_checks(l->scenario[i], print_citing, &e);
    }
    for (size_t i = 0; i < l->watches->count; i++)
        if (strs_has(&l->watches->item[i].rules, r->id))
            printf("  watch/%.*s  %.*s\n", STR_ARG(l->watches->item[i].id),
                   STR_ARG(l->watches->item[i].title));
    return EXIT_CONFORMS;
}

/* The bugs of the field that a scenario or watch shows. */
static void print_shown(const struct history *history, str name)
{
    bool any = false;
    for (size_t i = 0; i < history->count; i++) {
        const struct history_row *row = &history->row[i];
        if (!strs_has(&row->shown_by, name))
            continue;
        printf("%s  %-6.*s %.*s: %.*s\n", any ? "" : "\nWould have shown:\n",
               STR_ARG(row->id), STR_ARG(row->who), STR_ARG(row->says));
        any = true;
    }
}

static int explain_history(const struct history_row *row)
{
    printf("%.*s  %.*s\n\n  %.*s\n\n", STR_ARG(row->id), STR_ARG(row->who),
           STR_ARG(row->says));
    print_field("suite", row->suite);
    print_field("source", row->source);
    print_field("why not", row->why_not);
    if (row->shown_by.count)
        puts("\nA peer that has this bug does not pass:");
    for (size_t i = 0; i < row->shown_by.count; i++)
        printf("  %.*s\n", STR_ARG(row->shown_by.item[i]));
    return EXIT_CONFORMS;
}

static int explain_scenario(struct arena *a, const struct history *history,
                            const struct scenario *s)
{
    printf("%.*s\n%.*s\n\n", STR_ARG(s->name), STR_ARG(s->title));
    for (size_t i = 0; i < s->setting_count; i++)
        printf("  -  %.*s\n", STR_ARG(prose_of_line(a, s->setting[i].line)));
    for (size_t i = 0; i < s->rules_on.count; i++)
        printf("  -  %.*s\n", STR_ARG(prose_of_line(a, s->rules_on.row[i].line)));
    for (size_t i = 0; i < s->step_count; i++)
        printf("%3zu. %.*s\n", i + 1, STR_ARG(prose_of_step(a, &s->step[i])));
    print_shown(history, s->name);
    return EXIT_CONFORMS;
}

static int explain_watch(struct arena *a, const struct history *history,
                         const struct watch *w)
{
    printf("watch/%.*s\n%.*s\n\n", STR_ARG(w->id), STR_ARG(w->title));
    for (size_t i = 0; i < w->when_count; i++)
        printf("  %.*s\n", STR_ARG(w->when[i].text));
    for (size_t i = 0; i < w->check_count; i++)
        printf("  %.*s\n", STR_ARG(w->check[i].text));
    for (size_t i = 0; i < w->rules.count; i++)
        printf("  rests on %.*s\n", STR_ARG(w->rules.item[i]));
    print_shown(history, arena_printf(a, "watch/%.*s", STR_ARG(w->id)));
    return EXIT_CONFORMS;
}

static int explain(struct arena *a, const struct library *l,
                   const struct history *history, str id)
{
    const struct requirement *r = requirement_find(l->requirements, id);
    const struct scenario *s = library_find(l, id);
    const struct watch *w = watch_find(l->watches, id);
    const struct history_row *row = history_find(history, id);
    if (r)
        return explain_requirement(a, l, r);
    if (s)
        return explain_scenario(a, history, s);
    if (w)
        return explain_watch(a, history, w);
    if (row)
        return explain_history(row);
    str near = requirement_near(l->requirements, id);
    struct err err;
    err_set(&err,
            "%.*s is neither a requirement, a scenario, a watch nor a row of "
            "history%s%.*s%s",
            STR_ARG(str_upto(id, 100)),
            near.len ? "; did you mean " : " (acmespec list shows scenarios)",
            STR_ARG(near), near.len ? "?" : "");
    return usage_error(err.text);
}

/* Its name in the library is without the suffix. */
static str scenario_name(str word)
{
    while (str_starts(word, "./"))
        word = str_from(word, 2);
    return str_ends(word, ".acme") ? str_upto(word, word.len - strlen(".acme")) : word;
}

static void print_usage(void)
{
    puts("usage: acmespec explain ID|SCENARIO|WATCH\n\n"
         "A requirement of the catalogue (rfc8555-6.5-8): its sentence in our words, "
         "level, who is\n"
         "bound, which checks rest on it.  A scenario: its steps in prose, and the "
         "bugs of the\n"
         "field that it shows.  Such a bug (N-11): who had it, and what shows it.");
}

int cmd_explain(struct arena *a, int argc, char **argv)
{
    struct mistakes m = { .arena = a };
    struct history history;
    struct strs words = { 0 };
    struct err err;
    bool help;
    str root;
    if (!options_help(a, argc, argv, &help, &words, &err))
        return usage_error(err.text);
    if (help || words.count != 1) {
        print_usage();
        return help ? EXIT_CONFORMS : EXIT_USAGE;
    }
    const char *word = words.item[0].ptr;
    if (!library_root(a, &root, &err))
        return usage_error(err.text);
    struct library *l = library_read(a, root, "", &m, &err);
    if (!l)
        return usage_error(err.text);
    /* A scenario of one's own is named by its file. */
    if (file_exists(word) && !library_add(a, l, word, &m, &err))
        return usage_error(err.text);
    if (!history_read(a, root, &history, &m, &err))
        return usage_error(err.text);
    return explain(a, l, &history, scenario_name(words.item[0]));
}
