/* SPDX-License-Identifier: MIT */
/* Whom programs trust in a sandbox: one root of ours, however they look for it. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "crypto/cert.h"
#include "http/listen.h"
#include "tests/sandbox_fixture.h"

Suite *sandbox_trust_suite(void);

struct authority {
    struct key *key;
    struct cert *cert;
    str root; /* PEM */
};

static struct authority authority_new(void)
{
    struct authority ca = { .key = key_new(box.a, KEY_P256, &box.err) };
    struct cert_spec spec = { .subject = STR("Sandbox test root"),
                              .key = ca.key,
                              .not_before = clock_wall() - 60,
                              .not_after = clock_wall() + 600,
                              .ca = true };
    ca.cert = cert_issue(box.a, &spec, &box.err);
    ck_assert_msg(ca.cert != NULL, "%s", box.err.text);
    ca.root = cert_pem(box.a, ca.cert);
    return ca;
}

static void answer_hello(void *context, struct arena *step, const struct request *request,
                         const char *peer, struct reply *reply)
{
    (void)context;
    (void)step;
    (void)request;
    (void)peer;
    reply->response.status = 200;
    reply->response.body = STR("hello");
}

/* As a mock CA does: the root is known, and trusted, only inside. */
static int serve_and_run(void *context)
{
    struct authority ca = authority_new();
    struct cert_spec spec = { .key = key_new(box.a, KEY_P256, &box.err),
                              .issuer = ca.cert,
                              .issuer_key = ca.key,
                              .not_before = clock_wall() - 60,
                              .not_after = clock_wall() + 600 };
    strs_add(box.a, &spec.dns_names, STR("ca.test"));
    struct cert *leaf = cert_issue(box.a, &spec, &box.err);
    struct listen_options options = { .address = "127.0.0.1",
                                      .port = 443,
                                      .cert_pem = cert_pem(box.a, leaf),
                                      .key_pem = key_private_pem(box.a, spec.key),
                                      .handler = answer_hello };
    if (listener_new(box.a, &options, &box.err)
        && sandbox_trust(box.what.trust.ptr, ca.root, &box.err))
        return box_run(context);
    file_write_all(STDOUT_FILENO, str_of(box.err.text));
    return 1;
}

static const char *with_server(const char *line)
{
    box.what.hosts = STR("127.0.0.1 ca.test");
    box.what.trust = arena_printf(box.a, "%s/trust", box.dir.ptr);
    ck_assert_msg(sandbox_trust(box.what.trust.ptr, authority_new().root, &box.err), "%s",
                  box.err.text);
    return box_inside(serve_and_run, str_z(box.a, str_of(line)));
}

START_TEST(the_system_trusts_a_root_that_was_written_inside)
{
    ck_assert_str_eq(with_server("curl -sS https://ca.test/"), "hello");
    ck_assert_str_eq(with_server("openssl s_client -connect ca.test:443 -brief "
                                 "-verify_return_error -CApath /etc/ssl/certs "
                                 "</dev/null 2>&1 | grep Verif"),
                     "Verification: OK\n");
}
END_TEST

START_TEST(no_other_root_is_trusted)
{
    ck_assert_str_eq(with_server("ls /etc/ssl/certs | wc -l"), "4\n");
    ck_assert_str_eq(with_server("grep -c BEGIN /etc/ssl/certs/ca-certificates.crt"),
                     "1\n");
    ck_assert_ptr_nonnull(strstr(with_server("curl -sS --cacert /etc/hosts https://"
                                             "ca.test/"),
                                 "curl: ("));
}
END_TEST

/* Java without a variable looks into its own folder, which on Debian leads to the
 * system's; a Java that was unpacked somewhere needs the variable. */
static bool java_is_here(void)
{
    bool here = system("command -v java keytool javac >/dev/null") == 0;
    if (!here)
        printf("tests are left out: there is no Java here\n");
    return here;
}

static void compile_hello(void)
{
    static const char program[] =
        "public class Hello { public static void main(String[] a) throws Exception {\n"
        "System.out.print(new String(new java.net.URL(\"https://ca.test/\")\n"
        ".openStream().readAllBytes())); } }\n";
    const char *dir = box.dir.ptr;
    const char *file = arena_printf(box.a, "%s/Hello.java", dir).ptr;
    ck_assert(file_write(file, str_of(program), &box.err));
    ck_assert_int_eq(system(arena_printf(box.a, "javac -nowarn %s", file).ptr), 0);
}

static const char *hello_of_java(const char *before)
{
    return with_server(
        arena_printf(box.a, "%s java -cp %s Hello 2>&1", before, box.dir.ptr).ptr);
}

START_TEST(java_trusts_the_root_too)
{
    compile_hello();
    ck_assert_str_eq(hello_of_java(""), "hello");
    const char *named =
        arena_printf(box.a, "-Djavax.net.ssl.trustStore=%s/trust/java/cacerts",
                     box.dir.ptr)
            .ptr;
    const char *said =
        hello_of_java(arena_printf(box.a, "JAVA_TOOL_OPTIONS=%s", named).ptr);
    ck_assert_msg(strstr(said, "hello") && strstr(said, named), "%s", said);
    said = hello_of_java("JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=NONE");
    ck_assert_msg(strstr(said, "trustAnchors") != NULL, "%s", said);
}
END_TEST

/* The password also has the digest looked at. */
START_TEST(java_lists_the_root_and_no_other)
{
    const char *said = with_server("keytool -list -cacerts -storepass changeit");
    ck_assert_msg(strstr(said, "contains 1 entry") != NULL, "%s", said);
    ck_assert_msg(strstr(said, "root0, ") != NULL, "%s", said);
}
END_TEST

START_TEST(a_trust_folder_can_be_written_again)
{
    struct authority one = authority_new(), other = authority_new();
    const char *folder = arena_printf(box.a, "%s/trust", box.dir.ptr).ptr;
    str text, both = arena_printf(box.a, "%s%s", one.root.ptr, other.root.ptr);
    struct stat before, after;
    const char *bundle = sandbox_bundle(box.a, str_of(folder)).ptr;
    ck_assert(sandbox_trust(folder, both, &box.err));
    ck_assert_int_eq(stat(bundle, &before), 0);
    ck_assert_msg(sandbox_trust(folder, other.root, &box.err), "%s", box.err.text);
    ck_assert_int_eq(stat(bundle, &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    ck_assert(file_read(box.a, bundle, CEILING_BODY, &text, &box.err));
    ck_assert(str_eq(text, other.root));
    ck_assert(file_exists(
        arena_printf(box.a, "%s/%s.0", folder, cert_hash_name(box.a, other.cert).ptr)
            .ptr));
    ck_assert(!sandbox_trust(folder, STR("no PEM"), &box.err));
    ck_assert_str_eq(box.err.text,
                     "the roots to be trusted: there is no certificate in PEM here");
}
END_TEST

START_TEST(the_environment_names_the_folder_and_no_proxy)
{
    struct strs set = { 0 }, unset = { 0 };
    sandbox_environment(box.a, STR("/x/trust"), &set, &unset);
    ck_assert(strs_has(&set, STR("SSL_CERT_FILE=/x/trust/ca-certificates.crt")));
    ck_assert(strs_has(&set, STR("SSL_CERT_DIR=/x/trust")));
    ck_assert(strs_has(&set, STR("REQUESTS_CA_BUNDLE=/x/trust/ca-certificates.crt")));
    ck_assert(strs_has(&set,
                       STR("JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore="
                           "/x/trust/java/cacerts")));
    ck_assert(strs_has(&unset, STR("HTTPS_PROXY")));
    ck_assert_uint_eq(set.count + unset.count, sandbox_variable_count);
}
END_TEST

Suite *sandbox_trust_suite(void)
{
    Suite *s = suite_create("sandbox_trust");
    TCase *tc = sandbox_case("trust");
    tcase_add_test(tc, a_trust_folder_can_be_written_again);
    tcase_add_test(tc, the_environment_names_the_folder_and_no_proxy);
    if (sandbox_is_here()) {
        tcase_add_test(tc, the_system_trusts_a_root_that_was_written_inside);
        tcase_add_test(tc, no_other_root_is_trusted);
        if (java_is_here()) {
            tcase_add_test(tc, java_trusts_the_root_too);
            tcase_add_test(tc, java_lists_the_root_and_no_other);
        }
    }
    suite_add_tcase(s, tc);
    return s;
}
