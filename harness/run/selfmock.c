/* SPDX-License-Identifier: MIT */
/* Forks a mock CA that tells through a pipe where it is. */
#include "run/selfmock.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "engine/rules.h"
#include "run/mock_control.h"

/* The hooks of its profile come to it as to any mock CA. */
static struct ca *start_controlled(struct arena *a, struct ca_options *options,
                                   struct err *err)
{
    static const struct rules_read none;
    struct rules *rules = rules_new(a, NULL, 0);
    struct mock_control *control = mock_control_new(a, rules, &none, false);
    mock_control_hook(control, options);
    rules_hook(rules, options);
    struct ca *ca = ca_new(a, options, err);
    if (!ca)
        return NULL;
    rules_attach(rules, ca);
    mock_control_attach(control, ca);
    return ca;
}

/* A second try after a failed validation comes late enough to see what is told meanwhile,
 * and lists of orders go on. */
static struct ca *start_ca(struct arena *a, const struct selfmock_options *o,
                           struct err *err)
{
    static struct ca_eab eab[2];
    struct ca_options options = { .dns_server = "127.0.0.1",
                                  .dns_port = o->dns_port,
                                  .http_port = o->http_port,
                                  .tls_port = o->tls_port,
                                  .eab = eab,
                                  .eab_count = countof(eab),
                                  .eab_required = o->eab_required,
                                  .attempts = 2,
                                  .retry_ms = 4000,
                                  .page = 3,
                                  .limits = { { RESOURCE_NEW_ORDER, 40, 3 },
                                              { RESOURCE_NEW_ORDER, 40, 6 } },
                                  .bugs = o->bugs };
    strs_add(a, &options.blocked, STR("refused.test"));
    eab[0].kid = STR("acmespec-1");
    eab[0].mac_key = STR("acmespec peers key, not secret!!");
    eab[1].kid = STR("acmespec-2");
    eab[1].mac_key = STR("second acmespec key, not secret!");
    return start_controlled(a, &options, err);
}

/* Tells the directory's URL and the root, or "!" and why there is none; then waits for
 * the other end. */
static _Noreturn void be_ca(struct arena *a, const struct selfmock_options *o, int say,
                            int hold)
{
    struct err err = { "" };
    char byte;
    /* What the terminal sends is for the run; what that asks to the end is answered. */
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGTERM, SIG_DFL);
    struct ca *ca = start_ca(a, o, &err);
    file_write_all(say,
                   ca ? arena_printf(a, "%.*s\n%.*s", STR_ARG(ca_directory_url(ca)),
                                     STR_ARG(ca_root_pem(ca)))
                      : arena_printf(a, "!%s", err.text));
    close(say);
    while (ca && read(hold, &byte, 1) > 0)
        continue;
    if (ca)
        ca_stop(ca);
    _exit(0);
}

static bool hear(struct arena *a, int from, struct selfmock *m, struct err *err)
{
    char piece[4096];
    ssize_t got;
    struct buf heard = buf_new(a, CEILING_LINE);
    while ((got = read(from, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR))
        if (got > 0)
            buf_add(&heard, (str){ piece, (size_t)got });
    close(from);
    m->root_pem = buf_str(&heard);
    if (str_starts(m->root_pem, "!"))
        return err_set(err, "the mock CA did not start: %s", m->root_pem.ptr + 1);
    return str_cut(&m->root_pem, '\n', &m->url)
        || err_set(err, "the mock CA ended before it listened");
}

static bool make_pipes(int say[2], int hold[2], struct err *err)
{
    if (pipe(say) != 0)
        return err_set(err, "there are no pipes left");
    if (pipe(hold) == 0)
        return true;
    close(say[0]);
    close(say[1]);
    return err_set(err, "there are no pipes left");
}

bool selfmock_start(struct arena *a, const struct selfmock_options *options,
                    struct selfmock *out, struct err *err)
{
    int say[2], hold[2];
    *out = (struct selfmock){ .hold = -1 };
    if (!make_pipes(say, hold, err))
        return false;
    fflush(stdout);
    out->pid = fork();
    if (out->pid == 0) {
        close(say[0]);
        close(hold[1]);
        be_ca(a, options, say[1], hold[0]);
    }
    close(say[1]);
    close(hold[0]);
    out->hold = hold[1];
    if (out->pid < 0) {
        close(say[0]);
        return err_set(err, "no process can be started");
    }
    return hear(a, say[0], out, err);
}

void selfmock_stop(struct selfmock *m)
{
    if (m->hold >= 0)
        close(m->hold);
    m->hold = -1;
    /* Plays that are winding up hold the pipe, too. */
    if (m->pid > 0 && kill(m->pid, SIGTERM) == 0)
        while (waitpid(m->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    m->pid = 0;
}
