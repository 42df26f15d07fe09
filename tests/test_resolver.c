/* SPDX-License-Identifier: MIT */
/* The stub resolver against a DNS server in a thread that answers rightly, late, over
 * TCP, or with what was not asked. */
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "mocks/dns_server.h"
#include "mocks/dns_zone.h"
#include "mocks/resolver.h"
#include "tests/wire.h"

Suite *resolver_suite(void);

static struct arena *a;
static struct resolver *asker;
static struct dns_zone *zone;
static pthread_mutex_t zone_lock = PTHREAD_MUTEX_INITIALIZER;

static void set_up_zone(void)
{
    a = arena_new(NULL);
    zone = dns_zone_new(a, STR("127.0.0.9"));
}

static void add(const char *name, const char *type, const char *value)
{
    struct err err;
    pthread_mutex_lock(&zone_lock);
    bool added = dns_zone_add(zone, str_of(name), str_of(type), str_of(value), &err);
    pthread_mutex_unlock(&zone_lock);
    if (!added)
        ck_abort_msg("%s", err.text);
}

static void treat(const char *name, const char *type, enum dns_manner manner)
{
    pthread_mutex_lock(&zone_lock);
    dns_zone_manner(zone, str_of(name), str_of(type), manner);
    pthread_mutex_unlock(&zone_lock);
}

/* clang-format off */
static const struct { enum dns_manner manner; int rcode; } refusals[] = {
    { DNS_SERVFAIL, DNS_SERVER_FAILED },
    { DNS_NXDOMAIN, DNS_NO_SUCH_NAME },
    { DNS_REFUSED, DNS_REFUSES },
};
/* clang-format on */

/* How the server of these tests treats what it is asked. */
enum habit { PLAIN, FIRST_LOST, STRANGERS_FIRST, NO_EDNS };

static struct {
    struct arena *arena;
    struct dns_server *server;
    pthread_t thread;
    atomic_bool stop;
    atomic_int asked, port; /* whence the last question came */
    _Atomic enum habit habit;
} host;

static void send_strangers(struct arena *step, const struct dns_query *query,
                           const struct dns_ticket *ticket, str answer)
{
    struct dns_query other = *query;
    struct dns_reply none = { 0 };
    char *spoilt = str_z(step, answer);
    spoilt[0] = (char)~spoilt[0]; /* another id */
    dns_server_reply(host.server, ticket, (str){ spoilt, answer.len });
    other.question.type = DNS_MX;
    dns_server_reply(host.server, ticket, dns_reply_write(step, &other, &none, 512));
    other = *query;
    other.question.owner = STR("\1z\4test\0");
    other.question.name = STR("z.test");
    dns_server_reply(host.server, ticket, dns_reply_write(step, &other, &none, 512));
    dns_server_reply(host.server, ticket, STR("no DNS at all"));
}

static void receive(void *context, struct arena *step, str wire,
                    const struct dns_ticket *ticket)
{
    (void)context;
    struct dns_query query;
    str answer;
    int asked = atomic_fetch_add(&host.asked, 1);
    struct sockaddr_in from;
    memcpy(&from, &ticket->from, sizeof from);
    atomic_store(&host.port, ntohs(from.sin_port));
    if ((host.habit == FIRST_LOST && asked == 0) || !dns_query_read(step, wire, &query))
        return;
    if (host.habit == NO_EDNS && query.edns)
        query.rcode = DNS_FORMERR;
    pthread_mutex_lock(&zone_lock);
    enum dns_way way = ticket->tcp ? DNS_OVER_TCP : DNS_OVER_UDP;
    bool speaks = dns_zone_answer(zone, step, &query, way, &answer);
    pthread_mutex_unlock(&zone_lock);
    if (!speaks)
        return;
    if (host.habit == STRANGERS_FIRST)
        send_strangers(step, &query, ticket, answer);
    dns_server_reply(host.server, ticket, answer);
}

static void *serve(void *unused)
{
    static struct watch w;
    (void)unused;
    while (!atomic_load(&host.stop)) {
        watch_clear(&w, 10);
        dns_server_watch(host.server, &w);
        watch_wait(&w);
        dns_server_serve(host.server, &w);
    }
    return NULL;
}

static void set_up_host(void)
{
    struct err err = { "" };
    struct dns_server_options options = { .address = "127.0.0.1", .receive = receive };
    set_up_zone();
    host.arena = arena_new(NULL);
    host.habit = PLAIN;
    atomic_store(&host.stop, false);
    atomic_store(&host.asked, 0);
    host.server = dns_server_new(host.arena, &options, &err);
    if (!host.server)
        ck_abort_msg("%s", err.text);
    asker = resolver_new(a, "127.0.0.1", dns_server_port(host.server));
    ck_assert_int_eq(pthread_create(&host.thread, NULL, serve, NULL), 0);
}

static void tear_down_host(void)
{
    atomic_store(&host.stop, true);
    pthread_join(host.thread, NULL);
    arena_end(host.arena);
    arena_end(a);
}

static bool resolve(const char *name, int type, long deadline_ms, struct resolution *out,
                    struct err *err)
{
    return resolver_query(asker, str_of(name), type, deadline_ms, out, err);
}

static void resolves(const char *name, int type, struct resolution *out)
{
    struct err err;
    if (!resolve(name, type, 10000, out, &err))
        ck_abort_msg("%s", err.text);
}

START_TEST(the_resolver_finds_records)
{
    struct resolution found;
    add("a.test", "TXT", "one");
    add("a.test", "TXT", "two");
    resolves("A.test.", DNS_TXT, &found);
    ck_assert_int_eq(found.rcode, DNS_NOERROR);
    ck_assert_uint_eq(found.count, 2);
    ck_assert(str_is(dns_record_text(a, &found.item[1]), "two"));
    ck_assert_uint_eq(found.hop_count, 1);
    ck_assert(str_is(found.hop[0].name, "a.test"));
    ck_assert(!found.hop[0].tcp);
    resolves("a.test", DNS_CAA, &found);
    ck_assert_uint_eq(found.count, 0);
    ck_assert_int_eq(found.rcode, DNS_NOERROR);
}
END_TEST

START_TEST(the_resolver_hands_back_every_code)
{
    struct resolution found;
    treat("a.test", "any", refusals[_i].manner);
    resolves("a.test", DNS_TXT, &found);
    ck_assert_int_eq(found.rcode, refusals[_i].rcode);
}
END_TEST

START_TEST(the_resolver_asks_over_tcp_what_was_cut)
{
    struct resolution found;
    add("a.test", "TXT", "one");
    treat("a.test", "any", DNS_TRUNCATE);
    resolves("a.test", DNS_TXT, &found);
    ck_assert_uint_eq(found.count, 1);
    ck_assert(found.hop[0].tcp);
}
END_TEST

START_TEST(the_resolver_follows_cnames_within_and_across_answers)
{
    struct resolution found;
    add("a.test", "CNAME", "b.test");
    add("b.test", "CNAME", "c.test");
    add("c.test", "TXT", "here");
    resolves("a.test", DNS_TXT, &found);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_uint_eq(found.hop_count, 2);
    ck_assert(str_is(found.hop[0].alias, "b.test"));
    ck_assert(str_is(found.hop[1].alias, "c.test"));
    ck_assert_int_eq(atomic_load(&host.asked), 1);
    /* The answer ends with a CNAME and no record: its target is asked. */
    resolves("a.test", DNS_CAA, &found);
    ck_assert_uint_eq(found.count, 0);
    ck_assert_uint_eq(found.hop_count, 3);
    ck_assert(str_is(found.hop[2].name, "c.test"));
    ck_assert_int_eq(atomic_load(&host.asked), 3);
}
END_TEST

START_TEST(the_resolver_ends_a_circle)
{
    struct resolution found;
    struct err err;
    add("a.test", "CNAME", "b.test");
    add("b.test", "CNAME", "a.test");
    ck_assert(!resolve("a.test", DNS_TXT, 10000, &found, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "circle"));
}
END_TEST

START_TEST(the_resolver_asks_again_what_was_lost)
{
    struct resolution found;
    host.habit = FIRST_LOST;
    resolves("a.test", DNS_A, &found);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_int_eq(atomic_load(&host.asked), 2);
}
END_TEST

START_TEST(the_resolver_ignores_what_it_did_not_ask)
{
    struct resolution found;
    host.habit = STRANGERS_FIRST;
    add("a.test", "TXT", "one");
    resolves("a.test", DNS_TXT, &found);
    ck_assert_uint_eq(found.count, 1);
    treat("a.test", "any", DNS_TRUNCATE);
    resolves("a.test", DNS_TXT, &found);
    ck_assert_uint_eq(found.count, 1);
}
END_TEST

START_TEST(the_resolver_does_without_edns)
{
    struct resolution found;
    host.habit = NO_EDNS;
    resolves("a.test", DNS_A, &found);
    ck_assert_int_eq(found.rcode, DNS_NOERROR);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_int_eq(atomic_load(&host.asked), 2);
}
END_TEST

START_TEST(the_resolver_gives_up_in_time)
{
    struct resolution found;
    struct err err;
    treat("a.test", "any", DNS_SILENT);
    int64_t begun = clock_ms();
    ck_assert(!resolve("a.test", DNS_TXT, 200, &found, &err));
    ck_assert_int_ge(clock_ms() - begun, 200);
    ck_assert_int_lt(clock_ms() - begun, wire_patience(5000));
    ck_assert_ptr_nonnull(strstr(err.text, "in time"));
}
END_TEST

START_TEST(the_resolver_asks_all_over_one_socket)
{
    struct resolution found;
    resolves("a.test", DNS_A, &found);
    int port = atomic_load(&host.port);
    resolves("b.test", DNS_AAAA, &found);
    ck_assert_int_eq(atomic_load(&host.port), port);
}
END_TEST

START_TEST(the_resolver_asks_on_after_a_failure)
{
    struct resolution found;
    struct err err;
    add("b.test", "TXT", "two");
    treat("a.test", "any", DNS_SILENT);
    for (int i = 0; i < 3; i++) {
        ck_assert(!resolve("a.test", DNS_TXT, 50, &found, &err));
        resolves("b.test", DNS_TXT, &found);
        ck_assert(str_is(dns_record_text(a, &found.item[0]), "two"));
    }
}
END_TEST

START_TEST(the_resolver_tells_when_nobody_listens)
{
    struct resolution found;
    struct err err;
    struct net_pair pair;
    ck_assert(net_pair_open("127.0.0.1", 0, &pair, &err));
    net_close_kept(&pair.udp);
    net_close_kept(&pair.tcp);
    ck_assert(!resolver_query(resolver_new(a, "127.0.0.1", pair.port), STR("a.test"),
                              DNS_A, 5000, &found, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "127.0.0.1"));
    ck_assert(!resolver_query(resolver_new(a, "localhost", 53), STR("a.test"), DNS_A,
                              5000, &found, &err));
    ck_assert(!resolver_query(resolver_new(a, "127.0.0.1", 53), STR("a..test"), DNS_A,
                              5000, &found, &err));
}
END_TEST

Suite *resolver_suite(void)
{
    Suite *suite = suite_create("resolver");
    TCase *tests = tcase_create("resolver");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up_host, tear_down_host);
    tcase_add_test(tests, the_resolver_finds_records);
    tcase_add_loop_test(tests, the_resolver_hands_back_every_code, 0,
                        (int)countof(refusals));
    tcase_add_test(tests, the_resolver_asks_over_tcp_what_was_cut);
    tcase_add_test(tests, the_resolver_follows_cnames_within_and_across_answers);
    tcase_add_test(tests, the_resolver_ends_a_circle);
    tcase_add_test(tests, the_resolver_asks_again_what_was_lost);
    tcase_add_test(tests, the_resolver_ignores_what_it_did_not_ask);
    tcase_add_test(tests, the_resolver_does_without_edns);
    tcase_add_test(tests, the_resolver_asks_all_over_one_socket);
    tcase_add_test(tests, the_resolver_asks_on_after_a_failure);
    tcase_add_test(tests, the_resolver_gives_up_in_time);
    tcase_add_test(tests, the_resolver_tells_when_nobody_listens);
    suite_add_tcase(suite, tests);
    return suite;
}
