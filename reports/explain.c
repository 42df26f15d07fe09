/* SPDX-License-Identifier: MIT */
/* The words of a failure. */
#include "reports/explain.h"

#include "reports/paint.h"

enum { WIDTH = 90 };

/* "  wanted   status 400": a label and a sentence, wrapped below itself. */
static void labelled(struct buf *out, const char *label, str text)
{
    if (!text.len)
        return;
    buf_addf(out, "  %-9s", label);
    paint_wrapped(out, text, "           ", 11, WIDTH);
    buf_add_char(out, '\n');
}

static void requirement_lines(struct buf *out, const struct results *r,
                              const struct test_case *c, size_t n)
{
    const struct requirement *q = case_requirement(r, c, n);
    str id = c->rules->item[n];
    if (!q) {
        bool house = str_is(id, "house");
        labelled(out, "rule",
                 house ? STR("a rule of the house, no RFC of ACME says it") : id);
        return;
    }
    str section = requirement_section(out->arena, q);
    labelled(out, "rule",
             arena_printf(out->arena, "%.*s, %s (%.*s)", STR_ARG(section),
                          level_names[q->level], STR_ARG(q->id)));
    labelled(out, "", q->says);
}

static void where_lines(struct buf *out, const struct test_case *c)
{
    buf_add(out, STR("  "));
    paint_clean(out, c->file);
    if (c->line)
        buf_addf(out, ":%d", c->line);
    if (c->play && c->line) {
        buf_add(out, STR("   "));
        paint_clean(out, c->name);
    }
    buf_add_char(out, '\n');
}

str explain_again(struct arena *a, const struct results *r, const struct test_case *c)
{
    if (!c->again.len)
        return STR_NONE;
    struct buf out = buf_new(a, CEILING_LINE);
    buf_add(&out, r->program.len ? r->program : STR("acmespec server"));
    buf_add_char(&out, ' ');
    buf_add_shell(&out, c->again);
    buf_add(&out, r->behind);
    return buf_str(&out);
}

void explain(struct buf *out, const struct results *r, const struct test_case *c,
             struct explain_how how)
{
    where_lines(out, c);
    for (size_t i = 0; i < c->rules->count; i++)
        requirement_lines(out, r, c, i);
    labelled(out, "got", c->message);
    labelled(out, "wanted", c->wanted);
    labelled(out, "why", c->why);
    labelled(out, "known", c->because);
    if (c->transcript.len && !how.brief) {
        buf_add_char(out, '\n');
        paint_lines(out, c->transcript, "    ", how.colour);
        if (!str_ends(c->transcript, "\n\n"))
            buf_add_char(out, '\n');
    }
    str again = explain_again(out->arena, r, c);
    if (again.len) {
        /* Not wrapped: it is there to be copied. */
        buf_add(out, STR("  again    "));
        paint_clean(out, again);
        buf_add_char(out, '\n');
    }
}
