/* SPDX-License-Identifier: MIT */
/* What becomes of nonces in the mock client (RFC 8555 6.5): where they come from, that
 * each is used once, and when a refused one is replaced. */
#include "tests/client_fixture.h"

Suite *client_nonce_suite(void);

START_TEST(new_nonce_is_asked_once_and_then_answers_suffice)
{
    const struct exchange *first = posted_to("/ok");
    const struct exchange *second = posted_to("/ok");
    ck_assert_int_eq(scripted_count(f.server, "/nonce"), 1);
    ck_assert_str_eq(nonce_of(second), answered_nonce(first));
    const struct exchange *asked = journal_at(f.journal, 1);
    ck_assert(str_is(asked->request.method, "HEAD"));
    ck_assert_int_eq((int)asked->resource, RESOURCE_NEW_NONCE);
    ck_assert_str_eq(nonce_of(first), answered_nonce(asked));
    ck_assert_uint_eq(journal_count(f.journal), 4);
}
END_TEST

START_TEST(no_nonce_is_used_twice)
{
    struct strs used = { NULL, 0 };
    for (int i = 0; i < 20; i++) {
        str nonce = client_nonce_of(f.a, posted_to(i % 3 ? "/ok" : "/no-nonce"));
        ck_assert(nonce.len > 0 && !strs_has(&used, nonce));
        strs_add(f.a, &used, nonce);
    }
}
END_TEST

START_TEST(a_nonce_that_the_server_repeats_is_not_repeated)
{
    posted_to("/same-nonce"); /* answers "same" */
    const struct exchange *second = posted_to("/same-nonce");
    const struct exchange *third = posted_to("/same-nonce");
    ck_assert_str_eq(nonce_of(second), "same");
    ck_assert_str_ne(nonce_of(third), "same");
}
END_TEST

START_TEST(an_invalid_nonce_is_ignored)
{
    const struct exchange *first = posted_to("/odd-nonce");
    ck_assert_str_eq(answered_nonce(first), "not=base64url");
    ck_assert_str_ne(nonce_of(posted_to("/ok")), "not=base64url");
    ck_assert_int_eq(scripted_count(f.server, "/nonce"), 2);
}
END_TEST

START_TEST(a_bad_nonce_is_retried_with_the_nonce_of_that_answer)
{
    const struct exchange *before = posted_to("/ok");
    str spare = STR_NONE;
    struct err err = { "" };
    ck_assert(client_nonce(f.client, &spare,
                           &err)); /* what "/ok" gave; now the pool is empty */
    ck_assert_str_eq(str_z(f.a, spare), answered_nonce(before));
    struct post post = post_to("/bad-once");
    post.jws.payload = STR("{\"a\":1}");
    const struct exchange *x = posted(&post);
    ck_assert_int_eq(x->response.status, 200);
    ck_assert_int_eq(scripted_count(f.server, "/bad-once"), 2);
    const struct exchange *refused = journal_at(f.journal, journal_count(f.journal) - 2);
    ck_assert_int_eq(refused->response.status, 400);
    ck_assert_str_eq(nonce_of(x), answered_nonce(refused));
    struct jws jws = { 0 };
    jws_peek(f.a, x->request.body, &jws);
    ck_assert(str_is(jws.payload, "{\"a\":1}"));
    ck_assert_str_ne(nonce_of(posted_to("/ok")), answered_nonce(refused));
}
END_TEST

START_TEST(a_bad_nonce_is_retried_once_and_no_more)
{
    struct post post = post_to("/bad-always");
    const struct exchange *x = posted(&post);
    ck_assert_int_eq(x->response.status, 400);
    ck_assert_int_eq(scripted_count(f.server, "/bad-always"), 2);
    ck_assert(client_refused_again(f.client, &post, x));
    ck_assert(!client_refused_again(f.client, &post, posted_to("/malformed")));
    post.no_retry = true;
    ck_assert(!client_refused_again(f.client, &post, posted(&post)));
}
END_TEST

START_TEST(a_bad_nonce_is_retried_as_often_as_the_options_say)
{
    struct err err = { "" };
    struct client_options options = { .directory_url = scripted_url(f.server, "/dir"),
                                      .journal = f.journal,
                                      .nonce_retries = 4 };
    f.client = client_new(f.a, &options);
    ck_assert_msg(client_directory(f.client, &err), "%s", err.text);
    ck_assert_int_eq(posted_to("/bad-always")->response.status, 400);
    ck_assert_int_eq(scripted_count(f.server, "/bad-always"), 5);
}
END_TEST

/* RFC 8555 7.2: who has none asks newNonce. */
START_TEST(a_bad_nonce_without_a_nonce_is_retried_with_one_of_new_nonce)
{
    const struct exchange *x = posted_to("/bad-bare");
    ck_assert_int_eq(x->response.status, 400);
    ck_assert_int_eq(scripted_count(f.server, "/bad-bare"), 2);
}
END_TEST

START_TEST(another_error_is_not_retried)
{
    ck_assert_int_eq(posted_to("/malformed")->response.status, 400);
    ck_assert_int_eq(scripted_count(f.server, "/malformed"), 1);
}
END_TEST

enum own { NO_RETRY, OWN, OWN_EMPTY, GIVEN, PATCHED, RAW, OWN_COUNT };

static struct post own_post(enum own own)
{
    struct post post = post_to("/bad-once");
    post.no_retry = own == NO_RETRY;
    post.own_nonce = own == OWN || own == OWN_EMPTY;
    post.raw = own == RAW;
    if (own == OWN || own == GIVEN)
        post.jws.nonce = STR("mine");
    if (own == PATCHED)
        post.jws.protected_patch = json_keep(f.a, json_pack("{s:n}", "nonce"));
    return post;
}

START_TEST(a_nonce_of_ones_own_is_never_replaced)
{
    struct post post = own_post((enum own)_i);
    const struct exchange *x = posted(&post);
    ck_assert_int_eq(x->response.status, 400);
    ck_assert_int_eq(scripted_count(f.server, "/bad-once"), 1);
    ck_assert_int_eq(scripted_count(f.server, "/nonce"), _i == NO_RETRY ? 1 : 0);
    struct jws jws = { 0 };
    jws_peek(f.a, x->request.body, &jws);
    if (_i == OWN || _i == GIVEN)
        ck_assert(str_is(jws.nonce, "mine"));
    else if (_i != NO_RETRY)
        ck_assert_ptr_null(json_object_get(jws.protected_header, "nonce"));
}
END_TEST

START_TEST(a_nonce_used_by_hand_leaves_the_pool)
{
    const struct exchange *first = posted_to("/ok");
    struct post post = post_to("/no-nonce");
    post.own_nonce = true;
    post.jws.nonce = str_of(answered_nonce(first));
    ck_assert_str_eq(nonce_of(posted(&post)), answered_nonce(first));
    ck_assert_str_ne(nonce_of(posted_to("/ok")), answered_nonce(first));
    ck_assert_int_eq(scripted_count(f.server, "/nonce"), 2);
}
END_TEST

START_TEST(new_nonce_without_a_nonce_is_said)
{
    struct err err = { "" };
    const struct exchange *x;
    str nonce;
    scripted_withhold_nonces(f.server);
    struct post post = post_to("/ok");
    ck_assert(!client_post(f.client, &post, &x, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "without a valid Replay-Nonce"));
    ck_assert(!client_nonce(f.client, &nonce, &err));
    ck_assert_int_eq(scripted_count(f.server, "/ok"), 0);
}
END_TEST

START_TEST(without_a_directory_there_is_no_nonce)
{
    struct err err = { "" };
    str nonce;
    ck_assert(!client_nonce(f.client, &nonce, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "newNonce"));
}
END_TEST

Suite *client_nonce_suite(void)
{
    Suite *suite = suite_create("client_nonce");
    TCase *alone = client_case("without a directory");
    tcase_add_test(alone, without_a_directory_there_is_no_nonce);
    suite_add_tcase(suite, alone);
    TCase *tc = client_case_with_directory("nonces");
    tcase_add_test(tc, new_nonce_is_asked_once_and_then_answers_suffice);
    tcase_add_test(tc, no_nonce_is_used_twice);
    tcase_add_test(tc, a_nonce_that_the_server_repeats_is_not_repeated);
    tcase_add_test(tc, an_invalid_nonce_is_ignored);
    tcase_add_test(tc, a_bad_nonce_is_retried_with_the_nonce_of_that_answer);
    tcase_add_test(tc, a_bad_nonce_is_retried_once_and_no_more);
    tcase_add_test(tc, a_bad_nonce_is_retried_as_often_as_the_options_say);
    tcase_add_test(tc, a_bad_nonce_without_a_nonce_is_retried_with_one_of_new_nonce);
    tcase_add_test(tc, another_error_is_not_retried);
    tcase_add_loop_test(tc, a_nonce_of_ones_own_is_never_replaced, 0, OWN_COUNT);
    tcase_add_test(tc, a_nonce_used_by_hand_leaves_the_pool);
    tcase_add_test(tc, new_nonce_without_a_nonce_is_said);
    suite_add_tcase(suite, tc);
    return suite;
}
