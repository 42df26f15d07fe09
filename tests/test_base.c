/* SPDX-License-Identifier: MIT */
/* The ground floor: text by value, arenas, buffers with a ceiling, sentences, tables of
 * words. */
#include <check.h>
#include <signal.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/names.h"

Suite *base_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void finish(void)
{
    arena_end(a);
}

/* --- text --- */

/* clang-format off */
static const struct { str one, other; bool same, same_nocase; int order; } pairs[] = {
    { STR_INIT(""),      STR_INIT(""),      true,  true,  0 },
    { STR_INIT("abc"),   STR_INIT("abc"),   true,  true,  0 },
    { STR_INIT("abc"),   STR_INIT("abd"),   false, false, -1 },
    { STR_INIT("abc"),   STR_INIT("ab"),    false, false, 1 },
    { STR_INIT("Nonce"), STR_INIT("nOnCE"), false, true,  -1 },
    { STR_INIT("["),     STR_INIT("{"),     false, false, -1 }, /* 0x20 apart, no letters */
    { STR_INIT("\xc4"),  STR_INIT("\xe4"),  false, false, -1 }, /* beyond ASCII: no case */
    { STR_INIT("a\0b"),  STR_INIT("a\0c"),  false, false, -1 },
    { STR_INIT("a\0b"),  STR_INIT("a\0b"),  true,  true,  0 },
    { STR_INIT("\xff"),  STR_INIT("a"),     false, false, 1 }, /* bytes have no sign */
    { { NULL, 0 },       STR_INIT(""),      true,  true,  0 }, /* of a struct set to zero */
};

static const struct { const char *text, *needle; size_t at; } found[] = {
    { "hello", "ll", 2 }, { "hello", "hello", 0 }, { "hello", "hellos", 5 },
    { "hello", "", 0 },   { "", "x", 0 },          { "aaab", "aab", 1 },
    { "hello", "o", 4 },  { "hello", "L", 5 },
};

static const struct { const char *text, *trimmed; } trims[] = {
    { "", "" }, { " \t\r\n", "" }, { "  a b\t", "a b" }, { "a", "a" }, { "\va ", "\va" },
};

static const struct { const char *text; long max; bool good; long value; } numbers[] = {
    { "0", 10, true, 0 },     { "10", 10, true, 10 },  { "11", 10, false, 0 },
    { "007", 10, true, 7 },   { "", 10, false, 0 },    { "-1", 10, false, 0 },
    { "+1", 10, false, 0 },   { " 1", 10, false, 0 },  { "1 ", 10, false, 0 },
    { "1.0", 10, false, 0 },  { "0x1", 10, false, 0 }, { "1\n", 10, false, 0 },
    { "9223372036854775808", INT64_MAX, false, 0 },
    { "99999999999999999999999999", INT64_MAX, false, 0 },
    { "922337203685477579", INT64_MAX, true, 922337203685477579 },
};

static const struct { const char *text; bool good; long ms; } spans[] = {
    { "250ms", true, 250 }, { "3s", true, 3000 },    { "2m", true, 120000 },
    { "1h", true, 3600000 }, { "0s", true, 0 },      { "3", false, 0 },
    { "s", false, 0 },       { "", false, 0 },       { "-3s", false, 0 },
    { "1.5s", false, 0 },    { "3 s", false, 0 },    { "3S", false, 0 },
    { "100000001s", false, 0 }, { "99999999999999999999h", false, 0 },
};

static const struct { str text; size_t len; } characters[] = {
    { STR_INIT(""), 0 },             { STR_INIT("a\x80"), 1 },      { STR_INIT("\0"), 1 },
    { STR_INIT("\xc3\xa9x"), 2 },    { STR_INIT("\xe2\x82\xac"), 3 }, { STR_INIT("\xf0\x9f\x98\x80"), 4 },
    { STR_INIT("\xed\x9f\xbf"), 3 }, { STR_INIT("\xee\x80\x80"), 3 }, { STR_INIT("\xf4\x8f\xbf\xbf"), 4 },
    { STR_INIT("\x80"), 0 },         { STR_INIT("\xc1\xbf"), 0 },     { STR_INIT("\xe0\x9f\xbf"), 0 },
    { STR_INIT("\xed\xa0\x80"), 0 }, { STR_INIT("\xf0\x8f\xbf\xbf"), 0 }, { STR_INIT("\xf4\x90\x80\x80"), 0 },
    { STR_INIT("\xf5\x80\x80\x80"), 0 }, { STR_INIT("\xe2\x82"), 0 }, { STR_INIT("\xe2\x82x"), 0 },
};

static const struct { const char *one, *other; size_t distance; } distances[] = {
    { "", "", 0 },           { "abc", "abc", 0 },     { "abc", "ABC", 0 },
    { "", "abc", 3 },        { "post", "psot", 2 },   { "server", "serve", 1 },
    { "kitten", "sitting", 3 }, { "junit", "junitt", 1 },
};
/* clang-format on */

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

START_TEST(texts_compare_by_bytes)
{
    str one = pairs[_i].one, other = pairs[_i].other;
    ck_assert_int_eq(str_eq(one, other), pairs[_i].same);
    ck_assert_int_eq(str_eq(other, one), pairs[_i].same);
    ck_assert_int_eq(str_eq_nocase(one, other), pairs[_i].same_nocase);
    ck_assert_int_eq(sign(str_compare(one, other)), pairs[_i].order);
    ck_assert_int_eq(sign(str_compare(other, one)), -pairs[_i].order);
}
END_TEST

START_TEST(a_needle_is_found_where_it_stands_first)
{
    str text = str_of(found[_i].text), needle = str_of(found[_i].needle);
    bool there = needle.len == 0 || found[_i].at < text.len;
    ck_assert_uint_eq(str_find(text, needle), found[_i].at);
    ck_assert_int_eq(str_contains(text, needle), there);
    if (needle.len == 1)
        ck_assert_uint_eq(str_find_char(text, needle.ptr[0]), found[_i].at);
}
END_TEST

START_TEST(a_needle_may_hold_nul)
{
    ck_assert_uint_eq(str_find(STR("a\0b\0c"), STR("\0c")), 3);
    ck_assert_uint_eq(str_find_char(STR("a\0b"), 'b'), 2);
    ck_assert_uint_eq(str_find_char((str){ NULL, 0 }, 'b'), 0);
}
END_TEST

START_TEST(white_space_goes_at_both_ends)
{
    ck_assert(str_is(str_trim(str_of(trims[_i].text)), trims[_i].trimmed));
}
END_TEST

START_TEST(slices_stay_within_their_text)
{
    str text = STR("hello");
    ck_assert(str_is(str_from(text, 2), "llo"));
    ck_assert_uint_eq(str_from(text, 6).len, 0);
    ck_assert_uint_eq(str_from(text, SIZE_MAX).len, 0);
    ck_assert(str_is(str_upto(text, 2), "he"));
    ck_assert(str_is(str_upto(text, SIZE_MAX), "hello"));
    ck_assert_uint_eq(str_from((str){ NULL, 0 }, 3).len, 0);
    ck_assert_uint_eq(str_of(NULL).len, 0);
    ck_assert(str_starts(text, "he") && str_starts(text, "") && str_ends(text, "lo"));
    ck_assert(!str_starts(text, "hello!") && !str_ends(text, "ohello"));
}
END_TEST

START_TEST(a_text_is_cut_piece_by_piece)
{
    str rest = STR("a,,b,"), piece;
    ck_assert(str_cut(&rest, ',', &piece) && str_is(piece, "a"));
    ck_assert(str_cut(&rest, ',', &piece) && str_is(piece, ""));
    ck_assert(str_cut(&rest, ',', &piece) && str_is(piece, "b"));
    ck_assert(!str_cut(&rest, ',', &piece));
}
END_TEST

START_TEST(a_number_is_digits_up_to_a_ceiling)
{
    long value = -7;
    ck_assert_int_eq(str_to_long(str_of(numbers[_i].text), numbers[_i].max, &value),
                     numbers[_i].good);
    ck_assert_int_eq(value, numbers[_i].good ? numbers[_i].value : -7);
}
END_TEST

START_TEST(a_time_span_has_a_unit)
{
    long ms = -7;
    ck_assert_int_eq(str_to_ms(str_of(spans[_i].text), &ms), spans[_i].good);
    ck_assert_int_eq(ms, spans[_i].good ? spans[_i].ms : -7);
}
END_TEST

START_TEST(a_character_of_utf_8_has_its_length)
{
    ck_assert_uint_eq(str_utf8(characters[_i].text), characters[_i].len);
}
END_TEST

START_TEST(edits_are_counted)
{
    str one = str_of(distances[_i].one), other = str_of(distances[_i].other);
    ck_assert_uint_eq(str_distance(one, other), distances[_i].distance);
    ck_assert_uint_eq(str_distance(other, one), distances[_i].distance);
}
END_TEST

START_TEST(long_words_are_far_apart)
{
    char text[200];
    memset(text, 'x', sizeof text);
    str word = { text, sizeof text };
    ck_assert_uint_eq(str_distance(word, word), 2 * sizeof text);
    ck_assert_uint_eq(str_distance(word, STR("x")), sizeof text + 1);
}
END_TEST

/* --- arenas --- */

static char order[32];

static void note(void *letter)
{
    size_t len = strlen(order);
    order[len] = *(char *)letter;
    order[len + 1] = '\0';
}

START_TEST(cleanups_run_last_in_first_out_children_first)
{
    static char letters[] = "abcd";
    struct arena *outer = arena_new(a), *inner = arena_new(outer);
    order[0] = '\0';
    arena_defer(outer, note, &letters[0]);
    arena_defer(outer, note, &letters[1]);
    arena_defer(inner, note, &letters[2]);
    arena_defer(outer, note, NULL);
    arena_end(outer);
    ck_assert_str_eq(order, "cba");
    arena_defer(a, note, &letters[3]);
    arena_reset(a);
    arena_reset(a);
    ck_assert_str_eq(order, "cbad");
}
END_TEST

/* A cleanup may still read what the arena holds. */
static void note_text(void *text)
{
    note(str_z(a, *(str *)text));
}

START_TEST(what_a_cleanup_needs_is_still_there)
{
    struct arena *step = arena_new(a);
    order[0] = '\0';
    str *kept = NEW(step, str);
    *kept = str_copy(step, STR("z"));
    arena_defer(step, note_text, kept);
    arena_end(step);
    ck_assert_str_eq(order, "z");
}
END_TEST

START_TEST(children_end_in_any_order)
{
    struct arena *child[5];
    for (size_t i = 0; i < countof(child); i++)
        child[i] = arena_new(a);
    arena_end(child[2]);
    arena_end(child[4]);
    arena_end(child[0]);
    arena_alloc(child[1], 1, 100);
    ck_assert_uint_ge(arena_size(a), 100);
    arena_end(child[1]);
    arena_end(child[3]);
    ck_assert_uint_eq(arena_size(a), 0);
}
END_TEST

START_TEST(memory_is_zero_aligned_and_apart)
{
    char *last = NULL;
    for (size_t size = 0; size < 40000; size = size * 2 + 3) {
        char *memory = arena_alloc(a, 1, size);
        ck_assert_uint_eq((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < size; i++)
            ck_assert_int_eq(memory[i], 0);
        memset(memory, 'x', size);
        ck_assert_ptr_ne(memory, last);
        last = memory;
    }
    ck_assert_uint_ge(arena_size(a), 40000);
    arena_reset(a);
    ck_assert_uint_eq(arena_size(a), 0);
    ck_assert_int_eq(*(char *)arena_alloc(a, 1, 1), 0);
}
END_TEST

START_TEST(a_size_that_overflows_aborts)
{
    arena_alloc(a, SIZE_MAX / 16 + 1, 16); /* 0, were it not for the overflow */
}
END_TEST

START_TEST(copies_end_with_nul)
{
    str copy = str_copy(a, (str){ "abcdef", 3 });
    ck_assert_str_eq(copy.ptr, "abc");
    copy = str_copy(a, STR("a\0b"));
    ck_assert_uint_eq(copy.len, 3);
    ck_assert_int_eq(copy.ptr[3], '\0');
    ck_assert_str_eq(str_copy(a, (str){ NULL, 0 }).ptr, "");
    ck_assert_str_eq(str_z(a, (str){ "abcdef", 2 }), "ab");
    str text = arena_printf(a, "%d %.*s %5000s", 7, STR_ARG(STR("x")), "y");
    ck_assert_uint_eq(text.len, 5004);
    ck_assert_uint_eq(strlen(text.ptr), 5004);
}
END_TEST

START_TEST(lists_grow_and_are_told)
{
    struct strs list = { 0 };
    ck_assert_str_eq(strs_join(a, &list, " or ").ptr, "");
    for (int i = 0; i < 1000; i++)
        strs_add(a, &list, arena_printf(a, "%d", i));
    ck_assert_uint_eq(list.count, 1000);
    ck_assert(strs_has(&list, STR("0")) && strs_has(&list, STR("999")));
    ck_assert(!strs_has(&list, STR("1000")));
    for (int i = 0; i < 1000; i++)
        ck_assert(str_eq(list.item[i], arena_printf(a, "%d", i)));
    list.count = 3;
    ck_assert_str_eq(strs_join(a, &list, " or ").ptr, "0, 1 or 2");
    list.count = 2;
    ck_assert_str_eq(strs_join(a, &list, " and ").ptr, "0 and 1");
}
END_TEST

/* --- buffers --- */

START_TEST(a_buffer_is_whole_up_to_its_ceiling)
{
    struct buf b = buf_new(a, 1000);
    ck_assert_uint_eq(buf_str(&b).len, 0);
    for (int i = 0; i < 100; i++)
        buf_addf(&b, "%09d%c", i, '.');
    ck_assert(!b.over);
    ck_assert_uint_eq(buf_str(&b).len, 1000);
    ck_assert(str_ends(buf_str(&b), "000000099."));
    buf_add(&b, STR_NONE);
    ck_assert(!b.over);
    buf_add_char(&b, '!');
    ck_assert(b.over);
    ck_assert_uint_eq(strlen(buf_str(&b).ptr), 1000);
}
END_TEST

START_TEST(what_passes_the_ceiling_is_dropped_and_remembered)
{
    struct buf b = buf_new(a, 5);
    buf_add(&b, STR("abc"));
    buf_add(&b, STR("defg"));
    ck_assert(b.over);
    ck_assert_str_eq(buf_str(&b).ptr, "abcde");
    b = buf_new(a, 5);
    buf_addf(&b, "%s", "abcdef"); /* a formatted piece comes whole or not at all */
    ck_assert(b.over);
    ck_assert_uint_eq(buf_str(&b).len, 0);
    buf_add_char(&b, 'x');
    ck_assert_str_eq(buf_str(&b).ptr, "x");
}
END_TEST

/* --- sentences --- */

START_TEST(a_sentence_gets_its_place_in_front)
{
    struct err err;
    ck_assert(!(err_set)(&err, "no %s", "file"));
    ck_assert(!(err_at)(&err, "while %s", "reading"));
    ck_assert_str_eq(err.text, "while reading: no file");
}
END_TEST

START_TEST(a_sentence_that_is_too_long_is_cut)
{
    struct err err;
    (void)(err_set)(&err, "%5000s", "x");
    ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
    (void)(err_at)(&err, "%5000s", "y");
    ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
    ck_assert_ptr_nonnull(strstr(err.text, ": "));
}
END_TEST

/* --- tables of words --- */

static const char *const words[] = { "server", "client", NULL, "selftest", "mock" };

/* clang-format off */
static const struct { const char *word; int index; const char *near; } lookups[] = {
    { "server", 0, "server" },    { "mock", 4, "mock" },       { "serve", -1, "server" },
    { "Server", -1, "server" },   { "sevrer", -1, "server" },  { "selftset", -1, "selftest" },
    { "", -1, NULL },             { "m", -1, NULL },           { "banana", -1, NULL },
    { "clientele", -1, "client" }, { "mo", -1, NULL },         { "mok", -1, "mock" },
    { "clxxxt", -1, NULL },
};
/* clang-format on */

START_TEST(a_word_is_found_or_its_nearest)
{
    str word = str_of(lookups[_i].word);
    ck_assert_int_eq(name_find(words, countof(words), word), lookups[_i].index);
    const char *near = name_nearest(words, countof(words), word);
    str ask = name_did_you_mean(a, words, countof(words), word);
    if (!lookups[_i].near) {
        ck_assert_msg(near == NULL, "%s is near %s", near, lookups[_i].word);
        ck_assert_uint_eq(ask.len, 0);
        return;
    }
    ck_assert_pstr_eq(near, lookups[_i].near);
    ck_assert(str_eq(ask, arena_printf(a, "; did you mean \"%s\"?", near)));
}
END_TEST

static TCase *text_case(void)
{
    TCase *t = tcase_create("text");
    tcase_add_loop_test(t, texts_compare_by_bytes, 0, countof(pairs));
    tcase_add_loop_test(t, a_needle_is_found_where_it_stands_first, 0, countof(found));
    tcase_add_test(t, a_needle_may_hold_nul);
    tcase_add_loop_test(t, white_space_goes_at_both_ends, 0, countof(trims));
    tcase_add_test(t, slices_stay_within_their_text);
    tcase_add_test(t, a_text_is_cut_piece_by_piece);
    tcase_add_loop_test(t, a_number_is_digits_up_to_a_ceiling, 0, countof(numbers));
    tcase_add_loop_test(t, a_time_span_has_a_unit, 0, countof(spans));
    tcase_add_loop_test(t, a_character_of_utf_8_has_its_length, 0, countof(characters));
    tcase_add_loop_test(t, edits_are_counted, 0, countof(distances));
    tcase_add_test(t, long_words_are_far_apart);
    return t;
}

static TCase *memory_case(void)
{
    TCase *t = tcase_create("memory");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_add_test(t, cleanups_run_last_in_first_out_children_first);
    tcase_add_test(t, what_a_cleanup_needs_is_still_there);
    tcase_add_test(t, children_end_in_any_order);
    tcase_add_test(t, memory_is_zero_aligned_and_apart);
    if (!getenv("CK_FORK"))
        tcase_add_test_raise_signal(t, a_size_that_overflows_aborts, SIGABRT);
    tcase_add_test(t, copies_end_with_nul);
    tcase_add_test(t, lists_grow_and_are_told);
    tcase_add_test(t, a_buffer_is_whole_up_to_its_ceiling);
    tcase_add_test(t, what_passes_the_ceiling_is_dropped_and_remembered);
    tcase_add_test(t, a_sentence_gets_its_place_in_front);
    tcase_add_test(t, a_sentence_that_is_too_long_is_cut);
    tcase_add_loop_test(t, a_word_is_found_or_its_nearest, 0, countof(lookups));
    return t;
}

Suite *base_suite(void)
{
    Suite *suite = suite_create("base");
    suite_add_tcase(suite, text_case());
    suite_add_tcase(suite, memory_case());
    return suite;
}
