/* SPDX-License-Identifier: MIT */
/* Kill matrices for tests. */
#include "tests/matrix_fixture.h"

#include <check.h>

#include "tests/results_fixture.h"

static struct scenario *scenario(struct arena *a, const char *name, const char *text)
{
    struct mistakes mistakes = { .arena = a };
    struct scenario *s =
        scenario_read(a, str_of(name), name, str_of(text), NULL, &mistakes);
    ck_assert_msg(s != NULL, "%s", mistakes.list.count ? mistakes.list.item[0].ptr : "");
    return s;
}

static struct watches *one_watch(struct arena *a)
{
    struct watches *watches = NEW(a, struct watches);
    struct check *check = NEW(a, struct check);
    check->level = CHECK_MUST;
    check->place.line = 7;
    watches->item = NEW(a, struct watch);
    watches->count = 1;
    watches->item[0] = (struct watch){ .id = STR("w"),
                                       .title = STR("It holds"),
                                       .suite = STR("server"),
                                       .file = STR("watches/w.acme"),
                                       .check = check,
                                       .check_count = 1 };
    return watches;
}

struct matrix *matrix_fixture(struct arena *a, const struct bugnotes *notes)
{
    struct library *library = NEW(a, struct library);
    library->count = 2;
    library->scenario = NEW_ARRAY(a, struct scenario *, 2);
    library->scenario[0] = scenario(a, "server/a",
                                    "scenario A\nsuite server\nrule rfc8555-6.5-6\n"
                                    "get directory\nmust 200\n  header X present\n");
    library->scenario[1] = scenario(a, "server/b",
                                    "scenario B\nsuite server\nrule rfc8555-7.3-22\n"
                                    "get directory\nmust 200\nshould 200\n");
    library->watches = one_watch(a);
    return matrix_new(a, "server", library, notes);
}

void matrix_play(struct matrix *m, enum bug bug, const char *name, const char *first,
                 const char *second)
{
    struct check_result check[2] = {
        { .name = str_of(first), .verdict = VERDICT_FAIL, .message = STR("it is 404") },
        { .name = str_of(second), .verdict = VERDICT_WARN, .message = STR_NONE }
    };
    struct play_outcome outcome = { .result = { .name = str_of(name),
                                                .scenario = str_of(name),
                                                .check = check,
                                                .check_count = second ? 2 : 1 } };
    matrix_add(m, bug, &outcome);
    m->row[bug].plays++;
}

void matrix_play_watch(struct matrix *m, enum bug bug)
{
    struct watch_result watch = { .id = STR("w"),
                                  .verdict = VERDICT_FAIL,
                                  .message = hostile };
    struct play_outcome outcome = { .result = { .name = STR("server/b"),
                                                .scenario = STR("server/b") },
                                    .watch = &watch,
                                    .watch_count = 1 };
    matrix_add(m, bug, &outcome);
}

struct matrix *sample_matrix(struct arena *a)
{
    struct bugnotes *notes = NEW(a, struct bugnotes);
    notes->bug = NEW_ARRAY(a, struct bug_note, 2);
    notes->bug_count = 2;
    notes->bug[0] = (struct bug_note){ .bug = BUG_NONCE_COUNTER,
                                       .unseen = true,
                                       .because = STR("It looks like any <text>."),
                                       .place = { "bugs.acme", 3, 1 } };
    notes->bug[1] = (struct bug_note){ .bug = BUG_NONCE_REUSE,
                                       .because = STR("So it is."),
                                       .place = { "bugs.acme", 6, 1 } };
    strs_add(a, &notes->bug[1].also, STR("server/c*"));
    struct matrix *m = matrix_fixture(a, notes);
    m->complete = true;
    m->row[BUG_NONE].selected = m->row[BUG_NONCE_REUSE].selected = true;
    m->row[BUG_NONCE_COUNTER].selected = m->row[BUG_NEW_ACCOUNT_200].selected = true;
    m->row[BUG_ORDER_202].selected = m->row[BUG_NONCE_REUSE].whole = true;
    m->row[BUG_ORDER_202].trouble = STR("its process died of signal 11");
    matrix_play(m, BUG_NONCE_REUSE, "server/a", "must 200", "must header X present");
    matrix_play(m, BUG_NONCE_REUSE, "server/b", "must 200", "should 200");
    matrix_play_watch(m, BUG_NONCE_REUSE);
    matrix_play(m, BUG_NONE, "server/a", "must 200", NULL);
    matrix_judge(m);
    return m;
}
