/* SPDX-License-Identifier: MIT */
/* The listener: what a handler is told, what becomes of its answer in each manner, and
 * strangers who send too much, too little or nothing.  Talked to over bare sockets, so
 * that every byte is seen. */
#include <check.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "http/listen.h"
#include "tests/wire.h"

Suite *listen_suite(void);

enum { CEILING = 100000, SOON_MS = 5000 };

static struct arena *a;
static struct listener *l;
static atomic_int asked, ended;

static void count_end(void *counter)
{
    atomic_int *n = counter;
    ++*n;
}

/* Everything that the handler was told. */
static str told(struct arena *step, const struct request *request, const char *peer)
{
    struct buf b = buf_new(step, CEILING_BODY);
    buf_addf(&b, "%.*s %.*s from %s\n", STR_ARG(request->method), STR_ARG(request->url),
             peer);
    for (size_t i = 0; i < request->headers.count; i++)
        buf_addf(&b, "%.*s=%.*s\n", STR_ARG(request->headers.item[i].name),
                 STR_ARG(request->headers.item[i].value));
    buf_addf(&b, "%zu ", request->body.len);
    buf_add(&b, str_upto(request->body, 100));
    return buf_str(&b);
}

/* clang-format off */
static const struct { const char *path; struct manner manner; } manners[] = {
    { "/delay", { .delay_ms = 100 } },
    { "/long", { .delay_ms = 60000 } },
    { "/drip", { .drip_ms = 20, .drip_bytes = 3 } },
    { "/slow", { .drip_ms = 60000, .drip_bytes = 1 } },
    { "/pieces", { .drip_bytes = 4 } },
    { "/cut", { .cut = true, .cut_after = 4 } },
    { "/cut-0", { .cut = true } },
    { "/cut-late", { .cut = true, .cut_after = 100 } },
    { "/cut-drip", { .cut = true, .cut_after = 7, .drip_ms = 10, .drip_bytes = 3 } },
    { "/drop", { .drop = true } },
    { "/reset", { .reset = true } },
    { "/hang", { .hang = true } },
    { "/close", { .close = true } },
    { "/lie-more", { .lie = true, .wrong_length = 100 } },
    { "/lie-less", { .lie = true, .wrong_length = 4 } },
    { "/lie-drip", { .lie = true, .wrong_length = 10, .drip_ms = 10, .drip_bytes = 6 } },
    { "/delay-drop", { .drop = true, .delay_ms = 50 } },
};
/* clang-format on */

/* /status/N, /headers, /empty-value, /big, a manner's name; or what was told. */
static void handle(void *context, struct arena *step, const struct request *request,
                   const char *peer, struct reply *reply)
{
    struct response *r = &reply->response;
    struct url url;
    long number = 0;
    (void)context;
    asked++;
    arena_defer(step, count_end, &ended);
    str path = url_parse(step, request->url, &url) ? url.path : STR_NONE;
    r->status = 200;
    r->body = str_starts(path, "/echo") || path.len == 0 ? told(step, request, peer)
                                                         : STR("Hello world");
    for (size_t i = 0; i < countof(manners); i++)
        if (str_is(path, manners[i].path))
            reply->manner = manners[i].manner;
    if (str_starts(path, "/status/") && str_to_long(str_from(path, 8), 10000, &number))
        r->status = (int)number;
    if (str_is(path, "/headers")) {
        headers_add(step, &r->headers, STR("Replay-Nonce"), STR("one"));
        headers_add(step, &r->headers, STR("replay-nonce"), STR("one"));
        headers_add(step, &r->headers, STR("X"), STR("\xff;  \"b\" "));
        headers_add(step, &r->headers, STR("cONTENT-lENGTH"), STR("7"));
    }
    if (str_is(path, "/empty-value"))
        headers_add(step, &r->headers, STR("Replay-Nonce"), STR_NONE);
    if (str_is(path, "/two-lines"))
        headers_add(step, &r->headers, STR("X"), STR("a\r\nY: b"));
    if (str_is(path, "/big"))
        r->body = (str){ arena_alloc(step, 1, 3000000), 3000000 };
}

static struct listener *started(const struct listen_options *options)
{
    struct err err = { "" };
    struct listener *made = listener_new(a, options, &err);
    ck_assert_msg(made != NULL, "%s", err.text);
    ck_assert_int_gt(listener_port(made), 0);
    return made;
}

static void begin(void)
{
    struct listen_options options = { .address = "127.0.0.1",
                                      .body_ceiling = CEILING,
                                      .handler = handle };
    a = arena_new(NULL);
    asked = ended = 0;
    l = started(&options);
}

static void finish(void)
{
    arena_end(a);
    ck_assert_int_eq(ended, asked); /* every request's arena has ended */
}

/* What comes for the bytes until the listener closes. */
static const char *answer_to(str bytes)
{
    return wire_talk(a, listener_port(l), bytes, SOON_MS).ptr;
}

/* One request whose connection closes. */
static const char *get(const char *method, const char *path)
{
    return answer_to(arena_printf(
        a, "%s %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", method, path));
}

static const char *body_of(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    return end ? end + 4 : "(no header)";
}

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

/* --- manners --- */

/* clang-format off */
static const struct {
    const char *path, *header, *body; /* header NULL: there is no answer at all */
    int least_ms;
} treated[] = {
    { "/delay", "Content-Length: 11\r\n", "Hello world", 100 },
    { "/drip", "Content-Length: 11\r\n", "Hello world", 60 },
    { "/pieces", "Content-Length: 11\r\n", "Hello world", 0 },
    { "/cut", "Content-Length: 11\r\n", "Hell", 0 },
    { "/cut-0", "Content-Length: 11\r\n", "", 0 },
    { "/cut-late", "Content-Length: 12\r\n", "Hello world", 0 },
    { "/cut-drip", "Content-Length: 11\r\n", "Hello w", 20 },
    { "/drop", NULL, "", 0 },
    { "/delay-drop", NULL, "", 50 },
    { "/reset", NULL, "", 0 },
    { "/close", "Connection: close\r\n", "Hello world", 0 },
    { "/lie-more", "Content-Length: 100\r\n", "Hello world", 0 },
    { "/lie-less", "Content-Length: 4\r\n", "Hello world", 0 },
    { "/lie-drip", "Content-Length: 10\r\n", "Hello world", 10 },
};
/* clang-format on */

/* The connection is kept by the client, so only the listener can have closed it. */
START_TEST(an_answer_is_treated_in_its_manner)
{
    bool keeps = str_starts(str_of(treated[_i].path), "/d")
        || str_is(str_of(treated[_i].path), "/pieces");
    const char *close = keeps ? "Connection: close\r\n" : "";
    str request =
        arena_printf(a, "GET %s HTTP/1.1\r\nHost: h\r\n%s\r\n", treated[_i].path, close);
    int64_t before = clock_ms();
    const char *answer = answer_to(request);
    int64_t took = clock_ms() - before;
    ck_assert_int_ge(took, treated[_i].least_ms - 1);
    ck_assert_int_lt(took, SOON_MS);
    if (!treated[_i].header) {
        ck_assert_str_eq(answer, "");
        return;
    }
    ck_assert_msg(strstr(answer, treated[_i].header) != NULL, "%s", answer);
    ck_assert_str_eq(body_of(answer), treated[_i].body);
}
END_TEST

START_TEST(a_reset_is_a_reset)
{
    char piece[16];
    int fd = wire_connect(listener_port(l));
    wire_send(fd, STR("GET /reset HTTP/1.1\r\nHost: h\r\n\r\n"));
    ck_assert_int_eq(recv(fd, piece, sizeof piece, 0), -1);
    close(fd);
}
END_TEST

START_TEST(one_that_hangs_is_not_closed)
{
    int fd = wire_connect(listener_port(l));
    wire_send(fd, STR("GET /hang HTTP/1.1\r\nHost: h\r\n\r\n"));
    int64_t before = clock_ms();
    ck_assert_uint_eq(wire_read(a, fd, 200).len, 0);
    ck_assert_int_ge(clock_ms() - before, 199);
    ck_assert_str_eq(body_of(get("GET", "/pieces")), "Hello world");
    listener_stop(l);
    ck_assert_uint_eq(wire_read(a, fd, SOON_MS).len, 0);
    ck_assert_int_lt(clock_ms() - before, SOON_MS);
    close(fd);
}
END_TEST

START_TEST(delays_do_not_add_up_nor_hold_up_others)
{
    enum { COUNT = 60 };
    int fds[COUNT];
    int64_t before = clock_ms();
    for (int i = 0; i < COUNT; i++) {
        fds[i] = wire_connect(listener_port(l));
        wire_send(fds[i],
                  STR("GET /delay HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
        ck_assert_str_eq(body_of(get("GET", "/pieces")), "Hello world");
    }
    for (int i = 0; i < COUNT; i++) {
        ck_assert_str_eq(body_of(wire_read(a, fds[i], SOON_MS).ptr), "Hello world");
        close(fds[i]);
    }
    ck_assert_int_lt(clock_ms() - before, COUNT * 100 / 2);
}
END_TEST

START_TEST(stopping_ends_whatever_is_pending)
{
    static const char *const paths[] = { "/long", "/hang", "/slow", "/status/102",
                                         "/delay" };
    int fds[countof(paths) * 4];
    for (size_t i = 0; i < countof(fds); i++) {
        fds[i] = wire_connect(listener_port(l));
        wire_send(fds[i],
                  arena_printf(a, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n",
                               paths[i % countof(paths)]));
    }
    while (asked < (int)countof(fds))
        clock_sleep_ms(1);
    int64_t before = clock_ms();
    listener_stop(l);
    listener_stop(l);
    ck_assert_int_lt(clock_ms() - before, SOON_MS);
    ck_assert_int_eq(asked, countof(fds));
    for (size_t i = 0; i < countof(fds); i++) {
        wire_read(a, fds[i], SOON_MS);
        close(fds[i]);
    }
}
END_TEST

START_TEST(a_client_that_leaves_while_it_waits_is_no_harm)
{
    for (int i = 0; i < 20; i++) {
        int fd = wire_connect(listener_port(l));
        wire_send(fd, STR("GET /delay HTTP/1.1\r\nHost: h\r\n\r\n"));
        close(fd);
        fd = wire_connect(listener_port(l));
        wire_send(fd, STR("GET /drip HTTP/1.1\r\nHost: h\r\n\r\n"));
        close(fd);
    }
    ck_assert_str_eq(body_of(get("GET", "/delay")), "Hello world");
}
END_TEST

/* --- strangers --- */

START_TEST(a_body_that_is_announced_too_long_is_refused_at_once)
{
    const char *answer = answer_to(
        STR("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1073741824\r\n\r\n"));
    ck_assert_msg(strncmp(answer, "HTTP/1.1 413 ", 13) == 0, "%s", answer);
    ck_assert_int_eq(asked, 0);
}
END_TEST

static str chunks(size_t count, bool ends)
{
    struct buf b = buf_new(a, CEILING_REPORT);
    buf_add(&b,
            STR("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"));
    for (size_t i = 0; i < count; i++) {
        buf_add(&b, STR("1000\r\n"));
        for (int k = 0; k < 0x1000 / 16; k++)
            buf_add(&b, STR("0123456789abcdef"));
        buf_add(&b, STR("\r\n"));
    }
    if (ends)
        buf_add(&b, STR("0\r\n\r\n"));
    return buf_str(&b);
}

START_TEST(a_chunked_body_that_grows_too_long_is_refused)
{
    const char *answer = answer_to(chunks(CEILING / 0x1000 + 1, true));
    ck_assert_msg(strncmp(answer, "HTTP/1.1 413 ", 13) == 0, "%s", answer);
    ck_assert_int_eq(asked, 0);
}
END_TEST

START_TEST(a_body_that_never_ends_loses_its_connection)
{
    int fd = wire_connect(listener_port(l));
    str endless = chunks(64, false);
    bool taken = wire_send(fd, endless);
    str more = str_from(endless, str_find(endless, STR("\r\n\r\n")) + 4);
    for (int i = 0; i < 1000 && taken; i++)
        taken = wire_send(fd, more);
    close(fd);
    ck_assert(!taken);
    ck_assert_int_eq(asked, 0);
}
END_TEST

/* clang-format off */
static const str strange[] = {
    STR_INIT("\r\n\r\n\r\n\r\n"), STR_INIT("garbage\r\n\r\n"), STR_INIT("GET\r\n\r\n"), STR_INIT("GET /"),
    STR_INIT("GET /echo HTTP/1.1\r\nHost: h\r\n"), STR_INIT("GET /echo HTTP/9.9\r\nHost: h\r\n\r\n"),
    STR_INIT("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc"),
    STR_INIT("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n"),
    STR_INIT("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n"),
    STR_INIT("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    STR_INIT("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
    STR_INIT("GET /echo HTTP/1.1\r\n: x\r\n\r\n"), STR_INIT("GET /echo HTTP/1.1\r\nno colon\r\n\r\n"),
    STR_INIT("GET \0 HTTP/1.1\r\n\r\n"), STR_INIT("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    STR_INIT("GET * HTTP/1.1\r\nHost: a b<\r\n\r\n"), STR_INIT("GET ?x HTTP/1.1\r\nHost:\r\n\r\n"),
};
/* clang-format on */

START_TEST(strange_bytes_do_no_harm)
{
    int fd = wire_connect(listener_port(l));
    wire_send(fd, strange[_i]);
    shutdown(fd, SHUT_WR);
    wire_read(a, fd, SOON_MS);
    close(fd);
    ck_assert_str_eq(body_of(get("GET", "/pieces")), "Hello world");
}
END_TEST

START_TEST(a_header_without_an_end_loses_its_connection)
{
    int fd = wire_connect(listener_port(l));
    bool taken = wire_send(fd, STR("GET /echo HTTP/1.1\r\nHost: h\r\n"));
    for (int i = 0; i < 1000000 && taken; i++)
        taken = wire_send(fd, STR("X-Very-Long-Name-Of-A-Header: and its value too\r\n"));
    close(fd);
    ck_assert(!taken);
    ck_assert_int_eq(asked, 0);
    ck_assert_str_eq(body_of(get("GET", "/pieces")), "Hello world");
}
END_TEST

START_TEST(a_long_header_is_told)
{
    struct buf b = buf_new(a, CEILING_BODY);
    buf_add(&b, STR("GET /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: "));
    while (b.len < 60000)
        buf_add_char(&b, 'x');
    buf_add(&b, STR("\r\n\r\n"));
    ck_assert_ptr_nonnull(strstr(answer_to(buf_str(&b)), "xxxx\n0 "));
}
END_TEST

START_TEST(an_idle_connection_is_closed)
{
    struct listen_options options = { .address = "127.0.0.1",
                                      .idle_s = 1,
                                      .handler = handle };
    struct listener *idle = started(&options);
    int fd = wire_connect(listener_port(idle));
    int64_t before = clock_ms();
    wire_send(fd, STR("GET /echo HT"));
    wire_read(a, fd, SOON_MS);
    close(fd);
    ck_assert_int_lt(clock_ms() - before, SOON_MS);
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
                                      .handler = handle };
    ck_assert_ptr_null(listener_new(a, &options, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "Address already in use"));
    options.address = "localhost";
    ck_assert_ptr_null(listener_new(a, &options, &err));
    ck_assert_str_eq(err.text, "\"localhost\" is no numeric address to listen on");
    options = (struct listen_options){ .address = "127.0.0.1", .handler = handle };
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
    struct listen_options options = { .address = "127.0.0.1", .handler = handle };
    struct listener *first = listener_new(step, &options, &err);
    ck_assert_msg(first != NULL, "%s", err.text);
    options.port = listener_port(first);
    wire_talk(a, options.port, STR("GET /close HTTP/1.1\r\nHost: h\r\n\r\n"), SOON_MS);
    arena_end(step);
    started(&options);
}
END_TEST

/* clang-format off */
static void add_tests(TCase *c)
{
    tcase_add_loop_test(c, a_request_is_told_whole, 0, countof(requests));
    tcase_add_loop_test(c, any_status_goes_out, 0, countof(statuses));
    tcase_add_loop_test(c, what_cannot_be_sent_is_500, 0, countof(impossible));
    tcase_add_loop_test(c, an_answer_is_treated_in_its_manner, 0, countof(treated));
    tcase_add_loop_test(c, strange_bytes_do_no_harm, 0, countof(strange));
    tcase_add_test(c, without_a_host_the_listener_is_named);
    tcase_add_test(c, a_body_in_many_pieces_is_whole);
    tcase_add_test(c, a_connection_carries_many_requests);
    tcase_add_test(c, headers_go_out_byte_for_byte);
    tcase_add_test(c, head_has_the_header_and_no_body);
    tcase_add_test(c, an_interim_answer_is_not_followed_by_another);
    tcase_add_test(c, a_big_answer_is_whole);
    tcase_add_test(c, a_reset_is_a_reset);
    tcase_add_test(c, one_that_hangs_is_not_closed);
    tcase_add_test(c, delays_do_not_add_up_nor_hold_up_others);
    tcase_add_test(c, stopping_ends_whatever_is_pending);
    tcase_add_test(c, a_client_that_leaves_while_it_waits_is_no_harm);
    tcase_add_test(c, a_body_that_is_announced_too_long_is_refused_at_once);
    tcase_add_test(c, a_chunked_body_that_grows_too_long_is_refused);
    tcase_add_test(c, a_body_that_never_ends_loses_its_connection);
    tcase_add_test(c, a_header_without_an_end_loses_its_connection);
    tcase_add_test(c, a_long_header_is_told);
    tcase_add_test(c, an_idle_connection_is_closed);
    tcase_add_test(c, what_cannot_be_started_says_why);
    tcase_add_test(c, a_port_is_free_again_when_its_listener_ends);
}
/* clang-format on */

Suite *listen_suite(void)
{
    Suite *suite = suite_create("listen");
    TCase *c = tcase_create("listen");
    tcase_add_checked_fixture(c, begin, finish);
    tcase_set_timeout(c, 30);
    add_tests(c);
    suite_add_tcase(suite, c);
    return suite;
}
