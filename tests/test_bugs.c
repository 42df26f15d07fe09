/* SPDX-License-Identifier: MIT */
/* The table of planted bugs: every row is whole, and lists of names switch them on. */
#include <check.h>
#include <ctype.h>

#include "mocks/bugs.h"

Suite *bugs_suite(void);

/* Lower case words between hyphens. */
static bool is_bug_name(const char *name)
{
    bool good = islower((unsigned char)*name);
    for (; *name; name++)
        good = good
            && (islower((unsigned char)*name) || isdigit((unsigned char)*name)
                || *name == '-');
    return good;
}

START_TEST(every_row_is_whole)
{
    const struct bug_row *row = &bug_rows[_i];
    ck_assert_msg(is_bug_name(row->name), "%s", row->name);
    ck_assert_msg(strlen(row->help) > 10, "%s", row->name);
    ck_assert_msg(strncmp(row->requirement, "rfc", 3) == 0
                      || strncmp(row->requirement, "draft-", 6) == 0
                      || strcmp(row->requirement, "house") == 0,
                  "%s rests on %s", row->name, row->requirement);
    ck_assert_int_eq(bug_find(str_of(row->name)), _i); /* and so no other has the name */
}
END_TEST

START_TEST(a_list_switches_them_on)
{
    struct arena *a = arena_new(NULL);
    struct bugs bugs = { { false } };
    struct err err;
    str names = arena_printf(a, " %s , %s", bug_rows[3].name, bug_rows[1].name);
    ck_assert_msg(bugs_add(&bugs, names, &err), "%s", err.text);
    ck_assert(bugs.on[1] && !bugs.on[2] && bugs.on[3]);
    struct strs list = bugs_list(a, &bugs);
    ck_assert_uint_eq(list.count, 2);
    ck_assert(str_is(list.item[0], bug_rows[1].name)); /* in the table's order */
    ck_assert(bugs_add(&bugs, STR_NONE, &err));
    ck_assert_uint_eq(bugs_list(a, &bugs).count, 2);
    arena_end(a);
}
END_TEST

START_TEST(a_name_that_is_unknown_is_told_with_the_nearest)
{
    struct bugs bugs = { { false } };
    struct err err;
    char name[64], wanted[200];
    snprintf(name, sizeof name, "%sx", bug_rows[1].name);
    snprintf(wanted, sizeof wanted,
             "there is no planted bug \"%s\"; did you mean \"%s\"?", name,
             bug_rows[1].name);
    ck_assert(!bugs_add(&bugs, str_of(name), &err));
    ck_assert_str_eq(err.text, wanted);
    ck_assert(!bugs_add(&bugs, STR(","), &err));
    ck_assert_int_eq(bug_find(STR_NONE), BUG_NONE);
}
END_TEST

Suite *bugs_suite(void)
{
    Suite *suite = suite_create("bugs");
    TCase *t = tcase_create("bugs");
    tcase_add_loop_test(t, every_row_is_whole, BUG_NONE + 1, BUG_COUNT);
    tcase_add_test(t, a_list_switches_them_on);
    tcase_add_test(t, a_name_that_is_unknown_is_told_with_the_nearest);
    suite_add_tcase(suite, t);
    return suite;
}
