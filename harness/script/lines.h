/* SPDX-License-Identifier: MIT */
/* From text to lines: a line that begins in column one is a statement, indented lines are
 * its clauses, a line indented deeper than its clause continues it, JSON stands there
 * verbatim.  This is the whole syntax of everything that is data in acmespec; what a word
 * means is in script/verbs.h.  Nothing is played here. */
#ifndef SCRIPT_LINES_H
#define SCRIPT_LINES_H

#include "json/json.h"

struct place {
    const char *file;
    int line, column; /* from 1 */
};

/* All mistakes of a file, each "file:line:column: sentence", in the order of its lines
 * whatever order they are found in. */
struct mistakes {
    struct arena *arena;
    struct strs list;
    struct place *place; /* of each */
    bool more;           /* than the 100 that are kept */
    struct strs lost; /* words of lines that came to nothing, in the file read last: who
                         misses one of them needs not be told */
};
/* Adds one, as a line that a terminal may have whatever is in the file or its name; at
 * most 100 are kept.  Always returns false. */
bool mistake(struct mistakes *m, struct place place, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

struct word {
    str text; /* without quotes, escapes resolved */
    int line, column;
    bool quoted;
};

/* A word or JSON value that a placeholder of the usage took. */
struct arg {
    const char *name; /* "ACCOUNT" */
    str text;
    int line, column;
    bool quoted;
};

struct verb;
/* A statement or a clause. */
struct line {
    const struct verb *verb;
    struct place place;
    str text; /* the line as written, from its first word, continuations joined */
    struct word *word; /* after the verb's own words */
    size_t word_count;
    json_t *json; /* the JSON value at its end, or NULL */
    struct place json_place;
    str rest; /* everything after the verb, verbatim, continuations joined */
    struct arg *arg;
    size_t arg_count;
    size_t check_from; /* with a CHECK usage: the first word of the check */
    struct line *clause;
    size_t clause_count;
};

/* A line came to nothing, with its clauses. */
void line_lost(struct mistakes *m, const struct line *line);

/* Reads a whole file into its statements; every mistake found is added to m, and what
 * could be read is returned all the same.  text: at most CEILING_SCRIPT bytes of UTF-8.
 */
struct line *lines_read(struct arena *a, const char *file, str text, size_t *count,
                        struct mistakes *m);

/* The same of a file; NULL when it cannot be opened. */
struct line *lines_of_file(struct arena *a, const char *path, size_t *count,
                           struct mistakes *m, struct err *err);

/* The one statement of a file, which has to be of that verb; NULL with a sentence in
 * which such a file is called so: "profile". */
const struct line *lines_one(struct arena *a, const char *path, const char *verb,
                             const char *called, struct mistakes *m, struct err *err);

/* The text that placeholder NAME took, or STR_NONE; the n-th of a repeated one. */
str line_arg(const struct line *line, const char *name);
bool line_has(const struct line *line, const char *name);
size_t line_args(const struct line *line, const char *name);
str line_arg_n(const struct line *line, const char *name, size_t n);
/* Adds all that it took to the list. */
void line_args_add(struct arena *a, const struct line *line, const char *name,
                   struct strs *list);
struct place line_arg_place(const struct line *line, const char *name, size_t n);
/* Where the n-th of its words stands, or behind them its JSON; the line's own place when
 * there is neither. */
struct place line_word_place(const struct line *line, size_t n);
/* The first clause of that verb, or NULL; the next one after `after`. */
const struct line *line_clause(const struct line *line, const char *verb);
/* What stands behind the first, verbatim; STR_NONE where there is none. */
str line_text(const struct line *line, const char *verb);
const struct line *line_clause_after(const struct line *line, const char *verb,
                                     const struct line *after);

#endif
