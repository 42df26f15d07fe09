/* SPDX-License-Identifier: MIT */
/* Which targets may be tested at all, and the command line that plays one scenario again.
 */
#include <check.h>

#include "base/buf.h"
#include "base/file.h"
#include "crypto/cert.h"
#include "base/clock.h"
#include "peer.h"

Suite *peer_suite(void);

static struct arena *a;
static struct err err;

static void begin(void)
{
    a = arena_new(NULL);
    err.text[0] = '\0';
}

static void finish(void)
{
    arena_end(a);
}

enum when { ALWAYS, WITH_REMOTE, NEVER_EVER };

/* clang-format off */
static const struct { const char *url; enum when when; const char *why; } targets[] = {
    { "https://localhost:14000/dir", ALWAYS, NULL },
    { "http://127.0.0.1/", ALWAYS, NULL },        { "https://127.255.0.9/dir", ALWAYS, NULL },
    { "https://10.1.2.3/dir", ALWAYS, NULL },     { "https://172.16.0.1/", ALWAYS, NULL },
    { "https://172.31.255.255/", ALWAYS, NULL },  { "https://192.168.0.1/", ALWAYS, NULL },
    { "https://[::1]:14000/dir", ALWAYS, NULL },  { "https://[fd00::1]/", ALWAYS, NULL },
    { "https://[fe80::1]/", ALWAYS, NULL },
    { "https://192.0.2.1/dir", WITH_REMOTE, "192.0.2.1 is not on a loopback or private address; --remote allows it, if its owner does" },
    { "https://172.32.0.1/", WITH_REMOTE, "is not on a loopback or private address" },
    { "https://172.15.0.1/", WITH_REMOTE, "is not on a loopback or private address" },
    { "https://11.0.0.1/", WITH_REMOTE, "is not on a loopback or private address" },
    { "https://192.169.0.1/", WITH_REMOTE, "is not on a loopback or private address" },
    { "https://[2001:db8::1]/", WITH_REMOTE, "is not on a loopback or private address" },
    { "https://[::ffff:192.0.2.1]/", WITH_REMOTE, "is not on a loopback or private address" },
    { "https://[::ffff:127.0.0.1]/", ALWAYS, NULL },
    { "https://[::ffff:169.254.169.254]/", WITH_REMOTE, "::ffff:169.254.169.254 is where clouds tell" },
    { "https://169.254.1.1/", ALWAYS, NULL },
    { "http://169.254.169.254/latest/", WITH_REMOTE, "169.254.169.254 is where clouds tell their machines about themselves; --remote allows it, if a CA is there" },
    { "http://[fd00:ec2::254]/latest/", WITH_REMOTE, "fd00:ec2::254 is where clouds tell" },
    { "https://0.0.0.0/", WITH_REMOTE, "is not on a loopback or private address" },
    { "https://127.0.0.1.nip.invalid/", ALWAYS, NULL }, /* it leads nowhere */
    { "https://acme-v02.api.letsencrypt.org/directory", NEVER_EVER, "is the production service of a public CA" },
    { "https://ACME-V02.api.letsencrypt.ORG:443/directory", NEVER_EVER, "is the production service" },
    { "https://acme-v02.api.letsencrypt.org./directory", NEVER_EVER, "is the production service" },
    { "http://acme.zerossl.com/v2/DV90", NEVER_EVER, "is the production service" },
    { "https://acme%2Dv02.api.letsencrypt.org/directory", NEVER_EVER, "is the production service" },
    { "https://acme-api.actalis.com/acme/directory", NEVER_EVER, "is the production service" },
    { "https://emea.acme.atlas.globalsign.com/directory", NEVER_EVER, "is the production service" },
    { "https://acmepro.freessl.cn/v2/DV", NEVER_EVER, "is the production service" },
    { "https://user@127.0.0.1/", NEVER_EVER, "is no http or https URL of a directory" },
    { "localhost:14000", NEVER_EVER, "\"localhost:14000\" is no http or https URL of a directory" },
    { "ftp://127.0.0.1/", NEVER_EVER, "is no http or https URL" },
    { "file:///etc/passwd", NEVER_EVER, "is no http or https URL" },
    { "https://", NEVER_EVER, "is no http or https URL" },
    { "", NEVER_EVER, "is no http or https URL" },
};
/* clang-format on */

START_TEST(a_target_is_allowed_or_refused_with_the_reason)
{
    for (int remote = 0; remote <= 1; remote++) {
        bool wanted =
            targets[_i].when == ALWAYS || (targets[_i].when == WITH_REMOTE && remote);
        bool allowed = peer_is_allowed(a, str_of(targets[_i].url), remote, &err);
        ck_assert_msg(allowed == wanted, "%s: %s", targets[_i].url, err.text);
        if (!wanted)
            ck_assert_msg(strstr(err.text, targets[_i].why) != NULL, "%s", err.text);
    }
}
END_TEST

/* clang-format off */
static const struct option_row rows[] = {
    { "ca-file", 0, OPTION_TEXT, "FILE", 0, "" },   { "insecure", 'k', OPTION_FLAG, NULL, 0, "" },
    { "dns-port", 0, OPTION_PORT, "N", 0, "" },     { "timeout", 't', OPTION_SPAN, "SPAN", 0, "" },
    { "junit", 0, OPTION_TEXT, "FILE", 0, "" },     { "verbose", 'v', OPTION_FLAG, NULL, 0, "" },
    { "jobs", 'j', OPTION_NUMBER, "N", 0, "" },     { "tag", 0, OPTION_TEXTS, "WORD", 0, "" },
};

static const struct { const char *line, *again; } lines[] = {
    { "URL", "prog server URL" },
    { "URL server/6.5-nonces server/x", "prog server URL" },
    { "--ca-file a.pem URL", "prog server --ca-file a.pem URL" },
    { "URL --ca-file=a.pem --dns-port 5", "prog server URL --ca-file=a.pem --dns-port 5" },
    { "--junit x.xml --tag slow URL -v -j4 -j 8", "prog server URL" },
    { "-k -t3s -t 4s URL", "prog server -k -t3s -t 4s URL" },
    { "--ca-file it's URL", "prog server --ca-file 'it'\\''s' URL" },
    { "--junit --ca-file URL", "prog server URL" },           /* a value, not an option */
    { "URL --ca-file", "prog server URL --ca-file" },         /* its value is missing */
};
/* clang-format on */

START_TEST(the_command_line_without_what_a_single_play_does_not_need)
{
    char *argv[16] = { str_z(a, STR("prog")), str_z(a, STR("server")) };
    int argc = 2;
    str rest = str_of(lines[_i].line), word;
    while (str_cut(&rest, ' ', &word))
        argv[argc++] = str_z(a, word);
    ck_assert_str_eq(peer_reproduce(a, argc - 1, argv + 1, rows, countof(rows), true).ptr,
                     lines[_i].again);
}
END_TEST

/* clang-format off */
static const struct { const char *word, *quoted; } words[] = {
    { "plain-word_1.2/x", "plain-word_1.2/x" }, { "", "''" }, { "a b", "'a b'" }, { "$x", "'$x'" },
    { "it's", "'it'\\''s'" }, { "*", "'*'" }, { "a;b", "'a;b'" }, { "a\nb", "'a\nb'" }, { "~", "'~'" },
    { "x[a=${b}]", "'x[a=${b}]'" }, { "`id`", "'`id`'" }, { "\\", "'\\'" }, { "#", "'#'" },
};
/* clang-format on */

START_TEST(a_word_is_quoted_for_a_shell)
{
    struct buf b = buf_new(a, 100);
    buf_add_shell(&b, str_of(words[_i].word));
    ck_assert_str_eq(buf_str(&b).ptr, words[_i].quoted);
}
END_TEST

START_TEST(roots_are_certificates_or_an_error)
{
    str dir, pem = STR("as it was");
    struct key *key = key_new(a, KEY_P256, &err);
    struct cert_spec spec = { .subject = STR("root"),
                              .key = key,
                              .ca = true,
                              .not_before = clock_wall() - 60,
                              .not_after = clock_wall() + 60 };
    ck_assert(file_temp_dir(a, &dir, &err));
    str file = arena_printf(a, "%s/root.pem", dir.ptr);
    str text = cert_pem(a, cert_issue(a, &spec, &err));
    ck_assert(peer_roots(a, STR_NONE, &pem, &err) && str_is(pem, "as it was"));
    ck_assert(file_write(file.ptr, text, &err));
    ck_assert_msg(peer_roots(a, file, &pem, &err), "%s", err.text);
    ck_assert(str_eq(pem, text));
    ck_assert(!peer_roots(a, arena_printf(a, "%s/none", dir.ptr), &pem, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "cannot read"));
    ck_assert(file_write(file.ptr, STR_NONE, &err));
    ck_assert(!peer_roots(a, file, &pem, &err)); /* and not the system's */
    ck_assert_ptr_nonnull(strstr(err.text, "root.pem holds no certificate in PEM form"));
}
END_TEST

Suite *peer_suite(void)
{
    Suite *suite = suite_create("peer");
    TCase *t = tcase_create("peer");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, a_target_is_allowed_or_refused_with_the_reason, 0,
                        countof(targets));
    tcase_add_loop_test(t, the_command_line_without_what_a_single_play_does_not_need, 0,
                        countof(lines));
    tcase_add_loop_test(t, a_word_is_quoted_for_a_shell, 0, countof(words));
    tcase_add_test(t, roots_are_certificates_or_an_error);
    suite_add_tcase(suite, t);
    return suite;
}
