/* SPDX-License-Identifier: MIT */
/* The listener: what becomes of an answer in each manner, and strangers who send too
 * much, too little or nothing. */
#include <check.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "tests/listen_fixture.h"
#include "tests/wire.h"

Suite *listen_manners_suite(void);

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

static void tell_length(void *context, struct arena *step, const struct request *request,
                        const char *peer, struct reply *reply)
{
    (void)context;
    (void)peer;
    reply->response.status = 413;
    reply->response.body = arena_printf(step, "too long: %d, %zu", request->body_too_long,
                                        request->body.len);
    reply->manner.delay_ms = str_ends(request->url, "/delay") ? 100 : 0;
}

/* Announced or not, and with an answer that waits. */
START_TEST(a_handler_may_refuse_a_long_body_itself)
{
    struct listen_options options = { .address = "127.0.0.1",
                                      .body_ceiling = CEILING,
                                      .long_bodies = true,
                                      .handler = tell_length };
    int port = listener_port(started(&options));
    str said[] = {
        STR("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1073741824\r\n\r\n"),
        STR("POST /delay HTTP/1.1\r\nHost: h\r\nContent-Length: "
            "1073741824\r\n\r\n"),
        chunks(CEILING / 0x1000 + 1, true)
    };
    const char *answer = wire_talk(a, port, said[_i], SOON_MS).ptr;
    ck_assert_msg(strncmp(answer, "HTTP/1.1 413 ", 13) == 0, "%s", answer);
    ck_assert_msg(strstr(answer, "Connection: close"), "%s", answer);
    ck_assert_str_eq(body_of(answer), "too long: 1, 0");
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
    wire_read(a, fd, 50); /* some are waited for, as more might come */
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

/* Each asks for three megabytes and takes none of them. */
START_TEST(readers_that_never_read_hold_up_nobody)
{
    enum { READERS = 50 };
    int fd[READERS], small = 1024;
    for (int i = 0; i < READERS; i++) {
        fd[i] = wire_connect(listener_port(l));
        setsockopt(fd[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        ck_assert(wire_send(fd[i], STR("GET /big HTTP/1.1\r\nHost: h\r\n\r\n")));
    }
    int64_t before = clock_ms();
    ck_assert_str_eq(body_of(get("GET", "/pieces")), "Hello world");
    ck_assert_int_lt(clock_ms() - before, SOON_MS);
    for (int i = 0; i < READERS; i++)
        close(fd[i]);
    ck_assert_str_eq(body_of(get("GET", "/pieces")), "Hello world");
}
END_TEST

/* Each sends a byte of its body, and the rest when it pleases. */
START_TEST(senders_that_take_their_time_hold_up_nobody)
{
    enum { SENDERS = 50 };
    int fd[SENDERS];
    for (int i = 0; i < SENDERS; i++) {
        fd[i] = wire_connect(listener_port(l));
        ck_assert(wire_send(fd[i],
                            STR("POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                                "Content-Length: 3\r\n\r\na")));
    }
    int64_t before = clock_ms();
    ck_assert_str_eq(body_of(get("GET", "/pieces")), "Hello world");
    ck_assert_int_lt(clock_ms() - before, SOON_MS);
    for (int i = 0; i < SENDERS; i++) {
        ck_assert(wire_send(fd[i], STR("bc")));
        ck_assert_ptr_nonnull(strstr(wire_read(a, fd[i], SOON_MS).ptr, "abc"));
        close(fd[i]);
    }
}
END_TEST

START_TEST(who_says_nothing_holds_up_nobody_for_long)
{
    enum { HELD = 6, PATIENT_MS = 10000 };
    struct listen_options options = { .address = "127.0.0.1",
                                      .most_connections = HELD,
                                      .handler = answer_by_path };
    struct listener *held = started(&options);
    int fd[HELD];
    for (int i = 0; i < HELD; i++) {
        fd[i] = wire_connect(listener_port(held));
        wire_send(fd[i], i % 2 ? STR("GET / HT") : STR_NONE);
    }
    str answer =
        wire_talk(a, listener_port(held),
                  STR("GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
                  wire_patience(PATIENT_MS));
    ck_assert_str_eq(body_of(answer.ptr), "Hello world");
    for (int i = 0; i < HELD; i++)
        close(fd[i]);
}
END_TEST

/* The patience for silence ends with the first request. */
START_TEST(a_connection_that_was_used_may_rest)
{
    enum { LONGER_MS = 6500 };
    char piece[1024];
    int fd = wire_connect(listener_port(l));
    for (int i = 0; i < 2; i++) {
        clock_sleep_ms(i ? LONGER_MS : 0);
        wire_send(fd, STR("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"));
        ck_assert_int_gt(recv(fd, piece, sizeof piece, 0), 0);
    }
    close(fd);
}
END_TEST

START_TEST(an_idle_connection_is_closed)
{
    struct listen_options options = { .address = "127.0.0.1",
                                      .idle_s = 1,
                                      .handler = answer_by_path };
    struct listener *idle = started(&options);
    int fd = wire_connect(listener_port(idle));
    int64_t before = clock_ms();
    wire_send(fd, STR("GET /echo HT"));
    wire_read(a, fd, SOON_MS);
    close(fd);
    ck_assert_int_lt(clock_ms() - before, SOON_MS);
}
END_TEST

Suite *listen_manners_suite(void)
{
    Suite *suite = suite_create("listen_manners");
    TCase *c = tcase_create("listen_manners");
    tcase_add_checked_fixture(c, listening, listened);
    tcase_set_timeout(c, 30);
    tcase_add_loop_test(c, an_answer_is_treated_in_its_manner, 0, countof(treated));
    tcase_add_loop_test(c, strange_bytes_do_no_harm, 0, countof(strange));
    tcase_add_test(c, a_reset_is_a_reset);
    tcase_add_test(c, one_that_hangs_is_not_closed);
    tcase_add_test(c, delays_do_not_add_up_nor_hold_up_others);
    tcase_add_test(c, stopping_ends_whatever_is_pending);
    tcase_add_test(c, a_client_that_leaves_while_it_waits_is_no_harm);
    tcase_add_test(c, a_body_that_is_announced_too_long_is_refused_at_once);
    tcase_add_test(c, a_chunked_body_that_grows_too_long_is_refused);
    tcase_add_loop_test(c, a_handler_may_refuse_a_long_body_itself, 0, 3);
    tcase_add_test(c, a_body_that_never_ends_loses_its_connection);
    tcase_add_test(c, a_header_without_an_end_loses_its_connection);
    tcase_add_test(c, a_long_header_is_told);
    tcase_add_test(c, readers_that_never_read_hold_up_nobody);
    tcase_add_test(c, senders_that_take_their_time_hold_up_nobody);
    tcase_add_test(c, an_idle_connection_is_closed);
    tcase_add_test(c, who_says_nothing_holds_up_nobody_for_long);
    tcase_add_test(c, a_connection_that_was_used_may_rest);
    suite_add_tcase(suite, c);
    return suite;
}
