/* SPDX-License-Identifier: MIT */
/* The responder's zone, from a query's bytes to an answer's bytes; odd and broken queries
 * among them. */
#include <check.h>
#include <stdlib.h>

#include "mocks/dns_zone.h"

Suite *dns_zone_suite(void);

static struct arena *a;

static struct dns_zone *zone;

static void set_up(void)
{
    a = arena_new(NULL);
    zone = dns_zone_new(a, STR("127.0.0.9"));
}

static void tear_down(void)
{
    arena_end(a);
}

static void add(const char *name, const char *type, const char *value)
{
    struct err err;
    bool added = dns_zone_add(zone, str_of(name), str_of(type), str_of(value), &err);
    if (!added)
        ck_abort_msg("%s", err.text);
}

static void treat(const char *name, const char *type, enum dns_manner manner)
{
    dns_zone_manner(zone, str_of(name), str_of(type), manner);
}

static str query_bytes(const char *name, int type, uint16_t edns_size)
{
    struct err err;
    str wire;
    ck_assert(dns_query_write(a, 4711, str_of(name), type, edns_size, &wire, &err));
    return wire;
}

/* Asks the zone; false when it is silent. */
static bool ask_bytes(str wire, enum dns_way way, struct dns_answer *answer, size_t *size)
{
    struct dns_query query;
    str bytes;
    ck_assert(dns_query_read(a, wire, &query));
    if (!dns_zone_answer(zone, a, &query, way, &bytes))
        return false;
    *size = bytes.len;
    ck_assert(dns_answer_read(a, bytes, answer));
    ck_assert_int_eq(answer->id, 4711);
    return true;
}

static bool ask_zone(const char *name, int type, struct dns_answer *answer)
{
    size_t size;
    return ask_bytes(query_bytes(name, type, 1232), DNS_OVER_UDP, answer, &size);
}

static void is_text(const struct dns_answer *answer, size_t index, const char *text)
{
    ck_assert_uint_lt(index, answer->count);
    ck_assert_str_eq(str_z(a, dns_record_text(a, &answer->item[index])), text);
}

START_TEST(an_unprovisioned_name_has_an_address_and_nothing_else)
{
    struct dns_answer answer;
    static const int others[] = { DNS_AAAA, DNS_CAA,   DNS_TXT, DNS_MX,
                                  DNS_NS,   DNS_CNAME, DNS_SOA };
    ck_assert(ask_zone("a.s1.r1.acmespec.test", DNS_A, &answer));
    ck_assert_int_eq(answer.rcode, DNS_NOERROR);
    ck_assert_uint_eq(answer.count, 1);
    is_text(&answer, 0, "127.0.0.9");
    for (size_t i = 0; i < countof(others); i++) {
        ck_assert(ask_zone("a.s1.r1.acmespec.test", others[i], &answer));
        ck_assert_int_eq(answer.rcode, DNS_NOERROR);
        ck_assert_uint_eq(answer.count, 0);
    }
}
END_TEST

START_TEST(records_are_found_without_case_and_all_of_them)
{
    struct dns_answer answer;
    add("_acme-challenge.A.test", "TXT", "one");
    add("_ACME-challenge.a.test.", "txt", "two");
    ck_assert(ask_zone("_Acme-Challenge.a.TEST", DNS_TXT, &answer));
    ck_assert_uint_eq(answer.count, 2);
    is_text(&answer, 0, "one");
    is_text(&answer, 1, "two");
    ck_assert(ask_zone("_acme-challenge.a.test", DNS_ANY, &answer));
    ck_assert_uint_eq(answer.count, 2);
}
END_TEST

START_TEST(the_answer_repeats_the_spelling_of_the_question)
{
    struct dns_query query;
    struct dns_answer answer;
    str bytes;
    add("a.test", "A", "127.0.0.2");
    /* The codec asks in lower case; the letters are raised on the wire. */
    str wire = query_bytes("a.test", DNS_A, 0);
    char *letters = str_z(a, wire);
    letters[13] = 'A';
    letters[15] = 'T';
    ck_assert(dns_query_read(a, (str){ letters, wire.len }, &query));
    ck_assert(str_is(query.question.spelling, "A.Test"));
    ck_assert(str_is(query.question.name, "a.test"));
    ck_assert(dns_zone_answer(zone, a, &query, DNS_OVER_UDP, &bytes));
    ck_assert(str_contains(bytes, STR("\1A\4Test")));
    ck_assert(!str_contains(bytes, STR("\1a\4test")));
    ck_assert(dns_answer_read(a, bytes, &answer));
    is_text(&answer, 0, "127.0.0.2");
}
END_TEST

START_TEST(a_long_text_is_split_and_comes_back_whole)
{
    struct dns_answer answer;
    char text[701];
    memset(text, 'x', 700);
    text[700] = 0;
    add("t.test", "TXT", text);
    ck_assert(ask_zone("t.test", DNS_TXT, &answer));
    is_text(&answer, 0, text);
    ck_assert_uint_eq(answer.item[0].rdata.len, 703);
    ck_assert_int_eq((unsigned char)answer.item[0].rdata.ptr[0], 255);
}
END_TEST

START_TEST(an_answer_too_long_for_udp_is_cut_there_and_whole_over_tcp)
{
    struct dns_answer answer;
    size_t size;
    char text[701];
    memset(text, 'x', 700);
    text[700] = 0;
    add("t.test", "TXT", text);
    ck_assert(ask_bytes(query_bytes("t.test", DNS_TXT, 0), DNS_OVER_UDP, &answer, &size));
    ck_assert(answer.cut);
    ck_assert_uint_eq(answer.count, 0);
    ck_assert_uint_le(size, 512);
    ck_assert(ask_bytes(query_bytes("t.test", DNS_TXT, 0), DNS_OVER_TCP, &answer, &size));
    ck_assert(!answer.cut);
    is_text(&answer, 0, text);
    ck_assert(
        ask_bytes(query_bytes("t.test", DNS_TXT, 4096), DNS_OVER_UDP, &answer, &size));
    ck_assert(!answer.cut);
}
END_TEST

START_TEST(a_cname_stands_for_every_type_and_brings_its_target)
{
    struct dns_answer answer;
    add("a.test", "CNAME", "b.test");
    add("b.test", "CNAME", "C.test");
    add("c.test", "TXT", "here");
    ck_assert(ask_zone("a.test", DNS_TXT, &answer));
    ck_assert_uint_eq(answer.count, 3);
    is_text(&answer, 0, "b.test");
    is_text(&answer, 1, "c.test");
    is_text(&answer, 2, "here");
    ck_assert(ask_zone("a.test", DNS_A, &answer));
    ck_assert_uint_eq(answer.count, 3);
    is_text(&answer, 2, "127.0.0.9");
    ck_assert(ask_zone("a.test", DNS_CNAME, &answer));
    ck_assert_uint_eq(answer.count, 1);
}
END_TEST

START_TEST(a_circle_of_cnames_ends)
{
    struct dns_answer answer;
    add("a.test", "CNAME", "b.test");
    add("b.test", "CNAME", "a.test");
    ck_assert(ask_zone("a.test", DNS_TXT, &answer));
    ck_assert_uint_gt(answer.count, 2);
}
END_TEST

/* clang-format off */
static const struct { enum dns_manner manner; int rcode; } refusals[] = {
    { DNS_SERVFAIL, DNS_SERVER_FAILED },
    { DNS_NXDOMAIN, DNS_NO_SUCH_NAME },
    { DNS_REFUSED, DNS_REFUSES },
};
/* clang-format on */

START_TEST(a_manner_refuses_its_type_only)
{
    struct dns_answer answer;
    add("a.test", "TXT", "here");
    treat("A.test", "TXT", refusals[_i].manner);
    ck_assert(ask_zone("a.test", DNS_TXT, &answer));
    ck_assert_int_eq(answer.rcode, refusals[_i].rcode);
    ck_assert_uint_eq(answer.count, 0);
    ck_assert(ask_zone("a.test", DNS_A, &answer));
    ck_assert_int_eq(answer.rcode, DNS_NOERROR);
    treat("a.test", "TXT", DNS_ANSWER);
    treat("a.test", "any", refusals[_i].manner);
    ck_assert(ask_zone("a.test", DNS_TXT, &answer));
    ck_assert_int_eq(answer.rcode, DNS_NOERROR);
    ck_assert(ask_zone("a.test", DNS_CAA, &answer));
    ck_assert_int_eq(answer.rcode, refusals[_i].rcode);
}
END_TEST

START_TEST(an_empty_type_is_no_error)
{
    struct dns_answer answer;
    treat("a.test", "A", DNS_EMPTY);
    ck_assert(ask_zone("a.test", DNS_A, &answer));
    ck_assert_int_eq(answer.rcode, DNS_NOERROR);
    ck_assert_uint_eq(answer.count, 0);
    treat("a.test", "A", DNS_ANSWER);
    ck_assert(ask_zone("a.test", DNS_A, &answer));
    ck_assert_uint_eq(answer.count, 1);
}
END_TEST

START_TEST(a_manner_at_the_target_of_a_cname_counts)
{
    struct dns_answer answer;
    add("a.test", "CNAME", "b.test");
    treat("b.test", "TXT", DNS_SERVFAIL);
    ck_assert(ask_zone("a.test", DNS_TXT, &answer));
    ck_assert_int_eq(answer.rcode, DNS_SERVER_FAILED);
}
END_TEST

START_TEST(silence_and_truncation)
{
    struct dns_answer answer;
    size_t size;
    add("a.test", "TXT", "here");
    treat("a.test", "any", DNS_SILENT);
    ck_assert(!ask_zone("a.test", DNS_TXT, &answer));
    treat("a.test", "any", DNS_TRUNCATE);
    ck_assert(ask_zone("a.test", DNS_TXT, &answer));
    ck_assert(answer.cut);
    ck_assert_uint_eq(answer.count, 0);
    ck_assert(ask_bytes(query_bytes("a.test", DNS_TXT, 0), DNS_OVER_TCP, &answer, &size));
    ck_assert(!answer.cut);
    is_text(&answer, 0, "here");
}
END_TEST

START_TEST(withdrawn_records_are_gone)
{
    struct dns_answer answer;
    add("a.test", "TXT", "one");
    add("a.test", "TXT", "two");
    add("a.test", "CAA", "0 issue \"x\"");
    dns_zone_withdraw(zone, STR("A.test."), STR("TXT"));
    ck_assert(ask_zone("a.test", DNS_TXT, &answer));
    ck_assert_uint_eq(answer.count, 0);
    ck_assert(ask_zone("a.test", DNS_CAA, &answer));
    ck_assert_uint_eq(answer.count, 1);
    dns_zone_withdraw(zone, STR("a.test"), STR("any"));
    ck_assert(ask_zone("a.test", DNS_CAA, &answer));
    ck_assert_uint_eq(answer.count, 0);
}
END_TEST

START_TEST(what_is_no_record_is_refused_with_a_sentence)
{
    struct err err;
    ck_assert(!dns_zone_add(zone, STR("a.test"), STR("any"), STR("x"), &err));
    ck_assert(!dns_zone_add(zone, STR("a.test"), STR("A"), STR("x"), &err));
    ck_assert_ptr_nonnull(strstr(err.text, "type A"));
    ck_assert(!dns_zone_add(zone, STR("a..test"), STR("A"), STR("127.0.0.1"), &err));
    ck_assert_ptr_nonnull(strstr(err.text, "a..test"));
}
END_TEST

/* --- queries that are odd or broken --- */

static int rcode_for(str wire)
{
    struct dns_query query;
    str bytes;
    if (!dns_query_read(a, wire, &query)
        || !dns_zone_answer(zone, a, &query, DNS_OVER_UDP, &bytes))
        return -1;
    ck_assert_uint_ge(bytes.len, 12);
    ck_assert((unsigned char)bytes.ptr[2] & 0x80);
    return bytes.ptr[3] & 15;
}

static char *changeable(str wire)
{
    return str_z(a, wire);
}

START_TEST(odd_queries_get_the_code_for_it)
{
    str good = query_bytes("a.test", DNS_A, 1232);
    char *wire = changeable(good);
    str odd = { wire, good.len };
    ck_assert_int_eq(rcode_for(good), DNS_NOERROR);
    ck_assert_int_eq(rcode_for(str_upto(good, 11)), -1);
    ck_assert_int_eq(rcode_for(str_upto(good, 15)), DNS_FORMERR);
    wire[2] = (char)(wire[2] | 0x80);
    ck_assert_int_eq(rcode_for(odd), -1);
    wire[2] = 0x20; /* NOTIFY */
    ck_assert_int_eq(rcode_for(odd), DNS_NOTIMP);
    wire[2] = 0;
    wire[5] = 2; /* two questions */
    ck_assert_int_eq(rcode_for(odd), DNS_FORMERR);
    wire[5] = 0; /* none */
    ck_assert_int_eq(rcode_for(odd), DNS_FORMERR);
    wire[5] = 1;
    wire[23] = 3; /* class CH */
    ck_assert_int_eq(rcode_for(odd), DNS_REFUSES);
    ck_assert_int_eq(rcode_for(query_bytes("a.test", DNS_AXFR, 0)), DNS_REFUSES);
}
END_TEST

START_TEST(an_opt_record_gets_an_opt_record_and_only_then)
{
    struct dns_query query;
    str bytes, wire = query_bytes("a.test", DNS_A, 1232);
    ck_assert(dns_query_read(a, wire, &query));
    ck_assert_uint_eq(query.room, 1232);
    ck_assert(dns_zone_answer(zone, a, &query, DNS_OVER_UDP, &bytes));
    ck_assert_int_eq(bytes.ptr[11], 1);
    ck_assert(dns_query_read(a, query_bytes("a.test", DNS_A, 0), &query));
    ck_assert_uint_eq(query.room, 512);
    ck_assert(dns_zone_answer(zone, a, &query, DNS_OVER_UDP, &bytes));
    ck_assert_int_eq(bytes.ptr[11], 0);
    /* EDNS of a version to come: the OPT record's TTL is extended rcode, version, flags.
     */
    char *newer = changeable(wire);
    newer[wire.len - 5] = 1;
    ck_assert(dns_query_read(a, (str){ newer, wire.len }, &query));
    ck_assert_int_eq(query.rcode, DNS_BADVERS);
    ck_assert(dns_zone_answer(zone, a, &query, DNS_OVER_UDP, &bytes));
    struct dns_answer answer;
    ck_assert(dns_answer_read(a, bytes, &answer));
    ck_assert_int_eq(answer.rcode, DNS_BADVERS);
}
END_TEST

/* Every byte of a query and of an answer changed at random, also cut and prolonged:
 * nothing may crash, and whatever is answered can be read. */
START_TEST(spoilt_bytes_do_no_harm)
{
    srand(1);
    add("a.test", "CNAME", "b.test");
    add("b.test", "TXT", "x");
    add("b.test", "CAA", "0 issue \"y\"");
    struct arena *step = arena_new(a);
    struct arena *whole = a;
    for (int round = 0; round < 20000; round++) {
        struct dns_query query;
        struct dns_answer answer;
        str bytes, name;
        a = step;
        str good = query_bytes("a.test", round % 2 ? DNS_TXT : DNS_ANY, 1232);
        if (round % 3 == 0) {
            ck_assert(dns_query_read(a, good, &query));
            ck_assert(dns_zone_answer(zone, a, &query, DNS_OVER_UDP, &good));
        }
        char *wire = arena_alloc(a, 1, good.len);
        memcpy(wire, good.ptr, good.len);
        for (int i = rand() % 4; i >= 0; i--)
            wire[(size_t)rand() % good.len] = (char)rand();
        str spoilt = { wire, round % 5 ? good.len : (size_t)rand() % good.len };
        dns_first_name(a, spoilt, &name);
        dns_answer_read(a, spoilt, &answer);
        for (size_t i = 0; i < answer.count; i++)
            dns_record_text(a, &answer.item[i]);
        if (dns_query_read(a, spoilt, &query)
            && dns_zone_answer(zone, a, &query, DNS_OVER_UDP, &bytes)
            && query.rcode == DNS_NOERROR)
            ck_assert(dns_answer_read(a, bytes, &answer));
        a = whole;
        arena_reset(step);
    }
}
END_TEST

Suite *dns_zone_suite(void)
{
    Suite *suite = suite_create("dns_zone");
    TCase *tests = tcase_create("zone");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, an_unprovisioned_name_has_an_address_and_nothing_else);
    tcase_add_test(tests, records_are_found_without_case_and_all_of_them);
    tcase_add_test(tests, the_answer_repeats_the_spelling_of_the_question);
    tcase_add_test(tests, a_long_text_is_split_and_comes_back_whole);
    tcase_add_test(tests, an_answer_too_long_for_udp_is_cut_there_and_whole_over_tcp);
    tcase_add_test(tests, a_cname_stands_for_every_type_and_brings_its_target);
    tcase_add_test(tests, a_circle_of_cnames_ends);
    tcase_add_loop_test(tests, a_manner_refuses_its_type_only, 0, (int)countof(refusals));
    tcase_add_test(tests, an_empty_type_is_no_error);
    tcase_add_test(tests, a_manner_at_the_target_of_a_cname_counts);
    tcase_add_test(tests, silence_and_truncation);
    tcase_add_test(tests, withdrawn_records_are_gone);
    tcase_add_test(tests, what_is_no_record_is_refused_with_a_sentence);
    tcase_add_test(tests, odd_queries_get_the_code_for_it);
    tcase_add_test(tests, an_opt_record_gets_an_opt_record_and_only_then);
    tcase_add_test(tests, spoilt_bytes_do_no_harm);
    suite_add_tcase(suite, tests);
    return suite;
}
