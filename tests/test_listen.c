/* SPDX-License-Identifier: MIT */
/* The listener: what a handler is told, what becomes of its answer, and starting.  Talked
 * to over bare sockets, so that every byte is seen. */
#include <check.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/listen_fixture.h"
#include "tests/wire.h"

Suite *listen_suite(void);

/* --- what the handler is told --- */

/* clang-format off */
static const struct { str request; const char *told; } requests[] = {
    { STR_INIT("GET /echo/a HTTP/1.1\r\nHost: ca.test:8080\r\nConnection: close\r\n\r\n"),
      "GET http://ca.test:8080/echo/a from 127.0.0.1\nHost=ca.test:8080\nConnection=close\n0 " },
    { STR_INIT("POST /echo HTTP/1.1\r\nHOST: h\r\nX-a:  1 \r\nx-A: 2\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"),
      "POST http://h/echo from 127.0.0.1\nHOST=h\nX-a=1\nx-A=2\nContent-Length=3\nConnection=close\n3 abc" },
    { STR_INIT("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"),
      "POST http://h/echo from 127.0.0.1\nHost=h\nTransfer-Encoding=chunked\nConnection=close\n5 abcde" },
    { STR_INIT("BREW /echo//b/../c%00d%2F?x=%20&y HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
      "BREW http://h/echo//b/../c%00d%2F?x=%20&y from 127.0.0.1\nHost=h\nConnection=close\n0 " },
    { STR_INIT("GET http://other.test/echo?q HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
      "GET http://other.test/echo?q from 127.0.0.1\nHost=h\nConnection=close\n0 " },
    { STR_INIT("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: close\r\n\r\na\0b\xff\n"),
      "POST http://h/echo from 127.0.0.1\nHost=h\nContent-Length=5\nConnection=close\n5 a" },
    { STR_INIT("GET /echo HTTP/1.1\r\nHost: h\r\nX:\r\nConnection: close\r\n\r\n"),
      "GET http://h/echo from 127.0.0.1\nHost=h\nX=\nConnection=close\n0 " },
};
/* clang-format on */

START_TEST(a_request_is_told_whole)
{
    const char *answer = answer_to(requests[_i].request);
    ck_assert_msg(strncmp(answer, "HTTP/1.1 200 OK\r\n", 17) == 0, "%s", answer);
    ck_assert_str_eq(body_of(answer), requests[_i].told);
}
END_TEST

START_TEST(without_a_host_the_listener_is_named)
{
    str told_so = arena_printf(a, "GET http://127.0.0.1:%d/echo from 127.0.0.1\n0 ",
                               listener_port(l));
    ck_assert_str_eq(body_of(answer_to(STR("GET /echo HTTP/1.0\r\n\r\n"))), told_so.ptr);
}
END_TEST

START_TEST(a_body_in_many_pieces_is_whole)
{
    int fd = wire_connect(listener_port(l));
    wire_send(fd,
              STR("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n"
                  "Connection: close\r\n\r\n"));
    char piece[1000];
    memset(piece, 'p', sizeof piece);
    for (int i = 0; i < 60; i++)
        ck_assert(wire_send(fd, (str){ piece, sizeof piece }));
    str answer = wire_read(a, fd, SOON_MS);
    close(fd);
    ck_assert_ptr_nonnull(strstr(answer.ptr, "\n60000 pppp"));
}
END_TEST

START_TEST(a_long_header_is_taken)
{
    char value[40000];
    memset(value, 'v', sizeof value);
    str text = arena_printf(a, "GET /echo HTTP/1.0\r\nLong: %.*s\r\n\r\n",
                            (int)sizeof value, value);
    ck_assert_ptr_nonnull(strstr(answer_to(text), " 200 "));
}
END_TEST

START_TEST(a_connection_carries_many_requests)
{
    struct buf b = buf_new(a, CEILING_BODY);
    for (int i = 0; i < 50; i++)
        buf_addf(&b, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n%02d",
                 i);
    buf_add(&b, STR("GET /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    const char *answer = answer_to(buf_str(&b));
    for (int i = 0; i < 50; i++) {
        answer = strstr(answer, arena_printf(a, "\n2 %02d", i).ptr);
        ck_assert_msg(answer != NULL, "answer %d is missing", i);
    }
    ck_assert_int_eq(asked, 51);
}
END_TEST

/* --- answers --- */

START_TEST(headers_go_out_byte_for_byte)
{
    const char *answer = get("GET", "/headers");
    ck_assert_ptr_nonnull(strstr(
        answer, "\r\nReplay-Nonce: one\r\nreplay-nonce: one\r\nX: \xff;  \"b\" \r\n"));
    ck_assert_ptr_nonnull(strstr(answer, "\r\nContent-Length: 11\r\n\r\nHello world"));
    ck_assert_ptr_null(strstr(answer, "ONTENT"));
}
END_TEST

START_TEST(head_has_the_header_and_no_body)
{
    const char *answer = get("HEAD", "/headers");
    ck_assert_ptr_nonnull(strstr(answer, "\r\nContent-Length: 11\r\n"));
    ck_assert_str_eq(body_of(answer), "");
}
END_TEST

static const int statuses[] = { 200, 201, 204, 299, 304, 400, 418, 503, 599, 600, 999 };

START_TEST(any_status_goes_out)
{
    int status = statuses[_i];
    const char *answer = get("GET", arena_printf(a, "/status/%d", status).ptr);
    str wanted = arena_printf(a, "HTTP/1.1 %d ", status);
    ck_assert_msg(strncmp(answer, wanted.ptr, wanted.len) == 0, "%s", answer);
    bool bodiless = status == 204 || status == 304;
    ck_assert_str_eq(body_of(answer), bodiless ? "" : "Hello world");
}
END_TEST

static const char *const impossible[] = {
    "/empty-value", "/two-lines",   "/status/0",
    "/status/99",   "/status/1000", "/status/10000"
};

START_TEST(what_cannot_be_sent_is_500)
{
    const char *answer = get("GET", impossible[_i]);
    ck_assert_msg(strncmp(answer, "HTTP/1.1 500 ", 13) == 0, "%s", answer);
    ck_assert_str_eq(body_of(answer), "This answer cannot be sent by this listener.");
}
END_TEST

START_TEST(an_interim_answer_is_not_followed_by_another)
{
    int fd = wire_connect(listener_port(l));
    wire_send(fd, STR("GET /status/102 HTTP/1.1\r\nHost: h\r\n\r\n"));
    str answer = wire_read(a, fd, 200);
    close(fd);
    ck_assert_msg(str_starts(answer, "HTTP/1.1 102 "), "%s", answer.ptr);
    ck_assert_ptr_null(strstr(answer.ptr + 1, "HTTP/"));
}
END_TEST

START_TEST(a_big_answer_is_whole)
{
    str answer = wire_talk(
        a, listener_port(l),
        STR("GET /big HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), SOON_MS);
    size_t header = str_find(answer, STR("\r\n\r\n")) + 4;
    ck_assert_uint_eq(answer.len - header, 3000000);
}
END_TEST

/* --- starting --- */

static const char no_key[] =
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

START_TEST(what_cannot_be_started_says_why)
{
    struct err err = { "" };
    struct listen_options options = { .address = "127.0.0.1",
                                      .port = listener_port(l),
                                      .handler = answer_by_path };
    ck_assert_ptr_null(listener_new(a, &options, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "Address already in use"));
    options.address = "localhost";
    ck_assert_ptr_null(listener_new(a, &options, &err));
    ck_assert_str_eq(err.text, "\"localhost\" is no numeric address to listen on");
    options =
        (struct listen_options){ .address = "127.0.0.1", .handler = answer_by_path };
    options.cert_pem = options.key_pem = str_of(no_key);
    ck_assert_ptr_null(listener_new(a, &options, &err));
    ck_assert_ptr_nonnull(
        strstr(err.text, "do the certificate and the key belong together?"));
}
END_TEST

START_TEST(a_port_is_free_again_when_its_listener_ends)
{
    struct arena *step = arena_new(a);
    struct err err = { "" };
    struct listen_options options = { .address = "127.0.0.1", .handler = answer_by_path };
    struct listener *first = listener_new(step, &options, &err);
    ck_assert_msg(first != NULL, "%s", err.text);
    options.port = listener_port(first);
    wire_talk(a, options.port, STR("GET /close HTTP/1.1\r\nHost: h\r\n\r\n"), SOON_MS);
    arena_end(step);
    started(&options);
}
END_TEST

Suite *listen_suite(void)
{
    Suite *suite = suite_create("listen");
    TCase *c = tcase_create("listen");
    tcase_add_checked_fixture(c, listening, listened);
    tcase_set_timeout(c, 30);
    tcase_add_loop_test(c, a_request_is_told_whole, 0, countof(requests));
    tcase_add_loop_test(c, any_status_goes_out, 0, countof(statuses));
    tcase_add_loop_test(c, what_cannot_be_sent_is_500, 0, countof(impossible));
    tcase_add_test(c, without_a_host_the_listener_is_named);
    tcase_add_test(c, a_long_header_is_taken);
    tcase_add_test(c, a_body_in_many_pieces_is_whole);
    tcase_add_test(c, a_connection_carries_many_requests);
    tcase_add_test(c, headers_go_out_byte_for_byte);
    tcase_add_test(c, head_has_the_header_and_no_body);
    tcase_add_test(c, an_interim_answer_is_not_followed_by_another);
    tcase_add_test(c, a_big_answer_is_whole);
    tcase_add_test(c, what_cannot_be_started_says_why);
    tcase_add_test(c, a_port_is_free_again_when_its_listener_ends);
    suite_add_tcase(suite, c);
    return suite;
}
