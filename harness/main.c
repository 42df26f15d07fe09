/* SPDX-License-Identifier: MIT */
/* The command line: which command, and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/names.h"
#include "commands.h"
#include "http/fetch.h"
#include "options.h"

static const struct {
    const char *name;
    int (*run)(struct arena *a, int argc, char **argv);
    const char *usage, *help;
} commands[] = {
    { "server", cmd_server, "server URL [SCENARIO...]",
      "test a CA: play the client against it" },
    { "client", cmd_client, "client NAME|-- COMMAND...",
      "test a client: play the CA against it" },
    { "mock", cmd_mock, "mock", "be a CA on one loopback port" },
    { "selftest", cmd_selftest, "selftest [SCENARIO...]",
      "play the suites against our own mocks" },
    { "issue", cmd_issue, "issue OPERATION URL [NAME...]",
      "be a client: obtain, renew, revoke" },
    { "bench", cmd_bench, "bench URL", "measure a CA under parallel clients" },
    { "check", cmd_check, "check [PATH...]",
      "read scenario files and name every mistake" },
    { "list", cmd_list, "list [SCENARIO...]",
      "list scenarios, or requirements with --rules" },
    { "explain", cmd_explain, "explain ID|SCENARIO",
      "a requirement, or a scenario in prose" },
    { "new", cmd_new, "new SCENARIO", "write the skeleton of a scenario" },
    { "help", cmd_help, "help [WORD]", "explain a word of the language" },
};

static void print_usage(FILE *out)
{
    fprintf(out,
            "acmespec " ACMESPEC_VERSION
            ": conformance harness and mock peer for ACME (RFC 8555)\n\n");
    for (size_t i = 0; i < countof(commands); i++)
        fprintf(out, "  acmespec %-28s %s\n", commands[i].usage, commands[i].help);
    fprintf(out,
            "\nEach command has --help.  Exit status: 0 conforms, 1 a violation, 2 usage "
            "or a "
            "broken\nscenario, 3 inconclusive, 4 nothing was run, 5 our own fault or no "
            "peer, "
            "6 a report\ncould not be written, 7 the baseline is stale.\n");
}

static int unknown_command(struct arena *a, const char *word)
{
    const char *names[countof(commands)];
    for (size_t i = 0; i < countof(commands); i++)
        names[i] = commands[i].name;
    struct err err;
    str near = name_did_you_mean(a, names, countof(commands), str_of(word));
    err_set(&err, "there is no command \"%.100s\"%.*s", word, STR_ARG(near));
    return usage_error(err.text);
}

/* Without them the first file that is opened would get what is printed. */
static void hold_standard_descriptors(void)
{
    int fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = open("/dev/null", O_RDWR);
    if (fd > STDERR_FILENO)
        close(fd);
}

/* What was printed is a report too.  Who closed the pipe does not want the rest. */
static int was_said(int status)
{
    errno = 0;
    bool lost = fflush(stdout) != 0 || ferror(stdout);
    if (!lost || errno == EPIPE)
        return status;
    fprintf(stderr, "acmespec: cannot write to standard output%s%s\n", errno ? ": " : "",
            errno ? strerror(errno) : "");
    return status == EXIT_CONFORMS ? EXIT_REPORT : status;
}

static int run(struct arena *a, int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("acmespec " ACMESPEC_VERSION);
        return 0;
    }
    fetch_start();
    for (size_t i = 0; i < countof(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(a, argc - 1, argv + 1);
    return unknown_command(a, argv[1]);
}

int main(int argc, char **argv)
{
    (void)signal(SIGPIPE, SIG_IGN);
    hold_standard_descriptors();
    struct arena *a = arena_new(NULL);
    int status = was_said(run(a, argc, argv));
    arena_end(a);
    return status;
}
