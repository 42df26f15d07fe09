/* SPDX-License-Identifier: MIT */
/* The mock client against a small scripted server on loopback: what arrives there and
 * what the journal says of it.  Nonces and raw bytes have files of their own. */
#include "base/clock.h"
#include "tests/client_fixture.h"
#include "tests/wire.h"

Suite *client_suite(void);

/* --- the directory --- */

START_TEST(the_directory_is_fetched_and_kept)
{
    struct err err = { "" };
    ck_assert_uint_eq(client_resource(f.client, RESOURCE_NEW_NONCE).len, 0);
    ck_assert_ptr_null(client_meta(f.client));
    ck_assert_msg(client_directory(f.client, &err), "%s", err.text);
    ck_assert(str_eq(client_resource(f.client, RESOURCE_NEW_NONCE),
                     scripted_url(f.server, "/nonce")));
    ck_assert(str_eq(client_resource(f.client, RESOURCE_DIRECTORY),
                     scripted_url(f.server, "/dir")));
    ck_assert_uint_eq(client_resource(f.client, RESOURCE_NEW_AUTHZ).len, 0);
    ck_assert_uint_eq(client_resource(f.client, RESOURCE_ORDER).len, 0);
    ck_assert(str_is(json_member(client_meta(f.client), "website"), "https://ca.test/"));
    ck_assert_uint_eq(journal_count(f.journal), 1);
    const struct exchange *x = journal_at(f.journal, 0);
    ck_assert(str_is(x->request.method, "GET"));
    ck_assert_int_eq((int)x->resource, RESOURCE_DIRECTORY);
    ck_assert_int_eq((int)journal_resource(f.journal, scripted_url(f.server, "/nonce")),
                     RESOURCE_NEW_NONCE);
}
END_TEST

/* clang-format off */
static const struct { const char *path, *sentence; } not_directories[] = {
    { "/missing", "404" },
    { "/html", "no JSON object" },
    { "/list", "no JSON object" },
    { "/ok", "no \"newNonce\"" },
    { "/drop", "no answer came" },
};
/* clang-format on */

START_TEST(what_is_no_directory_is_said)
{
    struct err err = { "" };
    struct client *other = client_of(not_directories[_i].path);
    ck_assert(!client_directory(other, &err));
    ck_assert_msg(strstr(err.text, not_directories[_i].sentence), "%s", err.text);
    ck_assert_msg(strstr(err.text, not_directories[_i].path), "%s", err.text);
    ck_assert_uint_eq(journal_count(f.journal), 1);
}
END_TEST

/* --- a signed request --- */

START_TEST(a_post_is_what_rfc_8555_wants)
{
    struct post post = post_to("/ok");
    post.jws.payload = STR("{}");
    post.line = 17;
    const struct exchange *x = posted(&post);
    ck_assert_int_eq(x->response.status, 200);
    ck_assert_int_eq(x->line, 17);
    ck_assert(!x->deliberate);
    struct arrival seen = scripted_last(f.server);
    ck_assert_str_eq(seen.method, "POST");
    ck_assert_str_eq(seen.type, "application/jose+json");
    ck_assert_str_eq(seen.agent, "acmespec/" ACMESPEC_VERSION);
    ck_assert_str_eq(seen.language, "en");
    struct jws jws;
    struct err err = { "" };
    ck_assert_msg(jws_read(f.a, x->request.body, &jws, &err), "%s", err.text);
    ck_assert(jws_verify(f.a, &jws, f.key));
    ck_assert(str_eq(jws.url, post.url));
    ck_assert(str_is(jws.kid, "https://ca.test/acct/1"));
    ck_assert(str_is(jws.payload, "{}"));
    ck_assert(str_is(jws.nonce, seen.nonce));
    ck_assert_int_ge(x->done_us, x->sent_us);
    ck_assert_int_gt(x->sent_us, 0);
    ck_assert_int_le((int)(clock_wall() - x->wall), 5);
}
END_TEST

START_TEST(without_a_payload_it_is_post_as_get)
{
    struct jws jws;
    struct err err = { "" };
    const struct exchange *x = posted_to("/ok");
    ck_assert_msg(jws_read(f.a, x->request.body, &jws, &err), "%s", err.text);
    ck_assert_uint_eq(jws.payload_b64.len, 0);
}
END_TEST

START_TEST(headers_may_be_replaced_and_removed)
{
    struct post post = post_to("/ok");
    headers_add(f.a, &post.headers, STR("content-type"), STR("application/json"));
    headers_add(f.a, &post.headers, STR("User-Agent"), STR_NONE);
    headers_add(f.a, &post.headers, STR("Accept"), STR("application/pkix-cert"));
    const struct exchange *x = posted(&post);
    struct arrival seen = scripted_last(f.server);
    ck_assert_str_eq(seen.type, "application/json");
    ck_assert_str_eq(seen.agent, "");
    ck_assert_str_eq(seen.accept, "application/pkix-cert");
    ck_assert_ptr_null(headers_find(&x->request.headers, "User-Agent"));
    ck_assert_uint_eq(headers_count(&x->request.headers, "Content-Type"), 1);
}
END_TEST

START_TEST(another_method_url_and_body_may_be_given)
{
    struct post post = post_to("/ok");
    post.method = "PUT";
    post.jws.url = STR("https://ca.test/elsewhere");
    const struct exchange *x = posted(&post);
    struct jws jws = { 0 };
    jws_peek(f.a, x->request.body, &jws);
    ck_assert(str_is(jws.url, "https://ca.test/elsewhere"));
    ck_assert_str_eq(scripted_last(f.server).method, "PUT");
    post.own_url = true;
    post.jws.url = STR_NONE;
    x = posted(&post);
    jws_peek(f.a, x->request.body, &jws);
    ck_assert_ptr_null(json_object_get(jws.protected_header, "url"));
}
END_TEST

START_TEST(a_raw_body_goes_out_as_it_is)
{
    struct post post = post_to("/ok");
    post.raw = true;
    post.raw_body = STR("{ not signed");
    post.deliberate = true;
    const struct exchange *x = posted(&post);
    ck_assert(str_is(x->request.body, "{ not signed"));
    ck_assert(x->deliberate);
    ck_assert_int_eq(scripted_count(f.server, "/nonce"), 0);
}
END_TEST

START_TEST(without_a_key_or_a_url_it_is_our_error)
{
    struct err err = { "" };
    const struct exchange *x;
    struct post post = post_to("/ok");
    post.jws.key = NULL;
    ck_assert(!client_post(f.client, &post, &x, &err));
    ck_assert_str_ne(err.text, "");
    post = post_to("/ok");
    post.url = STR_NONE;
    ck_assert(!client_post(f.client, &post, &x, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no URL"));
    ck_assert(
        !client_send(f.client, "GET", STR_NONE, NULL, STR_NONE, 0, false, &x, &err));
    ck_assert_int_eq(scripted_count(f.server, "/ok"), 0);
}
END_TEST

START_TEST(requests_without_a_signature)
{
    struct err err = { "" };
    const struct exchange *x;
    struct headers headers = { NULL, 0 };
    headers_add(f.a, &headers, STR("Accept"), STR("text/plain"));
    ck_assert(client_send(f.client, "DELETE", scripted_url(f.server, "/ok"), &headers,
                          STR("gone"), 3, true, &x, &err));
    ck_assert_int_eq(x->response.status, 200);
    ck_assert_int_eq(x->line, 3);
    ck_assert(x->deliberate);
    struct arrival seen = scripted_last(f.server);
    ck_assert_str_eq(seen.method, "DELETE");
    ck_assert_str_eq(seen.accept, "text/plain");
    ck_assert_str_eq(seen.agent, "acmespec/" ACMESPEC_VERSION);
    ck_assert_str_eq(seen.body, "gone");
}
END_TEST

/* --- several at once --- */

START_TEST(posts_go_out_together_each_with_a_nonce_of_its_own)
{
    enum { MANY = 5 };
    struct err err = { "" };
    struct post posts[MANY];
    const struct exchange *outs[MANY];
    struct strs used = { NULL, 0 };
    for (int i = 0; i < MANY; i++)
        posts[i] = post_to(i == 2 ? "/bad-once" : "/ok");
    ck_assert_msg(client_post_together(f.client, posts, MANY, outs, &err), "%s",
                  err.text);
    for (int i = 0; i < MANY; i++) {
        str nonce = client_nonce_of(f.a, outs[i]);
        ck_assert_int_eq(outs[i]->response.status, i == 2 ? 400 : 200);
        ck_assert(str_eq(outs[i]->request.url, posts[i].url));
        ck_assert(nonce.len > 0 && !strs_has(&used, nonce));
        strs_add(f.a, &used, nonce);
        ck_assert_ptr_eq(journal_at(f.journal, outs[i]->number - 1), outs[i]);
    }
    ck_assert_int_eq(scripted_count(f.server, "/bad-once"), 1);
    ck_assert_uint_eq(journal_count(f.journal), 1 + 2 * MANY);
}
END_TEST

START_TEST(of_posts_together_each_may_fail_for_itself)
{
    struct err err = { "" };
    struct post posts[] = { post_to("/ok"), post_to("/drop") };
    const struct exchange *outs[2];
    ck_assert(client_post_together(f.client, posts, 2, outs, &err));
    ck_assert_int_eq(outs[0]->response.status, 200);
    ck_assert_int_eq(outs[1]->response.status, 0);
    ck_assert(outs[1]->failure.len > 0);
    posts[1].jws.key = NULL;
    ck_assert(!client_post_together(f.client, posts, 2, outs, &err));
}
END_TEST

/* --- when nothing comes back --- */

START_TEST(a_deadline_ends_the_wait)
{
    int64_t before = clock_ms();
    posted_to("/ok");
    fetcher_deadline(client_fetcher(f.client), 300);
    const struct exchange *x = posted_to("/hang");
    ck_assert_int_eq(x->response.status, 0);
    ck_assert(x->failure.len > 0);
    ck_assert_int_lt(clock_ms() - before, wire_patience(4000));
    ck_assert_ptr_eq(journal_at(f.journal, journal_count(f.journal) - 1), x);
}
END_TEST

START_TEST(a_dropped_connection_is_an_exchange_without_an_answer)
{
    const struct exchange *x = posted_to("/drop");
    ck_assert_int_eq(x->response.status, 0);
    ck_assert(x->failure.len > 0);
}
END_TEST

START_TEST(a_refused_connection_is_an_exchange_without_an_answer)
{
    posted_to("/ok");
    scripted_stop(f.server);
    fetcher_drop_connections(client_fetcher(f.client));
    const struct exchange *x = posted_to("/ok"); /* with the nonce that was left */
    ck_assert(str_is(x->request.method, "POST"));
    ck_assert_int_eq(x->response.status, 0);
    ck_assert(x->failure.len > 0);
    x = posted_to("/ok"); /* and now there is none */
    ck_assert(str_is(x->request.method, "HEAD"));
    ck_assert_int_eq(x->response.status, 0);

    struct err err = { "" };
    struct post posts[] = { post_to("/ok"), post_to("/ok") };
    const struct exchange *outs[2];
    ck_assert(client_post_together(f.client, posts, 2, outs, &err));
    ck_assert(str_is(outs[1]->request.method, "HEAD"));
    str nonce;
    ck_assert(!client_nonce(f.client, &nonce, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/nonce"));
}
END_TEST

/* --- waiting --- */

/* clang-format off */
static const struct { const char *retry_after; int polls; long least_ms, most_ms; } pauses[] = {
    { NULL, 0, 20, 20 },
    { NULL, 5, 100, 200 },
    { NULL, 1000, 1000, 1500 },
    { "0", 5, 0, 0 },
    { "2", 0, 2000, 2000 },
    { "3600", 0, 5000, 5000 },
    { "nonsense", 0, 20, 20 },
    { "Sun, 06 Nov 1994 08:49:37 GMT", 0, 0, 0 },
};
/* clang-format on */

START_TEST(a_pause_is_as_long_as_retry_after_asks_within_reason)
{
    struct exchange x = { .line = 0 };
    if (pauses[_i].retry_after)
        headers_add(f.a, &x.response.headers, STR("Retry-After"),
                    str_of(pauses[_i].retry_after));
    long pause = client_pause_ms(&x, pauses[_i].polls);
    ck_assert_int_ge(pause, pauses[_i].least_ms);
    ck_assert_int_le(pause, pauses[_i].most_ms);
}
END_TEST

static TCase *alone_case(void)
{
    TCase *tc = client_case("without a directory");
    tcase_add_test(tc, the_directory_is_fetched_and_kept);
    tcase_add_loop_test(tc, what_is_no_directory_is_said, 0,
                        (int)countof(not_directories));
    tcase_add_test(tc, requests_without_a_signature);
    tcase_add_loop_test(tc, a_pause_is_as_long_as_retry_after_asks_within_reason, 0,
                        (int)countof(pauses));
    return tc;
}

static TCase *post_case(void)
{
    TCase *tc = client_case_with_directory("posts");
    tcase_add_test(tc, a_post_is_what_rfc_8555_wants);
    tcase_add_test(tc, without_a_payload_it_is_post_as_get);
    tcase_add_test(tc, headers_may_be_replaced_and_removed);
    tcase_add_test(tc, another_method_url_and_body_may_be_given);
    tcase_add_test(tc, a_raw_body_goes_out_as_it_is);
    tcase_add_test(tc, without_a_key_or_a_url_it_is_our_error);
    tcase_add_test(tc, posts_go_out_together_each_with_a_nonce_of_its_own);
    tcase_add_test(tc, of_posts_together_each_may_fail_for_itself);
    tcase_add_test(tc, a_deadline_ends_the_wait);
    tcase_add_test(tc, a_dropped_connection_is_an_exchange_without_an_answer);
    tcase_add_test(tc, a_refused_connection_is_an_exchange_without_an_answer);
    return tc;
}

Suite *client_suite(void)
{
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, alone_case());
    suite_add_tcase(suite, post_case());
    return suite;
}
