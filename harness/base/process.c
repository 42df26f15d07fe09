/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/process.h"

#include <signal.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>

static void ask_for_death_with_parent(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}
#else
static void ask_for_death_with_parent(void)
{
}
#endif

void process_die_with(pid_t parent)
{
    ask_for_death_with_parent();
    if (getppid() != parent)
        _exit(127); /* it died before this was asked for */
}
