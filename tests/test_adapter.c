/* SPDX-License-Identifier: MIT */
/* Adapters: read, asked what they can do, and made of a command line. */
#include <check.h>

#include "base/file.h"
#include "script/adapter.h"

Suite *adapter_suite(void);

static struct arena *a;
static struct adapter adapter;
static struct mistakes m;
static struct err err;

static void begin(void)
{
    a = arena_new(NULL);
    m = (struct mistakes){ .arena = a };
}

static void end(void)
{
    arena_end(a);
}

static bool read_text(const char *text)
{
    str folder;
    ck_assert(file_temp_dir(a, &folder, &err));
    str path = arena_printf(a, "%.*s/x.acme", STR_ARG(folder));
    ck_assert(file_write(path.ptr, str_of(text), &err));
    return adapter_read(a, path.ptr, &adapter, &m, &err);
}

START_TEST(an_adapter_is_read)
{
    str why;
    ck_assert_msg(read_text("client tiny\n"
                            "  about   a small one\n"
                            "  program tiny sh\n"
                            "  offers  wildcard\n"
                            "  lacks   ip because it says so\n"
                            "  always  one='# \"x\"'\n"
                            "  always  two=2\n"
                            "  dns-01  tiny --dns \"$domain\"\n"
                            "  revoke  tiny --revoke\n"
                            "  webroot\n"
                            "  certificate \"$work/c.pem\"\n"),
                  "%s", m.list.count ? m.list.item[0].ptr : err.text);
    ck_assert(str_is(adapter.name, "tiny"));
    ck_assert_uint_eq(adapter.programs.count, 2);
    ck_assert(str_is(adapter.always, "one='# \"x\"'\ntwo=2"));
    ck_assert_int_eq(adapter_challenge(&adapter), CHALLENGE_DNS_01);
    ck_assert(str_is(adapter_line(&adapter, OPERATION_OBTAIN, CHALLENGE_DNS_01),
                     "tiny --dns \"$domain\""));
    ck_assert(adapter_line(&adapter, OPERATION_OBTAIN, CHALLENGE_HTTP_01).len == 0);
    ck_assert(str_is(adapter_line(&adapter, OPERATION_REVOKE, CHALLENGE_HTTP_01),
                     "tiny --revoke"));
    ck_assert(adapter.webroot && !adapter.needs_sandbox && adapter.key.len == 0);
    ck_assert(adapter_offers(a, &adapter, STR("wildcard"), &why));
    ck_assert(adapter_offers(a, &adapter, STR("dns-01"), &why));
    ck_assert(adapter_offers(a, &adapter, STR("revoke"), &why));
    ck_assert(!adapter_offers(a, &adapter, STR("http-01"), &why));
    ck_assert(!adapter_offers(a, &adapter, STR("renew"), &why));
    ck_assert(!adapter_offers(a, &adapter, STR("ip"), &why));
    ck_assert(str_is(why, "it says so"));
}
END_TEST

START_TEST(what_is_no_adapter_is_told)
{
    ck_assert(!read_text("client x\n  about y\n"));
    ck_assert_uint_eq(m.list.count, 1);
    ck_assert(str_contains(m.list.item[0], STR("says how to obtain")));
    ck_assert(!read_text("profile x\n  about y\n"));
    ck_assert(str_contains(str_of(err.text), STR("is no adapter")));
    ck_assert(!read_text("client x\n  htp-01 y\n"));
    ck_assert_uint_eq(m.list.count, 2);
    ck_assert(str_contains(m.list.item[1], STR("did you mean \"http-01\"")));
}
END_TEST

/* clang-format off */
static const struct { const char *word, *shell; } words[] = {
    { "plain", "plain" },
    { "two words", "'two words'" },
    { "", "''" },
    { "${domain}", "\"${domain}\"" },
    { "--d=${domain}", "--d=\"${domain}\"" },
    { "${work}/a b", "\"${work}\"'/a b'" },
    { "${nobody}", "'${''nobody}'" },
    { "$HOME;`id`", "'$HOME;`id`'" },
    { "it's", "'it'\\''s'" },
    { "${", "'${'" },
};
/* clang-format on */

START_TEST(a_command_becomes_a_shell_line)
{
    struct strs list = { 0 };
    strs_add(a, &list, STR("client"));
    strs_add(a, &list, str_of(words[_i].word));
    adapter_of_command(a, &list, CHALLENGE_TLS_ALPN_01, &adapter);
    ck_assert(str_is(adapter.name, "client"));
    ck_assert_int_eq(adapter_challenge(&adapter), CHALLENGE_TLS_ALPN_01);
    str line = adapter_line(&adapter, OPERATION_OBTAIN, CHALLENGE_TLS_ALPN_01);
    str wanted = arena_printf(a, "client %s", words[_i].shell);
    ck_assert_msg(str_eq(line, wanted), "%.*s", STR_ARG(line));
}
END_TEST

Suite *adapter_suite(void)
{
    Suite *suite = suite_create("adapter");
    TCase *t = tcase_create("adapter");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, an_adapter_is_read);
    tcase_add_test(t, what_is_no_adapter_is_told);
    tcase_add_loop_test(t, a_command_becomes_a_shell_line, 0, countof(words));
    suite_add_tcase(suite, t);
    return suite;
}
