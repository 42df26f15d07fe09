/* SPDX-License-Identifier: MIT */
/* Which rules count: those that changed something. */
#include "tests/rules_fixture.h"

Suite *rules_change_suite(void);

static void start(void)
{
    rules_start((struct ca_options){ .attempts = 2 });
}

/* clang-format off */
static const struct { const char *rule; bool changes; } idle[] = {
    { "double-header Nope",           false }, { "double-header Content-Type",   true },
    { "relative Location",            false },
    { "header Nope:",                 false }, { "header Nope: x",               true },
    { "replay-nonce none",            false }, { "replay-nonce x",               true },
    { "replay-nonce spent",           false }, { "layout pretty",                true },
    { "layout reversed",              false }, { "spoil crlf",                   false },
    { "status 200",                   false }, { "status 201",                   true },
    { "media-type application/json",  false }, { "media-type a/b",               true },
    { "delay 0s",                     false }, { "delay 1ms",                    true },
    { "patch { \"nope\": null }",     false }, { "patch { \"newNonce\": null }", true },
    { "clock ahead 1h",               true  }, { "manner close",                 true },
    { "header-case lower",            true  }, { "reply 200",                    true },
};
/* clang-format on */

START_TEST(what_changes_nothing_does_not_count)
{
    rule(fmt("on directory %s", idle[_i].rule).ptr);
    expect(sent("GET", ca_directory_url(b.ca)),
           str_contains(str_of(idle[_i].rule), STR("201")) ? 201 : 200, NULL);
    ck_assert_msg(rules_fired(rules, 0) == idle[_i].changes, "%s", idle[_i].rule);
}
END_TEST

START_TEST(a_nonce_that_was_not_sent_is_not_given_again)
{
    rule("on newNonce replay-nonce spent");
    const struct exchange *x = sent("HEAD", resource_url(RESOURCE_NEW_NONCE));
    ck_assert(header_of(x, "Replay-Nonce").len > 0);
    ck_assert_uint_eq(rules_fired(rules, 0), 0);
}
END_TEST

Suite *rules_change_suite(void)
{
    Suite *suite = suite_create("rules_change");
    TCase *c = tcase_create("rules_change");
    tcase_add_checked_fixture(c, start, rules_stop);
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, what_changes_nothing_does_not_count, 0, countof(idle));
    tcase_add_test(c, a_nonce_that_was_not_sent_is_not_given_again);
    suite_add_tcase(suite, c);
    return suite;
}
