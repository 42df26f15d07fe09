/* SPDX-License-Identifier: MIT */
/* Whatever bytes markup is given, what it writes is well formed and harmless. */
#include <check.h>

#include "reports/markup.h"
#include "tests/results_fixture.h"

Suite *markup_suite(void);

static struct arena *a;
static struct buf out;

static void begin(void)
{
    a = arena_new(NULL);
    out = buf_new(a, CEILING_REPORT);
}

static void end(void)
{
    arena_end(a);
}

/* clang-format off */
static const struct { str text; const char *wanted; } texts[] = {
    { STR_INIT(""), "" },
    { STR_INIT("plain"), "plain" },
    { STR_INIT("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;" },
    { STR_INIT("]]>"), "]]&gt;" },
    { STR_INIT("\x1b[31m"), "\\x1b[31m" },
    { STR_INIT("a\0b"), "a\\x00b" },
    { STR_INIT("a\tb\rc"), "a\\tb\\rc" },
    { STR_INIT("\xff"), "\\xff" },
    { STR_INIT("\xc3("), "\\xc3(" },
    { STR_INIT("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
    { STR_INIT("\xef\xbf\xbe\xef\xbf\xbf."), "\\ufffe\\uffff." },
    { STR_INIT("\xe2\x80\xae"), "\\u202e" },
    { STR_INIT("\xc2\x85"), "\\u0085" },
    { STR_INIT("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f" },
    { STR_INIT("\xf0\x9f\x94\x92"), "\xf0\x9f\x94\x92" },
};
/* clang-format on */

static const char *element_of(str text)
{
    struct markup m = markup_new(&out, false);
    markup_element(&m, "x", text);
    return buf_str(&out).ptr;
}

START_TEST(a_text_is_escaped)
{
    ck_assert_str_eq(element_of(texts[_i].text),
                     arena_printf(a, "<x>%s</x>\n", texts[_i].wanted).ptr);
}
END_TEST

START_TEST(an_attribute_is_escaped)
{
    struct markup m = markup_new(&out, false);
    markup_open(&m, "x");
    markup_attribute(&m, "y", texts[_i].text);
    markup_close(&m);
    ck_assert_str_eq(buf_str(&out).ptr,
                     arena_printf(a, "<x y=\"%s\"/>\n", texts[_i].wanted).ptr);
}
END_TEST

START_TEST(line_feeds_stay_in_texts_and_are_named_in_attributes)
{
    struct markup m = markup_new(&out, false);
    markup_open(&m, "x");
    markup_attribute(&m, "y", STR("a\nb\n"));
    markup_text(&m, STR("c\nd\n"));
    markup_close(&m);
    ck_assert_str_eq(buf_str(&out).ptr, "<x y=\"a&#10;b&#10;\">c\nd\n</x>\n");
}
END_TEST

START_TEST(every_byte_leaves_a_text_that_xml_may_hold)
{
    char one[3] = { 'a', (char)_i, 'b' };
    str got = str_of(element_of((str){ one, sizeof one }));
    for (size_t i = 0; i < got.len; i++) {
        unsigned char c = (unsigned char)got.ptr[i];
        ck_assert_msg(c == '\n' || (c >= 0x20 && c < 0x7f), "byte %d left %d", _i, c);
    }
}
END_TEST

START_TEST(a_long_text_is_cut_between_characters_and_says_so)
{
    struct buf text = buf_new(a, MARKUP_TEXT + 1024);
    while (text.len <= MARKUP_TEXT)
        buf_add(&text, STR("x\xc3\xbc"));
    str got = str_of(element_of(buf_str(&text)));
    ck_assert(str_contains(got, STR("bytes more)")));
    ck_assert(!str_contains(got, STR("\\xc3")));
    ck_assert_uint_lt(got.len, MARKUP_TEXT + 200);
}
END_TEST

START_TEST(many_long_texts_become_short_ones)
{
    struct markup m = markup_new(&out, false);
    char *long_text = arena_alloc(a, 1, MARKUP_TEXT);
    memset(long_text, 'x', MARKUP_TEXT);
    markup_open(&m, "all");
    for (int i = 0; i < 2 * MARKUP_ROOM / MARKUP_TEXT; i++)
        markup_element(&m, "x", (str){ long_text, MARKUP_TEXT });
    markup_close(&m);
    ck_assert(!out.over);
    ck_assert_uint_lt(out.len, MARKUP_ROOM + MARKUP_ROOM / 4);
    ck_assert(str_ends(buf_str(&out), "</all>\n"));
}
END_TEST

START_TEST(elements_are_indented_in_xml_and_never_empty_in_html)
{
    struct markup m = markup_new(&out, false);
    markup_open(&m, "a");
    markup_open(&m, "b");
    markup_close(&m);
    markup_close(&m);
    ck_assert_str_eq(buf_str(&out).ptr, "<a>\n  <b/>\n</a>\n");
    struct buf page = buf_new(a, CEILING_LINE);
    m = markup_new(&page, true);
    markup_open(&m, "a");
    markup_open(&m, "b");
    markup_close(&m);
    markup_close(&m);
    ck_assert_str_eq(buf_str(&page).ptr, "<a><b></b></a>\n");
}
END_TEST

Suite *markup_suite(void)
{
    Suite *s = suite_create("markup");
    TCase *tc = tcase_create("escaping");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_loop_test(tc, a_text_is_escaped, 0, (int)countof(texts));
    tcase_add_loop_test(tc, an_attribute_is_escaped, 0, (int)countof(texts));
    tcase_add_test(tc, line_feeds_stay_in_texts_and_are_named_in_attributes);
    tcase_add_loop_test(tc, every_byte_leaves_a_text_that_xml_may_hold, 0, 256);
    tcase_add_test(tc, a_long_text_is_cut_between_characters_and_says_so);
    tcase_add_test(tc, many_long_texts_become_short_ones);
    tcase_add_test(tc, elements_are_indented_in_xml_and_never_empty_in_html);
    suite_add_tcase(s, tc);
    return s;
}
