/* SPDX-License-Identifier: MIT */
/* Provers: servers that see the CA's query, a web root, a program. */
#include "acme/words.h"
#include "base/file.h"
#include "tests/subscriber_fixture.h"

Suite *prover_suite(void);

/* RFC 8555 7.5.1: no polling before the query of who can tell; a web root cannot. */
START_TEST(who_sees_the_query_does_not_poll_before_it)
{
    static const bool sees[] = { true, false };
    for (size_t i = 0; i < countof(sees); i++) {
        struct wish wish = wish_for("a.test");
        bench_again(&(struct ca_options){ .validate_ms = 300 });
        subscribe();
        s.prover.await = sees[i] ? s.prover.await : NULL;
        s.challenge = str_of(challenge_names[_i]);
        registered();
        obtained(&wish);
        json_t *proof = json_array_get(ca_proofs(b.ca, b.a, STR("any")), 0);
        long long polls = json_integer_value(json_object_get(proof, "polls"));
        ck_assert_msg((polls == 0) == sees[i], "%lld", polls);
    }
}
END_TEST

START_TEST(a_web_root_gets_a_readable_file_and_loses_it_again)
{
    struct prover_webroot webroot;
    struct prover prover = prover_of_webroot(&webroot);
    struct proof proof = { .type = "http-01",
                           .identifier = STR("a.test"),
                           .token = STR("tok-en"),
                           .key_authorization = STR("tok-en.thumb") };
    str text;
    ck_assert(file_temp_dir(b.a, &webroot.folder, &err));
    str path = fmt("%.*s/.well-known/acme-challenge/tok-en", STR_ARG(webroot.folder));
    ck_assert_msg(prover.provide(&webroot, b.a, &proof, &err), "%s", err.text);
    ck_assert(file_read(b.a, path.ptr, 100, &text, &err));
    ck_assert(str_is(text, "tok-en.thumb"));
    prover.withdraw(&webroot, b.a, &proof);
    ck_assert(!file_exists(path.ptr));
    proof.token = STR("../../escape");
    ck_assert(!prover.provide(&webroot, b.a, &proof, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "not base64url"));
}
END_TEST

START_TEST(a_program_is_called_with_what_it_needs)
{
    struct prover_program program = { STR("false"), "dns-01" };
    struct prover prover = prover_of_program(&program);
    struct proof proof = { .type = "dns-01",
                           .identifier = STR("a.test"),
                           .token = STR("tok-en"),
                           .key_authorization = STR("tok-en.thumb") };
    ck_assert(prover.can(&program, "dns-01") && !prover.can(&program, "http-01"));
    ck_assert(!prover.provide(&program, b.a, &proof, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "the proof for _acme-challenge.a.test"));
    program.path = STR("true");
    ck_assert_msg(prover.provide(&program, b.a, &proof, &err), "%s", err.text);
    program.path = STR("/no/such/program");
    ck_assert(!prover.provide(&program, b.a, &proof, &err));
}
END_TEST

Suite *prover_suite(void)
{
    Suite *suite = suite_create("prover");
    TCase *tests = subscriber_case(suite, "prover");
    tcase_add_loop_test(tests, who_sees_the_query_does_not_poll_before_it, 0,
                        CHALLENGE_COUNT);
    tcase_add_test(tests, a_web_root_gets_a_readable_file_and_loses_it_again);
    tcase_add_test(tests, a_program_is_called_with_what_it_needs);
    return suite;
}
