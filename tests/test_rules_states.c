/* SPDX-License-Identifier: MIT */
/* Rules for what the mock CA is and keeps: states, its clock, chains; and what they look
 * at of a request. */
#include "base/clock.h"
#include "tests/rules_fixture.h"

Suite *rules_states_suite(void);

static void start(void)
{
    rules_start((struct ca_options){ .always_valid = true, .no_reuse = true });
}

/* --- states --- */

static str new_csr(void)
{
    struct err err;
    return csr_payload(csr_for("www.shop.test", key_new(b.a, KEY_P256, &err)));
}

static str finalized(str order_url)
{
    const struct exchange *x = said(order_url, STR_NONE);
    x = said(at(x, "/finalize"), new_csr());
    return at(x, "/status");
}

START_TEST(an_order_is_ready_at_once_and_processing_so_many_polls)
{
    rule("on newOrder\n  valid\non finalize\n  processing 2\n");
    const struct exchange *x = new_order();
    ck_assert(str_is(at(x, "/status"), "ready"));
    str url = location(x);
    ck_assert(str_is(finalized(url), "processing"));
    for (size_t i = 0; i < 2; i++) {
        x = said(url, STR_NONE);
        ck_assert(str_is(at(x, "/status"), "processing"));
        ck_assert(header_of(x, "Retry-After").len > 0);
    }
    x = said(url, STR_NONE);
    ck_assert(str_is(at(x, "/status"), "valid"));
    expect(said(at(x, "/certificate"), STR_NONE), 200, NULL);
}
END_TEST

START_TEST(issuing_ends_in_an_error)
{
    rule("on newOrder\n  valid\non finalize\n  processing 1\n  invalid caa\n  detail "
         "No.\n");
    str url = location(new_order());
    ck_assert(str_is(finalized(url), "processing"));
    ck_assert(str_is(at(said(url, STR_NONE), "/status"), "processing"));
    const struct exchange *x = said(url, STR_NONE);
    ck_assert(str_is(at(x, "/status"), "invalid"));
    ck_assert(str_is(at(x, "/error/type"), PROBLEM_URN "caa"));
    ck_assert(str_is(at(x, "/error/detail"), "No."));
    rule("on newOrder\n  valid\non finalize\n  invalid caa\n");
    ck_assert(str_is(finalized(location(new_order())), "invalid"));
}
END_TEST

/* RFC 7807 3.1: "status" is what a refusal for that reason would have had. */
static const struct {
    const char *type;
    int status;
} errors[] = {
    { "caa", 403 },         { "dns", 400 },          { "malformed", 400 },
    { "rateLimited", 429 }, { "unauthorized", 403 }, { "serverInternal", 500 },
};

START_TEST(an_error_has_the_status_of_its_type)
{
    rule(fmt("on newOrder invalid %s", errors[_i].type).ptr);
    json_t *status = json_pointer(new_order()->body, STR("/error/status"));
    ck_assert_int_eq(json_integer_value(status), errors[_i].status);
}
END_TEST

START_TEST(an_order_expires)
{
    str url = location(new_order());
    rule("on order after 1 expired");
    ck_assert(str_is(at(said(url, STR_NONE), "/status"), "pending"));
    ck_assert(str_is(at(said(url, STR_NONE), "/status"), "invalid"));
    rule("on newOrder\n  valid\non finalize\n  expired\n");
    url = location(new_order());
    const struct exchange *x = said(url, STR_NONE);
    expect(said(at(x, "/finalize"), new_csr()), 403, "orderNotReady");
    ck_assert(str_is(at(said(url, STR_NONE), "/status"), "invalid"));
}
END_TEST

START_TEST(challenges_and_authorizations_end_as_told)
{
    const struct exchange *order = new_order();
    str authz = authz_of(order, 0);
    rule("on challenge invalid dns; detail No such name.");
    said(text_at(challenge_of(said(authz, STR_NONE), "dns-01"), "/url"), STR("{}"));
    const struct exchange *x = settled(authz);
    ck_assert(str_is(at(x, "/status"), "invalid"));
    /* RFC 8555 7.1.4: "the challenge that was attempted and failed" */
    ck_assert_uint_eq(json_array_size(json_pointer(x->body, STR("/challenges"))), 1);
    ck_assert(str_is(at(x, "/challenges/0/type"), "dns-01"));
    order = new_order();
    authz = authz_of(order, 0);
    rule("on challenge valid");
    said(text_at(challenge_of(said(authz, STR_NONE), "dns-01"), "/url"), STR("{}"));
    ck_assert(str_is(at(settled(authz), "/status"), "valid"));
    rule("on newOrder invalid rejectedIdentifier");
    ck_assert(str_is(at(new_order(), "/status"), "invalid"));
}
END_TEST

START_TEST(the_clock_moves)
{
    time_t date;
    str url = location(new_order());
    rule("on directory first clock ahead 48h");
    ck_assert(
        date_from_http(header_of(sent("GET", ca_directory_url(b.ca)), "Date"), &date));
    ck_assert_int_ge(date, clock_wall() + 47L * 3600);
    ck_assert(str_is(at(said(url, STR_NONE), "/status"), "invalid"));
    rule("on directory first clock back 48h");
    ck_assert(sent("GET", ca_directory_url(b.ca)) != NULL);
    ck_assert(
        date_from_http(header_of(sent("GET", ca_directory_url(b.ca)), "Date"), &date)
        || header_of(sent("GET", ca_directory_url(b.ca)), "Date").len == 0);
    ck_assert_int_le(date, clock_wall() + 1);
}
END_TEST

START_TEST(lists_come_the_other_way_round)
{
    str order = location(new_order());
    str authz = at(said(order, STR_NONE), "/authorizations/0");
    str first = at(said(authz, STR_NONE), "/challenges/0/type");
    rule("on authorization layout reversed");
    const struct exchange *x = said(authz, STR_NONE);
    size_t count = json_array_size(json_object_get(x->body, "challenges"));
    ck_assert_uint_ge(count, 2);
    str last = json_str(json_pointer(x->body, fmt("/challenges/%zu/type", count - 1)));
    ck_assert(str_eq(last, first));
}
END_TEST

/* --- chains --- */

/* clang-format off */
static const struct {
    const char *chain;
    size_t certificates;
    const char *contains;
} chains[] = {
    { "leaf-only", 1, "-----BEGIN" },       { "with-root", 3, "-----BEGIN" },
    { "twice", 3, "-----BEGIN" },           { "text", 2, "\nissuer=" },
    { "crlf", 2, "-----\r\n" },             { "blank-lines", 2, "\n\n-----BEGIN" },
    { "bom", 2, "\xef\xbb\xbf-----BEGIN" }, { "unrelated", 2, "-----BEGIN" },
    { "reversed", 2, "-----BEGIN" },        { "no-newline", 2, "-----BEGIN" },
    { "private-key", 3, "-----BEGIN PRIVATE" },
    { "other-block", 3, "-----BEGIN X509 CRL" },
};
/* clang-format on */

static size_t count_of(str text, const char *what)
{
    size_t count = 0, found;
    while ((found = str_find(text, str_of(what))) < text.len) {
        count++;
        text = str_from(text, found + 1);
    }
    return count;
}

/* What is downloaded alone, as DER. */
static str single(str url)
{
    struct post post = signed_to(url, STR_NONE);
    headers_add(b.a, &post.headers, STR("Accept"), STR("application/pkix-cert"));
    return did(&post)->response.body;
}

START_TEST(chains_are_laid_out_otherwise)
{
    rule("on newOrder valid");
    str url = location(new_order());
    ck_assert(str_is(finalized(url), "valid"));
    str certificate = at(said(url, STR_NONE), "/certificate");
    str right = said(certificate, STR_NONE)->response.body;
    rule(fmt("on certificate chain %s", chains[_i].chain).ptr);
    str body = said(certificate, STR_NONE)->response.body;
    ck_assert_uint_eq(count_of(body, "-----BEGIN"), chains[_i].certificates);
    ck_assert(str_contains(body, str_of(chains[_i].contains)));
    ck_assert(!str_eq(body, right));
    bool leaf_first = str_eq(str_upto(body, 200), str_upto(right, 200));
    bool moved = strcmp(chains[_i].chain, "leaf-only") != 0
        && strcmp(chains[_i].chain, "with-root") != 0;
    ck_assert(leaf_first || moved);
    size_t fired = rules_fired(rules, 0);
    ck_assert(!str_contains(single(certificate), STR("-----")));
    ck_assert_uint_eq(rules_fired(rules, 0), fired);
}
END_TEST

/* --- what is looked at of a request --- */

START_TEST(when_looks_at_how_the_request_was_made)
{
    rule("on newOrder reply 403; when protected /alg is HS256\n");
    expect(new_order(), 201, NULL);
    rule("on newOrder\n  reply 418\n  when protected /alg is ES256\n  when sent "
         "User-Agent "
         "present\n  when payload contains www.shop.test\n  when csr names absent\n");
    expect(new_order(), 201, NULL);
    rule("on newOrder\n  reply 418\n  when protected /alg is ES256\n  when sent "
         "User-Agent "
         "present\n  when payload contains www.shop.test\n");
    expect(new_order(), 418, NULL);
    rule("on newOrder\n  reply 418\n  when protected /url is ${url}\n  when protected "
         "/nonce is ${nonce}\n  when header Link contains ${directory}\n");
    expect(new_order(), 418, NULL);
    rule("on newOrder reply 418; when protected /url is ${directory}");
    expect(new_order(), 201, NULL);
}
END_TEST

/* What a rule costs does not grow with what the CA was asked before. */
START_TEST(when_takes_no_more_memory_with_time)
{
    struct arena *step = arena_new(NULL);
    struct ca_options o = { .address = NULL };
    struct request request = { .method = STR("POST"),
                               .url = STR("https://a.test/"),
                               .body = STR("{}") };
    struct ca_wish wish = { .polls = 0 };
    struct reply reply = { .response = { .body = STR_NONE } };
    struct ca_request_info info = { .request = &request,
                                    .number = 1000000,
                                    .resource = RESOURCE_NEW_ORDER,
                                    .wish = &wish };
    rule("on newOrder reply 500; when request /profile present");
    rules_hook(rules, &o);
    ck_assert(!o.before(o.hook_context, step, &info, &reply));
    ck_assert_uint_lt(arena_size(step), 1000000);
    arena_end(step);
}
END_TEST

Suite *rules_states_suite(void)
{
    Suite *suite = suite_create("rules_states");
    TCase *c = tcase_create("states");
    tcase_add_checked_fixture(c, start, rules_stop);
    tcase_add_test(c, when_looks_at_how_the_request_was_made);
    tcase_add_test(c, when_takes_no_more_memory_with_time);
    tcase_add_test(c, an_order_is_ready_at_once_and_processing_so_many_polls);
    tcase_add_test(c, issuing_ends_in_an_error);
    tcase_add_loop_test(c, an_error_has_the_status_of_its_type, 0, countof(errors));
    tcase_add_test(c, an_order_expires);
    tcase_add_test(c, challenges_and_authorizations_end_as_told);
    tcase_add_test(c, the_clock_moves);
    tcase_add_test(c, lists_come_the_other_way_round);
    tcase_add_loop_test(c, chains_are_laid_out_otherwise, 0, countof(chains));
    suite_add_tcase(suite, c);
    return suite;
}
