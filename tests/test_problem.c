/* SPDX-License-Identifier: MIT */
/* Problem documents: which are well formed, which are not and why, and their words. */
#include <check.h>

#include "acme/problem.h"

Suite *problem_suite(void);

#define URN PROBLEM_URN
#define PROBLEM_JSON "application/problem+json"

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void end(void)
{
    arena_end(a);
}

static struct response response_of(int status, const char *type, const char *body)
{
    struct response r = { .status = status, .body = str_of(body) };
    if (type)
        headers_add(a, &r.headers, STR("Content-Type"), str_of(type));
    return r;
}

/* clang-format off */
static const struct {
    const char *name, *type;
    int status;
    const char *body;
    const char *wrong; /* part of the sentence; NULL: well formed */
} forms[] = {
    { "all members", PROBLEM_JSON, 400,
      "{\"type\":\"" URN "badNonce\",\"title\":\"t\",\"status\":400,\"detail\":\"d\",\"instance\":\"/x\"}", NULL },
    { "parameters and case of the media type", "Application/Problem+JSON; charset=utf-8", 400, "{\"type\":\"a:b\"}", NULL },
    { "nothing in it stands for about:blank", PROBLEM_JSON, 500, "{}", NULL },
    { "no status member", PROBLEM_JSON, 403, "{\"type\":\"" URN "unauthorized\"}", NULL },
    { "unknown members", PROBLEM_JSON, 400, "{\"type\":\"a:b\",\"algorithms\":[\"ES256\"],\"x\":{}}", NULL },
    { "a status as 400.0", PROBLEM_JSON, 400, "{\"status\":400.0}", NULL },
    { "a relative type", PROBLEM_JSON, 400, "{\"type\":\"/problems/1\"}", NULL },
    { "a success with a problem", PROBLEM_JSON, 200, "{\"status\":200}", NULL },
    { "subproblems", PROBLEM_JSON, 403,
      "{\"type\":\"" URN "compound\",\"subproblems\":[{\"type\":\"" URN "caa\",\"status\":409,"
      "\"identifier\":{\"type\":\"dns\",\"value\":\"a.test\"}},{}]}", NULL },
    { "no subproblems", PROBLEM_JSON, 400, "{\"subproblems\":[]}", NULL },

    { "ordinary JSON media type", "application/json", 400, "{}", "media type is application/json" },
    { "no media type", NULL, 400, "{}", "media type is missing" },
    { "an escape in the media type", "text/\033[1m", 400, "{}", "text/\\x1b[1m" },
    { "HTML", PROBLEM_JSON, 502, "<html>", "not JSON" },
    { "an empty body", PROBLEM_JSON, 400, "", "not JSON" },
    { "an array", PROBLEM_JSON, 400, "[]", "no JSON object" },
    { "a string", PROBLEM_JSON, 400, "\"badNonce\"", "JSON" },
    { "two members of one name", PROBLEM_JSON, 400, "{\"type\":\"a:b\",\"type\":\"a:c\"}", "not JSON" },
    { "a type that is no string", PROBLEM_JSON, 400, "{\"type\":4}", "\"type\" of the problem document is a number" },
    { "a type that is no URI", PROBLEM_JSON, 400, "{\"type\":\"bad nonce\"}", "\"type\" of the problem document is no URI" },
    { "a title that is null", PROBLEM_JSON, 400, "{\"title\":null}", "\"title\"" },
    { "a detail that is an object", PROBLEM_JSON, 400, "{\"detail\":{}}", "\"detail\" of the problem document is an object" },
    { "an instance that is a list", PROBLEM_JSON, 400, "{\"instance\":[]}", "\"instance\"" },
    { "a status as text", PROBLEM_JSON, 400, "{\"status\":\"400\"}", "\"status\" of the problem document is a string" },
    { "another status", PROBLEM_JSON, 400, "{\"status\":403}", "is 403, the response's is 400" },
    { "an identifier at the top", PROBLEM_JSON, 403,
      "{\"identifier\":{\"type\":\"dns\",\"value\":\"a.test\"}}", "top level" },
    { "subproblems as an object", PROBLEM_JSON, 403, "{\"subproblems\":{}}", "no array" },
    { "a subproblem that is a string", PROBLEM_JSON, 403, "{\"subproblems\":[{},\"x\"]}", "subproblem 2: it is no object" },
    { "a subproblem with a bad member", PROBLEM_JSON, 403, "{\"subproblems\":[{\"type\":1}]}", "subproblem 1: \"type\"" },
    { "a subproblem about a bare name", PROBLEM_JSON, 403,
      "{\"subproblems\":[{\"identifier\":\"a.test\"}]}", "no ACME identifier" },
    { "a subproblem about half an identifier", PROBLEM_JSON, 403,
      "{\"subproblems\":[{\"identifier\":{\"type\":\"dns\"}}]}", "no ACME identifier" },
};

static const struct { int status; const char *type, *body, *word; } words[] = {
    { 400, PROBLEM_JSON, "{\"type\":\"" URN "badNonce\"}", "badNonce" },
    { 400, "application/json", "{\"type\":\"" URN "malformed\"}", "malformed" },
    { 200, PROBLEM_JSON, "{\"type\":\"" URN "malformed\"}", "malformed" },
    { 500, PROBLEM_JSON, "{\"type\":\"https://ca.test/odd\"}", "https://ca.test/odd" },
    { 200, "application/json", "{\"type\":\"http-01\"}", "" },
    { 404, "text/html", "<html>", "" },
    { 400, PROBLEM_JSON, "{\"type\":7}", "" },
    { 400, PROBLEM_JSON, "[\"type\"]", "" },
    { 400, PROBLEM_JSON, "", "" },
    { 0, NULL, "", "" },
};

static const struct { const char *type; bool registered; } types[] = {
    { URN "badNonce", true },
    { URN "onionCAARequired", true },
    { URN "badnonce", false },
    { URN "", false },
    { URN "notAWord", false },
    { "about:blank", true },
    { "https://ca.test/errors/17", true },
    { "tag:ca.test,2026:x", true },
    { "", false },
    { "bad nonce", false },
};
/* clang-format on */

START_TEST(a_document_is_well_formed_or_we_are_told_why_not)
{
    struct err err = { "" };
    struct response r = response_of(forms[_i].status, forms[_i].type, forms[_i].body);
    bool good = problem_form(a, &r, &err);
    ck_assert_msg(good == !forms[_i].wrong, "%s: %s", forms[_i].name, err.text);
    if (!good)
        ck_assert_msg(strstr(err.text, forms[_i].wrong), "%s: %s", forms[_i].name,
                      err.text);
}
END_TEST

START_TEST(a_document_that_was_cut_is_not_judged_well_formed)
{
    struct err err;
    struct response r = response_of(400, PROBLEM_JSON, "{}");
    r.body_cut = true;
    ck_assert(!problem_form(a, &r, &err));
    ck_assert_uint_eq(problem_word(a, &r).len, 0);
}
END_TEST

START_TEST(a_problem_has_a_word)
{
    struct response r = response_of(words[_i].status, words[_i].type, words[_i].body);
    ck_assert_str_eq(str_z(a, problem_word(a, &r)), words[_i].word);
}
END_TEST

START_TEST(a_type_is_registered_or_outside_the_namespace)
{
    ck_assert_int_eq(problem_type_registered(str_of(types[_i].type)),
                     types[_i].registered);
}
END_TEST

START_TEST(every_registered_word_is_registered)
{
    ck_assert(
        problem_type_registered(arena_printf(a, "%s%s", PROBLEM_URN, problem_names[_i])));
}
END_TEST

START_TEST(a_new_problem_is_well_formed)
{
    struct err err = { "" };
    json_t *problem = problem_new(a, "rateLimited", 429, STR("Come back later."));
    struct response r = response_of(429, PROBLEM_JSON, json_text(a, problem).ptr);
    ck_assert_msg(problem_form(a, &r, &err), "%s", err.text);
    ck_assert(str_is(problem_word(a, &r), "rateLimited"));
    ck_assert(str_is(problem_word_of(problem), "rateLimited"));
    ck_assert(str_is(json_member(problem, "detail"), "Come back later."));
}
END_TEST

START_TEST(a_new_problem_says_no_more_than_it_was_told)
{
    json_t *problem = problem_new(a, "https://ca.test/odd", 0, STR_NONE);
    ck_assert_str_eq(json_text(a, problem).ptr, "{\"type\":\"https://ca.test/odd\"}");
}
END_TEST

Suite *problem_suite(void)
{
    Suite *suite = suite_create("problem");
    TCase *tc = tcase_create("problem");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_loop_test(tc, a_document_is_well_formed_or_we_are_told_why_not, 0,
                        (int)countof(forms));
    tcase_add_test(tc, a_document_that_was_cut_is_not_judged_well_formed);
    tcase_add_loop_test(tc, a_problem_has_a_word, 0, (int)countof(words));
    tcase_add_loop_test(tc, a_type_is_registered_or_outside_the_namespace, 0,
                        (int)countof(types));
    tcase_add_loop_test(tc, every_registered_word_is_registered, 0, PROBLEM_COUNT);
    tcase_add_test(tc, a_new_problem_is_well_formed);
    tcase_add_test(tc, a_new_problem_says_no_more_than_it_was_told);
    suite_add_tcase(suite, tc);
    return suite;
}
