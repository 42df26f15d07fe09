/* SPDX-License-Identifier: MIT */
/* Plays of suite client with small programs of the shell as clients: the outcomes, each
 * for the right reason, and what a play says of a client that was not put to the test. */
#include <check.h>

#include "base/file.h"
#include "tests/play_fixture.h"

Suite *under_test_suite(void);

static struct arena *a;
static struct adapter adapter;
static struct target target;

static void begin(void)
{
    struct err err;
    struct strs words = { 0 };
    a = arena_new(NULL);
    strs_add(a, &words, STR("sh"));
    adapter_of_command(a, &words, CHALLENGE_HTTP_01, &adapter);
    adapter.in_place = false; /* as adapters are */
    adapter.certificate = STR("$work/cert.pem");
    target = (struct target){ .adapter = &adapter,
                              .profile = profile_none(),
                              .directory_url = STR_NONE,
                              .zone = STR("acmespec.test"),
                              .run = STR("rtest") };
    ck_assert_msg(file_temp_dir(a, &target.folder, &err), "%s", err.text);
}

static void end(void)
{
    arena_end(a);
}

static struct play_result played(const char *client, const char *steps)
{
    struct watches none = { 0 };
    adapter.obtain[CHALLENGE_HTTP_01] = str_of(client);
    return play_steps(a, &target, &none, "suite client\nrule rfc8555-6.5-12 house\n",
                      steps, "")
        .result;
}

#define OUTCOME(word) "run obtain ${domain}\n  within 1s\nshould client " word "\n"

/* clang-format off */
static const struct { const char *client, *steps; enum verdict verdict; const char *told; } rows[] = {
    { "exit 3", OUTCOME("gave-up"), VERDICT_PASS, "sh exited with status 3" },
    { "echo why not; exit 3", OUTCOME("issued"), VERDICT_WARN, "; it printed last: why not" },
    { "true", OUTCOME("lied"), VERDICT_PASS, ", but there is no file with a certificate" },
    { "echo x >cert.pem", OUTCOME("lied"), VERDICT_PASS, ", but its file holds no certificate" },
    { "cp \"$root\" cert.pem", OUTCOME("lied"), VERDICT_PASS, "that the CA did not give out in this run" },
    { "sleep 100", OUTCOME("hung"), VERDICT_PASS, "" },
    { "kill -SEGV $$", OUTCOME("crashed"), VERDICT_PASS, "" },
    { "sh -c 'kill -SEGV $$'; exit", OUTCOME("crashed"), VERDICT_PASS, "" },
    { "echo 'Traceback (most recent call last)'; exit 1", OUTCOME("crashed"), VERDICT_PASS, "by an error that it did not catch" },
    { "echo 'a.rb:1: undefined method (NoMethodError)'; exit 1", OUTCOME("crashed"), VERDICT_PASS, "by an error that it did not catch" },
    { "echo 'Traceback (most recent call last)'", OUTCOME("lied"), VERDICT_PASS, "" },
    { "exit 3", OUTCOME("issued or lied"), VERDICT_WARN, "" },
    { "exit 7", "run obtain ${domain}\nshould exit is 7\n", VERDICT_PASS, "" },
    { "exit 7", "run obtain ${domain}\nshould exit is 0\n", VERDICT_WARN, "" },
    { "printf 'a\\033b'", "run obtain ${domain}\nshould output contains a\\x1bb\n", VERDICT_PASS, "" },
    { "exit 1", "run obtain ${domain}\nshould count any at most 0\n", VERDICT_PASS, "" },
    { "exit 1", "run obtain ${domain}\nshould count newOrder at least 1\n", VERDICT_WARN, "" },
    { "exit 1", "run obtain ${domain}\nshould requests any count 0\n", VERDICT_PASS, "" },
    { "exit 1", "run obtain ${domain}\nshould gap order at least 1s\n", VERDICT_WARN, "" },
    { "test \"$domain\" = \"$domains\" && test -d \"$webroot/.well-known/acme-challenge\" && test -s \"$root\" && exit 5",
      "run obtain ${domain}\nshould exit is 5\n", VERDICT_PASS, "" },
    { "test \"$HOME\" = \"$work\" && test \"$PWD\" = \"$work\" && test -z \"$https_proxy\" && exit 5",
      "run obtain ${domain}\nshould exit is 5\n", VERDICT_PASS, "" },
    { "test \"$home\" != \"$work\" && test -d \"$home\" && exit 5",
      "run obtain ${domain}\nshould exit is 5\n", VERDICT_PASS, "" },
    { "test \"$eab_kid:$profile:$chain\" = acmespec-1:p:c && exit 5",
      "run obtain ${domain}\n  with eab\n  with profile p\n  with chain c\nshould exit is 5\n", VERDICT_PASS, "" },
    { "openssl req -in \"$csr\" -noout -verify -text | grep -q \"DNS:$domain$\" && exit 5",
      "given csr own for ${domain}\nrun obtain ${domain}\n  with csr own\nshould exit is 5\n", VERDICT_PASS, "" },
    { "exit 1", "run obtain ${domain}\n  with csr\nshould exit is 1\n", VERDICT_INCONCLUSIVE, "" },
    { "test -z \"$eab_kid$profile$chain$csr\" && exit 5", "run obtain ${domain}\nshould exit is 5\n", VERDICT_PASS, "" },
    { "exit 1", "should client issued\n", VERDICT_INCONCLUSIVE, "the client was not started yet" },
    { "exit 1", "run renew\nshould client issued\n", VERDICT_INCONCLUSIVE, "" },
};
/* clang-format on */

START_TEST(an_outcome_has_its_reason)
{
    struct play_result r = played(rows[_i].client, rows[_i].steps);
    str message = r.check_count ? r.check[0].message : STR_NONE;
    ck_assert_msg(r.verdict == rows[_i].verdict, "%s: %s %.*s %.*s", rows[_i].client,
                  verdict_names[r.verdict], STR_ARG(message), STR_ARG(r.reason));
    ck_assert_msg(str_contains(message, str_of(rows[_i].told)), "%.*s", STR_ARG(message));
}
END_TEST

START_TEST(a_rule_that_never_applied_leaves_it_open)
{
    struct play_result r = played("exit 1",
                                  "on newOrder first\n  reply 500\n"
                                  "run obtain ${domain}\nshould client gave-up\n");
    ck_assert_int_eq(r.verdict, VERDICT_INCONCLUSIVE);
    ck_assert_int_eq(r.check[0].verdict, VERDICT_PASS);
    ck_assert(str_contains(r.reason, STR("`on newOrder first` never applied")));
}
END_TEST

/* What our own CA says is judged, too; but not where a rule made it say that. */
START_TEST(a_mistake_of_our_own_is_an_error)
{
    static const char text[] = "watch own\n  title T\n  suite server\n  rule house\n"
                               "  when resource is directory\n  should status is 500\n";
    static const char steps[] = "run obtain ${domain}\nshould client gave-up\n";
    static const char ask[] = "curl -s --cacert \"$root\" \"$directory\"; exit 1";
    struct watches own = play_watches(a, text);
    target.own = &own;
    struct play_result r = played(ask, steps);
    ck_assert_int_eq(r.verdict, VERDICT_ERROR);
    ck_assert(str_contains(r.reason, STR("our own mock CA broke the watch own")));
    target.run = STR("rtest2"); /* another play has a folder of its own */
    r = played(ask,
               "on directory\n  patch { \"x\": 1 }\n"
               "run obtain ${domain}\nshould client gave-up\n");
    ck_assert_int_eq(r.verdict, VERDICT_PASS);
}
END_TEST

/* A host of its own, and the root of both: curl believes each. */
START_TEST(another_ca_stands_beside_the_first)
{
    static const char look[] =
        "curl -sf --cacert \"$root\" \"$directory\" >dir || exit 6\n"
        "echo \"$directory\" >>seen; exit 5";
    static const char at_both[] =
        "run obtain ${domain}\nneed exit is 5\n"
        "run obtain ${domain}\n  with other-ca\nneed exit is 5\n"
        "run obtain ${domain}\nneed exit is 5\n"
        "should count directory is 3\n";
    struct play_result r = played(look, at_both);
    struct err err;
    str seen, line[3];
    ck_assert_msg(r.verdict == VERDICT_PASS, "%s %.*s", verdict_names[r.verdict],
                  STR_ARG(r.reason));
    str path = arena_printf(a, "%.*s/rtest-0/work/seen", STR_ARG(target.folder));
    ck_assert_msg(file_read(a, path.ptr, 1000, &seen, &err), "%s", err.text);
    for (int i = 0; i < 3; i++)
        ck_assert(str_cut(&seen, '\n', &line[i]));
    ck_assert(str_eq(line[0], line[2]));
    ck_assert(str_starts(line[1], "https://127.0.0.1:"));
}
END_TEST

START_TEST(without_accounts_at_both_cas_there_is_nothing_to_compare)
{
    struct play_result r = played("curl -s --cacert \"$root\" \"$directory\"; exit 5",
                                  "run obtain ${domain}\nshould account-keys\n");
    ck_assert_int_eq(r.verdict, VERDICT_INCONCLUSIVE);
    ck_assert(str_contains(r.check[0].message, STR("no accounts at both CAs")));
}
END_TEST

START_TEST(a_hook_changes_the_zone)
{
    struct play_result r = played(
        "\"$dns_add\" _acme-challenge.X.test. one; \"$dns_add\" _acme-challenge.x.test "
        "two;\n"
        "\"$dns_remove\" _acme-challenge.x.test one\n"
        "test \"$(cat \"${dns_add%/*}\"/txt/_acme-challenge.x.test)\" = two && exit 5",
        "run obtain ${domain}\nshould exit is 5\n");
    ck_assert_int_eq(r.verdict, VERDICT_PASS);
}
END_TEST

/* Word for word, as the directory has them: some clients agree to nothing else. */
START_TEST(the_terms_are_named_as_they_are_now)
{
    static const char look[] =
        "curl -s --cacert \"$root\" \"$directory\" >dir\n"
        "test \"$terms\" && grep -qF \"\\\"$terms\\\"\" dir && exit 5\n"
        "test \"$terms\" || grep -q termsOfService dir || exit 6";
    static const char *const steps[] = {
        "run obtain ${domain}\nshould exit is 5\n",
        "ca no-terms\nrun obtain ${domain}\nshould exit is 6\n",
    };
    ck_assert_int_eq(played(look, steps[_i]).verdict, VERDICT_PASS);
}
END_TEST

Suite *under_test_suite(void)
{
    Suite *suite = suite_create("under_test");
    TCase *t = tcase_create("under_test");
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, an_outcome_has_its_reason, 0, countof(rows));
    tcase_add_loop_test(t, the_terms_are_named_as_they_are_now, 0, 2);
    tcase_add_test(t, a_rule_that_never_applied_leaves_it_open);
    tcase_add_test(t, a_mistake_of_our_own_is_an_error);
    tcase_add_test(t, another_ca_stands_beside_the_first);
    tcase_add_test(t, without_accounts_at_both_cas_there_is_nothing_to_compare);
    tcase_add_test(t, a_hook_changes_the_zone);
    suite_add_tcase(suite, t);
    return suite;
}
