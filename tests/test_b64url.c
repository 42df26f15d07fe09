/* SPDX-License-Identifier: MIT */
/* base64url, base64 and hex: RFC 4648's own vectors, and every way in which a text is not
 * what we would have written. */
#include <check.h>

#include "crypto/b64url.h"

Suite *b64url_suite(void);

static struct arena *arena;

static void begin(void)
{
    arena = arena_new(NULL);
}

static void finish(void)
{
    arena_end(arena);
}

/* clang-format off */
static const struct {
    str bytes;
    const char *url, *pem, *hex;
} vectors[] = {
    { STR_INIT(""), "", "", "" },                                 /* RFC 4648 section 10 */
    { STR_INIT("f"), "Zg", "Zg==", "66" },
    { STR_INIT("fo"), "Zm8", "Zm8=", "666f" },
    { STR_INIT("foo"), "Zm9v", "Zm9v", "666f6f" },
    { STR_INIT("foob"), "Zm9vYg", "Zm9vYg==", "666f6f62" },
    { STR_INIT("fooba"), "Zm9vYmE", "Zm9vYmE=", "666f6f6261" },
    { STR_INIT("foobar"), "Zm9vYmFy", "Zm9vYmFy", "666f6f626172" },
    { STR_INIT("\x14\xfb\x9c\x03\xd9\x7e"), "FPucA9l-", "FPucA9l+", "14fb9c03d97e" },
    { STR_INIT("\x03\xec\xff\xe0\xc1"), "A-z_4ME", "A+z/4ME=", "03ecffe0c1" }, /* 7515 C */
    { STR_INIT("\0\0\0"), "AAAA", "AAAA", "000000" },
    { STR_INIT("\xff"), "_w", "/w==", "ff" },
};

static const struct {
    const char *text, *why;
} bad_url[] = {
    { "Zg==", "padding" },
    { "Zm8=", "padding" },
    { "Zm9v=", "padding behind whole groups" },
    { "Z", "one character makes no byte" },
    { "Zm9vY", "one character left" },
    { "Zh", "four bits left over that are not zero" },
    { "Zm9", "two bits left over that are not zero" },
    { "Zm9v\n", "line end" },
    { "Zm 9v", "space inside" },
    { "FPucA9l+", "the other alphabet's plus" },
    { "A/z_4ME", "the other alphabet's slash" },
    { "Zm9v.", "a full stop" },
    { "Zm9\xc3", "not ASCII" },
};

static const struct {
    const char *text, *bytes;
} loose[] = {
    { "Zg==", "f" }, { "Zh", "f" }, { "Zm\n9v", "foo" }, { "Zm9v =", "foo" },
    { "fn5-", "~~~" }, { "fn5+", "~~~" }, { "Pz8/", "???" }, { "Pz8_", "???" },
};

static const char *const bad_pem[] = {
    "Zg", "Zg=", "Zg===", "Z===", "====", "Z=m8", "Zm8=Zm8=", "Zm9v=", "Zh==", "FPucA9l-",
};
/* clang-format on */

START_TEST(bytes_are_encoded_as_the_rfc_has_them)
{
    ck_assert_str_eq(b64url_encode(arena, vectors[_i].bytes).ptr, vectors[_i].url);
    ck_assert_str_eq(b64_encode(arena, vectors[_i].bytes).ptr, vectors[_i].pem);
    ck_assert_str_eq(hex_encode(arena, vectors[_i].bytes).ptr, vectors[_i].hex);
}
END_TEST

START_TEST(what_was_encoded_is_decoded)
{
    str url, pem, hex, loosely;
    ck_assert(b64url_decode(arena, str_of(vectors[_i].url), &url));
    ck_assert(b64_decode(arena, str_of(vectors[_i].pem), &pem));
    ck_assert(hex_decode(arena, str_of(vectors[_i].hex), &hex));
    ck_assert(b64url_decode_loosely(arena, str_of(vectors[_i].pem), &loosely));
    ck_assert(str_eq(url, vectors[_i].bytes));
    ck_assert(str_eq(pem, vectors[_i].bytes));
    ck_assert(str_eq(hex, vectors[_i].bytes));
    ck_assert(str_eq(loosely, vectors[_i].bytes));
}
END_TEST

START_TEST(what_we_would_not_write_is_refused)
{
    str bytes;
    ck_assert_msg(!b64url_decode(arena, str_of(bad_url[_i].text), &bytes),
                  "\"%s\" was decoded: %s", bad_url[_i].text, bad_url[_i].why);
}
END_TEST

START_TEST(the_alphabet_has_its_64_and_no_other)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_";
    for (int i = 0; i < 256; i++) {
        char c = (char)i;
        bool in_it = memchr(alphabet, c, sizeof alphabet - 1) != NULL;
        ck_assert_msg(b64url_letters((str){ &c, 1 }) == in_it, "octet %d", i);
    }
}
END_TEST

START_TEST(a_nul_is_no_character_of_the_alphabet)
{
    str bytes;
    ck_assert(!b64url_decode(arena, STR("Zm9v\0"), &bytes));
    ck_assert(!b64url_decode_loosely(arena, STR("Zm9\0"), &bytes));
}
END_TEST

START_TEST(a_sloppy_text_is_shown)
{
    str bytes;
    ck_assert(b64url_decode_loosely(arena, str_of(loose[_i].text), &bytes));
    ck_assert_str_eq(bytes.ptr, loose[_i].bytes);
}
END_TEST

START_TEST(bad_base64_is_refused)
{
    str bytes;
    ck_assert_msg(!b64_decode(arena, str_of(bad_pem[_i]), &bytes), "\"%s\" was decoded",
                  bad_pem[_i]);
}
END_TEST

START_TEST(white_space_inside_base64_is_skipped)
{
    str bytes;
    ck_assert(b64_decode(arena, STR(" Zm\r\n8\t=\n"), &bytes));
    ck_assert_str_eq(bytes.ptr, "fo");
}
END_TEST

START_TEST(bad_hex_is_refused)
{
    str bytes;
    ck_assert(!hex_decode(arena, STR("abc"), &bytes));
    ck_assert(!hex_decode(arena, STR("0g"), &bytes));
    ck_assert(hex_decode(arena, STR("aAfF"), &bytes));
    ck_assert(str_eq(bytes, STR("\xaa\xff")));
}
END_TEST

START_TEST(every_length_comes_back)
{
    char all[256];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)(i * 37 + 11);
    str bytes = { all, (size_t)_i }, back;
    ck_assert(b64url_decode(arena, b64url_encode(arena, bytes), &back));
    ck_assert(str_eq(bytes, back));
    ck_assert(b64_decode(arena, b64_encode(arena, bytes), &back));
    ck_assert(str_eq(bytes, back));
}
END_TEST

Suite *b64url_suite(void)
{
    Suite *suite = suite_create("b64url");
    TCase *tc = tcase_create("b64url");
    tcase_add_checked_fixture(tc, begin, finish);
    tcase_add_loop_test(tc, bytes_are_encoded_as_the_rfc_has_them, 0, countof(vectors));
    tcase_add_loop_test(tc, what_was_encoded_is_decoded, 0, countof(vectors));
    tcase_add_loop_test(tc, what_we_would_not_write_is_refused, 0, countof(bad_url));
    tcase_add_test(tc, the_alphabet_has_its_64_and_no_other);
    tcase_add_test(tc, a_nul_is_no_character_of_the_alphabet);
    tcase_add_loop_test(tc, a_sloppy_text_is_shown, 0, countof(loose));
    tcase_add_loop_test(tc, bad_base64_is_refused, 0, countof(bad_pem));
    tcase_add_test(tc, white_space_inside_base64_is_skipped);
    tcase_add_test(tc, bad_hex_is_refused);
    tcase_add_loop_test(tc, every_length_comes_back, 0, 256);
    suite_add_tcase(suite, tc);
    return suite;
}
