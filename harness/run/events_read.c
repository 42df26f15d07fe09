/* SPDX-License-Identifier: MIT */
/* From a line of a results file back to the play.  A results file may come from anywhere,
 * so every member is looked at before it is believed; what is absent is empty. */
#include "run/events.h"

enum { MOST_ITEMS = 100000 };

/* One object being read; the first mistake is kept. */
struct reading {
    struct arena *arena;
    const json_t *object;
    struct err *err;
    bool bad;
};

static void wrong(struct reading *r, const char *key, const char *wanted)
{
    if (!r->bad)
        err_set(r->err, "\"%s\" is no %s", key, wanted);
    r->bad = true;
}

static json_t *member(const struct reading *r, const char *key)
{
    return json_object_get(r->object, key);
}

static str text(struct reading *r, const char *key)
{
    json_t *value = member(r, key);
    if (value && !json_is_string(value))
        wrong(r, key, "string");
    return json_str(value);
}

static int64_t number(struct reading *r, const char *key, int64_t most)
{
    json_t *value = member(r, key);
    if (!value)
        return 0;
    if (json_is_integer(value) && json_integer_value(value) >= 0
        && json_integer_value(value) <= most)
        return json_integer_value(value);
    wrong(r, key, "number that fits");
    return 0;
}

static bool truth(struct reading *r, const char *key)
{
    json_t *value = member(r, key);
    if (value && !json_is_boolean(value))
        wrong(r, key, "boolean");
    return json_is_true(value);
}

static size_t list_size(struct reading *r, const char *key)
{
    json_t *value = member(r, key);
    if (value && !json_is_array(value))
        wrong(r, key, "array");
    if (json_array_size(value) > MOST_ITEMS)
        wrong(r, key, "array of a size that a run can have");
    return r->bad ? 0 : json_array_size(value);
}

static struct strs texts(struct reading *r, const char *key)
{
    struct strs list = { 0 };
    size_t count = list_size(r, key);
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_array_get(member(r, key), i);
        if (!json_is_string(item))
            wrong(r, key, "array of strings");
        strs_add(r->arena, &list, json_str(item));
    }
    return list;
}

static enum verdict verdict_of(struct reading *r)
{
    int found = name_find(verdict_names, VERDICT_COUNT, text(r, "verdict"));
    if (found < 0)
        wrong(r, "verdict", "word for a verdict");
    return found < 0 ? VERDICT_ERROR : (enum verdict)found;
}

static void read_check(struct reading *r, struct check_result *out)
{
    *out = (struct check_result){ .name = text(r, "name"),
                                  .level = text(r, "level"),
                                  .rules = texts(r, "rules"),
                                  .verdict = verdict_of(r),
                                  .message = text(r, "message"),
                                  .wanted = text(r, "wanted"),
                                  .why = text(r, "why"),
                                  .transcript = text(r, "transcript"),
                                  .line = (int)number(r, "line", INT32_MAX),
                                  .not_reached = truth(r, "not_reached"),
                                  .expected = truth(r, "expected"),
                                  .because = text(r, "because") };
}

static void read_watch(struct reading *r, struct watch_result *out)
{
    *out = (struct watch_result){ .id = text(r, "id"),
                                  .title = text(r, "title"),
                                  .level = text(r, "level"),
                                  .file = text(r, "file"),
                                  .rules = texts(r, "rules"),
                                  .verdict = verdict_of(r),
                                  .seen = (size_t)number(r, "seen", INT64_MAX),
                                  .broken = (size_t)number(r, "broken", INT64_MAX),
                                  .play = text(r, "play"),
                                  .message = text(r, "message"),
                                  .wanted = text(r, "wanted"),
                                  .transcript = text(r, "transcript"),
                                  .expected = truth(r, "expected"),
                                  .because = text(r, "because") };
}

static void read_play(struct reading *r, struct play_result *out)
{
    *out = (struct play_result){ .name = text(r, "name"),
                                 .scenario = text(r, "scenario"),
                                 .title = text(r, "title"),
                                 .suite = text(r, "suite"),
                                 .file = text(r, "file"),
                                 .verdict = verdict_of(r),
                                 .reason = text(r, "reason"),
                                 .transcript = text(r, "transcript"),
                                 .wall_us = number(r, "wall_us", INT64_MAX),
                                 .cpu_us = number(r, "cpu_us", INT64_MAX),
                                 .exchanges = (size_t)number(r, "exchanges", INT64_MAX),
                                 .peak_kib = (long)number(r, "peak_kib", INT32_MAX),
                                 .unanswered = truth(r, "unanswered"),
                                 .expected = truth(r, "expected"),
                                 .because = text(r, "because") };
    if (!out->name.len)
        wrong(r, "name", "name of a play");
}

/* The i-th object of a list, to be read on its own. */
static struct reading item_of(struct reading *r, const char *key, size_t i)
{
    struct reading item = *r;
    item.object = json_array_get(member(r, key), i);
    if (!json_is_object(item.object))
        wrong(&item, key, "array of objects");
    return item;
}

static void read_checks(struct reading *r, struct play_result *out)
{
    out->check_count = list_size(r, "checks");
    out->check = NEW_ARRAY(r->arena, struct check_result, out->check_count);
    for (size_t i = 0; i < out->check_count && !r->bad; i++) {
        struct reading item = item_of(r, "checks", i);
        read_check(&item, &out->check[i]);
        r->bad = item.bad;
    }
}

static void read_watches(struct reading *r, struct play_outcome *out)
{
    out->watch_count = list_size(r, "watches");
    out->watch = NEW_ARRAY(r->arena, struct watch_result, out->watch_count);
    for (size_t i = 0; i < out->watch_count && !r->bad; i++) {
        struct reading item = item_of(r, "watches", i);
        read_watch(&item, &out->watch[i]);
        r->bad = item.bad;
    }
}

bool event_read_play(struct arena *a, str line, struct play_outcome *out, struct err *err)
{
    json_t *object = json_read(a, line, err);
    if (!object)
        return false;
    if (!str_is(json_member(object, "event"), "play"))
        return err_set(err, "this line is no event of a play");
    struct reading r = { a, object, err, false };
    *out = (struct play_outcome){ .watch = NULL };
    read_play(&r, &out->result);
    read_checks(&r, &out->result);
    read_watches(&r, out);
    return !r.bad;
}
