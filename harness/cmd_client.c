/* SPDX-License-Identifier: MIT */
/* `acmespec client NAME`, `acmespec client -- COMMAND...`: plays the CA against a client
 * and judges it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "client_options.h"
#include "clients.h"
#include "commands.h"
#include "engine/sandbox.h"
#include "peer.h"
#include "run/outcome.h"
#include "script/library.h"
#include "session.h"

enum { MOST_PATIENCE = 100 };

/* Words of the command behind `--`, which ends the options. */
static struct strs command_of(struct arena *a, int *argc, char **argv)
{
    struct strs words = { 0 };
    int at = 1;
    while (at < *argc && strcmp(argv[at], "--") != 0)
        at++;
    for (int i = at + 1; i < *argc; i++)
        strs_add(a, &words, str_of(argv[i]));
    *argc = at;
    return words;
}

/* " -- COMMAND word..." for a shell. */
static str behind_of(struct arena *a, const struct strs *command)
{
    struct buf b = buf_new(a, CEILING_LINE);
    for (size_t i = 0; i < command->count; i++) {
        buf_add(&b, i ? STR(" ") : STR(" -- "));
        buf_add_shell(&b, command->item[i]);
    }
    return buf_str(&b);
}

static bool adapt_command(struct arena *a, const struct client_options_given *o,
                          const struct strs *command, struct adapter *out,
                          struct err *err)
{
    str type = o->challenge.len ? o->challenge : STR("http-01");
    int challenge = name_find(challenge_names, CHALLENGE_COUNT, type);
    if (challenge < 0)
        return err_set(err, "--challenge is http-01, dns-01 or tls-alpn-01");
    adapter_of_command(a, command, (enum challenge_type)challenge, out);
    out->about = STR("a command line");
    out->webroot = o->webroot;
    if (o->certificate.len)
        out->certificate = arena_printf(a, "\"%.*s\"", STR_ARG(o->certificate));
    if (o->key.len)
        out->key = arena_printf(a, "\"%.*s\"", STR_ARG(o->key));
    return true;
}

static bool read_adapter(struct session *s, str name, struct adapter *out,
                         struct err *err)
{
    struct mistakes m = { .arena = s->arena };
    bool good = clients_find(s->arena, s->library->root, name, out, &m, err);
    return session_mended(good, &m, err);
}

/* Whether plays run in sandboxes; what needs one is skipped with the reason where none
 * can be had. */
static bool settle_sandbox(struct session *s, str how, str *why_not, struct err *err)
{
    *why_not = STR("--sandbox=off");
    if (str_is(how, "off"))
        return true;
    s->target.sandboxed = sandbox_possible(s->arena, why_not);
    return s->target.sandboxed || !str_is(how, "require")
        || err_set(err, "there can be no sandbox: %.*s", STR_ARG(*why_not));
}

static str why_no_sandbox(const struct session *s)
{
    return s->target.offered[capability_find(STR("sandbox"))].reason;
}

static bool begin(struct session *s, struct err *err)
{
    const struct adapter *adapter = s->target.adapter;
    if (adapter->needs_sandbox && !s->target.sandboxed)
        return err_set(err,
                       "%.*s can only be tested in a sandbox, and there is none: %.*s",
                       STR_ARG(adapter->name), STR_ARG(why_no_sandbox(s)));
    const struct standing *standing = s->context;
    if (!standing->here)
        return err_set(err, "%s", standing->why.text);
    return (!s->target.sandboxed || clients_keep(s->arena, adapter, &s->target.keep, err))
        && file_temp_dir(s->arena, &s->target.folder, err);
}

static str name_for_reports(const struct session *s, str version)
{
    str name = s->target.adapter->name;
    if (version.len && !str_eq(version, name))
        name = arena_printf(s->arena, "%.*s (%.*s)", STR_ARG(name), STR_ARG(version));
    return s->target.sandboxed ? name
                               : arena_printf(s->arena, "%.*s, without a sandbox: %.*s",
                                              STR_ARG(name), STR_ARG(why_no_sandbox(s)));
}

static int print_help(void)
{
    puts("usage: acmespec client NAME [option...] [SCENARIO...]\n"
         "       acmespec client [option...] [SCENARIO...] -- COMMAND [word...]\n"
         "       acmespec client --list\n\n"
         "Plays the CA against an ACME client and judges it, sentence by sentence of the "
         "RFC.\nNAME is an adapter of scenarios/clients, or a file like them.  A COMMAND "
         "is started in the\nfolder where you are, and writes to ${work} and /tmp "
         "alone when it is in a sandbox; in\nits words these are replaced:\n");
    for (size_t i = 0; i < adapter_variable_count; i++)
        printf("  ${%s}%*s %s\n", adapter_variables[i].name,
               (int)(12 - strlen(adapter_variables[i].name)), "",
               adapter_variables[i].help);
    puts("");
    options_print(client_rows, client_row_count);
    return EXIT_CONFORMS;
}

static int list_clients(struct arena *a)
{
    struct err err;
    str root;
    if (!library_root(a, &root, &err))
        return command_failed(EXIT_USAGE, &err);
    return clients_list(a, root);
}

/* Checks what the table of options cannot. */
static const char *what_is_wrong(const struct client_options_given *o,
                                 const struct strs *words, const struct strs *command)
{
    str how = o->sandbox;
    if (words->count == 0 && command->count == 0)
        return "client wants the name of a client, or -- and its command line";
    if (how.len && !str_is(how, "auto") && !str_is(how, "require") && !str_is(how, "off"))
        return "--sandbox is auto, require or off";
    if (o->patience < 1 || o->patience > MOST_PATIENCE)
        return "--patience is a number from 1 to 100";
    if (!command->count
        && (o->challenge.len || o->webroot || o->certificate.len || o->key.len))
        return "--challenge, --webroot, --certificate and --key are about a command "
               "behind "
               "--; an adapter says these itself";
    return NULL;
}

static bool is_client_name(struct session *s, str name)
{
    struct mistakes m = { .arena = s->arena };
    struct adapter adapter;
    struct err ignored;
    return clients_find(s->arena, s->library->root, name, &adapter, &m, &ignored);
}

/* Reads all that was named and makes the plan; false with the sentence. */
static bool prepare(struct session *s, const struct client_options_given *o,
                    const struct strs *words, const struct strs *command,
                    struct adapter *adapter, struct err *err)
{
    struct strs names = *words;
    str why_not;
    if (!command->count) {
        names.item++;
        names.count--;
    }
    if (!session_read(s, &names, err))
        return false;
    if (command->count && words->count && is_client_name(s, words->item[0]))
        return err_set(err, "%.*s is the name of a client: say it, or a command line",
                       STR_ARG(words->item[0]));
    bool good = command->count ? adapt_command(s->arena, o, command, adapter, err)
                               : read_adapter(s, words->item[0], adapter, err);
    if (!good || !session_plan(s, &names, err)
        || !settle_sandbox(s, o->sandbox, &why_not, err))
        return false;
    s->target.run = session_label(s);
    s->target.profile.deadline_factor = o->patience;
    clients_target(s->arena, adapter, why_not, &s->target);
    return true;
}

int cmd_client(struct arena *a, int argc, char **argv)
{
    struct client_options_given o = { .run.repeat = 1, .patience = 1 };
    struct session s = { .arena = a,
                         .suite = "client",
                         .options = &o.run,
                         .jobs = 2 * sysconf(_SC_NPROCESSORS_ONLN),
                         .command = session_command(a, argc, argv) };
    struct adapter adapter;
    struct standing standing;
    struct strs words = { 0 }, command = command_of(a, &argc, argv);
    struct err err;
    if (!options_read(a, client_rows, client_row_count, argc, argv, &o, &words, &err))
        return usage_error(err.text);
    if (o.run.help)
        return print_help();
    if (o.run.list && words.count == 0 && command.count == 0)
        return list_clients(a);
    const char *wrong = what_is_wrong(&o, &words, &command);
    if (wrong)
        return usage_error(wrong);
    if (!run_options_fit(a, &o.run, &words, &err))
        return usage_error(err.text);
    if (!prepare(&s, &o, &words, &command, &adapter, &err))
        return command_failed(EXIT_USAGE, &err);
    if (o.run.list)
        return session_list(&s);
    s.name = adapter.name;
    if (s.plan.count == 0)
        return session_nothing(&s);
    clients_look(a, &adapter, &standing);
    s.context = &standing;
    s.name = name_for_reports(&s, standing.here ? standing.version : STR_NONE);
    s.again =
        peer_reproduce(a, argc, argv, client_rows, client_row_count, !command.count);
    s.behind = behind_of(a, &command);
    return session_play(&s, begin);
}
