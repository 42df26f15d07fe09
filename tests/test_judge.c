/* SPDX-License-Identifier: MIT */
/* Every test of a check, seen holding and seen failing; forms likewise. */
#include <check.h>

#include "engine/judge.h"
#include "engine/world.h"

Suite *judge_suite(void);

/* clang-format off */
static const struct {
    const char *check, *value; /* JSON; NULL: absent */
    bool holds;
} rows[] = {
    { "body /a is x", "\"x\"", true },
    { "body /a is x", "\"y\"", false },
    { "body /a is x", NULL, false },
    { "body /a is x or y", "\"y\"", true },
    { "body /a is \"two words\"", "\"two words\"", true },
    { "body /a is 5", "5", true },
    { "body /a is 5", "\"5\"", true },
    { "body /a is 5", "6", false },
    { "body /a is true", "true", true },
    { "body /a is true", "\"true\"", false },
    { "body /a is null", "null", true },
    { "body /a is null", "\"null\"", false },
    { "body /a is [ 1, 2 ]", "[1,2]", true },
    { "body /a is [ 1, 2 ]", "[2,1]", false },
    { "status is 4xx", "404", true },
    { "status is 4xx", "500", false },
    { "status is not 4xx", "404", false },
    { "body /a is not x", "\"y\"", true },
    { "body /a is not x", "\"x\"", false },
    { "body /a is not x", NULL, false },
    { "body /a contains b", "\"abc\"", true },
    { "body /a contains B", "\"abc\"", true },
    { "body /a contains d", "\"abc\"", false },
    { "body /a contains d", NULL, false },
    { "body /a contains x", "[\"w\",\"x\"]", true },
    { "body /a contains x", "[\"w\"]", false },
    { "body /a contains { \"b\": 1 }", "{\"b\":1,\"c\":2}", true },
    { "body /a contains { \"b\": 1 }", "{\"b\":2,\"c\":2}", false },
    { "body /a contains { \"b\": 1 }", "[{\"b\":1,\"c\":2}]", true },
    { "body /a lacks x", "[\"w\"]", true },
    { "body /a lacks x", "[\"x\"]", false },
    { "body /a lacks x", NULL, true },
    { "body /a present", "null", true },
    { "body /a present", NULL, false },
    { "body /a absent", NULL, true },
    { "body /a absent", "null", false },
    { "body /a of type string", "\"\"", true },
    { "body /a of type string or array", "[]", true },
    { "body /a of type string", "5", false },
    { "body /a of type null", "null", true },
    { "body /a count 2", "[1,2]", true },
    { "body /a count 2", "[1]", false },
    { "body /a count at least 2", "[1,2,3]", true },
    { "body /a count at least 2", "[1]", false },
    { "body /a count at most 2", "[1,2,3]", false },
    { "body /a count 0", NULL, true },
    { "time at most 3s", "2999", true },
    { "time at most 3s", "3001", false },
    { "time at least 100ms", "100", true },
    { "time at least 100ms", "99", false },
    { "body /a at least 5", "\"7\"", true },
    { "body /a at least 5", "\"x\"", false },
    { "body /a before now", "\"2001-01-01T00:00:00Z\"", true },
    { "body /a before now", "\"2901-01-01T00:00:00Z\"", false },
    { "body /a after now", "\"2901-01-01T00:00:00Z\"", true },
    { "body /a after \"2020-01-01T00:00:00Z\"", "\"Mon, 06 Jan 2025 10:00:00 GMT\"", true },
    { "body /a after now", "\"tomorrow\"", false },
    { "body /a each is x", "[\"x\",\"x\"]", true },
    { "body /a each is x", "[\"x\",\"y\"]", false },
    { "body /a each is x", "[]", true },
    { "body /a each is x", NULL, true },
    { "body /a each is x", "\"x\"", false },
    { "body /a each /t is x", "[{\"t\":\"x\"}]", true },
    { "body /a each /t is x", "[{\"u\":\"x\"}]", false },
    { "body /a any is x", "[\"w\",\"x\"]", true },
    { "body /a any is x", "[\"w\"]", false },
    { "body /a any is x", "[]", false },
    { "body /a any /t matches /^x/", "[{\"t\":\"yx\"},{\"t\":\"xy\"}]", true },
    { "body /a matches /^a.c$/", "\"abc\"", true },
    { "body /a matches /^a.c$/", "\"abcd\"", false },
    { "body /a matches not /^a.c$/", "\"abcd\"", true },
    { "body /a matches not /^a.c$/", "\"abc\"", false },
    { "body /a matches not /^a.c$/", NULL, false },
    { "body /a matches base64url", "\"abc-_9\"", true },
    { "body /a matches base64url", "\"abc=\"", false },
    { "body /a matches base64url", "\"\"", false },
    { "body /a matches token", "\"0123456789012345678901\"", true },
    { "body /a matches token", "\"012345678901234567890\"", false },
    { "body /a matches absolute-url", "\"http://a/b\"", true },
    { "body /a matches absolute-url", "\"/b\"", false },
    { "body /a matches https-url", "\"https://a.example/b\"", true },
    { "body /a matches https-url", "\"http://a.example/b\"", false },
    { "body /a matches uri", "\"urn:a:b\"", true },
    { "body /a matches uri", "\"mailto:\"", true },
    { "body /a matches uri", "\"ab\"", false },
    { "body /a matches uri", "\"ab:\"", true },
    { "body /a matches uri", "\":ab\"", false },
    { "body /a matches date", "\"2016-01-05T14:09:07.99Z\"", true },
    { "body /a matches date", "\"2016-01-05 14:09:07Z\"", false },
    { "body /a matches date", "\"2016-02-30T14:09:07Z\"", false },
    { "body /a matches date", "\"2016-01-05T14:09:07\"", false },
    { "body /a matches http-date", "\"Sun, 06 Nov 1994 08:49:37 GMT\"", true },
    { "body /a matches http-date", "\"2016-01-05T14:09:07Z\"", false },
    { "body /a matches retry-after", "\"120\"", true },
    { "body /a matches retry-after", "\"Sun, 06 Nov 1994 08:49:37 GMT\"", true },
    { "body /a matches retry-after", "\"-1\"", false },
    { "body /a matches retry-after", "\"1.5\"", false },
    { "body /a matches number", "\"12\"", true },
    { "body /a matches number", "\"1x\"", false },
    { "body /a matches mailto", "\"mailto:a@b\"", true },
    { "body /a matches mailto", "\"tel:1\"", false },
    { "body /a matches registered-error", "\"urn:ietf:params:acme:error:badNonce\"", true },
    { "body /a matches registered-error", "\"urn:ietf:params:acme:error:noSuch\"", false },
    { "body /a matches registered-error", "\"urn:other:thing\"", true },
    { "body /a matches lower-case", "\"abc.test\"", true },
    { "body /a matches lower-case", "\"Abc.test\"", false },
    { "body /a matches caa-domain", "\"ca.example\"", true },
    { "body /a matches caa-domain", "\"-ca.example\"", false },
    { "body /a matches problem-json", "\"Application/Problem+JSON; charset=utf-8\"", true },
    { "body /a matches problem-json", "\"application/json\"", false },
    { "body /a matches pem-chain", "\"application/pem-certificate-chain\"", true },
    { "body /a matches pem-chain", "\"application/x-pem-file\"", false },
    { "body /a matches order-status", "\"ready\"", true },
    { "body /a matches order-status", "\"expired\"", false },
    { "body /a matches authorization-status", "\"expired\"", true },
    { "body /a matches authorization-status", "\"ready\"", false },
    { "body /a matches challenge-status", "\"processing\"", true },
    { "body /a matches challenge-status", "\"ready\"", false },
    { "body /a matches account-status", "\"revoked\"", true },
    { "body /a matches account-status", "\"pending\"", false },
    { "body /a matches problem", "{\"type\":\"about:blank\"}", true },
    { "body /a matches problem", "{\"type\":5}", false },
    { "body /a matches problem", "\"x\"", false },
    { "body /a matches identifier", "{\"type\":\"dns\",\"value\":\"a.test\"}", true },
    { "body /a matches identifier", "{\"type\":\"dns\"}", false },
    { "body /a matches json", "\"{}\"", true },
    { "body /a matches json", "\"{\"", false },
    { "problem", "true", true },
    { "problem", "false", false },
    { "link up", NULL, false },
    { "link up", "\"https://a/b\"", true },
};
/* clang-format on */

static struct check read_check(struct arena *a, const char *text)
{
    struct mistakes m = { .arena = a };
    struct check check = { .level = CHECK_MUST };
    size_t count;
    str file = arena_printf(a, "scenario t\nmust %s\n", text);
    struct line *lines = lines_read(a, "t", file, &count, &m);
    if (m.list.count)
        ck_abort_msg("%.*s", STR_ARG(m.list.item[0]));
    ck_assert_uint_eq(count, 2);
    if (!check_read(a, &lines[1], 0, &check, &m))
        ck_abort_msg("%.*s", STR_ARG(m.list.item[0]));
    return check;
}

START_TEST(a_test_holds_for_the_right_and_fails_for_the_wrong)
{
    struct arena *a = arena_new(NULL);
    struct world w = { .arena = a, .vars = vars_new(a) };
    struct err err = { "" };
    str found;
    struct check check = read_check(a, rows[_i].check);
    json_t *value = NULL;
    if (rows[_i].value) {
        str wrapped = arena_printf(a, "[%s]", rows[_i].value);
        value = json_array_get(json_read(a, wrapped, &err), 0);
        ck_assert_ptr_nonnull(value);
    }
    bool holds = test_value(&w, &check.test, value, &found, &err);
    ck_assert_str_eq(err.text, "");
    if (holds != rows[_i].holds)
        ck_abort_msg("%s of %s: %d", rows[_i].check,
                     rows[_i].value ? rows[_i].value : "nothing", holds);
    arena_end(a);
}
END_TEST

START_TEST(names_are_replaced_in_values)
{
    struct arena *a = arena_new(NULL);
    struct world w = { .arena = a, .vars = vars_new(a) };
    struct err err = { "" };
    str found;
    vars_set(w.vars, STR("x"), STR("a\"b"));
    struct check check = read_check(a, "body /a is ${x}");
    ck_assert(test_value(&w, &check.test, json_string_of(a, STR("a\"b")), &found, &err));
    check = read_check(a, "body /a is ${y}");
    ck_assert(!test_value(&w, &check.test, json_string_of(a, STR("a")), &found, &err));
    ck_assert_str_eq(err.text, "${y} has no value here");
    arena_end(a);
}
END_TEST

/* clang-format off */
static const struct {
    const char *text, *out;
} expansions[] = {
    { "plain", "plain" },
    { "${x}", "1" },
    { "a${x}b${x}c", "a1b1c" },
    { "$${x}", "${x}" },
    { "a$${x}${x}", "a${x}1" },
    { "${o.${t}.url}", "U" },
    { "${", "${" },
    { "$x", "$x" },
    { "", "" },
};
/* clang-format on */

START_TEST(text_is_expanded)
{
    struct arena *a = arena_new(NULL);
    struct vars *v = vars_new(a);
    struct err err = { "" };
    str out = STR_NONE;
    vars_set(v, STR("x"), STR("1"));
    vars_set(v, STR("t"), STR("http-01"));
    vars_set(v, STR("o.http-01.url"), STR("U"));
    ck_assert(vars_expand(v, a, str_of(expansions[_i].text), &out, &err));
    ck_assert(str_is(out, expansions[_i].out));
    arena_end(a);
}
END_TEST

START_TEST(a_lone_name_keeps_its_json_value)
{
    struct arena *a = arena_new(NULL);
    struct vars *v = vars_new(a);
    struct err err = { "" };
    vars_set_json(v, STR("k"), json_read(a, STR("{\"kty\":\"EC\"}"), &err));
    json_t *in = json_read(a, STR("{\"jwk\":\"${k}\",\"text\":\"x${k}\"}"), &err);
    json_t *out = vars_expand_json(v, a, in, &err);
    ck_assert_ptr_nonnull(out);
    ck_assert(json_is_object(json_object_get(out, "jwk")));
    ck_assert(str_is(json_member(out, "text"), "x{\"kty\":\"EC\"}"));
    arena_end(a);
}
END_TEST

START_TEST(a_missing_value_says_why)
{
    struct arena *a = arena_new(NULL);
    struct vars *v = vars_new(a);
    struct err err = { "" };
    str out;
    vars_set_missing(v, STR("x"), STR("the answer had no header Location"));
    ck_assert(!vars_expand(v, a, STR("a${x}"), &out, &err));
    ck_assert_str_eq(err.text, "${x} has no value: the answer had no header Location");
    arena_end(a);
}
END_TEST

Suite *judge_suite(void)
{
    Suite *s = suite_create("judge");
    TCase *t = tcase_create("judge");
    tcase_add_loop_test(t, a_test_holds_for_the_right_and_fails_for_the_wrong, 0,
                        countof(rows));
    tcase_add_test(t, names_are_replaced_in_values);
    tcase_add_loop_test(t, text_is_expanded, 0, countof(expansions));
    tcase_add_test(t, a_lone_name_keeps_its_json_value);
    tcase_add_test(t, a_missing_value_says_why);
    suite_add_tcase(s, t);
    return s;
}
