/* SPDX-License-Identifier: MIT */
/* What a line holds, by the names of its usage. */
#include "script/lines.h"
#include "script/verbs.h"

size_t line_args(const struct line *line, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < line->arg_count; i++)
        count += strcmp(line->arg[i].name, name) == 0;
    return count;
}

static const struct arg *find_arg(const struct line *line, const char *name, size_t n)
{
    for (size_t i = 0; i < line->arg_count; i++)
        if (strcmp(line->arg[i].name, name) == 0 && n-- == 0)
            return &line->arg[i];
    return NULL;
}

bool line_has(const struct line *line, const char *name)
{
    return find_arg(line, name, 0) != NULL;
}

str line_arg_n(const struct line *line, const char *name, size_t n)
{
    const struct arg *arg = find_arg(line, name, n);
    return arg ? arg->text : STR_NONE;
}

str line_arg(const struct line *line, const char *name)
{
    return line_arg_n(line, name, 0);
}

void line_args_add(struct arena *a, const struct line *line, const char *name,
                   struct strs *list)
{
    for (size_t i = 0; i < line_args(line, name); i++)
        strs_add(a, list, line_arg_n(line, name, i));
}

struct place line_arg_place(const struct line *line, const char *name, size_t n)
{
    const struct arg *arg = find_arg(line, name, n);
    return arg ? (struct place){ line->place.file, arg->line, arg->column } : line->place;
}

struct place line_word_place(const struct line *line, size_t n)
{
    if (n < line->word_count)
        return (struct place){ line->place.file, line->word[n].line,
                               line->word[n].column };
    return line->json ? line->json_place : line->place;
}

const struct line *line_clause_after(const struct line *line, const char *verb,
                                     const struct line *after)
{
    size_t from = after ? (size_t)(after - line->clause) + 1 : 0;
    for (size_t i = from; i < line->clause_count; i++)
        if (strcmp(line->clause[i].verb->name, verb) == 0)
            return &line->clause[i];
    return NULL;
}

const struct line *line_clause(const struct line *line, const char *verb)
{
    return line_clause_after(line, verb, NULL);
}

str line_text(const struct line *line, const char *verb)
{
    const struct line *found = line_clause(line, verb);
    return found ? found->rest : STR_NONE;
}
