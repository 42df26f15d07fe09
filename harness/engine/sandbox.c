/* SPDX-License-Identifier: MIT */
/* Three processes: the caller, which stays outside and waits; the first one inside, which
 * is the "init" of the process namespace, reaps orphans, and whose end ends all others;
 * and its child, which returns to the caller's code and furnishes the namespaces. */
#define _GNU_SOURCE
#include "engine/sandbox_inside.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "engine/child.h"

enum { GRACE_S = 3 };

/* --- why not --- */

/* clang-format off */
static const struct {
    const char *file, *value, *sentence;
} reasons[] = {
    { "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
      "AppArmor keeps user namespaces from ordinary programs; run it as root, or set the "
      "sysctl kernel.apparmor_restrict_unprivileged_userns to 0" },
    { "/proc/sys/kernel/unprivileged_userns_clone", "0",
      "this kernel keeps user namespaces for root; run it as root, or set the sysctl "
      "kernel.unprivileged_userns_clone to 1" },
    { "/proc/sys/user/max_user_namespaces", "0",
      "this kernel allows no user namespace; set the sysctl user.max_user_namespaces to "
      "10000" },
    { "/proc/sys/user/max_net_namespaces", "0",
      "this kernel allows no network namespace; set the sysctl user.max_net_namespaces to "
      "10000" },
};
/* clang-format on */

static bool file_says(struct arena *a, const char *path, const char *value)
{
    str text;
    struct err err;
    return file_read(a, path, CEILING_LINE, &text, &err) && str_is(str_trim(text), value);
}

/* Whether a seccomp filter is on this process: "Seccomp:\t2". */
static bool is_filtered(struct arena *a)
{
    str text;
    struct err err;
    return file_read(a, "/proc/self/status", CEILING_LINE, &text, &err)
        && str_contains(text, STR("\nSeccomp:\t2"));
}

bool sandbox_refused(const char *step, struct err *err)
{
    int number = errno;
    struct arena *a = arena_new(NULL);
    const char *why = NULL;
    bool forbidden = number == EPERM || number == EACCES || number == ENOSPC;
    for (size_t i = 0; forbidden && !why && i < countof(reasons); i++)
        if (file_says(a, reasons[i].file, reasons[i].value))
            why = reasons[i].sentence;
    if (!why && forbidden && is_filtered(a))
        why = "a seccomp filter, as Docker's, refuses it; start the container with "
              "--security-opt seccomp=unconfined --security-opt systempaths=unconfined";
    arena_end(a);
    if (why)
        return err_set(err, "%s (%s: %s)", why, step, strerror(number));
    return err_set(err, "%s: %s", step, strerror(number));
}

/* --- the namespaces --- */

static bool write_file(const char *path, str text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, text.ptr, text.len) == (ssize_t)text.len;
    int number = errno;
    if (fd >= 0)
        close(fd);
    errno = number;
    return good;
}

/* This user becomes uid 0 of a user namespace (user_namespaces(7)); the kernel wants to
 * know first that no group can be dropped. */
static bool become_root(struct arena *a, uid_t uid, gid_t gid)
{
    return (write_file("/proc/self/setgroups", STR("deny")) || errno == ENOENT)
        && write_file("/proc/self/uid_map", arena_printf(a, "0 %ld 1", (long)uid))
        && write_file("/proc/self/gid_map", arena_printf(a, "0 %ld 1", (long)gid));
}

static bool leave_namespaces(struct arena *a, struct err *err)
{
    int flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC;
    uid_t uid = geteuid();
    gid_t gid = getegid();
    if (uid == 0 && unshare(flags) == 0)
        return true;
    /* Root in a container may lack the right, and then be as anybody; what a kernel does
     * not have, or no more of, a user namespace does not bring (namespaces(7)). */
    bool as_anybody = uid != 0 || errno == EPERM || errno == EACCES;
    if (!as_anybody || unshare(flags | CLONE_NEWUSER) != 0)
        return sandbox_refused("cannot make namespaces", err);
    return become_root(a, uid, gid)
        || sandbox_refused("cannot become root of a user namespace", err);
}

/* --- the two that wait --- */

static void watched_signals(sigset_t *set)
{
    static const int numbers[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP,
                                   SIGQUIT, SIGUSR1, SIGUSR2 };
    sigemptyset(set);
    for (size_t i = 0; i < countof(numbers); i++)
        sigaddset(set, numbers[i]);
}

/* Hands signals on and reaps whatever ends, until `ward` has; those signals are blocked.
 * That also lets the init of a namespace take them: a blocked signal is not dropped. */
static int wait_for(pid_t ward)
{
    sigset_t set;
    struct timespec grace = { .tv_sec = GRACE_S };
    bool told = false;
    int status;
    watched_signals(&set);
    for (;;) {
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
            if (pid == ward)
                return status;
        siginfo_t info = { 0 };
        int number = told ? sigtimedwait(&set, &info, &grace) : sigwaitinfo(&set, &info);
        if (number < 0 && errno == EAGAIN)
            kill(ward, SIGKILL);
        if (number <= 0 || number == SIGCHLD)
            continue;
        told = told || (number != SIGUSR1 && number != SIGUSR2);
        if (info.si_code <= 0) /* the terminal sends its own to all in the group */
            kill(ward, number);
    }
}

static void end_like(int status)
{
    struct rlimit no_core = { 0, 0 };
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    int number = WTERMSIG(status);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(number, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
    _exit(128 + number);
}

/* Leaves `fd` alone open, as descriptor 3: a pipe of the caller's must close when the one
 * inside closes it. */
static int keep_only(int fd)
{
    enum { KEPT = 3 };
    dup2(fd, KEPT);
    child_close_from(KEPT + 1);
    return KEPT;
}

/* The caller.  The init tells how the one inside ended; when it cannot, it was killed. */
static void stay_outside(pid_t init, const int tell[2])
{
    int told;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* or a run that is killed would go on in here */
    close(tell[1]);
    int fd = keep_only(tell[0]);
    int status = wait_for(init);
    if (read(fd, &told, sizeof told) == (ssize_t)sizeof told)
        status = told;
    end_like(status);
}

/* Dies with the one outside; it may be dead already, and then nobody reads the pipe. */
static void be_init(pid_t ward, int tell)
{
    int fd = keep_only(tell);
    int status = wait_for(ward);
    ssize_t written = write(fd, &status, sizeof status);
    _exit(written < 0 ? 1 : 0);
}

static bool is_alone(int tell)
{
    struct pollfd end = { .fd = tell };
    return poll(&end, 1, 0) > 0 && (end.revents & POLLERR);
}

/* Returns in the one inside. */
static bool split(const sigset_t *before, struct err *err)
{
    int tell[2];
    if (pipe2(tell, O_CLOEXEC) != 0)
        return sandbox_refused("cannot make a pipe", err);
    pid_t init = fork();
    if (init < 0)
        return sandbox_refused("cannot start a process", err);
    if (init > 0)
        stay_outside(init, tell);
    close(tell[0]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (is_alone(tell[1]))
        _exit(1);
    pid_t ward = fork();
    if (ward > 0)
        be_init(ward, tell[1]);
    close(tell[1]);
    sigprocmask(SIG_SETMASK, before, NULL);
    return ward == 0 || sandbox_refused("cannot start a process", err);
}

bool sandbox_enter(struct arena *a, const struct sandbox *what, struct err *err)
{
    sigset_t set, before;
    str sockets;
    if (!file_read(a, "/proc/net/unix", CEILING_BODY, &sockets, err))
        sockets = STR_NONE;
    if (!leave_namespaces(a, err))
        return false;
    watched_signals(&set);
    sigprocmask(SIG_BLOCK, &set, &before);
    (void)signal(SIGCHLD, SIG_DFL);
    fflush(NULL);
    return split(&before, err) && sandbox_furnish(a, what, sockets, err);
}

/* --- the probe --- */

static void probe(struct arena *a, int fd)
{
    struct err err;
    struct sandbox plain = { .work = STR_NONE };
    bool good = sandbox_enter(a, &plain, &err);
    str said = good ? STR("yes") : str_of(err.text);
    _exit(write(fd, said.ptr, said.len) == (ssize_t)said.len ? 0 : 1);
}

bool sandbox_possible(struct arena *a, str *why_not)
{
    int ends[2];
    char text[sizeof(struct err)];
    *why_not = STR("cannot start a process to try it");
    fflush(NULL);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    pid_t pid = fork();
    if (pid == 0)
        probe(a, ends[1]);
    close(ends[1]);
    ssize_t n = pid < 0 ? 0 : read(ends[0], text, sizeof text);
    close(ends[0]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    if (n > 0)
        *why_not = str_copy(a, (str){ text, (size_t)n });
    return str_is(*why_not, "yes");
}

#else

bool sandbox_possible(struct arena *a, str *why_not)
{
    struct err err;
    bool possible = sandbox_enter(a, NULL, &err);
    *why_not = str_copy(a, str_of(err.text));
    return possible;
}

bool sandbox_enter(struct arena *a, const struct sandbox *what, struct err *err)
{
    (void)a;
    (void)what;
    return err_set(err, "it is made of namespaces, which only Linux has");
}

#endif
