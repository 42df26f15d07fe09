/* SPDX-License-Identifier: MIT */
/* What is wrong with a kill matrix. */
#include "run/matrix_inside.h"

const char *const fault_names[FAULT_KINDS] = {
    [FAULT_TROUBLE] = "trouble",   [FAULT_CORRECT] = "correct",
    [FAULT_UNCAUGHT] = "uncaught", [FAULT_IDLE] = "idle",
    [FAULT_STRAY] = "stray",       [FAULT_STALE] = "stale",
};

const char *const fault_headings[FAULT_KINDS] = {
    [FAULT_TROUBLE] = "Bugs that could not be played",
    [FAULT_CORRECT] = "Red against the correct mock",
    [FAULT_UNCAUGHT] = "Bugs that nothing catches",
    [FAULT_IDLE] = "What no bug turns red",
    [FAULT_STRAY] = "Checks that turn red for a bug of another section",
    [FAULT_STALE] = "Notes in scenarios/bugs.acme that are not true",
};

static void add_fault(struct matrix *m, enum fault_kind kind, enum bug bug, str where,
                      str says)
{
    m->fault = GROW(m->arena, m->fault, m->fault_count, struct matrix_fault);
    m->fault[m->fault_count++] = (struct matrix_fault){ kind, bug, where, says };
    m->faults[kind]++;
}

static str where_of(const struct matrix *m, const struct matrix_check *check)
{
    return arena_printf(m->arena, "%.*s: %.*s", STR_ARG(check->scenario),
                        STR_ARG(check->name));
}

static str place_of(const struct matrix *m, struct place place)
{
    return arena_printf(m->arena, "%s:%d", place.file, place.line);
}

/* --- rows --- */

/* What is red without a bug says nothing of one. */
static bool is_red_anyway(const struct matrix *m, size_t check)
{
    const struct matrix_row *correct = &m->row[BUG_NONE];
    for (size_t i = 0; i < correct->red_count; i++)
        if (correct->red[i].check == check)
            return true;
    return false;
}

bool matrix_caught(const struct matrix *m, enum bug bug)
{
    for (size_t i = 0; i < m->row[bug].red_count; i++) {
        const struct matrix_red *red = &m->row[bug].red[i];
        if (red->relation >= RELATION_WATCHED && !is_red_anyway(m, red->check))
            return true;
    }
    return false;
}

const struct bug_note *matrix_unseen(const struct matrix *m, enum bug bug)
{
    for (size_t i = 0; i < m->notes->bug_count; i++)
        if (m->notes->bug[i].bug == bug && m->notes->bug[i].unseen)
            return &m->notes->bug[i];
    return NULL;
}

static void judge_reds(struct matrix *m, enum bug bug)
{
    const struct matrix_row *row = &m->row[bug];
    for (size_t i = 0; i < row->red_count; i++) {
        const struct matrix_red *red = &row->red[i];
        str where = where_of(m, &m->check[red->check]);
        if (bug == BUG_NONE)
            add_fault(m, FAULT_CORRECT, bug, where, red->message);
        else if (red->relation == RELATION_NONE && !is_red_anyway(m, red->check))
            add_fault(m, FAULT_STRAY, bug, where, red->message);
    }
}

static void judge_bug(struct matrix *m, enum bug bug)
{
    const struct matrix_row *row = &m->row[bug];
    const struct bug_note *unseen = matrix_unseen(m, bug);
    if (row->trouble.len && !unseen && !matrix_caught(m, bug))
        add_fault(m, FAULT_TROUBLE, bug, STR_NONE, row->trouble);
    if (bug != BUG_NONE && unseen && row->red_count)
        add_fault(m, FAULT_STALE, bug, place_of(m, unseen->place),
                  STR("it is said to be unseen, and is caught"));
    else if (bug != BUG_NONE && !unseen && !matrix_caught(m, bug))
        add_fault(m, FAULT_UNCAUGHT, bug, STR_NONE,
                  arena_printf(m->arena, "%s %s (%zu plays, %zu of them undecided)",
                               bug_rows[bug].requirement, bug_rows[bug].help, row->plays,
                               row->undecided));
    judge_reds(m, bug);
}

/* --- columns --- */

/* Every check has a bug that turns it red, or a note says why it has none. */
static void judge_column(struct matrix *m, const struct matrix_check *check)
{
    bool green = check->red_by == 0, never = matrix_never(m, check) != NULL;
    m->checks_red += !green;
    m->excused_checks += green && never;
    if (m->complete && green && !never)
        add_fault(m, FAULT_IDLE, BUG_NONE, where_of(m, check),
                  arena_printf(m->arena, "line %d", check->line));
}

/* --- notes --- */

static bool word_is_true(const struct matrix *m, enum bug bug, str word)
{
    const struct matrix_row *row = &m->row[bug];
    for (size_t i = 0; i < row->red_count; i++) {
        const struct matrix_check *check = &m->check[row->red[i].check];
        if (matrix_word_fits(word, check->scenario, check->rules))
            return true;
    }
    return false;
}

/* What fits many is only played when the whole suite is. */
static bool was_played(const struct matrix *m, enum bug bug, str word)
{
    if (m->row[bug].whole)
        return true;
    for (size_t i = 0; i < m->library->count; i++)
        if (str_eq(m->library->scenario[i]->name, word))
            return true;
    return false;
}

static void judge_bug_note(struct matrix *m, const struct bug_note *note)
{
    const struct matrix_row *row = &m->row[note->bug];
    if (!row->selected || row->trouble.len)
        return;
    for (size_t i = 0; i < note->seen_in.count; i++)
        if (!strs_has(&row->shown, note->seen_in.item[i]))
            add_fault(m, FAULT_STALE, note->bug, place_of(m, note->place),
                      arena_printf(m->arena, "it is said to be seen in %.*s, and is not",
                                   STR_ARG(note->seen_in.item[i])));
    for (size_t i = 0; i < note->also.count; i++)
        if (was_played(m, note->bug, note->also.item[i])
            && !word_is_true(m, note->bug, note->also.item[i]))
            add_fault(m, FAULT_STALE, note->bug, place_of(m, note->place),
                      arena_printf(m->arena, "%.*s is said to turn red, and does not",
                                   STR_ARG(note->also.item[i])));
}

/* Notes are of both suites, and each matrix is of one. */
static bool is_of_other_suite(const struct matrix *m, str word)
{
    const struct watches *all = m->library->watches;
    if (!str_starts(word, "watch/"))
        return !str_starts(word, m->suite);
    for (size_t i = 0; i < all->count; i++) {
        str name = arena_printf(m->arena, "watch/%.*s", STR_ARG(all->item[i].id));
        if (matrix_word_fits(word, name, &all->item[i].rules))
            return !str_is(all->item[i].suite, m->suite);
    }
    return false;
}

static void judge_never_red(struct matrix *m, const struct never_red *never)
{
    size_t fits = 0, green = 0;
    if (is_of_other_suite(m, never->scenario))
        return;
    for (size_t i = 0; i < m->check_count; i++) {
        bool mine = matrix_never(m, &m->check[i]) == never;
        fits += mine;
        green += mine && m->check[i].red_by == 0;
    }
    str what = arena_printf(m->arena, "%.*s %.*s", STR_ARG(never->scenario),
                            STR_ARG(never->check));
    if (fits == 0)
        add_fault(m, FAULT_STALE, BUG_NONE, place_of(m, never->place),
                  arena_printf(m->arena, "there is no check %.*s", STR_ARG(what)));
    else if (green == 0)
        add_fault(m, FAULT_STALE, BUG_NONE, place_of(m, never->place),
                  arena_printf(m->arena, "%.*s is turned red by a bug", STR_ARG(what)));
}

void matrix_judge(struct matrix *m)
{
    m->fault_count = m->selected = m->caught = m->reds = 0;
    m->checks_red = m->excused_bugs = m->excused_checks = 0;
    memset(m->faults, 0, sizeof m->faults);
    for (enum bug bug = BUG_NONE; bug < BUG_COUNT; bug++) {
        if (!m->row[bug].selected)
            continue;
        judge_bug(m, bug);
        m->selected += bug != BUG_NONE;
        m->caught += bug != BUG_NONE && matrix_caught(m, bug);
        m->excused_bugs += bug != BUG_NONE && matrix_unseen(m, bug) != NULL;
        m->reds += bug != BUG_NONE ? m->row[bug].red_count : 0;
    }
    for (size_t i = 0; i < m->check_count; i++)
        judge_column(m, &m->check[i]);
    for (size_t i = 0; i < m->notes->bug_count; i++)
        judge_bug_note(m, &m->notes->bug[i]);
    for (size_t i = 0; i < m->notes->never_count; i++)
        judge_never_red(m, &m->notes->never[i]);
}
