/* SPDX-License-Identifier: MIT */
/* Reads what broke in the field, and sees that what shows it is there. */
#include "script/history.h"

#include "base/buf.h"
#include "base/file.h"
#include "script/verbs.h"

static bool is_whole(const struct history_row *row, struct mistakes *m)
{
    if (m->lost.count)
        return true;
    if (!row->suite.len || !row->who.len || !row->source.len || !row->says.len)
        return mistake(m, row->place,
                       "a row of history has at least suite, who, source and says");
    if (!row->shown_by.count && !row->why_not.len)
        return mistake(m, row->place,
                       "nothing shows %.*s: name scenarios with shown-by, or say why-not",
                       STR_ARG(row->id));
    return true;
}

void history_add(struct arena *a, struct history *all, const struct line *lines,
                 size_t count, struct mistakes *m)
{
    for (size_t i = 0; i < count; i++) {
        const struct line *line = &lines[i];
        if (line->verb->id != VERB_HISTORY) {
            mistake(m, line->place, "only rows of history stand in such a file");
            continue;
        }
        struct history_row row = { .id = line_arg(line, "ID"),
                                   .suite = line_text(line, "suite"),
                                   .who = line_text(line, "who"),
                                   .source = line_text(line, "source"),
                                   .says = line_text(line, "says"),
                                   .why_not = line_text(line, "why-not"),
                                   .place = line->place,
                                   .line = line };
        for (const struct line *c = NULL; (c = line_clause_after(line, "shown-by", c));)
            line_args_add(a, c, "WORD", &row.shown_by);
        if (!is_whole(&row, m))
            continue;
        all->row = GROW(a, all->row, all->count, struct history_row);
        all->row[all->count++] = row;
    }
}

bool history_read(struct arena *a, str root, struct history *all, struct mistakes *m,
                  struct err *err)
{
    struct strs files = { 0 };
    str folder = arena_printf(a, "%.*s/history", STR_ARG(root));
    *all = (struct history){ .row = NULL };
    if (!file_is_dir(folder.ptr))
        return true;
    if (!file_list(a, folder.ptr, ".acme", &files, err))
        return false;
    for (size_t i = 0; i < files.count; i++) {
        size_t count;
        struct line *lines = lines_of_file(a, files.item[i].ptr, &count, m, err);
        if (!lines)
            return false;
        history_add(a, all, lines, count, m);
    }
    return true;
}

static bool is_there(struct arena *a, str name, str root, const struct watches *watches)
{
    return str_starts(name, "watch/")
        ? watch_find(watches, name) != NULL
        : file_exists(
            arena_printf(a, "%.*s/%.*s.acme", STR_ARG(root), STR_ARG(name)).ptr);
}

static void judge_shown(struct arena *a, const struct history_row *row, str root,
                        const struct watches *watches, struct mistakes *m)
{
    for (const struct line *c = NULL; (c = line_clause_after(row->line, "shown-by", c));)
        for (size_t i = 0; i < line_args(c, "WORD"); i++) {
            str name = line_arg_n(c, "WORD", i);
            if (!is_there(a, name, root, watches))
                mistake(m, line_arg_place(c, "WORD", i),
                        "there is no scenario or watch %.*s", STR_ARG(name));
        }
}

void history_judge(struct arena *a, const struct history *all, str root,
                   const struct watches *watches, struct mistakes *m)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct history_row *row = &all->row[i];
        if (history_find(all, row->id) != row)
            mistake(m, row->place, "%.*s is there already", STR_ARG(row->id));
        judge_shown(a, row, root, watches, m);
    }
}

const struct history_row *history_find(const struct history *all, str id)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->row[i].id, id))
            return &all->row[i];
    return NULL;
}
