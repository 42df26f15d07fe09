/* SPDX-License-Identifier: MIT */
/* Copies of results outlive what they were made of, and lack nothing. */
#include <check.h>

#include "run/events.h"
#include "tests/results_fixture.h"

Suite *verdict_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void end(void)
{
    arena_end(a);
}

/* A line of JSON has all that a result has. */
static str line_of(struct play_result p, struct watch_result w)
{
    struct play_outcome outcome = { .result = p, .watch = &w, .watch_count = 1 };
    return event_of_play(a, &outcome);
}

START_TEST(a_copy_has_all_and_needs_nothing_of_the_original)
{
    struct arena *brief = arena_new(NULL);
    struct results *r = sample_results(brief);
    size_t last = r->watch_count - 1;
    r->play[_i].reason = STR("a reason");
    str before = line_of(r->play[_i], r->watch[last]);
    struct play_result p = play_result_copy(a, &r->play[_i]);
    struct watch_result w = watch_result_copy(a, &r->watch[last]);
    ck_assert(p.name.ptr != r->play[_i].name.ptr && p.check != r->play[_i].check);
    ck_assert(w.id.ptr != r->watch[last].id.ptr);
    for (size_t i = 0; i < p.check_count; i++)
        ck_assert(p.check[i].name.ptr != r->play[_i].check[i].name.ptr
                  && p.check[i].rules.item != r->play[_i].check[i].rules.item);
    arena_end(brief);
    ck_assert(str_eq(line_of(p, w), before));
}
END_TEST

/* Each says more than the one before it, and nothing says more than itself. */
START_TEST(of_a_watch_what_was_judged_says_more)
{
    static const enum verdict rising[] = { VERDICT_SKIP, VERDICT_INCONCLUSIVE,
                                           VERDICT_PASS, VERDICT_WARN,
                                           VERDICT_FAIL, VERDICT_ERROR };
    for (int i = 0; i < (int)countof(rising); i++)
        ck_assert_int_eq(watch_tells_more(rising[_i], rising[i]), _i > i);
}
END_TEST

Suite *verdict_suite(void)
{
    Suite *s = suite_create("verdict");
    TCase *tc = tcase_create("copies");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_loop_test(tc, a_copy_has_all_and_needs_nothing_of_the_original, 0, 7);
    tcase_add_loop_test(tc, of_a_watch_what_was_judged_says_more, 0, VERDICT_COUNT);
    suite_add_tcase(s, tc);
    return s;
}
