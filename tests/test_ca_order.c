/* SPDX-License-Identifier: MIT */
/* The mock CA: identifiers, orders, authorizations. */
#include "tests/ca_fixture.h"

Suite *ca_order_suite(void);

/* --- identifiers --- */

/* clang-format off */
static const struct { const char *type, *value; int status; const char *word; } identifiers[] = {
    { "dns", "a.test",                  201, NULL },
    { "dns", "A.Test",                  201, NULL },
    { "dns", "*.a.test",                201, NULL },
    { "dns", "www.example.com",         201, NULL },
    { "dns", "xn--mnchen-3ya.test",     201, NULL },
    { "dns", "xn--zzzzzzzzzzz.test",    400, "malformed" },
    { "dns", "xn--0.test",              400, "malformed" }, /* no end of its number */
    { "dns", "xn--a.test",              400, "malformed" }, /* U+0080, a control */
    { "dns", "xn--mnchen-psa.test",     400, "malformed" }, /* an upper case letter */
    { "dns", "xn--ab-71t.test",         400, "malformed" }, /* a dash, U+2014 */
    { "dns", "xn--abc-.test",           400, "malformed" }, /* all of it is ASCII */
    { "dns", "xn--.test",               400, "malformed" },
    { "dns", "ab--cd.test",             400, "malformed" },
    { "dns", "a.test.",                 400, "malformed" },
    { "dns", ".a.test",                 400, "malformed" },
    { "dns", "a..test",                 400, "malformed" },
    { "dns", "-a.test",                 400, "malformed" },
    { "dns", "a_b.test",                400, "malformed" },
    { "dns", "a b.test",                400, "malformed" },
    { "dns", "b\xc3\xbc" "cher.test",   400, "malformed" },
    { "dns", "test",                    400, "malformed" },
    { "dns", "",                        400, "malformed" },
    { "dns", "*",                       400, "malformed" },
    { "dns", "*.test",                  400, "malformed" },
    { "dns", "*.*.a.test",              400, "malformed" },
    { "dns", "w*.a.test",               400, "malformed" },
    { "dns", "a.*.test",                400, "malformed" },
    { "dns", "127.0.0.1",               400, "malformed" },
    { "dns", "lllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll.test", 400, "malformed" },
    { "dns", "www.kernel.org",          403, "rejectedIdentifier" },
    { "dns", "blocked.test",            403, "rejectedIdentifier" },
    { "dns", "*.blocked.test",          403, "rejectedIdentifier" },
    { "dns", "www.blocked.test",        403, "rejectedIdentifier" },
    { "dns", "unblocked.test",          201, NULL },
    { "ip",  "127.0.0.1",               201, NULL },
    { "ip",  "192.0.2.7",               201, NULL },
    { "ip",  "::1",                     201, NULL },
    { "ip",  "2001:db8::1",             201, NULL },
    { "ip",  "2001:DB8::1",             400, "malformed" },
    { "ip",  "2001:db8:0::1",           400, "malformed" },
    { "ip",  "fe80::1%eth0",            400, "malformed" },
    { "ip",  "127.1",                   400, "malformed" },
    { "ip",  "127.0.0.01",              400, "malformed" },
    { "ip",  "a.test",                  400, "malformed" },
    { "ip",  "8.8.8.8",                 403, "rejectedIdentifier" },
    { "ip",  "169.254.1.1",             403, "rejectedIdentifier" },
    { "x-test", "a.test",               400, "unsupportedIdentifier" },
};
/* clang-format on */

static void start_blocking(void)
{
    struct ca_options options = { .attempts = 2 };
    /* As a script has it: a part of its text, in whatever case. */
    static const char script[] = "Blocked.test\non order delay 1s";
    static str blocked[] = { { script, sizeof "Blocked.test" - 1 } };
    options.blocked = (struct strs){ blocked, 1 };
    bench_start(&options);
    bench_account();
}

static const struct exchange *ordered_as(const char *type, const char *value)
{
    return said(
        resource_url(RESOURCE_NEW_ORDER),
        fmt("{\"identifiers\":[{\"type\":\"%s\",\"value\":\"%s\"}]}", type, value));
}

START_TEST(an_identifier_is_taken_or_refused)
{
    const struct exchange *x = ordered_as(identifiers[_i].type, identifiers[_i].value);
    expect(x, identifiers[_i].status, identifiers[_i].word);
    if (identifiers[_i].word) {
        ck_assert(
            str_is(at(x, "/subproblems/0/identifier/value"), identifiers[_i].value));
        ck_assert_uint_eq(at(x, "/identifier/value").len, 0);
    }
}
END_TEST

/* clang-format off */
static const struct { enum bug bug; const char *type, *passes, *refused, *word; } let_off[] = {
    { BUG_NAME_UNCHECKED,  "dns", "a_b.test",      "a_b.kernel.org", "rejectedIdentifier" },
    { BUG_NAME_UNCHECKED,  "dns", "-a.test",       "xn--0.test",     "malformed" },
    { BUG_XN_UNCHECKED,    "dns", "xn--0.test",    "-a.test",        "malformed" },
    { BUG_ADDRESS_AS_NAME, "dns", "127.0.0.1",     "localhost",      "malformed" },
    { BUG_ADDRESS_LOOSE,   "ip",  "127.1",         "8.8.8.8",        "rejectedIdentifier" },
    { BUG_ADDRESS_LOOSE,   "ip",  "a.test",        "2001:DB8::1",    "malformed" },
    { BUG_ADDRESS_FORM_KEPT, "ip", "2001:DB8::1",  "2606:4700::A",   "rejectedIdentifier" },
};
/* clang-format on */

START_TEST(a_planted_bug_switches_off_one_check)
{
    struct ca_options options = { .attempts = 2 };
    options.bugs.on[let_off[_i].bug] = true;
    bench_again(&options);
    bench_account();
    expect(ordered_as(let_off[_i].type, let_off[_i].passes), 201, NULL);
    expect(ordered_as(let_off[_i].type, let_off[_i].refused),
           strcmp(let_off[_i].word, "malformed") == 0 ? 400 : 403, let_off[_i].word);
}
END_TEST

/* clang-format off */
static const struct { const char *payload, *word; } bad_orders[] = {
    { "{}", "malformed" },
    { "{\"identifiers\":[]}", "malformed" },
    { "{\"identifiers\":{}}", "malformed" },
    { "{\"identifiers\":[7]}", "malformed" },
    { "{\"identifiers\":[{\"value\":\"a.test\"}]}", "malformed" },
    { "{\"identifiers\":[{\"type\":\"dns\"}]}", "malformed" },
    { "{\"identifiers\":[{\"type\":\"dns\",\"value\":7}]}", "malformed" },
    { "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}],\"notAfter\":7}", "malformed" },
    { "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}],\"notAfter\":\"tomorrow\"}", "malformed" },
    { "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}],\"notAfter\":\"2001-01-01T00:00:00Z\"}", "malformed" },
    { "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}],\"profile\":\"none\"}", "invalidProfile" },
    { "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}],\"profile\":\"Classic\"}", "invalidProfile" },
    { "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}],\"profile\":7}", "invalidProfile" },
    { "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"*.a.test\"}],\"profile\":\"shortlived\"}", "invalidProfile" },
    { "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}],\"replaces\":\"a.b\"}", "malformed" },
};
/* clang-format on */

START_TEST(an_order_that_is_not_right_is_refused)
{
    const struct exchange *x =
        said(resource_url(RESOURCE_NEW_ORDER), str_of(bad_orders[_i].payload));
    ck_assert_int_ge(x->response.status, 400);
    expect(x, x->response.status, bad_orders[_i].word);
    ck_assert_int_lt(x->response.status, 500);
}
END_TEST

/* clang-format off */
static const struct { const char *members; int status; } zero_values[] = {
    { "\"notBefore\":null,\"notAfter\":null", 201 }, { "\"notBefore\":\"\",\"notAfter\":\"\"", 201 },
    { "\"replaces\":null", 201 }, { "\"replaces\":\"\"", 201 },
    { "\"profile\":null", 201 },  { "\"profile\":\"\"", 201 },
    { "\"notAfter\":[]", 400 },   { "\"replaces\":{}", 404 },
    { "\"notAfter\":\" \"", 400 }, { "\"profile\":\" \"", 400 },
};
/* clang-format on */

START_TEST(a_member_that_says_nothing_is_absent)
{
    const struct exchange *x =
        said(resource_url(RESOURCE_NEW_ORDER),
             fmt("{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}],%s}",
                 zero_values[_i].members));
    expect(x, zero_values[_i].status, NULL);
    ck_assert_ptr_null(json_object_get(x->body, "notAfter"));
    ck_assert_ptr_null(json_object_get(x->body, "replaces"));
}
END_TEST

START_TEST(several_refusals_are_subproblems)
{
    const struct exchange *x = said(resource_url(RESOURCE_NEW_ORDER),
                                    order_payload("a_b.test,ok.test,kernel.org"));
    expect(x, 400, "compound");
    ck_assert_uint_eq(json_array_size(json_object_get(x->body, "subproblems")), 2);
    ck_assert(str_is(at(x, "/subproblems/1/identifier/value"), "kernel.org"));
    x = said(resource_url(RESOURCE_NEW_ORDER), order_payload("a_b.test,c_d.test"));
    expect(x, 400, "malformed");
}
END_TEST

/* --- orders and authorizations --- */

START_TEST(names_that_stand_twice_are_one)
{
    const struct exchange *x = ordered("a.test,A.test,b.test");
    ck_assert_uint_eq(json_array_size(json_object_get(x->body, "identifiers")), 2);
    ck_assert_uint_eq(json_array_size(json_object_get(x->body, "authorizations")), 2);
}
END_TEST

START_TEST(a_wildcard_is_proven_by_dns_only)
{
    const struct exchange *x = said(authz_of(ordered("*.a.test"), 0), STR_NONE);
    ck_assert(str_is(at(x, "/identifier/value"), "a.test"));
    ck_assert(json_is_true(json_object_get(x->body, "wildcard")));
    ck_assert_uint_eq(json_array_size(json_object_get(x->body, "challenges")), 1);
    ck_assert(str_is(at(x, "/challenges/0/type"), "dns-01"));
    x = said(authz_of(ordered("a.test"), 0), STR_NONE);
    ck_assert_ptr_null(json_object_get(x->body, "wildcard"));
    ck_assert_uint_eq(json_array_size(json_object_get(x->body, "challenges")), 3);
}
END_TEST

START_TEST(a_proof_is_used_again_but_not_for_a_wildcard)
{
    const struct exchange *first = ordered("a.test");
    prove(first);
    const struct exchange *second = ordered("a.test"), *wild = ordered("*.a.test");
    ck_assert(str_is(at(second, "/status"), "ready"));
    ck_assert(str_eq(authz_of(second, 0), authz_of(first, 0)));
    ck_assert(str_is(at(wild, "/status"), "pending"));
}
END_TEST

START_TEST(a_deactivated_authorization_ends_its_order)
{
    const struct exchange *order = ordered("a.test");
    prove(order);
    ck_assert(str_is(at(said(location(order), STR_NONE), "/status"), "ready"));
    expect(said_by_other(authz_of(order, 0), STR("{\"status\":\"deactivated\"}")), 403,
           "unauthorized");
    const struct exchange *x =
        said(authz_of(order, 0), STR("{\"status\":\"deactivated\"}"));
    expect(x, 200, NULL);
    ck_assert(str_is(at(x, "/status"), "deactivated"));
    x = said(location(order), STR_NONE);
    ck_assert(str_is(at(x, "/status"), "invalid"));
    ck_assert(at(x, "/error/type").len);
    ck_assert(str_is(at(ordered("a.test"), "/status"), "pending"));
}
END_TEST

START_TEST(what_is_over_is_over)
{
    const struct exchange *order = ordered("a.test");
    str authz = authz_of(order, 0);
    prove(order);
    ca_shift_clock(b.ca, 2L * 86400);
    ck_assert(str_is(at(said(location(order), STR_NONE), "/status"), "invalid"));
    ck_assert(str_is(at(said(authz, STR_NONE), "/status"), "valid"));
    ca_shift_clock(b.ca, 60L * 86400);
    ck_assert(str_is(at(said(authz, STR_NONE), "/status"), "expired"));
    ca_shift_clock(b.ca, 0);
    order = ordered("b.test");
    ca_shift_clock(b.ca, 8L * 86400);
    ck_assert(str_is(at(said(authz_of(order, 0), STR_NONE), "/status"), "invalid"));
}
END_TEST

START_TEST(the_operator_can_revoke_an_authorization)
{
    const struct exchange *order = ordered("a.test");
    prove(order);
    ck_assert(ca_revoke_authz(b.ca, authz_of(order, 0)));
    ck_assert(str_is(at(said(authz_of(order, 0), STR_NONE), "/status"), "revoked"));
    ck_assert(str_is(at(said(location(order), STR_NONE), "/status"), "invalid"));
}
END_TEST

START_TEST(what_belongs_to_another_account_is_not_shown)
{
    const struct exchange *order = ordered("a.test");
    str authz = authz_of(order, 0), certificate = issued("b.test", NULL);
    json_t *challenge = challenge_of(said(authz, STR_NONE), "http-01");
    expect(said_by_other(location(order), STR_NONE), 403, "unauthorized");
    expect(said_by_other(authz, STR_NONE), 403, "unauthorized");
    expect(said_by_other(json_member(challenge, "url"), STR("{}")), 403, "unauthorized");
    expect(said_by_other(certificate, STR_NONE), 403, "unauthorized");
    expect(said_by_other(at(order, "/finalize"), csr_payload(csr_for("a.test", b.key))),
           403, "unauthorized");
}
END_TEST

START_TEST(a_name_is_authorized_beforehand)
{
    str url = resource_url(RESOURCE_NEW_AUTHZ);
    const struct exchange *x =
        said(url, STR("{\"identifier\":{\"type\":\"dns\",\"value\":\"a.test\"}}"));
    expect(x, 201, NULL);
    ck_assert(str_is(at(x, "/status"), "pending"));
    respond_http(location(x), "a.test");
    ck_assert(str_is(at(settled(location(x)), "/status"), "valid"));
    ck_assert(str_is(at(ordered("a.test"), "/status"), "ready"));
    expect(said(url, STR("{\"identifier\":{\"type\":\"dns\",\"value\":\"*.a.test\"}}")),
           400, "malformed");
    expect(said(url, STR("{\"identifier\":{\"type\":\"dns\",\"value\":\"kernel.org\"}}")),
           403, "rejectedIdentifier");
    expect(said(url, STR("{\"identifier\":{\"type\":\"x\",\"value\":\"a.test\"}}")), 403,
           "unsupportedIdentifier");
    expect(said(url, STR("{\"identifiers\":[]}")), 400, "malformed");
}
END_TEST

Suite *ca_order_suite(void)
{
    Suite *suite = suite_create("ca_order");
    TCase *t = tcase_create("ca_order");
    tcase_add_checked_fixture(t, start_blocking, bench_stop);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, an_identifier_is_taken_or_refused, 0, countof(identifiers));
    tcase_add_loop_test(t, a_planted_bug_switches_off_one_check, 0, countof(let_off));
    tcase_add_loop_test(t, a_member_that_says_nothing_is_absent, 0, countof(zero_values));
    tcase_add_loop_test(t, an_order_that_is_not_right_is_refused, 0, countof(bad_orders));
    tcase_add_test(t, several_refusals_are_subproblems);
    tcase_add_test(t, names_that_stand_twice_are_one);
    tcase_add_test(t, a_wildcard_is_proven_by_dns_only);
    tcase_add_test(t, a_proof_is_used_again_but_not_for_a_wildcard);
    tcase_add_test(t, a_deactivated_authorization_ends_its_order);
    tcase_add_test(t, what_is_over_is_over);
    tcase_add_test(t, the_operator_can_revoke_an_authorization);
    tcase_add_test(t, what_belongs_to_another_account_is_not_shown);
    tcase_add_test(t, a_name_is_authorized_beforehand);
    suite_add_tcase(suite, t);
    return suite;
}
