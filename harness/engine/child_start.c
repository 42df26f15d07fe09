/* SPDX-License-Identifier: MIT */
/* The start of a program under watch.  Between fork and exec only what POSIX calls
 * async-signal-safe is called, since other threads may hold locks. */
#define _GNU_SOURCE
#include "engine/child_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

#include "base/process.h"

extern char **environ;

void child_close_from(int first)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 0U) == 0)
        return;
#endif
    struct rlimit limit;
    int last = 65536;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536)
        last = (int)limit.rlim_cur;
    for (int fd = first; fd < last; fd++)
        close(fd);
}

/* --- the command line and the environment, made before the fork --- */

static str name_of(str variable)
{
    return str_upto(variable, str_find_char(variable, '='));
}

static bool is_changed(const struct child_run *what, str name)
{
    for (size_t i = 0; i < what->set.count; i++)
        if (str_eq(name_of(what->set.item[i]), name))
            return true;
    return strs_has(&what->unset, name);
}

static char **environment(struct arena *a, const struct child_run *what)
{
    size_t count = 0, n = 0;
    while (environ && environ[count])
        count++;
    char **list = NEW_ARRAY(a, char *, count + what->set.count + 1);
    for (size_t i = 0; i < count; i++)
        if (!is_changed(what, name_of(str_of(environ[i]))))
            list[n++] = str_z(a, str_of(environ[i]));
    for (size_t i = 0; i < what->set.count; i++)
        list[n++] = str_z(a, what->set.item[i]);
    return list;
}

static char **command(struct arena *a, const struct child_run *what)
{
    size_t count = 0;
    while (what->argv && what->argv[count])
        count++;
    char **list = NEW_ARRAY(a, char *, what->argv ? count + 1 : 4);
    for (size_t i = 0; i < count; i++)
        list[i] = str_z(a, str_of(what->argv[i]));
    if (!what->argv) {
        list[0] = str_z(a, STR("/bin/sh"));
        list[1] = str_z(a, STR("-c"));
        list[2] = str_z(a, what->line);
    }
    return list;
}

static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* As the shell finds it, but a folder that is no absolute path is passed over: the child
 * will stand elsewhere. */
static const char *find_program(struct arena *a, const char *name, char *const *env)
{
    str folders = STR("/usr/local/bin:/usr/bin:/bin"), folder;
    if (strchr(name, '/'))
        return name;
    for (; *env; env++)
        if (str_starts(str_of(*env), "PATH="))
            folders = str_from(str_of(*env), strlen("PATH="));
    while (str_cut(&folders, ':', &folder)) {
        const char *path = arena_printf(a, "%.*s/%s", STR_ARG(folder), name).ptr;
        if (folder.len && folder.ptr[0] == '/' && is_program(path))
            return path;
    }
    return NULL;
}

/* --- the start --- */

struct start {
    const char *program, *cwd;
    char **argv, **env;
    pid_t parent;
    int null, output, report; /* descriptors, all above those that the child will have */
};

/* What the child tells when it cannot become the program. */
struct failure {
    enum { AT_FOLDER = 1, AT_PROGRAM } at;
    int number;
};

static void forget_signals(void)
{
    struct sigaction usual = { .sa_handler = SIG_DFL };
    sigset_t none;
    for (int i = 1; i < NSIG; i++)
        sigaction(i, &usual, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void be_program(const struct start *s)
{
    enum { REPORT = 3 };
    struct rlimit no_core = { 0, 0 };
    struct failure failure = { .at = AT_FOLDER };
    setpgid(0, 0);
    process_die_with(s->parent);
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(s->null, 0);
    dup2(s->output, 1);
    dup2(s->output, 2);
    dup2(s->report, REPORT);
    fcntl(REPORT, F_SETFD, FD_CLOEXEC);
    child_close_from(REPORT + 1);
    forget_signals();
    if (!s->cwd || chdir(s->cwd) == 0) {
        failure.at = AT_PROGRAM;
        execve(s->program, s->argv, s->env);
    }
    failure.number = errno;
    ssize_t written = write(REPORT, &failure, sizeof failure);
    _exit(written < 0 ? 126 : 127);
}

/* Out of the way of what the child will have; 0 to 2 may be free here.  All close on
 * exec, or a program that another thread starts at this moment would hold them. */
static int lifted(int fd)
{
    enum { ABOVE = 10 };
    int high = fcntl(fd, F_DUPFD_CLOEXEC, ABOVE);
    close(fd);
    return high;
}

static bool make_pipe(int ends[2])
{
    int low[2];
#ifdef __linux__
    bool made = pipe2(low, O_CLOEXEC) == 0;
#else
    bool made = pipe(low) == 0;
#endif
    if (!made)
        return false;
    ends[0] = lifted(low[0]);
    ends[1] = lifted(low[1]);
    return ends[0] >= 0 && ends[1] >= 0;
}

/* No handler of ours may run in the child, so signals wait meanwhile. */
static pid_t fork_program(const struct start *s)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        be_program(s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (pid > 0)
        setpgid(pid, pid);
    return pid;
}

static bool tell_failure(const struct child_run *what, const struct start *s,
                         const struct failure *failure, struct err *err)
{
    if (failure->at == AT_FOLDER)
        return err_set(err, "cannot go to the folder %s: %s", what->cwd,
                       strerror(failure->number));
    if (failure->number == ENOEXEC)
        return err_set(err, "cannot run %s: it is no program, and no script with #!",
                       s->program);
    if (failure->number == ENOENT && is_program(s->program))
        return err_set(err, "cannot run %s: the interpreter that it asks for is missing",
                       s->program);
    return err_set(err, "cannot run %s: %s", s->program, strerror(failure->number));
}

/* Whether the program began; the pipe closes when it did. */
static bool has_begun(int report, struct failure *failure)
{
    ssize_t n;
    while ((n = read(report, failure, sizeof *failure)) < 0 && errno == EINTR)
        continue;
    close(report);
    return n != (ssize_t)sizeof *failure;
}

bool child_start(struct arena *a, const struct child_run *what, pid_t *pid, int *fd,
                 struct err *err)
{
    int output[2], report[2];
    struct failure failure = { 0 };
    struct start s = { .cwd = what->cwd, .parent = getpid() };
    s.argv = command(a, what);
    s.env = environment(a, what);
    s.program = s.argv[0] ? find_program(a, s.argv[0], s.env) : NULL;
    if (!s.program)
        return err_set(err,
                       "there is no program \"%s\" in PATH: install it, or give its path",
                       s.argv[0] ? s.argv[0] : "");
    s.null = lifted(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!make_pipe(output) || !make_pipe(report))
        return err_set(err, "cannot make a pipe: %s", strerror(errno));
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    s.output = output[1];
    s.report = report[1];
    *pid = fork_program(&s);
    int number = errno;
    close(s.null);
    close(output[1]);
    close(report[1]);
    *fd = output[0];
    bool begun = has_begun(report[0], &failure);
    if (begun && *pid > 0)
        return true;
    close(output[0]);
    if (*pid < 0)
        return err_set(err, "cannot start a process: %s", strerror(number));
    while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return tell_failure(what, &s, &failure, err);
}
