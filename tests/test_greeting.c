/* SPDX-License-Identifier: MIT */
/* Hellos of our own, byte by byte; what is made of answers; and both with servers of
 * OpenSSL, of GnuTLS, and of the mock CA's planted bugs. */
#include "mocks/greeting.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/key.h"
#include "crypto/tls.h"
#include "mocks/hello.h"
#include "tests/ca_fixture.h"
#include "tests/wire.h"

Suite *greeting_suite(void);

static struct arena *a;
static struct err err;

static void begin(void)
{
    a = arena_new(NULL);
    err.text[0] = '\0';
}

static void finish(void)
{
    arena_end(a);
}

static struct greeting greeting_of(enum tls_version version, const char *groups)
{
    struct greeting g = { .version = version, .host = STR("ca.test") };
    str all = str_of(groups), one;
    while (str_cut(&all, ' ', &one)) {
        int found = name_find(suite_group_names, SUITES_COUNT, one);
        ck_assert_int_ge(found, 0);
        g.group[found] = true;
    }
    return g;
}

/* --- the offer --- */

static unsigned two(str bytes, size_t at)
{
    return (unsigned)((unsigned char)bytes.ptr[at] << 8)
        | (unsigned char)bytes.ptr[at + 1];
}

enum { AT_VERSION = 9, AT_SESSION = 43, AT_SUITES = 44 };

/* clang-format off */
static const struct { enum tls_version version; const char *groups; unsigned record, hello; size_t count; } offers[] = {
    { TLS_VERSION_SSL_3_0, "rc4", 0x0300, 0x0300, 4 + 1 }, /* and the one of RFC 5746 */
    { TLS_VERSION_1_0, "3des rc4", 0x0301, 0x0301, 8 },
    { TLS_VERSION_1_1, "good", 0x0301, 0x0302, 12 },
    { TLS_VERSION_1_2, "null", 0x0301, 0x0303, 5 },
    { TLS_VERSION_1_2, "good", 0x0301, 0x0303, 12 },
    { TLS_VERSION_1_3, "good", 0x0301, 0x0303, 15 },
};
/* clang-format on */

START_TEST(a_hello_offers_what_it_is_to)
{
    struct greeting g = greeting_of(offers[_i].version, offers[_i].groups);
    str bytes = greeting_bytes(a, &g);
    struct hello seen;
    ck_assert_uint_eq((unsigned char)bytes.ptr[0], 22);
    ck_assert_uint_eq(two(bytes, 1), offers[_i].record);
    ck_assert_uint_eq(two(bytes, 3), bytes.len - 5);
    ck_assert_uint_eq(two(bytes, AT_VERSION), offers[_i].hello);
    ck_assert_uint_eq((unsigned char)bytes.ptr[AT_SESSION], 0);
    ck_assert_uint_eq(two(bytes, AT_SUITES), 2 * offers[_i].count);
    ck_assert_int_eq(hello_peek(a, bytes, &seen), PEEK_DONE);
    bool extended = g.version > TLS_VERSION_SSL_3_0;
    ck_assert_str_eq(seen.sni, extended ? "ca.test" : "");
    if (!extended)
        ck_assert_uint_eq(bytes.len, AT_SUITES + 2 + 2 * offers[_i].count + 2);
}
END_TEST

START_TEST(an_address_is_not_named)
{
    struct greeting g = greeting_of(TLS_VERSION_1_2, "good");
    struct hello seen;
    g.host = STR_NONE;
    ck_assert_int_eq(hello_peek(a, greeting_bytes(a, &g), &seen), PEEK_DONE);
    ck_assert_str_eq(seen.sni, "");
}
END_TEST

/* --- the answer --- */

#define RANDOM32 "0123456789abcdef0123456789abcdef"
/* A ServerHello of these two bytes of version and of suite, without extensions. */
#define SERVER_HELLO(version, suite)                                                     \
    "\x16\x03\x03\x00\x2a\x02\x00\x00\x26" version RANDOM32 "\x00" suite "\x00"
#define SERVER_HELLO_1_3                                                                 \
    "\x16\x03\x03\x00\x32\x02\x00\x00\x2e\x03\x03" RANDOM32                              \
    "\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04"
#define ALERT(level, number) "\x15\x03\x01\x00\x02" level number
#define BYTES(text)                                                                      \
    {                                                                                    \
        text, sizeof(text) - 1                                                           \
    }

/* clang-format off */
static const struct { str bytes; bool closed; enum greeted how; const char *says; } answers[] = {
    { BYTES(SERVER_HELLO("\x03\x03", "\xc0\x2f")), false, GREETED_AGREED, "the server agrees to tls-1.2 with TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
    { BYTES(SERVER_HELLO("\x03\x01", "\x00\x05")), true, GREETED_AGREED, "the server agrees to tls-1.0 with TLS_RSA_WITH_RC4_128_SHA" },
    { BYTES(SERVER_HELLO("\x03\x00", "\x00\x05")), true, GREETED_AGREED, "the server agrees to ssl-3.0 with TLS_RSA_WITH_RC4_128_SHA" },
    { BYTES(SERVER_HELLO_1_3), false, GREETED_AGREED, "the server agrees to tls-1.3 with TLS_AES_128_GCM_SHA256" },
    /* a warning first: unrecognized_name */
    { BYTES(ALERT("\x01", "\x70") SERVER_HELLO("\x03\x03", "\xc0\x2f")), false, GREETED_AGREED, "agrees to tls-1.2" },
    { BYTES(ALERT("\x01", "\x70")), false, GREETED_MORE, "does not answer" },
    { BYTES(ALERT("\x01", "\x70")), true, GREETED_REFUSED, "the server closes the connection" },
    { BYTES(ALERT("\x02", "\x46")), false, GREETED_REFUSED, "the server refuses: alert protocol_version" },
    { BYTES(ALERT("\x02", "\x28")), true, GREETED_REFUSED, "the server refuses: alert handshake_failure" },
    { BYTES(ALERT("\x01", "\x00")), false, GREETED_REFUSED, "the server refuses: alert close_notify" },
    { BYTES(ALERT("\x02", "\xf0")), false, GREETED_REFUSED, "the server refuses: alert number 240" },
    { BYTES(""), true, GREETED_REFUSED, "the server closes the connection" },
    { BYTES(""), false, GREETED_MORE, "does not answer" },
    /* a suite, and a version, that were not offered */
    { BYTES(SERVER_HELLO("\x03\x03", "\x00\x02")), false, GREETED_ODD, "version 0303, suite 0002" },
    { BYTES(SERVER_HELLO("\x03\x03", "\xfe\xfe")), false, GREETED_ODD, "version 0303, suite fefe" },
    { BYTES(SERVER_HELLO("\x03\x05", "\xc0\x2f")), false, GREETED_ODD, "version 0305, suite c02f" },
    { BYTES(SERVER_HELLO("\x02\xff", "\xc0\x2f")), false, GREETED_ODD, "version 02ff, suite c02f" },
    { BYTES("HTTP/1.0 400 Bad Request\r\n\r\n"), true, GREETED_ODD, "what came back is no TLS" },
    { BYTES("\x15\x03\x01\x00\x03\x02\x28\x00"), false, GREETED_ODD, "what came back is no TLS" },
    { BYTES("\x16\x03\x03\x00\x04\x01\x00\x00\x00"), false, GREETED_ODD, "what came back is no TLS" },
    { BYTES("\x16\x03\x03\x00\x06\x02\x00\x00\x02\x03\x03"), false, GREETED_ODD, "half a ServerHello" },
    { BYTES("\x16\x03\x03\x00\x2a\x02\x00"), true, GREETED_ODD, "in the middle of an answer" },
    { BYTES("\x15\x03"), true, GREETED_ODD, "in the middle of an answer" },
    { BYTES("\x15\x03"), false, GREETED_MORE, "does not answer" },
};
/* clang-format on */

START_TEST(an_answer_says_what_was_agreed)
{
    struct greeting g = greeting_of(TLS_VERSION_1_3, "good rc4");
    struct greeting_answer answer;
    greeting_read(a, &g, answers[_i].bytes, answers[_i].closed, &answer);
    ck_assert_msg(answer.how == answers[_i].how
                      && str_contains(answer.says, str_of(answers[_i].says)),
                  "%s: %.*s", answers[_i].says, STR_ARG(answer.says));
    ck_assert(answer.how != GREETED_AGREED || answer.version >= 0);
}
END_TEST

START_TEST(a_higher_version_was_not_offered)
{
    struct greeting g = greeting_of(TLS_VERSION_1_1, "good");
    struct greeting_answer answer;
    str higher = BYTES(SERVER_HELLO("\x03\x03", "\xc0\x2f"));
    greeting_read(a, &g, higher, false, &answer);
    ck_assert_int_eq(answer.how, GREETED_ODD);
}
END_TEST

START_TEST(half_an_answer_is_waited_for)
{
    struct greeting g = greeting_of(TLS_VERSION_1_3, "good");
    struct greeting_answer answer;
    str whole = BYTES(SERVER_HELLO_1_3);
    for (size_t len = 0; len < whole.len; len++) {
        greeting_read(a, &g, str_upto(whole, len), false, &answer);
        ck_assert_int_eq(answer.how, GREETED_MORE);
    }
}
END_TEST

START_TEST(people_see_what_was_offered_and_said)
{
    struct greeting g = greeting_of(TLS_VERSION_1_2, "des");
    struct greeting_answer answer;
    greeting_read(a, &g, STR_NONE, true, &answer);
    ck_assert_str_eq(greeting_show(a, &g, &answer).ptr,
                     "ClientHello\n  version: tls-1.2\n  server_name: ca.test\n"
                     "  TLS_DHE_RSA_WITH_DES_CBC_SHA\n  TLS_RSA_WITH_DES_CBC_SHA\n\n"
                     "(the server closes the connection)\n");
}
END_TEST

/* --- servers that are not ours --- */

static bool is_whole(void *greeting, str bytes)
{
    struct greeting_answer answer;
    greeting_read(a, greeting, bytes, false, &answer);
    return answer.how != GREETED_MORE;
}

static str said_to(str url, struct greeting *g)
{
    struct fetch_options options = { .total_ms = wire_patience(5000) };
    struct greeting_answer answer;
    str came = STR_NONE;
    bool closed = false;
    bool good = fetch_plain(fetcher_new(a, &options), a, url, greeting_bytes(a, g),
                            is_whole, g, &came, &closed, &err);
    ck_assert_msg(good, "%s", err.text);
    greeting_read(a, g, came, closed, &answer);
    return answer.says;
}

/* A certificate with its key, both PEM. */
static void certify(struct arena *step, enum key_type type, str *cert, str *private)
{
    struct key *key = key_new(step, type, &err);
    struct cert_spec spec = { .subject = STR("leaf"),
                              .key = key,
                              .not_before = clock_wall() - 60,
                              .not_after = clock_wall() + 60 };
    strs_add(step, &spec.dns_names, STR("ca.test"));
    *cert = cert_pem(step, cert_issue(step, &spec, &err));
    *private = key_private_pem(step, key);
}

static void choose_old(void *context, struct arena *step, const struct hello *hello,
                       struct tls_answer *answer)
{
    const bool *old = context;
    (void)hello;
    *answer = (struct tls_answer){ .old_version = *old };
    certify(step, KEY_P256, &answer->cert_pem, &answer->key_pem);
}

/* OpenSSL, which has to read the hello from the wire's first look at it on. */
static int server_end;
static void *answer_by_openssl(void *old)
{
    struct arena *own = arena_new(NULL);
    struct hello seen;
    struct err ignored;
    bool good = tls_answer_once(own, server_end, wire_patience(5000), choose_old, old,
                                &seen, &ignored);
    (void)good; /* it never ends well */
    shutdown(server_end, SHUT_RDWR);
    arena_end(own);
    return NULL;
}

/* clang-format off */
static struct { bool old; enum tls_version version; const char *groups, *says; } openssl[] = {
    { true, TLS_VERSION_1_0, "good", "agrees to tls-1.0 with TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA" },
    { true, TLS_VERSION_1_1, "good", "agrees to tls-1.1 with TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA" },
    { true, TLS_VERSION_1_2, "good", "agrees to tls-1.1 with" },
    { true, TLS_VERSION_1_0, "rc4", "refuses: alert handshake_failure" },
    { false, TLS_VERSION_1_1, "good", "refuses: alert protocol_version" },
    { false, TLS_VERSION_SSL_3_0, "good rc4", "refuses: alert handshake_failure" },
    { false, TLS_VERSION_1_2, "good", "agrees to tls-1.2 with TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" },
    { false, TLS_VERSION_1_2, "null", "refuses: alert handshake_failure" },
    { false, TLS_VERSION_1_3, "good", "agrees to tls-1.3 with" },
};
/* clang-format on */

START_TEST(openssl_understands_each_hello)
{
    struct greeting g = greeting_of(openssl[_i].version, openssl[_i].groups);
    struct greeting_answer answer;
    pthread_t thread;
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    server_end = pair[0];
    ck_assert_int_eq(pthread_create(&thread, NULL, answer_by_openssl, &openssl[_i].old),
                     0);
    ck_assert(wire_send(pair[1], greeting_bytes(a, &g)));
    shutdown(pair[1], SHUT_WR);
    greeting_read(a, &g, wire_read(a, pair[1], wire_patience(5000)), true, &answer);
    pthread_join(thread, NULL);
    close(pair[0]);
    close(pair[1]);
    ck_assert_msg(str_contains(answer.says, str_of(openssl[_i].says)), "%s: %.*s",
                  openssl[_i].says, STR_ARG(answer.says));
}
END_TEST

/* clang-format off */
static const struct { const char *tls; enum key_type key; enum tls_version version; const char *groups, *says; } gnutls[] = {
    { NULL, KEY_RSA2048, TLS_VERSION_1_2, "static-rsa", "agrees to tls-1.2 with TLS_RSA_WITH_AES_" },
    { NULL, KEY_P256, TLS_VERSION_1_2, "static-rsa", "closes the connection" },
    { "NORMAL:+ARCFOUR-128", KEY_P256, TLS_VERSION_1_2, "rc4", "agrees to tls-1.2 with TLS_ECDHE_ECDSA_WITH_RC4_128_SHA" },
    { "NORMAL:+3DES-CBC", KEY_P256, TLS_VERSION_1_2, "3des", "agrees to tls-1.2 with TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA" },
    { "NORMAL:+NULL", KEY_P256, TLS_VERSION_1_2, "null", "agrees to tls-1.2 with TLS_ECDHE_ECDSA_WITH_NULL_SHA" },
    { "NORMAL:-VERS-ALL:+VERS-TLS1.3", KEY_P256, TLS_VERSION_1_3, "good", "agrees to tls-1.3 with" },
    { "NORMAL:-VERS-ALL:+VERS-TLS1.3", KEY_P256, TLS_VERSION_1_2, "good", "closes the connection" },
    { "NORMAL:-VERS-ALL:+VERS-TLS1.2", KEY_P256, TLS_VERSION_1_3, "good", "agrees to tls-1.2 with" },
};
/* clang-format on */

static void answer_nothing(void *context, struct arena *step,
                           const struct request *request, const char *peer,
                           struct reply *reply)
{
    (void)context;
    (void)step;
    (void)request;
    (void)peer;
    reply->response.status = 204;
}

START_TEST(gnutls_takes_what_it_is_told_to)
{
    struct greeting g = greeting_of(gnutls[_i].version, gnutls[_i].groups);
    struct listen_options options = { .address = "127.0.0.1",
                                      .handler = answer_nothing,
                                      .tls = gnutls[_i].tls };
    certify(a, gnutls[_i].key, &options.cert_pem, &options.key_pem);
    struct listener *l = listener_new(a, &options, &err);
    ck_assert_msg(l != NULL, "%s", err.text);
    str says = said_to(arena_printf(a, "https://127.0.0.1:%d/", listener_port(l)), &g);
    ck_assert_msg(str_contains(says, str_of(gnutls[_i].says)), "%s: %.*s",
                  gnutls[_i].says, STR_ARG(says));
}
END_TEST

/* --- the mock CA: GnuTLS, and by hand what that cannot --- */

/* clang-format off */
/* libmicrohttpd sends no alert. */
static const struct { const char *bug; enum tls_version version; const char *groups, *says; } cas[] = {
    { "", TLS_VERSION_1_3, "good", "agrees to tls-1.3 with" },
    { "", TLS_VERSION_1_2, "good", "agrees to tls-1.2 with TLS_ECDHE_ECDSA_WITH_AES_" },
    { "", TLS_VERSION_1_1, "good", "closes the connection" },
    { "", TLS_VERSION_SSL_3_0, "rc4 3des", "closes the connection" },
    { "", TLS_VERSION_1_2, "null rc4 export des 3des static-rsa", "closes the connection" },
    { "old-tls", TLS_VERSION_1_0, "good", "agrees to tls-1.0 with TLS_ECDHE_ECDSA_WITH_AES_" },
    { "old-tls", TLS_VERSION_1_1, "good", "agrees to tls-1.1 with TLS_ECDHE_ECDSA_WITH_AES_" },
    { "old-tls", TLS_VERSION_1_2, "good", "agrees to tls-1.2 with" },
    { "ssl-3", TLS_VERSION_SSL_3_0, "good", "agrees to ssl-3.0 with" },
    { "ssl-3", TLS_VERSION_1_3, "good", "agrees to tls-1.3 with" },
    { "tls-lowered", TLS_VERSION_1_2, "good", "agrees to tls-1.1 with" },
    { "tls-lowered", TLS_VERSION_1_3, "good", "agrees to tls-1.3 with" },
    { "tls-lowered", TLS_VERSION_1_2, "null", "closes the connection" },
    { "weak-suites", TLS_VERSION_1_2, "export", "agrees to tls-1.2 with TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA" },
    { "weak-suites", TLS_VERSION_1_2, "good null", "agrees to tls-1.2 with TLS_ECDHE_ECDSA_WITH_AES_" },
};
/* clang-format on */

START_TEST(the_mock_ca_answers_by_its_bugs)
{
    struct ca_options options = { .always_valid = true };
    struct greeting g = greeting_of(cas[_i].version, cas[_i].groups);
    ck_assert(bugs_add(&options.bugs, str_of(cas[_i].bug), &err));
    bench_start(&options);
    str says = said_to(ca_directory_url(b.ca), &g);
    ck_assert_msg(str_contains(says, str_of(cas[_i].says)), "%s: %.*s", cas[_i].says,
                  STR_ARG(says));
    expect(sent("GET", ca_directory_url(b.ca)), 200, NULL);
    bench_stop();
}
END_TEST

Suite *greeting_suite(void)
{
    Suite *suite = suite_create("greeting");
    TCase *c = tcase_create("greeting");
    tcase_add_unchecked_fixture(c, fetch_start, NULL); /* before Check forks */
    tcase_add_checked_fixture(c, begin, finish);
    tcase_set_timeout(c, 30);
    tcase_add_loop_test(c, a_hello_offers_what_it_is_to, 0, countof(offers));
    tcase_add_test(c, an_address_is_not_named);
    tcase_add_loop_test(c, an_answer_says_what_was_agreed, 0, countof(answers));
    tcase_add_test(c, a_higher_version_was_not_offered);
    tcase_add_test(c, half_an_answer_is_waited_for);
    tcase_add_test(c, people_see_what_was_offered_and_said);
    tcase_add_loop_test(c, openssl_understands_each_hello, 0, countof(openssl));
    tcase_add_loop_test(c, gnutls_takes_what_it_is_told_to, 0, countof(gnutls));
    tcase_add_loop_test(c, the_mock_ca_answers_by_its_bugs, 0, countof(cas));
    suite_add_tcase(suite, c);
    return suite;
}
