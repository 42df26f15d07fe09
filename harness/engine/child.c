/* SPDX-License-Identifier: MIT */
/* Watching a program: one poll(2) on its output and on a pidfd, with the deadline as the
 * time-out. */
#define _GNU_SOURCE
#include "engine/child_inside.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

#include "base/buf.h"
#include "base/clock.h"

enum {
    USUAL_DEADLINE_MS = 60000,
    USUAL_GRACE_MS = 500,
    USUAL_CEILING = 64 * 1024,
    KILLED_MS = 5000, /* after that the kernel itself is stuck */
    LOOK_MS = 50,     /* how often *stop is looked at */
    BLIND_MS = 10,    /* how often the end is looked for without a pidfd */
};

/* --- output: the head is kept as it comes, the tail in a ring --- */

struct capture {
    char *head, *ring;
    size_t room; /* of each of them */
    size_t said;
};

static void keep(struct capture *c, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        size_t at = c->said + i;
        if (at < c->room)
            c->head[at] = bytes[i];
        else if (len - i <= c->room) /* the others would be overwritten at once */
            c->ring[at % c->room] = bytes[i];
    }
    c->said += len;
}

static str kept(struct arena *a, const struct capture *c, size_t *left_out)
{
    size_t head = c->said < c->room ? c->said : c->room;
    size_t tail = c->said - head < c->room ? c->said - head : c->room;
    struct buf out = buf_new(a, 2 * c->room + CEILING_LINE);
    *left_out = c->said - head - tail;
    buf_add(&out, (str){ c->head, head });
    if (*left_out)
        buf_addf(&out, "\n... %zu bytes left out ...\n", *left_out);
    for (size_t at = c->said - tail; at < c->said; at++)
        buf_add_char(&out, c->ring[at % c->room]);
    return buf_str(&out);
}

/* --- the watch --- */

struct watched {
    const struct child_run *what;
    struct capture capture;
    pid_t pid;
    int fd;     /* of the output; -1 once it was closed */
    int pidfd;  /* -1: the system has none */
    int status; /* as waitpid has it */
    enum { RUNNING, TOLD, KILLED, STUCK } state;
    enum child_fate fate; /* why it was told to end */
    int64_t next_ms;      /* when the next state begins */
};

static int open_pidfd(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0);
#else
    (void)pid;
    return -1;
#endif
}

/* false when nothing is left to read for now. */
static bool take_output(struct watched *w)
{
    char piece[65536];
    ssize_t n = w->fd < 0 ? 0 : read(w->fd, piece, sizeof piece);
    if (n > 0)
        keep(&w->capture, piece, (size_t)n);
    else if (w->fd >= 0 && (n == 0 || (errno != EAGAIN && errno != EINTR))) {
        close(w->fd);
        w->fd = -1;
    }
    return n > 0;
}

static void end_group(const struct watched *w, int number)
{
    kill(w->pid, number); /* it may have gone over to another group */
    kill(-w->pid, number);
    kill(-w->pid, SIGCONT);
}

static bool is_stopped(const struct watched *w)
{
    return w->state == RUNNING && w->what->stop && *w->what->stop;
}

/* Goes on to SIGTERM, to SIGKILL, to giving up, when it is time. */
static void press(struct watched *w)
{
    bool stopped = is_stopped(w);
    if (!stopped && clock_ms() < w->next_ms)
        return;
    switch (w->state) {
    case RUNNING:
        w->fate = stopped ? CHILD_STOPPED : CHILD_OVERDUE;
        w->state = TOLD;
        w->next_ms = clock_ms() + w->what->grace_ms;
        end_group(w, SIGTERM);
        break;
    case TOLD:
        w->state = KILLED;
        w->next_ms = clock_ms() + KILLED_MS;
        end_group(w, SIGKILL);
        break;
    default:
        w->state = STUCK;
    }
}

static int wait_ms(const struct watched *w)
{
    int64_t ms = w->next_ms - clock_ms();
    if (w->what->stop && ms > LOOK_MS)
        ms = LOOK_MS;
    if (w->pidfd < 0 && ms > BLIND_MS)
        ms = BLIND_MS;
    return ms < 0 ? 0 : (int)(ms < 3600000 ? ms : 3600000);
}

static bool has_ended(struct watched *w)
{
    return waitpid(w->pid, &w->status, WNOHANG) == w->pid;
}

static void watch(struct watched *w)
{
    while (!has_ended(w) && w->state != STUCK) {
        struct pollfd fds[2] = { { .fd = w->fd, .events = POLLIN },
                                 { .fd = w->pidfd, .events = POLLIN } };
        if (poll(fds, 2, wait_ms(w)) > 0 && fds[0].revents)
            take_output(w);
        press(w);
    }
}

/* What is in the pipe when all who could write are gone; who is not gone may write on, so
 * this has a bound. */
static void take_rest(struct watched *w)
{
    enum { MOST_PIECES = 256 };
    for (int i = 0; i < MOST_PIECES && take_output(w); i++)
        continue;
    if (w->fd >= 0)
        close(w->fd);
    if (w->pidfd >= 0)
        close(w->pidfd);
}

static void fill_in(struct arena *a, const struct watched *w, struct child_end *end)
{
    bool ended = w->state != STUCK;
    end->exit_code = ended && WIFEXITED(w->status) ? WEXITSTATUS(w->status) : -1;
    end->signal = ended && WIFSIGNALED(w->status) ? WTERMSIG(w->status) : 0;
    end->killed = w->state >= KILLED;
    end->fate = w->state != RUNNING ? w->fate
        : end->signal               ? CHILD_SIGNALLED
                                    : CHILD_EXITED;
    end->said = w->capture.said;
    end->output = kept(a, &w->capture, &end->left_out);
}

/* The wishes with what is usual for those that are 0. */
static struct child_run completed(const struct child_run *what)
{
    struct child_run run = *what;
    if (!run.deadline_ms)
        run.deadline_ms = USUAL_DEADLINE_MS;
    if (!run.grace_ms)
        run.grace_ms = USUAL_GRACE_MS;
    if (run.ceiling < 2)
        run.ceiling = USUAL_CEILING;
    return run;
}

void child_run(struct arena *a, const struct child_run *what, struct child_end *end)
{
    struct child_run run = completed(what);
    struct arena *step = arena_new(a);
    struct watched w = { .what = &run, .fd = -1, .pidfd = -1 };
    struct pids before;
    int64_t began = clock_us(), cpu = clock_children_cpu_us();
    *end = (struct child_end){ .output = STR_NONE, .exit_code = -1 };
    w.capture.room = run.ceiling / 2;
    w.capture.head = NEW_ARRAY(step, char, w.capture.room);
    w.capture.ring = NEW_ARRAY(step, char, w.capture.room);
    w.next_ms = clock_ms() + run.deadline_ms;
    if (!run.leave)
        orphans_expect(step, &before);
    if (child_start(step, &run, &w.pid, &w.fd, &end->why)) {
        w.pidfd = open_pidfd(w.pid);
        watch(&w);
        end->wall_us = clock_us() - began;
        if (!run.leave)
            end->orphans = orphans_sweep(step, w.pid, &before, run.grace_ms);
        take_rest(&w);
        fill_in(a, &w, end);
        end->cpu_us = clock_children_cpu_us() - cpu;
    } else {
        end->fate = CHILD_NOT_STARTED;
    }
    arena_end(step);
}

/* --- in words --- */

static str how_it_ended(struct arena *a, const struct child_run *what,
                        const struct child_end *end)
{
    long ms = what->deadline_ms ? what->deadline_ms : USUAL_DEADLINE_MS;
    const char *how = end->killed ? "SIGKILL, for SIGTERM did not end it" : "SIGTERM";
    switch (end->fate) {
    case CHILD_EXITED:
        return arena_printf(a, "exited with status %d", end->exit_code);
    case CHILD_SIGNALLED:
        return arena_printf(a, "died of signal %d (%s)", end->signal,
                            strsignal(end->signal));
    case CHILD_OVERDUE:
        return arena_printf(a, "was still running after %ld.%ld s and was ended by %s",
                            ms / 1000, ms % 1000 / 100, how);
    case CHILD_STOPPED:
        return arena_printf(a, "was ended by %s because the run was stopped", how);
    default:
        return arena_printf(a, "could not be started: %s", end->why.text);
    }
}

str child_says(struct arena *a, const struct child_run *what, const struct child_end *end)
{
    str how = how_it_ended(a, what, end);
    if (!end->orphans)
        return how;
    return arena_printf(a, "%.*s; it left %zu process%s running", STR_ARG(how),
                        end->orphans, end->orphans == 1 ? "" : "es");
}

/* --- lines for a shell --- */

void child_assign(struct buf *b, const char *name, str value)
{
    buf_addf(b, "%s=", name);
    if (value.len)
        buf_add_shell(b, value);
    buf_add_char(b, '\n');
}

str child_own_program(struct arena *a)
{
    char *path = realpath("/proc/self/exe", NULL);
    str out = path ? str_copy(a, str_of(path)) : STR("acmespec");
    free(path);
    return out;
}
