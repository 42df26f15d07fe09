/* SPDX-License-Identifier: MIT */
/* The mock CA's request authentication: every way to spoil a JWS is refused as RFC 8555 6
 * says, and the account works on afterwards. */
#include "base/clock.h"
#include "crypto/b64url.h"
#include "tests/ca_fixture.h"

Suite *ca_jws_suite(void);

/* clang-format off */
static const struct { const char *tamper; int status; const char *word; } spoilt[] = {
    { "signature-bit",           400, "malformed" },
    { "payload-after",           400, "malformed" },
    { "protected-after",         400, NULL },
    { "other-key",               400, "malformed" },
    { "empty-signature",         400, "malformed" },
    { "no-signature",            400, "malformed" },
    { "non-canonical-signature", 400, "malformed" },
    { "der-signature",           400, "malformed" },
    { "short-signature",         400, "malformed" },
    { "long-signature",          400, "malformed" },
    { "zero-signature",          400, "malformed" },
    { "padded-protected",        400, "malformed" },
    { "padded-payload",          400, "malformed" },
    { "padded-signature",        400, "malformed" },
    { "base64-protected",        400, "malformed" },
    { "base64-payload",          400, "malformed" },
    { "newline-payload",         400, "malformed" },
    { "non-canonical-payload",   400, "malformed" },
    { "no-payload",              400, "malformed" },
    { "no-protected",            400, "malformed" },
    { "unprotected-header",      400, "malformed" },
    { "unprotected-nonce",       400, NULL },
    { "unprotected-url",         400, "malformed" },
    { "unprotected-kid",         400, "malformed" },
    { "unprotected-alg",         400, "malformed" },
    { "all-unprotected",         400, "malformed" },
    { "signatures-member",       400, "malformed" },
    { "general",                 400, "malformed" },
    { "two-signatures",          400, "malformed" },
    { "compact",                 400, "malformed" },
    { "array",                   400, "malformed" },
    { "duplicate-payload",       400, "malformed" },
    { "duplicate-protected",     400, "malformed" },
    { "duplicate-signature",     400, "malformed" },
    { "extra-outer",             200, NULL },
    { "trailing-garbage",        400, "malformed" },
    { "truncated",               400, "malformed" },
    { "empty-body",              400, "malformed" },
    { "not-json",                400, "malformed" },
    { "duplicate-nonce",         400, "malformed" },
    { "duplicate-url",           400, "malformed" },
    { "duplicate-alg",           400, "malformed" },
    { "duplicate-kid",           400, "malformed" },
    { "unencoded-payload",       400, "malformed" },
    { "crit-unknown",            400, "malformed" },
    { "crit-empty",              400, "malformed" },
    { "zip",                     200, NULL },
    { "alg-none",                400, "badSignatureAlgorithm" },
    { "alg-none-signed",         400, "badSignatureAlgorithm" },
    { "alg-mismatch",            400, "malformed" },
    { "alg-other-family",        400, "malformed" },
    { "hmac-as-public-key",      400, "badSignatureAlgorithm" },
    { "protected-array",         400, "malformed" },
    { "protected-text",          400, "malformed" },
    { "protected-two",           400, "malformed" },
    { "protected-trailing",      400, "malformed" },
    { "protected-not-utf8",      400, "malformed" },
    { "bom",                     400, "malformed" },
    { "jwk-and-kid",             400, "malformed" },
    { "neither-jwk-nor-kid",     400, "malformed" },
    { "deep-payload",            400, "malformed" },
    { "large-payload",           413, "malformed" },
};
/* clang-format on */

START_TEST(a_spoilt_jws_is_refused)
{
    struct err err;
    struct post post = signed_to(b.kid, STR("{\"contact\":[\"mailto:spoilt@b.test\"]}"));
    strs_add(b.a, &post.jws.tampers, str_of(spoilt[_i].tamper));
    post.jws.other_key = key_new(b.a, KEY_P256, &err);
    post.no_retry = true;
    const struct exchange *x = did(&post);
    expect(x, spoilt[_i].status, spoilt[_i].word);
    ck_assert(header_of(x, "Replay-Nonce").len);
    x = said(b.kid, STR_NONE);
    expect(x, 200, NULL);
    ck_assert_int_eq(at(x, "/contact/0").len > 0, spoilt[_i].status == 200);
}
END_TEST

/* clang-format off */
static const struct { const char *patch; int status; const char *word; } patches[] = {
    { "{\"nonce\":null}",             400, "badNonce" },
    { "{\"nonce\":\"unknownunknown\"}", 400, "malformed" },
    { "{\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA\"}", 400, "badNonce" },
    { "{\"nonce\":\"\"}",             400, "badNonce" },
    { "{\"nonce\":\"not base64\"}",   400, "malformed" },
    { "{\"nonce\":7}",                400, "malformed" },
    { "{\"url\":null}",               400, "malformed" },
    { "{\"url\":7}",                  400, "malformed" },
    { "{\"url\":\"https://localhost/\"}", 403, "unauthorized" },
    { "{\"alg\":null}",               400, "malformed" },
    { "{\"alg\":\"es256\"}",          400, "badSignatureAlgorithm" },
    { "{\"alg\":\"HS256\"}",          400, "badSignatureAlgorithm" },
    { "{\"alg\":\"RS512\"}",          400, "badSignatureAlgorithm" },
    { "{\"kid\":\"https://localhost/account/1\"}", 400, "accountDoesNotExist" },
    { "{\"kid\":7}",                  400, "malformed" },
    { "{\"kid\":\"\"}",               400, "malformed" },
    { "{\"odd\":{\"a\":[1]}}",        200, NULL },
};
/* clang-format on */

START_TEST(a_wrong_protected_header_is_refused)
{
    struct err err;
    struct post post = signed_to(b.kid, STR_NONE);
    post.jws.protected_patch = json_read(b.a, str_of(patches[_i].patch), &err);
    post.no_retry = true;
    expect(did(&post), patches[_i].status, patches[_i].word);
    expect(said(b.kid, STR_NONE), 200, NULL);
}
END_TEST

START_TEST(an_unknown_algorithm_is_told_the_known_ones)
{
    struct err err;
    struct post post = signed_to(b.kid, STR_NONE);
    post.jws.protected_patch = json_read(b.a, STR("{\"alg\":\"XX1\"}"), &err);
    const struct exchange *x = did(&post);
    ck_assert(str_is(at(x, "/algorithms/0"), "ES256"));
    ck_assert_uint_eq(json_array_size(json_object_get(x->body, "algorithms")), 5);
}
END_TEST

START_TEST(a_nonce_is_spent_whatever_becomes_of_the_request)
{
    struct err err;
    str nonce;
    ck_assert(client_nonce(b.client, &nonce, &err));
    struct post post = signed_to(b.kid, STR_NONE);
    post.own_nonce = true;
    post.jws.nonce = nonce;
    strs_add(b.a, &post.jws.tampers, STR("signature-bit"));
    expect(did(&post), 400, "malformed");
    post.jws.tampers.count = 0;
    const struct exchange *x = did(&post);
    expect(x, 400, "badNonce");
    post.jws.nonce = header_of(x, "Replay-Nonce");
    expect(did(&post), 200, NULL);
    expect(did(&post), 400, "badNonce");
}
END_TEST

/* clang-format off */
static const struct { const char *type; int status; } types[] = {
    { "application/jose+json", 200 },
    { "Application/JOSE+JSON; charset=utf-8", 200 },
    { "application/json", 415 },
    { "application/jose", 415 },
    { "text/plain", 415 },
    { "", 415 },
};
/* clang-format on */

START_TEST(the_content_type_has_to_be_jose_json)
{
    struct post post = signed_to(b.kid, STR_NONE);
    headers_add(b.a, &post.headers, STR("Content-Type"), str_of(types[_i].type));
    expect(did(&post), types[_i].status, types[_i].status == 415 ? "malformed" : NULL);
}
END_TEST

START_TEST(a_jwk_does_for_new_accounts_only)
{
    expect(said_with(b.key, b.kid, STR_NONE), 400, "malformed");
    expect(said_with(b.key, resource_url(RESOURCE_NEW_ORDER), order_payload("a.test")),
           400, "malformed");
    expect(said(resource_url(RESOURCE_NEW_ACCOUNT), STR("{}")), 400, "malformed");
}
END_TEST

/* clang-format off */
static const struct { enum key_type type; int status; const char *word; } keys[] = {
    { KEY_P256, 201, NULL },
    { KEY_P384, 201, NULL },
    { KEY_P521, 201, NULL },
    { KEY_ED25519, 201, NULL },
    { KEY_RSA2048, 201, NULL },
    { KEY_RSA1024, 400, "badPublicKey" },
    { KEY_SECP256K1, 400, NULL },
};
/* clang-format on */

START_TEST(account_keys_are_taken_or_refused)
{
    struct err err;
    struct key *key = key_new(b.a, keys[_i].type, &err);
    ck_assert_msg(key != NULL, "%s", err.text);
    expect(said_with(key, resource_url(RESOURCE_NEW_ACCOUNT),
                     STR("{\"termsOfServiceAgreed\":true}")),
           keys[_i].status, keys[_i].word);
}
END_TEST

static const char *const bad_jwks[] = { "jwk-private", "jwk-wrong-point",
                                        "jwk-short-coordinate", "jwk-leading-zero" };

START_TEST(a_bad_jwk_is_a_bad_public_key)
{
    struct err err;
    struct post post = signed_to(resource_url(RESOURCE_NEW_ACCOUNT),
                                 STR("{\"termsOfServiceAgreed\":true}"));
    post.jws.key = key_new(b.a, KEY_P256, &err);
    post.jws.kid = STR_NONE;
    strs_add(b.a, &post.jws.tampers, str_of(bad_jwks[_i]));
    const struct exchange *x = did(&post);
    expect(x, 400, "badPublicKey");
    ck_assert(at(x, "/detail").len > 20);
}
END_TEST

START_TEST(members_that_nobody_knows_make_no_other_key)
{
    struct post post = signed_to(resource_url(RESOURCE_NEW_ACCOUNT),
                                 STR("{\"termsOfServiceAgreed\":true}"));
    post.jws.kid = STR_NONE;
    strs_add(b.a, &post.jws.tampers, STR("jwk-extra-member"));
    const struct exchange *x = did(&post);
    expect(x, 200, NULL);
    ck_assert(str_eq(location(x), b.kid));
}
END_TEST

START_TEST(what_is_no_acme_at_all_does_no_harm)
{
    struct err err;
    const struct exchange *x;
    static const char *const bytes[] = {
        "\r\n\r\n", "GET\r\n\r\n",
        "POST /new-order HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"
    };
    for (size_t i = 0; i < countof(bytes); i++)
        ck_assert_msg(client_raw(b.client, b.kid, str_of(bytes[i]), 0, &x, &err), "%s",
                      err.text);
    expect(said(b.kid, STR_NONE), 200, NULL);
}
END_TEST

Suite *ca_jws_suite(void)
{
    Suite *suite = suite_create("ca_jws");
    TCase *t = tcase_create("ca_jws");
    tcase_add_checked_fixture(t, bench_usual, bench_stop);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_spoilt_jws_is_refused, 0, countof(spoilt));
    tcase_add_loop_test(t, a_wrong_protected_header_is_refused, 0, countof(patches));
    tcase_add_test(t, an_unknown_algorithm_is_told_the_known_ones);
    tcase_add_test(t, a_nonce_is_spent_whatever_becomes_of_the_request);
    tcase_add_loop_test(t, the_content_type_has_to_be_jose_json, 0, countof(types));
    tcase_add_test(t, a_jwk_does_for_new_accounts_only);
    tcase_add_loop_test(t, account_keys_are_taken_or_refused, 0, countof(keys));
    tcase_add_loop_test(t, a_bad_jwk_is_a_bad_public_key, 0, countof(bad_jwks));
    tcase_add_test(t, members_that_nobody_knows_make_no_other_key);
    tcase_add_test(t, what_is_no_acme_at_all_does_no_harm);
    suite_add_tcase(suite, t);
    return suite;
}
