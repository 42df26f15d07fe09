/* SPDX-License-Identifier: MIT */
/* A stranger's program under watch: started in a process group of its own, its output
 * captured up to a ceiling, ended at its deadline (SIGTERM, a grace, SIGKILL), and
 * whatever it left behind swept up.  The process may have other threads; it has no other
 * children that begin meanwhile, and plays one such program at a time. */
#ifndef ENGINE_CHILD_H
#define ENGINE_CHILD_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct child_run {
    const char *const *argv;  /* up to a NULL; without it `line` counts */
    str line;                 /* a command line for /bin/sh */
    struct strs set;          /* "NAME=value", over the environment of this process */
    struct strs unset;        /* names that are taken out of it */
    const char *cwd;          /* also what a relative argv[0] starts from; NULL: ours */
    long deadline_ms;         /* 0: one minute */
    long grace_ms;            /* between SIGTERM and SIGKILL; 0: 500 */
    size_t ceiling;           /* bytes of output that are kept; 0: 64 KiB */
    const volatile int *stop; /* ends it early once this is not 0; may be NULL */
    bool leave;               /* what it left running is its user's, and goes on */
};

enum child_fate {
    CHILD_EXITED,
    CHILD_SIGNALLED, /* by a signal that was not ours */
    CHILD_OVERDUE,   /* was ended at its deadline */
    CHILD_STOPPED,   /* was ended because of *stop */
    CHILD_NOT_STARTED,
};

struct child_end {
    enum child_fate fate;
    int exit_code;   /* of an exit, even of an overdue one; else -1 */
    int signal;      /* that ended it, ours too; else 0 */
    bool killed;     /* it took SIGKILL: SIGTERM did not end it within the grace */
    str output;      /* both streams as they came: the first half of the ceiling, what was
                        left out in words, the last half.  A stranger's bytes: show_clean()
                        before they are printed */
    size_t said;     /* all bytes that came */
    size_t left_out; /* of them */
    int64_t wall_us; /* from its start to its end */
    int64_t cpu_us;  /* with all of its descendants that were waited for */
    size_t orphans;  /* processes that it left running, now ended */
    struct err why;  /* of CHILD_NOT_STARTED */
};

/* Runs it to its end, which comes by the deadline and little more.  Never fails: that it
 * could not be started is one of its fates. */
void child_run(struct arena *a, const struct child_run *what, struct child_end *end);
/* "exited with status 3", "was still running after 10 s and was ended, ...": what follows
 * the program's name in a sentence. */
str child_says(struct arena *a, const struct child_run *what,
               const struct child_end *end);

/* "NAME='value'", a line for a shell. */
void child_assign(struct buf *b, const char *name, str value);
/* The path of this program. */
str child_own_program(struct arena *a);

/* Processes by number. */
struct pids {
    pid_t *item;
    size_t count;
};
void pids_add(struct arena *a, struct pids *list, pid_t pid);

/* From now on what loses its parent becomes a child of this process, where the system can
 * do that; *before lists the children it has. */
void orphans_expect(struct arena *a, struct pids *before);
/* Kills all children that are not in `except`, and theirs: those of a process that was
 * killed while it watched a program. */
void orphans_kill(struct arena *a, const struct pids *except);

/* Closes every descriptor from `first` on; may be called between fork and exec. */
void child_close_from(int first);

#endif
