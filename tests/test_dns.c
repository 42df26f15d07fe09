/* SPDX-License-Identifier: MIT */
/* The DNS codec: names, types, records, and the name in a query whatever follows it. */
#include <check.h>

#include "mocks/dns.h"

Suite *dns_suite(void);

static struct arena *a;

static void set_up(void)
{
    a = arena_new(NULL);
}

static void tear_down(void)
{
    arena_end(a);
}

/* clang-format off */
static const struct { const char *text, *name; } names[] = {
    { "Example.TEST", "example.test" },
    { "example.test.", "example.test" },
    { "_acme-challenge.a.test", "_acme-challenge.a.test" },
    { "*.a.test", "*.a.test" },
    { ".", "." },
    { "1.0.0.127.in-addr.arpa", "1.0.0.127.in-addr.arpa" },
    { "a\\.b.test", "a\\.b.test" },
    { "A\\046\\;\\(\\)\\\\.b.test", "a\\.\\;\\(\\)\\\\.b.test" },
    { "\\000\\032\\127\\200~!.test", "\\000\\032\\127\\200~!.test" },
    { "", NULL },
    { "a..test", NULL },
    { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test", NULL },
};

static const struct { const char *type, *value, *text; } records[] = {
    { "A", "127.0.0.1", "127.0.0.1" },
    { "AAAA", "::1", "::1" },
    { "aaaa", "2001:DB8::1", "2001:db8::1" },
    { "CNAME", "Other.test", "other.test" },
    { "NS", "ns.test.", "ns.test" },
    { "MX", "10 mail.test", "10 mail.test" },
    { "CAA", "0 issue \"ca.example\"", "0 issue \"ca.example\"" },
    { "CAA", "128 tbs \"\"", "128 tbs \"\"" },
    { "TXT", "plain", "plain" },
    { "TXT", "", "" },
    { "TXT", "with \"quotes\"; and \\ more", "with \"quotes\"; and \\ more" },
    { "A", "127.0.0.300", NULL },
    { "A", "::1", NULL },
    { "AAAA", "127.0.0.1", NULL },
    { "MX", "mail.test", NULL },
    { "CAA", "issue", NULL },
    { "A", "", NULL },
    { "A", "127.0.0.1\nb.test. 0 IN A 127.0.0.2", NULL },
};
/* clang-format on */

START_TEST(a_name_has_one_form)
{
    str out;
    bool is_name = dns_name(a, str_of(names[_i].text), &out);
    ck_assert_int_eq(is_name, names[_i].name != NULL);
    if (is_name)
        ck_assert_str_eq(str_z(a, out), names[_i].name);
}
END_TEST

START_TEST(a_record_is_made_and_shown)
{
    struct err err;
    struct dns_record record;
    int type = dns_type_find(str_of(records[_i].type));
    bool made =
        dns_record_make(a, STR("x.test"), type, str_of(records[_i].value), &record, &err);
    ck_assert_int_eq(made, records[_i].text != NULL);
    if (made)
        ck_assert_str_eq(str_z(a, dns_record_text(a, &record)), records[_i].text);
}
END_TEST

START_TEST(types_and_rcodes_have_words)
{
    ck_assert_int_eq(dns_type_find(STR("caa")), DNS_CAA);
    ck_assert_int_eq(dns_type_find(STR("any")), DNS_ANY);
    ck_assert_int_eq(dns_type_find(STR("TYPE65280")), 65280);
    ck_assert_int_eq(dns_type_find(STR("TXTX")), -1);
    ck_assert_int_eq(dns_type_find(STR("TX")), -1);
    ck_assert_int_eq(dns_type_find(STR("")), -1);
    ck_assert(str_is(dns_type_word(a, DNS_TXT), "TXT"));
    ck_assert(str_is(dns_type_word(a, 65280), "TYPE65280"));
    ck_assert(str_is(dns_rcode_word(a, DNS_NO_SUCH_NAME), "NXDOMAIN"));
    ck_assert(str_is(dns_rcode_word(a, DNS_BADVERS), "BADVERS"));
    ck_assert(str_is(dns_rcode_word(a, 77), "RCODE77"));
}
END_TEST

START_TEST(a_caa_record_has_three_parts)
{
    struct err err;
    struct dns_record record;
    int flags;
    str tag, value;
    ck_assert(dns_record_make(a, STR("x.test"), DNS_CAA,
                              STR("128 issuewild \"ca.test; a=b\""), &record, &err));
    ck_assert(dns_record_caa(&record, &flags, &tag, &value));
    ck_assert_int_eq(flags, 128);
    ck_assert(str_is(tag, "issuewild"));
    ck_assert(str_is(value, "ca.test; a=b"));
    record.rdata = STR("\0\x09issue");
    ck_assert(!dns_record_caa(&record, &flags, &tag, &value));
    record.rdata = STR("\0");
    ck_assert(!dns_record_caa(&record, &flags, &tag, &value));
}
END_TEST

static str query_bytes(const char *name, int type, uint16_t edns_size)
{
    struct err err;
    str wire;
    ck_assert(dns_query_write(a, 4711, str_of(name), type, edns_size, &wire, &err));
    return wire;
}

START_TEST(the_first_name_is_found_whatever_follows)
{
    str name, wire = query_bytes("_acme-challenge.A.test", DNS_TXT, 1232);
    ck_assert(dns_first_name(a, wire, &name));
    ck_assert(str_is(name, "_acme-challenge.a.test"));
    ck_assert(dns_first_name(a, str_upto(wire, 36), &name));
    ck_assert(!dns_first_name(a, str_upto(wire, 20), &name));
    ck_assert(!dns_first_name(a, str_upto(wire, 12), &name));
    ck_assert(!dns_first_name(a, STR_NONE, &name));
}
END_TEST

Suite *dns_suite(void)
{
    Suite *suite = suite_create("dns");
    TCase *codec = tcase_create("codec");
    tcase_add_checked_fixture(codec, set_up, tear_down);
    tcase_add_loop_test(codec, a_name_has_one_form, 0, (int)countof(names));
    tcase_add_loop_test(codec, a_record_is_made_and_shown, 0, (int)countof(records));
    tcase_add_test(codec, types_and_rcodes_have_words);
    tcase_add_test(codec, a_caa_record_has_three_parts);
    tcase_add_test(codec, the_first_name_is_found_whatever_follows);
    suite_add_tcase(suite, codec);
    return suite;
}
