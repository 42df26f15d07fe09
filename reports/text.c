/* SPDX-License-Identifier: MIT */
/* Failures in full for the terminal, the worst last, where the reader's eye is. */
#include "reports/explain.h"
#include "reports/paint.h"
#include "reports/report.h"

struct telling {
    struct buf *out;
    const struct results *results;
    const struct report_options *options;
    enum verdict verdict;           /* which ones are told now */
    const struct play_result *play; /* whose head stands there already */
};

/* "FAIL  server/6.5-nonces/reused    A reused nonce is refused" */
static void head(struct telling *t, const struct test_case *c, const char *note)
{
    buf_add_char(t->out, '\n');
    paint_verdict(t->out, c->verdict, t->options->colour, 0);
    buf_add(t->out, STR("  "));
    if (!c->play)
        buf_add(t->out, STR("watch/"));
    paint_clean(t->out, c->play ? c->play->name : c->name);
    if (c->title.len)
        buf_add(t->out, STR("    "));
    paint_clean(t->out, c->title);
    buf_addf(t->out, "%s\n", note);
}

static void in_one_line(struct telling *t, const struct test_case *c, const char *note)
{
    paint_verdict(t->out, c->verdict, t->options->colour, 0);
    buf_add(t->out, STR("  "));
    paint_clean(t->out, c->play ? c->play->name : STR("watch"));
    buf_add(t->out, STR("  "));
    paint_clean(t->out, c->name);
    buf_add(t->out, STR(": "));
    paint_clean(t->out, *note ? c->because : c->message);
    buf_addf(t->out, "%s\n", note);
}

/* The exchanges of warnings are many, and seldom what one came for. */
static bool is_brief(const struct telling *t)
{
    return t->verdict == VERDICT_WARN && !t->results->strict && !t->options->verbose;
}

static void tell_case(void *context, const struct test_case *c)
{
    struct telling *t = context;
    if (c->verdict != t->verdict || c->not_reached)
        return;
    if (c->expected || t->options->quiet) {
        if (!c->expected || t->options->verbose)
            in_one_line(t, c, c->expected ? " (expected)" : "");
        return;
    }
    if (!c->play || c->play != t->play)
        head(t, c, "");
    t->play = c->play;
    buf_add_char(t->out, '\n');
    explain(t->out, t->results, c,
            (struct explain_how){ t->options->colour, is_brief(t) });
}

static void tell_stale(struct buf *out, const struct stale_expectation *s)
{
    buf_add(out, STR("\nSTALE  "));
    paint_clean(out, s->scenario);
    if (s->check.len)
        buf_add(out, STR("   "));
    paint_clean(out, s->check);
    buf_add(out, STR("\n  "));
    paint_clean(out, case_file(s->file));
    if (s->line)
        buf_addf(out, ":%d", s->line);
    buf_add(out, STR("\n  wanted   "));
    paint_clean(out, s->expected);
    buf_add(out, STR("\n  got      "));
    paint_clean(out, s->got);
    buf_add_char(out, '\n');
}

void text_failures(struct buf *out, const struct results *r,
                   const struct report_options *o)
{
    static const enum verdict order[] = { VERDICT_WARN, VERDICT_INCONCLUSIVE,
                                          VERDICT_FAIL, VERDICT_ERROR };
    for (size_t i = 0; i < countof(order); i++) {
        struct telling t = { out, r, o, order[i], NULL };
        if (!(o->quiet && order[i] == VERDICT_WARN && !r->strict))
            cases_each(out->arena, r, tell_case, &t);
    }
    for (size_t i = 0; i < r->stale_count; i++)
        tell_stale(out, &r->stale[i]);
}
