/* SPDX-License-Identifier: MIT */
/* Each kind of rule, applied to a mock CA and seen by a mock client. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/tls.h"
#include "tests/rules_fixture.h"
#include "tests/wire.h"

Suite *rules_suite(void);

static void start(void)
{
    rules_start((struct ca_options){ .attempts = 2 });
}

static const struct exchange *get_directory(void)
{
    return sent("GET", ca_directory_url(b.ca));
}

/* What came is no answer, or half of one: without the bench's own asserts. */
static const struct exchange *tried(void)
{
    struct err err;
    const struct exchange *x;
    ck_assert(client_send(b.client, "GET", ca_directory_url(b.ca), NULL, STR_NONE, 0,
                          false, &x, &err));
    return x;
}

static size_t orders(void)
{
    return ca_figures(b.ca).orders;
}

/* --- which requests --- */

START_TEST(first_after_and_times_count)
{
    static const int wanted[] = { 201, 201, 500, 500, 201 };
    rule("on newOrder after 2 times 2 reply 500");
    for (size_t i = 0; i < countof(wanted); i++)
        expect(new_order(), wanted[i], NULL);
    ck_assert_uint_eq(rules_fired(rules, 0), 2);
    rule("on newOrder first reply 500");
    expect(get_directory(), 200, NULL);
    ck_assert_uint_eq(rules_fired(rules, 0), 0);
    expect(new_order(), 500, NULL);
    expect(new_order(), 201, NULL);
    ck_assert_uint_eq(rules_fired(rules, 0), 1);
}
END_TEST

START_TEST(any_is_all_of_acme)
{
    rule("on any header X-Rule: here");
    ck_assert(str_is(header_of(get_directory(), "X-Rule"), "here"));
    ck_assert(str_is(header_of(new_order(), "X-Rule"), "here"));
    str root = ca_directory_url(b.ca);
    root = fmt("%.*s/roots/0", STR_ARG(str_upto(root, root.len - strlen("/directory"))));
    const struct exchange *x = sent("GET", root);
    expect(x, 200, NULL);
    ck_assert_uint_eq(header_of(x, "X-Rule").len, 0);
}
END_TEST

START_TEST(when_looks_at_the_request)
{
    rule("on newOrder reply 403 rejectedIdentifier; when request /identifiers/0/value is "
         "bad.test");
    expect(new_order(), 201, NULL);
    expect(said(resource_url(RESOURCE_NEW_ORDER), order_payload("bad.test")), 403,
           "rejectedIdentifier");
    ck_assert_uint_eq(rules_fired(rules, 0), 1);
}
END_TEST

START_TEST(when_looks_at_the_answer)
{
    str url = location(new_order());
    rule("on order reply 503; when body /status is ready");
    expect(said(url, STR_NONE), 200, NULL);
    ck_assert_uint_eq(rules_fired(rules, 0), 0);
    rule("on order reply 503; when 200; when body /status is pending");
    expect(said(url, STR_NONE), 503, NULL);
    ck_assert_uint_eq(rules_fired(rules, 0), 1);
}
END_TEST

START_TEST(all_rules_that_fit_are_applied)
{
    rule("on directory\n  header X-One: 1\non directory\n  header X-Two: ${directory}\n");
    const struct exchange *x = get_directory();
    ck_assert(str_is(header_of(x, "X-One"), "1"));
    ck_assert(str_eq(header_of(x, "X-Two"), ca_directory_url(b.ca)));
}
END_TEST

static bool add_mark(void *context, struct arena *a, const struct ca_request_info *info,
                     struct reply *reply)
{
    (void)context;
    (void)info;
    headers_add(a, &reply->response.headers, STR("X-Status"),
                arena_printf(a, "%d", reply->response.status));
    return false;
}

START_TEST(a_hook_that_is_there_sees_what_goes_out)
{
    rules_stop();
    rules_start((struct ca_options){ .after = add_mark });
    rule("on directory handled; reply 418");
    ck_assert(str_is(header_of(get_directory(), "X-Status"), "418"));
}
END_TEST

/* --- replies --- */

START_TEST(a_reply_is_a_problem_and_nothing_was_done)
{
    size_t before = orders();
    rule("on newOrder reply 429 rateLimited; detail Too many; retry-after 3s");
    const struct exchange *x = new_order();
    expect(x, 429, "rateLimited");
    ck_assert(str_is(at(x, "/detail"), "Too many"));
    ck_assert(str_is(header_of(x, "Retry-After"), "3"));
    ck_assert(str_is(header_of(x, "Content-Type"), "application/problem+json"));
    ck_assert(header_of(x, "Replay-Nonce").len > 0);
    ck_assert_uint_eq(orders(), before);
    rule("on newOrder reply 429 rateLimited; handled");
    expect(new_order(), 429, "rateLimited");
    ck_assert_uint_eq(orders(), before + 1);
}
END_TEST

START_TEST(a_reply_may_have_another_type_and_subproblems)
{
    rule("on newOrder reply 400 urn:example:odd; subproblem caa for ::1; subproblem "
         "dns");
    const struct exchange *x = new_order();
    ck_assert(str_is(at(x, "/type"), "urn:example:odd"));
    ck_assert(str_is(at(x, "/subproblems/0/type"), PROBLEM_URN "caa"));
    ck_assert(str_is(at(x, "/subproblems/0/identifier/value"), "::1"));
    ck_assert(str_is(at(x, "/subproblems/0/identifier/type"), "ip"));
    ck_assert(str_is(at(x, "/subproblems/1/type"), PROBLEM_URN "dns"));
    rule("on newOrder reply 503");
    x = new_order();
    expect(x, 503, NULL);
    ck_assert_uint_eq(x->response.body.len, 0);
}
END_TEST

START_TEST(bad_nonce_once_is_got_over)
{
    rule("on newOrder first reply 400 badNonce");
    expect(said(resource_url(RESOURCE_NEW_ORDER), order_payload("www.shop.test")), 201,
           NULL);
    ck_assert_uint_eq(rules_fired(rules, 0), 1);
}
END_TEST

START_TEST(retry_after_may_be_a_date)
{
    time_t when;
    rule("on newOrder reply 503; retry-after 90s as date");
    ck_assert(date_from_http(header_of(new_order(), "Retry-After"), &when));
    ck_assert_int_ge(when, clock_wall() + 80);
    ck_assert_int_le(when, clock_wall() + 91);
}
END_TEST

START_TEST(a_redirect_leads_where_it_says)
{
    rule("on newOrder redirect ${url}?again");
    const struct exchange *x = new_order();
    expect(x, 302, NULL);
    ck_assert(str_ends(location(x), "/new-order?again"));
    rule("on newOrder reply 307; redirect /other");
    expect(new_order(), 307, NULL);
    rule("on newOrder redirect /other; status 308");
    x = new_order();
    expect(x, 308, NULL);
    ck_assert_uint_eq(x->response.body.len, 0);
}
END_TEST

START_TEST(each_name_in_a_text_is_replaced)
{
    rule("on newOrder header Link: <${url}>;rel=a, <${url}/2>;rel=b, $${url}");
    str link = header_of(new_order(), "Link");
    ck_assert(str_contains(link, STR("/new-order>;rel=a")));
    ck_assert(str_contains(link, STR("/new-order/2>;rel=b, ${url}")));
}
END_TEST

/* --- bodies and headers --- */

START_TEST(bodies_are_patched_and_replaced)
{
    rule("on directory patch { \"newNonce\": null, \"x\": { \"y\": \"${directory}\" } }");
    const struct exchange *x = get_directory();
    ck_assert_uint_eq(at(x, "/newNonce").len, 0);
    ck_assert(at(x, "/newOrder").len > 0);
    ck_assert(str_eq(at(x, "/x/y"), ca_directory_url(b.ca)));
    rule("on directory body { \"a\": \"b\" }; media-type text/odd");
    x = get_directory();
    ck_assert(str_is(x->response.body, "{\"a\":\"b\"}"));
    ck_assert(str_is(header_of(x, "Content-Type"), "text/odd"));
    rule("on directory body \"two words\"");
    ck_assert(str_is(get_directory()->response.body, "two words"));
}
END_TEST

/* clang-format off */
static const struct {
    const char *spoil, *starts, *ends;
} spoils[] = {
    { "html", "<!DOCTYPE html>", "</html>\n" }, { "garbage", "\x8f", "" },
    { "truncated", "{\"newNonce\"", "" },       { "bom", "\xef\xbb\xbf{", "}" },
    { "not-utf8", "{\"\xe9newNonce\"", "}" },   { "deep", "[[[[[[", "]]]]]]" },
    { "array", "[{", "}]" },                    { "null", "null", "null" },
    { "gzip", "\x1f\x8b\x08", "" },          { "crlf", "{\"newNonce\"", "}" },
};
/* clang-format on */

START_TEST(bodies_are_spoilt)
{
    rule(fmt("on directory spoil %s", spoils[_i].spoil).ptr);
    const struct exchange *x = tried();
    expect(x, 200, NULL);
    ck_assert_msg(str_starts(x->response.body, spoils[_i].starts), "%.*s",
                  STR_ARG(str_upto(x->response.body, 60)));
    ck_assert(str_ends(x->response.body, spoils[_i].ends));
}
END_TEST

START_TEST(bodies_are_laid_out_otherwise)
{
    rule("on directory layout pretty");
    ck_assert(str_contains(get_directory()->response.body, STR("{\n  \"newNonce\": ")));
    rule("on directory layout spaced");
    ck_assert(str_starts(get_directory()->response.body, "\r\n \t{"));
    rule("on directory layout slashes");
    const struct exchange *x = get_directory();
    ck_assert(str_contains(x->response.body, STR("https:\\/\\/")));
    ck_assert(str_starts(at(x, "/newNonce"), "https://"));
}
END_TEST

START_TEST(a_status_stands_alone)
{
    rule("on directory status 203");
    const struct exchange *x = get_directory();
    ck_assert_int_eq(x->response.status, 203);
    ck_assert(str_starts(at(x, "/newNonce"), "https://"));
}
END_TEST

START_TEST(bodies_are_empty_or_huge)
{
    rule("on directory spoil empty");
    ck_assert_uint_eq(get_directory()->response.body.len, 0);
    rule("on directory spoil huge");
    ck_assert(get_directory()->response.body_cut);
}
END_TEST

static bool is_written(const struct exchange *x, const char *name)
{
    bool seen = false;
    for (size_t i = 0; i < x->response.headers.count; i++)
        seen = seen || str_is(x->response.headers.item[i].name, name);
    return seen;
}

START_TEST(headers_are_changed)
{
    rule("on directory header Content-Type:; add-header Link: <x:y>; double-header "
         "Access-Control-Allow-Origin");
    const struct exchange *x = get_directory();
    ck_assert_uint_eq(headers_count(&x->response.headers, "Content-Type"), 0);
    ck_assert_uint_eq(headers_count(&x->response.headers, "Link"), 1);
    ck_assert_uint_eq(headers_count(&x->response.headers, "Access-Control-Allow-Origin"),
                      2);
    rule("on newNonce header-case odd");
    x = sent("HEAD", resource_url(RESOURCE_NEW_NONCE));
    ck_assert(is_written(x, "rEpLaY-NoNcE"));
    ck_assert(is_written(x, "dAtE"));
    ck_assert_uint_eq(headers_count(&x->response.headers, "Date"), 1);
}
END_TEST

START_TEST(answers_are_sent_in_other_ways)
{
    rule("on directory interim 103");
    ck_assert_int_eq(get_directory()->response.status, 200);
    rule("on directory manner chunked");
    const struct exchange *x = get_directory();
    ck_assert(headers_find(&x->response.headers, "Transfer-Encoding") != NULL);
    ck_assert(json_is_object(x->body));
    rule("on directory manner close");
    ck_assert(headers_find(&get_directory()->response.headers, "Connection") != NULL);
    rule("on directory redirect ${directory}/x; relative Location");
    x = get_directory();
    ck_assert(str_starts(*headers_find(&x->response.headers, "Location"), "/"));
}
END_TEST

START_TEST(nonces_are_wrong)
{
    str url = resource_url(RESOURCE_NEW_NONCE);
    rule("on newNonce replay-nonce none");
    ck_assert_uint_eq(header_of(sent("HEAD", url), "Replay-Nonce").len, 0);
    rule("on newNonce replay-nonce repeated");
    str first = header_of(sent("HEAD", url), "Replay-Nonce");
    ck_assert(first.len && str_eq(first, header_of(sent("HEAD", url), "Replay-Nonce")));
    rule("on newNonce replay-nonce !!!");
    ck_assert(str_is(header_of(sent("HEAD", url), "Replay-Nonce"), "!!!"));
    rule("on newOrder replay-nonce spent");
    const struct exchange *x = new_order();
    ck_assert(str_eq(header_of(x, "Replay-Nonce"), client_nonce_of(b.a, x)));
}
END_TEST

/* --- rules that change --- */

struct changing {
    struct rules_read read;
    atomic_bool over;
};

static void *change(void *context)
{
    struct changing *c = context;
    for (size_t i = 0; !atomic_load(&c->over); i++) {
        rules_set(rules, c->read.row, i % (c->read.count + 1));
        poll(NULL, 0, 1);
    }
    return NULL;
}

/* Who sets rules, or asks how often they were applied, need not be the CA's thread. */
START_TEST(rules_may_change_while_the_ca_is_asked)
{
    struct changing c = { .over = false };
    struct mistakes m = { .arena = b.a };
    pthread_t thread;
    str text = STR("on directory\n  add-header X-A: 1\non directory\n  relative Link\n");
    ck_assert(rules_read(b.a, "t", text, &c.read, &m) && c.read.count == 2);
    ck_assert_int_eq(pthread_create(&thread, NULL, change, &c), 0);
    for (int i = 0; i < 50; i++)
        expect(get_directory(), 200, NULL);
    atomic_store(&c.over, true);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

/* --- bytes --- */

START_TEST(answers_are_late_or_drip)
{
    int64_t before = clock_ms();
    rule("on directory delay 150ms");
    expect(get_directory(), 200, NULL);
    ck_assert_int_ge(clock_ms() - before, 150);
    before = clock_ms();
    rule("on directory drip 20ms 100");
    expect(get_directory(), 200, NULL);
    ck_assert_int_ge(clock_ms() - before, 80);
}
END_TEST

static const char *const no_answers[] = {
    "on directory manner drop",
    "on directory manner reset",
    "on directory manner cut",
    "on directory length 100000",
    "on directory broken-tls",
    "on directory raw-answer \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nhalf\"",
};

START_TEST(answers_do_not_come_whole)
{
    rule(no_answers[_i]);
    const struct exchange *x = tried();
    ck_assert_int_eq(x->response.status, 0);
    ck_assert(x->failure.len > 0);
    ck_assert_uint_eq(rules_fired(rules, 0) > 0, true);
    rules_set(rules, NULL, 0);
    expect(get_directory(), 200, NULL);
}
END_TEST

START_TEST(bytes_of_ones_own_are_sent)
{
    rule("on directory raw-answer \"HTTP/1.1 299 Odd\\r\\nContent-Length: "
         "2\\r\\n\\r\\nhi\"");
    const struct exchange *x = tried();
    expect(x, 299, NULL);
    ck_assert(str_is(x->response.body, "hi"));
}
END_TEST

/* --- handshakes --- */

/* As a client that offers these; what the CA selected, or why it came to nothing. */
static str shaken(const char *protocols)
{
    struct tls_wrong how = { .protocols = protocols };
    struct tls_probe seen;
    struct err err;
    int fd = wire_connect(ca_port(b.ca));
    bool good = tls_probe_wrongly(b.a, fd, wire_patience(5000), STR("localhost"), &how,
                                  &seen, &err);
    close(fd);
    return good ? seen.alpn : str_copy(b.a, str_of(err.text));
}

/* What was not offered is told by older versions of OpenSSL, and newer ones break off. */
static const struct {
    const char *rule, *offered, *seen, *or_else;
} handshakes[] = {
    { "on handshake first alpn h2", "http/1.1,h2", "h2", NULL },
    { "on handshake first alpn h2", "http/1.1", "h2", "bad extension" },
    { "on handshake first alpn http/9.9", "http/1.1,h2", "http/9.9", "bad extension" },
    { "on handshake first alpn refused", "http/1.1,h2", "alert no application protocol",
      NULL },
    { "on handshake first broken-tls", "http/1.1", "packet length too long", NULL },
};

START_TEST(a_handshake_is_odd_and_the_next_is_not)
{
    rule(handshakes[_i].rule);
    str seen = shaken(handshakes[_i].offered);
    const char *other = handshakes[_i].or_else;
    ck_assert_msg(str_contains(seen, str_of(handshakes[_i].seen))
                      || (other && str_contains(seen, str_of(other))),
                  "%s: %.*s", handshakes[_i].rule, STR_ARG(seen));
    ck_assert(str_is(shaken("http/1.1"), "http/1.1"));
    ck_assert_uint_eq(rules_fired(rules, 0), 1);
    expect(get_directory(), 200, NULL);
}
END_TEST

/* One that says nothing does not keep the CA from ending. */
START_TEST(an_odd_handshake_ends_with_the_ca)
{
    static const char *const kinds[] = { "on handshake alpn h2",
                                         "on handshake broken-tls" };
    rule(kinds[_i]);
    int silent = wire_connect(ca_port(b.ca));
    while (rules_fired(rules, 0) == 0)
        clock_sleep_ms(5);
    int64_t before = clock_ms();
    ca_stop(b.ca);
    ck_assert_int_lt(clock_ms() - before, wire_patience(1000));
    close(silent);
}
END_TEST

Suite *rules_suite(void)
{
    Suite *suite = suite_create("rules");
    TCase *c = tcase_create("rules");
    tcase_add_checked_fixture(c, start, rules_stop);
    tcase_add_test(c, first_after_and_times_count);
    tcase_add_test(c, any_is_all_of_acme);
    tcase_add_test(c, when_looks_at_the_request);
    tcase_add_test(c, when_looks_at_the_answer);
    tcase_add_test(c, all_rules_that_fit_are_applied);
    tcase_add_test(c, a_hook_that_is_there_sees_what_goes_out);
    tcase_add_test(c, a_reply_is_a_problem_and_nothing_was_done);
    tcase_add_test(c, a_reply_may_have_another_type_and_subproblems);
    tcase_add_test(c, bad_nonce_once_is_got_over);
    tcase_add_test(c, retry_after_may_be_a_date);
    tcase_add_test(c, a_redirect_leads_where_it_says);
    tcase_add_test(c, each_name_in_a_text_is_replaced);
    tcase_add_test(c, bodies_are_patched_and_replaced);
    tcase_add_loop_test(c, bodies_are_spoilt, 0, countof(spoils));
    tcase_add_test(c, bodies_are_laid_out_otherwise);
    tcase_add_test(c, a_status_stands_alone);
    tcase_add_test(c, bodies_are_empty_or_huge);
    tcase_add_test(c, headers_are_changed);
    tcase_add_loop_test(c, a_handshake_is_odd_and_the_next_is_not, 0,
                        countof(handshakes));
    tcase_add_loop_test(c, an_odd_handshake_ends_with_the_ca, 0, 2);
    tcase_add_test(c, answers_are_sent_in_other_ways);
    tcase_add_test(c, nonces_are_wrong);
    tcase_add_test(c, rules_may_change_while_the_ca_is_asked);
    tcase_add_test(c, answers_are_late_or_drip);
    tcase_add_loop_test(c, answers_do_not_come_whole, 0, countof(no_answers));
    tcase_add_test(c, bytes_of_ones_own_are_sent);
    suite_add_tcase(suite, c);
    return suite;
}
