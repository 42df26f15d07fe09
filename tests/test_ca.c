/* SPDX-License-Identifier: MIT */
/* The mock CA: directory, nonces, methods, accounts, bindings, key changes, limits. */
#include "tests/ca_fixture.h"

#include "base/clock.h"

Suite *ca_suite(void);

/* --- what every answer has --- */

START_TEST(a_whole_issuance_succeeds)
{
    struct err err;
    struct chain chain;
    struct strs dns = { 0 }, ips = { 0 }, other = { 0 };
    str url = issued("www.shop.test,*.shop.test", NULL);
    const struct exchange *x = said(url, STR_NONE);
    ck_assert(str_is(header_of(x, "Content-Type"), "application/pem-certificate-chain"));
    ck_assert_msg(chain_form(x->response.body, &err), "%s", err.text);
    ck_assert(chain_read(b.a, x->response.body, &chain, &err));
    ck_assert_uint_eq(chain.count, 2);
    ck_assert_msg(chain_check(&chain, clock_wall(), &err), "%s", err.text);
    cert_names(b.a, chain.item[0], &dns, &ips, &other);
    ck_assert_uint_eq(dns.count, 2);
    ck_assert(strs_has(&dns, STR("www.shop.test")) && strs_has(&dns, STR("*.shop.test")));
}
END_TEST

START_TEST(every_answer_leads_to_the_directory_and_has_a_nonce)
{
    str base = ca_directory_url(b.ca), target;
    for (size_t i = 0; i < 3; i++) {
        const struct exchange *x = said(i == 0       ? b.kid
                                            : i == 1 ? fmt("%.*s/none", STR_ARG(b.kid))
                                                     : resource_url(RESOURCE_NEW_ORDER),
                                        STR_NONE);
        ck_assert(header_of(x, "Replay-Nonce").len >= 22);
        ck_assert(link_find(b.a, &x->response.headers, "index", 0, base, &target));
        ck_assert(str_eq(target, base));
        ck_assert(str_is(header_of(x, "Access-Control-Allow-Origin"), "*"));
    }
}
END_TEST

START_TEST(nonces_are_given_as_the_rfc_says)
{
    str url = resource_url(RESOURCE_NEW_NONCE);
    const struct exchange *head = sent("HEAD", url), *get = sent("GET", url);
    expect(head, 200, NULL);
    expect(get, 204, NULL);
    expect(said(url, STR_NONE), 204, NULL);
    ck_assert(str_is(header_of(get, "Cache-Control"), "no-store"));
    ck_assert(!str_eq(header_of(get, "Replay-Nonce"), header_of(head, "Replay-Nonce")));
}
END_TEST

START_TEST(the_directory_can_be_got_and_posted)
{
    const struct exchange *x = said(ca_directory_url(b.ca), STR_NONE);
    expect(x, 200, NULL);
    ck_assert(at(x, "/meta/termsOfService").len && at(x, "/renewalInfo").len);
    ck_assert(str_is(at(x, "/meta/caaIdentities/0"), "ca.acmespec.test"));
    str target;
    ck_assert(
        !link_find(b.a, &x->response.headers, "index", 0, STR("https://x/"), &target));
}
END_TEST

START_TEST(methods_that_are_not_provided_are_refused)
{
    const struct exchange *x = sent("GET", b.kid);
    expect(x, 405, "malformed");
    ck_assert(str_is(header_of(x, "Allow"), "POST"));
    expect(sent("PUT", resource_url(RESOURCE_NEW_ACCOUNT)), 405, "malformed");
    expect(sent("DELETE", ca_directory_url(b.ca)), 405, "malformed");
    x = sent("OPTIONS", resource_url(RESOURCE_NEW_ORDER));
    expect(x, 204, NULL);
    ck_assert(str_is(header_of(x, "Access-Control-Allow-Methods"), "POST"));
}
END_TEST

START_TEST(what_is_not_there_is_404)
{
    str base = str_upto(b.kid, str_find(b.kid, STR("/account/")));
    static const char *const paths[] = { "/", "/nothing", "/order/x/finalize/more",
                                         "/roots/7", "/authz/a/b/c" };
    for (size_t i = 0; i < countof(paths); i++)
        expect(sent("GET", fmt("%.*s%s", STR_ARG(base), paths[i])), 404, "malformed");
    expect(said(fmt("%.*s/order/unknown", STR_ARG(base)), STR_NONE), 404, "malformed");
}
END_TEST

START_TEST(people_who_test_find_roots_and_states)
{
    str base = str_upto(b.kid, str_find(b.kid, STR("/account/")));
    struct cert *leaf = leaf_of(issued("a.test", NULL));
    const struct exchange *x = sent("GET", fmt("%.*s/roots/0", STR_ARG(base)));
    ck_assert(str_eq(x->response.body, ca_root_pem(b.ca)));
    x = sent("GET", fmt("%.*s/roots/1", STR_ARG(base)));
    ck_assert(str_eq(x->response.body, ca_other_root_pem(b.ca)));
    expect(sent("GET", fmt("%.*s/intermediates/0", STR_ARG(base))), 200, NULL);
    x = sent("GET",
             fmt("%.*s/cert-status-by-serial/%.*s", STR_ARG(base),
                 STR_ARG(cert_serial_hex(b.a, leaf))));
    ck_assert(str_is(at(x, "/Status"), "Valid"));
}
END_TEST

/* --- accounts --- */

static const struct exchange *new_account(const struct key *key, const char *payload)
{
    return said_with(key, resource_url(RESOURCE_NEW_ACCOUNT), str_of(payload));
}

static struct key *fresh_key(enum key_type type)
{
    struct err err;
    struct key *key = key_new(b.a, type, &err);
    ck_assert_msg(key != NULL, "%s", err.text);
    return key;
}

START_TEST(an_account_is_made_found_and_never_made_twice)
{
    struct key *key = fresh_key(KEY_ED25519);
    expect(new_account(key, "{\"onlyReturnExisting\":true}"), 400, "accountDoesNotExist");
    const struct exchange *made =
        new_account(key,
                    "{\"termsOfServiceAgreed\":true,\"orders\":\"x\",\"odd\":1,"
                    "\"contact\":[\"mailto:a@b.test\"]}");
    expect(made, 201, NULL);
    ck_assert(str_is(at(made, "/status"), "valid"));
    ck_assert(str_is(at(made, "/contact/0"), "mailto:a@b.test"));
    ck_assert(str_starts(at(made, "/orders"), "https://"));
    ck_assert_ptr_null(json_object_get(made->body, "odd"));
    const struct exchange *again =
        new_account(key, "{\"contact\":[\"mailto:new@b.test\"]}");
    expect(again, 200, NULL);
    ck_assert(str_eq(location(again), location(made)));
    ck_assert(str_is(at(again, "/contact/0"), "mailto:a@b.test"));
    expect(new_account(key, "{\"onlyReturnExisting\":true}"), 200, NULL);
}
END_TEST

/* clang-format off */
static const struct { const char *payload, *word; int status; } bad_accounts[] = {
    { "{}", "userActionRequired", 403 },
    { "{\"termsOfServiceAgreed\":false}", "userActionRequired", 403 },
    { "{\"termsOfServiceAgreed\":\"true\"}", "malformed", 400 },
    { "{\"termsOfServiceAgreed\":true,\"contact\":\"mailto:a@b.test\"}", "malformed", 400 },
    { "{\"termsOfServiceAgreed\":true,\"contact\":[1]}", "malformed", 400 },
    { "{\"termsOfServiceAgreed\":true,\"contact\":[\"tel:+123\"]}", "unsupportedContact", 400 },
    { "{\"termsOfServiceAgreed\":true,\"contact\":[\"mailto:\"]}", "invalidContact", 400 },
    { "{\"termsOfServiceAgreed\":true,\"contact\":[\"mailto:a\"]}", "invalidContact", 400 },
    { "{\"termsOfServiceAgreed\":true,\"contact\":[\"mailto:a@b\"]}", "invalidContact", 400 },
    { "{\"termsOfServiceAgreed\":true,\"contact\":[\"mailto:a@b.test?subject=x\"]}", "invalidContact", 400 },
    { "{\"termsOfServiceAgreed\":true,\"contact\":[\"mailto:a@b.test,c@d.test\"]}", "invalidContact", 400 },
    { "{\"termsOfServiceAgreed\":true,\"contact\":[\"a@b.test\"]}", "invalidContact", 400 },
    { "[]", "malformed", 400 },
    { "\"text\"", "malformed", 400 },
    { "{", "malformed", 400 },
    { "", "malformed", 400 },
};
/* clang-format on */

/* clang-format off */
static const struct { const char *payload; int status; } zero_values[] = {
    { "{\"termsOfServiceAgreed\":true,\"contact\":null}", 201 },
    { "{\"termsOfServiceAgreed\":true,\"onlyReturnExisting\":null}", 201 },
    { "{\"termsOfServiceAgreed\":true,\"externalAccountBinding\":null}", 201 },
    { "{\"termsOfServiceAgreed\":null}", 403 },
    { "{\"termsOfServiceAgreed\":true,\"contact\":[null]}", 400 },
    { "{\"termsOfServiceAgreed\":true,\"contact\":\"\"}", 400 },
};
/* clang-format on */

START_TEST(a_member_that_is_null_is_absent)
{
    expect(new_account(fresh_key(KEY_P256), zero_values[_i].payload),
           zero_values[_i].status, NULL);
    expect(said(b.kid, STR("{\"contact\":[\"mailto:a@b.test\"]}")), 200, NULL);
    const struct exchange *x = said(b.kid, STR("{\"contact\":null}"));
    expect(x, 200, NULL);
    ck_assert(str_is(at(x, "/contact/0"), "mailto:a@b.test"));
}
END_TEST

START_TEST(accounts_that_are_not_right_are_refused)
{
    struct key *key = fresh_key(KEY_P256);
    expect(new_account(key, bad_accounts[_i].payload), bad_accounts[_i].status,
           bad_accounts[_i].word);
    expect(new_account(key, "{\"onlyReturnExisting\":true}"), 400, "accountDoesNotExist");
}
END_TEST

START_TEST(an_update_changes_contacts_and_nothing_else)
{
    const struct exchange *x =
        said(b.kid,
             STR("{\"contact\":[\"mailto:n@b.test\"],\"status\":\"revoked\","
                 "\"orders\":\"x\",\"termsOfServiceAgreed\":false,\"odd\":1}"));
    expect(x, 200, NULL);
    ck_assert(str_is(at(x, "/contact/0"), "mailto:n@b.test"));
    ck_assert(str_is(at(x, "/status"), "valid"));
    ck_assert(str_starts(at(x, "/orders"), "https://"));
    expect(said(b.kid, STR("{\"contact\":[\"x:y\"]}")), 400, "unsupportedContact");
    expect(said_by_other(b.kid, STR_NONE), 403, "unauthorized");
}
END_TEST

START_TEST(a_deactivated_account_can_do_nothing)
{
    const struct exchange *order = ordered("a.test");
    const struct exchange *x = said(b.kid, STR("{\"status\":\"deactivated\"}"));
    expect(x, 200, NULL);
    ck_assert(str_is(at(x, "/status"), "deactivated"));
    expect(said(location(order), STR_NONE), 401, "unauthorized");
    expect(said(b.kid, STR("{\"status\":\"valid\"}")), 401, "unauthorized");
    expect(said(resource_url(RESOURCE_NEW_ORDER), order_payload("b.test")), 401,
           "unauthorized");
    expect(new_account(b.key, "{\"termsOfServiceAgreed\":true}"), 401, "unauthorized");
}
END_TEST

START_TEST(the_operator_can_revoke_an_account)
{
    ck_assert(ca_revoke_account(b.ca, b.kid));
    ck_assert(!ca_revoke_account(b.ca, STR("https://elsewhere.test/account/1")));
    expect(said(b.kid, STR_NONE), 401, "unauthorized");
}
END_TEST

START_TEST(changed_terms_have_to_be_agreed_to)
{
    str base = ca_directory_url(b.ca), target;
    ca_change_terms(b.ca);
    const struct exchange *x =
        said(resource_url(RESOURCE_NEW_ORDER), order_payload("a.test"));
    expect(x, 403, "userActionRequired");
    ck_assert(link_find(b.a, &x->response.headers, "terms-of-service", 0, base, &target));
    ck_assert(str_ends(target, "/terms/2"));
    expect(sent("GET", target), 200, NULL);
    expect(sent("GET", at(x, "/instance")), 200, NULL);
    ordered("a.test");
}
END_TEST

START_TEST(orders_are_listed_in_pages)
{
    struct ca_options options = { .page = 2 };
    bench_again(&options);
    bench_account();
    for (int i = 0; i < 5; i++)
        ordered(fmt("n%d.test", i).ptr);
    str url = at(said(b.kid, STR_NONE), "/orders"), next;
    size_t seen = 0, pages = 0;
    for (bool more = true; more; pages++) {
        const struct exchange *x = said(url, STR_NONE);
        expect(x, 200, NULL);
        seen += json_array_size(json_object_get(x->body, "orders"));
        more = link_find(b.a, &x->response.headers, "next", 0, url, &next);
        url = next;
    }
    ck_assert_uint_eq(seen, 5);
    ck_assert_uint_eq(pages, 3);
}
END_TEST

/* --- external account binding --- */

static str mac_key(void)
{
    return STR("0123456789abcdef0123456789abcdef");
}

static str binding(const struct key *key, const char *kid, str mac, const char *url)
{
    struct err err;
    str body;
    struct jws_spec spec = { .mac_key = mac,
                             .kid = str_of(kid),
                             .url =
                                 url ? str_of(url) : resource_url(RESOURCE_NEW_ACCOUNT),
                             .payload = json_text(b.a, key_jwk(b.a, key)) };
    ck_assert_msg(jws_sign(b.a, &spec, &body, &err), "%s", err.text);
    return fmt("{\"termsOfServiceAgreed\":true,\"externalAccountBinding\":%.*s}",
               STR_ARG(body));
}

START_TEST(a_binding_is_wanted_checked_and_shown)
{
    struct ca_eab eab = { STR("kid-1"), mac_key() };
    struct ca_options options = { .eab = &eab, .eab_count = 1, .eab_required = true };
    bench_again(&options);
    struct key *key = fresh_key(KEY_P256), *other = fresh_key(KEY_P256);
    ck_assert(
        json_is_true(json_object_get(client_meta(b.client), "externalAccountRequired")));
    expect(new_account(key, "{\"termsOfServiceAgreed\":true}"), 403,
           "externalAccountRequired");
    expect(
        new_account(key, "{\"termsOfServiceAgreed\":true,\"externalAccountBinding\":{}}"),
        400, "malformed");
    expect(new_account(key, binding(key, "kid-2", mac_key(), NULL).ptr), 403,
           "unauthorized");
    expect(new_account(
               key,
               binding(key, "kid-1", STR("wrong, and long enough for HS256"), NULL).ptr),
           403, "unauthorized");
    expect(new_account(key, binding(other, "kid-1", mac_key(), NULL).ptr), 403,
           "unauthorized");
    expect(new_account(key, binding(key, "kid-1", mac_key(), "https://x.test/").ptr), 400,
           "malformed");
    const struct exchange *x =
        new_account(key, binding(key, "kid-1", mac_key(), NULL).ptr);
    expect(x, 201, NULL);
    ck_assert(at(x, "/externalAccountBinding/signature").len);
}
END_TEST

/* --- key change --- */

static str inner_of(const struct key *key, const char *account, const struct key *old,
                    const char *url)
{
    struct err err;
    str body;
    struct jws_spec spec = { .key = key,
                             .url = url ? str_of(url) : resource_url(RESOURCE_KEY_CHANGE),
                             .kid = STR_NONE,
                             .payload =
                                 fmt("{\"account\":\"%s\",\"oldKey\":%.*s}", account,
                                     STR_ARG(json_text(b.a, key_jwk(b.a, old)))) };
    ck_assert_msg(jws_sign(b.a, &spec, &body, &err), "%s", err.text);
    return body;
}

START_TEST(a_key_is_changed_and_orders_stay)
{
    str url = resource_url(RESOURCE_KEY_CHANGE), kid = b.kid;
    const struct exchange *order = ordered("a.test");
    struct key *fresh = fresh_key(KEY_P384), *old = b.key;
    expect(said(url, STR("{}")), 400, "malformed");
    expect(said(url, inner_of(fresh, "https://x.test/", b.key, NULL)), 400, "malformed");
    expect(said(url, inner_of(fresh, kid.ptr, fresh, NULL)), 400, "malformed");
    expect(said(url, inner_of(fresh, kid.ptr, b.key, "https://x.test/")), 400,
           "malformed");
    expect(said(url, inner_of(fresh, kid.ptr, b.key, NULL)), 200, NULL);
    expect(said(location(order), STR_NONE), 400, "malformed");
    b.key = fresh;
    expect(said(location(order), STR_NONE), 200, NULL);
    prove(order);
    expect(new_account(old, "{\"onlyReturnExisting\":true}"), 400, "accountDoesNotExist");
}
END_TEST

START_TEST(a_key_that_another_account_has_is_a_conflict)
{
    bench_other();
    const struct exchange *x = said(resource_url(RESOURCE_KEY_CHANGE),
                                    inner_of(b.other_key, b.kid.ptr, b.key, NULL));
    expect(x, 409, "malformed");
    ck_assert(str_eq(location(x), b.other_kid));
    expect(said(b.kid, STR_NONE), 200, NULL);
}
END_TEST

/* --- limits --- */

START_TEST(a_limit_is_kept_and_says_when_it_ends)
{
    struct ca_options options = { .limits = { { RESOURCE_NEW_ORDER, 2, 5 },
                                              { RESOURCE_NEW_ORDER, 2, 3600 } } };
    long seconds;
    bench_again(&options);
    bench_account();
    ordered("a.test");
    ordered("b.test");
    const struct exchange *x =
        said(resource_url(RESOURCE_NEW_ORDER), order_payload("c.test"));
    expect(x, 429, "rateLimited");
    ck_assert(retry_after_seconds(header_of(x, "Retry-After"), 0, &seconds));
    ck_assert_int_gt(seconds, 3500);
    expect(said_by_other(resource_url(RESOURCE_NEW_ORDER), order_payload("c.test")), 201,
           NULL);
}
END_TEST

/* --- starting --- */

START_TEST(a_seed_repeats_ids)
{
    struct ca_options options = { .seed = 7, .no_reuse = true };
    str first[2], second[2];
    for (int i = 0; i < 2; i++) {
        bench_again(&options);
        bench_account();
        first[i] = str_from(b.kid, str_find(b.kid, STR("/account/")));
        str url = location(ordered("a.test"));
        second[i] = str_from(url, str_find(url, STR("/order/")));
    }
    ck_assert(str_eq(first[0], first[1]) && str_eq(second[0], second[1]));
}
END_TEST

static bool before_hook(void *context, struct arena *a,
                        const struct ca_request_info *info, struct reply *reply)
{
    (void)a;
    (void)context;
    if (info->resource != RESOURCE_NEW_ORDER)
        return false;
    reply->response.status = 503;
    reply->response.body = STR("later");
    return true;
}

static bool after_hook(void *context, struct arena *a, const struct ca_request_info *info,
                       struct reply *reply)
{
    ++*(int *)context;
    if (info->resource == RESOURCE_ACCOUNT)
        headers_set(a, &reply->response.headers, STR("Replay-Nonce"), STR_NONE);
    return false;
}

START_TEST(hooks_replace_and_change_answers)
{
    int seen = 0;
    struct ca_options options = { .before = before_hook,
                                  .after = after_hook,
                                  .hook_context = &seen };
    bench_again(&options);
    bench_account();
    const struct exchange *x =
        said(resource_url(RESOURCE_NEW_ORDER), order_payload("a.test"));
    expect(x, 503, NULL);
    ck_assert(header_of(x, "Replay-Nonce").len);
    ck_assert_uint_eq(header_of(said(b.kid, STR_NONE), "Replay-Nonce").len, 0);
    ck_assert_int_ge(seen, 4);
}
END_TEST

Suite *ca_suite(void)
{
    Suite *suite = suite_create("ca");
    TCase *t = tcase_create("ca");
    tcase_add_checked_fixture(t, bench_usual, bench_stop);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, a_whole_issuance_succeeds);
    tcase_add_test(t, every_answer_leads_to_the_directory_and_has_a_nonce);
    tcase_add_test(t, nonces_are_given_as_the_rfc_says);
    tcase_add_test(t, the_directory_can_be_got_and_posted);
    tcase_add_test(t, methods_that_are_not_provided_are_refused);
    tcase_add_test(t, what_is_not_there_is_404);
    tcase_add_test(t, people_who_test_find_roots_and_states);
    tcase_add_test(t, an_account_is_made_found_and_never_made_twice);
    tcase_add_loop_test(t, a_member_that_is_null_is_absent, 0, countof(zero_values));
    tcase_add_loop_test(t, accounts_that_are_not_right_are_refused, 0,
                        countof(bad_accounts));
    tcase_add_test(t, an_update_changes_contacts_and_nothing_else);
    tcase_add_test(t, a_deactivated_account_can_do_nothing);
    tcase_add_test(t, the_operator_can_revoke_an_account);
    tcase_add_test(t, changed_terms_have_to_be_agreed_to);
    tcase_add_test(t, orders_are_listed_in_pages);
    tcase_add_test(t, a_binding_is_wanted_checked_and_shown);
    tcase_add_test(t, a_key_is_changed_and_orders_stay);
    tcase_add_test(t, a_key_that_another_account_has_is_a_conflict);
    tcase_add_test(t, a_limit_is_kept_and_says_when_it_ends);
    tcase_add_test(t, a_seed_repeats_ids);
    tcase_add_test(t, hooks_replace_and_change_answers);
    suite_add_tcase(suite, t);
    return suite;
}
