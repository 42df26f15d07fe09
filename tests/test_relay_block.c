/* SPDX-License-Identifier: MIT */
/* The addresses that the scenarios of a run have for themselves, while other runs have
 * theirs. */
#include <check.h>

#include "mocks/ports.h"
#include "mocks/relay.h"

Suite *relay_block_suite(void);

enum { SLOT = 17 };

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void finish(void)
{
    arena_end(a);
}

START_TEST(an_address_belongs_to_a_slot_of_its_block)
{
    ck_assert_int_eq(relay_slot_of(STR("127.7.0.18"), STR("acmespec.test"), 7), 17);
    ck_assert_int_eq(relay_slot_of(STR("127.1.0.18"), STR("acmespec.test"), 7), -1);
}
END_TEST

static struct relay *with_ports(int http_port, int tls_port, bool shared)
{
    struct err err = { "" };
    struct relay_options options = { .dns_address = "127.0.0.1",
                                     .http_port = http_port,
                                     .tls_port = tls_port,
                                     .zone = STR("acmespec.test"),
                                     .shared = shared };
    struct relay *made = relay_start(a, &options, &err);
    ck_assert_msg(made != NULL, "%s", err.text);
    return made;
}

/* Whether their scenarios can have the same slot. */
static bool are_apart(const struct relay *one, const struct relay *other)
{
    return !str_eq(relay_address(a, one, SLOT), relay_address(a, other, SLOT));
}

START_TEST(relays_with_a_port_in_common_have_addresses_of_their_own)
{
    int port[4];
    struct err err;
    ck_assert(ports_choose(port, countof(port), &err));
    struct relay *relay = with_ports(port[0], port[1], false);
    struct relay *same = with_ports(port[0], port[1], false);
    struct relay *crossed = with_ports(port[1], port[2], false);
    struct relay *other = with_ports(port[2], port[3], false);
    ck_assert(are_apart(relay, same) && are_apart(relay, crossed));
    ck_assert(are_apart(crossed, same) && are_apart(crossed, other));
    relay_stop(relay);
    relay_stop(same);
    relay_stop(crossed);
    relay_stop(other);
}
END_TEST

START_TEST(a_block_is_free_when_its_relay_has_ended)
{
    int port[2];
    struct err err;
    ck_assert(ports_choose(port, countof(port), &err));
    struct relay *relay = with_ports(port[0], port[1], false);
    str address = relay_address(a, relay, SLOT);
    relay_stop(relay);
    relay = with_ports(port[0], port[1], false);
    ck_assert(str_eq(address, relay_address(a, relay, SLOT)));
    relay_stop(relay);
}
END_TEST

START_TEST(a_shared_address_takes_no_block)
{
    int port[2];
    struct err err;
    ck_assert(ports_choose(port, countof(port), &err));
    struct relay *relay = with_ports(port[0], port[1], true);
    struct relay *own = with_ports(port[0], port[1], false);
    ck_assert_str_eq(relay_address(a, own, SLOT).ptr, relay_address(a, NULL, SLOT).ptr);
    relay_stop(relay);
    relay_stop(own);
}
END_TEST

Suite *relay_block_suite(void)
{
    Suite *suite = suite_create("relay_block");
    TCase *t = tcase_create("blocks");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, an_address_belongs_to_a_slot_of_its_block);
    tcase_add_test(t, relays_with_a_port_in_common_have_addresses_of_their_own);
    tcase_add_test(t, a_block_is_free_when_its_relay_has_ended);
    tcase_add_test(t, a_shared_address_takes_no_block);
    suite_add_tcase(suite, t);
    return suite;
}
