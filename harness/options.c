/* SPDX-License-Identifier: MIT */
/* Options by rows. */
#include "options.h"

#include <stdio.h>

#include "acme/show.h"
#include "base/names.h"
#include "run/outcome.h"
#include "run/runner.h"

struct reading {
    struct arena *arena;
    const struct option_row *rows;
    size_t count;
    char *into;
    struct err *err;
};

static const struct option_row *find_name(const struct reading *r, str name)
{
    for (size_t i = 0; i < r->count; i++)
        if (str_is(name, r->rows[i].name))
            return &r->rows[i];
    return NULL;
}

static const struct option_row *find_letter(const struct reading *r, char letter)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].letter == letter)
            return &r->rows[i];
    return NULL;
}

/* What a number may be, by the type of its option. */
static const struct {
    long least, most;
} bounds[] = {
    [OPTION_NUMBER] = { 0, 1000000000 }, [OPTION_COUNT] = { 1, 10000 },
    [OPTION_AMOUNT] = { 1, 1000000000 }, [OPTION_JOBS] = { 1, RUNNER_MOST_JOBS },
    [OPTION_PORT] = { 1, 65535 },        [OPTION_ANY_PORT] = { 0, 65535 },
};

static bool store_number(const struct option_row *row, str value, long *out,
                         struct err *err)
{
    long least = bounds[row->type].least, most = bounds[row->type].most;
    if (str_to_long(value, most, out) && *out >= least)
        return true;
    if (least == 0)
        return err_set(err, "--%s wants a whole number up to %ld", row->name, most);
    return err_set(err, "--%s wants a whole number from %ld to %ld", row->name, least,
                   most);
}

static bool store_span(const struct option_row *row, str value, long *out,
                       struct err *err)
{
    bool may_be_0 = row->type == OPTION_SPAN;
    return (str_to_ms(value, out) && (may_be_0 || *out > 0))
        || err_set(err, "--%s wants a time span such as 30s%s", row->name,
                   may_be_0 ? "" : ", of 1ms at least");
}

static bool store_text(const struct reading *r, const struct option_row *row, str value,
                       void *member)
{
    if (!value.len)
        return err_set(r->err, "--%s wants %s behind it, and it is empty", row->name,
                       row->value);
    if (row->type == OPTION_TEXTS)
        strs_add(r->arena, member, value);
    else
        *(str *)member = value;
    return true;
}

static bool store(const struct reading *r, const struct option_row *row, str value)
{
    void *member = r->into + row->offset;
    switch (row->type) {
    case OPTION_FLAG:
        *(bool *)member = true;
        return true;
    case OPTION_TEXT:
    case OPTION_TEXTS:
        return store_text(r, row, value, member);
    case OPTION_SPAN:
    case OPTION_DEADLINE:
        return store_span(row, value, member, r->err);
    case OPTION_NUMBER:
    case OPTION_COUNT:
    case OPTION_AMOUNT:
    case OPTION_JOBS:
    case OPTION_PORT:
    case OPTION_ANY_PORT:
        return store_number(row, value, member, r->err);
    }
    return false;
}

static bool unknown(const struct reading *r, str name)
{
    const char **names = NEW_ARRAY(r->arena, const char *, r->count);
    for (size_t i = 0; i < r->count; i++)
        names[i] = r->rows[i].name;
    const char *nearest = name_nearest(names, r->count, name);
    if (nearest)
        return err_set(r->err, "there is no option --%.*s; did you mean --%s?",
                       STR_ARG(name), nearest);
    return err_set(r->err, "there is no option --%.*s", STR_ARG(name));
}

/* The next word, unless it is an option of ours: then the value was forgotten. */
static bool take_value(const struct reading *r, const struct option_row *row, int argc,
                       char **argv, int *i, str *value)
{
    if (*i + 1 >= argc)
        return err_set(r->err, "--%s wants %s behind it", row->name, row->value);
    *value = str_of(argv[++*i]);
    str name = str_starts(*value, "--") ? str_from(*value, 2) : STR_NONE;
    if (!find_name(r, str_upto(name, str_find_char(name, '='))))
        return true;
    return err_set(r->err,
                   "--%s wants %s behind it, not another option; or write --%s=%s",
                   row->name, row->value, row->name, argv[*i]);
}

/* One option at argv[*i]; its value may be the next word. */
static bool read_option(const struct reading *r, int argc, char **argv, int *i)
{
    str word = str_of(argv[*i]), name, value = STR_NONE;
    bool is_long = str_starts(word, "--"), has_value = false;
    name = str_from(word, is_long ? 2 : 1);
    size_t equals = str_find_char(name, '=');
    if (is_long && equals < name.len) {
        value = str_from(name, equals + 1);
        name = str_upto(name, equals);
        has_value = true;
    }
    if (!is_long && name.len > 1) {
        value = str_from(name, 1);
        name = str_upto(name, 1);
        has_value = true;
    }
    const struct option_row *row =
        is_long ? find_name(r, name) : find_letter(r, name.ptr[0]);
    if (!row)
        return is_long ? unknown(r, name)
                       : err_set(r->err, "there is no option -%.*s", STR_ARG(name));
    if (row->type == OPTION_FLAG)
        return has_value ? err_set(r->err, "--%s takes no value", row->name)
                         : store(r, row, value);
    if (!has_value && !take_value(r, row, argc, argv, i, &value))
        return false;
    return store(r, row, value);
}

bool options_read(struct arena *a, const struct option_row *rows, size_t count, int argc,
                  char **argv, void *into, struct strs *words, struct err *err)
{
    struct reading r = { a, rows, count, into, err };
    bool over = false;
    for (int i = 1; i < argc; i++) {
        str word = str_of(argv[i]);
        bool is_option = !over && word.len > 1 && word.ptr[0] == '-';
        if (is_option && str_is(word, "--"))
            over = true;
        else if (!is_option)
            strs_add(a, words, word);
        else if (!read_option(&r, argc, argv, &i))
            return false;
    }
    return true;
}

bool options_help(struct arena *a, int argc, char **argv, bool *help, struct strs *words,
                  struct err *err)
{
    static const struct option_row row = { "help", 'h', OPTION_FLAG, NULL, 0, NULL };
    *help = false;
    return options_read(a, &row, 1, argc, argv, help, words, err);
}

void options_print(const struct option_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char head[64], letter[8] = "    ";
        if (rows[i].letter)
            snprintf(letter, sizeof letter, "-%c, ", rows[i].letter);
        snprintf(head, sizeof head, "%s--%s%s%s", letter, rows[i].name,
                 rows[i].value ? " " : "", rows[i].value ? rows[i].value : "");
        printf("  %-28s %s\n", head, rows[i].help);
    }
}

/* A sentence may hold the name of a file, which is whatever its owner liked. */
static int failed(int status, const char *sentence)
{
    struct arena *a = arena_new(NULL);
    fprintf(stderr, "acmespec: %.*s\n", STR_ARG(show_clean(a, str_of(sentence))));
    arena_end(a);
    return status;
}

int usage_error(const char *sentence)
{
    return failed(EXIT_USAGE, sentence);
}

int command_failed(int status, const struct err *err)
{
    return failed(status, err->text);
}
