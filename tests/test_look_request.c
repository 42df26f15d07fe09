/* SPDX-License-Identifier: MIT */
/* What watches of suite client see in a request: each subject holding for a right one,
 * and failing for one that is wrong in that way. */
#include <check.h>

#include "tests/ca_fixture.h"
#include "tests/play_fixture.h"

Suite *look_request_suite(void);

#define ORDER                                                                            \
    "given account alice\npost newOrder as alice\n  payload { \"identifiers\": [ { "     \
    "\"type\": \"dns\", \"value\": \"${domain}\" } ] }\n"
#define READY                                                                            \
    "given account alice\ngiven account bob\ngiven order o by alice for ${domain} "      \
    "ready\n"
#define FINALIZE "post ${o.finalize} as alice\n  payload { \"csr\": \"${c}\" }\n"

/* clang-format off */
static const struct { const char *steps; bool holds; } rows[] = {
    { ORDER "must jws form\n", true },
    { ORDER "  tamper padded-payload\nmust jws form\n", false },
    { ORDER "  tamper general\nmust jws form\n", false },
    { ORDER "  tamper unprotected-header\nmust jws form\n", false },
    { ORDER "must jws key\n", true },
    { ORDER "  protected { \"kid\": null, \"jwk\": \"${alice.jwk}\" }\nmust jws key\n", false },
    { ORDER "  protected { \"jwk\": \"${alice.jwk}\" }\nmust jws key\n", false },
    { "given key k\npost newAccount with k\n  payload { \"termsOfServiceAgreed\": true }\nmust jws key\n", true },
    { "given account a\npost newAccount as a\n  payload {}\nmust jws key\n", false },
    { ORDER "must jws url\n", true },
    { ORDER "  url https://elsewhere.test/\nmust jws url\n", false },
    { ORDER "must jws signature\n", true },
    { ORDER "  tamper signature-bit\nmust jws signature\n", false },
    { "given key k\npost newAccount with k\n  payload {}\n  tamper signature-bit\nmust jws signature\n", false },
    { ORDER "must nonce-use\n", true },
    { ORDER "  nonce AAAAAAAAAAAAAAAAAAAAAA\nmust nonce-use\n", false },
    { ORDER "  save used = nonce\n" "post newOrder as alice\n  payload {}\n  nonce ${used}\nmust nonce-use\n", false },
    { ORDER "must retry-nonce absent\n", true },
    { "given account alice\npost ${alice.url} as alice\n  payload \"\"\n  nonce AAAAAAAAAAAAAAAAAAAAAA\n"
      "post ${alice.url} as alice\n  payload \"\"\nmust retry-nonce\n", true },
    { "given account alice\npost ${alice.url} as alice\n  payload \"\"\n  nonce AAAAAAAAAAAAAAAAAAAAAA\n"
      "post ${alice.url} as alice\n  payload \"\"\n  nonce BBBBBBBBBBBBBBBBBBBBBB\nmust retry-nonce\n", false },
    { ORDER "must payload matches /identifiers/\n", true },
    { "given account alice\npost ${alice.url} as alice\n  payload \"\"\nmust payload is \"\"\n", true },
    { "given account alice\npost ${alice.url} as alice\n  payload {}\nmust payload is \"\"\n", false },
    { ORDER "must protected /alg is ES256\n", true },
    { ORDER "  alg ES384\nmust protected /alg is ES256\n", false },
    { ORDER "must sent Content-Type is application/jose+json\n", true },
    { ORDER "  header Content-Type: text/plain\nmust sent Content-Type is application/jose+json\n", false },
    { ORDER "must sent Nothing absent\n", true },
    { READY "given csr c for ${domain}\n" FINALIZE "must csr form\n", true },
    { READY "given csr c for ${domain}\n  fault bad-signature\n" FINALIZE "must csr form\n", false },
    { READY "given csr c for ${domain}\npost ${o.finalize} as alice\n  payload { \"csr\": \"${c}=\" }\nmust csr form\n", false },
    { READY "given csr c for ${domain}\n" FINALIZE "must csr fits\n", true },
    { READY "given csr c for ${domain} ${domain2}\n" FINALIZE "must csr fits\n", false },
    { READY "given csr c for ${domain2}\n" FINALIZE "must csr fits\n", false },
    { READY "given csr c for ${domain}\n  no-san\n  common-name ${domain}\n" FINALIZE "must csr fits\n", true },
    { READY "given csr c for ${domain}\n  common-name ${domain2}\n" FINALIZE "must csr fits\n", false },
    { READY "given csr c for ${domain}\n" FINALIZE "must csr own-key\n", true },
    { READY "given csr c for ${domain} with bob\n" FINALIZE "must csr own-key\n", false },
    { READY "given csr c for ${domain}\n" FINALIZE "must csr names contains ${domain}\n", true },
    { READY "given csr c for ${domain}\n" FINALIZE "must csr common-names count 0\n", true },
};
/* clang-format on */

static struct play_outcome played(const char *steps)
{
    struct watches none = { 0 };
    struct target target = play_target();
    return play_steps(b.a, &target, &none, "suite server\nrule rfc8555-6.5-8\n", steps,
                      "");
}

static void begin(void)
{
    struct ca_options options = { .always_valid = true };
    bench_start(&options);
}

START_TEST(a_request_is_seen_as_it_is)
{
    struct play_outcome o = played(rows[_i].steps);
    ck_assert_uint_eq(o.result.check_count, 1);
    ck_assert_msg(
        o.result.check[0].verdict == (rows[_i].holds ? VERDICT_PASS : VERDICT_FAIL),
        "%s: %s (%.*s) %.*s", rows[_i].steps, verdict_names[o.result.check[0].verdict],
        STR_ARG(o.result.check[0].message), STR_ARG(o.result.reason));
}
END_TEST

Suite *look_request_suite(void)
{
    Suite *suite = suite_create("look_request");
    TCase *t = tcase_create("look_request");
    tcase_add_checked_fixture(t, begin, bench_stop);
    tcase_add_loop_test(t, a_request_is_seen_as_it_is, 0, countof(rows));
    suite_add_tcase(suite, t);
    return suite;
}
