/* SPDX-License-Identifier: MIT */
/* Every tamper: that it spoils what its help says and nothing else, so that the verdict
 * on a peer is about that one sentence. */
#include <check.h>

#include "crypto/b64url.h"
#include "crypto/tamper.h"

Suite *tamper_suite(void);

static struct arena *arena;
static struct err err;
static struct key *key, *other_key;

static struct key *new_key(enum key_type type)
{
    struct key *made = key_new(arena, type, &err);
    ck_assert_msg(made != NULL, "%s", err.text);
    return made;
}

static void begin(void)
{
    arena = arena_new(NULL);
    err.text[0] = '\0';
    key = new_key(KEY_P256);
    other_key = new_key(KEY_P256);
}

static void finish(void)
{
    arena_end(arena);
}

/* What a strict reader finds, and what a lenient one would. */
enum outcome {
    TAKEN, /* read and verified: the sentence is one that says "ignore" or "reject" */
    UNVERIFIED,  /* read, but the signature does not verify */
    STRICT_ONLY, /* refused by the strict reader; a lenient one verifies it */
    UNREADABLE,  /* refused by the strict reader, and nobody can verify it */
};

enum sender { JWK, KID };

/* clang-format off */
static const struct {
    const char *name;
    enum sender sender;
    enum outcome outcome;
    const char *why; /* in the strict reader's sentence */
} rows[] = {
    { "signature-bit", JWK, UNVERIFIED, "" },
    { "payload-after", JWK, UNVERIFIED, "" },
    { "protected-after", JWK, UNVERIFIED, "" },
    { "other-key", JWK, UNVERIFIED, "" },
    { "empty-signature", JWK, UNVERIFIED, "" },
    { "no-signature", JWK, UNREADABLE, "\"signature\" is missing" },
    { "non-canonical-signature", JWK, STRICT_ONLY, "\"signature\" is not base64url" },
    { "der-signature", JWK, UNVERIFIED, "" },
    { "short-signature", JWK, UNVERIFIED, "" },
    { "long-signature", JWK, UNVERIFIED, "" },
    { "zero-signature", JWK, UNVERIFIED, "" },
    { "padded-protected", JWK, STRICT_ONLY, "\"protected\" is not base64url" },
    { "padded-payload", JWK, STRICT_ONLY, "\"payload\" is not base64url" },
    { "padded-signature", JWK, STRICT_ONLY, "\"signature\" is not base64url" },
    { "base64-protected", JWK, STRICT_ONLY, "\"protected\" is not base64url" },
    { "base64-payload", JWK, STRICT_ONLY, "\"payload\" is not base64url" },
    { "newline-payload", JWK, STRICT_ONLY, "\"payload\" is not base64url" },
    { "non-canonical-payload", JWK, STRICT_ONLY, "\"payload\" is not base64url" },
    { "no-payload", JWK, UNREADABLE, "detached" },
    { "no-protected", JWK, UNREADABLE, "\"protected\" is missing" },
    { "unprotected-header", JWK, STRICT_ONLY, "\"header\" is there" },
    { "unprotected-nonce", JWK, STRICT_ONLY, "\"header\" is there" },
    { "unprotected-url", JWK, STRICT_ONLY, "\"header\" is there" },
    { "unprotected-kid", KID, STRICT_ONLY, "\"header\" is there" },
    { "unprotected-alg", JWK, UNREADABLE, "\"header\" is there" },
    { "all-unprotected", JWK, UNREADABLE, "\"header\" is there" },
    { "signatures-member", JWK, STRICT_ONLY, "\"signatures\" is there" },
    { "general", JWK, UNREADABLE, "\"signatures\" is there" },
    { "two-signatures", JWK, UNREADABLE, "\"signatures\" is there" },
    { "compact", JWK, UNREADABLE, "no JSON" },
    { "array", JWK, UNREADABLE, "array" },
    { "duplicate-payload", JWK, UNREADABLE, "duplicate" },
    { "duplicate-protected", JWK, UNREADABLE, "duplicate" },
    { "duplicate-signature", JWK, UNREADABLE, "duplicate" },
    { "extra-outer", JWK, TAKEN, "" },
    { "trailing-garbage", JWK, UNREADABLE, "no JSON" },
    { "truncated", JWK, UNREADABLE, "no JSON" },
    { "empty-body", JWK, UNREADABLE, "no JSON" },
    { "not-json", JWK, UNREADABLE, "no JSON" },
    { "duplicate-nonce", JWK, STRICT_ONLY, "duplicate" },
    { "duplicate-url", JWK, STRICT_ONLY, "duplicate" },
    { "duplicate-alg", JWK, UNREADABLE, "duplicate" },
    { "duplicate-kid", KID, STRICT_ONLY, "duplicate" },
    { "unencoded-payload", JWK, STRICT_ONLY, "\"payload\" is not base64url" },
    { "crit-unknown", JWK, STRICT_ONLY, "\"crit\" is there" },
    { "crit-empty", JWK, STRICT_ONLY, "\"crit\" is there" },
    { "zip", JWK, TAKEN, "" },
    { "alg-none", JWK, UNVERIFIED, "" },
    { "alg-none-signed", JWK, UNVERIFIED, "" },
    { "alg-mismatch", JWK, UNVERIFIED, "" },
    { "alg-other-family", JWK, UNVERIFIED, "" },
    { "hmac-as-public-key", JWK, UNVERIFIED, "" },
    { "protected-array", JWK, UNREADABLE, "array" },
    { "protected-text", JWK, UNREADABLE, "no JSON" },
    { "protected-two", JWK, UNREADABLE, "no JSON" },
    { "protected-trailing", JWK, UNREADABLE, "no JSON" },
    { "protected-not-utf8", JWK, UNREADABLE, "no JSON" },
    { "bom", JWK, UNREADABLE, "no JSON" },
    { "jwk-private", JWK, TAKEN, "" },
    { "jwk-and-kid", JWK, TAKEN, "" },
    { "neither-jwk-nor-kid", KID, TAKEN, "" },
    { "jwk-extra-member", JWK, TAKEN, "" },
    { "jwk-wrong-point", JWK, TAKEN, "" },
    { "jwk-short-coordinate", JWK, TAKEN, "" },
    { "jwk-leading-zero", JWK, TAKEN, "" },
    { "deep-payload", JWK, TAKEN, "" },
    { "large-payload", JWK, TAKEN, "" },
};
/* clang-format on */

static struct jws_spec spec_for(enum sender sender, str name)
{
    struct jws_spec spec = {
        .key = key,
        .other_key = other_key,
        .nonce = STR("bm9uY2U"),
        .url = STR("https://localhost/acme/new-account"),
        .kid = sender == KID ? STR("https://localhost/acme/acct/1") : STR_NONE,
        .payload = STR("{\"termsOfServiceAgreed\":true}"),
    };
    strs_add(arena, &spec.tampers, name);
    return spec;
}

static str spoilt(const char *name, enum sender sender)
{
    struct jws_spec spec = spec_for(sender, str_of(name));
    str body;
    ck_assert_msg(jws_sign(arena, &spec, &body, &err), "%s", err.text);
    return body;
}

static bool read_strictly(str body, struct jws *jws)
{
    return jws_read(arena, body, jws, &err);
}

START_TEST(a_tamper_spoils_what_it_says)
{
    struct jws strict, loose;
    str body = spoilt(rows[_i].name, rows[_i].sender);
    bool read = read_strictly(body, &strict);
    ck_assert_msg(strstr(err.text, rows[_i].why) != NULL, "%s: %s", rows[_i].name,
                  err.text);
    jws_peek(arena, body, &loose);
    bool verified = jws_verify(arena, &loose, key);
    enum outcome outcome = read ? verified ? TAKEN : UNVERIFIED
        : verified              ? STRICT_ONLY
                                : UNREADABLE;
    ck_assert_msg(outcome == rows[_i].outcome, "%s: %s", rows[_i].name, body.ptr);
}
END_TEST

START_TEST(every_tamper_has_a_row_here_and_a_help)
{
    ck_assert_uint_eq(countof(rows), tamper_count);
    for (size_t i = 0; i < tamper_count; i++) {
        str help = str_of(tampers[i].help);
        ck_assert_str_eq(rows[i].name, tampers[i].name);
        ck_assert_ptr_eq(tamper_find(str_of(tampers[i].name)), &tampers[i]);
        ck_assert_msg(str_contains(help, STR("RFC")) && str_ends(help, ".")
                          && !str_contains(help, STR("\n")),
                      "%s", help.ptr);
    }
    ck_assert_ptr_null(tamper_find(STR("")));
}
END_TEST

START_TEST(an_unknown_tamper_is_an_error)
{
    struct jws_spec spec = spec_for(JWK, STR("no-such"));
    str body;
    ck_assert(!jws_sign(arena, &spec, &body, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no-such"));
}
END_TEST

/* ---- what the table above cannot show ---- */

static struct jws read_spoilt(const char *name, enum sender sender)
{
    struct jws jws;
    ck_assert_msg(read_strictly(spoilt(name, sender), &jws), "%s: %s", name, err.text);
    return jws;
}

START_TEST(signatures_have_the_length_that_is_wrong)
{
    ck_assert_uint_eq(read_spoilt("short-signature", JWK).signature.len, 63);
    ck_assert_uint_eq(read_spoilt("long-signature", JWK).signature.len, 66);
    ck_assert_uint_eq(read_spoilt("zero-signature", JWK).signature.len, 64);
    ck_assert_uint_eq(read_spoilt("empty-signature", JWK).signature.len, 0);
    ck_assert_int_eq(read_spoilt("der-signature", JWK).signature.ptr[0], 0x30);
}
END_TEST

/* With its zero put back, a shortened signature is a good one. */
START_TEST(a_shortened_signature_lacks_one_zero)
{
    struct jws jws = read_spoilt("short-signature", KID);
    char *whole = arena_alloc(arena, 1, 64);
    memcpy(whole + 1, jws.signature.ptr, 63);
    jws.signature = (str){ whole, 64 };
    ck_assert(jws_verify(arena, &jws, key));
}
END_TEST

START_TEST(the_other_alphabet_really_shows)
{
    struct jws jws;
    jws_peek(arena, spoilt("base64-protected", JWK), &jws);
    ck_assert(str_contains(jws.protected_b64, STR("+"))
              || str_contains(jws.protected_b64, STR("/")));
    jws_peek(arena, spoilt("base64-payload", JWK), &jws);
    ck_assert(str_contains(jws.payload_b64, STR("+"))
              || str_contains(jws.payload_b64, STR("/")));
    json_t *payload = json_read(arena, jws.payload, &err);
    ck_assert(json_is_true(json_object_get(payload, "termsOfServiceAgreed")));
    jws_peek(arena, spoilt("padded-payload", JWK), &jws);
    ck_assert(str_ends(jws.payload_b64, "="));
    ck_assert_ptr_nonnull(json_read(arena, jws.payload, &err));
}
END_TEST

START_TEST(a_member_is_moved_not_copied)
{
    struct jws jws;
    jws_peek(arena, spoilt("unprotected-nonce", JWK), &jws);
    ck_assert_uint_eq(jws.nonce.len, 0);
    ck_assert(
        str_is(json_member(json_object_get(jws.outer, "header"), "nonce"), "bm9uY2U"));
    struct jws_spec spec = spec_for(JWK, STR("unprotected-nonce"));
    strs_add(arena, &spec.tampers, STR("unprotected-url"));
    str body;
    ck_assert_msg(jws_sign(arena, &spec, &body, &err), "%s", err.text);
    jws_peek(arena, body, &jws);
    ck_assert_uint_eq(json_object_size(json_object_get(jws.outer, "header")), 2);
    ck_assert_uint_eq(json_object_size(jws.protected_header), 2);
}
END_TEST

START_TEST(both_of_two_signatures_are_good)
{
    struct jws jws, one;
    size_t i;
    json_t *signature;
    jws_peek(arena, spoilt("two-signatures", JWK), &jws);
    json_t *signatures = json_object_get(jws.outer, "signatures");
    ck_assert_uint_eq(json_array_size(signatures), 2);
    json_array_foreach(signatures, i, signature)
    {
        json_t *flat = json_merge(arena, signature, json_keep(arena, json_object()));
        json_object_set(flat, "payload", json_object_get(jws.outer, "payload"));
        ck_assert_msg(read_strictly(json_text(arena, flat), &one), "%s", err.text);
        ck_assert(jws_verify(arena, &one, key));
    }
}
END_TEST

START_TEST(the_public_key_is_taken_as_a_mac_key)
{
    struct jws jws = read_spoilt("hmac-as-public-key", JWK);
    ck_assert(str_is(jws.alg, "HS256"));
    ck_assert(jws_verify_mac(arena, &jws, key_public_der(arena, key)));
}
END_TEST

/* clang-format off */
static const struct {
    const char *name, *why;
} bad_jwks[] = {
    { "jwk-private", "private" },
    { "jwk-wrong-point", "no point" },
    { "jwk-short-coordinate", "31 octets" },
    { "jwk-leading-zero", "33 octets" },
};
/* clang-format on */

START_TEST(a_spoilt_jwk_is_no_key)
{
    struct jws jws = read_spoilt(bad_jwks[_i].name, JWK);
    ck_assert_ptr_null(key_from_jwk(arena, jws.jwk, &err));
    ck_assert_msg(strstr(err.text, bad_jwks[_i].why) != NULL, "%s", err.text);
}
END_TEST

START_TEST(the_senders_are_both_or_none)
{
    struct jws jws = read_spoilt("jwk-and-kid", JWK);
    ck_assert(jws.jwk && jws.kid.len);
    jws = read_spoilt("jwk-and-kid", KID);
    ck_assert(jws.jwk && jws.kid.len);
    jws = read_spoilt("neither-jwk-nor-kid", JWK);
    ck_assert(!jws.jwk && !jws.kid.len);
    jws = read_spoilt("jwk-extra-member", JWK);
    ck_assert_uint_eq(json_object_size(jws.jwk), 5);
    ck_assert(key_same(key, key_from_jwk(arena, jws.jwk, &err)));
}
END_TEST

START_TEST(a_hard_payload_is_right_json)
{
    struct jws jws = read_spoilt("large-payload", KID);
    ck_assert_uint_gt(jws.payload.len, (size_t)1024 * 1024);
    ck_assert_ptr_nonnull(json_read(arena, jws.payload, &err));
    jws = read_spoilt("deep-payload", KID);
    ck_assert_uint_gt(jws.payload.len, 20000);
    ck_assert(str_starts(jws.payload, "{\"termsOfServiceAgreed\":true,\"acmespec\":[[["));
    ck_assert(str_ends(jws.payload, "]]]}"));
}
END_TEST

/* A scenario may ask for anything: it is done, or refused with a sentence. */
static void ask_for(struct jws_spec spec, const char *second)
{
    str body;
    struct arena *step = arena_new(arena);
    if (second)
        strs_add(arena, &spec.tampers, str_of(second));
    err.text[0] = '\0';
    bool made = jws_sign(step, &spec, &body, &err);
    arena_end(step);
    ck_assert_msg(made == (err.text[0] == '\0'), "%s, %s: %s", spec.tampers.item[0].ptr,
                  second, err.text);
}

START_TEST(any_tamper_does_or_refuses_whatever_is_signed)
{
    static const enum key_type types[] = { KEY_P521, KEY_ED25519, KEY_RSA1024 };
    str name = str_of(tampers[_i].name);
    for (size_t i = 0; i < countof(types); i++) {
        struct jws_spec spec = spec_for(JWK, name);
        spec.key = new_key(types[i]);
        ask_for(spec, NULL);
        spec = spec_for(KID, name);
        spec.payload = STR_NONE;
        ask_for(spec, NULL);
        spec.payload = STR("not { json");
        ask_for(spec, NULL);
    }
    struct jws_spec mac = { .mac_key = STR("secret"),
                            .tampers = spec_for(KID, name).tampers };
    ask_for(mac, NULL);
}
END_TEST

/* The slow ones come first only, or these pairs would take a minute under a sanitizer. */
START_TEST(any_two_tampers_do_or_refuse)
{
    for (size_t i = 0; i < tamper_count; i++)
        if (strcmp(tampers[i].name, "large-payload") != 0
            && strcmp(tampers[i].name, "short-signature") != 0)
            ask_for(spec_for(JWK, str_of(tampers[_i].name)), tampers[i].name);
}
END_TEST

Suite *tamper_suite(void)
{
    Suite *suite = suite_create("tamper");
    TCase *tc = tcase_create("tamper");
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, begin, finish);
    tcase_add_loop_test(tc, a_tamper_spoils_what_it_says, 0, countof(rows));
    tcase_add_test(tc, every_tamper_has_a_row_here_and_a_help);
    tcase_add_test(tc, an_unknown_tamper_is_an_error);
    tcase_add_test(tc, signatures_have_the_length_that_is_wrong);
    tcase_add_test(tc, a_shortened_signature_lacks_one_zero);
    tcase_add_test(tc, the_other_alphabet_really_shows);
    tcase_add_test(tc, a_member_is_moved_not_copied);
    tcase_add_test(tc, both_of_two_signatures_are_good);
    tcase_add_test(tc, the_public_key_is_taken_as_a_mac_key);
    tcase_add_loop_test(tc, a_spoilt_jwk_is_no_key, 0, countof(bad_jwks));
    tcase_add_test(tc, the_senders_are_both_or_none);
    tcase_add_test(tc, a_hard_payload_is_right_json);
    tcase_add_loop_test(tc, any_tamper_does_or_refuses_whatever_is_signed, 0,
                        (int)tamper_count);
    tcase_add_loop_test(tc, any_two_tampers_do_or_refuse, 0, (int)tamper_count);
    suite_add_tcase(suite, tc);
    return suite;
}
