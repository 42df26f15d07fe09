/* SPDX-License-Identifier: MIT */
/* One page that stands alone: no script, no other file, nothing fetched.  What failed
 * stands open, all else can be unfolded. */
#include "base/clock.h"
#include "reports/explain.h"
#include "reports/html_style.h"
#include "reports/markup.h"
#include "reports/sections.h"
#include "reports/writers.h"
#include "run/outcome.h"

struct page {
    struct arena *arena;
    struct markup m;
    const struct results *results;
    enum verdict verdict; /* which cases are written now */
    size_t written;
};

static void open_class(struct markup *m, const char *element, const char *class_name)
{
    markup_open(m, element);
    markup_attribute(m, "class", str_of(class_name));
}

static void element_class(struct markup *m, const char *element, const char *class_name,
                          str text)
{
    open_class(m, element, class_name);
    markup_text(m, text);
    markup_close(m);
}

static void term(struct markup *m, const char *name, str text)
{
    if (!text.len)
        return;
    markup_element(m, "dt", str_of(name));
    markup_element(m, "dd", text);
}

/* --- what was tested, and how it ended --- */

static void write_head(struct page *p)
{
    const struct results *r = p->results;
    struct markup *m = &p->m;
    markup_raw(m,
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width\">\n"
               /* Should escaping ever fail: the browser runs and fetches nothing. */
               "<meta http-equiv=\"Content-Security-Policy\" "
               "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>");
    markup_textf(m, "acmespec: %.*s suite", STR_ARG(r->suite));
    markup_raw(m, "</title>\n<style>\n");
    markup_raw(m, html_style);
    markup_raw(m, "</style>\n</head>\n<body>\n");
    markup_open(m, "h1");
    markup_textf(m, "acmespec: %.*s suite", STR_ARG(r->suite));
    markup_close(m);
    element_class(m, "p", "lead", outcome_meaning(r, r->allow_inconclusive));
    str fault = results_fault(r);
    if (fault.len)
        markup_element(m, "p", fault);
    markup_open(m, "p");
    markup_textf(m, "%zu passed, %zu failed, %zu skipped; %zu cases decided in %zu plays",
                 r->total.passed, r->total.failed, r->total.skipped, r->total.decided,
                 r->play_count);
    markup_close(m);
}

static void write_tested(struct page *p)
{
    const struct results *r = p->results;
    struct markup *m = &p->m;
    markup_open(m, "dl");
    term(m, "target", r->target);
    term(m, "profile", r->profile);
    term(m, "", r->profile_about);
    term(m, "baseline", r->baseline);
    term(m, "started", date_rfc3339(p->arena, r->started));
    term(m, "took",
         arena_printf(p->arena, "%.1f s, %.1f s CPU", (double)r->wall_us / 1e6,
                      (double)r->cpu_us / 1e6));
    term(m, "acmespec", r->version);
    term(m, "seed", r->seed);
    term(m, "command", r->command);
    term(m, "offers", strs_join(p->arena, &r->capabilities, ", "));
    markup_close(m);
}

/* --- the table by section --- */

static void write_row(struct markup *m, const struct section_row *row)
{
    markup_open(m, "tr");
    markup_element(m, "th", row->label);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        open_class(m, "td", row->count[i] ? "number" : "number none");
        if (row->count[i]) {
            open_class(m, "b", column_names[i]);
            markup_textf(m, "%zu", row->count[i]);
            markup_close(m);
        } else {
            markup_text(m, STR("-"));
        }
        markup_close(m);
    }
    markup_close(m);
    markup_raw(m, "\n");
}

static void write_sections(struct page *p)
{
    struct sections s = sections_of(p->arena, p->results);
    struct markup *m = &p->m;
    if (s.count == 0)
        return;
    markup_element(m, "h2", STR("By section"));
    open_class(m, "div", "wide");
    markup_open(m, "table");
    markup_open(m, "thead");
    markup_open(m, "tr");
    markup_element(m, "th", STR("section"));
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        element_class(m, "th", "number", str_of(column_names[i]));
    markup_close(m);
    markup_close(m);
    markup_open(m, "tbody");
    for (size_t i = 0; i < s.count; i++)
        write_row(m, &s.row[i]);
    markup_close(m);
    markup_open(m, "tfoot");
    write_row(m, &s.sum);
    markup_close(m);
    markup_close(m);
    markup_close(m);
}

/* --- cases that are not green --- */

static void write_rules(struct page *p, const struct test_case *c)
{
    struct markup *m = &p->m;
    for (size_t i = 0; i < c->rules->count; i++) {
        const struct requirement *q = case_requirement(p->results, c, i);
        markup_element(m, "dt", STR("rule"));
        markup_open(m, "dd");
        if (q) {
            str url = requirement_url(p->arena, q);
            markup_open(m, url.len ? "a" : "span");
            if (url.len)
                markup_attribute(m, "href", url);
            markup_text(m, requirement_section(p->arena, q));
            markup_close(m);
            markup_textf(m, ", %s (%.*s): %.*s", level_names[q->level], STR_ARG(q->id),
                         STR_ARG(q->says));
        } else {
            markup_text(m,
                        str_is(c->rules->item[i], "house")
                            ? STR("a rule of the house, no RFC of ACME says it")
                            : c->rules->item[i]);
        }
        markup_close(m);
    }
}

static void write_summary(struct page *p, const struct test_case *c)
{
    struct markup *m = &p->m;
    markup_open(m, "summary");
    element_class(m, "b", verdict_names[c->verdict], str_of(verdict_names[c->verdict]));
    markup_textf(m, "%s %.*s", c->expected ? " (expected)" : "",
                 STR_ARG(c->play ? c->play->name : STR("watch")));
    markup_text(m, STR("  "));
    markup_element(m, "code", c->name);
    markup_close(m);
}

/* The line that was marked stands out. */
static void write_transcript(struct markup *m, str text)
{
    size_t at = str_find(text, STR("  <- ")), from = at;
    if (!text.len)
        return;
    while (from > 0 && text.ptr[from - 1] != '\n')
        from--;
    markup_open(m, "pre");
    markup_text(m, str_upto(text, at < text.len ? from : at));
    if (at < text.len) {
        str rest = str_from(text, from);
        size_t end = str_find_char(rest, '\n');
        markup_element(m, "mark", str_upto(rest, end));
        markup_text(m, str_from(rest, end));
    }
    markup_close(m);
}

static void write_case(void *context, const struct test_case *c)
{
    struct page *p = context;
    struct markup *m = &p->m;
    if (c->verdict != p->verdict || c->not_reached)
        return;
    markup_open(m, "details");
    if (!c->expected && c->verdict >= VERDICT_FAIL)
        markup_attribute(m, "open", STR("open"));
    write_summary(p, c);
    markup_element(m, "p", c->title);
    markup_open(m, "dl");
    term(m, "where",
         c->line ? arena_printf(p->arena, "%.*s:%d", STR_ARG(c->file), c->line)
                 : c->file);
    write_rules(p, c);
    term(m, "got", c->message);
    term(m, "wanted", c->wanted);
    term(m, "why", c->why);
    term(m, "known", c->because);
    term(m, "again", explain_again(p->arena, p->results, c));
    markup_close(m);
    write_transcript(m, c->transcript);
    markup_close(m);
    markup_raw(m, "\n");
    p->written++;
}

/* The heading stands only when something stands below it. */
static void write_cases(struct page *p, enum verdict verdict, const char *heading)
{
    struct buf kept = *p->m.out;
    p->verdict = verdict;
    p->written = 0;
    markup_element(&p->m, "h2", str_of(heading));
    cases_each(p->arena, p->results, write_case, p);
    if (p->written == 0)
        p->m.out->len = kept.len;
}

static void write_stale(struct page *p)
{
    struct markup *m = &p->m;
    if (p->results->stale_count == 0)
        return;
    markup_element(m, "h2", STR("Stale expectations of the baseline"));
    for (size_t i = 0; i < p->results->stale_count; i++) {
        const struct stale_expectation *s = &p->results->stale[i];
        markup_open(m, "p");
        markup_element(m, "code", s->scenario);
        markup_textf(m, " %.*s: expected %.*s, got %.*s", STR_ARG(s->check),
                     STR_ARG(s->expected), STR_ARG(s->got));
        markup_close(m);
    }
}

/* --- all plays --- */

static void write_play(struct page *p, const struct play_result *play)
{
    struct markup *m = &p->m;
    size_t passed = 0;
    for (size_t i = 0; i < play->check_count; i++)
        passed += play->check[i].verdict == VERDICT_PASS;
    markup_open(m, "tr");
    markup_open(m, "td");
    element_class(m, "b", verdict_names[play->verdict],
                  str_of(verdict_names[play->verdict]));
    markup_close(m);
    markup_open(m, "td");
    markup_element(m, "code", play->name);
    markup_raw(m, "<br>");
    markup_text(m, play->title);
    markup_close(m);
    open_class(m, "td", "number");
    markup_textf(m, "%zu of %zu", passed, play->check_count);
    markup_close(m);
    open_class(m, "td", "number");
    markup_textf(m, "%.2f s", (double)play->wall_us / 1e6);
    markup_close(m);
    markup_close(m);
    markup_raw(m, "\n");
}

static void write_plays(struct page *p)
{
    struct markup *m = &p->m;
    markup_element(m, "h2", STR("All scenarios"));
    markup_open(m, "details");
    markup_open(m, "summary");
    markup_textf(m, "%zu plays", p->results->play_count);
    markup_close(m);
    open_class(m, "div", "wide");
    markup_open(m, "table");
    markup_raw(m,
               "<thead><tr><th>verdict</th><th>scenario</th><th>passed</th>"
               "<th>took</th></tr></thead>\n");
    markup_open(m, "tbody");
    for (size_t i = 0; i < p->results->play_count; i++)
        write_play(p, &p->results->play[i]);
    markup_close(m);
    markup_close(m);
    markup_close(m);
    markup_close(m);
}

static void write_lacks(struct page *p)
{
    const struct strs *lacks = &p->results->lacks;
    if (lacks->count == 0)
        return;
    markup_element(&p->m, "h2", STR("Not offered by the target"));
    markup_open(&p->m, "ul");
    for (size_t i = 0; i < lacks->count; i++)
        markup_element(&p->m, "li", lacks->item[i]);
    markup_close(&p->m);
}

void html_write(struct buf *out, const struct results *r, const struct report_options *o)
{
    struct page p = { .arena = out->arena, .m = markup_new(out, true), .results = r };
    (void)o;
    write_head(&p);
    write_tested(&p);
    write_sections(&p);
    write_cases(&p, VERDICT_ERROR, "Errors");
    write_cases(&p, VERDICT_FAIL, "Failed: a MUST was broken");
    write_cases(&p, VERDICT_WARN, "Warnings: a SHOULD was not followed");
    write_cases(&p, VERDICT_INCONCLUSIVE, "Inconclusive: nothing was learnt");
    write_stale(&p);
    write_lacks(&p);
    write_plays(&p);
    markup_raw(&p.m, "</body>\n</html>\n");
}
