/* SPDX-License-Identifier: MIT */
/* Bytes of our own over the mock client, and how leniently the answer is read. */
#include "tests/client_fixture.h"

Suite *client_raw_suite(void);

/* clang-format off */
static const struct { const char *name, *answer; int status; const char *body, *failure; } raws[] = {
    { "an ordinary answer", "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\nX: y\r\n\r\nbodmore", 400, "bod", "" },
    { "a body until the end", "HTTP/1.0 200 OK\r\nX: y\r\n\r\nall of it", 200, "all of it", "" },
    { "LF alone", "HTTP/1.1 404\nX: y\n\nb", 404, "b", "" },
    { "chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", 200, "abc0123456789", "" },
    { "chunks that end too soon", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\nabc", 200, "abc", "" },
    { "an interim answer first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n\r\n", 201, "", "" },
    { "headers without an end", "HTTP/1.1 200 OK\r\nX: y", 200, "X: y", "" },
    { "something else", "SSH-2.0-OpenSSH_9.2\r\n", 0, "", "no HTTP response" },
    { "a status that is none", "HTTP/1.1 20 OK\r\n\r\n", 0, "", "no HTTP response" },
    { "nothing", "", 0, "", "without an answer" },
};
/* clang-format on */

START_TEST(what_comes_back_for_raw_bytes_is_read)
{
    struct err err = { "" };
    const struct exchange *x;
    str url = canned_start(f.a, str_of(raws[_i].answer));
    ck_assert(client_raw(f.client, url, STR("BREW / HTTP/1.1\r\n\r\n"), 9, &x, &err));
    ck_assert_msg(x->response.status == raws[_i].status, "%s: %d %.*s", raws[_i].name,
                  x->response.status, STR_ARG(x->failure));
    ck_assert_str_eq(str_z(f.a, x->response.body), raws[_i].body);
    ck_assert_ptr_nonnull(strstr(str_z(f.a, x->failure), raws[_i].failure));
    ck_assert_int_eq(x->line, 9);
    ck_assert(x->deliberate);
    ck_assert_uint_eq(x->request.method.len, 0);
    ck_assert(str_is(x->request.body, "BREW / HTTP/1.1\r\n\r\n"));
}
END_TEST

START_TEST(raw_bytes_to_nobody_get_no_answer)
{
    struct err err = { "" };
    const struct exchange *x;
    scripted_stop(f.server);
    ck_assert(client_raw(f.client, scripted_url(f.server, "/"), STR("x"), 1, &x, &err));
    ck_assert_int_eq(x->response.status, 0);
    ck_assert(x->failure.len > 0);
    ck_assert(!client_raw(f.client, STR_NONE, STR("x"), 1, &x, &err));
}
END_TEST

Suite *client_raw_suite(void)
{
    Suite *suite = suite_create("client_raw");
    TCase *tc = client_case("raw bytes");
    tcase_add_loop_test(tc, what_comes_back_for_raw_bytes_is_read, 0, (int)countof(raws));
    tcase_add_test(tc, raw_bytes_to_nobody_get_no_answer);
    suite_add_tcase(suite, tc);
    return suite;
}
