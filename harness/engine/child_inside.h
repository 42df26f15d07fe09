/* SPDX-License-Identifier: MIT */
/* The parts of watching a child: its start, and the processes that it leaves behind.  For
 * child*.c only. */
#ifndef ENGINE_CHILD_INSIDE_H
#define ENGINE_CHILD_INSIDE_H

#include "engine/child.h"

/* Forks, and learns whether the program began; *fd is then the reading end of its output,
 * which alone does not block: the other end is the program's own standard output. */
bool child_start(struct arena *a, const struct child_run *what, pid_t *pid, int *fd,
                 struct err *err) MUST_CHECK;

/* To be called once the leader of the group was waited for: ends what is left of the
 * group, and every child that is not in *before; SIGKILL comes grace_ms after SIGTERM.
 * How many were still running. */
size_t orphans_sweep(struct arena *a, pid_t group, const struct pids *before,
                     long grace_ms);

#endif
