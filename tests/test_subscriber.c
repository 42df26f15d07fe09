/* SPDX-License-Identifier: MIT */
/* The mock client as a subscriber, against the mock CA: whole flows, and the sentence
 * where one breaks. */
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "crypto/b64url.h"
#include "crypto/csr.h"
#include "tests/subscriber_fixture.h"

Suite *subscriber_suite(void);

#define MAC_KEY "c2VjcmV0LW9mLWEtdGVzdC0wMTIzNDU2Nzg5MDEyMzQ1Njc4OTA"

/* What the client has to say when it did not go well. */
static void breaks_off(const struct wish *wish, const char *sentence)
{
    str pem;
    ck_assert(!subscriber_obtain(&s, wish, &pem, &err));
    ck_assert_msg(strstr(err.text, sentence) != NULL, "%s", err.text);
}

/* The payload of the last request. */
static str last_payload(void)
{
    struct jws jws = { 0 };
    jws_peek(b.a, journal_at(b.journal, journal_count(b.journal) - 1)->request.body,
             &jws);
    return jws.payload;
}

/* --- accounts --- */

START_TEST(an_account_is_made_and_found_again)
{
    struct registration r = agreeing();
    registered();
    str url = s.account_url;
    r.only_existing = true;
    ck_assert(subscriber_register(&s, &r, &err));
    ck_assert(str_eq(s.account_url, url));
    s.key = key_new(b.a, KEY_P256, &err);
    ck_assert(!subscriber_register(&s, &r, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "accountDoesNotExist"));
}
END_TEST

START_TEST(terms_are_agreed_to_by_the_user_alone)
{
    struct registration r = agreeing();
    r.agrees = false;
    ck_assert(!subscriber_register(&s, &r, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "terms of service"));
    ck_assert_uint_eq(ca_figures(b.ca).accounts, 0);
}
END_TEST

START_TEST(an_external_account_is_bound)
{
    struct ca_eab eab = { .kid = STR("kid-1") };
    struct registration r = agreeing();
    ck_assert(b64url_decode(b.a, STR(MAC_KEY), &eab.mac_key));
    bench_again(
        &(struct ca_options){ .eab = &eab, .eab_count = 1, .eab_required = true });
    subscribe();
    ck_assert(!subscriber_register(&s, &r, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "externalAccountRequired"));
    r.eab_kid = STR("kid-1");
    r.eab_key = STR("no base64url!");
    ck_assert(!subscriber_register(&s, &r, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "not base64url"));
    r.eab_key = STR(MAC_KEY);
    ck_assert_msg(subscriber_register(&s, &r, &err), "%s", err.text);
    ck_assert(str_contains(last_payload(), STR("externalAccountBinding")));
    r.only_existing = true;
    ck_assert_msg(subscriber_register(&s, &r, &err), "%s", err.text);
    ck_assert(!str_contains(last_payload(), STR("externalAccountBinding")));
}
END_TEST

START_TEST(a_key_is_changed_and_the_new_one_signs)
{
    struct wish wish = wish_for("a.test");
    struct key *old;
    registered();
    old = s.key;
    ck_assert_msg(subscriber_change_key(&s, key_new(b.a, KEY_P384, &err), &err), "%s",
                  err.text);
    ck_assert(!key_same(old, s.key));
    obtained(&wish);
    s.key = old;
    breaks_off(&wish, "there is no order");
}
END_TEST

START_TEST(a_deactivated_account_orders_nothing)
{
    struct wish wish = wish_for("a.test");
    registered();
    ck_assert(subscriber_deactivate(&s, &err));
    breaks_off(&wish, "unauthorized");
}
END_TEST

/* --- orders --- */

static const char *const challenges[] = { "", "http-01", "dns-01", "tls-alpn-01" };

START_TEST(a_certificate_is_obtained_over_each_challenge)
{
    struct wish wish = wish_for("a.test b.test");
    struct strs dns = { 0 }, ips = { 0 }, others = { 0 };
    registered();
    s.challenge = str_of(challenges[_i]);
    struct chain chain = chain_of(obtained(&wish));
    ck_assert_msg(chain_check(&chain, clock_wall(), &err), "%s", err.text);
    cert_names(b.a, chain.item[0], &dns, &ips, &others);
    ck_assert_uint_eq(dns.count, 2);
    ck_assert(key_same(cert_key(b.a, chain.item[0], &err), wish.key));
}
END_TEST

/* What of a CSR is ordered: all its names, each once, in whatever case. */
static const struct {
    const char *wanted, *common, *san;
    size_t names;
    const char *told;
} requests[] = {
    { "", "", "a.test b.test", 2, "" },
    { "A.test", "c.test", "a.test b.test", 3, "" },
    { "", "A.test", "a.test b.test", 2, "" },
    { "", "a.test", "", 1, "" },
    { "", "", "", 0, "the CSR has no names" },
    { "a.test", "b.test", "", 0, "the CSR is not for a.test" },
};

START_TEST(a_request_of_the_users_own_is_sent)
{
    struct csr_spec spec = { .key = key_new(b.a, KEY_P256, &err),
                             .dns_names = wish_for(requests[_i].san).names,
                             .common_name = str_of(requests[_i].common) };
    struct wish wish = wish_for(requests[_i].wanted);
    struct strs dns = { 0 }, ips = { 0 }, others = { 0 };
    str der;
    ck_assert_msg(csr_new(b.a, &spec, &der, &err), "%s", err.text);
    str pem = pem_encode(b.a, "CERTIFICATE REQUEST", der);
    registered();
    if (!subscriber_wish_csr(&s, pem, &wish, &err)) {
        ck_assert_str_eq(err.text, requests[_i].told);
        return;
    }
    struct chain chain = chain_of(obtained(&wish));
    cert_names(b.a, chain.item[0], &dns, &ips, &others);
    ck_assert_uint_eq(dns.count, requests[_i].names);
    ck_assert(key_same(cert_key(b.a, chain.item[0], &err), spec.key));
}
END_TEST

START_TEST(wildcards_and_addresses_are_proven_their_own_way)
{
    struct wish wish = wish_for("*.a.test a.test 127.0.0.1");
    struct strs dns = { 0 }, ips = { 0 }, others = { 0 };
    registered();
    struct chain chain = chain_of(obtained(&wish));
    cert_names(b.a, chain.item[0], &dns, &ips, &others);
    ck_assert(strs_has(&dns, STR("*.a.test")) && strs_has(&dns, STR("a.test")));
    ck_assert(strs_has(&ips, STR("127.0.0.1")));
}
END_TEST

START_TEST(what_cannot_be_answered_is_said)
{
    struct wish wish = wish_for("*.a.test");
    registered();
    servers.dns = false;
    breaks_off(&wish, "no challenge for a.test");
    s.challenge = STR("http-01");
    breaks_off(&wish, "no challenge for a.test");
}
END_TEST

static bool provides_nothing(void *context, struct arena *a, const struct proof *proof,
                             struct err *why)
{
    (void)context;
    (void)a;
    (void)proof;
    (void)why;
    return true;
}

START_TEST(a_failed_proof_is_told_with_the_reason_of_the_ca)
{
    struct wish wish = wish_for("a.test");
    registered();
    s.prover.provide = provides_nothing;
    s.challenge = STR("http-01");
    breaks_off(&wish, "the authorization for a.test is invalid: ");
    ck_assert_ptr_null(strstr(err.text, "does not say why"));
}
END_TEST

START_TEST(patience_ends)
{
    struct wish wish = wish_for("a.test");
    bench_again(&(struct ca_options){ .processing_ms = 60000 });
    subscribe();
    registered();
    s.patience_ms = 200;
    breaks_off(&wish, "it is still ");
}
END_TEST

START_TEST(an_order_that_is_processing_is_waited_for)
{
    struct wish wish = wish_for("a.test");
    bench_again(&(struct ca_options){ .processing_ms = 300 });
    subscribe();
    registered();
    obtained(&wish);
}
END_TEST

START_TEST(a_refused_name_is_told)
{
    struct wish wish = wish_for("www.debian.org");
    registered();
    breaks_off(&wish, "rejectedIdentifier");
}
END_TEST

START_TEST(the_preferred_chain_is_taken_where_there_is_one)
{
    struct wish wish = wish_for("a.test");
    struct chain other = chain_of(ca_other_root_pem(b.ca));
    str name = str_from(cert_subject(b.a, other.item[0]), 3);
    registered();
    struct chain first = chain_of(obtained(&wish));
    wish.preferred_chain = name;
    struct chain preferred = chain_of(obtained(&wish));
    str issuer = cert_issuer(b.a, preferred.item[preferred.count - 1]);
    ck_assert(str_contains(issuer, name));
    ck_assert(!str_eq(issuer, cert_issuer(b.a, first.item[first.count - 1])));
    wish.preferred_chain = STR("no such issuer");
    obtained(&wish);
}
END_TEST

/* --- afterwards --- */

START_TEST(a_certificate_is_revoked_by_account_or_key)
{
    struct wish wish = wish_for("a.test");
    registered();
    for (int i = 0; i < 2; i++) {
        str der = cert_der(b.a, chain_of(obtained(&wish)).item[0]);
        const struct key *key = i ? wish.key : NULL;
        ck_assert_msg(subscriber_revoke(&s, der, i ? 1 : -1, key, &err), "%s", err.text);
        ck_assert(!subscriber_revoke(&s, der, -1, NULL, &err));
        ck_assert_ptr_nonnull(strstr(err.text, "alreadyRevoked"));
        wish.key = key_new(b.a, KEY_P256, &err);
    }
    ck_assert_uint_eq(ca_figures(b.ca).revoked, 2);
}
END_TEST

START_TEST(a_renewal_says_what_it_replaces)
{
    struct wish wish = wish_for("a.test");
    struct renewal renewal;
    registered();
    str pem = obtained(&wish);
    ck_assert_msg(subscriber_renewal(&s, pem, &renewal, &err), "%s", err.text);
    ck_assert_int_lt(renewal.start, renewal.end);
    wish.replaces = renewal.id;
    wish.key = key_new(b.a, KEY_P256, &err);
    obtained(&wish);
    /* The CA says alreadyReplaced, and the order is made without that. */
    obtained(&wish);
    ck_assert_uint_eq(ca_figures(b.ca).orders, 3);
}
END_TEST

START_TEST(without_renewal_information_that_is_said)
{
    struct wish wish = wish_for("a.test");
    struct renewal renewal;
    bench_again(&(struct ca_options){ .no_renewal = true });
    subscribe();
    registered();
    ck_assert(!subscriber_renewal(&s, obtained(&wish), &renewal, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "renewalInfo"));
}
END_TEST

START_TEST(a_profile_that_is_not_listed_is_not_asked_for)
{
    struct wish wish = wish_for("a.test");
    wish.profile = STR("no-such");
    registered();
    breaks_off(&wish, "lists no profile no-such");
    ck_assert_uint_eq(ca_figures(b.ca).orders, 0);
}
END_TEST

/* --- what the CA sees --- */

START_TEST(the_ca_keeps_what_it_found_and_finds_nothing_later)
{
    struct wish wish = wish_for("a.test");
    registered();
    s.challenge = str_of(challenges[_i]);
    obtained(&wish);
    json_t *proofs = ca_proofs(b.ca, b.a, s.challenge);
    ck_assert_uint_eq(json_array_size(proofs), 1);
    json_t *proof = json_array_get(proofs, 0);
    ck_assert(json_is_true(json_object_get(proof, "exact")));
    ck_assert(str_is(json_member(proof, "identifier"), "a.test"));
    ck_assert_ptr_null(json_object_get(proof, "problem"));
    ck_assert_uint_eq(json_array_size(ca_proofs(b.ca, b.a, STR("any"))), 1);
    ck_assert_uint_eq(json_array_size(ca_leftovers(b.ca, b.a, STR("any"))), 0);
}
END_TEST

START_TEST(a_proof_that_stays_is_left_over)
{
    struct bugs bugs = { .on = { [BUG_CLIENT_LEAVES_VALID] = true } };
    struct wish wish = wish_for("a.test");
    struct client_options options = { .directory_url = ca_directory_url(b.ca),
                                      .fetch = { .ca_pem = ca_root_pem(b.ca) },
                                      .journal = b.journal,
                                      .bugs = &bugs };
    s.client = client_new(b.a, &options);
    ck_assert_msg(client_directory(s.client, &err), "%s", err.text);
    registered();
    s.challenge = str_of(challenges[_i]);
    obtained(&wish);
    json_t *left = ca_leftovers(b.ca, b.a, STR("any"));
    ck_assert_uint_eq(json_array_size(left), 1);
    ck_assert(str_eq(json_member(json_array_get(left, 0), "type"), s.challenge));
}
END_TEST

START_TEST(a_blind_ca_fails_once_and_tries_again)
{
    struct wish wish = wish_for("a.test");
    bench_again(&(struct ca_options){ .blind = 1, .attempts = 2, .retry_ms = 100 });
    subscribe();
    registered();
    obtained(&wish);
    json_t *proofs = ca_proofs(b.ca, b.a, STR("any"));
    ck_assert_uint_eq(json_array_size(proofs), 2);
    ck_assert(str_is(json_member(json_array_get(proofs, 0), "problem"), "connection"));
}
END_TEST

START_TEST(odd_offers_are_coped_with)
{
    struct wish wish = wish_for("a.test");
    const struct ca_options odd[] = {
        { .other_challenges = true },
        { .bare_challenges = true },
        { .challenges_reversed = true },
        { .token_start = STR_INIT("--__"), .token_end = STR_INIT("_-") },
        { .validate_ms = 200 },
        { .high_serials = true },
    };
    bench_again(&odd[_i]);
    subscribe();
    registered();
    obtained(&wish);
}
END_TEST

START_TEST(a_token_that_is_a_path_is_refused)
{
    struct wish wish = wish_for("a.test");
    bench_again(&(struct ca_options){ .token_start = STR_INIT("../") });
    subscribe();
    registered();
    breaks_off(&wish, "not base64url");
}
END_TEST

static void add_orders(TCase *tests)
{
    tcase_add_loop_test(tests, a_certificate_is_obtained_over_each_challenge, 0,
                        (int)countof(challenges));
    tcase_add_loop_test(tests, a_request_of_the_users_own_is_sent, 0, countof(requests));
    tcase_add_test(tests, wildcards_and_addresses_are_proven_their_own_way);
    tcase_add_test(tests, what_cannot_be_answered_is_said);
    tcase_add_test(tests, a_failed_proof_is_told_with_the_reason_of_the_ca);
    tcase_add_test(tests, patience_ends);
    tcase_add_test(tests, an_order_that_is_processing_is_waited_for);
    tcase_add_test(tests, a_refused_name_is_told);
    tcase_add_test(tests, the_preferred_chain_is_taken_where_there_is_one);
}

Suite *subscriber_suite(void)
{
    Suite *suite = suite_create("subscriber");
    TCase *accounts = subscriber_case(suite, "accounts");
    tcase_add_test(accounts, an_account_is_made_and_found_again);
    tcase_add_test(accounts, terms_are_agreed_to_by_the_user_alone);
    tcase_add_test(accounts, an_external_account_is_bound);
    tcase_add_test(accounts, a_key_is_changed_and_the_new_one_signs);
    tcase_add_test(accounts, a_deactivated_account_orders_nothing);
    add_orders(subscriber_case(suite, "orders"));
    TCase *later = subscriber_case(suite, "afterwards");
    tcase_add_test(later, a_certificate_is_revoked_by_account_or_key);
    tcase_add_test(later, a_renewal_says_what_it_replaces);
    tcase_add_test(later, without_renewal_information_that_is_said);
    tcase_add_test(later, a_profile_that_is_not_listed_is_not_asked_for);
    TCase *seen = subscriber_case(suite, "what the CA sees");
    tcase_add_loop_test(seen, the_ca_keeps_what_it_found_and_finds_nothing_later, 1,
                        (int)countof(challenges));
    tcase_add_loop_test(seen, a_proof_that_stays_is_left_over, 1,
                        (int)countof(challenges));
    tcase_add_test(seen, a_blind_ca_fails_once_and_tries_again);
    tcase_add_loop_test(seen, odd_offers_are_coped_with, 0, 6);
    tcase_add_test(seen, a_token_that_is_a_path_is_refused);
    return suite;
}
