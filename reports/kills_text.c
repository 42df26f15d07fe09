/* SPDX-License-Identifier: MIT */
/* The kill matrix on a terminal. */
#include "reports/kills.h"
#include "reports/paint.h"

bool kills_good(const struct matrix *m)
{
    return m->fault_count == 0 && !m->stopped.len && m->selected > 0;
}

/* What tells best that a bug is caught: the nearest relation, then a must. */
static const struct matrix_red *best_of(const struct matrix_row *row)
{
    const struct matrix_red *best = NULL;
    for (size_t i = 0; i < row->red_count; i++) {
        const struct matrix_red *red = &row->red[i];
        if (!best || red->relation > best->relation
            || (red->relation == best->relation && red->verdict > best->verdict))
            best = red;
    }
    return best;
}

static void bug_line(struct buf *out, const struct matrix *m, enum bug bug, bool colour)
{
    const struct matrix_row *row = &m->row[bug];
    const struct matrix_red *best = best_of(row);
    bool caught = matrix_caught(m, bug), unseen = matrix_unseen(m, bug) != NULL;
    paint(out,
          caught       ? STR("caught  ")
              : unseen ? STR("unseen  ")
                       : STR("MISSED  "),
          caught       ? VERDICT_PASS
              : unseen ? VERDICT_SKIP
                       : VERDICT_FAIL,
          colour);
    buf_addf(out, "%-32s ", bug_rows[bug].name);
    if (best) {
        const struct matrix_check *check = &m->check[best->check];
        paint_clean(out, check->scenario);
        buf_add(out, STR(": "));
        paint_clean(out, check->name);
    } else {
        buf_addf(out, "%s %s", bug_rows[bug].requirement, bug_rows[bug].help);
    }
    if (row->red_count > 1)
        buf_addf(out, " (+%zu)", row->red_count - 1);
    buf_add_char(out, '\n');
}

static void fault_line(struct buf *out, const struct matrix_fault *f)
{
    const char *separator = "";
    buf_add(out, STR("  "));
    if (f->bug != BUG_NONE) {
        buf_add(out, str_of(bug_rows[f->bug].name));
        separator = "  ";
    }
    if (f->where.len) {
        buf_add(out, str_of(separator));
        paint_clean(out, f->where);
        separator = "  ";
    }
    if (f->says.len) {
        buf_add(out, str_of(separator));
        paint_clean(out, f->says);
    }
    buf_add_char(out, '\n');
}

static void faults(struct buf *out, const struct matrix *m, bool colour)
{
    for (enum fault_kind kind = 0; kind < FAULT_KINDS; kind++) {
        if (m->faults[kind] == 0)
            continue;
        buf_add_char(out, '\n');
        paint(out,
              arena_printf(out->arena, "%s: %zu", fault_headings[kind], m->faults[kind]),
              VERDICT_FAIL, colour);
        buf_add_char(out, '\n');
        for (size_t i = 0; i < m->fault_count; i++)
            if (m->fault[i].kind == kind)
                fault_line(out, &m->fault[i]);
    }
}

static void totals(struct buf *out, const struct matrix *m, bool colour)
{
    if (m->stopped.len)
        buf_addf(out, "\n%.*s\n", STR_ARG(m->stopped));
    buf_addf(out, "\n%zu of %zu bugs are caught", m->caught, m->selected);
    if (m->excused_bugs)
        buf_addf(out, " and %zu cannot be seen", m->excused_bugs);
    if (m->complete) {
        buf_addf(out, ", %zu of %zu checks turn red", m->checks_red, m->check_count);
        if (m->excused_checks)
            buf_addf(out, " and %zu never do", m->excused_checks);
    }
    buf_add(out, STR(": "));
    paint(out,
          kills_good(m) ? STR("no fault")
                        : arena_printf(out->arena, "%zu faults", m->fault_count),
          kills_good(m) ? VERDICT_PASS : VERDICT_FAIL, colour);
    buf_add_char(out, '\n');
}

void kills_text(struct buf *out, const struct matrix *m, bool colour, bool quiet)
{
    for (enum bug bug = BUG_NONE + 1; bug < BUG_COUNT && !quiet; bug++)
        if (m->row[bug].selected)
            bug_line(out, m, bug, colour);
    faults(out, m, colour);
    totals(out, m, colour);
}
