/* SPDX-License-Identifier: MIT */
/* Certificates: a chain that OpenSSL made and RFC 9773's example are read; our own are
 * issued and read back; forms and chains are refused for each rule they break. */
#include <check.h>

#include "base/clock.h"
#include "base/file.h"
#include "crypto/b64url.h"
#include "crypto/cert.h"

Suite *cert_suite(void);

static struct arena *arena;
static struct err err;

/* When the tests' certificates are valid: 2030-01-01, and a day around it. */
enum { NOW = 1893456000, DAY = 86400 };

static void begin(void)
{
    arena = arena_new(NULL);
    err.text[0] = '\0';
}

static void finish(void)
{
    arena_end(arena);
}

static struct key *new_key(enum key_type type)
{
    struct key *made = key_new(arena, type, &err);
    ck_assert_msg(made != NULL, "%s", err.text);
    return made;
}

static str vector(const char *name)
{
    str text;
    str path = arena_printf(arena, "%s/tests/vectors/%s", ACMESPEC_SOURCE_DIR, name);
    ck_assert_msg(file_read(arena, path.ptr, 65536, &text, &err), "%s", err.text);
    return text;
}

static struct chain read_chain(str pem)
{
    struct chain chain;
    ck_assert_msg(chain_read(arena, pem, &chain, &err), "%s", err.text);
    return chain;
}

/* ---- made elsewhere ---- */

START_TEST(a_chain_made_elsewhere_is_read_and_good)
{
    str pem = vector("chain.pem");
    struct chain chain = read_chain(pem);
    ck_assert_uint_eq(chain.count, 3);
    ck_assert_msg(chain_form(pem, &err), "%s", err.text);
    ck_assert_msg(chain_check(&chain, NOW, &err), "%s", err.text);
    ck_assert(!cert_is_ca(chain.item[0]) && cert_is_ca(chain.item[1]));
    ck_assert(!cert_self_signed(chain.item[0]) && !cert_self_signed(chain.item[1]));
    ck_assert(cert_self_signed(chain.item[2]));
    ck_assert_str_eq(cert_subject(arena, chain.item[2]).ptr, "CN=Root 1,O=Acme\\, Inc");
    ck_assert_str_eq(cert_issuer(arena, chain.item[1]).ptr, "CN=Root 1,O=Acme\\, Inc");
}
END_TEST

START_TEST(a_leaf_made_elsewhere_says_what_it_is)
{
    struct cert *leaf = read_chain(vector("chain.pem")).item[0];
    struct strs dns, ips, other, usages = cert_usages(arena, leaf);
    time_t from, to;
    str ari;
    cert_names(arena, leaf, &dns, &ips, &other);
    cert_validity(leaf, &from, &to);
    ck_assert_str_eq(strs_join(arena, &dns, "").ptr, "www.example.test");
    ck_assert_str_eq(strs_join(arena, &ips, "").ptr, "192.0.2.7");
    ck_assert_str_eq(strs_join(arena, &other, "").ptr, "email:a@example.test");
    ck_assert_str_eq(cert_common_names(arena, leaf).item[0].ptr, "www.example.test");
    ck_assert_str_eq(
        strs_join(arena, &usages, ", ").ptr,
        "digitalSignature, keyEncipherment, serverAuth, clientAuth, 1.2.3.4");
    ck_assert_str_eq(cert_serial_hex(arena, leaf).ptr, "8765432100000000");
    ck_assert_str_eq(date_rfc3339(arena, from).ptr, "2026-11-24T08:51:59Z");
    ck_assert_str_eq(date_rfc3339(arena, to).ptr, "2125-06-18T08:51:59Z");
    ck_assert_str_eq(key_alg(cert_key(arena, leaf, &err)), "EdDSA");
    ck_assert_msg(cert_ari_id(arena, leaf, &ari, &err), "%s", err.text);
    ck_assert_str_eq(ari.ptr, "bCN-bPThO5rVow4eBl3NNGvh_zc.AIdlQyEAAAAA");
}
END_TEST

START_TEST(the_ari_identifier_is_the_one_that_the_rfc_prints)
{
    str ari;
    struct cert *cert = read_chain(vector("rfc9773.pem")).item[0];
    ck_assert_msg(cert_ari_id(arena, cert, &ari, &err), "%s", err.text);
    ck_assert_str_eq(ari.ptr, "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
}
END_TEST

/* ---- issued here ---- */

static struct cert_spec ca_spec(struct key *key)
{
    return (struct cert_spec){
        .subject = STR("acmespec root"),
        .key = key,
        .ca = true,
        .not_before = NOW - DAY,
        .not_after = NOW + DAY,
    };
}

static struct cert_spec leaf_spec(struct key *key)
{
    struct cert_spec spec = { .key = key,
                              .not_before = NOW - DAY,
                              .not_after = NOW + DAY };
    strs_add(arena, &spec.dns_names, STR("www.example.test"));
    return spec;
}

static struct cert *issue(const struct cert_spec *spec)
{
    struct cert *cert = cert_issue(arena, spec, &err);
    ck_assert_msg(cert != NULL, "%s", err.text);
    return cert;
}

static const enum key_type types[] = {
    KEY_P256, KEY_P384, KEY_P521, KEY_ED25519, KEY_RSA1024, KEY_SECP256K1,
};

START_TEST(a_chain_of_every_key_type_is_good)
{
    struct key *root_key = new_key(types[_i]), *leaf_key = new_key(KEY_P256);
    struct cert_spec root_spec = ca_spec(root_key), spec = leaf_spec(leaf_key);
    struct cert *root = issue(&root_spec);
    spec.issuer_key = root_key;
    spec.issuer = root;
    struct cert *leaf = issue(&spec);
    ck_assert(cert_self_signed(root) && !cert_self_signed(leaf));
    ck_assert(key_same(cert_key(arena, leaf, &err), leaf_key));
    str pem =
        arena_printf(arena, "%s%s", cert_pem(arena, leaf).ptr, cert_pem(arena, root).ptr);
    ck_assert_msg(chain_form(pem, &err), "%s", err.text);
    struct chain chain = read_chain(pem);
    ck_assert_msg(chain_check(&chain, NOW, &err), "%s", err.text);
    str ari, again;
    ck_assert(cert_ari_id(arena, leaf, &ari, &err));
    ck_assert(cert_ari_id(arena, chain.item[0], &again, &err));
    ck_assert(str_eq(ari, again));
}
END_TEST

START_TEST(a_leaf_has_what_it_was_given)
{
    struct cert_spec spec = leaf_spec(new_key(KEY_P256));
    struct strs dns, ips, other;
    bool critical;
    str value;
    strs_add(arena, &spec.dns_names, STR("*.Example.test"));
    strs_add(arena, &spec.ip_addresses, STR("2001:db8::1"));
    spec.must_staple = true;
    spec.serial = STR("\x80\x01");
    spec.extensions = json_read(arena, STR("{\"1.2.3\":\"0500\"}"), &err);
    struct cert *leaf = issue(&spec);
    cert_names(arena, leaf, &dns, &ips, &other);
    ck_assert_str_eq(strs_join(arena, &dns, " ").ptr, "www.example.test *.example.test");
    ck_assert_str_eq(ips.item[0].ptr, "2001:db8::1");
    ck_assert_str_eq(cert_serial_hex(arena, leaf).ptr, "8001");
    ck_assert(cert_extension(arena, leaf, STR("subjectAltName"), &critical, &value));
    ck_assert(critical);
    ck_assert(cert_extension(arena, leaf, STR("tlsFeature"), &critical, &value));
    ck_assert_str_eq(hex_encode(arena, value).ptr, "3003020105");
    ck_assert(cert_extension(arena, leaf, STR("1.2.3"), &critical, &value));
    ck_assert_str_eq(hex_encode(arena, value).ptr, "0500");
    ck_assert(!cert_extension(arena, leaf, STR("acmeIdentifier"), &critical, &value));
    ck_assert(!cert_extension(arena, leaf, STR("no such"), &critical, &value));
    ck_assert_str_eq(cert_subject(arena, leaf).ptr, "");
}
END_TEST

START_TEST(an_acme_identifier_is_critical_and_32_octets)
{
    struct cert_spec spec = leaf_spec(new_key(KEY_P256));
    bool critical;
    str value;
    spec.acme_identifier = sha256(arena, STR("token.thumbprint"));
    struct cert *cert = issue(&spec);
    ck_assert(cert_self_signed(cert));
    ck_assert(cert_extension(arena, cert, STR("1.3.6.1.5.5.7.1.31"), &critical, &value));
    ck_assert(critical);
    ck_assert_uint_eq(value.len, 34);
    ck_assert(str_starts(value, "\x04\x20"));
    ck_assert(str_eq(str_from(value, 2), spec.acme_identifier));
    spec.acme_identifier_not_critical = true;
    spec.acme_identifier_raw = STR("\x04\0");
    cert = issue(&spec);
    ck_assert(cert_extension(arena, cert, STR("acmeIdentifier"), &critical, &value));
    ck_assert(!critical);
    ck_assert_uint_eq(value.len, 2);
}
END_TEST

START_TEST(a_mail_address_stands_beside_the_names)
{
    struct cert_spec spec = leaf_spec(new_key(KEY_P256));
    struct strs dns = { 0 }, ips = { 0 }, other = { 0 };
    strs_add(arena, &spec.email_addresses, STR("admin@example.test"));
    cert_names(arena, issue(&spec), &dns, &ips, &other);
    ck_assert_uint_eq(other.count, 1);
    ck_assert(str_contains(other.item[0], STR("admin@example.test")));
}
END_TEST

START_TEST(serials_are_random_and_positive)
{
    struct cert_spec spec = leaf_spec(new_key(KEY_P256));
    str one = cert_serial_hex(arena, issue(&spec)),
        two = cert_serial_hex(arena, issue(&spec));
    ck_assert_uint_eq(one.len, 32);
    ck_assert(!str_eq(one, two));
}
END_TEST

START_TEST(what_cannot_be_issued_is_an_error)
{
    struct cert_spec spec = leaf_spec(new_key(KEY_P256));
    spec.key = key_from_jwk(arena, key_jwk(arena, spec.key), &err);
    ck_assert_ptr_null(cert_issue(arena, &spec, &err));
    spec = leaf_spec(new_key(KEY_P256));
    strs_add(arena, &spec.ip_addresses, STR("999.0.0.1"));
    ck_assert_ptr_null(cert_issue(arena, &spec, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no IP address"));
}
END_TEST

/* clang-format off */
static const time_t moments[] = {
    0, 946684799, 2524607999, 2524608000, 4102444800, 253402300799,
};
/* clang-format on */

START_TEST(validity_comes_back_before_and_after_2050)
{
    struct cert_spec spec = leaf_spec(new_key(KEY_P256));
    time_t from, to;
    spec.not_before = spec.not_after = moments[_i];
    cert_validity(issue(&spec), &from, &to);
    ck_assert_int_eq(from, moments[_i]);
    ck_assert_int_eq(to, moments[_i]);
}
END_TEST

/* ---- chains that certify nothing ---- */

struct family {
    struct key *root_key, *leaf_key;
    struct cert_spec root, leaf;
};

static struct family family(void)
{
    struct family f = { .root_key = new_key(KEY_P256), .leaf_key = new_key(KEY_P256) };
    f.root = ca_spec(f.root_key);
    f.leaf = leaf_spec(f.leaf_key);
    f.leaf.issuer_key = f.root_key;
    return f;
}

static bool check_family(struct family *f)
{
    struct cert *item[2];
    struct cert_spec named = f->root;
    item[1] = issue(&f->root);
    /* The leaf is issued under the name that the good root has. */
    named.subject = STR("acmespec root");
    f->leaf.issuer = issue(&named);
    item[0] = issue(&f->leaf);
    struct chain chain = { item, 2 };
    return chain_check(&chain, NOW, &err);
}

static void refused(struct family *f, const char *why)
{
    ck_assert_msg(!check_family(f), "not refused: %s", why);
    ck_assert_msg(strstr(err.text, why) != NULL, "not \"%s\": %s", why, err.text);
}

START_TEST(a_chain_that_does_not_certify_is_refused)
{
    struct family f = family();
    ck_assert_msg(check_family(&f), "%s", err.text);
    f.leaf.issuer_key = new_key(KEY_P256);
    refused(&f, "signature");
    f = family();
    f.root.subject = STR("another root");
    refused(&f, "name");
    f = family();
    f.root.ca = false;
    refused(&f, "no CA");
    f = family();
    f.leaf.ca = true;
    refused(&f, "end-entity");
    f = family();
    f.leaf.not_after = NOW - 301;
    refused(&f, "certificate 1 is valid from");
    f = family();
    f.root.not_before = NOW + 301;
    refused(&f, "certificate 2 is valid from");
}
END_TEST

START_TEST(a_chain_of_a_clock_that_differs_is_good)
{
    struct family f = family();
    f.leaf.not_after = NOW - 300;
    ck_assert_msg(check_family(&f), "%s", err.text);
    f = family();
    f.leaf.not_before = f.root.not_before = NOW + 300;
    ck_assert_msg(check_family(&f), "%s", err.text);
}
END_TEST

START_TEST(the_order_of_a_chain_matters)
{
    struct chain chain = read_chain(vector("chain.pem"));
    struct cert *last = chain.item[2];
    chain.item[2] = chain.item[1];
    chain.item[1] = last;
    ck_assert(!chain_check(&chain, NOW, &err));
    chain.count = 0;
    ck_assert(!chain_check(&chain, NOW, &err));
}
END_TEST

/* ---- forms ---- */

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"
#define FULL "AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKKKLLLLMMMMNNNNOOOO++//"

/* clang-format off */
static const char *const good_forms[] = {
    BEGIN "\n" FULL "\nAAA=\n" END "\n",
    BEGIN "\r\n" FULL "\r\nAA==\r\n" END "\r\n",
    BEGIN "\r" FULL "\r" END "\r",
    BEGIN "\nAAAA\r\n" END "\r",
    BEGIN "\n" FULL "\n" FULL "\n" END "\n" BEGIN "\n" FULL "\n" END "\n",
    BEGIN "\n" FULL "\n" END "\n\n" BEGIN "\n" FULL "\n" END "\n",
    BEGIN "\r\n" FULL "\r\n" END "\r\n\r\n" BEGIN "\r\n" FULL "\r\n" END "\r\n",
};

static const struct {
    const char *pem, *why;
} bad_forms[] = {
    { "", "line 1: text where" },
    { "\n" BEGIN "\nAAAA\n" END "\n", "line 1: text where" },
    { "text\n" BEGIN "\nAAAA\n" END "\n", "line 1: text where" },
    { BEGIN "\nAAAA\n" END "\ntext\n", "line 4: text where" },
    { BEGIN "\nAAAA\n" END "\n\n", "line 4: an empty line behind" },
    { BEGIN "\nAAAA\n" END "\n\n\n" BEGIN "\nAAAA\n" END "\n", "line 5: text where" },
    { BEGIN "\nAAAA\n" END, "line 3: no line end" },
    { BEGIN " \nAAAA\n" END "\n", "line 1: an object that is no certificate, or space" },
    { BEGIN "\nAAAA\n" END " \n", "line 3: here the bare line" },
    { BEGIN "\nAAAA \n" END "\n", "line 2: this is neither" },
    { BEGIN "\n AAAA\n" END "\n", "line 2: this is neither" },
    { BEGIN "\nAAAA\n\n" END "\n", "line 3: only the last" },
    { BEGIN "\n\nAAAA\n" END "\n", "line 2: a line of base64" },
    { BEGIN "\nAAAA\nAAAA\n" END "\n", "line 3: only the last" },
    { BEGIN "\n" FULL "AAAA\n" END "\n", "line 2: a line of base64" },
    { BEGIN "\nAAA\n" END "\n", "line 2: a line of base64" },
    { BEGIN "\nA===\n" END "\n", "line 2: a line of base64" },
    { BEGIN "\nAA=A\n" END "\n", "line 2: this is neither" },
    { BEGIN "\nAA-_\n" END "\n", "line 2: this is neither" },
    { BEGIN "\n" END "\n", "line 2: a certificate without" },
    { BEGIN "\nAAAA\n", "does not end" },
    { BEGIN "\nAAAA\n" BEGIN "\n", "line 3: here the bare line" },
    { "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no certificate" },
    { BEGIN "\nAAAA\n" END "\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
      "line 4: an object that is no certificate" },
    { "-----BEGIN X509 CERTIFICATE-----\nAAAA\n-----END X509 CERTIFICATE-----\n", "no certificate" },
    { "\x30\x82", "line 1: text where" },
};

static const struct {
    const char *pem, *why;
} bad_chains[] = {
    { "", "no certificate" },
    { "text", "no certificate" },
    { BEGIN "\nAAAA\n", "no certificate" },
    { BEGIN "\n!\n" END "\n", "base64" },
    { BEGIN "\nAAAA\n" END "\n", "DER" },
    { "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no certificate" },
};
/* clang-format on */

START_TEST(a_form_that_the_abnf_allows_is_good)
{
    ck_assert_msg(chain_form(str_of(good_forms[_i]), &err), "%s", err.text);
}
END_TEST

START_TEST(a_form_that_the_abnf_has_not_is_refused)
{
    ck_assert_msg(!chain_form(str_of(bad_forms[_i].pem), &err), "%s", bad_forms[_i].pem);
    ck_assert_msg(strstr(err.text, bad_forms[_i].why) != NULL, "not \"%s\": %s",
                  bad_forms[_i].why, err.text);
}
END_TEST

START_TEST(what_holds_no_certificate_is_refused)
{
    struct chain chain;
    ck_assert(!chain_read(arena, str_of(bad_chains[_i].pem), &chain, &err));
    ck_assert_msg(strstr(err.text, bad_chains[_i].why) != NULL, "not \"%s\": %s",
                  bad_chains[_i].why, err.text);
}
END_TEST

START_TEST(a_chain_is_read_leniently)
{
    struct cert_spec spec = leaf_spec(new_key(KEY_P256));
    str pem = cert_pem(arena, issue(&spec));
    str text =
        arena_printf(arena, "Subject: x\r\n%s\r\n\r\n  and more\n%s", pem.ptr, pem.ptr);
    ck_assert_uint_eq(read_chain(text).count, 2);
    ck_assert(!chain_form(text, &err));
}
END_TEST

START_TEST(no_single_byte_of_a_certificate_does_harm)
{
    struct cert_spec spec = leaf_spec(new_key(KEY_P256));
    spec.subject = STR("a.test");
    spec.must_staple = true;
    str der = cert_der(arena, issue(&spec));
    for (size_t i = 0; i < der.len; i++) {
        struct arena *step = arena_new(arena);
        struct strs dns, ips, other;
        str ari;
        char *bytes = str_z(step, der);
        bytes[i] = (char)(bytes[i] ^ (1 << (_i % 8)));
        struct cert *cert = cert_from_der(step, (str){ bytes, der.len }, &err);
        if (cert) {
            cert_names(step, cert, &dns, &ips, &other);
            cert_usages(step, cert);
            cert_subject(step, cert);
            ck_assert(cert_ari_id(step, cert, &ari, &err) || err.text[0]);
            ck_assert_msg(!cert_self_signed(cert), "byte %zu", i);
        }
        ck_assert_ptr_null(cert_from_der(step, (str){ bytes, i }, &err));
        arena_end(step);
    }
}
END_TEST

Suite *cert_suite(void)
{
    Suite *suite = suite_create("cert");
    TCase *tc = tcase_create("cert");
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, begin, finish);
    tcase_add_test(tc, a_chain_made_elsewhere_is_read_and_good);
    tcase_add_test(tc, a_leaf_made_elsewhere_says_what_it_is);
    tcase_add_test(tc, the_ari_identifier_is_the_one_that_the_rfc_prints);
    tcase_add_loop_test(tc, a_chain_of_every_key_type_is_good, 0, countof(types));
    tcase_add_test(tc, a_leaf_has_what_it_was_given);
    tcase_add_test(tc, an_acme_identifier_is_critical_and_32_octets);
    tcase_add_test(tc, a_mail_address_stands_beside_the_names);
    tcase_add_test(tc, serials_are_random_and_positive);
    tcase_add_test(tc, what_cannot_be_issued_is_an_error);
    tcase_add_loop_test(tc, validity_comes_back_before_and_after_2050, 0,
                        countof(moments));
    tcase_add_test(tc, a_chain_that_does_not_certify_is_refused);
    tcase_add_test(tc, a_chain_of_a_clock_that_differs_is_good);
    tcase_add_test(tc, the_order_of_a_chain_matters);
    tcase_add_loop_test(tc, a_form_that_the_abnf_allows_is_good, 0, countof(good_forms));
    tcase_add_loop_test(tc, a_form_that_the_abnf_has_not_is_refused, 0,
                        countof(bad_forms));
    tcase_add_loop_test(tc, what_holds_no_certificate_is_refused, 0, countof(bad_chains));
    tcase_add_test(tc, a_chain_is_read_leniently);
    tcase_add_loop_test(tc, no_single_byte_of_a_certificate_does_harm, 0, 8);
    suite_add_tcase(suite, tc);
    return suite;
}
