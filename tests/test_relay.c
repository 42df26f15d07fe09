/* SPDX-License-Identifier: MIT */
/* The relay as a CA sees it: DNS over UDP and TCP, requests and TLS connections reach the
 * scenario whose name they carry, and nobody else; and it never outlives who started it.
 */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "mocks/dns_server.h"
#include "mocks/dns_zone.h"
#include "mocks/net.h"
#include "mocks/relay.h"
#include "mocks/resolver.h"
#include "tests/case_fixture.h"
#include "tests/wire.h"

Suite *relay_suite(void);

enum { SLOT = 17 };
#define WAIT_MS wire_patience(10000)

static struct arena *a;
static struct relay *relay;

/* --- whose a name is --- */

/* clang-format off */
static const struct { const char *name, *zone; int slot; } names[] = {
    { "a.s17.r4fa3.acmespec.test", "acmespec.test", 17 },
    { "_acme-challenge.a.s17.r4fa3.acmespec.test", "acmespec.test", 17 },
    { "A.S17.R4FA3.ACMESPEC.TEST.", "acmespec.test", 17 },
    { "a.s17.r4fa3.acmespec.test", "acmespec.test.", 17 },
    { "a.s0.r.acmespec.test", "acmespec.test", 0 },
    { "a.s4095.r.acmespec.test", "acmespec.test", 4095 },
    { "s17.r.acmespec.test", "acmespec.test", 17 },
    { "*.a.s17.r.acmespec.test", "acmespec.test", 17 },
    { "a.s4096.r.acmespec.test", "acmespec.test", -1 },
    { "a.s99999999999999999999.r.acmespec.test", "acmespec.test", -1 },
    { "a.s017.r.acmespec.test", "acmespec.test", -1 },
    { "a.s-1.r.acmespec.test", "acmespec.test", -1 },
    { "a.s+1.r.acmespec.test", "acmespec.test", -1 },
    { "a.s1x.r.acmespec.test", "acmespec.test", -1 },
    { "a.s.r.acmespec.test", "acmespec.test", -1 },
    { "a.17.r.acmespec.test", "acmespec.test", -1 },
    { "s17.a.r.acmespec.test", "acmespec.test", -1 },
    { "a.s17..acmespec.test", "acmespec.test", -1 },
    { "a.s17.acmespec.test", "acmespec.test", -1 },
    { "127.1.0.18", "acmespec.test", 17 },
    { "1.1.1.127.in-addr.arpa.", "acmespec.test", 250 },
    { "127.1.0.0", "acmespec.test", -1 },
    { "127.1.0.251", "acmespec.test", -1 },
    { "127.2.0.18", "acmespec.test", -1 },
    { "18.0.1.127", "acmespec.test", -1 },
    { "127.1.0.18.5", "acmespec.test", -1 },
    { "127.1.200.1", "acmespec.test", -1 },
    { "a.s17.r.acmespec.test", "", -1 },
    { "a.s17.r.xacmespec.test", "acmespec.test", -1 },
    { "a.s17.r.acmespec.test.example", "acmespec.test", -1 },
    { "a\\.s17.r.acmespec.test", "acmespec.test", -1 },
    { "a.s17\\.r.acmespec.test", "acmespec.test", -1 },
    { "acmespec.test", "acmespec.test", -1 },
    { ".acmespec.test", "acmespec.test", -1 },
    { "", "acmespec.test", -1 },
};
/* clang-format on */

START_TEST(a_name_belongs_to_a_slot)
{
    int slot = relay_slot_of(str_of(names[_i].name), str_of(names[_i].zone), 1);
    ck_assert_int_eq(slot, names[_i].slot);
}
END_TEST

/* --- a scenario's DNS server in a thread --- */

static struct {
    struct arena *arena;
    struct dns_server *server;
    struct dns_zone *zone;
    pthread_t thread;
    atomic_bool stop;
    atomic_int udp, tcp;
} scenario;

static void receive(void *context, struct arena *step, str wire,
                    const struct dns_ticket *ticket)
{
    (void)context;
    struct dns_query query;
    str answer;
    atomic_fetch_add(ticket->tcp ? &scenario.tcp : &scenario.udp, 1);
    enum dns_way way = ticket->tcp ? DNS_OVER_TCP : DNS_OVER_UDP;
    if (dns_query_read(step, wire, &query)
        && dns_zone_answer(scenario.zone, step, &query, way, &answer))
        dns_server_reply(scenario.server, ticket, answer);
}

static void *serve(void *unused)
{
    static struct watch w;
    (void)unused;
    while (!atomic_load(&scenario.stop)) {
        watch_clear(&w, 10);
        dns_server_watch(scenario.server, &w);
        watch_wait(&w);
        dns_server_serve(scenario.server, &w);
    }
    return NULL;
}

static void add(const char *name, const char *type, const char *value)
{
    struct err err;
    if (!dns_zone_add(scenario.zone, str_of(name), str_of(type), str_of(value), &err))
        ck_abort_msg("%s", err.text);
}

/* The zone is filled before the thread begins. */
static void start_scenario(void)
{
    struct err err = { "" };
    struct dns_server_options options = { .address = "127.0.0.1", .receive = receive };
    char text[701];
    memset(text, 'x', 700);
    text[700] = 0;
    scenario.arena = arena_new(NULL);
    scenario.zone = dns_zone_new(scenario.arena, STR("127.0.0.9"));
    add("_acme-challenge.a.s17.r.acmespec.test", "TXT", "one");
    add("long.s17.r.acmespec.test", "TXT", text);
    dns_zone_manner(scenario.zone, STR("cut.s17.r.acmespec.test"), STR("any"),
                    DNS_TRUNCATE);
    dns_zone_manner(scenario.zone, STR("silent.s17.r.acmespec.test"), STR("any"),
                    DNS_SILENT);
    atomic_store(&scenario.stop, false);
    atomic_store(&scenario.udp, 0);
    atomic_store(&scenario.tcp, 0);
    scenario.server = dns_server_new(scenario.arena, &options, &err);
    if (!scenario.server)
        ck_abort_msg("%s", err.text);
    ck_assert_int_eq(pthread_create(&scenario.thread, NULL, serve, NULL), 0);
}

static struct relay *started(void)
{
    struct err err = { "" };
    struct relay_options options = { .dns_address = "127.0.0.1",
                                     .zone = STR("acmespec.test") };
    struct relay *made = relay_start(a, &options, &err);
    if (!made)
        ck_abort_msg("%s", err.text);
    return made;
}

/* The relay forks, so it comes before the thread. */
static void set_up(void)
{
    a = arena_new(NULL);
    relay = started();
    start_scenario();
    atomic_store(&relay_slot(relay, SLOT)->dns_port, dns_server_port(scenario.server));
}

static void tear_down(void)
{
    atomic_store(&scenario.stop, true);
    pthread_join(scenario.thread, NULL);
    arena_end(scenario.arena);
    arena_end(a);
}

/* --- DNS --- */

static void resolves(const char *name, int type, struct resolution *out)
{
    struct err err;
    if (!resolver_query(resolver_new(a, "127.0.0.1", relay_dns_port(relay)), str_of(name),
                        type, WAIT_MS, out, &err))
        ck_abort_msg("%s", err.text);
}

START_TEST(queries_reach_the_scenario)
{
    struct resolution found;
    resolves("_acme-challenge.A.s17.r.acmespec.test", DNS_TXT, &found);
    ck_assert_uint_eq(found.count, 1);
    ck_assert(str_is(dns_record_text(a, &found.item[0]), "one"));
    resolves("a.s17.r.acmespec.test", DNS_A, &found);
    ck_assert(str_is(dns_record_text(a, &found.item[0]), "127.0.0.9"));
    resolves("long.s17.r.acmespec.test", DNS_TXT, &found);
    ck_assert_uint_eq(dns_record_text(a, &found.item[0]).len, 700);
    ck_assert_int_eq(atomic_load(&scenario.udp), 3);
}
END_TEST

START_TEST(queries_over_tcp_reach_it_over_tcp)
{
    struct resolution found;
    resolves("cut.s17.r.acmespec.test", DNS_A, &found);
    ck_assert_uint_eq(found.count, 1);
    ck_assert(found.hop[0].tcp);
    ck_assert_int_eq(atomic_load(&scenario.udp), 1);
    ck_assert_int_eq(atomic_load(&scenario.tcp), 1);
}
END_TEST

START_TEST(names_of_nobody_do_not_exist)
{
    struct resolution found;
    resolves("a.s18x.r.acmespec.test", DNS_A, &found);
    ck_assert_int_eq(found.rcode, DNS_NO_SUCH_NAME);
    resolves("www.example", DNS_A, &found);
    ck_assert_int_eq(found.rcode, DNS_NO_SUCH_NAME);
    ck_assert_int_eq(atomic_load(&scenario.udp), 0);
}
END_TEST

START_TEST(what_is_above_the_names_exists)
{
    static const char *const above[] = { "r.acmespec.test", "acmespec.test", "test",
                                         "." };
    struct resolution found;
    for (size_t i = 0; i < countof(above); i++) {
        resolves(above[i], DNS_CAA, &found);
        ck_assert_int_eq(found.rcode, DNS_NOERROR);
        ck_assert_uint_eq(found.count, 0);
    }
    resolves("spec.test", DNS_CAA, &found);
    ck_assert_int_eq(found.rcode, DNS_NO_SUCH_NAME);
}
END_TEST

START_TEST(localhost_is_loopback)
{
    struct resolution found;
    resolves("localhost", DNS_A, &found);
    ck_assert_uint_eq(found.count, 1);
    ck_assert(str_is(dns_record_text(a, &found.item[0]), "127.0.0.1"));
    resolves("LOCALHOST", DNS_AAAA, &found);
    ck_assert_int_eq(found.rcode, DNS_NOERROR);
    ck_assert_uint_eq(found.count, 0);
}
END_TEST

START_TEST(a_scenario_that_is_gone_is_a_failure_of_the_server)
{
    struct resolution found;
    resolves("a.s18.r.acmespec.test", DNS_A, &found);
    ck_assert_int_eq(found.rcode, DNS_SERVER_FAILED);
    atomic_store(&relay_slot(relay, 18)->dns_port, wire_free_port());
    resolves("a.s18.r.acmespec.test", DNS_A, &found);
    ck_assert_int_eq(found.rcode, DNS_SERVER_FAILED);
}
END_TEST

START_TEST(a_silent_scenario_does_not_hold_up_others)
{
    struct resolution found;
    struct err err;
    ck_assert(!resolver_query(resolver_new(a, "127.0.0.1", relay_dns_port(relay)),
                              STR("silent.s17.r.acmespec.test"), DNS_A, 100, &found,
                              &err));
    resolves("a.s17.r.acmespec.test", DNS_A, &found);
    ck_assert_uint_eq(found.count, 1);
}
END_TEST

/* --- its life --- */

/* Whether nobody listens there any more, soon. */
static bool becomes_free(int port)
{
    struct err err;
    struct net_pair pair;
    for (int64_t end = clock_ms() + WAIT_MS; clock_ms() < end; clock_sleep_ms(10)) {
        if (!net_pair_open("127.0.0.1", port, &pair, &err))
            continue;
        close(pair.udp);
        close(pair.tcp);
        return true;
    }
    return false;
}

static void set_up_life(void)
{
    a = arena_new(NULL);
}

static void tear_down_life(void)
{
    arena_end(a);
}

START_TEST(it_ends_when_it_is_told)
{
    relay = started();
    int port = relay_dns_port(relay);
    relay_stop(relay);
    relay_stop(relay);
    ck_assert(becomes_free(port));
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(it_ends_with_the_arena)
{
    struct arena *outer = a;
    a = arena_new(outer);
    int port = relay_dns_port(started());
    arena_end(a);
    a = outer;
    ck_assert(becomes_free(port));
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

/* A process that starts a relay, tells its port, and dies without a word to it, while a
 * child that it had before still holds what it inherited. */
static _Noreturn void die_soon(int tell)
{
    int port = relay_dns_port(started());
    if (write(tell, &port, sizeof port) != sizeof port)
        _exit(1);
    kill(getpid(), SIGKILL);
    _exit(1);
}

START_TEST(it_ends_when_its_parent_dies)
{
    int tell[2], port = 0, status;
    ck_assert_int_eq(pipe(tell), 0);
    pid_t child = fork();
    if (child == 0)
        die_soon(tell[1]);
    ck_assert_int_eq(read(tell[0], &port, sizeof port), (ssize_t)sizeof port);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert(becomes_free(port));
    close(tell[0]);
    close(tell[1]);
}
END_TEST

START_TEST(a_child_does_not_end_it)
{
    int status;
    relay = started();
    pid_t child = fork();
    if (child == 0) {
        relay_stop(relay);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    struct resolution found;
    resolves("localhost", DNS_A, &found);
    relay_stop(relay);
}
END_TEST

START_TEST(it_keeps_no_foreign_pipe_open)
{
    int foreign[2];
    char byte;
    ck_assert_int_eq(pipe(foreign), 0);
    relay = started();
    close(foreign[1]);
    struct pollfd item = { .fd = foreign[0], .events = POLLIN };
    ck_assert_int_eq(poll(&item, 1, WAIT_MS), 1);
    ck_assert_int_eq(read(foreign[0], &byte, 1), 0);
    close(foreign[0]);
    relay_stop(relay);
}
END_TEST

START_TEST(a_port_in_use_is_told)
{
    struct err err;
    struct relay_options options = { .dns_address = "127.0.0.1",
                                     .zone = STR("acmespec.test") };
    relay = started();
    options.dns_port = relay_dns_port(relay);
    ck_assert_ptr_null(relay_start(a, &options, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "cannot be bound"));
    options.dns_port = 0;
    options.zone = STR_NONE;
    ck_assert_ptr_null(relay_start(a, &options, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "zone"));
    relay_stop(relay);
}
END_TEST

START_TEST(slots_are_shared_with_children)
{
    relay = started();
    ck_assert_ptr_null(relay_slot(relay, -1));
    ck_assert_ptr_null(relay_slot(relay, RELAY_SLOTS));
    pid_t child = fork();
    if (child == 0) {
        atomic_store(&relay_slot(relay, RELAY_SLOTS - 1)->dns_port, 99);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert_int_eq(atomic_load(&relay_slot(relay, RELAY_SLOTS - 1)->dns_port), 99);
    relay_stop(relay);
}
END_TEST

static void add_names(Suite *suite)
{
    TCase *tests = case_in(suite, "names", set_up_life, tear_down_life);
    tcase_add_loop_test(tests, a_name_belongs_to_a_slot, 0, (int)countof(names));
}

static void add_queries(Suite *suite)
{
    TCase *tests = case_in(suite, "queries", set_up, tear_down);
    tcase_add_test(tests, queries_reach_the_scenario);
    tcase_add_test(tests, queries_over_tcp_reach_it_over_tcp);
    tcase_add_test(tests, names_of_nobody_do_not_exist);
    tcase_add_test(tests, what_is_above_the_names_exists);
    tcase_add_test(tests, localhost_is_loopback);
    tcase_add_test(tests, a_scenario_that_is_gone_is_a_failure_of_the_server);
    tcase_add_test(tests, a_silent_scenario_does_not_hold_up_others);
}

static void add_life(Suite *suite)
{
    TCase *tests = case_in(suite, "life", set_up_life, tear_down_life);
    tcase_add_test(tests, it_ends_when_it_is_told);
    tcase_add_test(tests, it_ends_with_the_arena);
    tcase_add_test(tests, it_ends_when_its_parent_dies);
    tcase_add_test(tests, a_child_does_not_end_it);
    tcase_add_test(tests, it_keeps_no_foreign_pipe_open);
    tcase_add_test(tests, a_port_in_use_is_told);
    tcase_add_test(tests, slots_are_shared_with_children);
}

Suite *relay_suite(void)
{
    Suite *suite = suite_create("relay");
    add_names(suite);
    add_queries(suite);
    add_life(suite);
    return suite;
}
