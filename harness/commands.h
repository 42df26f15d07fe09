/* SPDX-License-Identifier: MIT */
/* The commands of the program: each takes its own argc and argv (argv[0] is the command's
 * name, argv[-1] the program's) and gives the exit status, one of run/outcome.h.  The
 * arena is the whole program's. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "base/arena.h"
#include "run/outcome.h"

int cmd_server(struct arena *a, int argc, char **argv);
int cmd_client(struct arena *a, int argc, char **argv);
int cmd_selftest(struct arena *a, int argc, char **argv);
/* The same with --bugs. */
int cmd_selftest_bugs(struct arena *a, int argc, char **argv);
int cmd_mock(struct arena *a, int argc, char **argv);
int cmd_issue(struct arena *a, int argc, char **argv);
int cmd_bench(struct arena *a, int argc, char **argv);
int cmd_check(struct arena *a, int argc, char **argv);
int cmd_list(struct arena *a, int argc, char **argv);
int cmd_help(struct arena *a, int argc, char **argv);
int cmd_new(struct arena *a, int argc, char **argv);
int cmd_explain(struct arena *a, int argc, char **argv);

#endif
