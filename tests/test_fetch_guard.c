/* SPDX-License-Identifier: MIT */
/* The guard of connections: what it refuses is not connected to, whichever way a request
 * is sent.  The other end counts as untouched when it has seen no byte.  And the number
 * that ends exchanges early. */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/clock.h"
#include "http/fetch.h"
#include "tests/wire.h"

Suite *fetch_guard_suite(void);

static struct arena *a;
static struct err err;
static struct wire *w;
static str fine = STR_INIT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

static void begin(void)
{
    a = arena_new(NULL);
    err.text[0] = '\0';
    w = wire_start(a, wire_say, &fine);
}

static void finish(void)
{
    arena_end(a);
}

static bool refuse_addresses(str host, const struct sockaddr *address, struct err *why)
{
    return !address || err_set(why, "no way to %.*s", STR_ARG(host));
}

static bool refuse_hosts(str host, const struct sockaddr *address, struct err *why)
{
    ck_assert_ptr_null(address); /* a host that is refused is not resolved */
    return err_set(why, "not even %.*s", STR_ARG(host));
}

static bool allow_loopback(str host, const struct sockaddr *address, struct err *why)
{
    struct sockaddr_in v4;
    (void)host;
    if (!address)
        return true;
    if (address->sa_family != AF_INET) /* "localhost" has ::1, too */
        return err_set(why, "this is not IPv4");
    memcpy(&v4, address, sizeof v4);
    return v4.sin_addr.s_addr == htonl(INADDR_LOOPBACK) || err_set(why, "elsewhere");
}

/* Each way to send a request; false when no answer came. */
static bool by_fetch(struct fetcher *f, str url)
{
    struct request request = { .method = STR("GET"), .url = url };
    struct response response;
    struct timings timings;
    return fetch(f, a, &request, &response, &timings, &err);
}

static bool by_bytes(struct fetcher *f, str url)
{
    str answer = STR_NONE;
    return fetch_raw(f, a, url, STR("GET / HTTP/1.1\r\n\r\n"), &answer, &err);
}

static bool by_crowd(struct fetcher *f, str url)
{
    struct request request = { .method = STR("GET"), .url = url };
    struct response response;
    struct timings timings;
    fetch_together(f, a, &request, 1, &response, &timings, &err);
    return response.status != 0;
}

static bool is_there(void *context, str answer)
{
    (void)context;
    return answer.len > 0;
}

static bool by_tcp(struct fetcher *f, str url)
{
    str answer = STR_NONE;
    bool closed = false;
    return fetch_plain(f, a, url, STR("hello"), is_there, NULL, &answer, &closed, &err);
}

/* clang-format off */
static bool (*const ways[])(struct fetcher *f, str url) = { by_fetch, by_bytes, by_crowd, by_tcp };
static const struct { fetch_guard *guard; const char *host, *sentence; } guarded[] = {
    { NULL, "127.0.0.1", NULL },
    { allow_loopback, "127.0.0.1", NULL },
    { allow_loopback, "localhost", NULL },
    { refuse_addresses, "127.0.0.1", "no way to 127.0.0.1" },
    { refuse_addresses, "localhost", "no way to localhost" },
    { refuse_hosts, "a.invalid", "not even a.invalid" },
    { allow_loopback, "0.0.0.0", "elsewhere" }, /* the same machine by another name */
};
/* clang-format on */

START_TEST(what_the_guard_refuses_is_not_connected_to)
{
    size_t way = (size_t)_i % countof(ways), row = (size_t)_i / countof(ways);
    struct fetch_options options = { .total_ms = wire_patience(5000),
                                     .guard = guarded[row].guard };
    str url = arena_printf(a, "http://%s:%d/", guarded[row].host, wire_port(w));
    const char *sentence = guarded[row].sentence;
    bool came = ways[way](fetcher_new(a, &options), url);
    ck_assert_msg(came == (sentence == NULL), "%s: %s", url.ptr, err.text);
    ck_assert_int_eq(wire_seen(w).len > 0, came);
    if (!came)
        ck_assert_str_eq(err.text, sentence);
}
END_TEST

START_TEST(a_guard_tells_beforehand_where_requests_may_go)
{
    size_t row = (size_t)_i;
    const char *sentence = guarded[row].sentence;
    str url = arena_printf(a, "http://%s:%d/", guarded[row].host, wire_port(w));
    if (strcmp(guarded[row].host, "localhost") == 0)
        return; /* all of its addresses count, and it may have another one */
    ck_assert(fetch_may_reach(guarded[row].guard, url, &err) == (sentence == NULL));
    if (sentence)
        ck_assert_str_eq(err.text, sentence);
    ck_assert_uint_eq(wire_seen(w).len, 0);
}
END_TEST

START_TEST(what_leads_nowhere_is_left_to_the_request)
{
    ck_assert(fetch_may_reach(refuse_addresses, STR("http://no-such.invalid/"), &err));
    ck_assert(fetch_may_reach(refuse_addresses, STR("http://"), &err));
}
END_TEST

static volatile int stop;
static pthread_t asking;

static void ask_stop(int signal_number)
{
    stop = signal_number;
}

/* As Ctrl-C does: by a signal, in the thread that sends. */
static void stop_now(int fd, str request, void *context)
{
    pthread_kill(asking, SIGUSR1);
    wire_be_silent(fd, request, context);
}

START_TEST(an_exchange_ends_when_it_is_to_stop)
{
    struct wire *silent = wire_start(a, stop_now, NULL);
    struct fetch_options options = { .total_ms = wire_patience(25000), .stop = &stop };
    str url = arena_printf(a, "http://127.0.0.1:%d/", wire_port(silent));
    int64_t began = clock_ms();
    stop = 0;
    asking = pthread_self();
    (void)signal(SIGUSR1, ask_stop);
    bool came = ways[_i](fetcher_new(a, &options), url);
    ck_assert_int_lt(clock_ms() - began, wire_patience(3000));
    ck_assert(stop);
    if (ways[_i] == by_bytes || ways[_i] == by_tcp) /* where silence is an answer */
        return;
    ck_assert(!came);
    ck_assert_ptr_nonnull(strstr(err.text, "was given up, for the run is to stop"));
}
END_TEST

Suite *fetch_guard_suite(void)
{
    Suite *suite = suite_create("fetch_guard");
    TCase *t = tcase_create("guard");
    tcase_add_unchecked_fixture(t, fetch_start, NULL); /* before Check forks */
    tcase_add_checked_fixture(t, begin, finish);
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, what_the_guard_refuses_is_not_connected_to, 0,
                        countof(ways) * countof(guarded));
    tcase_add_loop_test(t, a_guard_tells_beforehand_where_requests_may_go, 0,
                        countof(guarded));
    tcase_add_loop_test(t, an_exchange_ends_when_it_is_to_stop, 0, countof(ways));
    tcase_add_test(t, what_leads_nowhere_is_left_to_the_request);
    suite_add_tcase(suite, t);
    return suite;
}
