/* SPDX-License-Identifier: MIT */
/* Where the mock CA listens, that it is found there, and that it is called by a host. */
#include <check.h>

#include "http/fetch.h"
#include "mocks/ca.h"
#include "tests/wire.h"

Suite *ca_start_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void end(void)
{
    arena_end(a);
}

START_TEST(only_loopback_is_bound)
{
    struct err err;
    struct ca_options options = { .address = "192.0.2.1" };
    ck_assert_ptr_null(ca_new(a, &options, &err));
    ck_assert(strstr(err.text, "loopback"));
}
END_TEST

static const struct {
    const char *address, *url;
} places[] = {
    { "127.0.0.1", "https://localhost:" },
    { "127.0.0.5", "https://127.0.0.5:" },
    { "::1", "https://[::1]:" },
};

START_TEST(its_urls_lead_to_where_it_listens)
{
    struct err err;
    struct ca_options options = { .address = places[_i].address };
    struct ca *ca = ca_new(a, &options, &err);
    if (!ca) /* not every system has ::1 */
        return;
    ck_assert(str_starts(ca_directory_url(ca), places[_i].url));
    struct fetch_options fetching = { .ca_pem = ca_root_pem(ca) };
    struct request request = { .method = STR("GET"), .url = ca_directory_url(ca) };
    struct response response;
    struct timings timings;
    ck_assert_msg(
        fetch(fetcher_new(a, &fetching), a, &request, &response, &timings, &err), "%s",
        err.text);
    ck_assert_int_eq(response.status, 200);
}
END_TEST

/* clang-format off */
static const struct { const char *version, *hosts; bool taken; } hosts[] = {
    { "1.1", "",                                 false },
    { "1.1", "Host: a.test\r\nHost: b.test\r\n", false },
    { "1.0", "Host: a.test\r\nHost: b.test\r\n", false },
    { "1.1", "Host: a.test\r\n",                 true  },
    { "1.1", "HOST:\r\n",                        true  },
    { "1.0", "",                                 true  },
};
/* clang-format on */

/* RFC 9112 3.2. */
START_TEST(a_request_names_its_host_once)
{
    struct err err;
    struct ca_options options = { .address = NULL };
    struct ca *ca = ca_new(a, &options, &err);
    ck_assert_msg(ca != NULL, "%s", err.text);
    str answer, url = ca_directory_url(ca);
    str path = str_from(url, str_find(url, STR("/directory")));
    struct fetch_options fetching = { .ca_pem = ca_root_pem(ca),
                                      .total_ms = wire_patience(5000) };
    str bytes = arena_printf(a, "GET %.*s HTTP/%s\r\n%sConnection: close\r\n\r\n",
                             STR_ARG(path), hosts[_i].version, hosts[_i].hosts);
    ck_assert_msg(fetch_raw(fetcher_new(a, &fetching), a, url, bytes, &answer, &err),
                  "%s", err.text);
    str status = str_from(answer, strlen("HTTP/1.1 "));
    ck_assert_msg(str_starts(status, hosts[_i].taken ? "200" : "400"), "%.*s",
                  STR_ARG(answer));
    ck_assert(str_contains(answer, STR("RFC 9112 3.2")) == !hosts[_i].taken);
}
END_TEST

Suite *ca_start_suite(void)
{
    Suite *suite = suite_create("ca_start");
    TCase *t = tcase_create("start");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, only_loopback_is_bound);
    tcase_add_loop_test(t, its_urls_lead_to_where_it_listens, 0, countof(places));
    tcase_add_loop_test(t, a_request_names_its_host_once, 0, countof(hosts));
    suite_add_tcase(suite, t);
    return suite;
}
