/* SPDX-License-Identifier: MIT */
/* The kill matrix: every way in which it is at fault, and that each can be excused. */
#include <check.h>

#include "reports/kills.h"
#include "tests/matrix_fixture.h"

Suite *matrix_suite(void);

static struct arena *a;
static struct bugnotes notes;
static struct matrix *m;
static enum bug bug, other;

static void begin(void)
{
    a = arena_new(NULL);
    bug = bug_find(STR("nonce-reuse"));
    other = bug_find(STR("new-account-200"));
    notes = (struct bugnotes){ .bug = NULL };
    m = matrix_fixture(a, &notes);
    m->row[bug].selected = true;
}

static void end(void)
{
    arena_end(a);
}

static void play(enum bug of, const char *name, const char *first, const char *second)
{
    matrix_play(m, of, name, first, second);
}

/* Judges, and expects this one fault; NULL: none. */
static void expect(const char *kind, const char *where)
{
    matrix_judge(m);
    if (!kind) {
        ck_assert_msg(m->fault_count == 0, "there is the fault %s %s",
                      fault_names[m->fault[0].kind], m->fault[0].where.ptr);
        ck_assert(kills_good(m));
        return;
    }
    ck_assert_uint_eq(m->fault_count, 1);
    ck_assert_str_eq(fault_names[m->fault[0].kind], kind);
    ck_assert_msg(str_is(m->fault[0].where, where), "it is of %s", m->fault[0].where.ptr);
    ck_assert(!kills_good(m));
}

static void add_note(struct bug_note note, const char *also)
{
    struct bug_note *kept = NEW(a, struct bug_note);
    *kept = note;
    kept->because = STR("It is so.");
    kept->place = (struct place){ "bugs.acme", 3, 1 };
    if (also)
        strs_add(a, &kept->also, str_of(also));
    notes.bug = kept;
    notes.bug_count = 1;
}

START_TEST(a_bug_is_caught_by_a_check_that_cites_its_requirement)
{
    play(bug, "server/a", "must 200", NULL);
    expect(NULL, NULL);
    ck_assert_uint_eq(m->caught, 1);
    ck_assert(m->row[bug].red[0].relation == RELATION_CITED);
}
END_TEST

START_TEST(a_bug_that_nothing_turns_red_is_uncaught)
{
    expect("uncaught", "");
}
END_TEST

START_TEST(a_bug_that_is_known_to_be_unseen_is_excused)
{
    add_note((struct bug_note){ .bug = bug, .unseen = true }, NULL);
    expect(NULL, NULL);
    ck_assert_uint_eq(m->excused_bugs, 1);
}
END_TEST

START_TEST(an_unseen_bug_that_is_caught_makes_its_note_stale)
{
    add_note((struct bug_note){ .bug = bug, .unseen = true }, NULL);
    play(bug, "server/a", "must 200", NULL);
    expect("stale", "bugs.acme:3");
}
END_TEST

START_TEST(a_check_of_something_else_is_a_stray)
{
    play(bug, "server/a", "must 200", NULL);
    play(bug, "server/b", "must 200", NULL);
    expect("stray", "server/b: must 200");
}
END_TEST

START_TEST(a_note_takes_a_stray_in)
{
    static const char *const words[] = { "server/b", "rfc8555-7.3-22", "rfc8555-7.3",
                                         "server/*", "*" };
    add_note((struct bug_note){ .bug = bug }, words[_i]);
    play(bug, "server/a", "must 200", NULL);
    play(bug, "server/b", "must 200", NULL);
    expect(NULL, NULL);
}
END_TEST

START_TEST(a_note_that_did_not_come_true_is_stale)
{
    add_note((struct bug_note){ .bug = bug }, "server/b");
    play(bug, "server/a", "must 200", NULL);
    expect("stale", "bugs.acme:3");
}
END_TEST

/* The first scenario is about the bug by what it cites, the second by the note alone. */
START_TEST(a_note_says_where_a_bug_is_seen)
{
    struct bug_note note = { .bug = bug };
    ck_assert(!matrix_concerns(m, bug, m->library->scenario[1]));
    strs_add(a, &note.seen_in, STR("server/b"));
    add_note(note, NULL);
    ck_assert(matrix_concerns(m, bug, m->library->scenario[1]));
    ck_assert(!matrix_concerns(m, other, m->library->scenario[0]));
    matrix_play_watch(m, bug);
    expect(NULL, NULL);
}
END_TEST

START_TEST(a_bug_that_is_not_seen_where_a_note_says_so_is_told)
{
    struct bug_note note = { .bug = bug };
    strs_add(a, &note.seen_in, STR("server/b"));
    add_note(note, NULL);
    play(bug, "server/a", "must 200", NULL);
    expect("stale", "bugs.acme:3");
}
END_TEST

START_TEST(what_follows_a_red_check_is_no_stray)
{
    play(bug, "server/a", "must 200", NULL);
    play(bug, "server/b", "must 200", "should 200");
    expect("stray", "server/b: must 200");
    ck_assert_uint_eq(m->row[bug].red_count, 3);
    ck_assert(m->row[bug].red[2].relation == RELATION_FOLLOWS);
}
END_TEST

START_TEST(red_against_the_correct_mock_is_a_fault)
{
    play(bug, "server/a", "must 200", NULL);
    play(BUG_NONE, "server/b", "must 200", NULL);
    m->row[BUG_NONE].selected = true;
    expect("correct", "server/b: must 200");
}
END_TEST

START_TEST(what_is_red_without_a_bug_is_no_stray)
{
    play(bug, "server/a", "must 200", NULL);
    play(bug, "server/b", "must 200", NULL);
    play(BUG_NONE, "server/b", "must 200", NULL);
    m->row[BUG_NONE].selected = true;
    expect("correct", "server/b: must 200");
}
END_TEST

START_TEST(what_is_red_without_a_bug_catches_none)
{
    play(bug, "server/a", "must 200", NULL);
    play(BUG_NONE, "server/a", "must 200", NULL);
    m->row[BUG_NONE].selected = true;
    matrix_judge(m);
    ck_assert_uint_eq(m->faults[FAULT_CORRECT], 1);
    ck_assert_uint_eq(m->faults[FAULT_UNCAUGHT], 1);
}
END_TEST

START_TEST(trouble_of_a_bug_that_is_not_caught_is_told)
{
    m->row[bug].trouble = STR("its process died of signal 11");
    matrix_judge(m);
    ck_assert_uint_eq(m->faults[FAULT_TROUBLE], 1);
    play(bug, "server/a", "must 200", NULL);
    expect(NULL, NULL);
}
END_TEST

/* Notes on the watch, which no bug of these turns red. */
static void excuse_the_watch(void)
{
    static struct never_red never = { .scenario = { "watch/w", 7 },
                                      .check = { "", 0 },
                                      .because = { "B", 1 } };
    notes.never = &never;
    notes.never_count = 1;
}

START_TEST(a_check_that_no_bug_turns_red_is_idle)
{
    static const char *const suites[] = { "server", "client" };
    excuse_the_watch();
    play(bug, "server/a", "must 200", "must header X present");
    m->complete = m->row[other].selected = true;
    m->suite = suites[_i];
    play(other, "server/b", "must 200", NULL);
    matrix_judge(m);
    ck_assert_uint_eq(m->checks_red, 3);
    ck_assert_uint_eq(m->fault_count, 1);
    ck_assert_uint_eq(m->faults[FAULT_IDLE], 1);
    ck_assert(str_is(m->fault[0].where, "server/b: should 200"));
}
END_TEST

START_TEST(a_check_that_a_note_excuses_is_not_idle)
{
    play(bug, "server/a", "must 200", "must header X present");
    m->complete = m->row[other].selected = true;
    play(other, "server/b", "must 200", "should 200");
    matrix_judge(m);
    ck_assert_uint_eq(m->faults[FAULT_IDLE], 1);
    ck_assert_uint_eq(m->excused_checks, 0);
    excuse_the_watch();
    expect(NULL, NULL);
    ck_assert_uint_eq(m->excused_checks, 1);
}
END_TEST

START_TEST(a_scenario_is_idle_as_long_as_none_of_its_checks_is_red)
{
    play(bug, "server/a", "must 200", NULL);
    ck_assert(matrix_idle(m, m->library->scenario[1]));
    ck_assert(!matrix_idle(m, m->library->scenario[0]));
}
END_TEST

START_TEST(nothing_that_was_selected_is_not_good)
{
    m->row[bug].selected = false;
    matrix_judge(m);
    ck_assert(!kills_good(m));
}
END_TEST

Suite *matrix_suite(void)
{
    Suite *s = suite_create("matrix");
    TCase *tc = tcase_create("faults");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_test(tc, a_bug_is_caught_by_a_check_that_cites_its_requirement);
    tcase_add_test(tc, a_bug_that_nothing_turns_red_is_uncaught);
    tcase_add_test(tc, a_bug_that_is_known_to_be_unseen_is_excused);
    tcase_add_test(tc, an_unseen_bug_that_is_caught_makes_its_note_stale);
    tcase_add_test(tc, a_check_of_something_else_is_a_stray);
    tcase_add_loop_test(tc, a_note_takes_a_stray_in, 0, 5);
    tcase_add_test(tc, a_note_that_did_not_come_true_is_stale);
    tcase_add_test(tc, a_note_says_where_a_bug_is_seen);
    tcase_add_test(tc, a_bug_that_is_not_seen_where_a_note_says_so_is_told);
    tcase_add_test(tc, what_follows_a_red_check_is_no_stray);
    tcase_add_test(tc, red_against_the_correct_mock_is_a_fault);
    tcase_add_test(tc, what_is_red_without_a_bug_is_no_stray);
    tcase_add_test(tc, what_is_red_without_a_bug_catches_none);
    tcase_add_test(tc, trouble_of_a_bug_that_is_not_caught_is_told);
    tcase_add_loop_test(tc, a_check_that_no_bug_turns_red_is_idle, 0, 2);
    tcase_add_test(tc, a_check_that_a_note_excuses_is_not_idle);
    tcase_add_test(tc, a_scenario_is_idle_as_long_as_none_of_its_checks_is_red);
    tcase_add_test(tc, nothing_that_was_selected_is_not_good);
    suite_add_tcase(s, tc);
    return s;
}
