/* SPDX-License-Identifier: MIT */
/* Bad targets: whatever stands at the directory URL, the program ends in bounded time
 * with a clear sentence, exit status 5, and a JUnit file.  The whole program is run, as a
 * user would run it. */
#define _DEFAULT_SOURCE /* wait4 */

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "crypto/cert.h"
#include "http/listen.h"
#include "run/outcome.h"
#include "tests/wire.h"

Suite *hostile_suite(void);

/* What the server at the other end does with each connection. */
typedef void serve_function(int fd);

static void say(int fd, const char *text)
{
    size_t left = strlen(text);
    while (left) {
        ssize_t n = send(fd, text, left, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        text += n;
        left -= (size_t)n;
    }
}

static void read_request(int fd)
{
    char bytes[4096];
    if (recv(fd, bytes, sizeof bytes, 0) < 0)
        return;
}

static void serve_close(int fd)
{
    (void)fd;
}

static void serve_reset(int fd)
{
    struct linger now = { 1, 0 };
    read_request(fd);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void serve_silence(int fd)
{
    char byte;
    while (recv(fd, &byte, 1, 0) > 0)
        continue;
}

static void serve_garbage(int fd)
{
    read_request(fd);
    say(fd, "\x01\x02 this is no HTTP at all\r\n\r\n");
}

static void serve_half_status(int fd)
{
    read_request(fd);
    say(fd, "HTTP/1.");
}

static void serve_redirect(int fd)
{
    read_request(fd);
    say(fd, "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
}

static void serve_html(int fd)
{
    read_request(fd);
    say(fd,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
        "13\r\n\r\n<html></html>");
}

static void serve_other_json(int fd)
{
    read_request(fd);
    say(fd,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        "2\r\n\r\n{}");
}

static void serve_not_found(int fd)
{
    read_request(fd);
    say(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

static void serve_cut_body(int fd)
{
    read_request(fd);
    say(fd,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        "500\r\n\r\n{\"new");
}

static void serve_endless_headers(int fd)
{
    read_request(fd);
    say(fd, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 100000; i++)
        say(fd, "X-Header: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n");
}

static void serve_huge_body(int fd)
{
    static char megabyte[1024 * 1024 + 1];
    memset(megabyte, 'x', sizeof megabyte - 1);
    read_request(fd);
    say(fd,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        "1073741824\r\n\r\n");
    for (int i = 0; i < 1024; i++) {
        if (send(fd, megabyte, 1, MSG_NOSIGNAL) <= 0)
            return;
        say(fd, megabyte);
    }
}

static void serve_gzip(int fd)
{
    read_request(fd);
    say(fd,
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2990012\r\n\r\n");
    wire_send_bomb(fd, 2990000);
}

static void serve_deep_json(int fd)
{
    read_request(fd);
    say(fd,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        "100000\r\n\r\n");
    for (int i = 0; i < 10000; i++)
        say(fd, "[[[[[[[[[[");
}

static void serve_drip(int fd)
{
    read_request(fd);
    say(fd, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
    for (int i = 0; i < 1000; i++) {
        if (send(fd, " ", 1, MSG_NOSIGNAL) <= 0)
            return;
        clock_sleep_ms(50);
    }
}

/* clang-format off */
static const struct {
    const char *what, *scheme, *sentence;
    serve_function *serve;
} rows[] = {
    { "closes at once", "http", "no answer came: ", serve_close },
    { "resets", "http", "broke before the answer was complete", serve_reset },
    { "says nothing", "http", "did not answer within", serve_silence },
    { "speaks no HTTP", "http", "answered is not HTTP", serve_garbage },
    { "stops in the status line", "http", "closed the connection without an answer", serve_half_status },
    { "redirects for ever", "http", "the answer is 302 Found, not a directory", serve_redirect },
    { "sends HTML", "http", "the answer is no JSON object, so it is no ACME directory", serve_html },
    { "sends JSON that is no directory", "http", "the answer has no \"newNonce\", so it is no ACME directory", serve_other_json },
    { "knows no such page", "http", "the answer is 404 Not Found, not a directory", serve_not_found },
    { "cuts the body", "http", "closed the connection in the middle of the answer", serve_cut_body },
    { "sends endless headers", "http", "is longer than 262144 bytes", serve_endless_headers },
    { "sends a gigabyte", "http", "the answer is longer than 4194304 bytes", serve_huge_body },
    { "sends a gzip bomb", "http", "the answer is encoded as gzip, which was not asked for", serve_gzip },
    { "sends deep JSON", "http", "the answer is no JSON object", serve_deep_json },
    { "drips", "http", "did not end within", serve_drip },
    { "speaks no TLS", "https", "the TLS handshake with", serve_html },
    { "says nothing in TLS", "https", "the TLS handshake with", serve_silence },
};
/* clang-format on */

struct server {
    int fd, port;
    bool late; /* the directory is as it should be */
    serve_function *serve;
    pthread_t thread;
};

static bool asks_for_directory(int fd)
{
    static const char wanted[] = "GET /dir ";
    char first[sizeof wanted - 1];
    return recv(fd, first, sizeof first, MSG_PEEK | MSG_WAITALL) == (ssize_t)sizeof first
        && memcmp(first, wanted, sizeof first) == 0;
}

static void serve_directory(int fd, int port)
{
    static const char *const members[] = { "newNonce", "newAccount", "newOrder",
                                           "revokeCert", "keyChange" };
    char body[1024], answer[2048];
    int len = 0;
    for (size_t i = 0; i < countof(members); i++)
        len += snprintf(body + len, sizeof body - (size_t)len,
                        "%c\"%s\":\"http://127.0.0.1:%d/%s\"", i ? ',' : '{', members[i],
                        port, members[i]);
    snprintf(answer, sizeof answer,
             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
             "Connection: close\r\n\r\n%s}",
             len + 1, body);
    read_request(fd);
    say(fd, answer);
}

static void *serve_all(void *context)
{
    struct server *s = context;
    for (;;) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        struct timeval most = { 20, 0 };
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
        if (s->late && asks_for_directory(fd))
            serve_directory(fd, s->port);
        else
            s->serve(fd);
        close(fd);
    }
}

static int bind_any(int type, int *port)
{
    struct sockaddr_in a = { .sin_family = AF_INET };
    socklen_t len = sizeof a;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, type, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

static void server_start(struct server *s, serve_function *serve, bool late)
{
    *s = (struct server){ .serve = serve, .late = late };
    s->fd = bind_any(SOCK_STREAM, &s->port);
    ck_assert_int_eq(listen(s->fd, 16), 0);
    ck_assert_int_eq(pthread_create(&s->thread, NULL, serve_all, s), 0);
}

static void server_stop(struct server *s)
{
    shutdown(s->fd, SHUT_RDWR);
    close(s->fd);
    pthread_join(s->thread, NULL);
}

enum { MOST_KIB = 400 * 1024 }; /* also under sanitizers, and far from a gigabyte */

/* What a run of the program left. */
struct run {
    int status;
    int64_t ms;
    long peak_kib; /* 0: no more than this process had at its largest */
    str errors, junit;
};

static const char *program(void)
{
    const char *named = getenv("ACMESPEC");
    return named && *named ? named : "build/acmespec";
}

static void be_program(char *const argv[], const char *errors, const char *bundle)
{
    int out = open("/dev/null", O_WRONLY), err = open(errors, O_CREAT | O_WRONLY, 0600);
    dup2(out, 1);
    dup2(err, 2);
    setenv("SSL_CERT_FILE", bundle, 1);
    execv(program(), argv);
    _exit(127);
}

/* A certificate of ten days past that signed itself and ends so many seconds from now. */
static str self_signed(struct arena *a, const struct key *key, long seconds)
{
    struct err err;
    struct cert_spec spec = { .subject = STR("hostile"), .key = key };
    spec.not_before = clock_wall() - 864000;
    spec.not_after = clock_wall() + seconds;
    strs_add(a, &spec.ip_addresses, STR("127.0.0.1"));
    struct cert *cert = cert_issue(a, &spec, &err);
    ck_assert_msg(cert != NULL, "%s", err.text);
    return cert_pem(a, cert);
}

static struct run run_against(struct arena *a, str url, const char *ca_file)
{
    struct err err;
    str dir;
    struct rusage usage, own;
    ck_assert(file_temp_dir(a, &dir, &err));
    char *errors = str_z(a, arena_printf(a, "%s/errors", dir.ptr));
    char *junit = str_z(a, arena_printf(a, "%s/junit.xml", dir.ptr));
    char *bundle = str_z(a, arena_printf(a, "%s/bundle.pem", dir.ptr));
    /* A bare machine has no bundle of roots; here is one that trusts nobody we meet. */
    ck_assert(
        file_write(bundle, self_signed(a, key_new(a, KEY_P256, &err), 86400), &err));
    char *dns = str_z(a, arena_printf(a, "%d", wire_free_port()));
    char *http = str_z(a, arena_printf(a, "%d", wire_free_port()));
    char *tls = str_z(a, arena_printf(a, "%d", wire_free_port()));
    char *argv[] = { str_z(a, STR("acmespec")),
                     str_z(a, STR("server")),
                     str_z(a, url),
                     str_z(a, STR("--request-timeout")),
                     str_z(a, arena_printf(a, "%dms", (int)wire_patience(1000))),
                     str_z(a, STR("--dns-port")),
                     dns,
                     str_z(a, STR("--http-port")),
                     http,
                     str_z(a, STR("--tls-port")),
                     tls,
                     str_z(a, STR("--junit")),
                     junit,
                     str_z(a, STR("server/7.4-orders")),
                     str_z(a, STR("--ca-file")),
                     str_z(a, str_of(ca_file)),
                     NULL };
    if (!*ca_file)
        argv[countof(argv) - 3] = NULL;
    int64_t began = clock_ms();
    pid_t pid = fork();
    if (pid == 0)
        be_program(argv, errors, bundle);
    struct run run = { .errors = STR_NONE, .junit = STR_NONE };
    ck_assert_int_eq(wait4(pid, &run.status, 0, &usage), pid);
    getrusage(RUSAGE_SELF, &own);
    run.ms = clock_ms() - began;
    /* A program inherits the peak of the process that it replaced, which is this one. */
    run.peak_kib = usage.ru_maxrss > own.ru_maxrss ? usage.ru_maxrss : 0;
    ck_assert(file_read(a, errors, CEILING_BODY, &run.errors, &err));
    if (file_exists(junit))
        ck_assert(file_read(a, junit, CEILING_BODY, &run.junit, &err));
    return run;
}

static void check_bounds(const struct run *run)
{
    ck_assert_msg(WIFEXITED(run->status), "it died of signal %d", WTERMSIG(run->status));
    ck_assert(str_contains(run->junit, STR("</testsuites>")));
    ck_assert_int_lt(run->ms, wire_patience(20000));
    ck_assert_int_lt(run->peak_kib, MOST_KIB);
}

static void check_run(const struct run *run)
{
    check_bounds(run);
    ck_assert_msg(WEXITSTATUS(run->status) == 5, "status %d, and it said: %.*s",
                  WEXITSTATUS(run->status), STR_ARG(run->errors));
    ck_assert_msg(str_starts(run->errors, "acmespec: "), "it said: %.*s",
                  STR_ARG(run->errors));
    ck_assert(str_contains(run->junit, STR("<error")));
}

START_TEST(a_bad_target_ends_in_a_sentence)
{
    struct arena *a = arena_new(NULL);
    struct server server;
    server_start(&server, rows[_i].serve, false);
    str url = arena_printf(a, "%s://127.0.0.1:%d/dir", rows[_i].scheme, server.port);
    struct run run = run_against(a, url, "");
    check_run(&run);
    ck_assert_msg(str_contains(run.errors, str_of(rows[_i].sentence)), "it said: %.*s",
                  STR_ARG(run.errors));
    server_stop(&server);
    arena_end(a);
}
END_TEST

/* A server that goes bad behind its directory: every play ends, and so does the run, with
 * a whole report.  That it is asked without TLS is a violation already (RFC 8555 6.1). */
START_TEST(a_target_that_goes_bad_later_is_judged_in_time)
{
    struct server server;
    if (strcmp(rows[_i].scheme, "http") != 0)
        return;
    struct arena *a = arena_new(NULL);
    server_start(&server, rows[_i].serve, true);
    str url = arena_printf(a, "http://127.0.0.1:%d/dir", server.port);
    struct run run = run_against(a, url, "");
    server_stop(&server);
    check_bounds(&run);
    ck_assert_msg(WEXITSTATUS(run.status) == EXIT_VIOLATION,
                  "status %d, and it said: %.*s", WEXITSTATUS(run.status),
                  STR_ARG(run.errors));
    ck_assert(str_contains(run.junit, STR("type=\"inconclusive\""))
              || str_contains(run.junit, STR("<error")));
    arena_end(a);
}
END_TEST

START_TEST(a_refused_connection_ends_in_a_sentence)
{
    struct arena *a = arena_new(NULL);
    str url = arena_printf(a, "http://127.0.0.1:%d/dir", wire_free_port());
    struct run run = run_against(a, url, "");
    check_run(&run);
    ck_assert(str_contains(run.errors, STR("refused")));
    arena_end(a);
}
END_TEST

static void answer_nothing(void *context, struct arena *a, const struct request *request,
                           const char *peer, struct reply *reply)
{
    (void)context;
    (void)a;
    (void)request;
    (void)peer;
    reply->response.status = 200;
}

/* A TLS listener whose certificate ends so many seconds from now. */
static struct listener *tls_listener(struct arena *a, long seconds, str *root)
{
    struct err err;
    struct key *key = key_new(a, KEY_P256, &err);
    *root = self_signed(a, key, seconds);
    struct listen_options options = { .address = "127.0.0.1",
                                      .cert_pem = *root,
                                      .key_pem = key_private_pem(a, key),
                                      .body_ceiling = 1024,
                                      .handler = answer_nothing };
    struct listener *l = listener_new(a, &options, &err);
    ck_assert_msg(l != NULL, "%s", err.text);
    return l;
}

START_TEST(an_unknown_root_ends_in_a_sentence)
{
    struct arena *a = arena_new(NULL);
    str root;
    struct listener *l = tls_listener(a, 86400, &root);
    str url = arena_printf(a, "https://127.0.0.1:%d/dir", listener_port(l));
    struct run run = run_against(a, url, "");
    check_run(&run);
    ck_assert(str_contains(run.errors, STR("certificate")));
    arena_end(a);
}
END_TEST

START_TEST(an_expired_certificate_ends_in_a_sentence)
{
    struct arena *a = arena_new(NULL);
    struct err err;
    str root, dir;
    struct listener *l = tls_listener(a, -86400, &root);
    str url = arena_printf(a, "https://127.0.0.1:%d/dir", listener_port(l));
    ck_assert(file_temp_dir(a, &dir, &err));
    str file = arena_printf(a, "%s/root.pem", dir.ptr);
    ck_assert(file_write(file.ptr, root, &err));
    struct run run = run_against(a, url, file.ptr);
    check_run(&run);
    ck_assert(str_contains(run.errors, STR("expired")));
    arena_end(a);
}
END_TEST

Suite *hostile_suite(void)
{
    Suite *s = suite_create("hostile");
    TCase *t = tcase_create("hostile");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_bad_target_ends_in_a_sentence, 0, countof(rows));
    tcase_add_loop_test(t, a_target_that_goes_bad_later_is_judged_in_time, 0,
                        countof(rows));
    tcase_add_test(t, a_refused_connection_ends_in_a_sentence);
    tcase_add_test(t, an_unknown_root_ends_in_a_sentence);
    tcase_add_test(t, an_expired_certificate_ends_in_a_sentence);
    suite_add_tcase(s, t);
    return s;
}
