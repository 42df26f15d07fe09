/* SPDX-License-Identifier: MIT */
/* Names of plays: each of the library is one line of text and selects that play alone, so
 * that the command in a report plays what it says. */
#include <check.h>

#include "run/plan.h"

Suite *play_names_suite(void);

static struct arena *a;
static struct library *library;
static struct err err;

static void begin(void)
{
    a = arena_new(NULL);
    struct mistakes m = { .arena = a };
    library = library_read(a, STR(ACMESPEC_SOURCE_DIR "/scenarios"), "server", &m, &err);
    ck_assert_msg(library && m.list.count == 0, "%s", err.text);
}

static void end(void)
{
    arena_end(a);
}

static struct plan planned(struct selection s)
{
    struct plan plan;
    ck_assert_msg(plan_make(a, library, &s, &plan, &err), "%s", err.text);
    return plan;
}

static struct selection named(str name)
{
    struct selection s = { .repeat = 1 };
    strs_add(a, &s.names, name);
    return s;
}

START_TEST(a_name_is_a_line_of_text)
{
    struct plan all = planned((struct selection){ .repeat = 1 });
    ck_assert_uint_gt(all.count, 300);
    for (size_t i = 0; i < all.count; i++) {
        str name = play_name(a, &all.play[i]);
        for (size_t k = 0; k < name.len; k++)
            ck_assert_msg((unsigned char)name.ptr[k] >= 0x20, "%s", name.ptr);
    }
}
END_TEST

START_TEST(a_name_selects_its_play_alone)
{
    struct plan all = planned((struct selection){ .repeat = 1 });
    for (size_t i = 0; i < all.count; i++) {
        str name = play_name(a, &all.play[i]);
        struct plan one = planned(named(name));
        ck_assert_msg(one.count == 1, "%s selects %zu plays", name.ptr, one.count);
        ck_assert(str_eq(play_name(a, &one.play[0]), name));
    }
}
END_TEST

START_TEST(only_narrows_what_is_selected)
{
    struct selection s = named(STR("server/6.5-nonces"));
    struct plan nonces = planned(s);
    struct strs only = { 0 };
    s.only = &only;
    ck_assert_uint_eq(planned(s).count, 0);
    strs_add(a, &only, play_name(a, &nonces.play[1]));
    strs_add(a, &only, STR("server/7.4-finalize/not-ready"));
    struct plan plan = planned(s);
    ck_assert_uint_eq(plan.count, 1);
    ck_assert(str_eq(play_name(a, &plan.play[0]), only.item[0]));
}
END_TEST

Suite *play_names_suite(void)
{
    Suite *s = suite_create("play_names");
    TCase *tc = tcase_create("selection");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_name_is_a_line_of_text);
    tcase_add_test(tc, a_name_selects_its_play_alone);
    tcase_add_test(tc, only_narrows_what_is_selected);
    suite_add_tcase(s, tc);
    return s;
}
