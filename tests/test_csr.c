/* SPDX-License-Identifier: MIT */
/* Certificate requests: OpenSSL's read, our own made and read back, each fault found, and
 * no bytes of a stranger's that do harm. */
#include <check.h>

#include "base/file.h"
#include "crypto/b64url.h"
#include "crypto/csr.h"

Suite *csr_suite(void);

static struct arena *arena;
static struct err err;
static struct key *key;

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
}

static void finish(void)
{
    arena_end(arena);
}

static struct strs list(const char *first, const char *second)
{
    struct strs out = { 0 };
    strs_add(arena, &out, str_of(first));
    if (second)
        strs_add(arena, &out, str_of(second));
    return out;
}

static str make(const struct csr_spec *spec)
{
    str der;
    ck_assert_msg(csr_new(arena, spec, &der, &err), "%s", err.text);
    return der;
}

static struct csr read_back(const struct csr_spec *spec)
{
    struct csr csr;
    ck_assert_msg(csr_read(arena, make(spec), &csr, &err), "%s", err.text);
    return csr;
}

static bool is_signed_back(const struct csr_spec *spec)
{
    struct csr csr = read_back(spec);
    return csr_is_signed(&csr);
}

static void same_list(const struct strs *found, json_t *wanted)
{
    ck_assert_uint_eq(found->count, json_array_size(wanted));
    for (size_t i = 0; i < found->count; i++)
        ck_assert_str_eq(found->item[i].ptr, json_str(json_array_get(wanted, i)).ptr);
}

/* ---- requests that OpenSSL made ---- */

enum { VECTORS = 7 };

START_TEST(a_request_made_elsewhere_is_read)
{
    str text, der;
    struct csr csr;
    ck_assert_msg(file_read(arena, ACMESPEC_SOURCE_DIR "/tests/vectors/csr.json", 65536,
                            &text, &err),
                  "%s", err.text);
    json_t *all = json_read(arena, text, &err);
    ck_assert_uint_eq(json_array_size(all), VECTORS);
    json_t *v = json_array_get(all, (size_t)_i);
    ck_assert(b64url_decode(arena, json_member(v, "der"), &der));
    ck_assert_msg(csr_read(arena, der, &csr, &err), "%s: %s", json_member(v, "name").ptr,
                  err.text);
    ck_assert_msg(csr_is_signed(&csr), "%s", json_member(v, "name").ptr);
    ck_assert_str_eq(csr.hash, json_member(v, "hash").ptr);
    ck_assert_str_eq(key_alg(csr.key), json_member(v, "alg").ptr);
    same_list(&csr.dns_names, json_object_get(v, "dns"));
    same_list(&csr.ip_addresses, json_object_get(v, "ips"));
    same_list(&csr.other_names, json_object_get(v, "other"));
    same_list(&csr.common_names, json_object_get(v, "cn"));
    ck_assert_int_eq(csr.must_staple, json_is_true(json_object_get(v, "staple")));
    ck_assert_int_eq(csr.asks_ca, json_is_true(json_object_get(v, "ca")));
}
END_TEST

/* ---- our own ---- */

static const enum key_type types[] = {
    KEY_P256, KEY_P384, KEY_P521, KEY_RSA1024, KEY_ED25519, KEY_SECP256K1,
};

START_TEST(a_request_of_every_key_type_is_good)
{
    struct csr_spec spec = {
        .key = new_key(types[_i]),
        .dns_names = list("www.example.test", "*.example.test"),
    };
    struct csr csr = read_back(&spec);
    ck_assert(csr_is_signed(&csr));
    ck_assert(key_same(csr.key, spec.key));
    ck_assert_uint_eq(csr.dns_names.count, 2);
    ck_assert_uint_eq(csr.common_names.count, 0);
    ck_assert(!csr.must_staple && !csr.asks_ca);
}
END_TEST

START_TEST(names_stand_as_they_were_given)
{
    struct csr_spec spec = {
        .key = key,
        .dns_names = list("WWW.Example.test",
                          "b\xc3\xbc"
                          "cher.example"),
        .ip_addresses = list("192.0.2.1", "2001:DB8:0::1"),
        .emails = list("a@example.test", NULL),
        .uris = list("https://example.test/", NULL),
        .common_name = STR("first.example.test"),
        .more_common_names = list("second.example.test", NULL),
    };
    struct csr csr = read_back(&spec);
    ck_assert_str_eq(csr.dns_names.item[0].ptr, "WWW.Example.test");
    ck_assert_str_eq(csr.dns_names.item[1].ptr,
                     "b\xc3\xbc"
                     "cher.example");
    ck_assert_str_eq(csr.ip_addresses.item[0].ptr, "192.0.2.1");
    ck_assert_str_eq(csr.ip_addresses.item[1].ptr, "2001:db8::1");
    ck_assert_str_eq(csr.other_names.item[0].ptr, "email:a@example.test");
    ck_assert_str_eq(csr.other_names.item[1].ptr, "uri:https://example.test/");
    ck_assert_str_eq(csr.common_names.item[0].ptr, "first.example.test");
    ck_assert_str_eq(csr.common_names.item[1].ptr, "second.example.test");
}
END_TEST

START_TEST(a_nul_in_a_name_is_kept)
{
    struct csr_spec spec = { .key = key };
    strs_add(arena, &spec.dns_names, STR("good.test\0.evil.test"));
    ck_assert_uint_eq(read_back(&spec).dns_names.item[0].len, 20);
}
END_TEST

START_TEST(a_request_without_names_is_read)
{
    struct csr_spec spec = { .key = key };
    struct csr csr = read_back(&spec);
    ck_assert(csr_is_signed(&csr));
    ck_assert_uint_eq(csr.dns_names.count + csr.common_names.count, 0);
    spec.dns_names = list("www.example.test", NULL);
    spec.no_san = true;
    spec.common_name = STR("www.example.test");
    csr = read_back(&spec);
    ck_assert_uint_eq(csr.dns_names.count, 0);
    ck_assert_uint_eq(csr.common_names.count, 1);
}
END_TEST

START_TEST(what_is_asked_for_is_found)
{
    struct csr_spec spec = {
        .key = key,
        .dns_names = list("www.example.test", NULL),
        .must_staple = true,
        .ca_true = true,
        .san_critical = true,
        .extensions = json_read(arena, STR("{\"2.5.29.15\":\"03020780\"}"), &err),
    };
    struct csr csr = read_back(&spec);
    ck_assert(csr.must_staple && csr.asks_ca && csr_is_signed(&csr));
    ck_assert_uint_eq(csr.dns_names.count, 1);
}
END_TEST

START_TEST(names_may_come_twice)
{
    struct csr_spec spec = {
        .key = key,
        .dns_names = list("a.test", "b.test"),
        .ip_addresses = list("192.0.2.1", NULL),
        .twice = true,
    };
    struct csr csr = read_back(&spec);
    ck_assert_uint_eq(csr.dns_names.count, 4);
    ck_assert_uint_eq(csr.ip_addresses.count, 2);
    ck_assert_str_eq(csr.dns_names.item[1].ptr, "a.test");
}
END_TEST

START_TEST(a_bad_signature_is_noticed)
{
    struct csr_spec spec = { .key = new_key(types[_i]), .bad_signature = true };
    ck_assert(!is_signed_back(&spec));
    spec.bad_signature = false;
    spec.sign_with = new_key(types[_i]);
    ck_assert(!is_signed_back(&spec));
    spec.sign_with = new_key(types[(_i + 3) % (int)countof(types)]);
    ck_assert(!is_signed_back(&spec));
}
END_TEST

START_TEST(sha1_is_noticed)
{
    struct csr_spec spec = { .key = key, .sha1 = true };
    struct csr csr = read_back(&spec);
    ck_assert(csr_is_signed(&csr));
    ck_assert_str_eq(csr.hash, "SHA1");
    str der;
    spec.key = new_key(KEY_ED25519);
    ck_assert(!csr_new(arena, &spec, &der, &err));
}
END_TEST

START_TEST(what_cannot_be_made_is_an_error)
{
    struct csr_spec spec = { .key = key, .ip_addresses = list("www.example.test", NULL) };
    str der;
    ck_assert(!csr_new(arena, &spec, &der, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no IP address"));
    spec = (struct csr_spec){ .key = key };
    spec.extensions = json_read(arena, STR("{\"basicConstraints\":\"\"}"), &err);
    ck_assert(!csr_new(arena, &spec, &der, &err));
    spec.extensions = json_read(arena, STR("{\"2.5.29.15\":\"xx\"}"), &err);
    ck_assert(!csr_new(arena, &spec, &der, &err));
    spec = (struct csr_spec){ .key = key_from_jwk(arena, key_jwk(arena, key), &err) };
    ck_assert(!csr_new(arena, &spec, &der, &err));
}
END_TEST

START_TEST(pem_is_read_whatever_stands_around_it)
{
    struct csr_spec spec = { .key = key, .dns_names = list("www.example.test", NULL) };
    str der = make(&spec), again;
    str pem = pem_encode(arena, "CERTIFICATE REQUEST", der);
    str with_text = arena_printf(arena, "a text\n%.*sanother\n", STR_ARG(pem));
    ck_assert_msg(csr_from_pem(arena, with_text, &again, &err), "%s", err.text);
    ck_assert(str_eq(der, again));
    ck_assert(!csr_from_pem(arena, str_upto(pem, pem.len - 2), &again, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no certificate request in PEM"));
    ck_assert(!csr_from_pem(arena, der, &again, &err));
    ck_assert(!csr_from_pem(arena, STR_NONE, &again, &err));
}
END_TEST

/* ---- what is no request ---- */

START_TEST(more_or_less_than_one_request_is_refused)
{
    struct csr csr;
    struct csr_spec spec = { .key = key, .trailing_bytes = true };
    ck_assert(!csr_read(arena, make(&spec), &csr, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "8 bytes follow"));
    spec = (struct csr_spec){ .key = key, .truncated = true };
    ck_assert(!csr_read(arena, make(&spec), &csr, &err));
    ck_assert(!csr_read(arena, STR_NONE, &csr, &err));
    ck_assert(!csr_read(arena, STR("-----BEGIN CERTIFICATE REQUEST-----"), &csr, &err));
    ck_assert(
        !csr_read(arena, (str){ arena_alloc(arena, 1, 300000), 300000 }, &csr, &err));
}
END_TEST

/* clang-format off */
static const struct {
    const char *from, *to, *why; /* hex: the first is replaced by the second */
} spoilers[] = {
    { "020100", "030100", "no version" },
    { "06082a8648ce3d030107", "06082a8648ce3d030101", "algorithm" },
    { "034200", "034201", "SubjectPublicKeyInfo" },
    { "03420004", "03420005", "no point" },
    { "0603551d11", "0603551d13", "extension is there twice" },
};
/* clang-format on */

START_TEST(a_spoilt_request_is_refused)
{
    struct csr_spec spec = {
        .key = key,
        .dns_names = list("a.test", NULL),
        .ca_true = true,
    };
    str hex = hex_encode(arena, make(&spec)), from = str_of(spoilers[_i].from), der;
    size_t at = str_find(hex, from);
    ck_assert_msg(at < hex.len, "%s is not there", from.ptr);
    char *text = str_z(arena, hex);
    memcpy(text + at, spoilers[_i].to, from.len);
    struct csr csr;
    ck_assert(hex_decode(arena, str_of(text), &der));
    ck_assert_msg(!csr_read(arena, der, &csr, &err), "%s", spoilers[_i].why);
    ck_assert_msg(strstr(err.text, spoilers[_i].why) != NULL, "not \"%s\": %s",
                  spoilers[_i].why, err.text);
}
END_TEST

START_TEST(another_version_is_told)
{
    struct csr_spec spec = { .key = key, .version = 2 };
    ck_assert_int_eq(read_back(&spec).version, 2);
    ck_assert(is_signed_back(&spec));
    spec.version = 0;
    ck_assert_int_eq(read_back(&spec).version, 0);
}
END_TEST

START_TEST(no_single_byte_does_harm)
{
    struct csr_spec spec = {
        .key = key,
        .dns_names = list("a.test", "b.test"),
        .ip_addresses = list("192.0.2.1", NULL),
        .common_name = STR("a.test"),
        .must_staple = true,
    };
    str der = make(&spec);
    struct csr csr;
    for (size_t i = 0; i < der.len; i++) {
        struct arena *step = arena_new(arena);
        char *bytes = str_z(step, der);
        bytes[i] = (char)(bytes[i] ^ (1 << (_i % 8)));
        bool good =
            csr_read(step, (str){ bytes, der.len }, &csr, &err) && csr_is_signed(&csr);
        ck_assert_msg(!good, "byte %zu", i);
        ck_assert(!csr_read(step, (str){ bytes, i }, &csr, &err));
        arena_end(step);
    }
}
END_TEST

Suite *csr_suite(void)
{
    Suite *suite = suite_create("csr");
    TCase *tc = tcase_create("csr");
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, begin, finish);
    tcase_add_loop_test(tc, a_request_made_elsewhere_is_read, 0, VECTORS);
    tcase_add_loop_test(tc, a_request_of_every_key_type_is_good, 0, countof(types));
    tcase_add_test(tc, names_stand_as_they_were_given);
    tcase_add_test(tc, a_nul_in_a_name_is_kept);
    tcase_add_test(tc, a_request_without_names_is_read);
    tcase_add_test(tc, what_is_asked_for_is_found);
    tcase_add_test(tc, names_may_come_twice);
    tcase_add_loop_test(tc, a_bad_signature_is_noticed, 0, countof(types));
    tcase_add_test(tc, sha1_is_noticed);
    tcase_add_test(tc, what_cannot_be_made_is_an_error);
    tcase_add_test(tc, pem_is_read_whatever_stands_around_it);
    tcase_add_test(tc, more_or_less_than_one_request_is_refused);
    tcase_add_test(tc, another_version_is_told);
    tcase_add_loop_test(tc, a_spoilt_request_is_refused, 0, countof(spoilers));
    tcase_add_loop_test(tc, no_single_byte_does_harm, 0, 8);
    suite_add_tcase(suite, tc);
    return suite;
}
