/* SPDX-License-Identifier: MIT */
/* What a process that was forked has to do with the one that forked it. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <sys/types.h>

/* From here on this process is killed when its parent dies; it ends at once when the
 * parent, whose number was taken before the fork, is dead already.  Linux alone tells of
 * a death later on.  May be called between fork and exec, and outlasts exec. */
void process_die_with(pid_t parent);

#endif
