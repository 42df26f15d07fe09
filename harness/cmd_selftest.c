/* SPDX-License-Identifier: MIT */
/* `acmespec selftest`: the server suite against the correct mock CA of this program, and
 * the client suite against its mock client, which have to be decided and green.  With
 * --bugs: see cmd_selftest_bugs.c. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
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

/* Which suite the words are about: --suite, which is taken out of them, or a scenario's
 * name; both when there are none but of how much is printed. */
static str suite_of(int *argc, char **argv)
{
    str suite = STR_NONE;
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        bool apart = strcmp(argv[i], "--suite") == 0 && i + 1 < *argc;
        if (apart || strncmp(argv[i], "--suite=", 8) == 0) {
            suite = str_of(apart ? argv[++i] : argv[i] + 8);
            continue;
        }
        bool loudness = strcmp(argv[i], "-q") == 0 || strcmp(argv[i], "-v") == 0;
        if (!suite.len && !loudness)
            suite = strncmp(argv[i], "client/", 7) == 0 ? STR("client") : STR("server");
        argv[kept++] = argv[i];
    }
    *argc = kept;
    return suite;
}

int cmd_selftest(struct arena *a, int argc, char **argv)
{
    if (asks_for(argc, argv, "--bugs", "--bugs"))
        return cmd_selftest_bugs(a, argc, argv);
    if (asks_for(argc, argv, "--help", "-h")) {
        puts(
            "usage: acmespec selftest [option...] [SCENARIO...]\n"
            "       acmespec selftest --bugs [option...] [BUG...]\n\n"
            "Plays the server suite against the correct mock CA of this program, and the "
            "client\nsuite against its mock client: both, or that of --suite, or of the "
            "scenarios.  Takes\nwhat acmespec server takes, but for the URL.  With "
            "--bugs "
            "it proves the suites: see\nacmespec selftest --bugs --help.\n");
        options_print(server_rows, server_row_count);
        return EXIT_CONFORMS;
    }
    str suite = suite_of(&argc, argv);
    if (suite.len && !str_is(suite, "server") && !str_is(suite, "client"))
        return usage_error("--suite is server or client");
    int status = str_is(suite, "client") ? EXIT_CONFORMS : play_server(a, argc, argv);
    if (status != EXIT_CONFORMS || str_is(suite, "server"))
        return status;
    return play_client(a, argc, argv);
}
