/* SPDX-License-Identifier: MIT */
/* Live progress.  What cannot be written is not written: progress is no result. */
#include "reports/progress.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "reports/paint.h"

enum { REDRAW_MS = 100, MOST_NAME = 48 };

struct progress {
    struct arena *arena;
    struct progress_options options;
    size_t count[VERDICT_COUNT];
    size_t done;
    struct strs running; /* the longest running first */
    int64_t began_ms, drawn_ms;
    bool drawn;
};

struct progress *progress_new(struct arena *a, const struct progress_options *options)
{
    struct progress *p = NEW(a, struct progress);
    *p = (struct progress){ .arena = a, .options = *options, .began_ms = clock_ms() };
    return p;
}

static void add_count(struct progress *p, struct buf *out, enum verdict verdict,
                      const char *word)
{
    if (p->count[verdict] == 0)
        return;
    buf_add(out, STR("  "));
    paint(out, arena_printf(out->arena, "%zu %s", p->count[verdict], word), verdict,
          p->options.colour);
}

/* Begins a line anew: to the left, without wrapping at a narrow terminal's edge. */
static void add_begin(struct buf *out)
{
    buf_add(out, STR("\r\033[?7l"));
}

static void add_end(struct buf *out)
{
    buf_add(out, STR("\033[K\033[?7h"));
}

static void draw(struct progress *p)
{
    struct arena *step = arena_new(p->arena);
    struct buf out = buf_new(step, CEILING_LINE);
    add_begin(&out);
    buf_addf(&out, "%zu/%zu", p->done, p->options.planned);
    add_count(p, &out, VERDICT_FAIL, "failed");
    add_count(p, &out, VERDICT_ERROR, "in error");
    add_count(p, &out, VERDICT_INCONCLUSIVE, "inconclusive");
    add_count(p, &out, VERDICT_WARN, "warned");
    buf_addf(&out, "  %.1f s", (double)(clock_ms() - p->began_ms) / 1000);
    if (p->running.count) {
        buf_add(&out, STR("  "));
        paint_clean(&out, str_upto(p->running.item[0], MOST_NAME));
    }
    if (p->running.count > 1)
        buf_addf(&out, " and %zu more", p->running.count - 1);
    add_end(&out);
    file_write_all(p->options.fd, buf_str(&out));
    arena_end(step);
    p->drawn = true;
    p->drawn_ms = clock_ms();
}

static bool is_shown(const struct progress *p)
{
    return p->options.terminal && !p->options.quiet;
}

void progress_began(struct progress *p, str play_name)
{
    strs_add(p->arena, &p->running, play_name);
    progress_tick(p);
}

static void forget(struct strs *running, str name)
{
    for (size_t i = 0; i < running->count; i++) {
        if (!str_eq(running->item[i], name))
            continue;
        running->count--;
        memmove(&running->item[i], &running->item[i + 1],
                (running->count - i) * sizeof(str));
        return;
    }
}

static void print_play(struct progress *p, const struct play_result *result)
{
    struct arena *step = arena_new(p->arena);
    struct buf out = buf_new(step, CEILING_LINE);
    if (p->drawn) {
        add_begin(&out);
        add_end(&out);
    }
    paint_verdict(&out, result->verdict, p->options.colour, 12);
    buf_add(&out, STR("  "));
    paint_clean(&out, result->name);
    buf_add(&out, result->expected ? STR("  (expected)") : STR_NONE);
    if (result->wall_us)
        buf_addf(&out, "  (%.1f s)", (double)result->wall_us / 1e6);
    if (result->reason.len) {
        buf_add(&out, STR("  "));
        paint_clean(&out, str_upto(result->reason, 200));
    }
    buf_add_char(&out, '\n');
    file_write_all(p->options.fd, buf_str(&out));
    arena_end(step);
    p->drawn = false;
}

void progress_ended(struct progress *p, const struct play_result *result)
{
    bool green = result->verdict <= VERDICT_PASS || result->expected;
    p->done++;
    p->count[result->expected ? VERDICT_PASS : result->verdict]++;
    forget(&p->running, result->name);
    if (!p->options.quiet && (!green || p->options.verbose)) {
        print_play(p, result);
        p->drawn_ms = 0;
    }
    progress_tick(p);
}

void progress_tick(struct progress *p)
{
    if (is_shown(p) && (p->drawn_ms == 0 || clock_ms() - p->drawn_ms >= REDRAW_MS))
        draw(p);
}

void progress_done(struct progress *p)
{
    struct arena *step = arena_new(p->arena);
    struct buf out = buf_new(step, CEILING_LINE);
    add_begin(&out);
    add_end(&out);
    if (p->drawn)
        file_write_all(p->options.fd, buf_str(&out));
    p->drawn = false;
    arena_end(step);
}
