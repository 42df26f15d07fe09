/* SPDX-License-Identifier: MIT */
/* `acmespec selftest`: the server suite against the correct mock CA of this program, and
 * the client suite against its mock client, which have to be decided and green.  With
 * --bugs: see cmd_selftest_bugs.c. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "client_options.h"
#include "commands.h"
#include "mocks/ports.h"
#include "options.h"
#include "run/selfmock.h"
#include "server_options.h"

enum { PORT_DNS, PORT_HTTP, PORT_TLS, PORT_COUNT };

struct selftest {
    struct arena *arena;
    int port[PORT_COUNT];
    str root; /* file of the mock's root certificate */
    struct selfmock mock;
};

static bool start(struct selftest *s, struct err *err)
{
    str folder;
    if (!ports_choose(s->port, PORT_COUNT, err) || !file_temp_dir(s->arena, &folder, err))
        return false;
    struct selfmock_options options = { .dns_port = s->port[PORT_DNS],
                                        .http_port = s->port[PORT_HTTP],
                                        .tls_port = s->port[PORT_TLS] };
    s->root = arena_printf(s->arena, "%.*s/root.pem", STR_ARG(folder));
    return selfmock_start(s->arena, &options, &s->mock, err)
        && file_write(s->root.ptr, s->mock.root_pem, err);
}

/* The command line of `acmespec server` that judges the mock; what the user gave comes
 * last, so it counts. */
static int judge(struct selftest *s, int argc, char **argv)
{
    struct arena *a = s->arena;
    str line[] = {
        str_of(argv[-1]),
        STR("server"),
        s->mock.url,
        STR("--ca-file"),
        s->root,
        STR("--profile"),
        STR("mock"),
        STR("--again"),
        STR("acmespec selftest"),
        arena_printf(a, "--dns-port=%d", s->port[PORT_DNS]),
        arena_printf(a, "--http-port=%d", s->port[PORT_HTTP]),
        arena_printf(a, "--tls-port=%d", s->port[PORT_TLS]),
    };
    int count = (int)countof(line);
    char **all = NEW_ARRAY(a, char *, (size_t)(count + argc));
    for (int i = 0; i < count; i++)
        all[i] = str_z(a, line[i]);
    for (int i = 1; i < argc; i++)
        all[count + i - 1] = argv[i];
    return cmd_server(a, count + argc - 2, all + 1);
}

static bool asks_for(int argc, char **argv, const char *word, const char *letter)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], word) == 0 || strcmp(argv[i], letter) == 0)
            return true;
    return false;
}

static int play_server(struct arena *a, int argc, char **argv)
{
    struct selftest s = { .arena = a, .mock = { .hold = -1 } };
    struct err err;
    int status =
        start(&s, &err) ? judge(&s, argc, argv) : command_failed(EXIT_OUR_FAULT, &err);
    selfmock_stop(&s.mock);
    return status;
}

/* The mock client is one more client (scenarios/clients/acmespec.acme). */
static int play_client(struct arena *a, int argc, char **argv)
{
    char **all = NEW_ARRAY(a, char *, (size_t)argc + 2);
    all[0] = argv[-1];
    all[1] = str_z(a, STR("client"));
    all[2] = str_z(a, STR("acmespec"));
    for (int i = 1; i < argc; i++)
        all[i + 2] = argv[i];
    return cmd_client(a, argc + 1, all + 1);
}

/* What the words ask for. */
struct choice {
    bool server, client; /* which suites */
};

/* Takes --suite out of the words; false when it names no suite. */
static bool take_suite(int *argc, char **argv, struct choice *choice)
{
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        bool apart = strcmp(argv[i], "--suite") == 0 && i + 1 < *argc;
        if (!apart && strncmp(argv[i], "--suite=", 8) != 0) {
            argv[kept++] = argv[i];
            continue;
        }
        str suite = str_of(apart ? argv[++i] : argv[i] + 8);
        choice->server = str_is(suite, "server");
        choice->client = str_is(suite, "client");
        if (!choice->server && !choice->client)
            return false;
    }
    *argc = kept;
    return true;
}

/* The options and scenario names, whichever of the suites they are of. */
static bool read_words(struct arena *a, int argc, char **argv, struct run_options *run,
                       struct strs *names, struct err *err)
{
    struct server_options server = { .run.repeat = 1 };
    struct client_options_given client = { .run.repeat = 1 };
    struct strs none = { 0 };
    struct err other;
    *names = none;
    if (options_read(a, server_rows, server_row_count, argc, argv, &server, names, err)) {
        *run = server.run;
        return true;
    }
    *names = none;
    if (!options_read(a, client_rows, client_row_count, argc, argv, &client, names,
                      &other))
        return false;
    *run = client.run;
    return true;
}

static bool writes_report(const struct run_options *run)
{
    return run->junit.len || run->results.len || run->html.len || run->rerun_failed;
}

/* Without --suite the scenarios say which; without any it is both, and a file holds the
 * report of one. */
static bool choose(struct arena *a, int argc, char **argv, struct choice *choice,
                   struct err *err)
{
    struct run_options run;
    struct strs names;
    size_t clients = 0;
    if (choice->server || choice->client)
        return true;
    if (!read_words(a, argc, argv, &run, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++)
        clients +=
            str_is(names.item[i], "client") || str_starts(names.item[i], "client/");
    choice->client = names.count == 0 || clients > 0;
    choice->server = names.count == 0 || clients < names.count;
    if (names.count && choice->client && choice->server)
        return err_set(err, "these scenarios are of both suites; name those of one");
    if (choice->client && choice->server && writes_report(&run))
        return err_set(err, "a report is of one suite: say --suite server, or client");
    return true;
}

/* Of both suites: what is wrong with one; nothing was played only when that holds of
 * both.
 */
static int worse_of(int one, int other)
{
    if (one == EXIT_NOTHING_RUN || (one == EXIT_CONFORMS && other != EXIT_NOTHING_RUN))
        return other;
    return one;
}

int cmd_selftest(struct arena *a, int argc, char **argv)
{
    struct choice choice = { false, false };
    struct err err;
    if (asks_for(argc, argv, "--bugs", "--bugs"))
        return cmd_selftest_bugs(a, argc, argv);
    if (asks_for(argc, argv, "--help", "-h")) {
        puts(
            "usage: acmespec selftest [option...] [SCENARIO...]\n"
            "       acmespec selftest --bugs [option...] [BUG...]\n\n"
            "Plays the server suite against the correct mock CA of this program, and the "
            "client\nsuite against its mock client: both, or that of --suite, or of the "
            "scenarios.  Takes\nwhat acmespec server takes, but for the URL, or what "
            "acmespec client takes.  With\n--bugs it proves the suites: see acmespec "
            "selftest --bugs --help.\n\n"
            "      --suite S            server or client\n");
        options_print(server_rows, server_row_count);
        return EXIT_CONFORMS;
    }
    if (!take_suite(&argc, argv, &choice))
        return usage_error("--suite is server or client");
    if (!choose(a, argc, argv, &choice, &err))
        return usage_error(err.text);
    int server = choice.server ? play_server(a, argc, argv) : EXIT_NOTHING_RUN;
    int client = choice.client ? play_client(a, argc, argv) : EXIT_NOTHING_RUN;
    return choice.server && choice.client ? worse_of(server, client)
        : choice.server                   ? server
                                          : client;
}
