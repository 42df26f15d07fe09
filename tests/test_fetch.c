/* SPDX-License-Identifier: MIT */
/* Fetching: what goes out, what is read of what comes back, and the sentence for each way
 * in which an exchange breaks.  The other end is bare sockets that say what a row has. */
#include <check.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "http/fetch.h"
#include "tests/wire.h"

Suite *fetch_suite(void);

static struct arena *a;
static struct err err;
static struct response response;
static struct timings timings;

static void begin(void)
{
    a = arena_new(NULL);
    err.text[0] = '\0';
}

static void finish(void)
{
    arena_end(a);
}

static struct fetcher *fetcher(void)
{
    struct fetch_options options = { .connect_ms = wire_patience(2000),
                                     .total_ms = wire_patience(5000),
                                     .body_ceiling = 1000,
                                     .user_agent = "tester/1" };
    return fetcher_new(a, &options);
}

static struct wire *serving(wire_act *act, str text)
{
    str *kept = NEW(a, str);
    *kept = text;
    return wire_start(a, act, kept);
}

static str url_of(const struct wire *w, const char *path)
{
    return arena_printf(a, "http://127.0.0.1:%d%s", wire_port(w), path);
}

static bool got(str url)
{
    struct request request = { .method = STR("GET"), .url = url };
    return fetch(fetcher(), a, &request, &response, &timings, &err);
}

/* --- what goes out --- */

struct asked {
    const char *method, *path, *body;
    struct header header[4]; /* ends with one without a name */
    const char *seen;        /* HOST stands for the address */
};

/* clang-format off */
static const struct asked requests[] = {
    { "GET", "/dir", "", { { { NULL, 0 }, { NULL, 0 } } },
      "GET /dir HTTP/1.1\r\nHost: HOST\r\nUser-Agent: tester/1\r\n\r\n" },
    { "GET", "/a/../b//./%2e?q#f", "", { { { NULL, 0 }, { NULL, 0 } } },
      "GET /a/../b//./%2e?q HTTP/1.1\r\nHost: HOST\r\nUser-Agent: tester/1\r\n\r\n" },
    { "HEAD", "/n", "", { { { NULL, 0 }, { NULL, 0 } } },
      "HEAD /n HTTP/1.1\r\nHost: HOST\r\nUser-Agent: tester/1\r\n\r\n" },
    { "POST", "/n", "{}", { { STR_INIT("Content-Type"), STR_INIT("application/jose+json") } },
      "POST /n HTTP/1.1\r\nHost: HOST\r\nUser-Agent: tester/1\r\n"
      "Content-Type: application/jose+json\r\nContent-Length: 2\r\n\r\n{}" },
    { "POST", "/n", "", { { { NULL, 0 }, { NULL, 0 } } },
      "POST /n HTTP/1.1\r\nHost: HOST\r\nUser-Agent: tester/1\r\nContent-Length: 0\r\n\r\n" },
    { "PATCH", "/n", "", { { { NULL, 0 }, { NULL, 0 } } },
      "PATCH /n HTTP/1.1\r\nHost: HOST\r\nUser-Agent: tester/1\r\nContent-Length: 0\r\n\r\n" },
    { "BREW", "/n", "", { { { NULL, 0 }, { NULL, 0 } } },
      "BREW /n HTTP/1.1\r\nHost: HOST\r\nUser-Agent: tester/1\r\n\r\n" },
    { "GET", "/n", "x", { { { NULL, 0 }, { NULL, 0 } } },
      "GET /n HTTP/1.1\r\nHost: HOST\r\nUser-Agent: tester/1\r\nContent-Length: 1\r\n\r\nx" },
    { "GET", "/n", "",
      { { STR_INIT("User-Agent"), STR_INIT("other/2") }, { STR_INIT("Accept"), STR_INIT("a/b, c/d") } },
      "GET /n HTTP/1.1\r\nHost: HOST\r\nUser-Agent: other/2\r\nAccept: a/b, c/d\r\n\r\n" },
    { "GET", "/n", "",
      { { STR_INIT("User-Agent"), { "", 0 } }, { STR_INIT("X"), STR_INIT("1") }, { STR_INIT("X"), STR_INIT("2") } },
      "GET /n HTTP/1.1\r\nHost: HOST\r\nX: 1\r\nX: 2\r\n\r\n" },
};
/* clang-format on */

START_TEST(exactly_what_was_asked_for_goes_out)
{
    const struct asked *row = &requests[_i];
    struct wire *w =
        serving(wire_say, STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    struct request request = { .method = str_of(row->method),
                               .url = url_of(w, row->path),
                               .body = str_of(row->body) };
    for (size_t i = 0; i < countof(row->header) && row->header[i].name.len; i++)
        headers_add(a, &request.headers, row->header[i].name, row->header[i].value);
    ck_assert_msg(fetch(fetcher(), a, &request, &response, &timings, &err), "%s",
                  err.text);
    str seen = wire_seen(w), host = arena_printf(a, "127.0.0.1:%d", wire_port(w));
    size_t at = str_find(seen, host);
    seen = arena_printf(a, "%.*sHOST%.*s", STR_ARG(str_upto(seen, at)),
                        STR_ARG(str_from(seen, at + host.len)));
    ck_assert_str_eq(seen.ptr, row->seen);
}
END_TEST

/* clang-format off */
static const struct { str method, url, name, value, body; const char *why; } unsendable[] = {
    { STR_INIT("GET"), STR_INIT("ftp://127.0.0.1/"), { "", 0 }, { "", 0 }, { "", 0 },
      "ftp://127.0.0.1/ is no http or https URL: " },
    { STR_INIT("GET"), STR_INIT("file:///etc/passwd"), { "", 0 }, { "", 0 }, { "", 0 },
      "is no http or https URL: " },
    { STR_INIT("GET"), STR_INIT("http://[::1/"), { "", 0 }, { "", 0 }, { "", 0 },
      "is no http or https URL: " },
    { STR_INIT("GET"), STR_INIT("http://127.0.0.1:99999/"), { "", 0 }, { "", 0 }, { "", 0 },
      "is no http or https URL: " },
    { STR_INIT("GET"), STR_INIT("http://a b/"), { "", 0 }, { "", 0 }, { "", 0 },
      "is no http or https URL: " },
    { STR_INIT("GET"), { "", 0 }, { "", 0 }, { "", 0 }, { "", 0 }, "is no http or https URL: " },
    { STR_INIT("GET"), STR_INIT("http://127.0.0.1/\0x"), { "", 0 }, { "", 0 }, { "", 0 },
      "a URL with a NUL in it cannot be asked for" },
    { STR_INIT("GE T"), STR_INIT("http://127.0.0.1/"), { "", 0 }, { "", 0 }, { "", 0 },
      "\"GE T\" is no HTTP method" },
    { STR_INIT("GET\r\nX: y"), STR_INIT("http://127.0.0.1/"), { "", 0 }, { "", 0 }, { "", 0 },
      "is no HTTP method" },
    { { "", 0 }, STR_INIT("http://127.0.0.1/"), { "", 0 }, { "", 0 }, { "", 0 }, "\"\" is no HTTP method" },
    { STR_INIT("HEAD"), STR_INIT("http://127.0.0.1/"), { "", 0 }, { "", 0 }, STR_INIT("x"),
      "a HEAD request cannot have a body here; send it as raw bytes" },
    { STR_INIT("GET"), STR_INIT("http://127.0.0.1/"), STR_INIT("X"), STR_INIT("a\r\nY: b"), { "", 0 },
      "the header \"X\" has no name, or a line break in it" },
    { STR_INIT("GET"), STR_INIT("http://127.0.0.1/"), STR_INIT("X\nY"), STR_INIT("a"), { "", 0 },
      "the header \"\" has no name, or a line break in it" },
    { STR_INIT("GET"), STR_INIT("http://127.0.0.1/"), STR_INIT("X"), STR_INIT("a\0b"), { "", 0 },
      "the header \"X\" has no name, or a line break in it" },
};
/* clang-format on */

START_TEST(what_cannot_be_sent_is_told)
{
    struct request request = { .method = unsendable[_i].method,
                               .url = unsendable[_i].url,
                               .body = unsendable[_i].body };
    if (unsendable[_i].value.len)
        headers_add(a, &request.headers, unsendable[_i].name, unsendable[_i].value);
    ck_assert(!fetch(fetcher(), a, &request, &response, &timings, &err));
    ck_assert_msg(strstr(err.text, unsendable[_i].why) != NULL, "%s", err.text);
    ck_assert_int_eq(response.status, 0);
}
END_TEST

/* --- what comes back --- */

/* clang-format off */
static const struct { const char *answer; int status; const char *reason, *headers, *body; } answers[] = {
    { "HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 2\r\n\r\nhi", 200, "OK", "A=1\nContent-Length=2\n", "hi" },
    { "HTTP/1.1 404 Not Found\r\n\r\nno", 404, "Not Found", "", "no" },
    { "HTTP/1.1 999 \r\nContent-Length: 0\r\n\r\n", 999, "", "Content-Length=0\n", "" },
    { "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, "", "Content-Length=0\n", "" },
    { "HTTP/1.0 201 Made it\r\n\r\nx", 201, "Made it", "", "x" },
    { "HTTP/1.1 200 OK\nA: 1\n\nx", 200, "OK", "A=1\n", "x" },
    { "HTTP/1.1 100 Continue\r\nB: 2\r\n\r\nHTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 0\r\n\r\n",
      200, "OK", "A=1\nContent-Length=0\n", "" },
    { "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n",
      400, "No", "Content-Length=0\n", "" },
    { "HTTP/1.1 200 OK\r\nA: one\r\n two\r\n\tthree\r\nA:  four \r\nB:\r\nContent-Length: 0\r\n\r\n",
      200, "OK", "A=one two three\nA=four\nB=\nContent-Length=0\n", "" },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1;x=y\r\n!\r\n0\r\nTrailer: x\r\n\r\n",
      200, "OK", "Transfer-Encoding=chunked\n", "hi!" },
    { "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n",
      302, "Found", "Location=/again\nContent-Length=0\n", "" },
    { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08z",
      200, "OK", "Content-Encoding=gzip\nContent-Length=4\n", "\x1f\x8b\x08z" },
    { "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
      401, "No", "WWW-Authenticate=Basic\nSet-Cookie=a=b\nContent-Length=0\n", "" },
    { "HTTP/1.1 204 None\r\nReplay-Nonce: one\r\nreplay-nonce: two\r\n\r\n",
      204, "None", "Replay-Nonce=one\nreplay-nonce=two\n", "" },
};
/* clang-format on */

static const char *told_headers(void)
{
    struct buf b = buf_new(a, CEILING_BODY);
    buf_add(&b, STR_NONE);
    for (size_t i = 0; i < response.headers.count; i++)
        buf_addf(&b, "%.*s=%.*s\n", STR_ARG(response.headers.item[i].name),
                 STR_ARG(response.headers.item[i].value));
    return str_z(a, buf_str(&b));
}

START_TEST(an_answer_is_read_as_it_came)
{
    struct wire *w = serving(wire_say, str_of(answers[_i].answer));
    ck_assert_msg(got(url_of(w, "/")), "%s", err.text);
    ck_assert_int_eq(response.status, answers[_i].status);
    ck_assert(str_is(response.reason, answers[_i].reason));
    ck_assert_str_eq(told_headers(), answers[_i].headers);
    ck_assert(str_is(response.body, answers[_i].body));
    ck_assert(!response.body_cut);
    ck_assert(str_starts(response.version, "HTTP/1."));
    ck_assert(timings.new_connection && timings.sent_us <= timings.first_us
              && timings.first_us <= timings.done_us);
}
END_TEST

/* clang-format off */
static const struct { const char *answer, *sentence; bool exact; } broken[] = {
    { "", "HOST closed the connection without an answer: ", false },
    { "garbage\r\n\r\n", "what HOST answered is not HTTP: ", false },
    { "HTTP/1.", "HOST closed the connection without an answer: ", false },
    { "HTTP/1.1 2oo OK\r\n\r\n", "what HOST answered is not HTTP: ", false },
    { "HTTP/1.1 2000 OK\r\n\r\n", "what HOST answered is not HTTP: ", false },
    { "HTTP/1.1 099 OK\r\n\r\n", "what HOST answered is not HTTP: ", false },
    { "HTTP/9.9 200 OK\r\n\r\n", "what HOST answered is not HTTP: ", false },
    { "HTTP/1.1 200 OK\r\nA: 1\r\n", "HOST closed the connection in the middle of the header", true },
    { "HTTP/1.1 100 Continue\r\n\r\n", "HOST closed the connection ", false },
    { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
      "HOST closed the connection in the middle of the answer: ", false },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
      "HOST closed the connection in the middle of the answer: ", false },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      "what HOST answered is not HTTP: ", false },
    { "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc", "what HOST answered is not HTTP: ", false },
    { "SSH-2.0-OpenSSH_9.2\r\n", "what HOST answered is not HTTP: ", false },
    { "\x15\x03\x01\x00\x02\x02\x46", "what HOST answered is not HTTP: ", false },
};
/* clang-format on */

/* The sentence with the address in the place of HOST. */
static str sentence(const struct wire *w, const char *text)
{
    str s = str_of(text);
    size_t at = str_find(s, STR("HOST"));
    return arena_printf(a, "%.*s127.0.0.1:%d%.*s", STR_ARG(str_upto(s, at)), wire_port(w),
                        STR_ARG(str_from(s, at + 4)));
}

START_TEST(an_answer_that_breaks_has_its_sentence)
{
    struct wire *w = serving(wire_say, str_of(broken[_i].answer));
    ck_assert_msg(!got(url_of(w, "/")), "status %d", response.status);
    str wanted = sentence(w, broken[_i].sentence);
    ck_assert_msg(str_starts(str_of(err.text), wanted.ptr), "%s", err.text);
    ck_assert(!broken[_i].exact || str_is(wanted, err.text));
    ck_assert_int_eq(response.status, 0);
    ck_assert_uint_eq(response.body.len, 0);
}
END_TEST

START_TEST(a_reset_has_its_sentence)
{
    struct wire *w = serving(wire_say_and_reset, STR("HTTP/1.1 200 OK\r\nA: 1\r\n"));
    ck_assert(!got(url_of(w, "/")));
    ck_assert_ptr_nonnull(strstr(err.text, "broke before the answer was complete: "));
}
END_TEST

START_TEST(a_refused_connection_has_its_sentence)
{
    struct arena *step = arena_new(a);
    struct wire *w = wire_start(step, wire_be_silent, NULL);
    str url = url_of(w, "/"),
        wanted = sentence(w, "HOST refused the connection; nothing listens there");
    arena_end(step);
    ck_assert(!got(url));
    ck_assert_str_eq(err.text, wanted.ptr);
}
END_TEST

START_TEST(a_name_that_nobody_has_is_told)
{
    ck_assert(!got(STR("http://no-such-name.invalid/")));
    ck_assert_msg(strstr(err.text, "the name in no-such-name.invalid:80 does not resolve")
                      || strstr(err.text, "did not resolve within"),
                  "%s", err.text);
}
END_TEST

/* --- ceilings --- */

START_TEST(a_body_at_its_ceiling_is_whole_and_one_byte_more_is_cut)
{
    char body[1001];
    memset(body, 'x', sizeof body);
    for (size_t len = 1000; len <= 1001; len++) {
        str answer = arena_printf(a, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%.*s",
                                  len, (int)len, body);
        ck_assert_msg(got(url_of(serving(wire_say, answer), "/")), "%s", err.text);
        ck_assert_uint_eq(response.body.len, 1000);
        ck_assert_int_eq(response.body_cut, len > 1000);
    }
}
END_TEST

static void endless_body(int fd, str request, void *context)
{
    (void)request;
    if (wire_send(fd, STR("HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n")))
        wire_repeat(fd, request, context);
}

static void endless_header(int fd, str request, void *context)
{
    if (wire_send(fd, STR("HTTP/1.1 200 OK\r\n")))
        wire_repeat(fd, request, context);
}

static void endless_interim(int fd, str request, void *context)
{
    (void)context;
    static const str hint = STR_INIT("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
    str copy = hint;
    wire_repeat(fd, request, &copy);
}

START_TEST(an_endless_body_is_cut)
{
    struct wire *w = serving(endless_body, STR("0123456789abcdef0123456789abcdef"));
    int64_t before = clock_ms();
    ck_assert_msg(got(url_of(w, "/")), "%s", err.text);
    ck_assert_int_lt(clock_ms() - before, wire_patience(2000));
    ck_assert(response.body_cut && response.body.len == 1000);
    ck_assert_uint_lt(arena_size(a), 200000);
}
END_TEST

START_TEST(a_header_beyond_its_ceiling_has_its_sentence)
{
    struct wire *w =
        serving(endless_header, STR("X-Long: 0123456789abcdef0123456789\r\n"));
    ck_assert(!got(url_of(w, "/")));
    ck_assert_str_eq(
        err.text,
        sentence(w, "the header of the answer of HOST is longer than 262144 bytes").ptr);
    w = serving(endless_interim, STR_NONE);
    ck_assert(!got(url_of(w, "/")));
    ck_assert_ptr_nonnull(strstr(err.text, "is longer than 262144 bytes"));
    ck_assert_uint_lt(arena_size(a), 8000000);
}
END_TEST

START_TEST(a_line_without_an_end_has_its_sentence)
{
    struct wire *w = serving(endless_header, STR("X0123456789abcdef0123456789abcdef"));
    ck_assert(!got(url_of(w, "/")));
    ck_assert_msg(strstr(err.text, "a line of the answer of ") != NULL, "%s", err.text);
    ck_assert_ptr_nonnull(strstr(err.text, " is too long: "));
}
END_TEST

START_TEST(a_folded_value_grows_no_further_than_the_header)
{
    struct wire *w =
        serving(endless_header, STR("X: a\r\n b\r\n b\r\n b\r\n b\r\n b\r\n"));
    ck_assert(!got(url_of(w, "/")));
    ck_assert_ptr_nonnull(strstr(err.text, "is longer than 262144 bytes"));
    ck_assert_uint_lt(arena_size(a), 64000000);
}
END_TEST

/* --- deadlines --- */

static void drip(int fd, str request, void *context)
{
    (void)request;
    (void)context;
    if (!wire_send(fd, STR("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")))
        return;
    while (wire_send(fd, STR("x")))
        clock_sleep_ms(5);
}

/* clang-format off */
static const struct { wire_act *act; const char *scheme, *sentence; } slow[] = {
    { wire_be_silent, "http", "HOST did not answer within 200 ms" },
    { drip, "http", "the answer of HOST did not end within 200 ms" },
    { wire_be_silent, "https", "the TLS handshake with HOST did not end within 100 ms" },
};
/* clang-format on */

START_TEST(a_deadline_ends_the_exchange_with_its_sentence)
{
    struct wire *w = wire_start(a, slow[_i].act, NULL);
    struct fetch_options options = { .connect_ms = 100,
                                     .total_ms = wire_patience(5000),
                                     .insecure = true };
    struct fetcher *f = fetcher_new(a, &options);
    struct request request = { .method = STR("GET"),
                               .url = arena_printf(a, "%s://127.0.0.1:%d/",
                                                   slow[_i].scheme, wire_port(w)) };
    fetcher_deadline(f, 200);
    int64_t before = clock_ms();
    ck_assert(!fetch(f, a, &request, &response, &timings, &err));
    ck_assert_int_lt(clock_ms() - before, wire_patience(2000));
    ck_assert_str_eq(err.text, sentence(w, slow[_i].sentence).ptr);
}
END_TEST

static void answer_on_time(int fd, str request, void *context)
{
    (void)context;
    (void)request;
    clock_sleep_ms(50);
    wire_send(fd, STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
}

START_TEST(times_are_those_of_request_and_answer)
{
    struct wire *w = wire_start(a, answer_on_time, NULL);
    ck_assert_msg(got(url_of(w, "/")), "%s", err.text);
    ck_assert_int_ge(timings.first_us - timings.sent_us, 49000);
    ck_assert_int_lt(timings.done_us - timings.sent_us, 1000L * wire_patience(2000));
}
END_TEST

static TCase *answers_case(void)
{
    TCase *t = tcase_create("answers");
    tcase_add_unchecked_fixture(t, fetch_start, NULL); /* before Check forks */
    tcase_add_checked_fixture(t, begin, finish);
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, exactly_what_was_asked_for_goes_out, 0, countof(requests));
    tcase_add_loop_test(t, what_cannot_be_sent_is_told, 0, countof(unsendable));
    tcase_add_loop_test(t, an_answer_is_read_as_it_came, 0, countof(answers));
    tcase_add_loop_test(t, an_answer_that_breaks_has_its_sentence, 0, countof(broken));
    tcase_add_test(t, a_reset_has_its_sentence);
    tcase_add_test(t, a_refused_connection_has_its_sentence);
    tcase_add_test(t, a_name_that_nobody_has_is_told);
    tcase_add_test(t, a_body_at_its_ceiling_is_whole_and_one_byte_more_is_cut);
    tcase_add_test(t, an_endless_body_is_cut);
    tcase_add_test(t, a_header_beyond_its_ceiling_has_its_sentence);
    tcase_add_test(t, a_line_without_an_end_has_its_sentence);
    tcase_add_test(t, a_folded_value_grows_no_further_than_the_header);
    tcase_add_loop_test(t, a_deadline_ends_the_exchange_with_its_sentence, 0,
                        countof(slow));
    tcase_add_test(t, times_are_those_of_request_and_answer);
    return t;
}

Suite *fetch_suite(void)
{
    Suite *suite = suite_create("fetch");
    suite_add_tcase(suite, answers_case());
    return suite;
}
