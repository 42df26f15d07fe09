/* SPDX-License-Identifier: MIT */
/* Lines of a results file: what is written is read back, what a peer made long is cut,
 * what is broken is passed over, and reports/README.md names every member. */
#include <check.h>

#include "base/buf.h"
#include "base/file.h"
#include "json/json.h"
#include "run/events.h"
#include "run/rerun.h"
#include "tests/results_fixture.h"

Suite *events_suite(void);

static struct arena *a;
static struct err err;

static void begin(void)
{
    a = arena_new(NULL);
    err.text[0] = '\0';
}

static void end(void)
{
    arena_end(a);
}

/* --- there and back --- */

static bool same_list(const struct strs *x, const struct strs *y)
{
    for (size_t i = 0; i < x->count && i < y->count; i++)
        if (!str_eq(x->item[i], y->item[i]))
            return false;
    return x->count == y->count;
}

static void same_check(const struct check_result *x, const struct check_result *y)
{
    ck_assert(str_eq(x->name, y->name));
    ck_assert(str_eq(x->level, y->level));
    ck_assert(same_list(&x->rules, &y->rules));
    ck_assert_int_eq(x->verdict, y->verdict);
    ck_assert(str_eq(x->message, y->message));
    ck_assert(str_eq(x->wanted, y->wanted));
    ck_assert(str_eq(x->why, y->why));
    ck_assert(str_eq(x->transcript, y->transcript));
    ck_assert_int_eq(x->line, y->line);
    ck_assert_int_eq(x->not_reached, y->not_reached);
    ck_assert_int_eq(x->expected, y->expected);
    ck_assert(str_eq(x->because, y->because));
}

static void same_watch(const struct watch_result *x, const struct watch_result *y)
{
    ck_assert(str_eq(x->id, y->id) && str_eq(x->title, y->title));
    ck_assert(str_eq(x->level, y->level) && str_eq(x->file, y->file));
    ck_assert(same_list(&x->rules, &y->rules));
    ck_assert_int_eq(x->verdict, y->verdict);
    ck_assert_uint_eq(x->seen, y->seen);
    ck_assert_uint_eq(x->broken, y->broken);
    ck_assert(str_eq(x->play, y->play) && str_eq(x->message, y->message));
    ck_assert(str_eq(x->wanted, y->wanted) && str_eq(x->transcript, y->transcript));
}

static void same_play(const struct play_result *x, const struct play_result *y)
{
    ck_assert(str_eq(x->name, y->name) && str_eq(x->scenario, y->scenario));
    ck_assert(str_eq(x->title, y->title) && str_eq(x->suite, y->suite));
    ck_assert(str_eq(x->file, y->file) && str_eq(x->reason, y->reason));
    ck_assert_int_eq(x->verdict, y->verdict);
    ck_assert(str_eq(x->transcript, y->transcript));
    ck_assert_int_eq(x->wall_us, y->wall_us);
    ck_assert_int_eq(x->cpu_us, y->cpu_us);
    ck_assert_uint_eq(x->exchanges, y->exchanges);
    ck_assert_int_eq(x->peak_kib, y->peak_kib);
    ck_assert_int_eq(x->unanswered, y->unanswered);
    ck_assert_int_eq(x->expected, y->expected);
    ck_assert(str_eq(x->because, y->because));
    ck_assert_uint_eq(x->check_count, y->check_count);
}

/* JSON holds no byte that is not UTF-8: those become escapes, so names stay as they are
 * and only the hostile play's texts do not come back. */
START_TEST(a_play_is_read_back_as_it_was)
{
    struct results *r = sample_results(a);
    for (size_t i = 0; i < r->play_count; i++) {
        struct play_outcome out,
            in = { .result = r->play[i],
                   .watch = r->watch,
                   .watch_count = r->watch_count };
        if (str_ends(in.result.name, "hostile"))
            continue;
        str line = event_of_play(a, &in);
        ck_assert_msg(event_read_play(a, line, &out, &err), "%s", err.text);
        same_play(&out.result, &in.result);
        for (size_t k = 0; k < out.result.check_count; k++)
            same_check(&out.result.check[k], &in.result.check[k]);
        ck_assert_uint_eq(out.watch_count, in.watch_count);
        for (size_t k = 0; k < out.watch_count; k++)
            same_watch(&out.watch[k], &in.watch[k]);
    }
}
END_TEST

START_TEST(a_line_is_one_line_of_json_whatever_the_peer_sent)
{
    struct results *r = sample_results(a);
    struct play_outcome out, in = { .result = r->play[1] };
    str line = event_of_play(a, &in);
    ck_assert(str_ends(in.result.name, "hostile"));
    ck_assert(!str_contains(line, STR("\n")));
    for (size_t i = 0; i < line.len; i++)
        ck_assert_uint_ge((unsigned char)line.ptr[i], 0x20);
    ck_assert_msg(event_read_play(a, line, &out, &err), "%s", err.text);
    ck_assert_int_eq(out.result.verdict, VERDICT_FAIL);
}
END_TEST

START_TEST(long_texts_are_cut_so_that_a_line_fits)
{
    struct results *r = results_new(a);
    struct play_result *p = add_play(a, r, "server/x/long");
    size_t size = CEILING_SCRIPT;
    char *text = arena_alloc(a, 1, size);
    memset(text, '\x01', size); /* six bytes each in JSON */
    for (int i = 0; i < 40; i++) {
        struct check_result *c = add_check(a, p, "must 200", VERDICT_FAIL);
        c->message = c->wanted = c->transcript = (str){ text, size };
    }
    struct play_outcome out, in = { .result = *p };
    str line = event_of_play(a, &in);
    ck_assert_uint_lt(line.len, CEILING_EVENT);
    ck_assert_msg(event_read_play(a, line, &out, &err), "%s", err.text);
    ck_assert(str_contains(out.result.check[0].message, STR("bytes more)")));
    ck_assert(str_contains(out.result.check[0].transcript, STR("bytes more)")));
}
END_TEST

/* --- what is no event --- */

static const char *const broken[] = {
    "",
    "{",
    "[]",
    "null",
    "{\"event\":\"end\",\"status\":0}",
    "{\"event\":\"play\"}",
    "{\"event\":\"play\",\"name\":\"\",\"verdict\":\"pass\"}",
    "{\"event\":\"play\",\"name\":\"x\"}",
    "{\"event\":\"play\",\"name\":\"x\",\"verdict\":\"green\"}",
    "{\"event\":\"play\",\"name\":5,\"verdict\":\"pass\"}",
    "{\"event\":\"play\",\"name\":\"x\",\"verdict\":\"pass\",\"wall_us\":-1}",
    "{\"event\":\"play\",\"name\":\"x\",\"verdict\":\"pass\",\"wall_us\":1.5}",
    "{\"event\":\"play\",\"name\":\"x\",\"verdict\":\"pass\",\"expected\":1}",
    "{\"event\":\"play\",\"name\":\"x\",\"verdict\":\"pass\",\"checks\":{}}",
    "{\"event\":\"play\",\"name\":\"x\",\"verdict\":\"pass\",\"checks\":[1]}",
    "{\"event\":\"play\",\"name\":\"x\",\"verdict\":\"pass\",\"checks\":[{}]}",
    "{\"event\":\"play\",\"name\":\"x\",\"verdict\":\"pass\",\"watches\":[{}]}",
    ("{\"event\":\"play\",\"name\":\"x\",\"verdict\":\"pass\","
     "\"checks\":[{\"rules\":[1]}]}"),
};

START_TEST(what_is_no_play_is_refused_in_words)
{
    struct play_outcome out;
    ck_assert(!event_read_play(a, str_of(broken[_i]), &out, &err));
    ck_assert_msg(err.text[0], "no words for %s", broken[_i]);
}
END_TEST

/* Half of a line, wherever a kill cut it, is no result. */
START_TEST(no_beginning_of_a_line_is_taken_for_it)
{
    struct results *r = sample_results(a);
    struct play_outcome out, in = { .result = r->play[0] };
    str line = event_of_play(a, &in);
    for (size_t n = 0; n < line.len; n++) {
        struct arena *step = arena_new(a);
        ck_assert(!event_read_play(step, str_upto(line, n), &out, &err));
        arena_end(step);
    }
}
END_TEST

/* --- a file of last time --- */

static str file_of(const char *text)
{
    str folder;
    ck_assert(file_temp_dir(a, &folder, &err));
    str path = arena_printf(a, "%.*s/results.jsonl", STR_ARG(folder));
    ck_assert(file_write(path.ptr, str_of(text), &err));
    return path;
}

static str line_of(const char *name, enum verdict verdict)
{
    struct play_outcome outcome = { .result = { .name = str_of(name),
                                                .verdict = verdict } };
    return event_of_play(a, &outcome);
}

/* A run that was killed: a start, some plays, half a line, no end. */
START_TEST(what_was_not_green_is_found_in_a_killed_run_too)
{
    struct buf text = buf_new(a, CEILING_EVENT);
    struct strs names = { 0 };
    buf_add(&text, event_of_start(a, results_new(a), 9));
    for (int v = 0; v < VERDICT_COUNT; v++) {
        buf_add_char(&text, '\n');
        buf_add(&text, line_of(verdict_names[v], (enum verdict)v));
    }
    buf_add_char(&text, '\n');
    str last = line_of("half", VERDICT_FAIL);
    buf_add(&text, str_upto(last, last.len - 5));
    ck_assert(rerun_names(a, file_of(buf_str(&text).ptr).ptr, &names, &err));
    ck_assert_str_eq(strs_join(a, &names, " and ").ptr,
                     "warn, inconclusive, fail and error");
}
END_TEST

/* What only a watch found is not green, though the play passed. */
START_TEST(a_play_is_not_green_when_a_watch_was_not)
{
    struct results *r = results_new(a);
    struct buf text = buf_new(a, CEILING_EVENT);
    struct strs names = { 0 };
    add_watch(a, r, "silent", VERDICT_SKIP);
    struct watch_result *watch = add_watch(a, r, "nonces", VERDICT_SKIP);
    for (int v = 0; v < VERDICT_COUNT; v++) {
        struct play_outcome outcome = { .result = { .name = str_of(verdict_names[v]),
                                                    .verdict = VERDICT_PASS },
                                        .watch = r->watch,
                                        .watch_count = r->watch_count };
        watch->verdict = (enum verdict)v;
        buf_add(&text, event_of_play(a, &outcome));
        buf_add_char(&text, '\n');
    }
    ck_assert(rerun_names(a, file_of(buf_str(&text).ptr).ptr, &names, &err));
    ck_assert_str_eq(strs_join(a, &names, " and ").ptr,
                     "warn, inconclusive, fail and error");
}
END_TEST

START_TEST(what_does_not_ship_has_to_be_named_again)
{
    struct scenario shipped = { .name = STR("server/x/y") }, *list[] = { &shipped };
    struct library library = { .scenario = list, .count = 1 };
    struct strs names = { 0 };
    strs_add(a, &names, STR("server/x/y"));
    strs_add(a, &names, STR("server/x/y[alg=a]"));
    ck_assert_uint_eq(rerun_unread(a, &library, &names).len, 0);
    strs_add(a, &names, STR("server/x/yours\x1b"));
    ck_assert_str_eq(rerun_unread(a, &library, &names).ptr,
                     "the file of server/x/yours\\x1b has to be named again");
    strs_add(a, &names, STR("/tmp/mine"));
    ck_assert_ptr_nonnull(strstr(rerun_unread(a, &library, &names).ptr, "(and 1 more)"));
}
END_TEST

START_TEST(a_file_without_plays_is_no_file_of_last_time)
{
    struct strs names = { 0 };
    ck_assert(!rerun_names(a, file_of("{\"event\":\"start\"}\n").ptr, &names, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no result of a play"));
    ck_assert(!rerun_names(a, "", &names, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "--results"));
    ck_assert(!rerun_names(a, "/nowhere/at/all", &names, &err));
    ck_assert(rerun_names(a, file_of(line_of("x", VERDICT_PASS).ptr).ptr, &names, &err));
    ck_assert_uint_eq(names.count, 0);
}
END_TEST

/* --- the schema --- */

/* Every member below a value, as "play.checks[].name". */
static void collect(json_t *value, str path, struct strs *found)
{
    const char *key;
    json_t *member;
    for (size_t i = 0; i < json_array_size(value); i++)
        collect(json_array_get(value, i), arena_printf(a, "%.*s[]", STR_ARG(path)),
                found);
    if (!json_is_object(value))
        return;
    json_object_foreach(value, key, member)
    {
        str name = arena_printf(a, "%.*s.%s", STR_ARG(path), key);
        if (!strs_has(found, name))
            strs_add(a, found, name);
        collect(member, name, found);
    }
}

static void collect_line(const char *event, str line, struct strs *found)
{
    json_t *value = json_read(a, line, &err);
    ck_assert_msg(value != NULL, "%s", err.text);
    collect(value, str_of(event), found);
}

static struct strs written_members(void)
{
    /* The lines of plays are written before a baseline is applied. */
    struct results *r = sample_results(a), *played = sample_without_baseline(a);
    struct strs found = { 0 };
    r->strict = r->partial = true;
    r->stopped = STR("the run was stopped");
    collect_line("start", event_of_start(a, r, 7), &found);
    for (size_t i = 0; i < played->play_count; i++) {
        struct play_outcome outcome = { played->play[i], played->watch,
                                        played->watch_count };
        collect_line("play", event_of_play(a, &outcome), &found);
    }
    collect_line("end", event_of_end(a, r, 3), &found);
    return found;
}

/* The README has a row "| `play.checks[].name` | ..." for each. */
static struct strs documented_members(void)
{
    struct strs found = { 0 };
    str text, line, path = arena_printf(a, "%s/reports/README.md", ACMESPEC_SOURCE_DIR);
    ck_assert_msg(file_read(a, path.ptr, CEILING_SCRIPT, &text, &err), "%s", err.text);
    while (str_cut(&text, '\n', &line)) {
        if (!str_starts(line, "| `start") && !str_starts(line, "| `play")
            && !str_starts(line, "| `end"))
            continue;
        line = str_from(line, 3);
        strs_add(a, &found, str_upto(line, str_find_char(line, '`')));
    }
    return found;
}

START_TEST(the_readme_names_the_members_that_are_written_and_no_others)
{
    struct strs documented = documented_members(), written = written_members();
    for (size_t i = 0; i < written.count; i++)
        ck_assert_msg(strs_has(&documented, written.item[i]),
                      "reports/README.md has no row for %.*s", STR_ARG(written.item[i]));
    for (size_t i = 0; i < documented.count; i++)
        ck_assert_msg(strs_has(&written, documented.item[i]), "%.*s is never written",
                      STR_ARG(documented.item[i]));
}
END_TEST

Suite *events_suite(void)
{
    Suite *s = suite_create("events");
    TCase *tc = tcase_create("lines");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_test(tc, a_play_is_read_back_as_it_was);
    tcase_add_test(tc, a_line_is_one_line_of_json_whatever_the_peer_sent);
    tcase_add_test(tc, long_texts_are_cut_so_that_a_line_fits);
    tcase_add_loop_test(tc, what_is_no_play_is_refused_in_words, 0, (int)countof(broken));
    tcase_add_test(tc, no_beginning_of_a_line_is_taken_for_it);
    tcase_add_test(tc, what_was_not_green_is_found_in_a_killed_run_too);
    tcase_add_test(tc, a_play_is_not_green_when_a_watch_was_not);
    tcase_add_test(tc, what_does_not_ship_has_to_be_named_again);
    tcase_add_test(tc, a_file_without_plays_is_no_file_of_last_time);
    tcase_add_test(tc, the_readme_names_the_members_that_are_written_and_no_others);
    suite_add_tcase(s, tc);
    return s;
}
