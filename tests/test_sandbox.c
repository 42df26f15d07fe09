/* SPDX-License-Identifier: MIT */
/* The sandbox, looked at from inside and from outside.  Where namespaces are refused, the
 * tests that need one are left out, and the reason is printed. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "crypto/cert.h"
#include "engine/child.h"
#include "engine/sandbox.h"
#include "http/listen.h"

Suite *sandbox_suite(void);

static struct arena *a;
static str dir;
static struct err err;
static struct sandbox what;
static int status; /* of the last process that was in a sandbox */

static void begin(void)
{
    a = arena_new(NULL);
    ck_assert_msg(file_temp_dir(a, &dir, &err), "%s", err.text);
    what = (struct sandbox){ 0 };
}

static void finish(void)
{
    arena_end(a);
}

/* A process in a sandbox does the act; its exit status says how it went.  What it prints
 * comes through a pipe. */
typedef int act(void *context);

static pid_t enter(act *does, void *context, int *fd)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        (void)signal(SIGTERM, SIG_DFL); /* Check's handlers */
        (void)signal(SIGINT, SIG_DFL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (!sandbox_enter(a, &what, &err)) {
            file_write_all(STDOUT_FILENO, str_of(err.text));
            _exit(99);
        }
        _exit(does(context));
    }
    close(ends[1]);
    *fd = ends[0];
    return pid;
}

static str read_all(int fd)
{
    struct buf text = buf_new(a, CEILING_BODY);
    char piece[4096];
    ssize_t n;
    while ((n = read(fd, piece, sizeof piece)) > 0)
        buf_add(&text, (str){ piece, (size_t)n });
    close(fd);
    return buf_str(&text);
}

static const char *inside(act *does, void *context)
{
    int fd;
    pid_t pid = enter(does, context, &fd);
    str text = read_all(fd);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return text.ptr;
}

static int run_line(void *context)
{
    struct child_run run = { .line = str_of(context), .deadline_ms = 20000 };
    struct child_end end;
    child_run(a, &run, &end);
    file_write_all(STDOUT_FILENO, end.output);
    if (end.fate != CHILD_EXITED)
        file_write_all(STDOUT_FILENO, child_says(a, &run, &end));
    return end.exit_code;
}

/* What a command line says in a sandbox. */
static const char *said(const char *line)
{
    return inside(run_line, str_z(a, str_of(line)));
}

static void ck_exited(int code)
{
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), code);
}

/* --- names --- */

START_TEST(names_are_resolved_by_127_0_0_1_alone)
{
    what.hosts = STR("127.0.0.7 seven.test");
    ck_assert_str_eq(said("cat /etc/resolv.conf"), "nameserver 127.0.0.1\n");
    ck_assert_ptr_nonnull(strstr(said("cat /etc/nsswitch.conf"), "hosts: files dns\n"));
    ck_assert_ptr_nonnull(strstr(said("cat /etc/hosts"), "\n127.0.0.7 seven.test\n"));
    ck_assert_str_eq(said("cat /etc/hosts | wc -l"), "3\n");
    ck_assert_str_eq(said("getent ahostsv4 seven.test | head -n 1 | cut -d' ' -f1"),
                     "127.0.0.7\n");
    ck_assert_str_eq(said("uname -n"), "acmespec\n");
}
END_TEST

START_TEST(the_system_outside_stays_as_it_was)
{
    static const char *const files[] = { "/etc/resolv.conf", "/etc/hosts",
                                         "/etc/nsswitch.conf", "/proc/mounts",
                                         "/etc/ssl/certs/ca-certificates.crt" };
    str before[countof(files)], after;
    for (size_t i = 0; i < countof(files); i++)
        if (!file_read(a, files[i], CEILING_BODY, &before[i], &err))
            before[i] = STR_NONE;
    what.own_tmp = true;
    said("echo x >/etc/hosts; echo x >/etc/resolv.conf; echo x >/tmp/acmespec-was-here");
    for (size_t i = 0; i < countof(files); i++)
        if (before[i].len) {
            ck_assert(file_read(a, files[i], CEILING_BODY, &after, &err));
            ck_assert_msg(str_eq(before[i], after), "%s changed", files[i]);
        }
    ck_assert(!file_exists("/tmp/acmespec-was-here"));
}
END_TEST

/* --- the network --- */

static int bind_port(int type, const char *what_for, uint16_t port, uint32_t address)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(address) };
    int fd = socket(AF_INET, type, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    dprintf(STDOUT_FILENO, "%s: %s", what_for, strerror(errno));
    return -1;
}

static int bind_real_ports(void *context)
{
    (void)context;
    bool good = bind_port(SOCK_STREAM, "443", 443, INADDR_ANY) >= 0
        && bind_port(SOCK_STREAM, "80", 80, INADDR_ANY) >= 0
        && bind_port(SOCK_STREAM, "another 80", 80, 0x7f010203) < 0
        && bind_port(SOCK_STREAM, "53", 53, 0x7f010203) >= 0
        && bind_port(SOCK_DGRAM, "udp 53", 53, INADDR_LOOPBACK) >= 0;
    return good ? 0 : 1;
}

START_TEST(the_real_ports_are_free)
{
    ck_assert_str_eq(inside(bind_real_ports, NULL), "another 80: Address already in use");
    ck_assert_int_eq(status, 0);
}
END_TEST

static int connect_out(void *context)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(443),
                              .sin_addr.s_addr = htonl(0xc0000201) }; /* 192.0.2.1 */
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    (void)context;
    return connect(fd, (struct sockaddr *)&at, sizeof at) == 0 ? 0 : errno;
}

START_TEST(no_way_leads_out)
{
    inside(connect_out, NULL);
    ck_exited(ENETUNREACH);
    ck_assert_str_eq(said("cat /proc/net/route | wc -l"), "1\n"); /* the heading */
    ck_assert_str_eq(said("grep -c : /proc/net/dev"), "1\n");     /* lo */
}
END_TEST

/* --- trust --- */

struct authority {
    struct key *key;
    struct cert *cert;
    str root; /* PEM */
};

static struct authority authority_new(void)
{
    struct authority ca = { .key = key_new(a, KEY_P256, &err) };
    struct cert_spec spec = { .subject = STR("Sandbox test root"),
                              .key = ca.key,
                              .not_before = clock_wall() - 60,
                              .not_after = clock_wall() + 600,
                              .ca = true };
    ca.cert = cert_issue(a, &spec, &err);
    ck_assert_msg(ca.cert != NULL, "%s", err.text);
    ca.root = cert_pem(a, ca.cert);
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
    struct cert_spec spec = { .key = key_new(a, KEY_P256, &err),
                              .issuer = ca.cert,
                              .issuer_key = ca.key,
                              .not_before = clock_wall() - 60,
                              .not_after = clock_wall() + 600 };
    strs_add(a, &spec.dns_names, STR("ca.test"));
    struct cert *leaf = cert_issue(a, &spec, &err);
    struct listen_options options = { .address = "127.0.0.1",
                                      .port = 443,
                                      .cert_pem = cert_pem(a, leaf),
                                      .key_pem = key_private_pem(a, spec.key),
                                      .handler = answer_hello };
    if (listener_new(a, &options, &err) && sandbox_trust(what.trust.ptr, ca.root, &err))
        return run_line(context);
    file_write_all(STDOUT_FILENO, str_of(err.text));
    return 1;
}

static const char *with_server(const char *line)
{
    what.hosts = STR("127.0.0.1 ca.test");
    what.trust = arena_printf(a, "%s/trust", dir.ptr);
    ck_assert_msg(sandbox_trust(what.trust.ptr, authority_new().root, &err), "%s",
                  err.text);
    return inside(serve_and_run, str_z(a, str_of(line)));
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
    ck_assert_str_eq(with_server("ls /etc/ssl/certs | wc -l"), "3\n");
    ck_assert_str_eq(with_server("grep -c BEGIN /etc/ssl/certs/ca-certificates.crt"),
                     "1\n");
    ck_assert_ptr_nonnull(strstr(with_server("curl -sS --cacert /etc/hosts https://"
                                             "ca.test/"),
                                 "curl: ("));
}
END_TEST

START_TEST(a_trust_folder_can_be_written_again)
{
    struct authority one = authority_new(), other = authority_new();
    const char *folder = arena_printf(a, "%s/trust", dir.ptr).ptr;
    str text, both = arena_printf(a, "%s%s", one.root.ptr, other.root.ptr);
    struct stat before, after;
    const char *bundle = sandbox_bundle(a, str_of(folder)).ptr;
    ck_assert(sandbox_trust(folder, both, &err));
    ck_assert_int_eq(stat(bundle, &before), 0);
    ck_assert_msg(sandbox_trust(folder, other.root, &err), "%s", err.text);
    ck_assert_int_eq(stat(bundle, &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    ck_assert(file_read(a, bundle, CEILING_BODY, &text, &err));
    ck_assert(str_eq(text, other.root));
    ck_assert(file_exists(
        arena_printf(a, "%s/%s.0", folder, cert_hash_name(a, other.cert).ptr).ptr));
    ck_assert(!sandbox_trust(folder, STR("no PEM"), &err));
    ck_assert_str_eq(err.text,
                     "the roots to be trusted: there is no certificate in PEM here");
}
END_TEST

START_TEST(the_environment_names_the_folder_and_no_proxy)
{
    struct strs set = { 0 }, unset = { 0 };
    sandbox_environment(a, STR("/x/trust"), &set, &unset);
    ck_assert(strs_has(&set, STR("SSL_CERT_FILE=/x/trust/ca-certificates.crt")));
    ck_assert(strs_has(&set, STR("SSL_CERT_DIR=/x/trust")));
    ck_assert(strs_has(&set, STR("REQUESTS_CA_BUNDLE=/x/trust/ca-certificates.crt")));
    ck_assert(strs_has(&unset, STR("HTTPS_PROXY")));
    ck_assert_uint_eq(set.count + unset.count, sandbox_variable_count);
}
END_TEST

/* --- folders --- */

START_TEST(tmp_is_empty_but_for_what_is_kept)
{
    const char *kept = arena_printf(a, "%s/kept", dir.ptr).ptr;
    const char *line =
        arena_printf(a, "ls /tmp; ls %s; echo new >%s/file", dir.ptr, kept).ptr;
    str wanted = arena_printf(a, "%s\nkept\n", dir.ptr + strlen("/tmp/")), text;
    if (!str_starts(dir, "/tmp/"))
        return;
    ck_assert_int_eq(mkdir(kept, 0700), 0);
    strs_add(a, &what.keep, str_of(kept));
    what.own_tmp = true;
    ck_assert_str_eq(said(line), wanted.ptr);
    ck_assert(file_read(a, arena_printf(a, "%s/file", kept).ptr, 100, &text, &err));
    ck_assert_str_eq(text.ptr, "new\n");
}
END_TEST

START_TEST(a_folder_can_be_empty)
{
    ck_assert(file_write(arena_printf(a, "%s/file", dir.ptr).ptr, STR("x"), &err));
    strs_add(a, &what.empty, dir);
    strs_add(a, &what.empty, STR("/no/such/folder"));
    ck_assert_str_eq(said(arena_printf(a, "ls %s; touch %s/new", dir.ptr, dir.ptr).ptr),
                     "");
    ck_assert_int_eq(status, 0);
    ck_assert(!file_exists(arena_printf(a, "%s/new", dir.ptr).ptr));
}
END_TEST

/* --- processes --- */

static int kill_myself(void *context)
{
    raise(*(int *)context);
    return 0;
}

START_TEST(the_end_inside_is_the_end_outside)
{
    int number = SIGABRT;
    said("exit 42");
    ck_exited(42);
    inside(kill_myself, &number);
    ck_assert_int_eq(status, SIGABRT);
    number = SIGKILL;
    inside(kill_myself, &number);
    ck_assert_int_eq(status, SIGKILL);
}
END_TEST

START_TEST(processes_inside_see_only_each_other)
{
    ck_assert_str_eq(said("ps -e -o pid= | wc -l; id -u"), "5\n0\n");
    ck_assert_str_eq(said("setsid sleep 1000 & exit 3"), "");
    ck_exited(3);
}
END_TEST

/* Says that it began, and has a daemon; both hold the standard output open, so reading it
 * ends when both are gone. */
static int stay(void *context)
{
    (void)context;
    if (fork() == 0) {
        setsid();
        (void)signal(SIGTERM, SIG_IGN);
    } else {
        file_write_all(STDOUT_FILENO, STR("!"));
    }
    while (pause() < 0)
        continue;
    return 0;
}

static void ends_by(int number)
{
    int fd;
    char c;
    pid_t pid = enter(stay, NULL, &fd);
    ck_assert_int_eq(read(fd, &c, 1), 1);
    kill(pid, number);
    ck_assert_str_eq(read_all(fd).ptr, "");
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, number);
}

START_TEST(nothing_outlives_the_one_outside)
{
    ends_by(SIGTERM);
    ends_by(SIGINT);
    ends_by(SIGKILL);
}
END_TEST

START_TEST(many_run_side_by_side)
{
    int fd[8];
    pid_t pid[countof(fd)];
    for (size_t i = 0; i < countof(fd); i++)
        pid[i] = enter(bind_real_ports, NULL, &fd[i]);
    for (size_t i = 0; i < countof(fd); i++) {
        read_all(fd[i]);
        ck_assert_int_eq(waitpid(pid[i], &status, 0), pid[i]);
        ck_assert_int_eq(status, 0);
    }
}
END_TEST

START_TEST(it_is_possible_here)
{
    str why;
    ck_assert(sandbox_possible(a, &why));
}
END_TEST

#ifdef __linux__
/* As in a container by Docker: unshare(2) is refused. */
static void forbid_namespaces(void)
{
    static struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { countof(code), code };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
        || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(77);
}

START_TEST(a_refusal_says_what_would_help)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        str why;
        forbid_namespaces();
        bool possible = sandbox_possible(a, &why);
        file_write_all(ends[1], why);
        _exit(possible ? 1 : 0);
    }
    close(ends[1]);
    const char *why = read_all(ends[0]).ptr;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        return; /* this kernel has no filters */
    ck_exited(0);
    ck_assert_ptr_nonnull(strstr(why, "no sandbox: "));
    ck_assert_ptr_nonnull(strstr(why, "cannot make namespaces: Operation not permitted"));
    ck_assert(strstr(why, "--security-opt seccomp=unconfined") || strstr(why, "sysctl"));
}
END_TEST
#endif

static void add_tests_inside(TCase *tc)
{
    tcase_add_test(tc, names_are_resolved_by_127_0_0_1_alone);
    tcase_add_test(tc, the_system_outside_stays_as_it_was);
    tcase_add_test(tc, the_real_ports_are_free);
    tcase_add_test(tc, no_way_leads_out);
    tcase_add_test(tc, the_system_trusts_a_root_that_was_written_inside);
    tcase_add_test(tc, no_other_root_is_trusted);
    tcase_add_test(tc, tmp_is_empty_but_for_what_is_kept);
    tcase_add_test(tc, a_folder_can_be_empty);
    tcase_add_test(tc, the_end_inside_is_the_end_outside);
    tcase_add_test(tc, processes_inside_see_only_each_other);
    tcase_add_test(tc, nothing_outlives_the_one_outside);
    tcase_add_test(tc, many_run_side_by_side);
    tcase_add_test(tc, it_is_possible_here);
}

Suite *sandbox_suite(void)
{
    Suite *s = suite_create("sandbox");
    TCase *tc = tcase_create("sandbox");
    struct arena *own = arena_new(NULL);
    str why;
    tcase_add_checked_fixture(tc, begin, finish);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_trust_folder_can_be_written_again);
    tcase_add_test(tc, the_environment_names_the_folder_and_no_proxy);
#ifdef __linux__
    tcase_add_test(tc, a_refusal_says_what_would_help);
#endif
    if (sandbox_possible(own, &why))
        add_tests_inside(tc);
    else
        printf("sandbox: 13 tests are left out: %.*s\n", STR_ARG(why));
    suite_add_tcase(s, tc);
    arena_end(own);
    return s;
}
