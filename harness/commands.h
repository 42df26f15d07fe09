/* SPDX-License-Identifier: MIT */
/* The commands of the program: each takes its own argc and argv (argv[0] is the command's
 * name) and gives the exit status. */
#ifndef COMMANDS_H
#define COMMANDS_H

/* The table of exit statuses: documented in the README, never renumbered. */
enum exit_status {
    EXIT_CONFORMS = 0,
    EXIT_VIOLATION = 1,
    EXIT_USAGE = 2,
    EXIT_INCONCLUSIVE = 3,
    EXIT_NOTHING_RUN = 4,
    EXIT_OUR_FAULT = 5,
    EXIT_REPORT = 6,
    EXIT_STALE_BASELINE = 7,
};

int cmd_server(int argc, char **argv);
int cmd_mock(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_new(int argc, char **argv);
int cmd_explain(int argc, char **argv);

/* Prints "acmespec: sentence" to standard error and returns EXIT_USAGE. */
int usage_error(const char *sentence);

#endif
