/* SPDX-License-Identifier: MIT */
/* The responder as a CA meets it: pages by name and path, DNS over both transports (also
 * seen by dig, where it is installed), and the record of it; its start and its end. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "mocks/net.h"
#include "tests/responder_fixture.h"
#include "tests/wire.h"

Suite *responder_suite(void);

/* --- small clients --- */

static str get(const char *host, const char *path)
{
    str request = arena_printf(r.a,
                               "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: unit\r\n"
                               "Connection: close\r\n\r\n",
                               path, host);
    return wire_talk(r.a, responder_http_port(r.responder), request, WAIT_MS);
}

/* RFC 1945 knows no Host. */
static str get_without_host(const char *path)
{
    str request = arena_printf(r.a, "GET %s HTTP/1.0\r\n\r\n", path);
    return wire_talk(r.a, responder_http_port(r.responder), request, WAIT_MS);
}

static void page(const char *name, const char *path, const char *body)
{
    struct web_answer answer = { .body = str_of(body) };
    responder_web(r.responder, str_of(name), str_of(path), &answer);
}

static void has_body(str answer, const char *body)
{
    str head = str_upto(answer, str_find(answer, STR("\r\n\r\n")));
    ck_assert_str_eq(str_z(r.a, str_from(answer, head.len + 4)), body);
}

static void add(const char *name, const char *type, const char *value)
{
    struct err err;
    if (!responder_dns(r.responder, str_of(name), str_of(type), str_of(value), &err))
        ck_abort_msg("%s", err.text);
}

/* --- the web --- */

START_TEST(a_page_is_found_by_name_and_path)
{
    page("A.test", "/.well-known/acme-challenge/t", "for a");
    page("", "/.well-known/acme-challenge/t", "for any");
    has_body(get("a.test:5002", "/.well-known/acme-challenge/t"), "for a");
    has_body(get("A.TEST", "/.well-known/acme-challenge/t"), "for a");
    has_body(get("b.test", "/.well-known/acme-challenge/t"), "for any");
    has_body(get("127.0.0.1", "/.well-known/acme-challenge/t"), "for any");
    ck_assert(
        str_starts(get("a.test", "/.well-known/acme-challenge/u"), "HTTP/1.1 404 "));
    ck_assert(
        str_starts(get("a.test", "/.well-known/acme-challenge/t/"), "HTTP/1.1 404 "));
}
END_TEST

START_TEST(a_later_page_replaces_an_earlier_one_and_may_be_withdrawn)
{
    page("a.test", "/x", "one");
    page("b.test", "/x", "other");
    page("a.test", "/x", "two");
    has_body(get("a.test", "/x"), "two");
    responder_web_withdraw(r.responder, STR("A.test"), STR("/x"));
    ck_assert(str_starts(get("a.test", "/x"), "HTTP/1.1 404 "));
    has_body(get("b.test", "/x"), "other");
    responder_web_withdraw(r.responder, STR("c.test"), STR("/x"));
}
END_TEST

START_TEST(a_page_has_status_type_and_location)
{
    struct web_answer there = { .status = 302, .location = STR("http://b.test/y") };
    struct web_answer text = { .body = STR("x"), .content_type = STR("text/plain") };
    responder_web(r.responder, STR("a.test"), STR("/x"), &there);
    responder_web(r.responder, STR("a.test"), STR("/t"), &text);
    page("a.test", "/o", "x");
    str answer = get("a.test", "/x");
    ck_assert(str_starts(answer, "HTTP/1.1 302 "));
    ck_assert(str_contains(answer, STR("\r\nLocation: http://b.test/y\r\n")));
    ck_assert(str_contains(get("a.test", "/t"), STR("\r\nContent-Type: text/plain\r\n")));
    ck_assert(str_contains(get("a.test", "/o"),
                           STR("\r\nContent-Type: application/octet-stream\r\n")));
}
END_TEST

START_TEST(a_page_may_be_dropped)
{
    struct web_answer answer = { .manner.drop = true };
    responder_web(r.responder, STR("a.test"), STR("/x"), &answer);
    ck_assert_uint_eq(get("a.test", "/x").len, 0);
}
END_TEST

START_TEST(a_request_is_recorded)
{
    int64_t before = clock_us();
    get("A.test.:5002", "/.well-known/acme-challenge/t?x=y");
    struct query query = the_query(QUERY_HTTP);
    ck_assert(str_is(query.name, "a.test"));
    ck_assert(str_is(query.detail, "/.well-known/acme-challenge/t?x=y"));
    ck_assert(str_is(query.peer, "127.0.0.1"));
    ck_assert_int_ge(query.at_us, before);
    ck_assert_int_le(query.at_us, clock_us());
    const str *agent = headers_find(&query.headers, "user-agent");
    ck_assert_ptr_nonnull(agent);
    ck_assert(str_is(*agent, "unit"));
}
END_TEST

START_TEST(a_query_is_awaited)
{
    struct query wanted = { .kind = QUERY_HTTP,
                            .name = STR("a.test"),
                            .detail = STR("/x"),
                            .at_us = clock_us() };
    get("a.test", "/y");
    ck_assert(!responder_await(r.responder, &wanted, 50));
    get("A.test", "/x");
    ck_assert(responder_await(r.responder, &wanted, 0));
    wanted.detail = STR_NONE;
    ck_assert(responder_await(r.responder, &wanted, 0));
    wanted.name = STR("b.test");
    ck_assert(!responder_await(r.responder, &wanted, 0));
    wanted.name = STR_NONE;
    ck_assert(responder_await(r.responder, &wanted, 0));
    wanted.at_us = clock_us() + 1; /* what came before does not count */
    ck_assert(!responder_await(r.responder, &wanted, 50));
}
END_TEST

static void *ask_late(void *unused)
{
    (void)unused;
    clock_sleep_ms(100);
    get("a.test", "/x");
    return NULL;
}

START_TEST(a_query_ends_the_wait)
{
    struct query wanted = { .kind = QUERY_HTTP,
                            .name = STR("a.test"),
                            .detail = STR("/x") };
    pthread_t thread;
    int64_t begun = clock_ms();
    ck_assert_int_eq(pthread_create(&thread, NULL, ask_late, NULL), 0);
    ck_assert(responder_await(r.responder, &wanted, 2L * WAIT_MS));
    ck_assert_int_lt(clock_ms() - begun, WAIT_MS);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(a_request_without_host_is_for_any_name)
{
    page("127.0.0.1", "/x", "for the address");
    page("", "/x", "for any");
    has_body(get_without_host("/x"), "for any");
    ck_assert(str_is(the_query(QUERY_HTTP).name, ""));
}
END_TEST

/* --- DNS --- */

START_TEST(records_come_and_go)
{
    struct resolution found;
    struct err err;
    add("_acme-challenge.a.test", "TXT", "one");
    resolves("_acme-challenge.a.test", DNS_TXT, &found);
    ck_assert_uint_eq(found.count, 1);
    resolves("a.test", DNS_A, &found);
    ck_assert(str_is(dns_record_text(r.a, &found.item[0]), "127.0.0.9"));
    responder_dns_withdraw(r.responder, STR("_acme-challenge.a.test"), STR("TXT"));
    resolves("_acme-challenge.a.test", DNS_TXT, &found);
    ck_assert_uint_eq(found.count, 0);
    responder_dns_manner(r.responder, STR("a.test"), STR("any"), DNS_NXDOMAIN);
    resolves("a.test", DNS_A, &found);
    ck_assert_int_eq(found.rcode, DNS_NO_SUCH_NAME);
    ck_assert(!responder_dns(r.responder, STR("a.test"), STR("A"), STR("x"), &err));
}
END_TEST

START_TEST(queries_are_recorded_with_their_way)
{
    struct resolution found;
    struct query *queries;
    responder_dns_manner(r.responder, STR("a.test"), STR("CAA"), DNS_TRUNCATE);
    resolves("A.test.", DNS_CAA, &found);
    ck_assert_uint_eq(responder_queries(r.responder, r.a, &queries), 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(queries[i].kind, QUERY_DNS);
        ck_assert(str_is(queries[i].name, "a.test"));
        ck_assert(str_is(queries[i].detail, "CAA"));
        ck_assert(str_is(queries[i].peer, "127.0.0.1"));
        ck_assert_int_eq(queries[i].tcp, i == 1);
    }
}
END_TEST

/* What dig says to these words; empty where there is no dig. */
static str dig(const char *words)
{
    char text[4096];
    str command =
        arena_printf(r.a,
                     "command -v dig >/dev/null && dig @127.0.0.1 -p %d +tries=1 "
                     "+timeout=5 %s 2>&1",
                     responder_dns_port(r.responder), words);
    FILE *out = popen(command.ptr, "r");
    ck_assert_ptr_nonnull(out);
    size_t len = fread(text, 1, sizeof text, out);
    pclose(out);
    return str_copy(r.a, (str){ text, len });
}

static bool dig_is_here(void)
{
    return dig("-v").len > 0;
}

START_TEST(dig_agrees)
{
    if (!dig_is_here())
        return;
    char text[601];
    memset(text, 'x', 600);
    text[600] = 0;
    add("a.test", "CAA", "128 issue \"ca.test; x=y\"");
    add("c.test", "CNAME", "t.test");
    add("t.test", "TXT", "semi;colon \"quoted\"");
    add("m.test", "MX", "10 mail.test");
    add("m.test", "AAAA", "2001:db8::1");
    add("long.test", "TXT", text);
    responder_dns_manner(r.responder, STR("r.test"), STR("any"), DNS_REFUSED);
    responder_dns_manner(r.responder, STR("cut.test"), STR("any"), DNS_TRUNCATE);
    ck_assert_str_eq(dig("+short a.test A").ptr, "127.0.0.9\n");
    ck_assert_str_eq(dig("+short +tcp a.test A").ptr, "127.0.0.9\n");
    ck_assert_str_eq(dig("+short a.test CAA").ptr, "128 issue \"ca.test; x=y\"\n");
    ck_assert_str_eq(dig("+short c.test TXT").ptr,
                     "t.test.\n\"semi;colon \\\"quoted\\\"\"\n");
    ck_assert_str_eq(dig("+short m.test MX").ptr, "10 mail.test.\n");
    ck_assert_str_eq(dig("+short m.test AAAA").ptr, "2001:db8::1\n");
    ck_assert_uint_eq(dig("+short +noedns long.test TXT").len, 600 + 3 + 3 + 2 + 1);
    ck_assert_str_eq(dig("+short +ignore cut.test A").ptr, "");
    ck_assert_str_eq(dig("+short cut.test A").ptr, "127.0.0.9\n");
    ck_assert(str_contains(dig("a.TeSt A"), STR("\na.TeSt.")));
    ck_assert(str_contains(dig("r.test A"), STR("status: REFUSED")));
    ck_assert(str_contains(dig("a.test A"), STR("flags: qr aa rd ra;")));
    ck_assert(str_contains(dig("+norecurse a.test A"), STR("flags: qr aa ra;")));
    ck_assert(str_contains(dig("a.test A"), STR("EDNS: version: 0")));
    ck_assert(!str_contains(dig("+noedns a.test A"), STR("EDNS")));
    ck_assert(str_contains(dig("+edns=1 +noednsneg a.test A"), STR("status: BADVERS")));
    ck_assert(str_contains(dig("x.a.test AAAA"), STR("AUTHORITY: 1")));
    ck_assert(str_contains(dig("x.a.test AAAA"), STR("\na.test.\t\t\t0\tIN\tSOA")));
    ck_assert(str_contains(dig("-c CH version.bind TXT"), STR("status: REFUSED")));
    ck_assert(str_contains(dig("+opcode=notify a.test SOA"), STR("status: NOTIMP")));
    ck_assert(str_contains(dig("+header-only"), STR("status: FORMERR")));
    ck_assert(!str_contains(dig("a.test ANY"), STR("WARNING")));
}
END_TEST

/* --- start and end --- */

static bool refuses(int port)
{
    struct err err;
    int fd = net_connect("127.0.0.1", port, NET_STREAM, &err);
    if (fd < 0)
        return true;
    struct pollfd item = { .fd = fd, .events = POLLOUT };
    bool refused = poll(&item, 1, WAIT_MS) == 1 && net_error(fd) != 0;
    close(fd);
    return refused;
}

START_TEST(it_stops_with_peers_on_the_line)
{
    struct query *queries;
    struct resolution found;
    int http = responder_http_port(r.responder), tls = responder_tls_port(r.responder);
    int silent = wire_connect(tls), idle = wire_connect(http);
    int dns = wire_connect(responder_dns_port(r.responder));
    resolves("a.test", DNS_A, &found);
    int64_t begun = clock_ms();
    responder_stop(r.responder);
    responder_stop(r.responder);
    ck_assert_int_lt(clock_ms() - begun, wire_patience(5000));
    ck_assert(refuses(http));
    ck_assert(refuses(tls));
    ck_assert(refuses(responder_dns_port(r.responder)));
    ck_assert_uint_eq(responder_queries(r.responder, r.a, &queries), 1);
    close(silent);
    close(idle);
    close(dns);
}
END_TEST

START_TEST(a_port_in_use_is_told)
{
    struct err err;
    struct responder_options options = { .address = "127.0.0.1",
                                         .dns_address = "127.0.0.1" };
    options.dns_port = responder_dns_port(r.responder);
    ck_assert_ptr_null(responder_new(r.a, &options, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "the DNS server"));
    options.dns_port = 0;
    options.tls_port = responder_tls_port(r.responder);
    ck_assert_ptr_null(responder_new(r.a, &options, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "the TLS server"));
    options.tls_port = 0;
    options.http_port = responder_http_port(r.responder);
    ck_assert_ptr_null(responder_new(r.a, &options, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "the web server"));
}
END_TEST

static void add_answers(TCase *tests)
{
    tcase_add_test(tests, a_page_is_found_by_name_and_path);
    tcase_add_test(tests, a_later_page_replaces_an_earlier_one_and_may_be_withdrawn);
    tcase_add_test(tests, a_page_has_status_type_and_location);
    tcase_add_test(tests, a_page_may_be_dropped);
    tcase_add_test(tests, a_request_is_recorded);
    tcase_add_test(tests, a_query_is_awaited);
    tcase_add_test(tests, a_query_ends_the_wait);
    tcase_add_test(tests, a_request_without_host_is_for_any_name);
    tcase_add_test(tests, records_come_and_go);
    tcase_add_test(tests, queries_are_recorded_with_their_way);
    tcase_add_test(tests, dig_agrees);
}

Suite *responder_suite(void)
{
    Suite *suite = suite_create("responder");
    add_answers(responder_case(suite, "answers"));
    TCase *life = responder_case(suite, "life");
    tcase_add_test(life, it_stops_with_peers_on_the_line);
    tcase_add_test(life, a_port_in_use_is_told);
    return suite;
}
