/* SPDX-License-Identifier: MIT */
/* Header lists, and the values of Link, Retry-After and URLs: the RFCs' own examples and
 * what a careless or hostile peer writes. */
#include <check.h>

#include "base/clock.h"
#include "http/message.h"

Suite *message_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void finish(void)
{
    arena_end(a);
}

/* "Name: value" lines */
static struct headers list_of(const char *lines)
{
    struct headers list = { NULL, 0 };
    str rest = str_of(lines), line;
    while (str_cut(&rest, '\n', &line)) {
        size_t colon = str_find_char(line, ':');
        headers_add(a, &list, str_upto(line, colon), str_trim(str_from(line, colon + 1)));
    }
    return list;
}

static const char *lines_of(const struct headers *list)
{
    str text = STR("");
    for (size_t i = 0; i < list->count; i++)
        text = arena_printf(a, "%s%.*s: %.*s\n", text.ptr, STR_ARG(list->item[i].name),
                            STR_ARG(list->item[i].value));
    return text.ptr;
}

/* --- lists --- */

START_TEST(names_are_found_in_any_case_and_order_is_kept)
{
    struct headers list = list_of("Link: a\nX: 1\nlink: b\nLINK: c\n");
    ck_assert(str_is(*headers_find(&list, "link"), "a"));
    ck_assert(str_is(*headers_nth(&list, "Link", 1), "b"));
    ck_assert(str_is(*headers_nth(&list, "Link", 2), "c"));
    ck_assert_ptr_null(headers_nth(&list, "Link", 3));
    ck_assert_ptr_null(headers_find(&list, "Lin"));
    ck_assert_uint_eq(headers_count(&list, "lInK"), 3);
    ck_assert_uint_eq(headers_count(&list, "Y"), 0);
}
END_TEST

/* clang-format off */
static const struct { const char *name, *value, *after; } sets[] = {
    { "B", "9", "A: 1\nB: 9\nC: 3\n" },
    { "b", "9", "A: 1\nb: 9\nC: 3\n" },
    { "B", "", "A: 1\nC: 3\n" },
    { "D", "9", "A: 1\nB: 2\nb: 22\nC: 3\nD: 9\n" },
    { "D", "", "A: 1\nB: 2\nb: 22\nC: 3\n" },
};
/* clang-format on */

START_TEST(setting_replaces_all_of_that_name)
{
    struct headers list = list_of("A: 1\nB: 2\nb: 22\nC: 3\n");
    struct headers before = list;
    headers_set(a, &list, str_of(sets[_i].name), str_of(sets[_i].value));
    ck_assert_str_eq(lines_of(&list), sets[_i].after);
    ck_assert_str_eq(lines_of(&before), "A: 1\nB: 2\nb: 22\nC: 3\n");
}
END_TEST

START_TEST(copies_of_a_list_do_not_write_into_each_other)
{
    for (size_t size = 0; size < 20; size++) {
        struct headers base = { NULL, 0 };
        for (size_t i = 0; i < size; i++)
            headers_add(a, &base, STR("Base"), STR("0"));
        struct headers one = base, two = base;
        headers_add(a, &one, STR("One"), STR("1"));
        headers_add(a, &two, STR("Two"), STR("2"));
        headers_add(a, &base, STR("Three"), STR("3"));
        ck_assert(str_is(one.item[size].name, "One"));
        ck_assert(str_is(two.item[size].name, "Two"));
        ck_assert(str_is(base.item[size].name, "Three"));
    }
}
END_TEST

/* clang-format off */
static const struct { const char *value, *type; } types[] = {
    { "application/json", "application/json" },
    { "Application/JSON; charset=utf-8", "application/json" },
    { " application/problem+json ;x=y", "application/problem+json" },
    { "application/pem-certificate-chain;", "application/pem-certificate-chain" },
    { ";", "" },
    { "", "" },
};
/* clang-format on */

/* clang-format off */
static const struct { const char *lines, *type; int weight; } accepts[] = {
    { "",                                                   "text/html", 1000 },
    { "Accept: ",                                           "text/html",    0 },
    { "Accept: */*",                                        "text/html", 1000 },
    { "Accept: TEXT/HTML",                                  "text/html", 1000 },
    { "Accept: text/*",                                     "text/html", 1000 },
    { "Accept: text/*",                                     "textile/a",    0 },
    { "Accept: image/*",                                    "text/html",    0 },
    { "Accept: text/html;q=0",                              "text/html",    0 },
    { "Accept: text/html;q=0.0",                            "text/html",    0 },
    { "Accept: text/html;q=0.000",                          "text/html",    0 },
    { "Accept: text/html; Q=0.25",                          "text/html",  250 },
    { "Accept: text/html ; q=0.001",                        "text/html",    1 },
    { "Accept: text/html;q=1.000",                          "text/html", 1000 },
    { "Accept: text/html;q=1.5",                            "text/html", 1000 },
    { "Accept: text/html;q=",                               "text/html", 1000 },
    { "Accept: text/html;q=x",                              "text/html", 1000 },
    { "Accept: text/html;q=00",                             "text/html", 1000 },
    { "Accept: text/html;q=0.5;ext=1",                      "text/html",  500 },
    { "Accept: text/html;level=1",                          "text/html",    0 },
    { "Accept: text/html;level=1, */*;q=0.1",               "text/html",  100 },
    { "Accept: text/html;a=\"x,y;q=0\", text/html;q=0.3",   "text/html",  300 },
    { "Accept: text/html;q=0, */*",                         "text/html",    0 },
    { "Accept: */*, text/html;q=0",                         "text/html",    0 },
    { "Accept: */*;q=0.9, text/*;q=0.2",                    "text/html",  200 },
    { "Accept: text/*;q=0, text/html;q=0.7",                "text/html",  700 },
    { "Accept: text/html;q=0.2, text/html;q=0.6",           "text/html",  600 },
    { "Accept: ,, text/html ,",                             "text/html", 1000 },
    { "Accept: a/b\nAccept: text/html;q=0.4",               "text/html",  400 },
};
/* clang-format on */

START_TEST(accept_is_weighed)
{
    struct headers list = list_of(accepts[_i].lines);
    ck_assert_int_eq(accept_weight(&list, accepts[_i].type), accepts[_i].weight);
}
END_TEST

START_TEST(a_media_type_is_lower_case_without_parameters)
{
    str type = media_type(a, str_of(types[_i].value));
    ck_assert_str_eq(type.ptr, types[_i].type);
    struct headers list = { NULL, 0 };
    ck_assert(!media_type_is(&list, "application/json"));
    headers_add(a, &list, STR("content-type"), str_of(types[_i].value));
    ck_assert(media_type_is(&list, types[_i].type));
    ck_assert(!media_type_is(&list, "text/html"));
}
END_TEST

START_TEST(tokens_are_told_from_other_text)
{
    static const char *const bad[] = { "",    "a b",      "a:",  "(a)",
                                       "a\"", "\xc3\xa9", "a\t", "{}" };
    ck_assert(http_is_token(STR("!#$%&'*+-.^_`|~09azAZ")));
    for (size_t i = 0; i < countof(bad); i++)
        ck_assert_msg(!http_is_token(str_of(bad[i])), "%s", bad[i]);
    ck_assert(!http_is_token(STR("a\0b")));
}
END_TEST

START_TEST(statuses_have_their_reasons)
{
    ck_assert_str_eq(http_reason(201), "Created");
    ck_assert_str_eq(http_reason(100), "Continue");
    ck_assert_str_eq(http_reason(511), "Network Authentication Required");
    ck_assert_str_eq(http_reason(418), "");
    ck_assert_str_eq(http_reason(0), "");
}
END_TEST

/* --- Retry-After --- */

/* clang-format off */
static const struct { const char *value; bool ok; long seconds; } retries[] = {
    { "120", true, 120 },
    { "0", true, 0 },
    { " 3 ", true, 3 },
    { "007", true, 7 },
    { "99999999999999999999999999", true, INT32_MAX },
    { "2147483648", true, INT32_MAX },
    { "Sun, 06 Nov 1994 08:49:37 GMT", true, 60 },
    { "Sunday, 06-Nov-94 08:49:37 GMT", true, 60 },
    { "Sun Nov  6 08:49:37 1994", true, 60 },
    { "Sun, 06 Nov 1994 08:48:37 GMT", true, 0 },
    { "Sun, 06 Nov 1994 08:48:36 GMT", true, 0 },
    { "Thu, 01 Jan 1970 00:00:00 GMT", true, 0 },
    { "Fri, 31 Dec 9999 23:59:59 GMT", true, INT32_MAX },
    { "", false, 0 },
    { "-1", false, 0 },
    { "+1", false, 0 },
    { "1.5", false, 0 },
    { "3s", false, 0 },
    { "2026-11-24T08:15:00Z", false, 0 },
    { "soon", false, 0 },
};
/* clang-format on */

START_TEST(retry_after_has_two_forms)
{
    long seconds = 0;
    time_t now = 784111777 - 60; /* a minute before RFC 9110's example */
    ck_assert_int_eq(retry_after_seconds(str_of(retries[_i].value), now, &seconds),
                     retries[_i].ok);
    ck_assert_int_eq(seconds, retries[_i].seconds);
}
END_TEST

/* --- links --- */

/* What is shown of a list of links: "target rel" joined by "|", and "!" where it breaks.
 */
static const char *links_of(const char *value)
{
    str rest = str_of(value), shown = STR("");
    struct link link;
    bool bad;
    while (link_next(a, &rest, &link, &bad))
        shown = arena_printf(a, "%s%s%.*s %.*s", shown.ptr, shown.len ? "|" : "",
                             STR_ARG(link.target), STR_ARG(link.rel));
    ck_assert(!link_next(a, &rest, &link, &(bool){ false }));
    return arena_printf(a, "%s%s", shown.ptr, bad ? "!" : "").ptr;
}

/* clang-format off */
static const struct { const char *value, *links; } links[] = {
    { "<https://x/dir>;rel=\"index\"", "https://x/dir index" },
    { "<https://x/dir>; rel=index", "https://x/dir index" },
    { "<https://x/dir> ; REL = \"index\" ; title=\"a;b,c\"", "https://x/dir index" },
    { "<a>;rel=up, <b>;rel=\"alternate\"", "a up|b alternate" },
    { "<a,b;c>;rel=up", "a,b;c up" },
    { ", ,<a>;rel=up,,", "a up" },
    { "<a>;rel=up;rel=down", "a up" },
    { "<a>;title=\"\\\"q\\\\\";rel=\"x\\y\"", "a xy" },
    { "<a>;title*=UTF-8'de'n%c3%a4chstes;rel=next", "a next" },
    { "<a>;;;rel=next;", "a next" },
    { "<a>;nofollow;rel=next", "a next" },
    { "<a>", "a " },
    { "<>;rel=self", " self" },
    { "<a>;rel=\"start http://example.net/other\"", "a start http://example.net/other" },
    { "<a>;rel=", "!" },
    { "<a>;rel=\"up", "!" },
    { "<a>;rel=\"up\\", "!" },
    { "<a>;rel=http://x/", "!" },
    { "<a;rel=up", "!" },
    { "a;rel=up", "!" },
    { "https://x/dir", "!" },
    { "<a>;rel=up <b>;rel=up", "!" },
    { "<a>;rel=up, b", "a up!" },
    { "<a>;\"x\"", "!" },
    { "", "" },
    { " , ", "" },
};
/* clang-format on */

START_TEST(links_are_taken_apart)
{
    ck_assert_str_eq(links_of(links[_i].value), links[_i].links);
}
END_TEST

/* clang-format off */
static const struct { const char *rel; size_t n; const char *target; } found_links[] = {
    { "up", 0, "https://ca.test/acme/issuer" },
    { "UP", 0, "https://ca.test/acme/issuer" },
    { "up", 1, NULL },
    { "alternate", 0, "https://ca.test/acme/cert/1/alt" },
    { "alternate", 1, "https://other.test/2" },
    { "alternate", 2, "https://ca.test/3" },
    { "alternate", 3, NULL },
    { "index", 0, NULL }, /* behind a syntax error */
    { "alt", 0, NULL },
};
/* clang-format on */

START_TEST(a_link_is_found_over_all_headers)
{
    struct headers list = list_of("Link: <../issuer>;rel=\"up\",<1/alt>;rel=alternate\n"
                                  "Link: broken,<https://ca.test/dir>;rel=index\n"
                                  "link: <//other.test/2>;rel=\"next alternate\"\n"
                                  "LINK: </3>;rel=Alternate\n");
    str target = STR_NONE;
    bool found = link_find(a, &list, found_links[_i].rel, found_links[_i].n,
                           STR("https://ca.test/acme/cert/1"), &target);
    ck_assert_int_eq(found, found_links[_i].target != NULL);
    if (found)
        ck_assert_str_eq(target.ptr, found_links[_i].target);
}
END_TEST

/* --- URLs --- */

/* RFC 3986 5.4.1 and 5.4.2, from http://a/b/c/d;p?q; then ours. */
static const char *const references[][2] = {
    { "g:h", "g:h" },
    { "g", "http://a/b/c/g" },
    { "./g", "http://a/b/c/g" },
    { "g/", "http://a/b/c/g/" },
    { "/g", "http://a/g" },
    { "//g", "http://g" },
    { "?y", "http://a/b/c/d;p?y" },
    { "g?y", "http://a/b/c/g?y" },
    { "#s", "http://a/b/c/d;p?q#s" },
    { "g#s", "http://a/b/c/g#s" },
    { "g?y#s", "http://a/b/c/g?y#s" },
    { ";x", "http://a/b/c/;x" },
    { "g;x", "http://a/b/c/g;x" },
    { "g;x?y#s", "http://a/b/c/g;x?y#s" },
    { "", "http://a/b/c/d;p?q" },
    { ".", "http://a/b/c/" },
    { "./", "http://a/b/c/" },
    { "..", "http://a/b/" },
    { "../", "http://a/b/" },
    { "../g", "http://a/b/g" },
    { "../..", "http://a/" },
    { "../../", "http://a/" },
    { "../../g", "http://a/g" },
    { "../../../g", "http://a/g" },
    { "../../../../g", "http://a/g" },
    { "/./g", "http://a/g" },
    { "/../g", "http://a/g" },
    { "g.", "http://a/b/c/g." },
    { ".g", "http://a/b/c/.g" },
    { "g..", "http://a/b/c/g.." },
    { "..g", "http://a/b/c/..g" },
    { "./../g", "http://a/b/g" },
    { "./g/.", "http://a/b/c/g/" },
    { "g/./h", "http://a/b/c/g/h" },
    { "g/../h", "http://a/b/c/h" },
    { "g;x=1/./y", "http://a/b/c/g;x=1/y" },
    { "g;x=1/../y", "http://a/b/c/y" },
    { "g?y/./x", "http://a/b/c/g?y/./x" },
    { "g?y/../x", "http://a/b/c/g?y/../x" },
    { "g#s/./x", "http://a/b/c/g#s/./x" },
    { "g#s/../x", "http://a/b/c/g#s/../x" },
    { "http:g", "http:g" },
    { "https://other/../x", "https://other/x" },
    { "1:2", "http://a/b/c/1:2" },
};

START_TEST(a_reference_is_seen_from_its_base)
{
    str resolved = url_resolve(a, STR("http://a/b/c/d;p?q"), str_of(references[_i][0]));
    ck_assert_str_eq(resolved.ptr, references[_i][1]);
}
END_TEST

START_TEST(a_base_without_a_path_gives_one)
{
    ck_assert_str_eq(url_resolve(a, STR("https://a"), STR("b")).ptr, "https://a/b");
    ck_assert_str_eq(url_resolve(a, STR("https://a?q"), STR("b")).ptr, "https://a/b");
    ck_assert_str_eq(url_resolve(a, STR("https://a?q"), STR("")).ptr, "https://a?q");
}
END_TEST

/* clang-format off */
static const struct { const char *text, *scheme, *host; int port; bool has_port; const char *path; } urls[] = {
    { "https://ca.example/acme/new-order", "https", "ca.example", 443, false, "/acme/new-order" },
    { "HTTP://CA.example:8080", "http", "CA.example", 8080, true, "/" },
    { "http://h?q=1#f", "http", "h", 80, false, "/?q=1" },
    { "https://h:/", "https", "h", 443, false, "/" },
    { "https://[::1]:14000/dir", "https", "[::1]", 14000, true, "/dir" },
    { "http://127.0.0.1:1/a%20b?c=/?:@", "http", "127.0.0.1", 1, true, "/a%20b?c=/?:@" },
    { "https://h/a//b/../c", "https", "h", 443, false, "/a//b/../c" },
    { "https://h/?", "https", "h", 443, false, "/?" },
    { "https://a_b.%41/", "https", "a_b.%41", 443, false, "/" },
    { "", NULL, NULL, 0, false, NULL },
    { "/acme/new-order", NULL, NULL, 0, false, NULL },
    { "//h/x", NULL, NULL, 0, false, NULL },
    { "ftp://h/", NULL, NULL, 0, false, NULL },
    { "https:/h", NULL, NULL, 0, false, NULL },
    { "https:h", NULL, NULL, 0, false, NULL },
    { "https://", NULL, NULL, 0, false, NULL },
    { "https:///path", NULL, NULL, 0, false, NULL },
    { "https://:443/", NULL, NULL, 0, false, NULL },
    { "https://user@h/", NULL, NULL, 0, false, NULL },
    { "https://user:pw@h/", NULL, NULL, 0, false, NULL },
    { "https://h:0/", NULL, NULL, 0, false, NULL },
    { "https://h:65536/", NULL, NULL, 0, false, NULL },
    { "https://h:-1/", NULL, NULL, 0, false, NULL },
    { "https://h:4x/", NULL, NULL, 0, false, NULL },
    { "https://[::1/", NULL, NULL, 0, false, NULL },
    { "https://[]/", NULL, NULL, 0, false, NULL },
    { "https://[::1]x/", NULL, NULL, 0, false, NULL },
    { "https://h/a b", NULL, NULL, 0, false, NULL },
    { " https://h/", NULL, NULL, 0, false, NULL },
    { "https://h/ ", NULL, NULL, 0, false, NULL },
    { "https://h/\n", NULL, NULL, 0, false, NULL },
    { "https://h/%4", NULL, NULL, 0, false, NULL },
    { "https://h/%zz", NULL, NULL, 0, false, NULL },
    { "https://h/\xc3\xa9", NULL, NULL, 0, false, NULL },
    { "https://h/<x>", NULL, NULL, 0, false, NULL },
    { "https://h/?[x]", NULL, NULL, 0, false, NULL },
    { "https://h\\x/", NULL, NULL, 0, false, NULL },
    { "https://h/#a#b", NULL, NULL, 0, false, NULL },
};
/* clang-format on */

START_TEST(a_url_has_parts_or_is_none)
{
    struct url url;
    bool ok = url_parse(a, str_of(urls[_i].text), &url);
    ck_assert_int_eq(ok, urls[_i].scheme != NULL);
    if (!ok)
        return;
    ck_assert(str_is(url.scheme, urls[_i].scheme));
    ck_assert(str_is(url.host, urls[_i].host));
    ck_assert_int_eq(url.port, urls[_i].port);
    ck_assert_int_eq(url.has_port, urls[_i].has_port);
    ck_assert_str_eq(url.path.ptr, urls[_i].path);
}
END_TEST

START_TEST(a_nul_in_a_url_is_refused)
{
    struct url url;
    ck_assert(!url_parse(a, STR("https://h/\0"), &url));
    ck_assert(!url_parse(a, STR("https://h\0.evil/"), &url));
    ck_assert(!url_parse(a, (str){ NULL, 0 }, &url));
}
END_TEST

/* clang-format off */
static const struct { const char *text; str decoded; } escapes[] = {
    { "/a%20b", STR_INIT("/a b") },
    { "%41%7a%7A", STR_INIT("Azz") },
    { "%00", STR_INIT("\0") },
    { "%ff", STR_INIT("\xff") },
    { "100%", STR_INIT("100%") },
    { "%4", STR_INIT("%4") },
    { "%zz%41", STR_INIT("%zzA") },
    { "%2541", STR_INIT("%41") },
    { "a+b", STR_INIT("a+b") },
    { "", STR_INIT("") },
};
/* clang-format on */

START_TEST(escapes_are_decoded_once)
{
    ck_assert(str_eq(url_decode(a, str_of(escapes[_i].text)), escapes[_i].decoded));
}
END_TEST

static void add_loop_tests(TCase *c)
{
    tcase_add_loop_test(c, setting_replaces_all_of_that_name, 0, countof(sets));
    tcase_add_loop_test(c, accept_is_weighed, 0, countof(accepts));
    tcase_add_loop_test(c, a_media_type_is_lower_case_without_parameters, 0,
                        countof(types));
    tcase_add_loop_test(c, retry_after_has_two_forms, 0, countof(retries));
    tcase_add_loop_test(c, links_are_taken_apart, 0, countof(links));
    tcase_add_loop_test(c, a_link_is_found_over_all_headers, 0, countof(found_links));
    tcase_add_loop_test(c, a_reference_is_seen_from_its_base, 0, countof(references));
    tcase_add_loop_test(c, a_url_has_parts_or_is_none, 0, countof(urls));
    tcase_add_loop_test(c, escapes_are_decoded_once, 0, countof(escapes));
}

Suite *message_suite(void)
{
    Suite *suite = suite_create("message");
    TCase *c = tcase_create("message");
    tcase_add_checked_fixture(c, begin, finish);
    add_loop_tests(c);
    tcase_add_test(c, names_are_found_in_any_case_and_order_is_kept);
    tcase_add_test(c, copies_of_a_list_do_not_write_into_each_other);
    tcase_add_test(c, tokens_are_told_from_other_text);
    tcase_add_test(c, statuses_have_their_reasons);
    tcase_add_test(c, a_base_without_a_path_gives_one);
    tcase_add_test(c, a_nul_in_a_url_is_refused);
    suite_add_tcase(suite, c);
    return suite;
}
