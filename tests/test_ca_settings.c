/* SPDX-License-Identifier: MIT */
/* `ca SETTING`: what is taken, and what is told. */
#include <check.h>

#include "engine/ca_setup.h"
#include "script/ca_script.h"
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
    { "ca decide-after 1500ms", CA_DECIDE_AFTER, 1500 },
    { "ca token ../", CA_TOKEN, 0 },
    { "ca token x _", CA_TOKEN, 0 },
    { "ca tls-untrusted", CA_TLS_UNTRUSTED, 0 },
};
static const struct { const char *line, *told; } bad[] = {
    { "ca no-termz", "t:4:4: \"no-termz\" is no setting of the CA; did you mean \"no-terms\"?" },
    { "ca no-terms 3", "t:4:13: `ca no-terms` is followed by nothing" },
    { "ca processing", "t:4:1: `ca processing` is followed by a time span such as 3s" },
    { "ca attempts many", "t:4:13: `ca attempts` is followed by a number from 1" },
    { "ca attempts 0", "t:4:13: `ca attempts` is followed by a number from 1" },
    { "ca page 0", "t:4:9: `ca page` is followed by a number from 1" },
    { "ca retry 0s", "t:4:10: `ca retry` is followed by a time span of 1ms at least" },
    { "ca order-lifetime 0s", "t:4:19: `ca order-lifetime` is followed by a time span of 1s at least" },
    { "ca blocked", "t:4:1: `ca blocked` is followed by names" },
    { "ca limit order 2 10s", "t:4:10: `ca limit` is followed by RESOURCE NUMBER DURATION" },
    { "ca bug nonce-reuse", "t:4:1: the CA of a scenario makes no mistakes but by its rules (`on`)" },
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

/* --- beside rules, in a script --- */

static bool read_script(const char *text, struct ca_script *out, struct mistakes *m)
{
    *m = (struct mistakes){ .arena = a };
    *out = (struct ca_script){ .setting = NULL };
    return ca_script_read(a, "t", str_of(text), out, m);
}

START_TEST(a_script_has_settings_and_rules)
{
    struct mistakes m;
    struct ca_script s;
    ck_assert(read_script("ca no-newAuthz\non order\n  delay 1s\nca bug get-allowed\n",
                          &s, &m));
    ck_assert_uint_eq(s.on.count, 1);
    ck_assert_uint_eq(s.setting_count, 2);
    ck_assert_int_eq(s.setting[1].id, CA_BUG);
    ck_assert(read_script("ca processing 2s", &s, &m));
    ck_assert_int_eq(s.setting[0].number, 2000);
    ck_assert(read_script("on order reply 500; detail x", &s, &m));
    ck_assert_uint_eq(s.on.count, 1);
}
END_TEST

/* clang-format off */
static const struct { const char *text, *told; } bad_scripts[] = {
    { "ca no-termz\non order\n  delay 1s\n", "t:1:4: \"no-termz\" is no setting of the CA; did you mean \"no-terms\"?" },
    { "on order\n  delay 1s\nca blocked ${domain}\n", "t:3:1: ${domain} has no value here: a setting knows no names" },
    { "ca no-terms\nprofile x\n", "t:2:1: only rules and settings of the CA stand in such a file" },
    { "", "t:1:1: a rule begins with `on RESOURCE`" },
};
/* clang-format on */

START_TEST(a_mistake_in_a_script_is_told)
{
    struct mistakes m;
    struct ca_script s;
    ck_assert(!read_script(bad_scripts[_i].text, &s, &m));
    ck_assert_uint_eq(m.list.count, 1);
    ck_assert_str_eq(m.list.item[0].ptr, bad_scripts[_i].told);
}
END_TEST

static bool has_a_byte_set(const void *object, size_t size)
{
    const unsigned char *byte = object;
    for (size_t i = 0; i < size; i++)
        if (byte[i])
            return true;
    return false;
}

/* A flag that no option has would be written through a NULL pointer. */
START_TEST(every_setting_is_one_of_the_options)
{
    struct err err;
    struct ca_options o;
    memset(&o, 0, sizeof o);
    struct setting s = { .id = (enum setting_id)_i, .number = 7, .seconds = 9 };
    strs_add(a, &s.names, STR("nonce-reuse"));
    ck_assert(ca_set_up(a, &s, &o, &err));
    ck_assert(has_a_byte_set(&o, sizeof o));
}
END_TEST

START_TEST(what_a_ca_cannot_have_is_told)
{
    struct err err;
    struct ca_options o = { .address = NULL };
    struct setting s = { .id = CA_BUG, .number = 1 };
    strs_add(a, &s.names, STR("nonce-reus"));
    ck_assert(!ca_set_up(a, &s, &o, &err));
    ck_assert(str_contains(str_of(err.text), STR("nonce-reuse")));
    s.id = CA_LIMIT;
    for (int i = 0; i < CA_MOST_LIMITS; i++)
        ck_assert(ca_set_up(a, &s, &o, &err));
    ck_assert(!ca_set_up(a, &s, &o, &err));
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
    tcase_add_test(t, a_script_has_settings_and_rules);
    tcase_add_loop_test(t, a_mistake_in_a_script_is_told, 0, countof(bad_scripts));
    tcase_add_loop_test(t, every_setting_is_one_of_the_options, 0, CA_SETTINGS);
    tcase_add_test(t, what_a_ca_cannot_have_is_told);
    suite_add_tcase(suite, t);
    return suite;
}
