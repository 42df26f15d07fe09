/* SPDX-License-Identifier: MIT */
/* The mock CA's table and its nonces, beside the simplest thing that does the same, over
 * many steps by chance. */
#include <check.h>

#include "mocks/ca_nonce.h"
#include "mocks/ca_table.h"
#include "tests/chance.h"

Suite *ca_table_suite(void);

enum { KEYS = 300, STEPS = 20000 };

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
    chance_begin();
}

static void finish(void)
{
    arena_end(a);
}

START_TEST(a_table_holds_what_was_put_last)
{
    struct table table = table_new(a);
    void *model[KEYS] = { NULL };
    static int things[STEPS];
    for (int i = 0; i < STEPS; i++) {
        size_t k = chance(KEYS);
        str key = arena_printf(a, "https://ca.test/%zu", k);
        ck_always(table_find(&table, key) == model[k]);
        bool puts = chance(3) > 0;
        if (puts)
            table_put(&table, key, &things[i]);
        else
            table_remove(&table, key);
        model[k] = puts ? &things[i] : NULL;
        ck_always(table_find(&table, key) == model[k]);
    }
    size_t count = 0;
    for (size_t k = 0; k < KEYS; k++) {
        ck_always(table_find(&table, arena_printf(a, "https://ca.test/%zu", k))
                  == model[k]);
        count += model[k] != NULL;
    }
    ck_assert_uint_eq(table.count, count);
}
END_TEST

START_TEST(what_was_taken_out_leaves_nothing_behind)
{
    struct table table = table_new(a);
    for (int i = 0; i < STEPS; i++) {
        str key = arena_printf(a, "%d", i), old = arena_printf(a, "%d", i - 20);
        table_put(&table, key, &table);
        table_remove(&table, old);
        ck_assert(table_find(&table, key) && !table_find(&table, old));
    }
    ck_assert_uint_eq(table.count, 20);
    ck_assert_uint_le(table.size, 128);
}
END_TEST

START_TEST(an_empty_table_has_nothing)
{
    struct table table = table_new(a);
    ck_assert_ptr_null(table_find(&table, STR("x")));
    table_remove(&table, STR("x"));
    table_put(&table, STR(""), &table);
    ck_assert_ptr_eq(table_find(&table, STR_NONE), &table);
    ck_assert_ptr_null(table_find(&table, STR("\0")));
}
END_TEST

/* --- nonces --- */

/* Number n as a nonce; many share their first bytes, and so their chain. */
static str nonce(uint32_t n)
{
    char *bytes = arena_alloc(a, 1, NONCE_BYTES);
    memcpy(bytes + 4, &n, sizeof n);
    bytes[0] = (char)(n % 7);
    return (str){ bytes, NONCE_BYTES };
}

START_TEST(a_nonce_is_good_once)
{
    struct nonces *nonces = nonces_new(a);
    ck_assert(!nonces_spend(nonces, nonce(1)));
    nonces_add(nonces, nonce(1));
    nonces_add(nonces, nonce(2));
    ck_assert(nonces_has(nonces, nonce(1)) && nonces_has(nonces, nonce(1)));
    ck_assert(nonces_spend(nonces, nonce(1)));
    ck_assert(!nonces_has(nonces, nonce(1)) && !nonces_spend(nonces, nonce(1)));
    ck_assert(!nonces_spend(nonces, str_upto(nonce(2), NONCE_BYTES - 1)));
    ck_assert(nonces_spend(nonces, nonce(2)));
    ck_assert(!nonces_spend(nonces, STR_NONE));
}
END_TEST

START_TEST(nonces_are_spent_in_any_order)
{
    struct nonces *nonces = nonces_new(a);
    static bool live[2000];
    memset(live, 0, sizeof live);
    for (uint32_t n = 0; n < countof(live); n++) {
        nonces_add(nonces, nonce(n));
        live[n] = true;
        uint32_t other = (uint32_t)chance(n + 1);
        ck_always(nonces_has(nonces, nonce(other)) == live[other]);
        ck_always(nonces_spend(nonces, nonce(other)) == live[other]);
        live[other] = false;
    }
}
END_TEST

START_TEST(the_oldest_nonces_are_forgotten)
{
    struct nonces *nonces = nonces_new(a);
    uint32_t last = MOST_NONCES + 1000;
    for (uint32_t n = 0; n < last; n++) {
        struct arena *kept = a;
        a = arena_new(kept);
        nonces_add(nonces, nonce(n * 2654435761u));
        arena_end(a);
        a = kept;
    }
    ck_assert(!nonces_has(nonces, nonce(0)));
    ck_assert(!nonces_has(nonces, nonce(999 * 2654435761u)));
    ck_assert(nonces_has(nonces, nonce(1000 * 2654435761u)));
    ck_assert(nonces_spend(nonces, nonce((last - 1) * 2654435761u)));
}
END_TEST

Suite *ca_table_suite(void)
{
    Suite *suite = suite_create("ca_table");
    TCase *t = tcase_create("ca_table");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, a_table_holds_what_was_put_last);
    tcase_add_test(t, what_was_taken_out_leaves_nothing_behind);
    tcase_add_test(t, an_empty_table_has_nothing);
    tcase_add_test(t, a_nonce_is_good_once);
    tcase_add_test(t, nonces_are_spent_in_any_order);
    tcase_add_test(t, the_oldest_nonces_are_forgotten);
    suite_add_tcase(suite, t);
    return suite;
}
