/* SPDX-License-Identifier: MIT */
/* Colours and clean text for the terminal. */
#include "reports/paint.h"

#include "acme/show.h"

static const struct {
    const char *word, *colour;
} looks[] = {
    [VERDICT_SKIP] = { "SKIP", "\033[2m" },
    [VERDICT_PASS] = { "PASS", "\033[32m" },
    [VERDICT_WARN] = { "WARN", "\033[33m" },
    [VERDICT_INCONCLUSIVE] = { "INCONCLUSIVE", "\033[35m" },
    [VERDICT_FAIL] = { "FAIL", "\033[1;31m" },
    [VERDICT_ERROR] = { "ERROR", "\033[1;35m" },
};
_Static_assert(countof(looks) == VERDICT_COUNT, "a look for every verdict");

void paint(struct buf *out, str words, enum verdict like, bool colour)
{
    if (colour)
        buf_add(out, str_of(looks[like].colour));
    buf_add(out, words);
    if (colour)
        buf_add(out, STR("\033[0m"));
}

void paint_verdict(struct buf *out, enum verdict verdict, bool colour, size_t width)
{
    str word = str_of(looks[verdict].word);
    paint(out, word, verdict, colour);
    for (size_t i = word.len; i < width; i++)
        buf_add_char(out, ' ');
}

void paint_clean(struct buf *out, str text)
{
    struct arena *step = arena_new(out->arena);
    buf_add(out, show_clean(step, text));
    arena_end(step);
}

void paint_lines(struct buf *out, str text, const char *indent, bool colour)
{
    str line;
    while (str_cut(&text, '\n', &line)) {
        if (line.len) {
            struct arena *step = arena_new(out->arena);
            bool marked = str_contains(line, STR("  <- "));
            buf_add(out, str_of(indent));
            paint(out, show_clean(step, line), VERDICT_FAIL, colour && marked);
            arena_end(step);
        }
        buf_add_char(out, '\n');
    }
}

void paint_wrapped(struct buf *out, str text, const char *indent, size_t used,
                   size_t width)
{
    struct arena *step = arena_new(out->arena);
    str rest = show_clean(step, text), word;
    size_t column = used;
    while (str_cut(&rest, ' ', &word)) {
        bool fits = column + 1 + word.len <= width;
        if (column > used && fits)
            buf_add_char(out, ' ');
        if (column > used && !fits) {
            buf_addf(out, "\n%s", indent);
            used = column = strlen(indent);
        } else {
            column += column > used;
        }
        buf_add(out, word);
        column += word.len;
    }
    arena_end(step);
}
