/* SPDX-License-Identifier: MIT */
/* The relay's shared web and TLS ports: connections reach the scenario whose name their
 * first bytes carry, byte for byte, with every close and reset. */
#include <check.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "mocks/hello.h"
#include "mocks/net.h"
#include "mocks/relay.h"
#include "tests/wire.h"

Suite *relay_splice_suite(void);

enum { SLOT = 17 };
#define WAIT_MS wire_patience(10000)

static struct arena *a;
static struct relay *relay;
static int http_port, tls_port;

static void set_up(void)
{
    a = arena_new(NULL);
    struct err err = { "" };
    struct relay_options options = { .dns_address = "127.0.0.1",
                                     .zone = STR("acmespec.test"),
                                     .shared = true };
    options.http_port = http_port = wire_free_port();
    options.tls_port = tls_port = wire_free_port();
    relay = relay_start(a, &options, &err);
    if (!relay)
        ck_abort_msg("%s", err.text);
}

static void tear_down(void)
{
    arena_end(a);
}

/* --- the web and TLS, byte for byte --- */

static bool wait_for(int fd, short events)
{
    struct pollfd item = { .fd = fd, .events = events };
    return poll(&item, 1, WAIT_MS) == 1;
}

static void say(int fd, str bytes)
{
    ck_assert_int_eq(send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL), (ssize_t)bytes.len);
}

/* What comes until `len` bytes are there or it ends; *error: how it ended. */
static str hear(int fd, size_t len, int *error)
{
    char *bytes = arena_alloc(a, 1, len + 1);
    size_t got = 0;
    *error = 0;
    while (got < len && wait_for(fd, POLLIN)) {
        ssize_t piece = recv(fd, bytes + got, len - got, 0);
        if (piece <= 0) {
            *error = piece < 0 ? errno : 0;
            break;
        }
        got += (size_t)piece;
    }
    return (str){ bytes, got };
}

static bool ends(int fd)
{
    int error;
    return hear(fd, 1, &error).len == 0 && error == 0;
}

static int accept_one(int listener)
{
    char peer[NET_TEXT];
    bool starved;
    ck_assert(wait_for(listener, POLLIN));
    int fd = net_accept(listener, peer, &starved);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static int scenario_listens(_Atomic int *port)
{
    struct err err;
    int listener = net_listen("127.0.0.1", 0, &err);
    ck_assert_int_ge(listener, 0);
    atomic_store(port, net_port(listener));
    return listener;
}

static const char request_text[] = "GET /.well-known/acme-challenge/x HTTP/1.1\r\n"
                                   "User-Agent: y\r\n"
                                   "host: A.s17.r.acmespec.test:5002\r\n\r\n";
static const str request = { request_text, sizeof request_text - 1 };

START_TEST(a_request_reaches_the_scenario_and_its_answer_comes_back)
{
    int error, listener = scenario_listens(&relay_slot(relay, SLOT)->http_port);
    int client = wire_connect(http_port);
    say(client, str_upto(request, 50));
    say(client, str_from(request, 50));
    int server = accept_one(listener);
    ck_assert(str_eq(hear(server, request.len, &error), request));
    say(server, STR("HTTP/1.1 200 OK\r\n\r\nbody"));
    shutdown(server, SHUT_WR);
    ck_assert(str_is(hear(client, 1000, &error), "HTTP/1.1 200 OK\r\n\r\nbody"));
    /* The other way stays open until the client ends it. */
    say(client, STR("more"));
    ck_assert(str_is(hear(server, 4, &error), "more"));
    close(client);
    ck_assert(ends(server));
    close(server);
    close(listener);
}
END_TEST

START_TEST(much_data_passes_both_ways)
{
    int error, listener = scenario_listens(&relay_slot(relay, SLOT)->http_port);
    int client = wire_connect(http_port);
    say(client, request);
    int server = accept_one(listener);
    hear(server, request.len, &error);
    char block[1000];
    memset(block, 'z', sizeof block);
    for (int i = 0; i < 300; i++) {
        say(server, (str){ block, sizeof block });
        say(client, (str){ block, sizeof block });
        ck_assert_uint_eq(hear(client, sizeof block, &error).len, sizeof block);
        ck_assert_uint_eq(hear(server, sizeof block, &error).len, sizeof block);
    }
    close(client);
    close(server);
    close(listener);
}
END_TEST

START_TEST(a_reset_is_passed_on)
{
    int error, listener = scenario_listens(&relay_slot(relay, SLOT)->http_port);
    int client = wire_connect(http_port);
    say(client, request);
    int server = accept_one(listener);
    hear(server, request.len, &error);
    net_close_reset(server);
    hear(client, 1, &error);
    ck_assert_int_eq(error, ECONNRESET);
    close(client);
    close(listener);
}
END_TEST

/* clang-format off */
static const struct { const char *request, *answer; } refusals[] = {
    { "GET / HTTP/1.1\r\nHost: www.example\r\n\r\n", "HTTP/1.1 404 " },
    { "GET / HTTP/1.1\r\nHost: 127.0.0.1:5002\r\n\r\n", "HTTP/1.1 404 " },
    { "GET / HTTP/1.1\r\nHost: [::1]:5002\r\n\r\n", "HTTP/1.1 404 " },
    { "GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 400 " },
    { "GET / HTTP/1.1\r\nHost:\r\n\r\n", "HTTP/1.1 400 " },
    { "GET / HTTP/1.1\r\nHost: a.s18.r.acmespec.test\r\n\r\n", "HTTP/1.1 503 " },
};
/* clang-format on */

START_TEST(other_requests_are_refused)
{
    int error, client = wire_connect(http_port);
    say(client, str_of(refusals[_i].request));
    str answer = hear(client, 1000, &error);
    ck_assert(str_starts(answer, refusals[_i].answer));
    ck_assert_int_eq(error, 0);
    close(client);
}
END_TEST

START_TEST(a_head_without_end_is_refused)
{
    int error, client = wire_connect(http_port);
    char block[1024];
    memset(block, 'z', sizeof block);
    for (int i = 0; i < 20; i++)
        say(client, (str){ block, sizeof block });
    ck_assert(str_starts(hear(client, 1000, &error), "HTTP/1.1 400 "));
    close(client);
}
END_TEST

/* A ClientHello in `pieces` records, with an SNI and two protocols unless sni is NULL. */
static str vector(size_t width, str bytes)
{
    char *text = arena_alloc(a, 1, width + bytes.len);
    for (size_t i = 0; i < width; i++)
        text[i] = (char)(bytes.len >> 8 * (width - 1 - i));
    memcpy(text + width, bytes.ptr, bytes.len);
    return (str){ text, width + bytes.len };
}

static str joined(str first, str second)
{
    char *text = arena_alloc(a, 1, first.len + second.len);
    memcpy(text, first.ptr, first.len);
    memcpy(text + first.len, second.ptr, second.len);
    return (str){ text, first.len + second.len };
}

static str client_hello(const char *sni, size_t piece_len)
{
    str name = vector(2, joined(STR("\0"), vector(2, str_of(sni))));
    str alpn = vector(2,
                      STR("\x0a"
                          "acme-tls/1"
                          "\x02"
                          "h2"));
    str extensions = joined(joined(STR("\0\0"), vector(2, name)),
                            joined(STR("\0\x10"), vector(2, alpn)));
    str body = joined(STR("\3\3"
                          "01234567890123456789012345678901"
                          "\0"
                          "\0\2\x13\1"
                          "\1\0"),
                      sni ? vector(2, extensions) : STR_NONE);
    str message = joined(STR("\1"), vector(3, body)), records = STR_NONE;
    for (; message.len; message = str_from(message, piece_len))
        records = joined(
            records, joined(STR("\x16\3\1"), vector(2, str_upto(message, piece_len))));
    return records;
}

START_TEST(a_hello_tells_name_and_protocols)
{
    static const size_t pieces[] = { 1000, 50, 3 };
    struct hello hello;
    str whole = client_hello("A.s17.r.acmespec.test", pieces[_i]);
    for (size_t i = 0; i < whole.len; i++)
        ck_assert_int_eq(hello_peek(a, str_upto(whole, i), &hello), PEEK_MORE);
    ck_assert_int_eq(hello_peek(a, whole, &hello), PEEK_DONE);
    ck_assert_str_eq(hello.sni, "a.s17.r.acmespec.test");
    ck_assert_str_eq(hello.alpn, "acme-tls/1,h2");
    str early = joined(whole, STR("\x17\3\3\0\1x")); /* RFC 8446 2.3 */
    ck_assert_int_eq(hello_peek(a, early, &hello), PEEK_DONE);
    ck_assert_str_eq(hello.alpn, "acme-tls/1,h2");
    ck_assert_int_eq(hello_peek(a, client_hello(NULL, pieces[_i]), &hello), PEEK_DONE);
    ck_assert_str_eq(hello.sni, "");
    ck_assert_int_eq(hello_peek(a, STR("GET / HTTP/1.1\r\n"), &hello), PEEK_BAD);
    ck_assert_int_eq(hello_peek(a, STR("\x16\3\1\xff\xff\1"), &hello), PEEK_BAD);
}
END_TEST

START_TEST(a_spoilt_hello_does_no_harm)
{
    struct hello hello;
    struct arena *scratch = arena_new(a);
    str whole = client_hello("a.s17.r.acmespec.test", 40);
    srand(1);
    for (int round = 0; round < 20000; round++) {
        char *bytes = str_z(scratch, whole);
        for (int i = rand() % 4; i >= 0; i--)
            bytes[(size_t)rand() % whole.len] = (char)rand();
        hello_peek(scratch, (str){ bytes, (size_t)rand() % (whole.len + 1) }, &hello);
        arena_reset(scratch);
    }
}
END_TEST

START_TEST(a_tls_connection_reaches_the_scenario_as_it_is)
{
    int error, listener = scenario_listens(&relay_slot(relay, SLOT)->tls_port);
    int client = wire_connect(tls_port);
    str hello = client_hello("a.s17.r.acmespec.test", 60);
    say(client, str_upto(hello, 20));
    say(client, str_from(hello, 20));
    int server = accept_one(listener);
    ck_assert(str_eq(hear(server, hello.len, &error), hello));
    say(server, STR("\x16server"));
    ck_assert(str_is(hear(client, 7, &error), "\x16server"));
    close(server);
    ck_assert(ends(client));
    close(client);
    close(listener);
}
END_TEST

/* clang-format off */
static const struct { const char *sni; char alert; } alerts[] = {
    { "www.example", 112 },                    /* unrecognized_name */
    { "1.0.0.127.in-addr.arpa", 112 },
    { NULL, 112 },
    { "a.s18.r.acmespec.test", 80 },           /* internal_error */
};
/* clang-format on */

START_TEST(other_tls_connections_are_refused_by_an_alert)
{
    int error, client = wire_connect(tls_port);
    say(client, client_hello(alerts[_i].sni, 1000));
    str answer = hear(client, 100, &error);
    ck_assert_uint_eq(answer.len, 7);
    ck_assert_int_eq(memcmp(answer.ptr, "\x15\3\3\0\2\2", 6), 0);
    ck_assert_int_eq(answer.ptr[6], alerts[_i].alert);
    ck_assert_int_eq(error, 0);
    close(client);
}
END_TEST

START_TEST(a_peer_that_says_nothing_holds_up_nobody)
{
    int error, silent = wire_connect(tls_port), listener, client, server;
    listener = scenario_listens(&relay_slot(relay, SLOT)->http_port);
    client = wire_connect(http_port);
    say(client, request);
    server = accept_one(listener);
    ck_assert_uint_eq(hear(server, request.len, &error).len, request.len);
    close(silent);
    close(client);
    close(server);
    close(listener);
}
END_TEST

Suite *relay_splice_suite(void)
{
    Suite *suite = suite_create("relay_splice");
    TCase *tests = tcase_create("splice");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_hello_tells_name_and_protocols, 0, 3);
    tcase_add_test(tests, a_spoilt_hello_does_no_harm);
    tcase_add_test(tests, a_request_reaches_the_scenario_and_its_answer_comes_back);
    tcase_add_test(tests, much_data_passes_both_ways);
    tcase_add_test(tests, a_reset_is_passed_on);
    tcase_add_loop_test(tests, other_requests_are_refused, 0, (int)countof(refusals));
    tcase_add_test(tests, a_head_without_end_is_refused);
    tcase_add_test(tests, a_tls_connection_reaches_the_scenario_as_it_is);
    tcase_add_loop_test(tests, other_tls_connections_are_refused_by_an_alert, 0,
                        (int)countof(alerts));
    tcase_add_test(tests, a_peer_that_says_nothing_holds_up_nobody);
    suite_add_tcase(suite, tests);
    return suite;
}
