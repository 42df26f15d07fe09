/* SPDX-License-Identifier: MIT */
/* DER (X.690): what is written, what is refused when read, and that a reader takes no
 * byte beyond what it was given. */
#include <check.h>

#include "crypto/b64url.h"
#include "crypto/der.h"

Suite *der_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void finish(void)
{
    arena_end(a);
}

static str hex(const char *text)
{
    str bytes;
    ck_assert_msg(hex_decode(a, str_of(text), &bytes), "%s", text);
    return bytes;
}

static const char *to_hex(str bytes)
{
    return hex_encode(a, bytes).ptr;
}

/* clang-format off */
static const struct { const char *der; int tag; const char *content, *rest; } items[] = {
    { "0500", DER_NULL, "", "" },
    { "0101ff00", DER_BOOLEAN, "ff", "00" },
    { "04030102030500", DER_OCTET_STRING, "010203", "0500" },
    { "30030201073000", DER_SEQUENCE, "020107", "3000" },
    { "80026162", DER_CONTEXT, "6162", "" },
    { "a0020500", DER_CONTEXT | DER_CONSTRUCTED, "0500", "" },
};

static const struct { const char *der, *why; } bad[] = {
    { "", "nothing" },
    { "04", "no length" },
    { "0401", "no content" },
    { "040201", "too little content" },
    { "0480000000", "an indefinite length" },
    { "04810100", "a long form of a short length" },
    { "04817f00", "a long form of 127" },
    { "0482007f00", "a long form with a zero" },
    { "048200ff", "a long form with a zero, and no content" },
    { "0481", "no octet of the length" },
    { "04820100", "a length beyond the end" },
    { "0484ffffffff00", "four gigabytes" },
    { "0485000000000100", "five octets of length" },
    { "04ff00", "the reserved length" },
    { "1f0100", "a high tag" },
    { "bf2a0100", "a high tag of a context" },
};

static const struct { const char *der; bool good; const char *bytes; } unsigneds[] = {
    { "020100", true, "00" }, { "02017f", true, "7f" }, { "02020080", true, "80" },
    { "0203008000", true, "8000" },
    { "0200", false, "" },           /* none of it */
    { "020180", false, "" },         /* negative */
    { "0202007f", false, "" },       /* a zero octet too many */
    { "02020000", false, "" },
    { "040100", false, "" },         /* no INTEGER */
};

static const struct { const char *bytes, *der; } written_unsigneds[] = {
    { "", "020100" }, { "00", "020100" }, { "01", "020101" }, { "7f", "02017f" },
    { "80", "02020080" }, { "00000001", "020101" }, { "0080", "02020080" }, { "ffff", "020300ffff" },
};

static const struct { const char *der; bool good; const char *bytes; } bits[] = {
    { "0303000102", true, "0102" }, { "030100", true, "" },
    { "0300", false, "" }, { "030107", false, "" }, { "0303010102", false, "" }, { "040100", false, "" },
};

/* X.690 11.2.2: zero bits at the end are left out. */
static const struct { unsigned flags; const char *der; } flags[] = {
    { 0x00, "030100" },
    { 0x80, "03020780" }, /* bit 0: digitalSignature */
    { 0xa0, "030205a0" }, /* bits 0 and 2: keyEncipherment too */
    { 0x06, "03020106" }, /* bits 5 and 6: keyCertSign, cRLSign */
    { 0x01, "03020001" },
};

static const struct { time_t when; const char *der; } times[] = {
    { 0, "170d3730303130313030303030305a" },             /* 700101000000Z */
    { 2524607999, "170d3439313233313233353935395a" },    /* the last of UTCTime */
    { 2524608000, "180f32303530303130313030303030305a" },/* 20500101000000Z */
};

static const struct { const char *dotted, *der; } oids[] = {
    { "1.2.840.113549.1.1.11", "06092a864886f70d01010b" },   /* sha256WithRSAEncryption */
    { "2.5.29.17", "0603551d11" },
    { "1.3.6.1.5.5.7.1.31", "06082b0601050507011f" },        /* acmeIdentifier */
    { "2.999.3", "0603883703" },                             /* X.690 8.19.5 */
    { "0.0", "060100" }, { "0.39", "060127" }, { "1.39", "06014f" }, { "2.0", "060150" },
    { "2.5.0", "06025500" }, { "1.3.127.128", "06042b7f8100" }, { "1.3.2147483647", "06062b87ffffff7f" },
};

static const char *const bad_oids[] = {
    "", "1", "3.1", "1.40", "0.40", "1.", ".1", "1..2", "1.2.", "a.b", "1.2.-3", "1.2.3 ", " 1.2",
    "1.2.99999999999999999999", "1,2", "1.3.+4",
};

static const char *const bad_oid_contents[] = {
    "", "80", "2a80", "2a8001", "ffffffffffffff7f", "2a9080808000",
};
/* clang-format on */

START_TEST(an_item_is_taken_off_the_front)
{
    str der = hex(items[_i].der), rest = der, content;
    struct der_item item;
    ck_assert(der_next(&rest, &item));
    ck_assert_int_eq(item.tag, items[_i].tag);
    ck_assert_str_eq(to_hex(item.content), items[_i].content);
    ck_assert_str_eq(to_hex(rest), items[_i].rest);
    ck_assert_uint_eq(item.whole.len + rest.len, der.len);
    rest = der;
    ck_assert(!der_take(&rest, items[_i].tag ^ 1, &content));
    ck_assert(!der_optional(&rest, items[_i].tag ^ 1, &content));
    ck_assert_uint_eq(rest.len, der.len);
    ck_assert_int_eq(der_only(der, items[_i].tag, &content), !items[_i].rest[0]);
    ck_assert(der_optional(&rest, items[_i].tag, &content));
    ck_assert_str_eq(to_hex(content), items[_i].content);
}
END_TEST

START_TEST(what_is_not_der_is_refused)
{
    /* More bytes stand behind, which are not the reader's. */
    str more = hex(arena_printf(a, "%s8080808080808080", bad[_i].der).ptr);
    str whole = str_upto(more, strlen(bad[_i].der) / 2), rest = whole;
    struct der_item item;
    ck_assert_msg(!der_next(&rest, &item), "%s was read", bad[_i].why);
    ck_assert_uint_eq(rest.len, whole.len);
}
END_TEST

START_TEST(an_unsigned_number_has_its_shortest_form)
{
    str rest = hex(unsigneds[_i].der), bytes;
    ck_assert_int_eq(der_take_unsigned(&rest, &bytes), unsigneds[_i].good);
    if (!unsigneds[_i].good)
        return;
    ck_assert_str_eq(to_hex(bytes), unsigneds[_i].bytes);
    ck_assert_str_eq(to_hex(der_unsigned(a, bytes)), unsigneds[_i].der);
}
END_TEST

START_TEST(a_number_is_written_in_its_shortest_form)
{
    ck_assert_str_eq(to_hex(der_unsigned(a, hex(written_unsigneds[_i].bytes))),
                     written_unsigneds[_i].der);
}
END_TEST

START_TEST(a_bit_string_holds_whole_octets)
{
    str rest = hex(bits[_i].der), bytes;
    ck_assert_int_eq(der_take_bits(&rest, &bytes), bits[_i].good);
    if (!bits[_i].good)
        return;
    ck_assert_str_eq(to_hex(bytes), bits[_i].bytes);
    ck_assert_str_eq(to_hex(der_bits(a, bytes)), bits[_i].der);
}
END_TEST

START_TEST(flags_end_with_their_last_bit)
{
    ck_assert_str_eq(to_hex(der_flags(a, flags[_i].flags)), flags[_i].der);
}
END_TEST

START_TEST(a_time_changes_its_form_in_2050)
{
    ck_assert_str_eq(to_hex(der_time(a, times[_i].when)), times[_i].der);
}
END_TEST

START_TEST(an_oid_comes_back)
{
    str der = der_oid(a, str_of(oids[_i].dotted)), content;
    ck_assert_str_eq(to_hex(der), oids[_i].der);
    ck_assert(der_only(der, DER_OID, &content));
    ck_assert_str_eq(der_oid_text(a, content).ptr, oids[_i].dotted);
}
END_TEST

START_TEST(what_is_no_oid_is_refused)
{
    ck_assert_msg(der_oid(a, str_of(bad_oids[_i])).len == 0, "%s", bad_oids[_i]);
}
END_TEST

START_TEST(a_content_that_is_no_oid_is_refused)
{
    ck_assert_uint_eq(der_oid_text(a, hex(bad_oid_contents[_i])).len, 0);
}
END_TEST

/* The length changes its form at 128, 256 and 65536. */
START_TEST(every_length_comes_back)
{
    static const size_t lengths[] = { 0,   1,   127,   128,   129,    255,
                                      256, 257, 65535, 65536, 1 << 20 };
    char *bytes = arena_alloc(a, 1, 1 << 20);
    for (size_t i = 0; i < countof(lengths); i++) {
        str one = { bytes, lengths[i] }, content;
        str der = DER(a, DER_OCTET_STRING, one, STR("x"));
        ck_assert(der_only(der, DER_OCTET_STRING, &content));
        ck_assert_uint_eq(content.len, lengths[i] + 1);
        ck_assert_int_eq(content.ptr[lengths[i]], 'x');
        ck_assert(!der_only(str_upto(der, der.len - 1), DER_OCTET_STRING, &content));
    }
    ck_assert_str_eq(to_hex(DER_CAT(a, STR("a"), STR_NONE, STR("b"))), "6162");
}
END_TEST

Suite *der_suite(void)
{
    Suite *suite = suite_create("der");
    TCase *t = tcase_create("der");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_add_loop_test(t, an_item_is_taken_off_the_front, 0, countof(items));
    tcase_add_loop_test(t, what_is_not_der_is_refused, 0, countof(bad));
    tcase_add_loop_test(t, an_unsigned_number_has_its_shortest_form, 0,
                        countof(unsigneds));
    tcase_add_loop_test(t, a_number_is_written_in_its_shortest_form, 0,
                        countof(written_unsigneds));
    tcase_add_loop_test(t, a_bit_string_holds_whole_octets, 0, countof(bits));
    tcase_add_loop_test(t, flags_end_with_their_last_bit, 0, countof(flags));
    tcase_add_loop_test(t, a_time_changes_its_form_in_2050, 0, countof(times));
    tcase_add_loop_test(t, an_oid_comes_back, 0, countof(oids));
    tcase_add_loop_test(t, what_is_no_oid_is_refused, 0, countof(bad_oids));
    tcase_add_loop_test(t, a_content_that_is_no_oid_is_refused, 0,
                        countof(bad_oid_contents));
    tcase_add_test(t, every_length_comes_back);
    suite_add_tcase(suite, t);
    return suite;
}
