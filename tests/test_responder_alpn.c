/* SPDX-License-Identifier: MIT */
/* The responder's TLS server as a CA meets it: certificates by SNI, refusals, silent
 * peers; also behind the relay. */
#include <check.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "mocks/net.h"
#include "mocks/relay.h"
#include "tests/responder_fixture.h"
#include "tests/wire.h"

Suite *responder_alpn_suite(void);

static void provision_alpn(const char *sni, bool drop)
{
    struct err err;
    struct cert_spec spec = { .subject = STR("acmespec") };
    spec.key = key_new(r.a, KEY_P256, &err);
    spec.not_before = clock_wall() - 60;
    spec.not_after = clock_wall() + 3600;
    spec.acme_identifier = sha256(r.a, STR("token.thumbprint"));
    strs_add(r.a, &spec.dns_names, str_of(sni));
    struct cert *cert = cert_issue(r.a, &spec, &err);
    if (!cert)
        ck_abort_msg("%s", err.text);
    struct alpn_answer answer = { .tls.alpn = "acme-tls/1", .drop = drop };
    answer.tls.cert_pem = cert_pem(r.a, cert);
    answer.tls.key_pem = key_private_pem(r.a, spec.key);
    responder_alpn(r.responder, str_of(sni), &answer);
}

static bool probe(int port, const char *sni, struct tls_probe *out, struct err *err)
{
    int fd = wire_connect(port);
    bool probed = tls_probe(r.a, fd, WAIT_MS, str_of(sni), out, err);
    close(fd);
    return probed;
}

static void probe_shows(int port, const char *sni)
{
    struct err err;
    struct tls_probe seen;
    struct strs dns = { 0 }, ips = { 0 }, others = { 0 };
    bool critical = false;
    str value;
    if (!probe(port, sni, &seen, &err))
        ck_abort_msg("%s", err.text);
    ck_assert(str_is(seen.alpn, "acme-tls/1"));
    cert_names(r.a, seen.leaf, &dns, &ips, &others);
    ck_assert_uint_eq(dns.count, 1);
    ck_assert_str_eq(str_z(r.a, dns.item[0]), sni);
    ck_assert(
        cert_extension(r.a, seen.leaf, STR("1.3.6.1.5.5.7.1.31"), &critical, &value));
    ck_assert(critical);
}

START_TEST(a_certificate_is_shown_by_its_name)
{
    provision_alpn("a.test", false);
    provision_alpn("b.test", false);
    provision_alpn("1.0.0.127.in-addr.arpa", false);
    probe_shows(responder_tls_port(r.responder), "a.test");
    probe_shows(responder_tls_port(r.responder), "b.test");
    probe_shows(responder_tls_port(r.responder), "1.0.0.127.in-addr.arpa");
    struct query *queries;
    struct query last = { .name = STR_NONE };
    size_t count = responder_queries(r.responder, r.a, &queries), hellos = 0;
    for (size_t i = 0; i < count; i++)
        if (queries[i].kind == QUERY_TLS) {
            last = queries[i];
            hellos++;
        }
    ck_assert_uint_eq(hellos, 3);
    ck_assert(str_is(last.name, "1.0.0.127.in-addr.arpa"));
    ck_assert(str_is(last.detail, "acme-tls/1"));
    ck_assert(str_is(last.peer, "127.0.0.1"));
}
END_TEST

START_TEST(other_names_are_refused_and_recorded)
{
    struct tls_probe seen;
    struct err err;
    provision_alpn("a.test", false);
    ck_assert(!probe(responder_tls_port(r.responder), "x.test", &seen, &err));
    ck_assert(str_is(the_query(QUERY_TLS).name, "x.test"));
    responder_alpn_withdraw(r.responder, STR("A.test"));
    ck_assert(!probe(responder_tls_port(r.responder), "a.test", &seen, &err));
}
END_TEST

START_TEST(a_connection_may_be_dropped_before_the_handshake)
{
    struct tls_probe seen;
    struct err err;
    provision_alpn("a.test", true);
    ck_assert(!probe(responder_tls_port(r.responder), "a.test", &seen, &err));
    ck_assert(str_is(the_query(QUERY_TLS).name, "a.test"));
}
END_TEST

START_TEST(what_is_no_tls_does_no_harm)
{
    wire_talk(r.a, responder_tls_port(r.responder), STR("GET / HTTP/1.1\r\n\r\n"),
              WAIT_MS);
    provision_alpn("a.test", false);
    probe_shows(responder_tls_port(r.responder), "a.test");
}
END_TEST

START_TEST(half_a_hello_does_not_hold_up_the_end)
{
    int fd = wire_connect(responder_tls_port(r.responder));
    ck_assert_int_eq(send(fd, "\x16\3\1\2", 4, MSG_NOSIGNAL), 4);
    provision_alpn("a.test", false);
    probe_shows(responder_tls_port(r.responder), "a.test"); /* it is at work on both */
    int64_t before = clock_ms();
    responder_stop(r.responder);
    ck_assert_int_lt(clock_ms() - before, WAIT_MS / 2);
    close(fd);
}
END_TEST

/* More silent peers than there are places for handshakes: DNS answers meanwhile, and TLS
 * does as soon as some of them go. */
START_TEST(silent_peers_hold_up_nobody)
{
    int silent[80];
    struct resolution found;
    for (size_t i = 0; i < countof(silent); i++)
        silent[i] = wire_connect(responder_tls_port(r.responder));
    ck_assert_int_eq(send(silent[0], "\x16\3\1\2", 4, MSG_NOSIGNAL), 4);
    resolves("a.test", DNS_A, &found);
    for (size_t i = 0; i < countof(silent); i++)
        close(silent[i]);
    provision_alpn("a.test", false);
    probe_shows(responder_tls_port(r.responder), "a.test");
}
END_TEST

/* --- behind the relay, as in a run where all scenarios share one address --- */

static struct arena *relay_arena;
static struct relay *relay;
static int shared_tls;

static void set_up_shared(void)
{
    struct err err = { "" };
    struct relay_options options = { .dns_address = "127.0.0.1",
                                     .zone = STR("acmespec.test"),
                                     .shared = true };
    options.tls_port = shared_tls = wire_free_port();
    /* The relay forks, so it comes before the threads. */
    relay_arena = arena_new(NULL);
    relay = relay_start(relay_arena, &options, &err);
    if (!relay)
        ck_abort_msg("%s", err.text);
    responder_set_up();
    struct relay_slot *slot = relay_slot(relay, 3);
    atomic_store(&slot->dns_port, responder_dns_port(r.responder));
    atomic_store(&slot->tls_port, responder_tls_port(r.responder));
}

static void tear_down_shared(void)
{
    arena_end(relay_arena);
    responder_tear_down();
}

START_TEST(a_handshake_passes_through_the_relay)
{
    provision_alpn("a.s3.r.acmespec.test", false);
    probe_shows(shared_tls, "a.s3.r.acmespec.test");
}
END_TEST

START_TEST(queries_pass_through_the_relay)
{
    struct resolution found;
    struct err err;
    ck_assert(responder_dns(r.responder, STR("_acme-challenge.a.s3.r.acmespec.test"),
                            STR("TXT"), STR("one"), &err));
    ck_assert(resolver_query(resolver_new(r.a, "127.0.0.1", relay_dns_port(relay)),
                             STR("_acme-challenge.a.s3.r.acmespec.test"), DNS_TXT,
                             WAIT_MS, &found, &err));
    ck_assert_uint_eq(found.count, 1);
    ck_assert(str_is(the_query(QUERY_DNS).detail, "TXT"));
}
END_TEST

Suite *responder_alpn_suite(void)
{
    Suite *suite = suite_create("responder_alpn");
    TCase *tests = responder_case(suite, "tls"), *behind = tcase_create("relay");
    tcase_add_test(tests, a_certificate_is_shown_by_its_name);
    tcase_add_test(tests, other_names_are_refused_and_recorded);
    tcase_add_test(tests, a_connection_may_be_dropped_before_the_handshake);
    tcase_add_test(tests, what_is_no_tls_does_no_harm);
    tcase_add_test(tests, half_a_hello_does_not_hold_up_the_end);
    tcase_add_test(tests, silent_peers_hold_up_nobody);
    tcase_set_timeout(behind, 60);
    tcase_add_checked_fixture(behind, set_up_shared, tear_down_shared);
    tcase_add_test(behind, a_handshake_passes_through_the_relay);
    tcase_add_test(behind, queries_pass_through_the_relay);
    suite_add_tcase(suite, behind);
    return suite;
}
