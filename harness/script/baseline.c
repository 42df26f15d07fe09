/* SPDX-License-Identifier: MIT */
/* From the lines of a baseline to its value. */
#include "script/baseline.h"

#include "base/buf.h"
#include "script/verbs.h"

static void add_words(struct arena *a, const struct line *line, const char *clause,
                      const char *arg, struct strs *list)
{
    for (const struct line *c = NULL; (c = line_clause_after(line, clause, c));)
        line_args_add(a, c, arg, list);
}

static void read_head(struct arena *a, const struct line *line, struct baseline *b)
{
    b->name = line_arg(line, "NAME");
    b->version = line_text(line, "version");
    b->about = line_text(line, "about");
    add_words(a, line, "skips", "CAPABILITY", &b->skips);
    const struct line *decides = line_clause(line, "decides");
    if (decides)
        str_to_long(line_arg(decides, "NUMBER"), 1000000, &b->decides);
}

/* What is red broke a sentence; a scenario that came to nothing as a whole need not have.
 */
static bool wants_rule(const struct expectation *e)
{
    return e->check.len || str_starts(e->scenario, "watch/")
        || strs_has(&e->verdicts, STR("fail")) || strs_has(&e->verdicts, STR("warn"));
}

static void judge_verdicts(const struct line *line, struct mistakes *m)
{
    static const char *const known[] = { "pass", "fail", "warn", "inconclusive", "skip" };
    for (const struct line *c = NULL; (c = line_clause_after(line, "verdict", c));)
        for (size_t i = 0; i < line_args(c, "WORD"); i++)
            if (name_find(known, countof(known), line_arg_n(c, "WORD", i)) < 0)
                mistake(m, line_arg_place(c, "WORD", i),
                        "a verdict is fail, warn, inconclusive, skip or pass");
}

/* What is missing, unless a clause that came to nothing may have been it. */
static void judge_expect(const struct expectation *e, struct mistakes *m)
{
    if (m->lost.count)
        return;
    if (!e->verdicts.count || !e->because.len)
        mistake(m, e->place, "an expect has a verdict and a because");
    if (!e->rules.count && wants_rule(e))
        mistake(m, e->place,
                "what is expected of a check or a watch has a `rule`: what that cites");
}

static void read_expect(struct arena *a, const struct line *line,
                        const struct requirements *requirements, struct baseline *b,
                        struct mistakes *m)
{
    struct expectation e = { .scenario = line_arg(line, "WORD"),
                             .check = line_text(line, "check"),
                             .because = line_text(line, "because"),
                             .place = line->place };
    add_words(a, line, "verdict", "WORD", &e.verdicts);
    add_words(a, line, "rule", "ID", &e.rules);
    for (const struct line *c = NULL; (c = line_clause_after(line, "rule", c));)
        rule_known(requirements, c, m);
    judge_verdicts(line, m);
    judge_expect(&e, m);
    b->item = GROW(a, b->item, b->count, struct expectation);
    b->item[b->count++] = e;
}

void baseline_from(struct arena *a, const struct line *lines, size_t count,
                   const struct requirements *requirements, struct baseline *out,
                   struct mistakes *m)
{
    *out = (struct baseline){ .name = STR_NONE };
    for (size_t i = 0; i < count; i++)
        if (lines[i].verb->id == VERB_BASELINE)
            read_head(a, &lines[i], out);
        else if (lines[i].verb->id == VERB_EXPECT)
            read_expect(a, &lines[i], requirements, out, m);
        else
            mistake(m, lines[i].place, "only `expect` stands in a baseline");
}

bool baseline_read(struct arena *a, const char *path,
                   const struct requirements *requirements, struct baseline *out,
                   struct mistakes *m, struct err *err)
{
    size_t count, before = m->list.count;
    struct line *lines = lines_of_file(a, path, &count, m, err);
    if (!lines)
        return false;
    if (m->list.count == before && (count == 0 || lines[0].verb->id != VERB_BASELINE))
        return err_set(err, "%s is no baseline: it begins with `baseline NAME`", path);
    baseline_from(a, lines, count, requirements, out, m);
    return m->list.count == before || err_set(err, "the baseline %s has mistakes", path);
}
