/* SPDX-License-Identifier: MIT */
/* The kill matrix as one page that stands alone: faults first, then every bug with the
 * checks that it turns red, then every check with the bugs that turn it red. */
#include "reports/html_style.h"
#include "reports/kills.h"
#include "reports/markup.h"

struct page {
    struct arena *arena;
    struct markup m;
    const struct matrix *matrix;
};

static void open_class(struct markup *m, const char *element, const char *class_name)
{
    markup_open(m, element);
    markup_attribute(m, "class", str_of(class_name));
}

static void word(struct markup *m, enum verdict verdict, const char *text)
{
    open_class(m, "b", verdict_names[verdict]);
    markup_text(m, str_of(text));
    markup_close(m);
}

static void write_head(struct page *p, str version)
{
    const struct matrix *x = p->matrix;
    struct markup *m = &p->m;
    markup_raw(m,
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" "
               "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
               "<title>acmespec: planted bugs</title>\n<style>\n");
    markup_raw(m, html_style);
    markup_raw(m, "</style>\n</head>\n<body>\n");
    markup_element(m, "h1", STR("acmespec: which check catches which planted bug"));
    open_class(m, "p", "lead");
    if (kills_good(x))
        markup_text(m, STR("every bug is caught and every check can fail"));
    else
        markup_textf(m, "%zu faults", x->fault_count);
    markup_close(m);
    if (x->stopped.len)
        markup_element(m, "p", x->stopped);
    markup_open(m, "p");
    markup_textf(m,
                 "%zu of %zu bugs of the mock %s are caught, %zu cannot be seen; %zu of "
                 "%zu checks turn red, %zu never do (acmespec %.*s)",
                 x->caught, x->selected,
                 strcmp(x->suite, "client") == 0 ? "client" : "CA", x->excused_bugs,
                 x->checks_red, x->check_count, x->excused_checks, STR_ARG(version));
    markup_close(m);
    markup_raw(m, "\n");
}

static void write_fault(struct page *p, const struct matrix_fault *f)
{
    struct markup *m = &p->m;
    markup_open(m, "li");
    if (f->bug != BUG_NONE)
        markup_element(m, "b", str_of(bug_rows[f->bug].name));
    if (f->where.len) {
        markup_text(m, STR(" "));
        markup_element(m, "code", f->where);
    }
    markup_textf(m, " %.*s", STR_ARG(f->says));
    markup_close(m);
    markup_raw(m, "\n");
}

static void write_faults(struct page *p)
{
    const struct matrix *x = p->matrix;
    struct markup *m = &p->m;
    for (enum fault_kind kind = 0; kind < FAULT_KINDS; kind++) {
        if (x->faults[kind] == 0)
            continue;
        markup_open(m, "h2");
        markup_textf(m, "%s: %zu", fault_headings[kind], x->faults[kind]);
        markup_close(m);
        markup_open(m, "ul");
        for (size_t i = 0; i < x->fault_count; i++)
            if (x->fault[i].kind == kind)
                write_fault(p, &x->fault[i]);
        markup_close(m);
    }
}

/* Opens a table of three columns that takes as much room as it wants. */
static void open_table(struct markup *m, const char *first, const char *second,
                       const char *third)
{
    open_class(m, "div", "wide");
    markup_open(m, "table");
    markup_open(m, "thead");
    markup_open(m, "tr");
    markup_element(m, "th", str_of(first));
    markup_element(m, "th", str_of(second));
    markup_element(m, "th", str_of(third));
    markup_close(m);
    markup_close(m);
    markup_open(m, "tbody");
    markup_raw(m, "\n");
}

static void close_table(struct markup *m)
{
    markup_close(m);
    markup_close(m);
    markup_close(m);
    markup_raw(m, "\n");
}

static void write_red(struct page *p, const struct matrix_red *red)
{
    const struct matrix_check *check = &p->matrix->check[red->check];
    struct markup *m = &p->m;
    markup_open(m, "div");
    markup_attribute(m, "title", red->message);
    word(m, red->verdict, verdict_names[red->verdict]);
    markup_text(m, STR(" "));
    markup_element(m, "code", check->scenario);
    markup_textf(m, " %.*s", STR_ARG(check->name));
    if (red->relation != RELATION_CITED) {
        open_class(m, "span", "soft");
        markup_textf(m, " (%s)", relation_names[red->relation]);
        markup_close(m);
    }
    markup_close(m);
}

/* What it turns red, folded where it is more than a few. */
static void write_reds(struct page *p, enum bug bug)
{
    enum { MOST_SHOWN = 3 };
    const struct matrix_row *row = &p->matrix->row[bug];
    struct markup *m = &p->m;
    for (size_t i = 0; i < row->red_count && i < MOST_SHOWN; i++)
        write_red(p, &row->red[i]);
    if (row->red_count <= MOST_SHOWN)
        return;
    markup_open(m, "details");
    markup_open(m, "summary");
    markup_textf(m, "%zu more", row->red_count - MOST_SHOWN);
    markup_close(m);
    for (size_t i = MOST_SHOWN; i < row->red_count; i++)
        write_red(p, &row->red[i]);
    markup_close(m);
}

static void write_bug(struct page *p, enum bug bug)
{
    const struct bug_note *unseen = matrix_unseen(p->matrix, bug);
    bool caught = matrix_caught(p->matrix, bug);
    struct markup *m = &p->m;
    markup_open(m, "tr");
    markup_attributef(m, "id", "bug-%s", bug_rows[bug].name);
    markup_open(m, "td");
    markup_element(m, "b", str_of(bug_rows[bug].name));
    markup_raw(m, "<br>");
    markup_text(m, str_of(bug_rows[bug].help));
    markup_close(m);
    markup_open(m, "td");
    markup_element(m, "code", str_of(bug_rows[bug].requirement));
    markup_close(m);
    markup_open(m, "td");
    if (!caught)
        word(m, unseen ? VERDICT_SKIP : VERDICT_FAIL, unseen ? "unseen" : "missed");
    if (unseen)
        markup_textf(m, ": %.*s", STR_ARG(unseen->because));
    write_reds(p, bug);
    markup_close(m);
    markup_close(m);
    markup_raw(m, "\n");
}

static void write_bugs(struct page *p)
{
    markup_element(&p->m, "h2", STR("By bug"));
    open_table(&p->m, "bug", "breaks", "turns red");
    for (enum bug bug = BUG_NONE + 1; bug < BUG_COUNT; bug++)
        if (p->matrix->row[bug].selected)
            write_bug(p, bug);
    close_table(&p->m);
}

static bool turns_red(const struct matrix_row *row, size_t check)
{
    for (size_t i = 0; i < row->red_count; i++)
        if (row->red[i].check == check)
            return true;
    return false;
}

/* The check, its level, and the bugs that turn it red, each a link to its row. */
static void write_check(struct page *p, size_t i)
{
    const struct matrix_check *check = &p->matrix->check[i];
    struct markup *m = &p->m;
    markup_open(m, "tr");
    markup_open(m, "td");
    markup_element(m, "code", check->scenario);
    markup_raw(m, "<br>");
    markup_text(m, check->name);
    markup_close(m);
    markup_element(m, "td", check->level);
    markup_open(m, "td");
    for (enum bug bug = BUG_NONE + 1; bug < BUG_COUNT; bug++)
        if (turns_red(&p->matrix->row[bug], i)) {
            markup_open(m, "a");
            markup_attributef(m, "href", "#bug-%s", bug_rows[bug].name);
            markup_text(m, str_of(bug_rows[bug].name));
            markup_close(m);
            markup_text(m, STR(" "));
        }
    if (check->red_by == 0)
        word(m, VERDICT_SKIP, "none");
    markup_close(m);
    markup_close(m);
    markup_raw(m, "\n");
}

static void write_checks(struct page *p)
{
    markup_element(&p->m, "h2", STR("By check"));
    open_table(&p->m, "check", "level", "red by");
    for (size_t i = 0; i < p->matrix->check_count; i++)
        write_check(p, i);
    close_table(&p->m);
}

void kills_html(struct buf *out, const struct matrix *m, str version)
{
    struct page p = { .arena = out->arena, .m = markup_new(out, true), .matrix = m };
    write_head(&p, version);
    write_faults(&p);
    write_bugs(&p);
    write_checks(&p);
    markup_raw(&p.m, "</body>\n</html>\n");
}
