/* SPDX-License-Identifier: MIT */
/* The sandbox, looked at from inside and from outside.  Where namespaces are refused, the
 * tests that need one are left out, and the reason is printed. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "base/buf.h"
#include "base/file.h"
#include "tests/sandbox_fixture.h"

Suite *sandbox_suite(void);

/* --- names --- */

START_TEST(names_are_resolved_by_127_0_0_1_alone)
{
    box.what.hosts = STR("127.0.0.7 seven.test");
    ck_assert_str_eq(box_said("cat /etc/resolv.conf"), "nameserver 127.0.0.1\n");
    ck_assert_ptr_nonnull(
        strstr(box_said("cat /etc/nsswitch.conf"), "hosts: files dns\n"));
    ck_assert_ptr_nonnull(strstr(box_said("cat /etc/hosts"), "\n127.0.0.7 seven.test\n"));
    ck_assert_str_eq(box_said("cat /etc/hosts | wc -l"), "3\n");
    ck_assert_str_eq(box_said("getent ahostsv4 seven.test | head -n 1 | cut -d' ' -f1"),
                     "127.0.0.7\n");
    ck_assert_str_eq(box_said("uname -n"), "acmespec\n");
}
END_TEST

START_TEST(the_system_outside_stays_as_it_was)
{
    static const char *const files[] = { "/etc/resolv.conf", "/etc/hosts",
                                         "/etc/nsswitch.conf", "/proc/mounts",
                                         "/etc/ssl/certs/ca-certificates.crt" };
    str before[countof(files)], after;
    for (size_t i = 0; i < countof(files); i++)
        if (!file_read(box.a, files[i], CEILING_BODY, &before[i], &box.err))
            before[i] = STR_NONE;
    box_said(
        "echo x >/etc/hosts; echo x >/etc/resolv.conf; echo x >/tmp/acmespec-was-here");
    for (size_t i = 0; i < countof(files); i++)
        if (before[i].len) {
            ck_assert(file_read(box.a, files[i], CEILING_BODY, &after, &box.err));
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
    ck_assert_str_eq(box_inside(bind_real_ports, NULL),
                     "another 80: Address already in use");
    ck_assert_int_eq(box.status, 0);
}
END_TEST

static int connect_to(const void *at, socklen_t size)
{
    int fd = socket(((const struct sockaddr *)at)->sa_family, SOCK_STREAM, 0);
    return connect(fd, at, size) == 0 ? 0 : errno;
}

static int connect_out(void *context)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(443),
                              .sin_addr.s_addr = htonl(0xc0000201) }; /* 192.0.2.1 */
    (void)context;
    return connect_to(&at, sizeof at);
}

static int connect_out_by_ipv6(void *context)
{
    struct sockaddr_in6 at = { .sin6_family = AF_INET6,
                               .sin6_port = htons(443),
                               .sin6_addr.s6_addr = { 0x20, 0x01, 0x0d, 0xb8, 1 } };
    (void)context;
    return connect_to(&at, sizeof at);
}

START_TEST(no_way_leads_out)
{
    box_inside(connect_out, NULL);
    ck_box_exited(ENETUNREACH);
    box_inside(connect_out_by_ipv6, NULL);
    ck_box_exited(ENETUNREACH);
    ck_assert_str_eq(box_said("cat /proc/net/route | wc -l"), "1\n"); /* the heading */
    ck_assert_str_eq(box_said("grep -c : /proc/net/dev"), "1\n");     /* lo */
}
END_TEST

static int connect_by_path(void *context)
{
    return connect_to(context, sizeof(struct sockaddr_un));
}

/* Of a daemon outside, under a name; an abstract one begins with a NUL. */
static void is_cut_off(const char *name, size_t skip)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(at.sun_path + skip, sizeof at.sun_path - skip, "%s", name);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    ck_assert_int_eq(connect_to(&at, sizeof at), 0);
    box_inside(connect_by_path, &at);
    ck_box_exited(ECONNREFUSED);
    ck_assert_int_eq(connect_to(&at, sizeof at), 0);
    close(fd);
}

START_TEST(sockets_of_daemons_outside_are_cut_off)
{
    is_cut_off(arena_printf(box.a, "%s/a daemon's", box.dir.ptr).ptr, 0);
    is_cut_off(arena_printf(box.a, "acmespec%ld", (long)getpid()).ptr, 1);
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
    box_said("exit 42");
    ck_box_exited(42);
    box_inside(kill_myself, &number);
    ck_assert_int_eq(box.status, SIGABRT);
    number = SIGKILL;
    box_inside(kill_myself, &number);
    ck_assert_int_eq(box.status, SIGKILL);
}
END_TEST

START_TEST(processes_inside_see_only_each_other)
{
    ck_assert_str_eq(box_said("ps -e -o pid= | wc -l; id -u"), "5\n0\n");
    ck_assert_str_eq(box_said("setsid sleep 1000 & exit 3"), "");
    ck_box_exited(3);
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

static int stay_and_say_so_there(void *context)
{
    dup2(*(int *)context, STDOUT_FILENO);
    return stay(NULL);
}

static void ends_by(int number)
{
    int fd;
    char c;
    pid_t pid = box_enter(stay, NULL, &fd);
    ck_assert_int_eq(read(fd, &c, 1), 1);
    kill(pid, number);
    ck_assert_str_eq(box_read(fd).ptr, "");
    ck_assert_int_eq(waitpid(pid, &box.status, 0), pid);
    ck_assert_int_eq(box.status, number);
}

START_TEST(nothing_outlives_the_one_outside)
{
    ends_by(SIGTERM);
    ends_by(SIGINT);
    ends_by(SIGKILL);
}
END_TEST

/* As when a whole run is killed. */
START_TEST(nothing_outlives_the_parent_of_the_one_outside)
{
    int fd, ends[2];
    char c;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t parent = fork();
    if (parent == 0) {
        dup2(ends[1], STDOUT_FILENO);
        box_enter(stay_and_say_so_there, &ends[1], &fd);
        pause();
        _exit(0);
    }
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], &c, 1), 1);
    kill(parent, SIGKILL);
    ck_assert_int_eq(waitpid(parent, NULL, 0), parent);
    ck_assert_str_eq(box_read(ends[0]).ptr, "");
}
END_TEST

START_TEST(many_run_side_by_side)
{
    int fd[8];
    pid_t pid[countof(fd)];
    for (size_t i = 0; i < countof(fd); i++)
        pid[i] = box_enter(bind_real_ports, NULL, &fd[i]);
    for (size_t i = 0; i < countof(fd); i++) {
        box_read(fd[i]);
        ck_assert_int_eq(waitpid(pid[i], &box.status, 0), pid[i]);
        ck_assert_int_eq(box.status, 0);
    }
}
END_TEST

START_TEST(it_is_possible_here)
{
    str why;
    ck_assert(sandbox_possible(box.a, &why));
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
        bool possible = sandbox_possible(box.a, &why);
        file_write_all(ends[1], why);
        _exit(possible ? 1 : 0);
    }
    close(ends[1]);
    const char *why = box_read(ends[0]).ptr;
    ck_assert_int_eq(waitpid(pid, &box.status, 0), pid);
    if (WIFEXITED(box.status) && WEXITSTATUS(box.status) == 77)
        return; /* this kernel has no filters */
    ck_box_exited(0);
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
    tcase_add_test(tc, sockets_of_daemons_outside_are_cut_off);
    tcase_add_test(tc, the_end_inside_is_the_end_outside);
    tcase_add_test(tc, processes_inside_see_only_each_other);
    tcase_add_test(tc, nothing_outlives_the_one_outside);
    tcase_add_test(tc, nothing_outlives_the_parent_of_the_one_outside);
    tcase_add_test(tc, many_run_side_by_side);
    tcase_add_test(tc, it_is_possible_here);
}

Suite *sandbox_suite(void)
{
    Suite *s = suite_create("sandbox");
    TCase *tc = sandbox_case("sandbox");
#ifdef __linux__
    tcase_add_test(tc, a_refusal_says_what_would_help);
#endif
    if (sandbox_is_here())
        add_tests_inside(tc);
    suite_add_tcase(s, tc);
    return s;
}
