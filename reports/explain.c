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
        labelled(out, "rule", house ? STR("a rule of the house, no RFC says it") : id);
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

/* Plain words need no quotes; all else goes between single ones. */
static str shell_word(struct arena *a, str word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_./:,@%+";
    struct buf out = buf_new(a, CEILING_LINE);
    bool quoted = word.len == 0;
    for (size_t i = 0; i < word.len; i++)
        quoted = quoted || !word.ptr[i] || !strchr(plain, word.ptr[i]);
    if (!quoted)
        return word;
    buf_add_char(&out, '\'');
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] == '\'')
            buf_add(&out, STR("'\\''"));
        else
            buf_add_char(&out, word.ptr[i]);
    buf_add_char(&out, '\'');
    return buf_str(&out);
}

str explain_again(struct arena *a, const struct results *r, const struct test_case *c)
{
    if (!c->again.len)
        return STR_NONE;
    str program = r->program.len ? r->program : STR("acmespec");
    return arena_printf(a, "%.*s %.*s", STR_ARG(program),
                        STR_ARG(shell_word(a, c->again)));
}

void explain(struct buf *out, const struct results *r, const struct test_case *c)
{
    where_lines(out, c);
    for (size_t i = 0; i < c->rules->count; i++)
        requirement_lines(out, r, c, i);
    labelled(out, "got", c->message);
    labelled(out, "wanted", c->wanted);
    labelled(out, "why", c->why);
    labelled(out, "known", c->because);
    if (c->transcript.len) {
        buf_add_char(out, '\n');
        paint_lines(out, c->transcript, "    ");
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
