/* SPDX-License-Identifier: MIT */
/* Elements, attributes and the escaping of what stands in them. */
#include "reports/markup.h"

#include <assert.h>

#include "acme/show.h"

struct markup markup_new(struct buf *out, bool html)
{
    return (struct markup){ .out = out, .html = html, .room = MARKUP_ROOM };
}

/* --- escaping --- */

/* XML 1.0 2.2 has no U+FFFE and U+FFFF; all else that it lacks show_clean replaced. */
static bool is_noncharacter(str rest)
{
    return str_starts(rest, "\xef\xbf\xbe") || str_starts(rest, "\xef\xbf\xbf");
}

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>': /* always, so that ]]> never stands anywhere */
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    }
    return NULL;
}

static void add_line(struct buf *out, str line)
{
    size_t from = 0;
    for (size_t i = 0; i < line.len; i++) {
        const char *entity = entity_of(line.ptr[i]);
        bool nonchar = !entity && is_noncharacter(str_from(line, i));
        if (!entity && !nonchar)
            continue;
        buf_add(out, (str){ line.ptr + from, i - from });
        buf_add(out, str_of(nonchar ? "\\ufff" : entity));
        if (nonchar)
            buf_add_char(out, line.ptr[i + 2] == '\xbe' ? 'e' : 'f');
        i += nonchar ? 2 : 0;
        from = i + 1;
    }
    buf_add(out, str_from(line, from));
}

/* At most so many bytes, without cutting a character in two. */
static str cut_to(str text, size_t most)
{
    if (text.len <= most)
        return text;
    for (int i = 0; i < 3 && most && ((unsigned char)text.ptr[most] & 0xc0) == 0x80; i++)
        most--;
    return str_upto(text, most);
}

/* Line by line: line feeds are the only control characters that stay. */
static void add_escaped(struct markup *m, str text, const char *line_feed)
{
    str rest = cut_to(text, m->room < MARKUP_TEXT ? MARKUP_SHORT : MARKUP_TEXT), line;
    struct arena *step = arena_new(m->out->arena);
    size_t kept = rest.len;
    m->room -= kept < m->room ? kept : m->room;
    for (bool first = true; str_cut(&rest, '\n', &line); first = false) {
        if (!first)
            buf_add(m->out, str_of(line_feed));
        add_line(m->out, show_clean(step, line));
    }
    if (kept && text.ptr[kept - 1] == '\n')
        buf_add(m->out, str_of(line_feed));
    if (kept < text.len)
        buf_addf(m->out, " ... (%zu bytes more)", text.len - kept);
    arena_end(step);
}

/* --- elements --- */

static void end_tag(struct markup *m)
{
    if (m->in_tag)
        buf_add_char(m->out, '>');
    m->in_tag = false;
}

static void new_line(struct markup *m)
{
    if (m->html || m->inside || m->out->len == 0)
        return;
    buf_add_char(m->out, '\n');
    for (int i = 0; i < m->depth; i++)
        buf_add(m->out, STR("  "));
}

void markup_open(struct markup *m, const char *element)
{
    assert(m->depth < MARKUP_DEEPEST);
    end_tag(m);
    new_line(m);
    m->inside = false;
    m->open[m->depth++] = element;
    buf_addf(m->out, "<%s", element);
    m->in_tag = true;
}

void markup_attribute(struct markup *m, const char *name, str value)
{
    assert(m->in_tag);
    buf_addf(m->out, " %s=\"", name);
    /* A line feed as such would be read as a blank (XML 1.0 3.3.3). */
    add_escaped(m, value, "&#10;");
    buf_add_char(m->out, '"');
}

void markup_attributef(struct markup *m, const char *name, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    markup_attribute(m, name, arena_vprintf(m->out->arena, fmt, args));
    va_end(args);
}

void markup_text(struct markup *m, str text)
{
    end_tag(m);
    m->inside = true;
    add_escaped(m, text, "\n");
}

void markup_textf(struct markup *m, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    markup_text(m, arena_vprintf(m->out->arena, fmt, args));
    va_end(args);
}

void markup_close(struct markup *m)
{
    assert(m->depth > 0);
    const char *element = m->open[--m->depth];
    if (m->in_tag && !m->html) {
        buf_add(m->out, STR("/>"));
    } else {
        end_tag(m);
        new_line(m);
        buf_addf(m->out, "</%s>", element);
    }
    m->in_tag = false;
    m->inside = false;
    if (m->depth == 0)
        buf_add_char(m->out, '\n');
}

void markup_element(struct markup *m, const char *element, str text)
{
    markup_open(m, element);
    markup_text(m, text);
    markup_close(m);
}

void markup_raw(struct markup *m, const char *text)
{
    end_tag(m);
    buf_add(m->out, str_of(text));
}
