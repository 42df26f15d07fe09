/* SPDX-License-Identifier: MIT */
/* The table by section, what was tested, and the totals.  The last line is alone and of
 * one form, for scripts: "N passed, N failed, N skipped". */
#include "reports/paint.h"
#include "reports/report.h"
#include "reports/sections.h"
#include "run/outcome.h"

static void row_line(struct buf *out, const struct section_row *row, size_t width,
                     bool colour)
{
    static const enum verdict look[COLUMN_COUNT] = {
        [COLUMN_PASS] = VERDICT_PASS,      [COLUMN_WARN] = VERDICT_WARN,
        [COLUMN_FAIL] = VERDICT_FAIL,      [COLUMN_INCONCLUSIVE] = VERDICT_INCONCLUSIVE,
        [COLUMN_ERROR] = VERDICT_ERROR,    [COLUMN_EXPECTED] = VERDICT_SKIP,
        [COLUMN_UNREACHED] = VERDICT_SKIP, [COLUMN_SKIP] = VERDICT_SKIP,
    };
    paint_clean(out, row->label);
    for (size_t i = row->label.len; i < width; i++)
        buf_add_char(out, ' ');
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        int columns = (int)strlen(column_names[i]) + 2;
        str number = arena_printf(out->arena, "%*zu", columns, row->count[i]);
        if (row->count[i] == 0)
            number = arena_printf(out->arena, "%*s", columns, "-");
        paint(out, number, look[i], colour && row->count[i] > 0);
    }
    buf_add_char(out, '\n');
}

static void table(struct buf *out, const struct results *r, bool colour)
{
    struct sections s = sections_of(out->arena, r);
    size_t width = strlen("section");
    for (size_t i = 0; i < s.count; i++)
        width = s.row[i].label.len > width ? s.row[i].label.len : width;
    if (s.count == 0)
        return;
    buf_addf(out, "\n%-*s", (int)width, "section");
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        buf_addf(out, "  %s", column_names[i]);
    buf_add_char(out, '\n');
    for (size_t i = 0; i < s.count; i++)
        row_line(out, &s.row[i], width, colour);
    row_line(out, &s.sum, width, colour);
}

static void line(struct buf *out, const char *label, str text)
{
    if (!text.len)
        return;
    buf_addf(out, "%-9s", label);
    paint_clean(out, text);
    buf_add_char(out, '\n');
}

static void tested(struct buf *out, const struct results *r)
{
    buf_add_char(out, '\n');
    line(out, "target", r->target);
    line(out, "profile", r->profile);
    line(out, "seed", r->seed);
}

/* Each case is in one of these numbers, and they add up. */
static void counts(struct buf *out, const struct results *r)
{
    const struct totals *t = &r->total;
    const size_t *n = t->verdict;
    size_t all = 0;
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        all += n[i];
    buf_addf(out, "%-9s%zu: %zu decided (%zu pass, %zu warn, %zu fail), ", "cases", all,
             t->decided, n[VERDICT_PASS], n[VERDICT_WARN], n[VERDICT_FAIL]);
    buf_addf(out, "%zu inconclusive, %zu error, %zu not reached, %zu skip\n",
             n[VERDICT_INCONCLUSIVE] - t->not_reached, n[VERDICT_ERROR], t->not_reached,
             n[VERDICT_SKIP]);
    if (r->baseline.len)
        line(out, "baseline",
             arena_printf(out->arena, "%.*s: expected %zu, unexpected %zu, stale %zu",
                          STR_ARG(r->baseline), t->expected, t->unexpected, t->stale));
    buf_addf(out, "%-9s%zu in %.1f s, %.1f s CPU, at most %ld MiB a process\n", "plays",
             r->play_count, (double)r->wall_us / 1e6, (double)r->cpu_us / 1e6,
             r->peak_kib / 1024);
}

static void ending(struct buf *out, const struct results *r, bool colour)
{
    int status = outcome_status(r, r->allow_inconclusive);
    buf_addf(out, "%-9s", "result");
    paint(out, outcome_meaning(r, r->allow_inconclusive),
          status == EXIT_CONFORMS ? VERDICT_PASS : VERDICT_FAIL, colour);
    buf_addf(out, " (exit status %d)\n", status);
}

void text_summary(struct buf *out, const struct results *r,
                  const struct report_options *o)
{
    const struct totals *t = &r->total;
    str fault = results_fault(r);
    if (!o->quiet) {
        table(out, r, o->colour);
        tested(out, r);
        counts(out, r);
        ending(out, r, o->colour);
    }
    if (fault.len) {
        buf_add_char(out, '\n');
        paint(out, fault, VERDICT_ERROR, o->colour);
        buf_add_char(out, '\n');
    }
    if (!o->quiet)
        buf_add_char(out, '\n');
    buf_addf(out, "%zu passed, %zu failed, %zu skipped\n", t->passed, t->failed,
             t->skipped);
}
