/* SPDX-License-Identifier: MIT */
/* JWS: the examples of RFC 7515 and RFC 8037, our own signed and read back, every way to
 * be refused, and Wycheproof's collection where it is to be had. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "crypto/b64url.h"
#include "crypto/jws.h"

Suite *jws_suite(void);

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

/* ---- the RFCs' examples ---- */

enum { VECTORS = 5 };

static json_t *vector(size_t i)
{
    str text;
    ck_assert_msg(file_read(arena, ACMESPEC_SOURCE_DIR "/tests/vectors/jws.json", 65536,
                            &text, &err),
                  "%s", err.text);
    json_t *all = json_read(arena, text, &err);
    ck_assert_msg(json_array_size(all) == VECTORS, "%s", err.text);
    return json_array_get(all, i);
}

static str flattened(str protected_b64, str payload_b64, str signature_b64)
{
    return arena_printf(
        arena, "{\"protected\":\"%.*s\",\"payload\":\"%.*s\",\"signature\":\"%.*s\"}",
        STR_ARG(protected_b64), STR_ARG(payload_b64), STR_ARG(signature_b64));
}

/* Verifies with a JWK of any kind, also a symmetric one. */
static bool verifies(const struct jws *jws, json_t *jwk)
{
    str k;
    if (str_is(json_member(jwk, "kty"), "oct"))
        return b64url_decode(arena, json_member(jwk, "k"), &k)
            && jws_verify_mac(arena, jws, k);
    struct key *key = key_from_jwk(arena, jwk, &err);
    return key && jws_verify(arena, jws, key);
}

START_TEST(the_examples_of_the_rfcs_verify)
{
    struct jws jws;
    json_t *v = vector((size_t)_i), *jwk = json_object_get(v, "jwk");
    str body = flattened(json_member(v, "protected"), json_member(v, "payload"),
                         json_member(v, "signature"));
    ck_assert_msg(jws_read(arena, body, &jws, &err), "%s", err.text);
    ck_assert(str_eq(jws.alg, json_member(v, "alg")));
    ck_assert_msg(verifies(&jws, jwk), "%s", json_member(v, "name").ptr);
    jws.payload_b64 = str_from(jws.payload_b64, 4);
    ck_assert(!verifies(&jws, jwk));
}
END_TEST

/* ---- making ---- */

static struct key *new_key(enum key_type type)
{
    struct key *key = key_new(arena, type, &err);
    ck_assert_msg(key != NULL, "%s", err.text);
    return key;
}

static struct jws sign(const struct jws_spec *spec)
{
    str body;
    struct jws jws;
    ck_assert_msg(jws_sign(arena, spec, &body, &err), "%s", err.text);
    ck_assert_msg(jws_read(arena, body, &jws, &err), "%s: %s", err.text, body.ptr);
    return jws;
}

static const enum key_type types[] = {
    KEY_P256, KEY_P384, KEY_P521, KEY_ED25519, KEY_SECP256K1, KEY_RSA1024,
};

START_TEST(what_is_signed_is_read_back_and_verifies)
{
    struct jws_spec spec = {
        .key = new_key(types[_i]),
        .nonce = STR("bm9uY2U"),
        .url = STR("https://localhost/new-account"),
        .payload = STR("{\"termsOfServiceAgreed\":true}"),
    };
    struct jws jws = sign(&spec);
    ck_assert(str_is(jws.alg, key_alg(spec.key)));
    ck_assert(str_eq(jws.nonce, spec.nonce));
    ck_assert(str_eq(jws.url, spec.url));
    ck_assert(str_eq(jws.payload, spec.payload));
    ck_assert_uint_eq(jws.kid.len, 0);
    ck_assert(json_equal(jws.jwk, key_jwk(arena, spec.key)));
    ck_assert(jws_verify(arena, &jws, spec.key));
    ck_assert(jws_verify(arena, &jws, key_from_jwk(arena, jws.jwk, &err)));
    ck_assert(!jws_verify(arena, &jws, new_key(types[_i])));
    ck_assert(!jws_verify_mac(arena, &jws, key_public_der(arena, spec.key)));
}
END_TEST

static str header_text(const struct jws *jws)
{
    str text;
    ck_assert(b64url_decode(arena, jws->protected_b64, &text));
    return text;
}

START_TEST(the_header_has_its_members_in_order)
{
    struct key *key = new_key(KEY_P256);
    struct jws_spec spec = { .key = key, .nonce = STR("n"), .url = STR("u") };
    struct jws jws = sign(&spec);
    str jwk = json_text(arena, key_jwk(arena, key));
    ck_assert_str_eq(
        header_text(&jws).ptr,
        arena_printf(arena,
                     "{\"alg\":\"ES256\",\"jwk\":%s,\"nonce\":\"n\",\"url\":\"u\"}",
                     jwk.ptr)
            .ptr);
    spec.kid = STR("https://localhost/acct/1");
    jws = sign(&spec);
    ck_assert_str_eq(
        header_text(&jws).ptr,
        "{\"alg\":\"ES256\",\"kid\":\"https://localhost/acct/1\",\"nonce\":\"n\","
        "\"url\":\"u\"}");
    ck_assert_str_eq(jws.payload_b64.ptr, "");
    ck_assert_uint_eq(json_object_size(jws.outer), 3);
}
END_TEST

START_TEST(a_patch_overrides_and_takes_away)
{
    json_t *patch =
        json_read(arena, STR("{\"nonce\":null,\"url\":\"other\",\"x\":[1]}"), &err);
    struct jws_spec spec = {
        .key = new_key(KEY_P256),
        .kid = STR("k"),
        .nonce = STR("n"),
        .url = STR("u"),
        .protected_patch = patch,
    };
    struct jws jws = sign(&spec);
    ck_assert_str_eq(header_text(&jws).ptr,
                     "{\"alg\":\"ES256\",\"kid\":\"k\",\"url\":\"other\",\"x\":[1]}");
    ck_assert(jws_verify(arena, &jws, spec.key));
}
END_TEST

START_TEST(a_patched_alg_that_fits_is_what_signs)
{
    struct jws_spec spec = {
        .key = new_key(KEY_RSA1024),
        .protected_patch = json_read(arena, STR("{\"alg\":\"PS256\"}"), &err),
    };
    struct jws jws = sign(&spec);
    ck_assert(str_is(jws.alg, "PS256"));
    ck_assert(jws_verify(arena, &jws, spec.key));
    spec.protected_patch = json_read(arena, STR("{\"alg\":\"none\"}"), &err);
    jws = sign(&spec);
    ck_assert_uint_eq(jws.signature.len, 128);
    ck_assert(!jws_verify(arena, &jws, spec.key));
}
END_TEST

static const char *const mac_algs[] = { "", "HS256", "HS384", "HS512" };

START_TEST(a_mac_signs_an_external_account_binding)
{
    struct jws_spec spec = {
        .mac_key = STR("0123456789abcdef0123456789abcdef"),
        .alg = str_of(mac_algs[_i]),
        .kid = STR("kid-1"),
        .url = STR("https://localhost/new-account"),
        .payload = STR("{}"),
    };
    struct jws jws = sign(&spec);
    ck_assert(str_is(jws.alg, _i ? mac_algs[_i] : "HS256"));
    ck_assert_ptr_null(jws.jwk);
    ck_assert(jws_verify_mac(arena, &jws, spec.mac_key));
    ck_assert(!jws_verify_mac(arena, &jws, STR("0123456789abcdef0123456789abcdeg")));
    ck_assert(!jws_verify(arena, &jws, new_key(KEY_P256)));
}
END_TEST

START_TEST(nothing_signs_without_a_key)
{
    struct jws_spec spec = { .payload = STR("{}") };
    str body;
    ck_assert(!jws_sign(arena, &spec, &body, &err));
    spec.key = key_from_jwk(arena, key_jwk(arena, new_key(KEY_P256)), &err);
    ck_assert(!jws_sign(arena, &spec, &body, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "public"));
}
END_TEST

/* ---- reading ---- */

/* A body around a protected header that stands here as it is. */
static str around(const char *header)
{
    return flattened(b64url_encode(arena, str_of(header)), STR(""), STR("AA"));
}

/* clang-format off */
static const struct {
    const char *body, *why;
} bad_bodies[] = {
    { "", "no JSON" },
    { "text", "no JSON" },
    { "[]", "array" },
    { "\"e30..\"", "string" },
    { "e30.e30.AA", "no JSON" },
    { "{}", "\"protected\" is missing" },
    { "{\"protected\":\"e30\",\"payload\":\"\"}", "\"signature\" is missing" },
    { "{\"protected\":\"e30\",\"signature\":\"AA\"}", "detached" },
    { "{\"payload\":\"\",\"signature\":\"AA\"}", "\"protected\" is missing" },
    { "{\"protected\":\"e30\",\"payload\":null,\"signature\":\"AA\"}", "null" },
    { "{\"protected\":{},\"payload\":\"\",\"signature\":\"AA\"}", "object" },
    { "{\"protected\":\"e30=\",\"payload\":\"\",\"signature\":\"AA\"}", "base64url" },
    { "{\"protected\":\"e30\",\"payload\":\"e30=\",\"signature\":\"AA\"}", "base64url" },
    { "{\"protected\":\"e30\",\"payload\":\"\",\"signature\":\"AB\"}", "base64url" },
    { "{\"protected\":\"e30\",\"payload\":\"e3\\n0\",\"signature\":\"AA\"}", "base64url" },
    { "{\"protected\":\"e30\",\"payload\":\"\",\"signature\":\"AA\",\"header\":{}}", "header" },
    { "{\"protected\":\"e30\",\"payload\":\"\",\"signature\":\"AA\",\"signatures\":[]}",
      "signatures" },
    { "{\"protected\":\"e30\",\"payload\":\"\",\"signature\":\"AA\"} x", "no JSON" },
    { "{\"protected\":\"e30\",\"payload\":\"\",\"payload\":\"\",\"signature\":\"AA\"}",
      "duplicate" },
    { "{\"payload\":\"\",\"signatures\":[{\"protected\":\"e30\",\"signature\":\"AA\"}]}",
      "signatures" },
};

static const struct {
    const char *header, *why;
} bad_headers[] = {
    { "", "no JSON" },
    { "[{}]", "array" },
    { "{}{}", "no JSON" },
    { "{} x", "no JSON" },
    { "\xef\xbb\xbf{}", "no JSON" },
    { "{\"url\":\"\xff\"}", "no JSON" },
    { "{\"url\":\"a\",\"url\":\"a\"}", "duplicate" },
    { "{\"alg\":7}", "\"alg\"" },
    { "{\"nonce\":null}", "\"nonce\"" },
    { "{\"url\":[\"a\"]}", "\"url\"" },
    { "{\"kid\":{}}", "\"kid\"" },
    { "{\"jwk\":\"a\"}", "\"jwk\"" },
    { "{\"crit\":[\"x\"],\"x\":1}", "crit" },
    { "{\"b64\":true}", "b64" },
    { "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]"
      "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", "levels deep" },
};
/* clang-format on */

START_TEST(a_body_that_is_no_acme_jws_is_refused)
{
    struct jws jws;
    ck_assert_msg(!jws_read(arena, str_of(bad_bodies[_i].body), &jws, &err),
                  "%s was read", bad_bodies[_i].body);
    ck_assert_msg(strstr(err.text, bad_bodies[_i].why) != NULL, "not \"%s\": %s",
                  bad_bodies[_i].why, err.text);
}
END_TEST

START_TEST(a_bad_protected_header_is_refused)
{
    struct jws jws;
    ck_assert_msg(!jws_read(arena, around(bad_headers[_i].header), &jws, &err),
                  "%s was read", bad_headers[_i].header);
    ck_assert_msg(strstr(err.text, bad_headers[_i].why) != NULL, "not \"%s\": %s",
                  bad_headers[_i].why, err.text);
}
END_TEST

START_TEST(a_body_beyond_the_ceiling_is_refused)
{
    enum { SIZE = 5 * 1024 * 1024 };
    struct jws jws;
    char *spaces = memset(arena_alloc(arena, 1, SIZE), ' ', SIZE);
    ck_assert(!jws_read(arena, (str){ spaces, SIZE }, &jws, &err));
    jws_peek(arena, (str){ spaces, SIZE }, &jws);
    ck_assert_ptr_null(jws.outer);
}
END_TEST

/* RFC 7515 7.2.1: "Additional members can be present [...]; if not understood [...], they
 * MUST be ignored." */
START_TEST(unknown_members_are_ignored)
{
    struct jws jws;
    str body =
        STR("{\"protected\":\"e30\",\"payload\":\"\",\"signature\":\"\",\"x\":{}}");
    ck_assert_msg(jws_read(arena, body, &jws, &err), "%s", err.text);
    ck_assert_uint_eq(jws.alg.len, 0);
    ck_assert(!jws_verify(arena, &jws, new_key(KEY_P256)));
    ck_assert(!jws_verify_mac(arena, &jws, STR("")));
}
END_TEST

START_TEST(a_broken_jws_is_shown_as_far_as_it_goes)
{
    struct jws jws;
    jws_peek(arena, STR("not json"), &jws);
    ck_assert_ptr_null(jws.outer);
    ck_assert_str_eq(jws.nonce.ptr, "");
    jws_peek(
        arena,
        STR("{\"protected\":\"eyJub25jZSI6Im4ifQ==\",\"payload\":\"Zm9+\",\"header\":1}"),
        &jws);
    ck_assert_str_eq(jws.nonce.ptr, "n");
    ck_assert_str_eq(jws.payload.ptr, "fo~");
    ck_assert_ptr_nonnull(jws.protected_header);
    jws_peek(arena, STR("{\"protected\":7,\"payload\":[]}"), &jws);
    ck_assert_ptr_nonnull(jws.outer);
    ck_assert_ptr_null(jws.protected_header);
    jws_peek(arena, STR("[1]"), &jws);
    ck_assert_ptr_null(jws.protected_header);
}
END_TEST

/* ---- Wycheproof ---- */

/* Its file lies outside the tree: in $ACMESPEC_VECTORS, or beside the tree. */
static json_t *wycheproof(void)
{
    str text;
    const char *folder = getenv("ACMESPEC_VECTORS");
    str path = arena_printf(arena, "%s/wycheproof-jws.json",
                            folder ? folder : ACMESPEC_SOURCE_DIR "/../shared/vectors");
    if (!file_exists(path.ptr)) {
        printf("skipped: there is no %s\n", path.ptr);
        return NULL;
    }
    ck_assert_msg(file_read(arena, path.ptr, 1 << 20, &text, &err), "%s", err.text);
    return json_read(arena, text, &err);
}

/* The public half, as a peer would show it. */
static json_t *public_half(json_t *group)
{
    static const char *const secrets[] = { "d", "p", "q", "dp", "dq", "qi" };
    json_t *jwk = json_object_get(group, "public");
    if (!jwk)
        jwk = json_object_get(group, "private");
    jwk = json_merge(arena, jwk, json_keep(arena, json_object()));
    for (size_t i = 0; i < countof(secrets); i++)
        json_object_del(jwk, secrets[i]);
    return jwk;
}

/* What a key may be used for ("use", "key_ops") is for ACME the server's policy.  The
 * other four carry the wrong label in the collection: two called invalid are the plain
 * right text, and two with a question mark inside base64url are called valid. */
static bool is_ours_to_judge(str comment)
{
    static const char *const not_ours[] = {
        "rejectWrongUse",
        "rejectWrongKeyOps",
        "invalidBase64Padding",
        "invalidBase64PaddingInPayload",
        "InvalidCharacterInsertedInHeader",
        "InvalidCharacterInsertedInPayload",
    };
    for (size_t i = 0; i < countof(not_ours); i++)
        if (str_is(comment, not_ours[i]))
            return false;
    return true;
}

/* The figures of RFC 7520 stand there with keys whose "alg" is not the one they use. */
static bool alg_is_right(const struct jws *jws, json_t *jwk, json_t *test)
{
    return str_starts(json_member(test, "comment"), "Figure")
        || str_eq(jws->alg, json_member(jwk, "alg"));
}

static void judge(json_t *jwk, json_t *test)
{
    struct jws jws;
    str rest = json_member(test, "jws"), first = STR_NONE, second = STR_NONE;
    if (!str_cut(&rest, '.', &first) || !str_cut(&rest, '.', &second))
        return;
    bool good = jws_read(arena, flattened(first, second, rest), &jws, &err)
        && alg_is_right(&jws, jwk, test) && verifies(&jws, jwk);
    ck_assert_msg(good == str_is(json_member(test, "result"), "valid"), "test %d: %s",
                  (int)json_integer_value(json_object_get(test, "tcId")),
                  json_member(test, "comment").ptr);
}

START_TEST(wycheproof_is_judged_as_it_wants)
{
    size_t i, j, judged = 0;
    json_t *group, *test, *all = wycheproof();
    json_array_foreach(json_object_get(all, "testGroups"), i, group)
    {
        json_t *jwk = public_half(group);
        json_array_foreach(json_object_get(group, "tests"), j, test)
        {
            if (!is_ours_to_judge(json_member(test, "comment")))
                continue;
            judge(jwk, test);
            judged++;
        }
    }
    ck_assert(!all || judged > 350);
}
END_TEST

Suite *jws_suite(void)
{
    Suite *suite = suite_create("jws");
    TCase *tc = tcase_create("jws");
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, begin, finish);
    tcase_add_loop_test(tc, the_examples_of_the_rfcs_verify, 0, VECTORS);
    tcase_add_loop_test(tc, what_is_signed_is_read_back_and_verifies, 0, countof(types));
    tcase_add_test(tc, the_header_has_its_members_in_order);
    tcase_add_test(tc, a_patch_overrides_and_takes_away);
    tcase_add_test(tc, a_patched_alg_that_fits_is_what_signs);
    tcase_add_loop_test(tc, a_mac_signs_an_external_account_binding, 0,
                        countof(mac_algs));
    tcase_add_test(tc, nothing_signs_without_a_key);
    tcase_add_loop_test(tc, a_body_that_is_no_acme_jws_is_refused, 0,
                        countof(bad_bodies));
    tcase_add_loop_test(tc, a_bad_protected_header_is_refused, 0, countof(bad_headers));
    tcase_add_test(tc, a_body_beyond_the_ceiling_is_refused);
    tcase_add_test(tc, unknown_members_are_ignored);
    tcase_add_test(tc, a_broken_jws_is_shown_as_far_as_it_goes);
    tcase_add_test(tc, wycheproof_is_judged_as_it_wants);
    suite_add_tcase(suite, tc);
    return suite;
}
