/* SPDX-License-Identifier: MIT */
/* `acmespec selftest`: the server suite against the correct mock CA of this program,
 * which has to be decided and green.  The mock is a process of its own, as a CA is: it
 * ends when the pipe that this process holds is closed, however this process ends. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "commands.h"
#include "crypto/b64url.h"
#include "mocks/ca.h"
#include "mocks/ports.h"
#include "options.h"
#include "server_options.h"

enum { PORT_DNS, PORT_HTTP, PORT_TLS, PORT_COUNT };

struct selftest {
    struct arena *arena;
    int port[PORT_COUNT];
    str root; /* file of the mock's root certificate */
    str url;
    int hold; /* the mock lives as long as this end of the pipe is open */
    pid_t pid;
};

/* What scenarios/profiles/mock.acme declares; a second try after a failed validation
 * comes late enough to see what is told meanwhile, and lists of orders go on. */
static struct ca *start_ca(const struct selftest *s, struct err *err)
{
    static struct ca_eab eab[2];
    struct ca_options options = { .dns_server = "127.0.0.1",
                                  .dns_port = s->port[PORT_DNS],
                                  .http_port = s->port[PORT_HTTP],
                                  .tls_port = s->port[PORT_TLS],
                                  .eab = eab,
                                  .eab_count = countof(eab),
                                  .attempts = 2,
                                  .retry_ms = 2000,
                                  .page = 3 };
    eab[0].kid = STR("acmespec-1");
    eab[0].mac_key = STR("acmespec peers key, not secret!!");
    eab[1].kid = STR("acmespec-2");
    eab[1].mac_key = STR("second acmespec key, not secret!");
    return ca_new(s->arena, &options, err);
}

/* Tells the directory's URL, or "!" and why there is none; then waits for the other end.
 */
static void be_ca(const struct selftest *s, int say, int hold)
{
    struct err err;
    char byte;
    /* An interrupt from the terminal is for the run; what it asks to the end is answered.
     */
    (void)signal(SIGINT, SIG_IGN);
    struct ca *ca = start_ca(s, &err);
    bool good = ca && file_write(s->root.ptr, ca_root_pem(ca), &err);
    str line = good ? ca_directory_url(ca) : arena_printf(s->arena, "!%s", err.text);
    file_write_all(say, line);
    close(say);
    while (good && read(hold, &byte, 1) > 0)
        continue;
    if (ca)
        ca_stop(ca);
    _exit(0);
}

static bool hear_url(struct selftest *s, int from, struct err *err)
{
    char text[512];
    size_t length = 0;
    ssize_t got;
    while (length < sizeof text
           && (got = read(from, text + length, sizeof text - length)) > 0)
        length += (size_t)got;
    close(from);
    s->url = str_copy(s->arena, (str){ text, length });
    if (length == 0)
        return err_set(err, "the mock CA ended before it listened");
    return text[0] != '!'
        || err_set(err, "the mock CA did not start: %s", s->url.ptr + 1);
}

static bool start_mock(struct selftest *s, struct err *err)
{
    int say[2], hold[2];
    if (pipe(say) != 0)
        return err_set(err, "there are no pipes left");
    if (pipe(hold) != 0) {
        close(say[0]);
        close(say[1]);
        return err_set(err, "there are no pipes left");
    }
    fflush(stdout);
    s->pid = fork();
    if (s->pid == 0) {
        close(say[0]);
        close(hold[1]);
        be_ca(s, say[1], hold[0]);
    }
    close(say[1]);
    close(hold[0]);
    s->hold = hold[1];
    return (s->pid > 0 || err_set(err, "no process can be started"))
        && hear_url(s, say[0], err);
}

/* The command line of `acmespec server` that judges the mock; what the user gave comes
 * last, so it counts. */
static int judge(struct selftest *s, int argc, char **argv)
{
    struct arena *a = s->arena;
    str line[] = {
        str_of(argv[-1]),
        STR("server"),
        s->url,
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

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

int cmd_selftest(struct arena *a, int argc, char **argv)
{
    struct selftest s = { .arena = a, .hold = -1 };
    struct err err;
    str folder;
    if (asks_for_help(argc, argv)) {
        puts("usage: acmespec selftest [option...] [SCENARIO...]\n\n"
             "Plays the server suite against the correct mock CA of this program.  Takes "
             "what\nacmespec server takes, but for the URL.\n");
        options_print(server_rows, server_row_count);
        return EXIT_CONFORMS;
    }
    int status;
    bool good = ports_choose(s.port, PORT_COUNT, &err) && file_temp_dir(a, &folder, &err);
    if (good)
        s.root = arena_printf(a, "%.*s/root.pem", STR_ARG(folder));
    if (good && start_mock(&s, &err))
        status = judge(&s, argc, argv);
    else
        status = command_failed(EXIT_OUR_FAULT, &err);
    if (s.hold >= 0)
        close(s.hold);
    /* The relay holds the pipe, too, until the arena ends. */
    if (s.pid > 0 && kill(s.pid, SIGTERM) == 0)
        waitpid(s.pid, NULL, 0);
    return status;
}
