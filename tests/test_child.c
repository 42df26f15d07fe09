/* SPDX-License-Identifier: MIT */
/* Programs that hang, flood, fork, die, or are none at all: each comes to an end that is
 * told.  Deadlines are short where they are to pass, and long where they are not. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "engine/child.h"

Suite *child_suite(void);

enum { SHORT_MS = 150, LONG_MS = 60000 };

static struct arena *a;
static str dir;
static struct err err;
static struct child_run what;
static struct child_end end;

static void begin(void)
{
    a = arena_new(NULL);
    ck_assert_msg(file_temp_dir(a, &dir, &err), "%s", err.text);
    what = (struct child_run){ .deadline_ms = LONG_MS, .grace_ms = SHORT_MS };
}

static void finish(void)
{
    arena_end(a);
}

static void run(const char *line)
{
    what.line = str_of(line);
    child_run(a, &what, &end);
}

static const char *says(void)
{
    return child_says(a, &what, &end).ptr;
}

/* The process that wrote its number into a file of the folder is no more. */
static void ck_gone(const char *name)
{
    str text;
    long pid;
    const char *path = arena_printf(a, "%s/%s", dir.ptr, name).ptr;
    ck_assert_msg(file_read(a, path, 100, &text, &err), "%s", err.text);
    ck_assert(str_to_long(str_trim(text), INT32_MAX, &pid));
    ck_assert_int_eq(kill((pid_t)pid, 0), -1);
    ck_assert_int_eq(errno, ESRCH);
}

START_TEST(output_and_status_are_told)
{
    run("echo out; echo err >&2; exit 3");
    ck_assert_int_eq(end.fate, CHILD_EXITED);
    ck_assert_int_eq(end.exit_code, 3);
    ck_assert_str_eq(end.output.ptr, "out\nerr\n");
    ck_assert_uint_eq(end.said, 8);
    ck_assert_uint_eq(end.left_out, 0);
    ck_assert_uint_eq(end.orphans, 0);
    ck_assert_int_gt(end.wall_us, 0);
    ck_assert_str_eq(says(), "exited with status 3");
}
END_TEST

START_TEST(arguments_come_as_they_are)
{
    static const char *const argv[] = { "printf", "%s|", "a b", "", "$x;'\"", NULL };
    what.argv = argv;
    child_run(a, &what, &end);
    ck_assert_str_eq(end.output.ptr, "a b||$x;'\"|");
}
END_TEST

START_TEST(the_environment_is_changed_as_wished)
{
    setenv("CHILD_KEPT", "kept", 1);
    setenv("CHILD_OUT", "out", 1);
    setenv("CHILD_NEW", "old", 1);
    strs_add(a, &what.set, STR("CHILD_NEW=new"));
    strs_add(a, &what.unset, STR("CHILD_OUT"));
    run("echo $CHILD_KEPT,${CHILD_OUT-none},$CHILD_NEW; env | grep -c ^CHILD_NEW");
    ck_assert_str_eq(end.output.ptr, "kept,none,new\n1\n");
}
END_TEST

START_TEST(the_path_is_that_of_the_child)
{
    static const char *const argv[] = { "tool", NULL };
    const char *tool = arena_printf(a, "%s/tool", dir.ptr).ptr;
    ck_assert(file_write(tool, STR("#!/bin/sh\necho found\n"), &err));
    ck_assert_int_eq(chmod(tool, 0755), 0);
    what.argv = argv;
    strs_add(a, &what.set, arena_printf(a, "PATH=:.:/none:%s", dir.ptr));
    child_run(a, &what, &end);
    ck_assert_str_eq(end.output.ptr, "found\n");
}
END_TEST

START_TEST(it_begins_where_it_is_told)
{
    what.cwd = dir.ptr;
    run("pwd -P; read x; echo $?; ulimit -c");
    str wanted = arena_printf(a, "%s\n1\n0\n", dir.ptr); /* nothing to read, no core */
    ck_assert_str_eq(end.output.ptr, wanted.ptr);
}
END_TEST

START_TEST(signals_and_descriptors_of_ours_are_not_inherited)
{
    sigset_t set, before;
    int fd = open("/dev/null", O_RDONLY); /* without close-on-exec */
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, &before);
    void (*handler)(int) = signal(SIGPIPE, SIG_IGN);
    /* Signals 32 and 33 are glibc's own, which nobody else can set: whoever started us
     * may have left them ignored. */
    run("grep -E 'Sig(Blk|Ign)' /proc/self/status | sed 's/..\\(.......$\\)/00\\1/';"
        " ls /proc/self/fd | tr '\\n' ' '");
    (void)signal(SIGPIPE, handler);
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(fd);
    ck_assert_str_eq(end.output.ptr,
                     "SigBlk:\t0000000000000000\n"
                     "SigIgn:\t0000000000000000\n0 1 2 3 ");
}
END_TEST

START_TEST(what_cannot_be_started_is_told)
{
    static const char *const none[] = { "no-such-program-here", NULL };
    static const char *const missing[] = { "/none/program", NULL };
    const char *tool = arena_printf(a, "%s/tool", dir.ptr).ptr;
    const char *const script[] = { tool, NULL };
    what.argv = none;
    child_run(a, &what, &end);
    ck_assert_int_eq(end.fate, CHILD_NOT_STARTED);
    ck_assert_str_eq(says(),
                     "could not be started: there is no program "
                     "\"no-such-program-here\" in PATH: install it, or give its "
                     "path");
    what.argv = missing;
    child_run(a, &what, &end);
    ck_assert_str_eq(end.why.text, "cannot run /none/program: No such file or directory");
    what.argv = script;
    ck_assert(file_write(tool, STR("echo\n"), &err));
    child_run(a, &what, &end);
    ck_assert_ptr_nonnull(strstr(end.why.text, "Permission denied"));
    what.argv = NULL;
    what.cwd = "/none";
    run("true");
    ck_assert_ptr_nonnull(strstr(end.why.text, "cannot go to the folder /none: No such"));
}
END_TEST

START_TEST(a_script_that_nobody_can_read_is_told)
{
    const char *tool = arena_printf(a, "%s/tool", dir.ptr).ptr;
    const char *const script[] = { tool, NULL };
    if (getenv("CK_FORK"))
        return; /* valgrind looks for interpreters itself, and ends when there is none */
    what.argv = script;
    ck_assert(file_write(tool, STR("#!/none/shell\n"), &err) && chmod(tool, 0755) == 0);
    child_run(a, &what, &end);
    ck_assert_ptr_nonnull(strstr(end.why.text, "the interpreter that it asks for"));
    ck_assert(file_write(tool, STR("echo\n"), &err) && chmod(tool, 0755) == 0);
    child_run(a, &what, &end);
    ck_assert_ptr_nonnull(strstr(end.why.text, "it is no program, and no script"));
}
END_TEST

START_TEST(a_hanging_one_is_ended_at_its_deadline)
{
    what.deadline_ms = SHORT_MS;
    run("echo begun; exec sleep 1000");
    ck_assert_int_eq(end.fate, CHILD_OVERDUE);
    ck_assert_int_eq(end.signal, SIGTERM);
    ck_assert(!end.killed);
    ck_assert_str_eq(end.output.ptr, "begun\n");
    ck_assert_int_ge(end.wall_us / 1000, SHORT_MS - 1);
    ck_assert_str_eq(says(), "was still running after 0.1 s and was ended by SIGTERM");
}
END_TEST

START_TEST(one_that_ignores_sigterm_is_killed)
{
    what.deadline_ms = SHORT_MS;
    run("trap '' TERM; while :; do sleep 0.05; done");
    ck_assert_int_eq(end.fate, CHILD_OVERDUE);
    ck_assert_int_eq(end.signal, SIGKILL);
    ck_assert(end.killed);
    ck_assert_ptr_nonnull(strstr(says(), "by SIGKILL, for SIGTERM did not end it"));
}
END_TEST

START_TEST(one_that_uses_its_grace_has_its_own_status)
{
    what.deadline_ms = SHORT_MS;
    what.grace_ms = LONG_MS;
    run("trap 'echo bye; exit 7' TERM; while :; do sleep 0.02; done");
    ck_assert_int_eq(end.fate, CHILD_OVERDUE);
    ck_assert_int_eq(end.exit_code, 7);
    ck_assert(str_ends(end.output, "bye\n"));
}
END_TEST

START_TEST(a_stopped_one_is_ended_too)
{
    what.deadline_ms = SHORT_MS;
    run("kill -STOP $$");
    ck_assert_int_eq(end.fate, CHILD_OVERDUE);
    ck_assert_int_eq(end.signal, SIGTERM);
}
END_TEST

START_TEST(one_that_dies_by_a_signal_is_told)
{
    run("kill -SEGV $$");
    ck_assert_int_eq(end.fate, CHILD_SIGNALLED);
    ck_assert_int_eq(end.signal, SIGSEGV);
    ck_assert_int_eq(end.exit_code, -1);
    ck_assert_str_eq(says(), "died of signal 11 (Segmentation fault)");
}
END_TEST

START_TEST(a_flood_is_kept_at_both_ends)
{
    what.ceiling = 20;
    run("echo beginning; head -c 100000000 /dev/zero; echo the end");
    ck_assert_int_eq(end.fate, CHILD_EXITED);
    ck_assert_uint_eq(end.said, 100000000 + 10 + 8);
    ck_assert_uint_eq(end.left_out, end.said - 20);
    str wanted = STR("beginning\n\n... 99999998 bytes left out ...\n\0\0the end\n");
    ck_assert(str_eq(end.output, wanted));
}
END_TEST

START_TEST(every_length_around_the_ceiling_is_kept_right)
{
    what.ceiling = 8;
    for (size_t n = 6; n <= 18; n++) {
        str all = str_upto(STR("abcdefghijklmnopqr"), n);
        run(arena_printf(a, "printf %.*s", STR_ARG(all)).ptr);
        ck_assert_uint_eq(end.left_out, n > 8 ? n - 8 : 0);
        ck_assert_int_eq(end.output.ptr[0], 'a');
        ck_assert(str_eq(str_upto(end.output, 4), str_upto(all, 4)));
        ck_assert(str_eq(str_from(end.output, end.output.len - 4), str_from(all, n - 4)));
    }
}
END_TEST

START_TEST(one_that_closes_its_output_is_still_waited_for)
{
    run("exec >&- 2>&-; sleep 0.2; exit 5");
    ck_assert_int_eq(end.exit_code, 5);
    ck_assert_int_ge(end.wall_us / 1000, 200);
    ck_assert_int_lt(end.cpu_us, 100000); /* nor does the wait spin */
}
END_TEST

START_TEST(an_ignored_sigchld_hides_no_status)
{
    (void)signal(SIGCHLD, SIG_IGN);
    run("exit 6");
    (void)signal(SIGCHLD, SIG_DFL);
    ck_assert_int_eq(end.exit_code, 6);
}
END_TEST

START_TEST(what_is_left_of_the_group_is_ended)
{
    what.cwd = dir.ptr;
    run("sleep 1000 & echo $! >left; exit 0");
    ck_assert_int_eq(end.fate, CHILD_EXITED);
    ck_gone("left");
    ck_assert_uint_eq(end.orphans, 1);
    ck_assert_str_eq(says(), "exited with status 0; it left 1 process running");
}
END_TEST

#ifdef __linux__
START_TEST(a_daemon_in_a_session_of_its_own_is_swept)
{
    what.cwd = dir.ptr;
    run("setsid sh -c 'trap \"\" TERM; echo $$ >daemon; echo ready; while :; do sleep "
        "0.1; "
        "done' & while ! grep -q . daemon; do sleep 0.02; done 2>/dev/null");
    ck_assert_int_eq(end.fate, CHILD_EXITED);
    ck_gone("daemon");
    ck_assert_uint_ge(end.orphans, 1);
}
END_TEST

START_TEST(a_crowd_is_swept)
{
    run("i=0; while [ $i -lt 50 ]; do setsid sleep 1000 & i=$((i+1)); done; exit 4");
    ck_assert_int_eq(end.exit_code, 4);
    ck_assert_uint_eq(end.orphans, 50);
}
END_TEST

START_TEST(other_children_of_ours_are_left_alone)
{
    pid_t other = fork();
    if (other == 0) {
        pause();
        _exit(0);
    }
    run("setsid sleep 1000 & exit 0");
    ck_assert_uint_eq(end.orphans, 1);
    ck_assert_int_eq(waitpid(other, NULL, WNOHANG), 0);
    kill(other, SIGKILL);
    ck_assert_int_eq(waitpid(other, NULL, 0), other);
}
END_TEST

static int open_descriptors(void)
{
    int count = 0;
    DIR *fds = opendir("/proc/self/fd");
    ck_assert_ptr_nonnull(fds);
    while (readdir(fds))
        count++;
    closedir(fds);
    return count;
}

START_TEST(no_descriptor_and_no_zombie_stays)
{
    static const char *const none[] = { "/none/program", NULL };
    int before = open_descriptors();
    run("sleep 1000 & exit 1");
    what.argv = none;
    child_run(a, &what, &end);
    ck_assert_int_eq(open_descriptors(), before);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST
#endif

static volatile int stop;

static void stop_it(int number)
{
    stop = number;
}

/* As Ctrl-C does. */
START_TEST(it_can_be_stopped)
{
    struct itimerval soon = { .it_value.tv_usec = SHORT_MS * 1000L };
    void (*handler)(int) = signal(SIGALRM, stop_it);
    stop = 0;
    what.stop = &stop;
    setitimer(ITIMER_REAL, &soon, NULL);
    run("exec sleep 1000");
    (void)signal(SIGALRM, handler);
    ck_assert_int_eq(end.fate, CHILD_STOPPED);
    ck_assert_str_eq(says(), "was ended by SIGTERM because the run was stopped");
}
END_TEST

/* Threads that hold malloc's lock most of the time. */
static void *allocate(void *context)
{
    atomic_int *enough = context;
    while (!atomic_load(enough)) {
        struct arena *own = arena_new(NULL);
        arena_alloc(own, 100, 1000);
        arena_end(own);
    }
    return NULL;
}

START_TEST(busy_threads_do_no_harm)
{
    pthread_t thread[3];
    atomic_int enough = 0;
    for (size_t i = 0; i < countof(thread); i++)
        pthread_create(&thread[i], NULL, allocate, &enough);
    for (int i = 0; i < 50; i++) {
        run("exit 9");
        ck_assert_int_eq(end.exit_code, 9);
    }
    atomic_store(&enough, 1);
    for (size_t i = 0; i < countof(thread); i++)
        pthread_join(thread[i], NULL);
}
END_TEST

Suite *child_suite(void)
{
    Suite *s = suite_create("child");
    TCase *tc = tcase_create("child");
    tcase_add_checked_fixture(tc, begin, finish);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, output_and_status_are_told);
    tcase_add_test(tc, arguments_come_as_they_are);
    tcase_add_test(tc, the_environment_is_changed_as_wished);
    tcase_add_test(tc, the_path_is_that_of_the_child);
    tcase_add_test(tc, it_begins_where_it_is_told);
    tcase_add_test(tc, what_cannot_be_started_is_told);
    tcase_add_test(tc, a_script_that_nobody_can_read_is_told);
    tcase_add_test(tc, a_hanging_one_is_ended_at_its_deadline);
    tcase_add_test(tc, one_that_ignores_sigterm_is_killed);
    tcase_add_test(tc, one_that_uses_its_grace_has_its_own_status);
    tcase_add_test(tc, a_stopped_one_is_ended_too);
    tcase_add_test(tc, one_that_dies_by_a_signal_is_told);
    tcase_add_test(tc, a_flood_is_kept_at_both_ends);
    tcase_add_test(tc, every_length_around_the_ceiling_is_kept_right);
    tcase_add_test(tc, one_that_closes_its_output_is_still_waited_for);
    tcase_add_test(tc, an_ignored_sigchld_hides_no_status);
    tcase_add_test(tc, what_is_left_of_the_group_is_ended);
    tcase_add_test(tc, it_can_be_stopped);
    tcase_add_test(tc, busy_threads_do_no_harm);
#ifdef __linux__
    tcase_add_test(tc, signals_and_descriptors_of_ours_are_not_inherited);
    tcase_add_test(tc, a_daemon_in_a_session_of_its_own_is_swept);
    tcase_add_test(tc, a_crowd_is_swept);
    tcase_add_test(tc, other_children_of_ours_are_left_alone);
    tcase_add_test(tc, no_descriptor_and_no_zombie_stays);
#endif
    suite_add_tcase(s, tc);
    return s;
}
