/* SPDX-License-Identifier: MIT */
/* The mock CA under strangers: thousands of connections opened and dropped, half-open
 * ones, bodies that are huge or nested.  It answers the next
 * honest client as ever, in bounded memory. */
#include <time.h>
#include <unistd.h>

#include "acme/problem.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "tests/ca_fixture.h"
#include "tests/wire.h"

Suite *ca_stress_suite(void);

enum {
    MANY = 10000,
    HALF_OPEN = 300,
#ifdef __SANITIZE_ADDRESS__
    MOST_GROWTH_KIB = (48 + 256) * 1024, /* and AddressSanitizer's quarantine */
#else
    MOST_GROWTH_KIB = 48 * 1024, /* connections' pools, and what the allocator keeps */
#endif
    HUGE_BODY = 1024 * 1024,
    DEPTH = 100000,
    MOST_KEPT = 200 * 1024
};

/* Resident memory of this process, which the CA is part of: the second number in
 * proc(5)'s statm. */
static long resident_kib(void)
{
    str text, size, pages;
    struct err err;
    long count = 0;
    ck_assert_msg(file_read(b.a, "/proc/self/statm", CEILING_LINE, &text, &err), "%s",
                  err.text);
    str_cut(&text, ' ', &size);
    str_cut(&text, ' ', &pages);
    ck_assert(str_to_long(pages, 1000000000, &count));
    return count * (sysconf(_SC_PAGESIZE) / 1024);
}

static void an_honest_client_is_served(void)
{
    expect(said(resource_url(RESOURCE_NEW_ORDER), order_payload("a.test")), 201, NULL);
}

START_TEST(ten_thousand_connections_leave_nothing)
{
    static const char *const beginnings[] = {
        "", "\x16\x03\x01", "GET / HTTP/1.1\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03"
    };
    an_honest_client_is_served();
    long before = resident_kib();
    for (int i = 0; i < MANY; i++) {
        int fd = wire_connect(ca_port(b.ca));
        ck_assert_int_ge(fd, 0);
        wire_send(fd, str_of(beginnings[i % 4]));
        close(fd);
    }
    an_honest_client_is_served();
    ck_assert_int_lt(resident_kib() - before, MOST_GROWTH_KIB);
}
END_TEST

START_TEST(connections_that_say_nothing_do_not_hold_up_others)
{
    int fd[HALF_OPEN];
    for (int i = 0; i < HALF_OPEN; i++) {
        fd[i] = wire_connect(ca_port(b.ca));
        wire_send(fd[i], STR("\x16"));
    }
    an_honest_client_is_served();
    for (int i = 0; i < HALF_OPEN; i++)
        close(fd[i]);
    an_honest_client_is_served();
}
END_TEST

/* A client that is slow to send costs no work meanwhile: processor time of this process,
 * which the CA is part of. */
START_TEST(half_a_hello_costs_no_time)
{
    enum { WHILE_MS = 500 };
    int fd = wire_connect(ca_port(b.ca));
    wire_send(fd, STR("\x16\x03\x01"));
    clock_sleep_ms(50);
    clock_t before = clock();
    clock_sleep_ms(WHILE_MS);
    ck_assert_int_lt(clock() - before, CLOCKS_PER_SEC / 1000 * WHILE_MS / 5);
    an_honest_client_is_served();
    close(fd);
}
END_TEST

static str repeated(const char *piece, size_t count)
{
    struct buf text = buf_new(b.a, CEILING_BODY);
    for (size_t i = 0; i < count; i++)
        buf_add(&text, str_of(piece));
    return buf_str(&text);
}

/* Refused with a problem document, and forgotten. */
static void is_refused(str payload)
{
    struct err err = { "" };
    const struct exchange *x = said(resource_url(RESOURCE_NEW_ORDER), payload);
    ck_assert_msg(x->response.status >= 400 && x->response.status < 500, "%d",
                  x->response.status);
    ck_assert_msg(problem_form(b.a, &x->response, &err), "%s", err.text);
    an_honest_client_is_served();
}

START_TEST(huge_and_nested_payloads_are_refused)
{
    is_refused(repeated("x", HUGE_BODY));
    is_refused(repeated("[", DEPTH));
    is_refused(repeated("{\"a\":", DEPTH));
    is_refused(fmt("{\"identifiers\":[%s]}",
                   repeated("{\"type\":\"dns\",\"value\":\"a.test\"},", 5000).ptr));
    is_refused(fmt("{\"identifiers\":[{\"type\":\"dns\",\"value\":\"%s.test\"}]}",
                   repeated("a.", 50000).ptr));
}
END_TEST

START_TEST(what_it_keeps_of_refusals_is_little)
{
    struct ca_figures before = ca_figures(b.ca);
    for (int i = 0; i < 200; i++)
        said(resource_url(RESOURCE_NEW_ORDER), STR("{\"identifiers\":[]}"));
    struct ca_figures after = ca_figures(b.ca);
    ck_assert_uint_eq(after.orders, before.orders);
    ck_assert_uint_lt(after.bytes - before.bytes, MOST_KEPT);
}
END_TEST

Suite *ca_stress_suite(void)
{
    Suite *suite = suite_create("ca_stress");
    TCase *t = tcase_create("ca_stress");
    tcase_add_checked_fixture(t, bench_usual, bench_stop);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, ten_thousand_connections_leave_nothing);
    tcase_add_test(t, connections_that_say_nothing_do_not_hold_up_others);
    tcase_add_test(t, half_a_hello_costs_no_time);
    tcase_add_test(t, huge_and_nested_payloads_are_refused);
    tcase_add_test(t, what_it_keeps_of_refusals_is_little);
    suite_add_tcase(suite, t);
    return suite;
}
