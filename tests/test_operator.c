/* SPDX-License-Identifier: MIT */
/* What a profile says of a CA's operator and its limits, and the hooks at work: what they
 * are told, what becomes of a scenario whose hook fails, and that all is put back. */
#include <check.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/ca_fixture.h"
#include "tests/play_fixture.h"

Suite *operator_suite(void);

static struct arena *a;
static str folder;
static struct err err;
static struct target target;

static void begin(void)
{
    struct ca_options options = { .always_valid = true };
    options.limits[0] = (struct ca_limit){ RESOURCE_NEW_ORDER, 3, 1 };
    options.limits[1] = (struct ca_limit){ RESOURCE_NEW_AUTHZ, 1, 60 };
    bench_start(&options);
    a = b.a;
    ck_assert(file_temp_dir(a, &folder, &err));
    target = play_target();
}

/* Where tests share a process that gets orphans, those of hooks are not left to others.
 */
static void finish(void)
{
    bench_stop();
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
}

/* Reads the clauses of a profile; how many mistakes there are. */
static size_t profile_of(const char *clauses, struct profile *out, struct mistakes *m)
{
    str file = arena_printf(a, "%s/p.acme", folder.ptr);
    *m = (struct mistakes){ .arena = a };
    ck_assert(file_write(file.ptr, arena_printf(a, "profile p\n%s", clauses), &err));
    ck_assert(profile_read(a, file.ptr, out, m, &err) || m->list.count);
    return m->list.count;
}

/* A play of the steps, with the hooks of the profile; $out is a file of this test. */
static struct play_result played(const char *clauses, const char *steps)
{
    static struct watches none;
    struct mistakes m;
    str all = arena_printf(a, "  hook restore :\n%s", clauses);
    setenv("out", arena_printf(a, "%s/out", folder.ptr).ptr, 1);
    ck_assert_uint_eq(profile_of(all.ptr, &target.profile, &m), 0);
    return play_steps(a, &target, &none,
                      "suite server\nrule rfc8555-6.5-8\n"
                      "needs change-terms pass-time withdraw-profile\ndeadline 4s\n",
                      steps, "")
        .result;
}

static str written(void)
{
    str text;
    bool read =
        file_read(a, arena_printf(a, "%s/out", folder.ptr).ptr, 4096, &text, &err);
    return read ? str_copy(a, str_trim(text)) : STR_NONE;
}

/* --- profiles --- */

START_TEST(a_profile_has_hooks_limits_and_a_refused_name)
{
    struct profile p;
    struct mistakes m;
    ck_assert_uint_eq(profile_of("  hook pass-time one\n  hook restore three\n"
                                 "  hook pass-time two $seconds\n"
                                 "  limit newOrder 5 1s\n  limit newOrder 300 3h\n"
                                 "  refuses a.test\n  unfit short ip 127.0.0.1\n",
                                 &p, &m),
                      0);
    ck_assert(str_is(profile_hook(&p, STR("pass-time")), "one\ntwo $seconds"));
    ck_assert(str_is(profile_hook(&p, STR("restore")), "three"));
    ck_assert_uint_eq(profile_hook(&p, STR("change-terms")).len, 0);
    ck_assert_uint_eq(p.limit_count, 2);
    ck_assert_int_eq(p.limit[1].count, 300);
    ck_assert_int_eq(p.limit[1].ms, 3L * 3600 * 1000);
    ck_assert(str_is(p.refused_name, "a.test"));
    ck_assert(str_is(p.unfit.profile, "short"));
    ck_assert(str_is(p.unfit.type, "ip"));
    ck_assert(str_is(p.unfit.value, "127.0.0.1"));
}
END_TEST

static const char *const bad[] = {
    "  hook resign exit 0\n", "  hook pass-time\n",      "  limit newAccount 3 1s\n",
    "  limit newOrder 3\n",   "  limit newOrder x 1s\n", "  refuses\n",
    "  unfit short ip\n",
};

START_TEST(a_profile_is_refused_that_has_them_wrong)
{
    struct profile p;
    struct mistakes m;
    ck_assert_uint_eq(profile_of(bad[_i], &p, &m), 1);
}
END_TEST

START_TEST(what_only_a_profile_can_tell_is_offered_by_it)
{
    struct target t = { .profile = profile_none() };
    struct mistakes m;
    str reason;
    target_apply_profile(&t);
    ck_assert(!target_offers(&t, STR("pass-time"), &reason));
    ck_assert(str_is(reason, "no profile has a hook for it"));
    ck_assert(!target_offers(&t, STR("order-limit"), &reason));
    ck_assert(!target_offers(&t, STR("refused-name"), &reason));
    ck_assert(!target_offers(&t, STR("unfit-profile"), &reason));
    profile_of("  hook pass-time :\n  limit newOrder 5 1s\n  refuses a.test\n"
               "  unfit short ip 127.0.0.1\n",
               &t.profile, &m);
    target_apply_profile(&t);
    ck_assert(target_offers(&t, STR("pass-time"), &reason));
    ck_assert(!target_offers(&t, STR("change-terms"), &reason));
    ck_assert(target_offers(&t, STR("order-limit"), &reason));
    ck_assert(target_offers(&t, STR("refused-name"), &reason));
    ck_assert(target_offers(&t, STR("unfit-profile"), &reason));
}
END_TEST

static size_t accounts_of_probe(const char *clauses)
{
    struct mistakes m;
    size_t before = ca_figures(b.ca).accounts;
    ck_assert_uint_eq(profile_of(clauses, &target.profile, &m), 0);
    ck_assert_msg(target_probe(a, &target, &err), "%s", err.text);
    return ca_figures(b.ca).accounts - before;
}

/* Each type of key would be an account more. */
START_TEST(what_a_profile_speaks_of_is_not_tried)
{
    str reason;
    target.wired = true;
    size_t all = accounts_of_probe("  offers cors\n");
    ck_assert(target_offers(&target, STR("ES512"), &reason));
    size_t fewer = accounts_of_probe("  offers ES384 RS256\n  lacks ES512 because No.\n");
    ck_assert_uint_eq(fewer, all - 3);
    ck_assert(target_offers(&target, STR("RS256"), &reason));
    ck_assert(!target_offers(&target, STR("ES512"), &reason));
    ck_assert(str_is(reason, "No."));
}
END_TEST

/* --- hooks at work --- */

START_TEST(a_hook_knows_what_it_is_to_do)
{
    struct play_result r = played("  hook withdraw-profile echo \"$profile:$directory\" "
                                  ">\"$out\"\n",
                                  "operator withdraw-profile \"a b\"\nget directory\n"
                                  "must 200\n");
    ck_assert_int_eq(r.verdict, VERDICT_PASS);
    ck_assert_str_eq(written().ptr,
                     arena_printf(a, "a b:%.*s", STR_ARG(target.directory_url)).ptr);
}
END_TEST

START_TEST(time_passes_by_a_span_or_until_a_date_is_over)
{
    long seconds;
    const char *hook = "  hook pass-time echo $seconds >\"$out\"\n";
    played(hook, "operator pass-time 2h\nget directory\nmust 200\n");
    ck_assert_str_eq(written().ptr, "7200");
    played(hook, "operator pass-time ${tomorrow}\nget directory\nmust 200\n");
    ck_assert(str_to_long(written(), 1000000, &seconds));
    ck_assert_int_gt(seconds, 86400);
    ck_assert_int_le(seconds, 86400 + 3);
}
END_TEST

/* clang-format off */
static const struct { const char *clauses, *steps, *reason; } idle[] = {
    { "  hook change-terms echo no such host; exit 7\n", "operator change-terms\n",
      "the profile's hook change-terms exited with status 7: no such host" },
    { "  hook change-terms sleep 60\n", "operator change-terms\n",
      "the profile's hook change-terms was still running after " },
    { "  hook change-terms kill -9 $$\n", "operator change-terms\n",
      "the profile's hook change-terms died of signal 9" },
    { "  hook pass-time :\n", "operator pass-time ${yesterday}\n", " is over already" },
    { "  hook pass-time :\n", "operator pass-time soon\n",
      "\"soon\" is neither a time span nor a date" },
};
/* clang-format on */

/* The operator could not do it, so nothing was learnt of the CA. */
START_TEST(a_hook_that_fails_makes_the_play_inconclusive)
{
    str steps = arena_printf(a, "%sget directory\nmust 200\n", idle[_i].steps);
    struct play_result r = played(idle[_i].clauses, steps.ptr);
    ck_assert_int_eq(r.verdict, VERDICT_INCONCLUSIVE);
    ck_assert_msg(str_contains(r.reason, str_of(idle[_i].reason)), "%.*s",
                  STR_ARG(r.reason));
}
END_TEST

START_TEST(all_is_put_back_however_the_scenario_ends)
{
    const char *hooks = "  hook change-terms :\n  hook restore echo back >\"$out\"\n";
    struct play_result r = played(hooks, "get directory\nmust 200\n");
    ck_assert_int_eq(r.verdict, VERDICT_PASS);
    ck_assert_uint_eq(written().len, 0);
    r = played(hooks, "operator change-terms\nget directory\nmust 404\n");
    ck_assert_int_eq(r.verdict, VERDICT_FAIL);
    ck_assert_str_eq(written().ptr, "back");
}
END_TEST

START_TEST(a_ca_that_is_not_put_back_is_an_error)
{
    struct play_result r = played("  hook change-terms :\n  hook restore exit 3\n",
                                  "operator change-terms\nget directory\nmust 200\n");
    ck_assert_int_eq(r.verdict, VERDICT_ERROR);
    ck_assert(str_contains(r.reason, STR("hook restore exited with status 3")));
}
END_TEST

START_TEST(a_ca_that_a_hook_starts_outlives_it)
{
    long pid;
    struct play_result r =
        played("  hook change-terms sleep 60 >/dev/null 2>&1 & echo $! >\"$out\"\n",
               "operator change-terms\nget directory\nmust 200\n");
    ck_assert_int_eq(r.verdict, VERDICT_PASS);
    ck_assert(str_to_long(written(), 1L << 30, &pid));
    ck_assert_int_eq(kill((pid_t)pid, SIGKILL), 0);
    waitpid((pid_t)pid, NULL, 0); /* where it has become ours */
}
END_TEST

/* --- limits --- */

#define ORDER                                                                            \
    "  payload { \"identifiers\": [ { \"type\": \"dns\", \"value\": \"${domain}\" } ] "  \
    "}\n"

START_TEST(a_limit_is_used_up_and_waited_for)
{
    struct play_result r =
        played("  limit newOrder 3 1s\n",
               "given account alice\n"
               "post newOrder as alice\n" ORDER "  times ${order-limit}\nmust 201\n"
               "post newOrder as alice\n" ORDER "must 429\n"
               "wait retry-after\n"
               "post newOrder as alice\n" ORDER "must 201\n");
    ck_assert_msg(r.verdict == VERDICT_PASS, "%.*s", STR_ARG(r.reason));
}
END_TEST

/* clang-format off */
static const struct { const char *steps, *reason; } waits[] = {
    { "get directory\nwait retry-after\n", "the last answer has no Retry-After" },
    { "wait retry-after\n", "the last answer has no Retry-After" },
    { "given account alice\npost newAuthz as alice\n  times 2\n"
      "  payload { \"identifier\": { \"type\": \"dns\", \"value\": \"${domain}\" } }\n"
      "need 429\nwait retry-after\n", "Retry-After is 60 s, and a scenario waits 20 s at most" },
    { "given account alice\npost newOrder as alice\n" ORDER "  times 0\n",
      "a request is sent between 1 and 1000 times, not 0" },
    { "given account alice\nat once\npost newOrder as alice\n" ORDER "  times 65\nend\n",
      "a request is sent between 1 and 64 times, not 65" },
};
/* clang-format on */

START_TEST(what_cannot_be_waited_for_is_told)
{
    str steps = arena_printf(a, "%sget directory\nmust 200\n", waits[_i].steps);
    struct play_result r = played("", steps.ptr);
    ck_assert_int_eq(r.verdict, VERDICT_INCONCLUSIVE);
    ck_assert_msg(str_contains(r.reason, str_of(waits[_i].reason)), "%.*s",
                  STR_ARG(r.reason));
}
END_TEST

Suite *operator_suite(void)
{
    Suite *suite = suite_create("operator");
    TCase *t = tcase_create("operator");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, a_profile_has_hooks_limits_and_a_refused_name);
    tcase_add_loop_test(t, a_profile_is_refused_that_has_them_wrong, 0, countof(bad));
    tcase_add_test(t, what_a_profile_speaks_of_is_not_tried);
    tcase_add_test(t, what_only_a_profile_can_tell_is_offered_by_it);
    tcase_add_test(t, a_hook_knows_what_it_is_to_do);
    tcase_add_test(t, time_passes_by_a_span_or_until_a_date_is_over);
    tcase_add_loop_test(t, a_hook_that_fails_makes_the_play_inconclusive, 0,
                        countof(idle));
    tcase_add_test(t, all_is_put_back_however_the_scenario_ends);
    tcase_add_test(t, a_ca_that_is_not_put_back_is_an_error);
    tcase_add_test(t, a_ca_that_a_hook_starts_outlives_it);
    tcase_add_test(t, a_limit_is_used_up_and_waited_for);
    tcase_add_loop_test(t, what_cannot_be_waited_for_is_told, 0, countof(waits));
    suite_add_tcase(suite, t);
    return suite;
}
