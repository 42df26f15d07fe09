/* SPDX-License-Identifier: MIT */
/* Fuzzes the reader of our language: a text is read, or each of its mistakes is named. */
#include "tests/fuzz/fuzz.h"

#include "script/scenario.h"
#include "script/watch.h"

#define FILE_NAME "input.acme"

/* "file:line:column: sentence", or somebody gets a mistake that they cannot find. */
static bool says_where(str mistake)
{
    long line, column;
    str number;
    if (!str_starts(mistake, FILE_NAME ":"))
        return false;
    str rest = str_from(mistake, sizeof FILE_NAME);
    if (!str_cut(&rest, ':', &number) || !str_to_long(number, INT32_MAX, &line))
        return false;
    if (!str_cut(&rest, ':', &number) || !str_to_long(number, INT32_MAX, &column))
        return false;
    return line > 0 && column > 0 && rest.len > 1;
}

static void judge(const struct mistakes *m)
{
    for (size_t i = 0; i < m->list.count; i++)
        fuzz_must(says_where(m->list.item[i]), "a mistake says file, line and column");
}

static void as_scenario(struct arena *a, str input)
{
    struct mistakes m = { .arena = a };
    struct scenario *s = scenario_read(a, STR("input"), FILE_NAME, input, NULL, &m);
    fuzz_must(s || m.list.count > 0, "a scenario that is refused has a mistake");
    fuzz_must(!s || m.list.count == 0, "a scenario with a mistake is refused");
    judge(&m);
}

/* The same lines as entries of the catalogue, and as watches. */
static void as_lists(struct arena *a, str input)
{
    struct mistakes m = { .arena = a };
    struct requirements requirements = { 0 };
    struct watches watches = { 0 };
    size_t count;
    struct line *lines = lines_read(a, FILE_NAME, input, &count, &m);
    requirements_add(a, &requirements, lines, count, &m);
    watches_add(a, &watches, lines, count, &requirements, &m);
    judge(&m);
}

void fuzz_one(struct arena *a, str input)
{
    as_scenario(a, input);
    as_lists(a, input);
}
