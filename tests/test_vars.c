/* SPDX-License-Identifier: MIT */
/* ${names}: replaced in text and JSON, nested, escaped; and the sentence for one that has
 * no value. */
#include <check.h>

#include "engine/vars.h"

Suite *vars_suite(void);

static struct arena *a;
static struct vars *v;
static struct err err;

static json_t *json_of(const char *text)
{
    json_t *value = json_read(a, str_of(text), &err);
    ck_assert_msg(value != NULL, "%s: %s", text, err.text);
    return value;
}

static void begin(void)
{
    a = arena_new(NULL);
    v = vars_new(a);
    err.text[0] = '\0';
    vars_set(v, STR("domain"), STR("a.test"));
    vars_set(v, STR("type"), STR("http-01"));
    vars_set(v, STR("o.http-01.url"), STR("https://ca.test/1"));
    vars_set(v, STR("peer"), STR("${domain}"));
    vars_set(v, STR("empty"), STR_NONE);
    vars_set_scripted(v, STR("name"), STR("*.${domain}"));
    vars_set_scripted(v, STR("self"), STR("<${self}>"));
    vars_set_json(v, STR("jwk"), json_of("{\"kty\":\"OKP\"}"));
    vars_set_json(v, STR("number"), json_of("7"));
    vars_set_missing(v, STR("cert"), STR("the order is not valid"));
}

static void finish(void)
{
    arena_end(a);
}

/* clang-format off */
static const struct { const char *text, *out; } good[] = {
    { "", "" }, { "plain", "plain" }, { "${domain}", "a.test" },
    { "x${domain}${type}y", "xa.testhttp-01y" }, { "[${empty}]", "[]" },
    { "${jwk}", "{\"kty\":\"OKP\"}" }, { "${number}", "7" },
    { "${o.${type}.url}", "https://ca.test/1" },
    { "${domain}/${o.${type}.url}", "a.test/https://ca.test/1" },
    { "${peer}", "${domain}" },             /* what a peer sent is not looked into */
    { "${name}", "*.a.test" },              /* what the scenario wrote is */
    { "$${domain}", "${domain}" }, { "a$${x}b${domain}", "a${x}ba.test" },
    { "$${o.${peer}}", "${o.${domain}}" },
    { "$", "$" }, { "$5", "$5" }, { "${", "${" }, { "${domain", "${domain" }, { "}{", "}{" },
};

static const struct { const char *text, *sentence; } bad[] = {
    { "${nobody}", "${nobody} has no value here" },
    { "${}", "${} has no value here" },
    { "x ${cert} y", "${cert} has no value: the order is not valid" },
    { "${o.${nobody}.url}", "${nobody} has no value here" },
    { "${o.${domain}.url}", "${o.a.test.url} has no value here" },
    { "${Domain}", "${Domain} has no value here" },
};

static const struct { const char *value, *out; } json[] = {
    { "{\"a\":\"${domain}\",\"b\":[\"x${number}\"]}", "{\"a\":\"a.test\",\"b\":[\"x7\"]}" },
    { "{\"key\":\"${jwk}\"}", "{\"key\":{\"kty\":\"OKP\"}}" }, /* alone: the value itself */
    { "[\"${number}\",\"n${number}\"]", "[7,\"n7\"]" },
    { "[\"${name}\",\"$${name}\"]", "[\"*.a.test\",\"${name}\"]" },
    { "{\"${domain}\":1}", "{\"${domain}\":1}" },              /* not in members' names */
    { "[1,true,null,1.5,{}]", "[1,true,null,1.5,{}]" },
};
/* clang-format on */

START_TEST(names_in_a_text_are_replaced)
{
    str out;
    ck_assert_msg(vars_expand(v, a, str_of(good[_i].text), &out, &err), "%s", err.text);
    ck_assert_msg(str_is(out, good[_i].out), "%.*s", STR_ARG(out));
}
END_TEST

START_TEST(a_name_without_a_value_is_told)
{
    str out;
    ck_assert(!vars_expand(v, a, str_of(bad[_i].text), &out, &err));
    ck_assert_str_eq(err.text, bad[_i].sentence);
    err.text[0] = '\0';
    ck_assert_ptr_null(
        vars_expand_json(v, a, json_string_of(a, str_of(bad[_i].text)), &err));
    ck_assert_str_eq(err.text, bad[_i].sentence);
}
END_TEST

START_TEST(names_in_json_are_replaced)
{
    json_t *out = vars_expand_json(v, a, json_of(json[_i].value), &err);
    ck_assert_msg(out != NULL, "%s", err.text);
    ck_assert_str_eq(json_text(a, out).ptr, json[_i].out);
}
END_TEST

START_TEST(a_name_that_names_itself_ends)
{
    str out;
    ck_assert(vars_expand(v, a, STR("${self}"), &out, &err));
    ck_assert(str_is(out, "<<${self}>>") || str_is(out, "<${self}>"));
}
END_TEST

START_TEST(a_new_value_goes_over_the_old_one)
{
    str out;
    vars_set(v, STR("domain"), STR("b.test"));
    vars_set_missing(v, STR("number"), STR("it is gone"));
    vars_set(v, STR("cert"), STR("now"));
    ck_assert(vars_expand(v, a, STR("${domain} ${name} ${cert}"), &out, &err));
    ck_assert(str_is(out, "b.test *.b.test now"));
    ck_assert(!vars_expand(v, a, STR("${number}"), &out, &err));
    ck_assert_str_eq(err.text, "${number} has no value: it is gone");
}
END_TEST

START_TEST(values_are_copies)
{
    char text[] = "before";
    json_t *value = json_of("[]");
    vars_set(v, STR("t"), str_of(text));
    vars_set_json(v, STR("j"), value);
    memset(text, 'x', sizeof text - 1);
    ck_assert(str_is(vars_text_of(v, STR("t")), "before"));
    ck_assert_ptr_eq(vars_get(v, STR("nobody")), NULL);
    ck_assert_uint_eq(vars_text_of(v, STR("nobody")).len, 0);
    ck_assert(str_is(vars_text_of(v, STR("j")), "[]"));
}
END_TEST

START_TEST(random_is_another_each_time)
{
    str one = vars_text_of(v, STR("random")), other = vars_text_of(v, STR("random"));
    ck_assert_uint_eq(one.len, 32);
    ck_assert(!str_eq(one, other));
    for (size_t i = 0; i < one.len; i++)
        ck_assert(strchr("abcdefghijklmnopqrstuvwxyz234567", one.ptr[i]));
}
END_TEST

Suite *vars_suite(void)
{
    Suite *suite = suite_create("vars");
    TCase *t = tcase_create("vars");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_add_loop_test(t, names_in_a_text_are_replaced, 0, countof(good));
    tcase_add_loop_test(t, a_name_without_a_value_is_told, 0, countof(bad));
    tcase_add_loop_test(t, names_in_json_are_replaced, 0, countof(json));
    tcase_add_test(t, a_name_that_names_itself_ends);
    tcase_add_test(t, a_new_value_goes_over_the_old_one);
    tcase_add_test(t, values_are_copies);
    tcase_add_test(t, random_is_another_each_time);
    suite_add_tcase(suite, t);
    return suite;
}
