/* SPDX-License-Identifier: MIT */
/* The permuting CA: answers look otherwise, mean the same, and are repeatable; and the
 * mock client understands them all. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "tests/subscriber_fixture.h"

Suite *ca_permute_suite(void);

static void start(void)
{
    bench_start(&(struct ca_options){ .attempts = 2, .permute = 7, .seed = 7 });
    bench_account();
}

START_TEST(a_whole_issuance_succeeds)
{
    str url = issued("www.shop.test,*.shop.test", NULL);
    expect(said(url, STR_NONE), 200, NULL);
}
END_TEST

static str keys_of(const struct exchange *x)
{
    struct buf out = buf_new(b.a, CEILING_LINE);
    const char *key;
    json_t *item;
    json_object_foreach(x->body, key, item) buf_addf(&out, "%s ", key);
    return buf_str(&out);
}

START_TEST(members_and_layout_vary)
{
    str url = location(said(resource_url(RESOURCE_NEW_ORDER), order_payload("a.test")));
    size_t orders = 0, layouts = 0;
    const struct exchange *before = said(url, STR_NONE);
    for (int i = 0; i < 20; i++) {
        const struct exchange *x = said(url, STR_NONE);
        expect(x, 200, NULL);
        ck_assert(json_equal(json_object_get(x->body, "identifiers"),
                             json_object_get(before->body, "identifiers")));
        orders += !str_eq(keys_of(x), keys_of(before));
        layouts += x->response.body.len != before->response.body.len;
        before = x;
    }
    ck_assert_uint_gt(orders, 5);
    ck_assert_uint_gt(layouts, 5);
}
END_TEST

START_TEST(an_unknown_challenge_is_among_them)
{
    const struct exchange *order =
        said(resource_url(RESOURCE_NEW_ORDER), order_payload("a.test"));
    size_t first = 0;
    for (int i = 0; i < 20; i++) {
        const struct exchange *x = said(authz_of(order, 0), STR_NONE);
        ck_assert_uint_eq(json_array_size(json_object_get(x->body, "challenges")), 4);
        ck_assert(challenge_of(x, "x-acmespec-01") && challenge_of(x, "http-01"));
        first += str_is(at(x, "/challenges/0/type"), "http-01");
    }
    ck_assert(first > 0 && first < 20);
}
END_TEST

START_TEST(names_of_header_fields_vary)
{
    size_t lower = 0;
    for (int i = 0; i < 20; i++) {
        const struct exchange *x = sent("GET", ca_directory_url(b.ca));
        for (size_t k = 0; k < x->response.headers.count; k++)
            lower += str_is(x->response.headers.item[k].name, "content-type");
        ck_assert(media_type_is(&x->response.headers, "application/json"));
    }
    ck_assert(lower > 0 && lower < 20);
}
END_TEST

static str directories(void)
{
    struct buf out = buf_new(b.a, CEILING_BODY);
    for (int i = 0; i < 5; i++) {
        str text = sent("GET", ca_directory_url(b.ca))->response.body;
        for (size_t k = 0; k < text.len; k++)
            if (text.ptr[k] < '0' || text.ptr[k] > '9')
                buf_add_char(&out, text.ptr[k]);
    }
    return buf_str(&out);
}

/* Ports differ, so digits are left out. */
START_TEST(a_seed_repeats)
{
    bench_again(&(struct ca_options){ .permute = 9 });
    str one = directories();
    bench_again(&(struct ca_options){ .permute = 9 });
    ck_assert(str_eq(one, directories()));
    bench_again(&(struct ca_options){ .permute = 10 });
    ck_assert(!str_eq(one, directories()));
}
END_TEST

/* Of so many seeds each has URLs of another shape. */
enum { SHAPES = 7 };

START_TEST(urls_have_a_shape_for_each_seed)
{
    struct strs shapes = { 0 };
    for (uint64_t seed = 1; seed <= SHAPES; seed++) {
        bench_again(&(struct ca_options){ .permute = seed, .seed = 7 });
        str url = resource_url(RESOURCE_NEW_ORDER), from_path = STR_NONE;
        for (size_t i = strlen("https://"); i < url.len && !from_path.len; i++)
            if (url.ptr[i] == '/')
                from_path = str_from(url, i);
        ck_assert(!strs_has(&shapes, from_path));
        strs_add(b.a, &shapes, from_path);
    }
}
END_TEST

START_TEST(a_url_that_was_tidied_up_is_not_known)
{
    bench_again(&(struct ca_options){ .permute = 5 });
    bench_account();
    str url = resource_url(RESOURCE_NEW_ORDER), kid = b.kid;
    ck_assert(str_ends(url, "?of=a%26b&c") && str_ends(kid, "?of=a%26b&c"));
    expect(said(url, order_payload("a.test")), 201, NULL);
    str bare = str_upto(url, str_find_char(url, '?'));
    expect(said(bare, order_payload("a.test")), 404, "malformed");
    b.kid = str_upto(kid, str_find_char(kid, '?'));
    expect(said(url, order_payload("a.test")), 400, "accountDoesNotExist");
}
END_TEST

enum { SEEDS = 50, SEEDS_AT_ONCE = 5 };

/* `make soak` sets PERMUTE_SEEDS to more. */
static int seeds(void)
{
    const char *given = getenv("PERMUTE_SEEDS");
    long count = SEEDS;
    if (given && !str_to_long(str_of(given), 1000000, &count))
        fprintf(stderr, "PERMUTE_SEEDS has to be a number, not \"%s\"\n", given);
    return (int)count;
}

/* From the account to its end; whatever the answers look like. */
static void lives(void)
{
    struct wish wish = wish_for("*.a.test a.test 127.0.0.1");
    struct renewal renewal;
    registered();
    str pem = obtained(&wish);
    ck_assert_msg(subscriber_renewal(&s, pem, &renewal, &err), "%s", err.text);
    ck_assert_msg(subscriber_change_key(&s, key_new(b.a, KEY_P256, &err), &err), "%s",
                  err.text);
    wish.replaces = renewal.id;
    wish.key = key_new(b.a, KEY_P256, &err);
    pem = obtained(&wish);
    str der = cert_der(b.a, chain_of(pem).item[0]);
    ck_assert_msg(subscriber_revoke(&s, der, -1, NULL, &err), "%s", err.text);
    ck_assert_msg(subscriber_deactivate(&s, &err), "%s", err.text);
}

START_TEST(answers_of_each_seed_are_understood)
{
    for (int i = 1; i <= SEEDS_AT_ONCE; i++) {
        uint64_t seed = (uint64_t)_i * SEEDS_AT_ONCE + (uint64_t)i;
        bench_again(&(struct ca_options){ .permute = seed, .seed = seed });
        subscribe();
        lives();
    }
}
END_TEST

Suite *ca_permute_suite(void)
{
    Suite *suite = suite_create("ca_permute");
    TCase *c = tcase_create("permute");
    tcase_add_checked_fixture(c, start, bench_stop);
    tcase_add_test(c, a_whole_issuance_succeeds);
    tcase_add_test(c, members_and_layout_vary);
    tcase_add_test(c, an_unknown_challenge_is_among_them);
    tcase_add_test(c, names_of_header_fields_vary);
    tcase_add_test(c, a_seed_repeats);
    tcase_add_test(c, urls_have_a_shape_for_each_seed);
    tcase_add_test(c, a_url_that_was_tidied_up_is_not_known);
    suite_add_tcase(suite, c);
    TCase *lives = tcase_create("lives");
    tcase_add_checked_fixture(lives, bench_usual, bench_stop);
    tcase_add_loop_test(lives, answers_of_each_seed_are_understood, 0,
                        (seeds() + SEEDS_AT_ONCE - 1) / SEEDS_AT_ONCE);
    suite_add_tcase(suite, lives);
    return suite;
}
