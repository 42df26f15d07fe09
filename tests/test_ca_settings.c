/* SPDX-License-Identifier: MIT */
/* `ca SETTING`: what is taken, and what is told. */
#include <check.h>

#include "script/scenario.h"

Suite *ca_settings_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void end(void)
{
    arena_end(a);
}

static struct scenario *read_with(const char *line, struct mistakes *m)
{
    *m = (struct mistakes){ .arena = a };
    str text = arena_printf(a,
                            "scenario A\nsuite client\nrule house\n%s\n"
                            "run obtain ${domain}\nshould client issued\n",
                            line);
    return scenario_read(a, STR("x"), "t", text, NULL, m);
}

/* clang-format off */
static const struct { const char *line; enum setting_id id; long number; } good[] = {
    { "ca no-terms", CA_NO_TERMS, 0 },
    { "ca processing 2s", CA_PROCESSING, 2000 },
    { "ca order-lifetime 90s", CA_ORDER_LIFETIME, 90 },
    { "ca attempts 3", CA_ATTEMPTS, 3 },
    { "ca blocked ${domain2} bad.test", CA_BLOCKED, 0 },
    { "ca limit newOrder 2 10s", CA_LIMIT, 2 },
    { "ca blind 2", CA_BLIND, 2 },
    { "ca validate-after 2s", CA_VALIDATE_AFTER, 2000 },
    { "ca token ../", CA_TOKEN, 0 },
    { "ca token x _", CA_TOKEN, 0 },
    { "ca tls-untrusted", CA_TLS_UNTRUSTED, 0 },
};
static const struct { const char *line, *told; } bad[] = {
    { "ca no-termz", "t:4:1: \"no-termz\" is no setting of the CA; did you mean \"no-terms\"?" },
    { "ca no-terms 3", "t:4:1: `ca no-terms` is followed by nothing" },
    { "ca processing", "t:4:1: `ca processing` is followed by a time span such as 3s" },
    { "ca attempts many", "t:4:1: `ca attempts` is followed by a number" },
    { "ca blocked", "t:4:1: `ca blocked` is followed by names" },
    { "ca limit order 2 10s", "t:4:1: `ca limit` is followed by RESOURCE NUMBER DURATION" },
    { "get directory", "t:4:1: `get` has no place in suite client" },
};
/* clang-format on */

START_TEST(a_setting_is_read)
{
    struct mistakes m;
    struct scenario *s = read_with(good[_i].line, &m);
    ck_assert_msg(s != NULL, "%s", m.list.count ? m.list.item[0].ptr : "");
    ck_assert_uint_eq(s->setting_count, 1);
    ck_assert_int_eq(s->setting[0].id, good[_i].id);
    ck_assert_int_eq(s->setting[0].number, good[_i].number);
}
END_TEST

START_TEST(names_and_limits_are_whole)
{
    struct mistakes m;
    struct scenario *s = read_with(good[4].line, &m);
    ck_assert_uint_eq(s->setting[0].names.count, 2);
    s = read_with(good[5].line, &m);
    ck_assert_int_eq(s->setting[0].resource, RESOURCE_NEW_ORDER);
    ck_assert_int_eq(s->setting[0].seconds, 10);
}
END_TEST

START_TEST(a_mistake_is_told)
{
    struct mistakes m;
    ck_assert(read_with(bad[_i].line, &m) == NULL);
    ck_assert_uint_eq(m.list.count, 1);
    ck_assert_str_eq(m.list.item[0].ptr, bad[_i].told);
}
END_TEST

START_TEST(every_setting_has_help)
{
    ck_assert(ca_settings[_i].name && strlen(ca_settings[_i].help) > 10);
}
END_TEST

Suite *ca_settings_suite(void)
{
    Suite *suite = suite_create("ca_settings");
    TCase *t = tcase_create("ca_settings");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_loop_test(t, a_setting_is_read, 0, countof(good));
    tcase_add_test(t, names_and_limits_are_whole);
    tcase_add_loop_test(t, a_mistake_is_told, 0, countof(bad));
    tcase_add_loop_test(t, every_setting_has_help, 0, CA_SETTINGS);
    suite_add_tcase(suite, t);
    return suite;
}
