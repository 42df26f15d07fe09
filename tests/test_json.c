/* SPDX-License-Identifier: MIT */
/* The door to jansson: RFC 6901's and RFC 7396's own vectors, and a peer's worst JSON. */
#include <check.h>

#include "base/buf.h"
#include "json/json.h"

Suite *json_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void finish(void)
{
    arena_end(a);
}

static json_t *value_of(const char *text)
{
    struct err err = { "" };
    json_t *value = json_read(a, str_of(text), &err);
    ck_assert_msg(value != NULL, "%s: %s", text, err.text);
    return value;
}

/* clang-format off */
static const struct {
    str text;
    const char *error; /* NULL: it is read */
    const char *again; /* NULL: written as it came */
} texts[] = {
    { STR_INIT("{\"b\":1,\"a\":[true,false,null,\"x\",-2,1.5]}"), NULL, NULL },
    { STR_INIT(" \r\n\t{ \"a\" : 1 } \n"), NULL, "{\"a\":1}" },
    { STR_INIT("\"\""), NULL, NULL },
    { STR_INIT("null"), NULL, NULL },
    { STR_INIT("7"), NULL, NULL },
    { STR_INIT("1.1"), NULL, NULL },
    { STR_INIT("9007199254740993"), NULL, NULL },
    { STR_INIT("\"a\\u0000b\""), NULL, NULL },
    { STR_INIT("\"\\u00e9\\ud83d\\ude00\""), NULL, "\"\xc3\xa9\xf0\x9f\x98\x80\"" },
    { STR_INIT("\"a\\/b\""), NULL, "\"a/b\"" },
    { STR_INIT(""), "there is no JSON, the text is empty", NULL },
    { STR_INIT(" \n"), "there is no JSON, the text is empty", NULL },
    { STR_INIT("{\"a\": }"), "line 1, column 7: unexpected token near '}'", NULL },
    { STR_INIT("{\"a\":1,\n \"a\":2}"), "line 2, column 4: duplicate object key near '\"a\"'", NULL },
    { STR_INIT("{\"a\":1}x"), "line 1, column 8: end of file expected near 'x'", NULL },
    { STR_INIT("{}\0"), "line 1, column 3: end of file expected", NULL },
    { STR_INIT("[1,]"), "line 1, column 4: unexpected token near ']'", NULL },
    { STR_INIT("[1,2"), "line 1, column 4: ']' expected near end of file", NULL },
    { STR_INIT("{'a':1}"), "line 1, column 2: ", NULL },
    { STR_INIT("\xef\xbb\xbf{}"), "line 1, column 1: ", NULL },
    { STR_INIT("\"\xff\""), "line 1, column 1: unable to decode byte 0xff", NULL },
    { STR_INIT("\"\xed\xa0\x80\""), "line 1, column 1: unable to decode byte 0xed", NULL },
    { STR_INIT("\"\\ud800\""), "line 1, column 8: ", NULL },
    { STR_INIT("[01]"), "line 1, column 2: ", NULL },
    { STR_INIT("nul"), "line 1, column 3: invalid token near 'nul'", NULL },
    { STR_INIT("1e999"), "line 1, column 5: real number overflow", NULL },
    { STR_INIT("[\"a\nb\"]"), "line 1, column 3: unexpected newline", NULL },
    { STR_INIT("[\x1b]"), "line 1, column 2: invalid token", NULL },
    { STR_INIT("HTTP/1.1 200 OK"), "line 1, column 4: invalid token near 'HTTP'", NULL },
};
/* clang-format on */

START_TEST(a_text_is_read_or_refused_with_its_place)
{
    struct err err = { "" };
    json_t *value = json_read(a, texts[_i].text, &err);
    if (texts[_i].error) {
        ck_assert_ptr_null(value);
        ck_assert_msg(strstr(err.text, texts[_i].error) != NULL, "%s", err.text);
        for (const char *c = err.text; *c; c++)
            ck_assert_msg((unsigned char)*c >= ' ', "a control character in: %s",
                          err.text);
        return;
    }
    ck_assert_msg(value != NULL, "%s", err.text);
    str again = json_text(a, value);
    str wanted = texts[_i].again ? str_of(texts[_i].again) : texts[_i].text;
    ck_assert_msg(str_eq(again, wanted), "%s", again.ptr);
}
END_TEST

static str nested(size_t levels, const char *open, const char *shut)
{
    struct buf b = buf_new(a, CEILING_BODY);
    for (size_t i = 0; i < levels; i++)
        buf_add(&b, str_of(open));
    for (size_t i = 0; i < levels && shut; i++)
        buf_add(&b, str_of(shut));
    return buf_str(&b);
}

START_TEST(depth_64_is_read_and_65_is_not)
{
    struct err err = { "" };
    ck_assert_ptr_nonnull(json_read(a, nested(64, "[", "]"), &err));
    ck_assert_ptr_null(json_read(a, nested(65, "[", "]"), &err));
    ck_assert_str_eq(err.text,
                     "line 1, column 65: it is nested more than 64 levels deep");
    ck_assert_ptr_null(json_read(a, nested(300000, "[", NULL), &err));
    ck_assert_ptr_null(json_read(a, nested(300000, "{\"a\":", NULL), &err));
    ck_assert_ptr_nonnull(strstr(err.text, "nested more than"));
}
END_TEST

START_TEST(brackets_in_strings_do_not_count_as_depth)
{
    struct err err = { "" };
    str brackets = nested(100, "[", NULL);
    str text = arena_printf(a, "[\"\\\"%s\", \"\\\\\"]", brackets.ptr);
    ck_assert_ptr_nonnull(json_read(a, text, &err));
}
END_TEST

/* clang-format off */
static const struct {
    const char *text;
    size_t taken; /* 0: refused */
    int line, column;
} prefixes[] = {
    { "{\"a\":1} and more", 7, 0, 0 },
    { "  [1]\nmust 200", 5, 0, 0 },
    { "\"x\" \"y\"", 3, 0, 0 },
    { "12 13", 2, 0, 0 },
    { "true false", 4, 0, 0 },
    { "\"x\" [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 3, 0, 0 },
    { "{\n  \"a\": [1,\n  }", 0, 3, 3 },
    { "{ \"a\" 1 }", 0, 1, 7 },
    { "oops", 0, 1, 4 },
};
/* clang-format on */

START_TEST(a_prefix_tells_what_it_took_or_where_it_broke)
{
    size_t taken = 0;
    struct json_place place = { 0, 0 };
    struct err err = { "" };
    str text = str_of(prefixes[_i].text);
    json_t *value = json_read_prefix(a, text, &taken, &place, &err);
    ck_assert_int_eq(value != NULL, prefixes[_i].taken > 0);
    ck_assert_uint_eq(taken, prefixes[_i].taken);
    ck_assert_int_eq(place.line, prefixes[_i].line);
    ck_assert_int_eq(place.column, prefixes[_i].column);
}
END_TEST

/* RFC 6901 5. */
static const char pointed[] =
    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,"
    "\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,"
    "\"deep\":{\"0\":[[9]]},\"text\":\"x\"}";
/* clang-format off */
static const struct {
    const char *pointer, *found; /* NULL: nothing is there */
    bool is_pointer;
} pointers[] = {
    { "", pointed, true },
    { "/foo", "[\"bar\",\"baz\"]", true },
    { "/foo/0", "\"bar\"", true },
    { "/", "0", true },
    { "/a~1b", "1", true },
    { "/c%d", "2", true },
    { "/e^f", "3", true },
    { "/g|h", "4", true },
    { "/i\\j", "5", true },
    { "/k\"l", "6", true },
    { "/ ", "7", true },
    { "/m~0n", "8", true },
    { "/deep/0/0/0", "9", true },
    { "/foo/2", NULL, true },
    { "/foo/00", NULL, true },
    { "/foo/-", NULL, true },
    { "/foo/-1", NULL, true },
    { "/foo/1e0", NULL, true },
    { "/foo/99999999999999999999", NULL, true },
    { "/foo/", NULL, true },
    { "/text/0", NULL, true },
    { "/missing/x", NULL, true },
    { "/m~01n", NULL, true },
    { "foo", NULL, false },
    { "/a~", NULL, false },
    { "/a~2b", NULL, false },
};
/* clang-format on */

START_TEST(a_pointer_finds_what_it_names)
{
    str pointer = str_of(pointers[_i].pointer);
    ck_assert_int_eq(json_is_pointer(pointer), pointers[_i].is_pointer);
    json_t *found = json_pointer(value_of(pointed), pointer);
    if (!pointers[_i].found)
        ck_assert_ptr_null(found);
    else
        ck_assert_str_eq(json_text(a, found).ptr, pointers[_i].found);
}
END_TEST

/* RFC 7396, appendix A; the last rows are ours. */
static const char *const merges[][3] = {
    { "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
    { "{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}" },
    { "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
    { "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}" },
    { "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
    { "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
    { "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}",
      "{\"a\":{\"b\":\"d\"}}" },
    { "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
    { "[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]" },
    { "{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]" },
    { "{\"a\":\"foo\"}", "null", "null" },
    { "{\"a\":\"foo\"}", "\"bar\"", "\"bar\"" },
    { "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
    { "[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}" },
    { "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}" },
    { "{\"a\":{\"b\":[1]}}", "{}", "{\"a\":{\"b\":[1]}}" },
};

START_TEST(a_merge_patch_does_what_the_rfc_says)
{
    json_t *target = value_of(merges[_i][0]), *patch = value_of(merges[_i][1]);
    json_t *result = json_merge(a, target, patch);
    ck_assert_str_eq(json_text(a, result).ptr, merges[_i][2]);
    ck_assert_str_eq(json_text(a, target).ptr, merges[_i][0]);
    ck_assert_str_eq(json_text(a, patch).ptr, merges[_i][1]);
}
END_TEST

START_TEST(a_merge_into_nothing_makes_an_object)
{
    json_t *result = json_merge(a, NULL, value_of("{\"a\":{\"b\":null,\"c\":1}}"));
    ck_assert_str_eq(json_text(a, result).ptr, "{\"a\":{\"c\":1}}");
}
END_TEST

/* clang-format off */
static const struct {
    const char *whole, *part;
    bool contains;
} parts[] = {
    { "{\"a\":1,\"b\":2}", "{\"b\":2}", true },
    { "{\"a\":1}", "{}", true },
    { "{\"a\":1}", "{\"a\":2}", false },
    { "{\"a\":1}", "{\"b\":null}", false },
    { "{\"a\":{\"b\":[1,2]}}", "{\"a\":{\"b\":[2]}}", true },
    { "[1,2,3]", "[3,1]", true },
    { "[1,2,3]", "[]", true },
    { "[1]", "[1,1]", false },
    { "[1,1]", "[1,1]", true },
    { "[{\"a\":1},{}]", "[{},{\"a\":1}]", true },
    { "[{\"a\":1,\"b\":1},{\"a\":1},{\"b\":1}]", "[{},{\"b\":1},{\"a\":1}]", true },
    { "[{\"a\":1},{\"b\":1}]", "[{\"a\":1},{\"a\":1}]", false },
    { "1", "1.0", true },
    { "1.5", "1", false },
    { "1", "true", false },
    { "1", "\"1\"", false },
    { "\"x\"", "\"x\"", true },
    { "\"xy\"", "\"x\"", false },
    { "[1]", "1", false },
    { "{}", "[]", false },
    { "null", "null", true },
};
/* clang-format on */

START_TEST(containment_ignores_what_was_not_asked)
{
    json_t *whole = value_of(parts[_i].whole), *part = value_of(parts[_i].part);
    ck_assert_int_eq(json_contains(whole, part), parts[_i].contains);
    ck_assert_int_eq(json_contains(whole, NULL), false);
    ck_assert_int_eq(json_contains(NULL, part), false);
}
END_TEST

/* clang-format off */
static const struct {
    str text;
    const char *quoted;
} strings[] = {
    { STR_INIT(""), "\"\"" },
    { STR_INIT("a\"b\\c\n"), "\"a\\\"b\\\\c\\n\"" },
    { STR_INIT("\0"), "\"\\u0000\"" },
    { STR_INIT("\xc3\xa9"), "\"\xc3\xa9\"" },
    { STR_INIT("\xf0\x9f\x98\x80"), "\"\xf0\x9f\x98\x80\"" },
    { STR_INIT("a\xff" "b"), "\"a\xef\xbf\xbd" "b\"" },
    { STR_INIT("\xc3"), "\"\xef\xbf\xbd\"" },
    { STR_INIT("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
    { STR_INIT("\xe0\x80\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
    { STR_INIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
    { STR_INIT("\xf4\x90\x80\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
    { STR_INIT("\xc3\xa9\xf5"), "\"\xc3\xa9\xef\xbf\xbd\"" },
};
/* clang-format on */

START_TEST(any_bytes_can_be_quoted)
{
    ck_assert_str_eq(json_quote(a, strings[_i].text).ptr, strings[_i].quoted);
}
END_TEST

START_TEST(a_zeroed_text_is_the_empty_string)
{
    str none = { NULL, 0 };
    struct err err;
    ck_assert_str_eq(json_quote(a, none).ptr, "\"\"");
    ck_assert_ptr_null(json_read(a, none, &err));
    ck_assert_uint_eq(json_str(json_string_of(a, none)).len, 0);
}
END_TEST

START_TEST(a_long_text_is_dumped_whole)
{
    for (size_t len = 2040; len < 2052; len++) {
        struct buf b = buf_new(a, CEILING_BODY);
        while (b.len < len)
            buf_add_char(&b, 'x');
        str quoted = json_quote(a, buf_str(&b));
        ck_assert_uint_eq(quoted.len, len + 2);
        ck_assert_uint_eq(strlen(quoted.ptr), len + 2);
    }
}
END_TEST

START_TEST(pretty_text_is_indented_by_two)
{
    str text = json_pretty(a, value_of("{\"b\":[1,{}],\"a\":1.1}"));
    ck_assert_str_eq(text.ptr, "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": 1.1\n}");
}
END_TEST

START_TEST(types_have_their_names)
{
    static const char *const names[][2] = {
        { "{}", "object" },     { "[]", "array" },   { "\"\"", "string" },
        { "1", "number" },      { "1.5", "number" }, { "true", "boolean" },
        { "false", "boolean" }, { "null", "null" },
    };
    for (size_t i = 0; i < countof(names); i++)
        ck_assert_str_eq(json_type_name(value_of(names[i][0])), names[i][1]);
    ck_assert_str_eq(json_type_name(NULL), "nothing");
}
END_TEST

START_TEST(text_of_what_is_no_string_is_none)
{
    json_t *value = value_of("{\"s\":\"x\\u0000y\",\"n\":1}");
    ck_assert(str_eq(json_member(value, "s"), STR("x\0y")));
    ck_assert_uint_eq(json_member(value, "n").len, 0);
    ck_assert_uint_eq(json_member(value, "none").len, 0);
    ck_assert_uint_eq(json_member(NULL, "s").len, 0);
    ck_assert_uint_eq(json_str(NULL).len, 0);
    ck_assert_uint_eq(json_text(a, NULL).len, 0);
}
END_TEST

/* "!" is refused; "#" becomes a number; other texts are doubled. */
static json_t *doubled(void *context, str s)
{
    ++*(int *)context;
    if (str_is(s, "!"))
        return NULL;
    if (str_is(s, "#"))
        return json_keep(a, json_integer(7));
    return json_string_of(a, arena_printf(a, "%.*s%.*s", STR_ARG(s), STR_ARG(s)));
}

START_TEST(every_string_is_mapped_and_the_original_stays)
{
    const char *text = "{\"k\":[\"a\",\"#\",1,null,{\"x\":\"b\"}],\"t\":true}";
    json_t *value = value_of(text);
    int calls = 0;
    json_t *copy = json_map_strings(a, value, doubled, &calls);
    ck_assert_str_eq(json_text(a, copy).ptr,
                     "{\"k\":[\"aa\",7,1,null,{\"x\":\"bb\"}],\"t\":true}");
    ck_assert_str_eq(json_text(a, value).ptr, text);
    ck_assert_int_eq(calls, 3);
}
END_TEST

START_TEST(a_map_that_fails_gives_nothing)
{
    int calls = 0;
    ck_assert_ptr_null(
        json_map_strings(a, value_of("[[\"a\",{\"b\":\"!\"}]]"), doubled, &calls));
    ck_assert_ptr_null(json_map_strings(a, value_of("\"!\""), doubled, &calls));
}
END_TEST

static void add_loop_tests(TCase *c)
{
    tcase_add_loop_test(c, a_text_is_read_or_refused_with_its_place, 0, countof(texts));
    tcase_add_loop_test(c, a_prefix_tells_what_it_took_or_where_it_broke, 0,
                        countof(prefixes));
    tcase_add_loop_test(c, a_pointer_finds_what_it_names, 0, countof(pointers));
    tcase_add_loop_test(c, a_merge_patch_does_what_the_rfc_says, 0, countof(merges));
    tcase_add_loop_test(c, containment_ignores_what_was_not_asked, 0, countof(parts));
    tcase_add_loop_test(c, any_bytes_can_be_quoted, 0, countof(strings));
}

START_TEST(an_element_is_found_by_a_member)
{
    struct err err;
    json_t *list = json_read(
        a, STR("[1, {\"type\": 7}, {\"type\": \"b\", \"n\": 1}, {\"type\": \"b\"}]"),
        &err);
    ck_assert_ptr_eq(json_find(list, "type", STR("b")), json_array_get(list, 2));
    ck_assert_ptr_null(json_find(list, "type", STR("c")));
    ck_assert_ptr_null(json_find(NULL, "type", STR("b")));
}
END_TEST

Suite *json_suite(void)
{
    Suite *suite = suite_create("json");
    TCase *c = tcase_create("json");
    tcase_add_checked_fixture(c, begin, finish);
    add_loop_tests(c);
    tcase_add_test(c, depth_64_is_read_and_65_is_not);
    tcase_add_test(c, brackets_in_strings_do_not_count_as_depth);
    tcase_add_test(c, a_merge_into_nothing_makes_an_object);
    tcase_add_test(c, a_zeroed_text_is_the_empty_string);
    tcase_add_test(c, a_long_text_is_dumped_whole);
    tcase_add_test(c, pretty_text_is_indented_by_two);
    tcase_add_test(c, types_have_their_names);
    tcase_add_test(c, text_of_what_is_no_string_is_none);
    tcase_add_test(c, an_element_is_found_by_a_member);
    tcase_add_test(c, every_string_is_mapped_and_the_original_stays);
    tcase_add_test(c, a_map_that_fails_gives_nothing);
    suite_add_tcase(suite, c);
    return suite;
}
