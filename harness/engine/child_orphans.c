/* SPDX-License-Identifier: MIT */
/* Processes that a program leaves behind.  A daemon that took a session of its own is
 * out of reach of kill(-group); on Linux the nearest subreaper becomes its parent, and
 * /proc tells whose child a process is. */
#define _GNU_SOURCE
#include "engine/child_inside.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/clock.h"
#include "base/file.h"

enum { LOOK_MS = 5, KILLED_MS = 2000, STAT_CEILING = 4096 };

static bool has(const struct pids *list, pid_t pid)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->item[i] == pid)
            return true;
    return false;
}

void pids_add(struct arena *a, struct pids *list, pid_t pid)
{
    list->item = GROW(a, list->item, list->count, pid_t);
    list->item[list->count++] = pid;
}

#ifdef __linux__
static void close_dir(void *dir)
{
    closedir(dir);
}

/* "7 (any) name) S 1 ...": after the last parenthesis the state, then the parent. */
static bool is_ours(struct arena *step, long pid)
{
    struct err err;
    str text, word;
    long parent = 0;
    if (!file_read(step, arena_printf(step, "/proc/%ld/stat", pid).ptr, STAT_CEILING,
                   &text, &err))
        return false;
    size_t end = text.len;
    while (end && text.ptr[end - 1] != ')')
        end--;
    text = str_from(text, end + 1);
    return str_cut(&text, ' ', &word) && str_cut(&text, ' ', &word)
        && str_to_long(word, INT32_MAX, &parent) && parent == getpid();
}

/* The children of this process that are not in `except`. */
static struct pids children(struct arena *a, const struct pids *except)
{
    struct pids list = { 0 };
    siginfo_t any;
    if (waitid(P_ALL, 0, &any, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD)
        return list; /* the usual case, without a look at every process there is */
    struct arena *step = arena_new(a);
    DIR *proc = opendir("/proc");
    const struct dirent *entry;
    arena_defer(step, close_dir, proc);
    while (proc && (entry = readdir(proc))) {
        long pid;
        if (!str_to_long(str_of(entry->d_name), INT32_MAX, &pid))
            continue;
        struct arena *look = arena_new(step);
        if (is_ours(look, pid) && !has(except, (pid_t)pid))
            pids_add(a, &list, (pid_t)pid);
        arena_end(look);
    }
    arena_end(step);
    return list;
}
#else
static struct pids children(struct arena *a, const struct pids *except)
{
    (void)a;
    (void)except;
    return (struct pids){ 0 };
}
#endif

void orphans_expect(struct arena *a, struct pids *before)
{
    static const struct pids none;
    struct sigaction now;
    /* A parent of ours may have had it ignored, and then no status is ever told. */
    if (sigaction(SIGCHLD, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
        (void)signal(SIGCHLD, SIG_DFL);
#ifdef __linux__
    prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
    *before = children(a, &none);
}

/* A stopped process has to go on to take its end. */
static bool tell_to_end(pid_t pid, bool late)
{
    if (kill(pid, late ? SIGKILL : SIGTERM) != 0)
        return false;
    kill(pid, SIGCONT);
    return true;
}

/* One look: whether any was still there. */
static bool sweep_once(struct arena *a, pid_t group, const struct pids *before, bool late,
                       struct pids *told)
{
    struct pids list = children(a, before);
    bool any = false;
    for (size_t i = 0; i < list.count; i++) {
        pid_t pid = list.item[i];
        if (waitpid(pid, NULL, WNOHANG) == pid)
            continue; /* it ended by itself, or was told before */
        any = true;
        bool is_new = !has(told, pid);
        if (is_new || late)
            tell_to_end(pid, late);
        if (is_new)
            pids_add(a, told, pid);
    }
    /* What the orphans started stays theirs while they live. */
    if (kill(-group, 0) == 0)
        any = tell_to_end(-group, late) || any;
    return any;
}

size_t orphans_sweep(struct arena *a, pid_t group, const struct pids *before,
                     long grace_ms)
{
    struct arena *step = arena_new(a);
    struct pids told = { 0 };
    int64_t kill_ms = clock_ms() + grace_ms;
    while (sweep_once(step, group, before, clock_ms() >= kill_ms, &told)
           && clock_ms() < kill_ms + KILLED_MS)
        clock_sleep_ms(LOOK_MS);
    size_t count = told.count;
    arena_end(step);
    return count;
}

void orphans_kill(struct arena *a, const struct pids *except)
{
    struct arena *step = arena_new(a);
    int64_t until = clock_ms() + KILLED_MS;
    struct pids list;
    while ((list = children(step, except)).count && clock_ms() < until) {
        for (size_t i = 0; i < list.count; i++) {
            kill(list.item[i], SIGKILL);
            waitpid(list.item[i], NULL, WNOHANG);
        }
        clock_sleep_ms(LOOK_MS);
    }
    arena_end(step);
}
