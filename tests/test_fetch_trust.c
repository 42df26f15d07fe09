/* SPDX-License-Identifier: MIT */
/* Fetching over TLS: whom it trusts and the sentence when it does not; kept connections,
 * the pin, requests that arrive together, and raw bytes over TLS. */
#include <check.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/cert.h"
#include "http/fetch.h"
#include "http/listen.h"
#include "tests/wire.h"

Suite *fetch_trust_suite(void);

static struct arena *a;
static struct err err;
static struct response response;
static struct timings timings;
static atomic_int present;

static void begin(void)
{
    a = arena_new(NULL);
    err.text[0] = '\0';
    present = 0;
}

static void finish(void)
{
    arena_end(a);
}

/* Tells how it was asked. */
static void handle(void *context, struct arena *step, const struct request *request,
                   const char *peer, struct reply *reply)
{
    (void)context;
    (void)peer;
    reply->response.status = 200;
    reply->response.body = str_copy(step, request->url);
}

/* Roots and listeners of its own for each test. */
struct other_end {
    struct key *key;
    struct cert *cert;
    str root; /* PEM */
    struct listener *listener;
};

static struct other_end started(const char *dns, const char *ip, long from, long until,
                                const struct other_end *issuer)
{
    struct other_end end = { .key = key_new(a, KEY_P256, &err) };
    struct cert_spec spec = { .subject = STR("tester"),
                              .key = end.key,
                              .issuer = issuer ? issuer->cert : NULL,
                              .issuer_key = issuer ? issuer->key : NULL,
                              .ca = !dns,
                              .not_before = clock_wall() + from,
                              .not_after = clock_wall() + until };
    if (dns)
        strs_add(a, &spec.dns_names, str_of(dns));
    if (ip)
        strs_add(a, &spec.ip_addresses, str_of(ip));
    end.cert = cert_issue(a, &spec, &err);
    ck_assert_msg(end.cert != NULL, "%s", err.text);
    end.root = cert_pem(a, end.cert);
    if (!dns)
        return end;
    struct listen_options options = { .address = "127.0.0.1",
                                      .cert_pem = end.root,
                                      .key_pem = key_private_pem(a, end.key),
                                      .handler = handle };
    end.listener = listener_new(a, &options, &err);
    ck_assert_msg(end.listener != NULL, "%s", err.text);
    return end;
}

static struct fetcher *trusting(str root)
{
    struct fetch_options options = { .ca_pem = root,
                                     .connect_ms = wire_patience(2000),
                                     .total_ms = wire_patience(5000) };
    return fetcher_new(a, &options);
}

static str url_of(const struct other_end *end)
{
    return arena_printf(a, "https://127.0.0.1:%d/x", listener_port(end->listener));
}

static bool got(struct fetcher *f, str url)
{
    struct request request = { .method = STR("GET"), .url = url };
    return fetch(f, a, &request, &response, &timings, &err);
}

/* --- trust --- */

START_TEST(a_root_is_trusted_and_so_is_what_it_signed)
{
    struct other_end root = started(NULL, NULL, -60, 3600, NULL);
    struct other_end end = started("a.test", "127.0.0.1", -60, 3600, &root);
    ck_assert_msg(got(trusting(root.root), url_of(&end)), "%s", err.text);
    ck_assert(str_eq(response.body, url_of(&end)));
}
END_TEST

/* clang-format off */
static const struct { const char *dns, *ip; long from, until; bool known; const char *why; } bad[] = {
    { "a.test", "127.0.0.1", -60, 3600, false, "self-signed certificate" },
    { "a.test", "127.0.0.1", -7200, -3600, true, "certificate has expired" },
    { "a.test", "127.0.0.1", 3600, 7200, true, "certificate is not yet valid" },
    { "a.test", "127.0.0.2", -60, 3600, true, "matches target host name" },
    { "127.0.0.1", NULL, -60, 3600, true, "matches target host name" },
};
/* clang-format on */

START_TEST(a_certificate_that_is_not_to_be_trusted_has_its_sentence)
{
    struct other_end stranger = started(NULL, NULL, -60, 3600, NULL);
    struct other_end end =
        started(bad[_i].dns, bad[_i].ip, bad[_i].from, bad[_i].until, NULL);
    str wanted = arena_printf(a, "the certificate of 127.0.0.1:%d is not to be trusted: ",
                              listener_port(end.listener));
    ck_assert(!got(trusting(bad[_i].known ? end.root : stranger.root), url_of(&end)));
    ck_assert_msg(str_starts(str_of(err.text), wanted.ptr), "%s", err.text);
    ck_assert_msg(strstr(err.text, bad[_i].why) != NULL, "%s", err.text);
    struct fetch_options options = { .insecure = true };
    ck_assert_msg(got(fetcher_new(a, &options), url_of(&end)), "%s", err.text);
}
END_TEST

START_TEST(a_peer_without_tls_has_its_sentence)
{
    static str hello = STR_INIT("HTTP/1.1 400 Bad Request\r\n\r\n");
    struct wire *w = wire_start(a, wire_say, &hello);
    struct other_end root = started(NULL, NULL, -60, 3600, NULL);
    str url = arena_printf(a, "https://127.0.0.1:%d/", wire_port(w));
    ck_assert(!got(trusting(root.root), url));
    str wanted =
        arena_printf(a, "the TLS handshake with 127.0.0.1:%d broke: ", wire_port(w));
    ck_assert_msg(str_starts(str_of(err.text), wanted.ptr), "%s", err.text);
}
END_TEST

START_TEST(a_peer_with_tls_that_is_asked_without_has_its_sentence)
{
    struct other_end end = started("a.test", "127.0.0.1", -60, 3600, NULL);
    str url = arena_printf(a, "http://127.0.0.1:%d/", listener_port(end.listener));
    ck_assert(!got(trusting(end.root), url));
    ck_assert_msg(strstr(err.text, "closed the connection without an answer") != NULL,
                  "%s", err.text);
}
END_TEST

START_TEST(roots_that_are_none_are_told_before_anything_is_sent)
{
    struct other_end end = started("a.test", "127.0.0.1", -60, 3600, NULL);
    ck_assert(!fetch_trust(STR("no PEM"), &err));
    ck_assert_str_eq(err.text, "there is no certificate in the PEM text of the roots");
    err.text[0] = '\0';
    ck_assert(!got(trusting(STR("no PEM")), url_of(&end)));
    ck_assert_str_eq(err.text, "there is no certificate in the PEM text of the roots");
    ck_assert_msg(fetch_trust(end.root, &err), "%s", err.text);
    str both = arena_printf(a, "words\n%s%s",
                            started(NULL, NULL, -60, 3600, NULL).root.ptr, end.root.ptr);
    ck_assert_msg(got(trusting(both), url_of(&end)), "%s", err.text);
}
END_TEST

/* --- connections --- */

START_TEST(a_connection_is_kept_until_it_is_dropped)
{
    struct other_end end = started("a.test", "127.0.0.1", -60, 3600, NULL);
    struct fetcher *f = trusting(end.root);
    ck_assert(got(f, url_of(&end)) && timings.new_connection);
    ck_assert(got(f, url_of(&end)) && !timings.new_connection);
    fetcher_drop_connections(f);
    ck_assert(got(f, url_of(&end)) && timings.new_connection);
    ck_assert(!got(f, STR("http://127.0.0.1:1/")));
    ck_assert(got(f, url_of(&end)));
    ck_assert(str_eq(response.body, url_of(&end)));
}
END_TEST

/* clang-format off */
static const struct { const char *pin, *url; bool goes_there; } pins[] = {
    { "a.test", "https://a.test/x", true },
    { "a.test", "https://A.TEST/x", true },
    { "a.test", "https://a.test:14000/x", true },
    { "", "https://a.test/x", true },
    { "b.test", "https://127.0.0.1:1/x", false },
};
/* clang-format on */

START_TEST(a_pin_leads_a_host_to_an_address)
{
    struct other_end end = started("a.test", NULL, -60, 3600, NULL);
    struct fetch_options options = { .ca_pem = end.root,
                                     .connect_ms = wire_patience(2000),
                                     .pin_host = str_of(pins[_i].pin),
                                     .pin_address = STR("127.0.0.1"),
                                     .pin_port = listener_port(end.listener) };
    struct fetcher *f = fetcher_new(a, &options);
    ck_assert_msg(got(f, str_of(pins[_i].url)) == pins[_i].goes_there, "%s", err.text);
    if (pins[_i].goes_there)
        ck_assert(str_eq_nocase(response.body, str_of(pins[_i].url)));
}
END_TEST

/* clang-format off */
static const struct { const char *pin, *url, *place; } places[] = {
    { "a.test",    "http://a.test/x",      "a.test:80 (at 127.0.0.1:PORT)" },
    { "",          "http://b.test:8080/x", "b.test:8080 (at 127.0.0.1:PORT)" },
    { "127.0.0.1", "http://127.0.0.1/x",   "127.0.0.1:80 (at 127.0.0.1:PORT)" },
    { "127.0.0.1", "http://127.0.0.1:1/x", "127.0.0.1:1" },
    { "a.test",    "http://127.0.0.1:1/x", "127.0.0.1:1" },
};
/* clang-format on */

/* Who looks for what is not there has to be told where. */
START_TEST(a_sentence_says_where_a_pin_leads)
{
    struct arena *step = arena_new(a);
    str url = str_of(places[_i].url);
    struct wire *w = wire_start(step, wire_be_silent, NULL);
    int port = str_contains(url, STR("127.0.0.1:1")) ? 1 : wire_port(w);
    arena_end(step);
    struct fetch_options options = { .connect_ms = wire_patience(2000),
                                     .pin_host = str_of(places[_i].pin),
                                     .pin_address = STR("127.0.0.1"),
                                     .pin_port = port };
    ck_assert(!got(fetcher_new(a, &options), url));
    str place = str_of(places[_i].place);
    size_t at = str_find(place, STR("PORT"));
    str number = at < place.len ? arena_printf(a, "%d)", port) : STR_NONE;
    str want = arena_printf(a, "%.*s%.*s refused the connection; nothing listens there",
                            STR_ARG(str_upto(place, at)), STR_ARG(number));
    ck_assert_str_eq(err.text, want.ptr);
}
END_TEST

/* --- together --- */

enum { CROWD = 12, LATE_MS = 400 };

/* Each answer takes longer than all requests may. */
static void answer_late(void *context, struct arena *step, const struct request *request,
                        const char *peer, struct reply *reply)
{
    (void)context;
    (void)peer;
    present++;
    reply->response.status = 200;
    reply->response.body = str_copy(step, request->url);
    reply->manner.delay_ms = 300;
}

START_TEST(requests_arrive_together_each_with_its_answer)
{
    struct listen_options listening = { .address = "127.0.0.1", .handler = answer_late };
    struct listener *l = listener_new(a, &listening, &err);
    struct request requests[CROWD];
    struct response responses[CROWD];
    struct timings times[CROWD];
    struct err errs[CROWD];
    int64_t first = INT64_MAX, last = 0;
    ck_assert_msg(l != NULL, "%s", err.text);
    for (int i = 0; i < CROWD; i++)
        requests[i] = (struct request){ .method = STR("GET"),
                                        .url = arena_printf(a, "http://127.0.0.1:%d/%d",
                                                            listener_port(l), i) };
    struct wire *silent = wire_start(a, wire_be_silent, NULL);
    struct fetch_options options = { .insecure = true, .connect_ms = LATE_MS };
    requests[5].url = arena_printf(a, "https://127.0.0.1:%d/", wire_port(silent));
    int64_t begun = clock_us();
    fetch_together(fetcher_new(a, &options), a, requests, CROWD, responses, times, errs);
    for (int i = 0; i < CROWD; i++) {
        if (i == 5)
            continue;
        ck_assert_msg(responses[i].status == 200, "%s", errs[i].text);
        ck_assert(str_eq(responses[i].body, requests[i].url));
        first = times[i].sent_us < first ? times[i].sent_us : first;
        last = times[i].sent_us > last ? times[i].sent_us : last;
    }
    ck_assert_int_eq(responses[5].status, 0);
    ck_assert_ptr_nonnull(strstr(errs[5].text, "the TLS handshake"));
    ck_assert_int_eq(present, CROWD - 1);
    ck_assert_int_ge(first - begun,
                     (int64_t)LATE_MS * 900); /* all waited for the last to be ready */
    ck_assert_int_lt(last - first, 250000);   /* and none for another's answer */
}
END_TEST

/* --- raw bytes --- */

START_TEST(raw_bytes_go_over_tls_that_was_verified)
{
    struct other_end end = started("a.test", "127.0.0.1", -60, 3600, NULL);
    struct other_end stranger = started(NULL, NULL, -60, 3600, NULL);
    str bytes = STR("GET /x HTTP/1.1\r\nHost: h\r\n\r\n"), answer;
    ck_assert_msg(fetch_raw(trusting(end.root), a, url_of(&end), bytes, &answer, &err),
                  "%s", err.text);
    ck_assert(str_starts(answer, "HTTP/1.1 200 OK\r\n"));
    ck_assert(str_ends(answer, "\r\n\r\nhttps://h/x"));
    ck_assert(!fetch_raw(trusting(stranger.root), a, url_of(&end), bytes, &answer, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "is not to be trusted"));
}
END_TEST

START_TEST(raw_bytes_have_a_deadline_and_a_ceiling)
{
    static str text =
        STR_INIT("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nxxxxxxxxxxxxxxxx");
    struct wire *silent = wire_start(a, wire_be_silent, NULL);
    struct wire *endless = wire_start(a, wire_repeat, &text);
    struct fetch_options options = { .total_ms = 200, .body_ceiling = 5000 };
    struct fetcher *f = fetcher_new(a, &options);
    str url = arena_printf(a, "http://127.0.0.1:%d/", wire_port(silent)), answer;
    int64_t before = clock_ms();
    ck_assert(fetch_raw(f, a, url, STR("GET"), &answer, &err));
    ck_assert_uint_eq(answer.len, 0);
    ck_assert_int_ge(clock_ms() - before, 199);
    fetcher_deadline(f, wire_patience(5000));
    url = arena_printf(a, "http://127.0.0.1:%d/", wire_port(endless));
    ck_assert(fetch_raw(f, a, url, STR("GET"), &answer, &err));
    ck_assert_uint_eq(answer.len, 5000 + 256 * 1024);
    ck_assert_int_lt(clock_ms() - before, wire_patience(5000));
}
END_TEST

Suite *fetch_trust_suite(void)
{
    Suite *suite = suite_create("fetch_trust");
    TCase *t = tcase_create("fetch_trust");
    tcase_add_unchecked_fixture(t, fetch_start, NULL); /* before Check forks */
    tcase_add_checked_fixture(t, begin, finish);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, a_root_is_trusted_and_so_is_what_it_signed);
    tcase_add_loop_test(t, a_certificate_that_is_not_to_be_trusted_has_its_sentence, 0,
                        countof(bad));
    tcase_add_test(t, a_peer_without_tls_has_its_sentence);
    tcase_add_test(t, a_peer_with_tls_that_is_asked_without_has_its_sentence);
    tcase_add_test(t, roots_that_are_none_are_told_before_anything_is_sent);
    tcase_add_test(t, a_connection_is_kept_until_it_is_dropped);
    tcase_add_loop_test(t, a_pin_leads_a_host_to_an_address, 0, countof(pins));
    tcase_add_loop_test(t, a_sentence_says_where_a_pin_leads, 0, countof(places));
    tcase_add_test(t, requests_arrive_together_each_with_its_answer);
    tcase_add_test(t, raw_bytes_go_over_tls_that_was_verified);
    tcase_add_test(t, raw_bytes_have_a_deadline_and_a_ceiling);
    suite_add_tcase(suite, t);
    return suite;
}
