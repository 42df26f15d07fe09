/* SPDX-License-Identifier: MIT */
/* JUnit XML in two dialects.  `wide` is for readers that want all they can get (GitLab,
 * GitHub actions, Jenkins JUnit, Buildkite); `xunit` keeps to what Jenkins' xUnit plugin
 * lets pass: no file, line or properties on a case, no skipped or timestamp on the root.
 */
#include "base/clock.h"
#include "reports/explain.h"
#include "reports/junit_cases.h"
#include "reports/markup.h"
#include "reports/writers.h"

struct writing {
    struct arena *arena;
    struct markup m;
    const struct results *results;
    bool wide;
};

/* Seconds with exactly three decimals, whatever the locale. */
static void time_attribute(struct markup *m, int64_t us)
{
    int64_t ms = us > 0 ? us / 1000 : 0;
    markup_attributef(m, "time", "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
}

/* The one form that every reader takes: UTC, without zone and fraction. */
static void timestamp_attribute(struct writing *w)
{
    str date = date_rfc3339(w->arena, w->results->started);
    markup_attribute(&w->m, "timestamp", str_upto(date, strlen("2026-11-24T08:15:00")));
}

static void counters(struct markup *m, size_t tests, const size_t kinds[JUNIT_KINDS])
{
    markup_attributef(m, "tests", "%zu", tests);
    markup_attributef(m, "failures", "%zu", kinds[JUNIT_FAILURE]);
    markup_attributef(m, "errors", "%zu", kinds[JUNIT_ERROR]);
}

static void property(struct markup *m, const char *name, str value)
{
    if (!value.len)
        return;
    markup_open(m, "property");
    markup_attribute(m, "name", str_of(name));
    markup_attribute(m, "value", value);
    markup_close(m);
}

static void case_properties(struct writing *w, const struct test_case *c)
{
    if (!w->wide || c->rules->count == 0)
        return;
    markup_open(&w->m, "properties");
    for (size_t i = 0; i < c->rules->count; i++) {
        const struct requirement *q = case_requirement(w->results, c, i);
        property(&w->m, "requirement", c->rules->item[i]);
        if (q)
            property(&w->m, "spec_url", requirement_url(w->arena, q));
    }
    property(&w->m, "level", c->level);
    markup_close(&w->m);
}

static str explained(struct writing *w, const struct junit_case *k)
{
    struct buf text = buf_new(w->arena, CEILING_TRANSCRIPT);
    buf_add_char(&text, '\n');
    explain(&text, w->results, &k->c, (struct explain_how){ .brief = false });
    return buf_str(&text);
}

static void not_passed(struct writing *w, const struct junit_case *k)
{
    static const char *const elements[JUNIT_KINDS] = {
        [JUNIT_FAILURE] = "failure", [JUNIT_ERROR] = "error", [JUNIT_SKIPPED] = "skipped"
    };
    markup_open(&w->m, elements[k->kind]);
    if (k->kind != JUNIT_SKIPPED)
        markup_attribute(&w->m, "type", str_of(k->type));
    markup_attribute(&w->m, "message", k->message);
    /* Some readers show the text and not the attribute, so a skip has its reason twice.
     */
    markup_text(&w->m, k->kind == JUNIT_SKIPPED ? k->message : explained(w, k));
    markup_close(&w->m);
}

static void write_case(struct writing *w, const struct junit_suite *s, size_t i)
{
    const struct junit_case *k = &s->item[i];
    struct markup *m = &w->m;
    markup_open(m, "testcase");
    markup_attribute(m, "classname", s->class_name);
    markup_attribute(m, "name", k->name);
    /* The checks of a play are decided together: its time stands on the first. */
    time_attribute(m, i == 0 ? s->wall_us : 0);
    if (w->wide && k->c.file.len) {
        markup_attribute(m, "file", k->c.file);
        if (k->c.line > 0)
            markup_attributef(m, "line", "%d", k->c.line);
    }
    case_properties(w, &k->c);
    if (k->kind != JUNIT_PASSED)
        not_passed(w, k);
    else if (k->c.verdict == VERDICT_WARN)
        markup_element(m, "system-out", explained(w, k));
    markup_close(m);
}

static void suite_properties(struct writing *w, const struct junit_suite *s, bool first)
{
    const struct results *r = w->results;
    const struct {
        const char *name;
        str value;
    } rows[] = {
        { "acmespec", r->version },  { "target", r->target }, { "profile", r->profile },
        { "baseline", r->baseline }, { "seed", r->seed },     { "command", r->command },
    };
    if (!first && !s->play)
        return;
    markup_open(&w->m, "properties");
    if (s->play)
        property(&w->m, "title", s->play->title);
    for (size_t i = 0; first && i < countof(rows); i++)
        property(&w->m, rows[i].name, rows[i].value);
    markup_close(&w->m);
}

static void write_suite(struct writing *w, const struct junit_suite *s, bool first)
{
    struct arena *step = arena_new(w->arena), *outer = w->arena;
    w->arena = step;
    markup_open(&w->m, "testsuite");
    markup_attribute(&w->m, "name", s->name);
    counters(&w->m, s->count, s->kinds);
    markup_attributef(&w->m, "skipped", "%zu", s->kinds[JUNIT_SKIPPED]);
    time_attribute(&w->m, s->wall_us);
    timestamp_attribute(w);
    suite_properties(w, s, first);
    for (size_t i = 0; i < s->count; i++)
        write_case(w, s, i);
    markup_close(&w->m);
    w->arena = outer;
    arena_end(step);
}

bool junit_has_dialect(str name)
{
    return str_is(name, "wide") || str_is(name, "xunit");
}

void junit_write(struct buf *out, const struct results *r, const struct report_options *o)
{
    struct junit_suites all = junit_cases(out->arena, r);
    struct writing w = { .arena = out->arena,
                         .m = markup_new(out, false),
                         .results = r,
                         .wide = !o->dialect || strcmp(o->dialect, "xunit") != 0 };
    markup_raw(&w.m, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    markup_open(&w.m, "testsuites");
    markup_attributef(&w.m, "name", "acmespec %.*s", STR_ARG(r->suite));
    counters(&w.m, all.tests, all.kinds);
    if (w.wide)
        markup_attributef(&w.m, "skipped", "%zu", all.kinds[JUNIT_SKIPPED]);
    time_attribute(&w.m, r->wall_us);
    if (w.wide)
        timestamp_attribute(&w);
    for (size_t i = 0; i < all.count; i++)
        write_suite(&w, &all.item[i], i == 0);
    markup_close(&w.m);
}
