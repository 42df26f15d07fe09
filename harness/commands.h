/* SPDX-License-Identifier: MIT */
/* The commands of the program: each takes its own argc and argv (argv[0] is the command's
 * name, argv[-1] the program's) and gives the exit status, one of run/outcome.h. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "run/outcome.h"

int cmd_server(int argc, char **argv);
int cmd_mock(int argc, char **argv);
int cmd_issue(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_new(int argc, char **argv);
int cmd_explain(int argc, char **argv);

#endif
