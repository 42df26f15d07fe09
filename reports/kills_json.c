/* SPDX-License-Identifier: MIT */
/* The kill matrix as one JSON object. */
#include "json/json.h"
#include "reports/kills.h"

enum { SCHEMA = 1 };

static void put_text(struct arena *a, json_t *object, const char *key, str text)
{
    if (text.len)
        json_object_set(object, key, json_string_of(a, text));
}

static void put_count(json_t *object, const char *key, size_t count)
{
    json_object_set_new(object, key, json_integer((json_int_t)count));
}

static json_t *red_value(struct arena *a, const struct matrix *m,
                         const struct matrix_red *red)
{
    const struct matrix_check *check = &m->check[red->check];
    json_t *o = json_object();
    put_text(a, o, "scenario", check->scenario);
    put_text(a, o, "check", check->name);
    put_text(a, o, "verdict", str_of(verdict_names[red->verdict]));
    put_text(a, o, "relation", str_of(relation_names[red->relation]));
    put_text(a, o, "play", red->play);
    put_text(a, o, "message", red->message);
    return o;
}

static json_t *bug_value(struct arena *a, const struct matrix *m, enum bug bug)
{
    const struct matrix_row *row = &m->row[bug];
    const struct bug_note *unseen = matrix_unseen(m, bug);
    json_t *o = json_object(), *list = json_array();
    put_text(a, o, "name", str_of(bug_rows[bug].name));
    put_text(a, o, "requirement", str_of(bug_rows[bug].requirement));
    put_text(a, o, "does", str_of(bug_rows[bug].help));
    json_object_set_new(o, "caught", json_boolean(matrix_caught(m, bug)));
    put_text(a, o, "unseen", unseen ? unseen->because : STR_NONE);
    put_count(o, "plays", row->plays);
    put_count(o, "undecided", row->undecided);
    put_text(a, o, "trouble", row->trouble);
    for (size_t i = 0; i < row->red_count; i++)
        json_array_append_new(list, red_value(a, m, &row->red[i]));
    json_object_set_new(o, "red", list);
    return o;
}

static json_t *check_value(struct arena *a, const struct matrix *m, size_t i)
{
    const struct matrix_check *check = &m->check[i];
    json_t *o = json_object(), *rules = json_array(), *bugs = json_array();
    put_text(a, o, "scenario", check->scenario);
    put_text(a, o, "check", check->name);
    put_text(a, o, "level", check->level);
    json_object_set_new(o, "line", json_integer(check->line));
    for (size_t k = 0; k < check->rules->count; k++)
        json_array_append(rules, json_string_of(a, check->rules->item[k]));
    for (enum bug bug = BUG_NONE + 1; bug < BUG_COUNT; bug++)
        for (size_t k = 0; k < m->row[bug].red_count; k++)
            if (m->row[bug].red[k].check == i)
                json_array_append_new(bugs, json_string(bug_rows[bug].name));
    json_object_set_new(o, "rules", rules);
    json_object_set_new(o, "bugs", bugs);
    return o;
}

static json_t *fault_value(struct arena *a, const struct matrix_fault *f)
{
    json_t *o = json_object();
    put_text(a, o, "kind", str_of(fault_names[f->kind]));
    put_text(a, o, "bug", str_of(bug_rows[f->bug].name));
    put_text(a, o, "where", f->where);
    put_text(a, o, "says", f->says);
    return o;
}

static json_t *totals_value(const struct matrix *m)
{
    json_t *o = json_object();
    put_count(o, "bugs", m->selected);
    put_count(o, "caught", m->caught);
    put_count(o, "unseen", m->excused_bugs);
    put_count(o, "checks", m->check_count);
    put_count(o, "red", m->checks_red);
    put_count(o, "never_red", m->excused_checks);
    put_count(o, "faults", m->fault_count);
    return o;
}

void kills_json(struct buf *out, const struct matrix *m, str version)
{
    struct arena *a = out->arena;
    json_t *o = json_keep(a, json_object());
    json_t *bugs = json_array(), *checks = json_array(), *faults = json_array();
    json_object_set_new(o, "schema", json_integer(SCHEMA));
    put_text(a, o, "version", version);
    put_text(a, o, "stopped", m->stopped);
    json_object_set_new(o, "totals", totals_value(m));
    for (enum bug bug = BUG_NONE + 1; bug < BUG_COUNT; bug++)
        if (m->row[bug].selected)
            json_array_append_new(bugs, bug_value(a, m, bug));
    for (size_t i = 0; i < m->check_count; i++)
        json_array_append_new(checks, check_value(a, m, i));
    for (size_t i = 0; i < m->fault_count; i++)
        json_array_append_new(faults, fault_value(a, &m->fault[i]));
    json_object_set_new(o, "bugs", bugs);
    json_object_set_new(o, "checks", checks);
    json_object_set_new(o, "faults", faults);
    buf_add(out, json_pretty(a, o));
    buf_add_char(out, '\n');
}
