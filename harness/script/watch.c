/* SPDX-License-Identifier: MIT */
/* From the lines of a watch to its value. */
#include "script/watch.h"

#include "base/buf.h"
#include "base/file.h"
#include "script/names.h"
#include "script/verbs.h"

/* A watch looks at the messages of every scenario, and so knows the names of none. */
static bool is_without_names(const struct line *clause, struct mistakes *m)
{
    static const char sentence[] =
        "a watch is for every scenario, and knows no ${names}; $${ is a plain ${";
    str before, name, text = clause->json ? json_text(m->arena, clause->json) : STR_NONE;
    if (name_next(&text, &before, &name))
        return mistake(m, clause->json_place, sentence);
    for (size_t i = 0; i < clause->word_count; i++) {
        text = clause->word[i].text;
        if (name_next(&text, &before, &name))
            return mistake(m, line_word_place(clause, i), sentence);
    }
    return true;
}

/* Where its checks stand; the suite may not be known yet. */
static unsigned homes_of(const struct watch *w)
{
    return str_is(w->suite, "server") ? OF_WATCHES : OF_WATCHES | OF_CLIENT_WATCHES;
}

static void read_check(struct arena *a, struct watch *w, const struct line *clause,
                       enum check_level level, struct mistakes *m)
{
    struct check check = { .level = level, .text = clause->text, .name = clause->text };
    if (!is_without_names(clause, m) || !check_read(a, clause, 0, &check, m)
        || !check_belongs(&check, homes_of(w), m))
        return;
    if (level == CHECK_NEED) {
        w->when = GROW(a, w->when, w->when_count, struct check);
        w->when[w->when_count++] = check;
        return;
    }
    w->check = GROW(a, w->check, w->check_count, struct check);
    w->check[w->check_count++] = check;
}

static void read_clause(struct arena *a, struct watch *w, const struct line *clause,
                        const struct requirements *requirements, struct mistakes *m)
{
    enum verb_id id = clause->verb->id;
    if (id == VERB_SUITE)
        w->suite = line_arg(clause, "CHOICE");
    else if (id == VERB_RULE) {
        rule_known(requirements, clause, m);
        line_args_add(a, clause, "ID", &w->rules);
    } else if (id == VERB_NEEDS)
        line_args_add(a, clause, "CAPABILITY", &w->needs);
    else if (id == VERB_MUST || id == VERB_SHOULD)
        read_check(a, w, clause, id == VERB_MUST ? CHECK_MUST : CHECK_SHOULD, m);
    else if (strcmp(clause->verb->name, "when") == 0)
        read_check(a, w, clause, CHECK_NEED, m);
    else if (strcmp(clause->verb->name, "title") == 0)
        w->title = clause->rest;
    else if (strcmp(clause->verb->name, "why") == 0)
        w->why = clause->rest;
}

/* Each check of a watch rests on the watch's rules. */
static void cite(const struct requirements *requirements, struct watch *w,
                 struct mistakes *m)
{
    for (size_t i = 0; i < w->check_count; i++) {
        w->check[i].rules = w->rules;
        w->check[i].why = w->why;
        rules_carry(requirements, &w->rules, w->check[i].level == CHECK_MUST, w->suite,
                    w->check[i].place, m);
    }
}

static void add_watch(struct arena *a, struct watches *all, const struct line *line,
                      const struct requirements *requirements, struct mistakes *m)
{
    struct watch w = { .id = line_arg(line, "NAME"), .file = str_of(line->place.file) };
    bool judges = line_clause(line, "must") || line_clause(line, "should");
    for (size_t i = 0; i < line->clause_count; i++)
        read_clause(a, &w, &line->clause[i], requirements, m);
    cite(requirements, &w, m);
    if ((!w.suite.len || !w.title.len || !judges) && m->lost.count == 0)
        mistake(m, line->place,
                "a watch has a title, a suite, a rule and a must or should");
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->item[i].id, w.id))
            mistake(m, line->place, "there is a watch %.*s already", STR_ARG(w.id));
    all->item = GROW(a, all->item, all->count, struct watch);
    all->item[all->count++] = w;
}

void watches_add(struct arena *a, struct watches *all, const struct line *lines,
                 size_t count, const struct requirements *requirements,
                 struct mistakes *m)
{
    for (size_t i = 0; i < count; i++)
        if (lines[i].verb->id == VERB_WATCH)
            add_watch(a, all, &lines[i], requirements, m);
        else
            mistake(m, lines[i].place, "only watches stand beside watches");
}

struct watches *watches_read(struct arena *a, const char *path,
                             const struct requirements *requirements, struct mistakes *m,
                             struct err *err)
{
    struct watches *all = NEW(a, struct watches);
    struct strs files = { 0 };
    if (!file_list(a, path, ".acme", &files, err))
        return NULL;
    for (size_t i = 0; i < files.count; i++) {
        size_t count;
        struct line *lines = lines_of_file(a, files.item[i].ptr, &count, m, err);
        if (!lines)
            return NULL;
        watches_add(a, all, lines, count, requirements, m);
    }
    return all;
}

const struct watch *watch_find(const struct watches *all, str id)
{
    static const char before[] = "watch/";
    if (str_starts(id, before))
        id = str_from(id, sizeof before - 1);
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->item[i].id, id))
            return &all->item[i];
    return NULL;
}

str watch_level(const struct watch *watch)
{
    for (size_t i = 0; i < watch->check_count; i++)
        if (watch->check[i].level == CHECK_MUST)
            return STR("must");
    return STR("should");
}
