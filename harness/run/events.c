/* SPDX-License-Identifier: MIT */
/* From results to lines of JSON.  Members that would be empty, false or 0 are left out.
 * What a peer can make long is cut here, so that a line always fits its ceiling.  The way
 * back is events_read.c. */
#include "run/events.h"

#include "base/clock.h"

enum {
    SCHEMA = 1,
    MOST_TEXT = 8 * 1024,        /* of a sentence */
    MOST_TRANSCRIPT = 64 * 1024, /* of one transcript */
    MOST_OF_LINE = 1024 * 1024,  /* of all in a line: a byte may need six in JSON */
    LEAST_TEXT = 128,            /* what is kept of each all the same */
};

/* A line being written. */
struct writing {
    struct arena *arena;
    size_t room; /* left of MOST_OF_LINE */
};

static void put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static void put_number(json_t *object, const char *key, int64_t value)
{
    if (value)
        put(object, key, json_integer(value));
}

static void put_true(json_t *object, const char *key, bool value)
{
    if (value)
        put(object, key, json_true());
}

/* At most so many bytes of a text, fewer when the line is full, and how many are gone. */
static str cut(struct writing *l, str text, size_t most)
{
    size_t room = l->room > LEAST_TEXT ? l->room : LEAST_TEXT;
    str kept = str_upto(text, most < room ? most : room);
    l->room -= kept.len < l->room ? kept.len : l->room;
    if (kept.len == text.len)
        return text;
    return arena_printf(l->arena, "%.*s ... (%zu bytes more)", STR_ARG(kept),
                        text.len - kept.len);
}

static void put_text(struct writing *l, json_t *object, const char *key, str text)
{
    if (text.len)
        json_object_set(object, key, json_string_of(l->arena, cut(l, text, MOST_TEXT)));
}

static void put_transcript(struct writing *l, json_t *object, str text)
{
    if (text.len)
        json_object_set(object, "transcript",
                        json_string_of(l->arena, cut(l, text, MOST_TRANSCRIPT)));
}

static void put_texts(struct writing *l, json_t *object, const char *key,
                      const struct strs *texts)
{
    if (!texts->count)
        return;
    json_t *list = json_array();
    for (size_t i = 0; i < texts->count; i++)
        json_array_append(list,
                          json_string_of(l->arena, str_upto(texts->item[i], MOST_TEXT)));
    put(object, key, list);
}

static void put_verdict(json_t *object, enum verdict verdict)
{
    put(object, "verdict", json_string(verdict_names[verdict]));
}

static json_t *check_value(struct writing *l, const struct check_result *c)
{
    json_t *o = json_object();
    put_text(l, o, "name", c->name);
    put_text(l, o, "level", c->level);
    put_texts(l, o, "rules", &c->rules);
    put_verdict(o, c->verdict);
    put_number(o, "line", c->line);
    put_true(o, "not_reached", c->not_reached);
    put_text(l, o, "message", c->message);
    put_text(l, o, "wanted", c->wanted);
    put_text(l, o, "why", c->why);
    put_true(o, "expected", c->expected);
    put_text(l, o, "because", c->because);
    put_transcript(l, o, c->transcript);
    return o;
}

static json_t *watch_value(struct writing *l, const struct watch_result *w)
{
    json_t *o = json_object();
    put_text(l, o, "id", w->id);
    put_text(l, o, "title", w->title);
    put_text(l, o, "level", w->level);
    put_text(l, o, "file", w->file);
    put_texts(l, o, "rules", &w->rules);
    put_verdict(o, w->verdict);
    put_number(o, "seen", (int64_t)w->seen);
    put_number(o, "broken", (int64_t)w->broken);
    put_text(l, o, "play", w->play);
    put_text(l, o, "message", w->message);
    put_text(l, o, "wanted", w->wanted);
    put_true(o, "expected", w->expected);
    put_text(l, o, "because", w->because);
    put_transcript(l, o, w->transcript);
    return o;
}

static json_t *watch_values(struct writing *l, const struct watch_result *watch,
                            size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, watch_value(l, &watch[i]));
    return list;
}

static void put_play(struct writing *l, json_t *o, const struct play_result *p)
{
    put_text(l, o, "name", p->name);
    put_text(l, o, "scenario", p->scenario);
    put_text(l, o, "title", p->title);
    put_text(l, o, "suite", p->suite);
    put_text(l, o, "file", p->file);
    put_verdict(o, p->verdict);
    put_text(l, o, "reason", p->reason);
    put_number(o, "exchanges", (int64_t)p->exchanges);
    put_number(o, "wall_us", p->wall_us);
    put_number(o, "cpu_us", p->cpu_us);
    put_number(o, "peak_kib", p->peak_kib);
    put_true(o, "unanswered", p->unanswered);
    put_true(o, "expected", p->expected);
    put_text(l, o, "because", p->because);
    put_transcript(l, o, p->transcript);
}

static json_t *event_new(struct arena *a, const char *event)
{
    json_t *o = json_keep(a, json_object());
    put(o, "event", json_string(event));
    return o;
}

str event_of_play(struct arena *a, const struct play_outcome *outcome)
{
    struct writing l = { a, MOST_OF_LINE };
    const struct play_result *p = &outcome->result;
    json_t *o = event_new(a, "play"), *checks = json_array();
    put_play(&l, o, p);
    for (size_t i = 0; i < p->check_count; i++)
        json_array_append_new(checks, check_value(&l, &p->check[i]));
    put(o, "checks", checks);
    put(o, "watches", watch_values(&l, outcome->watch, outcome->watch_count));
    return json_text(a, o);
}

str event_of_start(struct arena *a, const struct results *r, size_t planned)
{
    struct writing l = { a, MOST_OF_LINE };
    json_t *o = event_new(a, "start");
    put(o, "schema", json_integer(SCHEMA));
    put_text(&l, o, "started", date_rfc3339(a, r->started));
    put_text(&l, o, "version", r->version);
    put_text(&l, o, "suite", r->suite);
    put_text(&l, o, "target", r->target);
    put_text(&l, o, "profile", r->profile);
    put_text(&l, o, "profile_about", r->profile_about);
    put_text(&l, o, "baseline", r->baseline);
    put_text(&l, o, "command", r->command);
    put_text(&l, o, "seed", r->seed);
    put_true(o, "strict", r->strict);
    put_true(o, "partial", r->partial);
    put_texts(&l, o, "capabilities", &r->capabilities);
    put_texts(&l, o, "lacks", &r->lacks);
    put(o, "planned", json_integer((json_int_t)planned));
    return json_text(a, o);
}

static json_t *verdict_counts(const size_t count[VERDICT_COUNT])
{
    json_t *o = json_object();
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        put(o, verdict_names[i], json_integer((json_int_t)count[i]));
    return o;
}

static json_t *totals_value(const struct totals *t)
{
    const struct {
        const char *key;
        size_t count;
    } rows[] = {
        { "decided", t->decided },   { "not_reached", t->not_reached },
        { "expected", t->expected }, { "unexpected", t->unexpected },
        { "stale", t->stale },       { "passed", t->passed },
        { "failed", t->failed },     { "skipped", t->skipped },
    };
    json_t *o = json_object();
    put(o, "cases", verdict_counts(t->verdict));
    put(o, "plays", verdict_counts(t->plays));
    for (size_t i = 0; i < countof(rows); i++)
        put(o, rows[i].key, json_integer((json_int_t)rows[i].count));
    return o;
}

static void put_stale(struct writing *l, json_t *event, const struct results *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->stale_count; i++) {
        const struct stale_expectation *s = &r->stale[i];
        json_t *o = json_object();
        put_text(l, o, "scenario", s->scenario);
        put_text(l, o, "check", s->check);
        put_text(l, o, "expected", s->expected);
        put_text(l, o, "got", s->got);
        put_text(l, o, "file", s->file);
        put_number(o, "line", s->line);
        json_array_append_new(list, o);
    }
    put(event, "stale", list);
}

static void add_expected(struct writing *l, json_t *list, str play, str check,
                         str because)
{
    json_t *o = json_object();
    put_text(l, o, "play", play);
    put_text(l, o, "check", check);
    put_text(l, o, "because", because);
    json_array_append_new(list, o);
}

/* The lines of plays are written before the baseline is applied, so it is told here. */
static void put_expected(struct writing *l, json_t *event, const struct results *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->play_count; i++) {
        const struct play_result *p = &r->play[i];
        if (p->expected && play_is_case(p))
            add_expected(l, list, p->name, STR_NONE, p->because);
        for (size_t k = 0; k < p->check_count; k++)
            if (p->check[k].expected && !p->check[k].not_reached)
                add_expected(l, list, p->name, p->check[k].name, p->check[k].because);
    }
    put(event, "expected", list);
}

str event_of_end(struct arena *a, const struct results *r, int exit_status)
{
    struct writing l = { a, MOST_OF_LINE };
    json_t *o = event_new(a, "end");
    put(o, "status", json_integer(exit_status));
    put(o, "complete", json_boolean(!r->stopped.len));
    put_text(&l, o, "stopped", r->stopped);
    put_number(o, "wall_us", r->wall_us);
    put_number(o, "cpu_us", r->cpu_us);
    put_number(o, "peak_kib", r->peak_kib);
    put(o, "totals", totals_value(&r->total));
    put(o, "watches", watch_values(&l, r->watch, r->watch_count));
    put_stale(&l, o, r);
    put_expected(&l, o, r);
    return json_text(a, o);
}
