/* SPDX-License-Identifier: MIT */
/* Handshakes between our own two ends over a pair of sockets: what the hello told, what
 * was presented and selected, refusals, deadlines, and ends that say something else. */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/tls.h"
#include "tests/wire.h"

Suite *tls_suite(void);

enum { SHORT_MS = 150 };
#define SOON_MS wire_patience(5000)

static struct arena *a;
static struct err err;
static struct key *key;
static struct cert *leaf;

/* The answering end, on a thread of its own. */
static struct server {
    struct arena *arena;
    int fd;
    struct tls_answer answer;
    struct hello seen;
    bool good, asked;
    struct err err;
} server;
static int client_fd;
static pthread_t thread;

static void begin(void)
{
    int pair[2];
    (void)signal(SIGPIPE, SIG_IGN); /* as fetch_start() does */
    a = arena_new(NULL);
    err.text[0] = '\0';
    key = key_new(a, KEY_P256, &err);
    struct cert_spec spec = { .subject = STR("leaf"),
                              .key = key,
                              .not_before = clock_wall() - 60,
                              .not_after = clock_wall() + 60 };
    strs_add(a, &spec.dns_names, STR("a.test"));
    leaf = cert_issue(a, &spec, &err);
    ck_assert_msg(leaf != NULL, "%s", err.text);
    server = (struct server){ .arena = arena_new(NULL) };
    server.answer = (struct tls_answer){ .cert_pem = cert_pem(a, leaf),
                                         .key_pem = key_private_pem(a, key),
                                         .alpn = "acme-tls/1" };
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    server.fd = pair[0];
    client_fd = pair[1];
}

static void finish(void)
{
    arena_end(server.arena);
    close(server.fd);
    close(client_fd);
    arena_end(a);
}

static void choose(void *context, struct arena *step, const struct hello *hello,
                   struct tls_answer *answer)
{
    struct server *s = context;
    (void)step;
    (void)hello;
    s->asked = true;
    *answer = s->answer;
}

static void *answer(void *context)
{
    struct server *s = context;
    s->good = tls_answer_once(s->arena, s->fd, SOON_MS, choose, s, &s->seen, &s->err);
    shutdown(s->fd, SHUT_RDWR);
    return NULL;
}

static bool probed_wrongly(str sni, const struct tls_wrong *wrong, struct tls_probe *out)
{
    ck_assert_int_eq(pthread_create(&thread, NULL, answer, &server), 0);
    bool good = tls_probe_wrongly(a, client_fd, SOON_MS, sni, wrong, out, &err);
    shutdown(client_fd, SHUT_RDWR);
    pthread_join(thread, NULL);
    return good;
}

static bool probed(str sni, struct tls_probe *out)
{
    return probed_wrongly(sni, &(struct tls_wrong){ .protocols = "acme-tls/1" }, out);
}

START_TEST(a_handshake_tells_both_ends_what_it_was)
{
    struct tls_probe seen;
    ck_assert_msg(probed(STR("a.test"), &seen), "%s", err.text);
    ck_assert_msg(server.good, "%s", server.err.text);
    ck_assert_str_eq(server.seen.sni, "a.test");
    ck_assert_str_eq(server.seen.alpn, "acme-tls/1");
    ck_assert(str_is(seen.alpn, "acme-tls/1"));
    ck_assert(str_eq(cert_der(a, seen.leaf), cert_der(a, leaf)));
}
END_TEST

START_TEST(what_follows_the_handshake_is_noted)
{
    struct tls_probe seen;
    ck_assert_msg(probed(STR("a.test"), &seen), "%s", err.text);
    ck_assert(!server.seen.sent_data);
    ck_assert_int_ge(server.seen.closed_ms, 0);
}
END_TEST

START_TEST(data_after_the_handshake_is_noted)
{
    struct tls_probe seen;
    struct tls_wrong wrong = { .protocols = "h2,acme-tls/1", .speaks = true };
    ck_assert_msg(probed_wrongly(STR("a.test"), &wrong, &seen), "%s", err.text);
    ck_assert_str_eq(server.seen.alpn, "h2,acme-tls/1");
    ck_assert(server.seen.sent_data);
}
END_TEST

START_TEST(the_longest_name_is_seen_whole)
{
    struct tls_probe seen;
    char name[254] = "";
    memset(name, 'n', sizeof name - 1);
    ck_assert_msg(probed(str_of(name), &seen), "%s", err.text);
    ck_assert_str_eq(server.seen.sni, name);
}
END_TEST

START_TEST(another_protocol_is_never_selected)
{
    struct tls_probe seen;
    server.answer.alpn = NULL;
    ck_assert_msg(probed(STR("a.test"), &seen), "%s", err.text);
    ck_assert_uint_eq(seen.alpn.len, 0);
    ck_assert_ptr_nonnull(seen.leaf);
}
END_TEST

START_TEST(a_protocol_that_was_not_offered_ends_the_handshake)
{
    struct tls_probe seen;
    server.answer.alpn = "h2";
    ck_assert(!probed(STR("a.test"), &seen));
    ck_assert_ptr_nonnull(strstr(err.text, "the TLS handshake broke: "));
    ck_assert_uint_eq(seen.alpn.len, 0);
}
END_TEST

/* RFC 8737 4: "TLS 1.2 or higher". */
START_TEST(an_old_version_ends_the_handshake)
{
    struct tls_probe seen;
    server.answer.old_version = true;
    ck_assert(!probed(STR("a.test"), &seen));
    ck_assert(server.asked && !server.good);
    ck_assert_ptr_null(seen.leaf);
}
END_TEST

START_TEST(a_refusal_is_told_to_both)
{
    struct tls_probe seen;
    server.answer.cert_pem = STR_NONE;
    ck_assert(!probed(STR("a.test"), &seen));
    ck_assert(server.asked && !server.good);
    ck_assert_ptr_nonnull(strstr(err.text, "unrecognized name"));
    ck_assert_ptr_nonnull(strstr(server.err.text, "the TLS handshake broke"));
}
END_TEST

START_TEST(a_certificate_and_a_key_that_do_not_belong_together_are_a_refusal)
{
    struct tls_probe seen;
    server.answer.key_pem = key_private_pem(a, key_new(a, KEY_P384, &err));
    ck_assert(!probed(STR("a.test"), &seen));
    server.answer.key_pem = STR("no PEM");
    ck_assert(!server.good);
}
END_TEST

/* How long one end took to give the other up. */
static int64_t waited(bool as_server, long deadline_ms, bool *good)
{
    struct tls_probe seen;
    int64_t before = clock_ms();
    if (as_server)
        *good = tls_answer_once(a, server.fd, deadline_ms, choose, &server, &server.seen,
                                &err);
    else
        *good = tls_probe(a, client_fd, deadline_ms, STR("a.test"), &seen, &err);
    return clock_ms() - before;
}

START_TEST(an_end_that_says_nothing_ends_in_time)
{
    bool good;
    int64_t ms = waited(_i, SHORT_MS, &good);
    ck_assert(!good && !server.asked);
    ck_assert_str_eq(err.text, "the TLS handshake took too long");
    ck_assert_int_ge(ms, SHORT_MS - 1);
    ck_assert_int_lt(ms, SOON_MS / 2);
}
END_TEST

START_TEST(an_end_that_speaks_no_tls_ends_at_once)
{
    static const char text[] = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
    bool good;
    int to = _i ? client_fd : server.fd;
    ck_assert_int_gt(send(to, text, sizeof text - 1, 0), 0);
    int64_t ms = waited(_i, SOON_MS, &good);
    ck_assert(!good && !server.asked);
    ck_assert_ptr_nonnull(strstr(err.text, "the TLS handshake broke: "));
    ck_assert_int_lt(ms, SOON_MS);
}
END_TEST

START_TEST(an_end_that_leaves_ends_at_once)
{
    bool good;
    shutdown(_i ? client_fd : server.fd, SHUT_RDWR);
    int64_t ms = waited(_i, SOON_MS, &good);
    ck_assert(!good && !server.asked);
    ck_assert_ptr_nonnull(strstr(err.text, "the TLS handshake broke: "));
    ck_assert_int_lt(ms, SOON_MS);
}
END_TEST

/* A hello of our own: lengths that lie must not be believed. */
START_TEST(no_cut_hello_does_harm)
{
    char hello[2048];
    struct tls_probe seen;
    bool good = tls_probe(a, client_fd, 20, STR("a.test"), &seen, &err);
    ssize_t len = recv(server.fd, hello, sizeof hello, 0);
    ck_assert(!good && len > 100);
    for (ssize_t i = 5; i < len; i++) {
        int pair[2];
        struct arena *step = arena_new(a);
        hello[i] = (char)(hello[i] ^ 0xff);
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        ck_assert_int_eq(send(pair[1], hello, (size_t)len, 0), len);
        shutdown(pair[1], SHUT_WR);
        (void)!tls_answer_once(step, pair[0], SHORT_MS, choose, &server, &server.seen,
                               &err);
        ck_assert_uint_le(strlen(server.seen.sni), strlen("a.test"));
        ck_assert_uint_lt(strlen(server.seen.alpn), sizeof server.seen.alpn);
        close(pair[0]);
        close(pair[1]);
        arena_end(step);
        hello[i] = (char)(hello[i] ^ 0xff);
    }
}
END_TEST

START_TEST(roots_are_read_from_among_other_text)
{
    str pem = cert_pem(a, leaf);
    ck_assert_ptr_nonnull(tls_roots_new(a, pem, &err));
    ck_assert_ptr_nonnull(
        tls_roots_new(a, arena_printf(a, "words\n%s\n%s", pem.ptr, pem.ptr), &err));
    ck_assert_ptr_null(tls_roots_new(a, STR_NONE, &err));
    ck_assert_ptr_null(tls_roots_new(a, key_private_pem(a, key), &err));
    ck_assert_str_eq(err.text, "there is no certificate in the PEM text of the roots");
}
END_TEST

Suite *tls_suite(void)
{
    Suite *suite = suite_create("tls");
    TCase *t = tcase_create("tls");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, a_handshake_tells_both_ends_what_it_was);
    tcase_add_test(t, what_follows_the_handshake_is_noted);
    tcase_add_test(t, data_after_the_handshake_is_noted);
    tcase_add_test(t, the_longest_name_is_seen_whole);
    tcase_add_test(t, another_protocol_is_never_selected);
    tcase_add_test(t, a_protocol_that_was_not_offered_ends_the_handshake);
    tcase_add_test(t, an_old_version_ends_the_handshake);
    tcase_add_test(t, a_refusal_is_told_to_both);
    tcase_add_test(t, a_certificate_and_a_key_that_do_not_belong_together_are_a_refusal);
    tcase_add_loop_test(t, an_end_that_says_nothing_ends_in_time, 0, 2);
    tcase_add_loop_test(t, an_end_that_speaks_no_tls_ends_at_once, 0, 2);
    tcase_add_loop_test(t, an_end_that_leaves_ends_at_once, 0, 2);
    tcase_add_test(t, no_cut_hello_does_harm);
    tcase_add_test(t, roots_are_read_from_among_other_text);
    suite_add_tcase(suite, t);
    return suite;
}
