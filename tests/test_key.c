/* SPDX-License-Identifier: MIT */
/* Keys of every type: made, written and read again; JWKs refused for each way to be
 * wrong; the thumbprints and signatures that the RFCs print. */
#include <check.h>

#include "crypto/b64url.h"
#include "crypto/key.h"

Suite *key_suite(void);

static struct arena *arena;
static struct err err;

static void begin(void)
{
    arena = arena_new(NULL);
    err.text[0] = '\0';
}

static void finish(void)
{
    arena_end(arena);
}

static json_t *json_of(const char *text)
{
    json_t *value = json_read(arena, str_of(text), &err);
    ck_assert_msg(value != NULL, "%s: %s", err.text, text);
    return value;
}

static struct key *new_key(enum key_type type)
{
    struct key *key = key_new(arena, type, &err);
    ck_assert_msg(key != NULL, "%s", err.text);
    return key;
}

#define X_7515 "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define Y_7515 "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define X_8037 "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define N_7638                                                                           \
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L"  \
    "6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4Qy"  \
    "Q5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI"  \
    "SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"  \
    "kEgU8awapJzKnqDKgw"

/* clang-format off */
static const struct {
    const char *jwk, *thumbprint;
} thumbprints[] = {
    { "{\"kty\":\"RSA\",\"n\":\"" N_7638 "\",\"e\":\"AQAB\",\"alg\":\"RS256\","
      "\"kid\":\"2011-04-29\"}",
      "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" },            /* RFC 7638 3.1 */
    { "{\"kty\":\"OKP\",\"x\":\"" X_8037 "\",\"crv\":\"Ed25519\",\"use\":\"sig\"}",
      "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" },            /* RFC 8037 A.3 */
    { "{\"kty\":\"EC\",\"x\":\"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs\","
      "\"y\":\"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA\",\"crv\":\"P-256\"}",
      "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" },            /* RFC 9449 4.2, 6.1 */
};

static const struct {
    const char *jwk, *why;
} bad_jwks[] = {
    { "[]", "JSON object" },
    { "{}", "\"kty\"" },
    { "{\"kty\":\"ec\",\"crv\":\"P-256\",\"x\":\"" X_7515 "\",\"y\":\"" Y_7515 "\"}", "kty" },
    { "{\"kty\":\"oct\"}", "kty" },
    { "{\"kty\":7}", "kty" },
    { "{\"kty\":\"EC\",\"x\":\"" X_7515 "\",\"y\":\"" Y_7515 "\"}", "crv" },
    { "{\"kty\":\"EC\",\"crv\":\"P-192\",\"x\":\"" X_7515 "\",\"y\":\"" Y_7515 "\"}", "crv" },
    { "{\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"" X_8037 "\"}", "crv" },
    { "{\"kty\":\"OKP\",\"crv\":\"P-256\",\"x\":\"" X_7515 "\"}", "crv" },
    { "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" X_8037 "\"}", "crv" },
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X_7515 "\"}", "\"y\"" },
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X_7515 "\",\"y\":1}", "\"y\"" },
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X_7515 "\",\"y\":\"" Y_7515 "=\"}",
      "base64url" },
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X_7515 "\",\"y\":\"" X_7515 "\"}",
      "no point of the curve" },
    { "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" X_7515 "\",\"y\":\"" Y_7515 "\"}",
      "no point of the curve" },
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}", "they are 32" },
    { "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" X_7515 "\",\"y\":\"" Y_7515 "\"}",
      "they are 48" },
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AH_Nzidw9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF\","
      "\"y\":\"" Y_7515 "\"}", "33 octets" },
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X_7515 "\",\"y\":\"" Y_7515 "\",\"d\":\"AA\"}",
      "private" },
    { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ\"}",
      "31 octets" },
    { "{\"kty\":\"RSA\",\"n\":\"" N_7638 "\"}", "\"e\"" },
    { "{\"kty\":\"RSA\",\"e\":\"AQAB\"}", "\"n\"" },
    { "{\"kty\":\"RSA\",\"n\":\"" N_7638 "\",\"e\":\"AQAB\",\"p\":\"AA\"}", "private" },
    { "{\"kty\":\"RSA\",\"n\":\"" N_7638 "\",\"e\":\"AAEAAQ\"}", "zero octet" },
    { "{\"kty\":\"RSA\",\"n\":\"AAAA" N_7638 "\",\"e\":\"AQAB\"}", "zero octet" },
    { "{\"kty\":\"RSA\",\"n\":\"" N_7638 "\",\"e\":\"AQ\"}", "at least 3" },
    { "{\"kty\":\"RSA\",\"n\":\"" N_7638 "\",\"e\":\"AQAA\"}", "odd" },
    { "{\"kty\":\"RSA\",\"n\":\"" N_7638 "\",\"e\":\"\"}", "at least 3" },
    { "{\"kty\":\"RSA\",\"n\":\"" N_7638 "\",\"e\":\"" N_7638 "\"}", "64 bits" },
    { "{\"kty\":\"RSA\",\"n\":\"_____w\",\"e\":\"AQAB\"}", "512" },
    { "{\"kty\":\"RSA\",\"n\":\"" N_7638 N_7638 N_7638 N_7638 N_7638 "\",\"e\":\"AQAB\"}",
      "512 to 8192" },
};

static const struct {
    const char *word;
    int type;
} words[] = {
    { "P-256", KEY_P256 }, { "ES256", KEY_P256 }, { "ES384", KEY_P384 },
    { "ES512", KEY_P521 }, { "P-521", KEY_P521 }, { "RS256", KEY_RSA2048 },
    { "RSA-1024", KEY_RSA1024 }, { "RSA-4096", KEY_RSA4096 }, { "EdDSA", KEY_ED25519 },
    { "Ed25519", KEY_ED25519 }, { "secp256k1", KEY_SECP256K1 }, { "es256", -1 }, { "", -1 },
    { "HS256", -1 },
};

/* Types that are made in no time; RSA has its own test. */
static const enum key_type quick[] = {
    KEY_P256, KEY_P384, KEY_P521, KEY_ED25519, KEY_SECP256K1, KEY_RSA1024,
};
static const size_t signature_lengths[] = { 64, 96, 132, 64, 64, 128 };
/* clang-format on */

START_TEST(a_type_is_found_by_name_and_by_algorithm)
{
    ck_assert_int_eq(key_type_find(str_of(words[_i].word)), words[_i].type);
}
END_TEST

START_TEST(a_thumbprint_is_the_one_that_the_rfc_prints)
{
    str print;
    json_t *jwk = json_of(thumbprints[_i].jwk);
    ck_assert_msg(jwk_thumbprint(arena, jwk, &print, &err), "%s", err.text);
    ck_assert_str_eq(print.ptr, thumbprints[_i].thumbprint);
    struct key *key = key_from_jwk(arena, jwk, &err);
    ck_assert_msg(key != NULL, "%s", err.text);
    ck_assert_str_eq(key_thumbprint(arena, key).ptr, thumbprints[_i].thumbprint);
}
END_TEST

START_TEST(a_thumbprint_needs_all_members)
{
    str print;
    ck_assert(
        !jwk_thumbprint(arena, json_of("{\"kty\":\"RSA\",\"n\":\"AA\"}"), &print, &err));
    ck_assert(!jwk_thumbprint(arena, json_of("{\"kty\":\"EC\",\"x\":1}"), &print, &err));
    ck_assert(!jwk_thumbprint(arena, json_of("{\"kty\":\"DSA\"}"), &print, &err));
    ck_assert(!jwk_thumbprint(arena, json_of("[]"), &print, &err));
    ck_assert(
        jwk_thumbprint(arena, json_of("{\"kty\":\"oct\",\"k\":\"AA\"}"), &print, &err));
}
END_TEST

START_TEST(a_bad_jwk_is_refused)
{
    struct key *key = key_from_jwk(arena, json_of(bad_jwks[_i].jwk), &err);
    ck_assert_msg(key == NULL, "%s was read", bad_jwks[_i].jwk);
    ck_assert_msg(strstr(err.text, bad_jwks[_i].why) != NULL, "not \"%s\": %s",
                  bad_jwks[_i].why, err.text);
}
END_TEST

START_TEST(unknown_members_of_a_jwk_are_ignored)
{
    json_t *jwk =
        json_of("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X_7515 "\",\"y\":\"" Y_7515
                "\",\"kid\":\"a\",\"acmespec\":{\"d\":1}}");
    struct key *key = key_from_jwk(arena, jwk, &err);
    ck_assert_msg(key != NULL, "%s", err.text);
    ck_assert_str_eq(json_text(arena, key_jwk(arena, key)).ptr,
                     "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" X_7515
                     "\",\"y\":\"" Y_7515 "\"}");
}
END_TEST

START_TEST(a_key_comes_back_from_every_form)
{
    struct key *key = new_key(quick[_i]);
    ck_assert_int_eq(key_type_of(key), quick[_i]);
    struct key *from_jwk = key_from_jwk(arena, key_jwk(arena, key), &err);
    ck_assert_msg(from_jwk != NULL, "%s", err.text);
    struct key *from_pem = key_from_pem(arena, key_private_pem(arena, key), &err);
    ck_assert_msg(from_pem != NULL, "%s", err.text);
    ck_assert(key_same(key, from_jwk));
    ck_assert(key_same(key, from_pem));
    ck_assert(!key_same(key, new_key(quick[_i])));
    ck_assert_str_eq(key_alg(from_jwk), key_alg(key));
    ck_assert(str_eq(key_public_der(arena, key), key_public_der(arena, from_pem)));
}
END_TEST

START_TEST(a_public_key_comes_back_from_pem)
{
    struct key *key = new_key(quick[_i]);
    str pem =
        arena_printf(arena, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n",
                     b64_encode(arena, key_public_der(arena, key)).ptr);
    struct key *back = key_from_pem(arena, pem, &err);
    ck_assert_msg(back != NULL, "%s", err.text);
    ck_assert(key_same(key, back));
    str signature;
    ck_assert(!key_sign(arena, back, STR("x"), &signature, &err));
    ck_assert_uint_eq(key_private_pem(arena, back).len, 0);
}
END_TEST

START_TEST(a_pem_without_a_key_is_refused)
{
    ck_assert(!key_from_pem(arena, STR(""), &err));
    ck_assert(!key_from_pem(arena, STR("no key here\n"), &err));
    ck_assert(!key_from_pem(arena,
                            STR("-----BEGIN PRIVATE KEY-----\nAAAA\n"
                                "-----END PRIVATE KEY-----\n"),
                            &err));
}
END_TEST

START_TEST(what_was_signed_verifies_and_nothing_else_does)
{
    struct key *key = new_key(quick[_i]);
    str alg = str_of(key_alg(key)), signature;
    ck_assert_msg(key_sign(arena, key, STR("text"), &signature, &err), "%s", err.text);
    ck_assert_uint_eq(signature.len, signature_lengths[_i]);
    ck_assert(key_verify(arena, key, alg, STR("text"), signature));
    ck_assert(!key_verify(arena, key, alg, STR("texT"), signature));
    ck_assert(!key_verify(arena, new_key(quick[_i]), alg, STR("text"), signature));
    ck_assert(!key_verify(arena, key, alg, STR("text"),
                          str_upto(signature, signature.len - 1)));
    ck_assert(!key_verify(arena, key, alg, STR("text"), STR_NONE));
    ck_assert(!key_verify(arena, key, STR("none"), STR("text"), signature));
    ck_assert(!key_verify(arena, key, STR("HS256"), STR("text"), signature));
    ck_assert(!key_verify(arena, key, STR("ES512 "), STR("text"), signature));
    signature.ptr = memcpy(str_z(arena, signature), "\xff\xff\xff\xff", 4);
    ck_assert(!key_verify(arena, key, alg, STR("text"), signature));
}
END_TEST

START_TEST(an_algorithm_fits_one_curve_only)
{
    struct key *p256 = new_key(KEY_P256), *k1 = new_key(KEY_SECP256K1);
    str signature;
    ck_assert(key_sign(arena, p256, STR("text"), &signature, &err));
    ck_assert(!key_verify(arena, p256, STR("ES256K"), STR("text"), signature));
    ck_assert(!key_verify(arena, p256, STR("ES384"), STR("text"), signature));
    ck_assert(key_sign(arena, k1, STR("text"), &signature, &err));
    ck_assert(!key_verify(arena, k1, STR("ES256"), STR("text"), signature));
}
END_TEST

START_TEST(zeros_are_no_signature)
{
    struct key *key = new_key(quick[_i]);
    str zeros = { arena_alloc(arena, 1, signature_lengths[_i]), signature_lengths[_i] };
    ck_assert(!key_verify(arena, key, str_of(key_alg(key)), STR("text"), zeros));
}
END_TEST

START_TEST(an_ecdsa_signature_in_der_is_not_the_jws_form)
{
    struct key *key = new_key(KEY_P256);
    str der;
    ck_assert(key_sign_der(arena, key, STR("text"), &der, &err));
    ck_assert_int_eq(der.ptr[0], 0x30);
    ck_assert(!key_verify(arena, key, STR("ES256"), STR("text"), der));
}
END_TEST

/* One signature in 128 has an r or s with a leading zero octet; its width must stay. */
START_TEST(ecdsa_signatures_keep_their_width)
{
    struct key *key = new_key(KEY_P256);
    for (int i = 0; i < 600; i++) {
        str signature;
        ck_assert(key_sign(arena, key, STR("text"), &signature, &err));
        ck_assert_uint_eq(signature.len, 64);
        ck_assert(key_verify(arena, key, STR("ES256"), STR("text"), signature));
    }
}
END_TEST

/* RFC 8037 A.4, signed again: EdDSA has no chance in it. */
START_TEST(an_eddsa_signature_is_the_one_that_the_rfc_prints)
{
    str d, der, signature;
    ck_assert(
        b64url_decode(arena, STR("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"), &d));
    ck_assert(hex_decode(arena,
                         arena_printf(arena, "302e020100300506032b657004220420%s",
                                      hex_encode(arena, d).ptr),
                         &der));
    str pem = arena_printf(arena,
                           "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n",
                           b64_encode(arena, der).ptr);
    struct key *key = key_from_pem(arena, pem, &err);
    ck_assert_msg(key != NULL, "%s", err.text);
    ck_assert(key_sign(arena, key,
                       STR("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"),
                       &signature, &err));
    ck_assert_str_eq(
        b64url_encode(arena, signature).ptr,
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7"
        "sVvpAr_MuM0KAg");
}
END_TEST

START_TEST(rsa_keys_have_the_size_that_was_asked_for)
{
    struct key *key = new_key(KEY_RSA2048);
    str n, signature;
    ck_assert_int_eq(key_type_of(key), KEY_RSA2048);
    ck_assert(b64url_decode(arena, json_member(key_jwk(arena, key), "n"), &n));
    ck_assert_uint_eq(n.len, 256);
    ck_assert_str_eq(json_member(key_jwk(arena, key), "e").ptr, "AQAB");
    ck_assert(key_sign(arena, key, STR("text"), &signature, &err));
    ck_assert_uint_eq(signature.len, 256);
    ck_assert(!key_verify(arena, key, STR("RS384"), STR("text"), signature));
    ck_assert(!key_verify(arena, key, STR("PS256"), STR("text"), signature));
    ck_assert(key_verify(arena, key_from_jwk(arena, key_jwk(arena, key), &err),
                         STR("RS256"), STR("text"), signature));
}
END_TEST

START_TEST(digests_are_those_of_the_standards)
{
    ck_assert_str_eq(hex_encode(arena, sha256(arena, STR("abc"))).ptr,
                     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ck_assert_str_eq(hex_encode(arena, sha1(arena, STR("abc"))).ptr,
                     "a9993e364706816aba3e25717850c26c9cd0d89d");
    ck_assert_str_eq(hex_encode(arena, sha256(arena, STR_NONE)).ptr,
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(macs_are_those_of_rfc_4231)
{
    str key = STR("Jefe"), text = STR("what do ya want for nothing?");
    ck_assert_str_eq(hex_encode(arena, hmac_sha256(arena, key, text)).ptr,
                     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    ck_assert_str_eq(str_upto(hex_encode(arena, hmac_sha384(arena, key, text)), 96).ptr,
                     "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
                     "8e2240ca5e69e2c78b3239ecfab21649");
    ck_assert(
        str_starts(hex_encode(arena, hmac_sha512(arena, key, text)),
                   "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"));
    ck_assert_uint_eq(hmac_sha256(arena, STR_NONE, STR_NONE).len, 32);
}
END_TEST

START_TEST(bytes_are_random_and_compared)
{
    str one = random_bytes(arena, 32), other = random_bytes(arena, 32);
    ck_assert_uint_eq(one.len, 32);
    ck_assert(!bytes_equal(one, other));
    ck_assert(bytes_equal(one, str_copy(arena, one)));
    ck_assert(!bytes_equal(one, str_upto(one, 31)));
    ck_assert(bytes_equal(STR_NONE, STR_NONE));
}
END_TEST

Suite *key_suite(void)
{
    Suite *suite = suite_create("key");
    TCase *tc = tcase_create("key");
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, begin, finish);
    tcase_add_loop_test(tc, a_type_is_found_by_name_and_by_algorithm, 0, countof(words));
    tcase_add_loop_test(tc, a_thumbprint_is_the_one_that_the_rfc_prints, 0,
                        countof(thumbprints));
    tcase_add_test(tc, a_thumbprint_needs_all_members);
    tcase_add_loop_test(tc, a_bad_jwk_is_refused, 0, countof(bad_jwks));
    tcase_add_test(tc, unknown_members_of_a_jwk_are_ignored);
    tcase_add_loop_test(tc, a_key_comes_back_from_every_form, 0, countof(quick));
    tcase_add_loop_test(tc, a_public_key_comes_back_from_pem, 0, countof(quick));
    tcase_add_test(tc, a_pem_without_a_key_is_refused);
    tcase_add_loop_test(tc, what_was_signed_verifies_and_nothing_else_does, 0,
                        countof(quick));
    tcase_add_test(tc, an_algorithm_fits_one_curve_only);
    tcase_add_loop_test(tc, zeros_are_no_signature, 0, countof(quick));
    tcase_add_test(tc, an_ecdsa_signature_in_der_is_not_the_jws_form);
    tcase_add_test(tc, ecdsa_signatures_keep_their_width);
    tcase_add_test(tc, an_eddsa_signature_is_the_one_that_the_rfc_prints);
    tcase_add_test(tc, rsa_keys_have_the_size_that_was_asked_for);
    tcase_add_test(tc, digests_are_those_of_the_standards);
    tcase_add_test(tc, macs_are_those_of_rfc_4231);
    tcase_add_test(tc, bytes_are_random_and_compared);
    suite_add_tcase(suite, tc);
    return suite;
}
