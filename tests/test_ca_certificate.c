/* SPDX-License-Identifier: MIT */
/* The mock CA: finalization, certificates, revocation, renewal information. */
#include "base/clock.h"
#include "crypto/b64url.h"
#include "crypto/csr.h"
#include "tests/ca_fixture.h"

Suite *ca_certificate_suite(void);

/* --- finalize --- */

START_TEST(an_order_that_is_not_ready_cannot_be_finalized)
{
    struct err err;
    const struct exchange *order = ordered("a.test");
    struct key *key = key_new(b.a, KEY_P256, &err);
    str payload = csr_payload(csr_for("a.test", key));
    expect(said(at(order, "/finalize"), payload), 403, "orderNotReady");
    prove(order);
    const struct exchange *x = said(at(order, "/finalize"), payload);
    expect(x, 200, NULL);
    ck_assert(str_is(at(x, "/status"), "valid"));
    expect(said(at(order, "/finalize"), payload), 403, "orderNotReady");
}
END_TEST

/* A CSR of its own for each row. */
struct csr_case {
    const char *dns, *ips, *common;
    const char *word; /* NULL: it is taken */
    enum key_type type;
    bool bad_signature, ca, sha1, trailing, mail, account_key;
};
/* clang-format off */
static const struct csr_case csrs[] = {
    { "a.test,b.test",        "", "",       NULL,     KEY_P256,     .ca = false },
    { "b.test,A.test",        "", "a.test", NULL,     KEY_P384,     .ca = false },
    { "b.test",               "", "a.test", NULL,     KEY_ED25519,  .ca = false },
    { "a.test",               "", "",       "badCSR", KEY_P256,     .ca = false },
    { "a.test,b.test,c.test", "", "",       "badCSR", KEY_P256,     .ca = false },
    { "a.test,b.test",        "", "c.test", "badCSR", KEY_P256,     .ca = false },
    { "a.test,b.test", "127.0.0.1", "",     "badCSR", KEY_P256,     .ca = false },
    { "a.test,b.test",        "", "",       "badCSR", KEY_RSA1024,  .ca = false },
    { "a.test,b.test",        "", "",       "badCSR", KEY_P256,     .bad_signature = true },
    { "a.test,b.test",        "", "",       "badCSR", KEY_P256,     .ca = true },
    { "a.test,b.test",        "", "",       "badCSR", KEY_P256,     .sha1 = true },
    { "a.test,b.test",        "", "",       "badCSR", KEY_P256,     .trailing = true },
    { "a.test,b.test",        "", "",       "badCSR", KEY_P256,     .mail = true },
    { "a.test,b.test",        "", "",       "badCSR", KEY_P256,     .account_key = true },
};
/* clang-format on */

static str csr_of(const struct csr_case *c)
{
    struct err err;
    str der, rest = str_of(c->dns), name;
    struct csr_spec spec = { .key = c->account_key ? b.key : key_new(b.a, c->type, &err),
                             .common_name = str_of(c->common),
                             .bad_signature = c->bad_signature,
                             .ca_true = c->ca,
                             .sha1 = c->sha1,
                             .trailing_bytes = c->trailing };
    while (str_cut(&rest, ',', &name))
        strs_add(b.a, &spec.dns_names, name);
    if (c->ips[0])
        strs_add(b.a, &spec.ip_addresses, str_of(c->ips));
    if (c->mail)
        strs_add(b.a, &spec.emails, STR("a@b.test"));
    ck_assert_msg(csr_new(b.a, &spec, &der, &err), "%s", err.text);
    return der;
}

START_TEST(a_csr_is_taken_or_refused)
{
    const struct exchange *order = ordered("a.test,b.test");
    prove(order);
    const struct exchange *x =
        said(at(order, "/finalize"), csr_payload(csr_of(&csrs[_i])));
    if (!csrs[_i].word) {
        expect(x, 200, NULL);
        return;
    }
    expect(x, 400, csrs[_i].word);
    ck_assert(str_is(at(said(location(order), STR_NONE), "/status"), "ready"));
    expect(said(at(order, "/finalize"), csr_payload(csr_of(&csrs[0]))), 200, NULL);
}
END_TEST

static const char *const bad_finals[] = {
    "{}",
    "{\"csr\":7}",
    "{\"csr\":\"\"}",
    "{\"csr\":\"AAAA\"}",
    "{\"csr\":\"AA=\"}",
    "{\"csr\":\"-----BEGIN CERTIFICATE REQUEST-----\"}"
};

START_TEST(what_is_no_csr_is_refused)
{
    const struct exchange *order = ordered("a.test");
    prove(order);
    const struct exchange *x = said(at(order, "/finalize"), str_of(bad_finals[_i]));
    expect(x, 400, NULL);
    ck_assert(str_is(at(said(location(order), STR_NONE), "/status"), "ready"));
}
END_TEST

START_TEST(an_order_can_be_processing_for_a_while)
{
    struct err err;
    struct ca_options options = { .processing_ms = 30 };
    bench_again(&options);
    bench_account();
    const struct exchange *order = ordered("a.test");
    prove(order);
    struct key *key = key_new(b.a, KEY_P256, &err);
    const struct exchange *x =
        said(at(order, "/finalize"), csr_payload(csr_for("a.test", key)));
    ck_assert(str_is(at(x, "/status"), "processing"));
    ck_assert(header_of(x, "Retry-After").len);
    ck_assert_ptr_null(json_object_get(x->body, "certificate"));
    x = settled(location(order));
    ck_assert(str_is(at(x, "/status"), "valid") && at(x, "/certificate").len);
}
END_TEST

START_TEST(dates_and_profiles_are_kept)
{
    struct err err;
    time_t before, after;
    str payload =
        fmt("{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}],"
            "\"profile\":\"tlsserver\",\"notBefore\":\"%.*s\",\"notAfter\":\"%.*s\"}",
            STR_ARG(date_rfc3339(b.a, clock_wall() + 3600)),
            STR_ARG(date_rfc3339(b.a, clock_wall() + 90000)));
    const struct exchange *order = said(resource_url(RESOURCE_NEW_ORDER), payload);
    expect(order, 201, NULL);
    ck_assert(str_is(at(order, "/profile"), "tlsserver"));
    prove(order);
    struct key *key = key_new(b.a, KEY_P256, &err);
    const struct exchange *x =
        said(at(order, "/finalize"), csr_payload(csr_for("a.test", key)));
    cert_validity(leaf_of(at(x, "/certificate")), &before, &after);
    ck_assert_int_eq((long)(after - before), 86400);
}
END_TEST

/* --- certificates --- */

START_TEST(a_certificate_comes_in_the_wanted_form)
{
    struct err err;
    str url = issued("a.test", NULL), target;
    const struct exchange *pem = said(url, STR_NONE);
    ck_assert(link_find(b.a, &pem->response.headers, "alternate", 0, url, &target));
    const struct exchange *other = said(target, STR_NONE);
    struct chain first, second;
    ck_assert(chain_read(b.a, pem->response.body, &first, &err));
    ck_assert(chain_read(b.a, other->response.body, &second, &err));
    ck_assert(str_eq(cert_der(b.a, first.item[0]), cert_der(b.a, second.item[0])));
    ck_assert(!str_eq(cert_der(b.a, first.item[1]), cert_der(b.a, second.item[1])));
    ck_assert_msg(chain_check(&second, clock_wall(), &err), "%s", err.text);
    struct post post = signed_to(url, STR_NONE);
    headers_add(b.a, &post.headers, STR("Accept"), STR("application/pkix-cert"));
    const struct exchange *der = did(&post);
    ck_assert(str_is(header_of(der, "Content-Type"), "application/pkix-cert"));
    ck_assert(str_eq(der->response.body, cert_der(b.a, first.item[0])));
    ck_assert(link_find(b.a, &der->response.headers, "up", 0, url, &target));
    const struct exchange *issuer = sent("GET", target);
    ck_assert(str_eq(issuer->response.body, cert_der(b.a, first.item[1])));
}
END_TEST

/* clang-format off */
static const struct { const char *accept; bool der; } wanted[] = {
    { "application/pkix-cert", true },
    { "application/pem-certificate-chain", false },
    { "*/*", false }, { "text/html", false }, { "application/*", false },
    { "application/pkix-cert;q=0", false }, { "application/pkix-cert;q=0.0", false },
    { "application/pkix-cert;q=0.5, application/pem-certificate-chain", false },
    { "application/pem-certificate-chain;q=0.5, application/pkix-cert", true },
    { "application/pem-certificate-chain;q=0.0, */*;q=0.1", true },
    { "application/pkix-cert, */*;q=0.1", true },
    { "application/pkix-cert, application/pem-certificate-chain", false },
};
/* clang-format on */

START_TEST(the_form_with_more_weight_comes)
{
    struct post post = signed_to(issued("a.test", NULL), STR_NONE);
    headers_add(b.a, &post.headers, STR("Accept"), str_of(wanted[_i].accept));
    str type = header_of(did(&post), "Content-Type");
    ck_assert_msg(str_is(type, "application/pkix-cert") == wanted[_i].der, "%.*s for %s",
                  STR_ARG(type), wanted[_i].accept);
}
END_TEST

START_TEST(a_ca_may_know_no_form_but_pem)
{
    bench_again(&(struct ca_options){ .pem_only = true });
    bench_account();
    struct post post = signed_to(issued("a.test", NULL), STR_NONE);
    headers_add(b.a, &post.headers, STR("Accept"), STR("application/pkix-cert"));
    ck_assert(str_is(header_of(did(&post), "Content-Type"),
                     "application/pem-certificate-chain"));
}
END_TEST

START_TEST(a_seed_repeats_serials)
{
    struct ca_options options = { .seed = 7, .no_reuse = true };
    str serials[2][4];
    for (int i = 0; i < 2; i++) {
        struct err err;
        bench_again(&options);
        bench_account();
        if (i) /* how often a client asks is not what the seed can repeat */
            sent("HEAD", resource_url(RESOURCE_NEW_NONCE));
        struct chain chain;
        ck_assert(chain_read(b.a, said(issued("a.test", NULL), STR_NONE)->response.body,
                             &chain, &err));
        struct chain root, other;
        ck_assert(chain_read(b.a, ca_root_pem(b.ca), &root, &err));
        ck_assert(chain_read(b.a, ca_other_root_pem(b.ca), &other, &err));
        serials[i][0] = cert_serial_hex(b.a, chain.item[0]);
        serials[i][1] = cert_serial_hex(b.a, chain.item[1]);
        serials[i][2] = cert_serial_hex(b.a, root.item[0]);
        serials[i][3] = cert_serial_hex(b.a, other.item[0]);
    }
    for (int k = 0; k < 4; k++)
        ck_assert_msg(str_eq(serials[0][k], serials[1][k]), "%d: %.*s, then %.*s", k,
                      STR_ARG(serials[0][k]), STR_ARG(serials[1][k]));
    ck_assert(!str_eq(serials[0][2], serials[0][3]));
}
END_TEST

/* --- revocation --- */

static str revocation(struct cert *cert, const char *reason)
{
    return fmt("{\"certificate\":\"%.*s\"%s%s}",
               STR_ARG(b64url_encode(b.a, cert_der(b.a, cert))),
               reason[0] ? ",\"reason\":" : "", reason);
}

START_TEST(the_account_revokes_what_it_obtained_once)
{
    str url = resource_url(RESOURCE_REVOKE_CERT);
    struct cert *leaf = leaf_of(issued("a.test", NULL));
    expect(said(url, revocation(leaf, "2")), 400, "badRevocationReason");
    expect(said(url, revocation(leaf, "99")), 400, "badRevocationReason");
    expect(said(url, revocation(leaf, "\"1\"")), 400, "malformed");
    expect(said(url, STR("{\"certificate\":\"AAAA\"}")), 400, "malformed");
    expect(said(url, STR("{}")), 400, "malformed");
    expect(said(url, revocation(leaf, "4")), 200, NULL);
    expect(said(url, revocation(leaf, "4")), 400, "alreadyRevoked");
    ck_assert_uint_eq(ca_figures(b.ca).revoked, 1);
}
END_TEST

static const struct exchange *status_of(const char *before, str serial)
{
    str base = str_upto(b.kid, str_find(b.kid, STR("/account/")));
    return sent(
        "GET",
        fmt("%.*s/cert-status-by-serial/%s%.*s", STR_ARG(base), before, STR_ARG(serial)));
}

START_TEST(a_state_is_told_as_pebble_tells_it)
{
    struct cert *leaf = leaf_of(issued("a.test", NULL));
    str serial = cert_serial_hex(b.a, leaf), upper = str_copy(b.a, serial);
    for (size_t i = 0; i < upper.len; i++)
        ((char *)(uintptr_t)upper.ptr)[i] = char_in_case(upper.ptr[i], true);
    const struct exchange *x = status_of("", serial);
    ck_assert(str_is(at(x, "/Status"), "Valid"));
    ck_assert(!json_object_get(x->body, "Reason"));
    said(resource_url(RESOURCE_REVOKE_CERT), revocation(leaf, "4"));
    x = status_of("0", upper);
    ck_assert(str_is(at(x, "/Status"), "Revoked"));
    ck_assert(str_eq(at(x, "/Serial"), serial));
    ck_assert_int_eq(json_integer_value(json_object_get(x->body, "Reason")), 4);
    ck_assert(str_ends(at(x, "/RevokedAt"), " +0000 UTC"));
    ck_assert_uint_eq(at(x, "/RevokedAt").len, strlen("2026-11-28 17:46:49 +0000 UTC"));
    ck_assert(str_eq(at(x, "/Certificate"), cert_pem(b.a, leaf)));
    expect(status_of("", STR("abc")), 404, NULL);
    expect(status_of("", STR("xyz")), 400, NULL);
}
END_TEST

START_TEST(the_certificate_key_revokes)
{
    struct err err;
    struct key *key = key_new(b.a, KEY_P256, &err);
    str url = resource_url(RESOURCE_REVOKE_CERT);
    struct cert *leaf = leaf_of(issued("a.test", key));
    expect(said_with(b.other_key, url, revocation(leaf, "1")), 403, "unauthorized");
    expect(said_with(b.key, url, revocation(leaf, "1")), 403, "unauthorized");
    expect(said_with(key, url, revocation(leaf, "1")), 200, NULL);
}
END_TEST

static void prove_for_other(const char *names)
{
    struct key *key = b.key;
    str kid = b.kid;
    bench_other();
    b.key = b.other_key;
    b.kid = b.other_kid;
    prove(ordered(names));
    b.key = key;
    b.kid = kid;
}

START_TEST(an_account_that_is_authorized_for_all_names_revokes)
{
    str url = resource_url(RESOURCE_REVOKE_CERT);
    struct cert *leaf = leaf_of(issued("a.test,b.test", NULL));
    expect(said_by_other(url, revocation(leaf, "")), 403, "unauthorized");
    prove_for_other("a.test");
    expect(said_by_other(url, revocation(leaf, "")), 403, "unauthorized");
    prove_for_other("b.test");
    expect(said_by_other(url, revocation(leaf, "")), 200, NULL);
}
END_TEST

START_TEST(only_what_it_issued_is_revoked)
{
    struct err err;
    struct cert_spec spec = { .subject = STR("a.test"),
                              .key = b.key,
                              .not_before = clock_wall() - 60,
                              .not_after = clock_wall() + 60 };
    struct cert *strange = cert_issue(b.a, &spec, &err);
    expect(said_with(b.key, resource_url(RESOURCE_REVOKE_CERT), revocation(strange, "")),
           404, "malformed");
}
END_TEST

/* --- renewal information --- */

static str ari_of(struct cert *cert)
{
    struct err err;
    str id;
    ck_assert_msg(cert_ari_id(b.a, cert, &id, &err), "%s", err.text);
    return id;
}

static str replacing(const char *name, str id)
{
    return fmt(
        "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"%s\"}],\"replaces\":\"%.*s\"}",
        name, STR_ARG(id));
}

START_TEST(renewal_information_has_a_window)
{
    time_t start, end;
    struct cert *leaf = leaf_of(issued("a.test", NULL));
    str base = resource_url(RESOURCE_RENEWAL_INFO);
    str url = fmt("%.*s/%.*s", STR_ARG(base), STR_ARG(ari_of(leaf)));
    const struct exchange *x = sent("GET", url);
    expect(x, 200, NULL);
    ck_assert(header_of(x, "Retry-After").len);
    ck_assert(date_from_rfc3339(at(x, "/suggestedWindow/start"), &start));
    ck_assert(date_from_rfc3339(at(x, "/suggestedWindow/end"), &end));
    ck_assert(start < end && start > clock_wall());
    expect(sent("GET", fmt("%.*s/AAAA.BBBB", STR_ARG(base))), 404, "malformed");
    expect(said(resource_url(RESOURCE_REVOKE_CERT), revocation(leaf, "")), 200, NULL);
    ck_assert(date_from_rfc3339(at(sent("GET", url), "/suggestedWindow/end"), &end));
    ck_assert(end < clock_wall());
}
END_TEST

START_TEST(a_certificate_is_replaced_once)
{
    str url = resource_url(RESOURCE_NEW_ORDER);
    str id = ari_of(leaf_of(issued("a.test", NULL)));
    expect(said_by_other(url, replacing("a.test", id)), 403, "unauthorized");
    expect(said(url, replacing("other.test", id)), 400, "malformed");
    const struct exchange *order = said(url, replacing("a.test", id));
    expect(order, 201, NULL);
    ck_assert(str_eq(at(said(location(order), STR_NONE), "/replaces"), id));
    expect(said(url, replacing("a.test", id)), 409, "alreadyReplaced");
    expect(said(authz_of(order, 0), STR("{\"status\":\"deactivated\"}")), 200, NULL);
    expect(said(url, replacing("a.test", id)), 201, NULL);
}
END_TEST

static void start(void)
{
    struct ca_options options = { .attempts = 2 };
    bench_start(&options);
    bench_account();
}

Suite *ca_certificate_suite(void)
{
    Suite *suite = suite_create("ca_certificate");
    TCase *t = tcase_create("ca_certificate");
    tcase_add_checked_fixture(t, start, bench_stop);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, an_order_that_is_not_ready_cannot_be_finalized);
    tcase_add_loop_test(t, a_csr_is_taken_or_refused, 0, countof(csrs));
    tcase_add_loop_test(t, what_is_no_csr_is_refused, 0, countof(bad_finals));
    tcase_add_test(t, an_order_can_be_processing_for_a_while);
    tcase_add_test(t, dates_and_profiles_are_kept);
    tcase_add_test(t, a_certificate_comes_in_the_wanted_form);
    tcase_add_test(t, a_seed_repeats_serials);
    tcase_add_test(t, a_ca_may_know_no_form_but_pem);
    tcase_add_loop_test(t, the_form_with_more_weight_comes, 0, countof(wanted));
    tcase_add_test(t, the_account_revokes_what_it_obtained_once);
    tcase_add_test(t, a_state_is_told_as_pebble_tells_it);
    tcase_add_test(t, the_certificate_key_revokes);
    tcase_add_test(t, an_account_that_is_authorized_for_all_names_revokes);
    tcase_add_test(t, only_what_it_issued_is_revoked);
    tcase_add_test(t, renewal_information_has_a_window);
    tcase_add_test(t, a_certificate_is_replaced_once);
    suite_add_tcase(suite, t);
    return suite;
}
