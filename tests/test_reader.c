/* SPDX-License-Identifier: MIT */
/* The reader of the language: what is well written is taken whole, and every mistake is
 * named with its line and column before anything runs. */
#include <check.h>
#include <stdio.h>

#include "script/scenario.h"

Suite *reader_suite(void);

#define HEAD "scenario  A title\nsuite     server\nrule      house\n"

/* clang-format off */
static const char *const good[] = {
    HEAD "get directory\nshould 200\n",
    HEAD "get directory\nshould 200 or 201\n  header Content-Type contains json\n",
    HEAD "given account alice\npost newOrder as alice\n  payload { \"a\": [ 1,\n    2 ] }\nshould 4xx malformed\n",
    HEAD "given account alice\npost newOrder as alice\n  payload \"\"\nshould body / is { \"a\": 1 }\n",
    HEAD "for each alg in ES256 ES384\ngiven account a ${alg}\nget directory\nshould body /meta absent\n",
    HEAD "given account a\ngiven order o by a for ${domain} *.${domain} ready over dns-01\nget ${o.url}\nshould 405\n",
    HEAD "given account a\ngiven authz z by a for ${domain}\nprovision http-01 for z\n  content ${right}\n  redirect elsewhere\nget directory\nshould 200\n",
    HEAD "given account a\nat once\npost newOrder as a\n  times 3\nend\nshould count 2xx at most 1\n",
    HEAD "given account a\ngiven order o by a for ${domain}\npoll ${o.url} as a until body /status is valid or invalid\n  or body /error present\n  within 3s\nshould body /status is valid\n",
    HEAD "get directory\n  save x = body /newNonce\nhead ${x}\nshould 200\n",
    HEAD "get directory\nshould body /a each /b/0 matches https-url or /^a.c$/\n",
    HEAD "get directory\nshould body /a matches /[^ ] x/ or /a b/\n",
    HEAD "get directory\nshould body /a count at least 2\nshould body /a of type string or null\n",
    HEAD "given key k\ngiven jws j with k\n  payload { \"a\": \"$${not a name}\" }\nget directory\nshould 200\n",
    HEAD "for each t in http-01 dns-01\ngiven account a\ngiven order o by a for ${domain}\nget ${o.${t}.url}\nshould 405\n",
    HEAD "# a comment\n\n  # an indented one\nget directory\n\nshould 200\n  rule house\n       house\n  why because\n    it is so\n",
};

static const struct {
    const char *text, *mistake;
} bad[] = {
    { "", "t.acme:1:1: a scenario begins with `scenario TITLE`" },
    { "\xef\xbb\xbf" HEAD "get directory\nshould 200\n", "t.acme:1:1: the file begins with a byte order mark; save it without" },
    { "  get directory\n", "t.acme:1:3: the first statement begins in column one" },
    { "scenari x\n", "t.acme:1:1: \"scenari\" is not a word of the beginning of a file; did you mean \"scenario\"?" },
    { HEAD "gett directory\nshould 200\n", "t.acme:4:1: \"gett\" is not a word of a scenario; did you mean \"get\"?" },
    { HEAD "get\nshould 200\n", "t.acme:4:1: TARGET is missing at the end; it is written: get TARGET" },
    { HEAD "get nowhere\nshould 200\n", "t.acme:4:5: \"nowhere\" where TARGET was expected; it is written: get TARGET" },
    { HEAD "get directory\n  payload {}\nshould 200\n", "t.acme:5:3: \"payload\" is not a word of an unsigned request" },
    { HEAD "given account a\npost newOrder as a\n  payload { \"a\": [ 1, }\nshould 200\n", "t.acme:6:23: in this JSON: unexpected token near '}'" },
    { HEAD "given account a\npost newOrder as a\n  payload {\n    \"a\": tru }\nshould 200\n", "t.acme:7:12: in this JSON: invalid token near 'tru'" },
    { HEAD "given account a\npost newOrder as a\n  payload { \"a\": 1 } more\nshould 200\n", "t.acme:6:22: nothing may follow the JSON value" },
    { HEAD "given account a\npost newOrder as a\n  payload { \"a\": 1, \"a\": 2 }\nshould 200\n", "t.acme:6:23: in this JSON: duplicate object key near '\"a\"'" },
    { HEAD "get directory\nshould\n", "t.acme:5:1: CHECK is missing at the end; it is written: should CHECK" },
    { HEAD "get directory\nshould 200 badNonse\n", "t.acme:5:12: \"badNonse\" is neither a status nor an error type of the registry; did you mean \"badNonce\"?" },
    { HEAD "get directory\nshould heder Location present\n", "t.acme:5:8: \"heder\" is nothing that can be checked (see acmespec help checks); did you mean \"header\"?" },
    { HEAD "get directory\nshould header Location presant\n", "t.acme:5:24: \"presant\" is no test (see acmespec help tests); did you mean \"present\"?" },
    { HEAD "get directory\nshould body status is x\n", "t.acme:5:13: \"status\" is no JSON pointer: it begins with /" },
    { HEAD "get directory\nshould body /a matches base64\n", "t.acme:5:24: \"base64\" is no form; write /a regular expression/ or a form" },
    { HEAD "get directory\nshould body /a matches /[/\n", "t.acme:5:24: [ is not a POSIX extended regular expression" },
    { HEAD "get directory\nshould body /a is\n", "t.acme:5:1: a value is missing at the end" },
    { HEAD "get directory\nshould body /a present twice\n", "t.acme:5:24: \"twice\" is one word too many" },
    { HEAD "get directory\nshould body /a count at 3\n", "t.acme:5:25: \"at\" is followed by \"least\" or \"most\"" },
    { HEAD "get directory\nmust 200\n", "t.acme:5:1: a must has to rest on a MUST, MUST NOT or stated entry; these are weaker, so write should" },
    { HEAD "get ${nowhere}\nshould 200\n", "t.acme:4:5: ${nowhere} is not defined here" },
    { HEAD "get ${o.url}\nshould 200\ngiven account o\n", "t.acme:4:5: ${o.url} is not defined here" },
    { HEAD "given account a\nget ${a.nonsense}\nshould 200\n", "t.acme:5:5: ${a.nonsense}: a has no part \"nonsense\"" },
    { HEAD "given account a\nget ${a}\nshould 200\n", "t.acme:5:5: say which part of a: ${a.url} for example" },
    { HEAD "given key k\npost newOrder as k\nshould 200\n", "t.acme:5:18: k is not of the kind that stands here" },
    { "scenario  A\nsuite client\nrule house\nrun obtain ${domain}\n  with csr own\nshould client issued\n", "t.acme:5:12: no own is given before this line" },
    { HEAD "post newOrder as alice\nshould 200\n", "t.acme:4:18: no alice is given before this line" },
    { HEAD "given account domain\nget directory\nshould 200\n", "t.acme:4:15: ${domain} is there already; take another name" },
    { HEAD "get directory\nshould alive bob\n", "t.acme:5:14: alive is followed by the name of a given account" },
    { HEAD "get directory\nneed 200\n", "t.acme:1:1: nothing is checked: a scenario needs a must or a should" },
    { "scenario  A\nsuite server\nget directory\nshould 200\n", "t.acme:4:1: this check cites nothing: give it, or the scenario, a `rule` line" },
    { "scenario  A\nsuite server\nrule house\noperator change-terms\nget directory\nshould 200\n", "t.acme:4:10: the head has to say `needs change-terms`" },
    { "scenario  A\nsuite server\nrule house\nneeds change-terms\noperator change-terms now\nget directory\nshould 200\n", "t.acme:5:23: change-terms takes no value" },
    { "scenario  A\nsuite server\nrule house\nneeds pass-time\noperator pass-time\nget directory\nshould 200\n", "t.acme:5:1: pass-time wants to know how much time, or which date" },
    { "scenario  A\nsuite server\nrule house\noperator restore\nget directory\nshould 200\n", "t.acme:4:1: restore comes by itself at the end of a scenario" },
    { "scenario  A\nsuite server\nrule house\noperator resign\nget directory\nshould 200\n", "t.acme:4:10: \"resign\" where DEED was expected; it is written: operator DEED [VALUE]" },
    { "scenario  A\nsuite client\nrule house\nneeds pass-time\noperator pass-time 2h\nshould client issued\n", "t.acme:5:1: `operator` has no place in suite client" },
    { "scenario  A\nrule house\nget directory\nshould 200\n", "t.acme:1:1: a `suite` line is missing: suite server, or suite client" },
    { HEAD "get directory\nshould 200\ntag late\n", "t.acme:6:1: this belongs to the head, before the first step" },
    { HEAD "should 200\nget directory\nshould 200\n", "t.acme:4:1: there is no answer to look at: nothing is asked before this check" },
    { HEAD "given key k\nwait 1s\nneed body /a present\nget directory\nshould 200\n", "t.acme:6:1: there is no answer to look at: nothing is asked before this check" },
    { HEAD "at once\nget directory\nend\nshould 200\n", "t.acme:5:1: only posts may stand in `at once`; `end` closes it" },
    { HEAD "given account a\nat once\npost newOrder as a\nshould 200\n", "t.acme:7:1: only posts may stand in `at once`; `end` closes it" },
    { HEAD "get directory\nend\nshould 200\n", "t.acme:5:1: there is no `at once` to end here" },
    { HEAD "needs wings\nget directory\nshould 200\n", "t.acme:4:7: \"wings\" where CAPABILITY was expected; it is written: needs CAPABILITY..." },
    { HEAD "get directory\nshould 200\n\xff\n", "t.acme:6:1: this byte is not UTF-8 text" },
    { HEAD "scenario again\nget directory\nshould 200\n", "t.acme:4:1: \"scenario\" is not a word of a scenario" },
    { HEAD "given account a\npost newOrder as a\n  tamper signatur-bit\nshould 200\n", "t.acme:6:10: \"signatur-bit\" where TAMPER was expected (did you mean \"signature-bit\"?); it is written: tamper TAMPER..." },
};
/* clang-format on */

static struct scenario *read_text(struct arena *a, const char *text,
                                  const struct requirements *all, struct mistakes *m)
{
    *m = (struct mistakes){ .arena = a };
    return scenario_read(a, STR("t"), "t.acme", str_of(text), all, m);
}

static struct requirements *some_requirements(struct arena *a)
{
    static const char text[] =
        "requirement rfc8555-6.5-1\n  level MUST\n  binds server\n"
        "  says It is so\n"
        "requirement rfc8555-6.5-2\n  level SHOULD\n  binds server\n"
        "  says It should be so\n";
    struct mistakes m = { .arena = a };
    struct requirements *all = NEW(a, struct requirements);
    size_t count;
    struct line *lines = lines_read(a, "r", str_of(text), &count, &m);
    requirements_add(a, all, lines, count, &m);
    ck_assert_uint_eq(m.list.count, 0);
    ck_assert_uint_eq(all->count, 2);
    return all;
}

START_TEST(what_is_well_written_is_read)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m;
    struct scenario *s = read_text(a, good[_i], some_requirements(a), &m);
    if (m.list.count)
        ck_abort_msg("%.*s", STR_ARG(m.list.item[0]));
    ck_assert_ptr_nonnull(s);
    arena_end(a);
}
END_TEST

START_TEST(a_mistake_is_named_with_its_place)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m;
    struct scenario *s = read_text(a, bad[_i].text, some_requirements(a), &m);
    ck_assert_ptr_null(s);
    ck_assert_uint_ge(m.list.count, 1);
    ck_assert_str_eq(m.list.item[0].ptr, bad[_i].mistake);
    arena_end(a);
}
END_TEST

START_TEST(all_mistakes_of_a_file_are_told_at_once)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m;
    read_text(a, HEAD "gett x\nget directory\nshould 200 badNonse\nshould nothing\n",
              NULL, &m);
    ck_assert_uint_eq(m.list.count, 3);
    arena_end(a);
}
END_TEST

/* Names are looked up when all is read, and what is misspelt was told by then. */
START_TEST(mistakes_are_told_in_the_order_of_their_lines)
{
    static const char *const told[] = { "t.acme:4:5: ", "t.acme:5:12: ", "t.acme:6:1: ",
                                        "t.acme:7:12: " };
    struct arena *a = arena_new(NULL);
    struct mistakes m;
    read_text(a,
              HEAD "get ${one}\nshould 200 badNonse\ngett x\n"
                   "should 200 badNonse\nshould 200\n",
              NULL, &m);
    ck_assert_uint_eq(m.list.count, countof(told));
    for (size_t i = 0; i < countof(told); i++)
        ck_assert_msg(str_starts(m.list.item[i], told[i]), "%s", m.list.item[i].ptr);
    arena_end(a);
}
END_TEST

START_TEST(mistakes_that_are_not_kept_cost_nothing)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m = { .arena = a };
    static const char line[] = "frobnicate all\n";
    enum { LINES = 20000, LENGTH = sizeof(line) - 1 };
    size_t count;
    char *text = arena_alloc(a, 1, (size_t)LINES * LENGTH);
    for (size_t i = 0; i < LINES; i++)
        memcpy(text + i * LENGTH, line, LENGTH);
    size_t before = arena_size(a);
    lines_read(a, "t.acme", (str){ text, (size_t)LINES * LENGTH }, &count, &m);
    ck_assert_uint_eq(m.list.count, 100);
    ck_assert_uint_lt(arena_size(a) - before, (size_t)1024 * 1024);
    arena_end(a);
}
END_TEST

START_TEST(a_must_takes_the_rules_that_bind)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m;
    struct scenario *s = read_text(
        a,
        "scenario A\nsuite server\nrule rfc8555-6.5-1 rfc8555-6.5-2\nget directory\n"
        "must 200\nshould 200\nmust 2xx\n  rule rfc8555-6.5-2\n",
        some_requirements(a), &m);
    ck_assert_ptr_null(s); /* the last one rests on a SHOULD */
    ck_assert_uint_eq(m.list.count, 1);
    s = read_text(
        a,
        "scenario A\nsuite server\nrule rfc8555-6.5-1 rfc8555-6.5-2\nget directory\n"
        "must 200\nshould 200\n",
        some_requirements(a), &m);
    ck_assert_ptr_nonnull(s);
    ck_assert_uint_eq(s->step[1].check[0].rules.count, 1);
    ck_assert(str_is(s->step[1].check[0].rules.item[0], "rfc8555-6.5-1"));
    ck_assert(str_is(s->step[2].check[0].rules.item[0], "rfc8555-6.5-2"));
    arena_end(a);
}
END_TEST

START_TEST(an_unknown_id_is_refused_with_the_nearest)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m;
    read_text(a,
              "scenario A\nsuite server\nrule rfc8555-6.5-11\nget directory\nmust 200\n",
              some_requirements(a), &m);
    ck_assert_uint_ge(m.list.count, 1);
    ck_assert_ptr_nonnull(strstr(m.list.item[0].ptr, "did you mean rfc8555-6.5-1?"));
    arena_end(a);
}
END_TEST

START_TEST(names_of_checks_are_unique)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m;
    struct scenario *s = read_text(a,
                                   HEAD "get directory\nshould   200\nshould 200\n"
                                        "  header A present\n",
                                   NULL, &m);
    ck_assert_ptr_nonnull(s);
    ck_assert_str_eq(s->step[1].check[0].name.ptr, "should 200");
    ck_assert_str_eq(s->step[2].check[0].name.ptr, "should 200 (2)");
    ck_assert_str_eq(s->step[2].check[1].name.ptr, "should header A present");
    ck_assert_uint_eq(s->check_count, 3);
    arena_end(a);
}
END_TEST

START_TEST(a_file_that_is_too_long_is_refused)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m = { .arena = a };
    size_t count, size = (size_t)2 * 1024 * 1024;
    char *text = arena_alloc(a, 1, size);
    memset(text, '\n', size);
    lines_read(a, "big.acme", (str){ text, size }, &count, &m);
    ck_assert_uint_eq(m.list.count, 1);
    ck_assert_ptr_nonnull(strstr(m.list.item[0].ptr, "the file is longer than"));
    arena_end(a);
}
END_TEST

START_TEST(deep_json_is_refused)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m;
    enum { DEEP = 20000 };
    char *text = arena_alloc(a, 1, DEEP + 200);
    int head =
        snprintf(text, 200, HEAD "given account a\npost newOrder as a\n  payload ");
    memset(text + head, '[', DEEP);
    ck_assert_ptr_null(read_text(a, text, NULL, &m));
    ck_assert_ptr_nonnull(strstr(m.list.item[0].ptr, "in this JSON: "));
    arena_end(a);
}
END_TEST

Suite *reader_suite(void)
{
    Suite *s = suite_create("reader");
    TCase *t = tcase_create("reader");
    tcase_add_loop_test(t, what_is_well_written_is_read, 0, countof(good));
    tcase_add_loop_test(t, a_mistake_is_named_with_its_place, 0, countof(bad));
    tcase_add_test(t, all_mistakes_of_a_file_are_told_at_once);
    tcase_add_test(t, mistakes_are_told_in_the_order_of_their_lines);
    tcase_add_test(t, mistakes_that_are_not_kept_cost_nothing);
    tcase_add_test(t, a_must_takes_the_rules_that_bind);
    tcase_add_test(t, an_unknown_id_is_refused_with_the_nearest);
    tcase_add_test(t, names_of_checks_are_unique);
    tcase_add_test(t, a_file_that_is_too_long_is_refused);
    tcase_add_test(t, deep_json_is_refused);
    suite_add_tcase(s, t);
    return s;
}
