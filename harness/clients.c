/* SPDX-License-Identifier: MIT */
/* Adapters by name, and the programs that they need. */
#define _DEFAULT_SOURCE
#include "clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "acme/show.h"
#include "base/buf.h"
#include "base/file.h"
#include "engine/child.h"
#include "engine/sandbox.h"
#include "options.h"
#include "run/outcome.h"
#include "script/verbs.h"

enum { VERSION_MS = 60000, VERSION_LENGTH = 100 };

static str folder_of(struct arena *a, str root)
{
    return arena_printf(a, "%.*s/clients", STR_ARG(root));
}

/* "certbot" of ".../clients/certbot.acme". */
static str name_of(str folder, str path)
{
    str file = str_from(path, folder.len + 1);
    return str_upto(file, file.len - strlen(".acme"));
}

static bool unknown(struct arena *a, str folder, str name, struct err *err)
{
    struct strs files = { 0 };
    if (!file_list(a, folder.ptr, ".acme", &files, err))
        return false;
    const char **names = NEW_ARRAY(a, const char *, files.count);
    for (size_t i = 0; i < files.count; i++)
        names[i] = str_z(a, name_of(folder, files.item[i]));
    str near = name_did_you_mean(a, names, files.count, name);
    return err_set(err,
                   "there is no client %.*s%.*s acmespec client --list shows them, and "
                   "`-- COMMAND` takes any",
                   STR_ARG(name), STR_ARG(near.len ? near : STR(";")));
}

bool clients_find(struct arena *a, str root, str name, struct adapter *out,
                  struct mistakes *m, struct err *err)
{
    str folder = folder_of(a, root);
    str path = str_ends(name, ".acme")
        ? name
        : arena_printf(a, "%.*s/%.*s.acme", STR_ARG(folder), STR_ARG(name));
    if (!file_exists(path.ptr))
        return unknown(a, folder, name, err);
    return adapter_read(a, path.ptr, out, m, err);
}

/* As a shell looks a program up; empty: there is none. */
static str in_path(struct arena *a, str program)
{
    const char *path = getenv("PATH");
    str rest = str_of(path ? path : "/usr/bin:/bin"), folder;
    if (str_contains(program, STR("/")))
        return access(str_z(a, program), X_OK) == 0 ? program : STR_NONE;
    while (rest.len) {
        str_cut(&rest, ':', &folder);
        str file = arena_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(program));
        if (access(file.ptr, X_OK) == 0)
            return file;
    }
    return STR_NONE;
}

static bool is_missing(const struct adapter *adapter, str what, struct err *err)
{
    return err_set(err, "%.*s is not here: %.*s%s%.*s", STR_ARG(adapter->name),
                   STR_ARG(what), adapter->install.len ? "; it is had by: " : "",
                   STR_ARG(adapter->install));
}

static bool has_programs(struct arena *a, const struct adapter *adapter, struct err *err)
{
    for (size_t i = 0; i < adapter->programs.count; i++)
        if (!in_path(a, adapter->programs.item[i]).len)
            return is_missing(adapter,
                              arena_printf(a, "no program %.*s in PATH",
                                           STR_ARG(adapter->programs.item[i])),
                              err);
    return true;
}

/* A library is not in PATH: only its version tells that it is here. */
static bool tells_version(struct arena *a, const struct adapter *adapter, str *version,
                          struct err *err)
{
    struct child_end end;
    struct child_run run = { .line = adapter->version, .deadline_ms = VERSION_MS };
    str line = STR_NONE;
    *version = STR_NONE;
    if (!adapter->version.len)
        return true;
    child_run(a, &run, &end);
    str rest = str_trim(end.output);
    str_cut(&rest, '\n', &line);
    *version = show_clean(a, str_upto(str_trim(line), VERSION_LENGTH));
    return (end.fate == CHILD_EXITED && end.exit_code == 0)
        || is_missing(adapter,
                      arena_printf(a, "asked for its version by `%.*s`, it %.*s",
                                   STR_ARG(adapter->version),
                                   STR_ARG(child_says(a, &run, &end))),
                      err);
}

void clients_look(struct arena *a, const struct adapter *adapter, struct standing *out)
{
    *out = (struct standing){ .version = STR_NONE };
    out->here = has_programs(a, adapter, &out->why)
        && tells_version(a, adapter, &out->version, &out->why);
}

/* Its folder, where a sandbox would cover that. */
static bool keep_folder_of(struct arena *a, str program, struct strs *keep,
                           struct err *err)
{
    char *real = realpath(str_z(a, program), NULL);
    str path = real ? str_copy(a, str_of(real)) : STR_NONE;
    const char *cover = sandbox_cover(path);
    free(real);
    if (!cover)
        return true;
    size_t end = path.len;
    while (end > 0 && path.ptr[end - 1] != '/')
        end--;
    if (end == strlen(cover) + 1)
        return err_set(err,
                       "%.*s lies in %s, and a sandbox has a %s of its own: put it into "
                       "a folder there, or say --sandbox=off",
                       STR_ARG(program), cover, cover);
    strs_add(a, keep, str_copy(a, str_upto(path, end - 1)));
    return true;
}

bool clients_keep(struct arena *a, const struct adapter *adapter, struct strs *keep,
                  struct err *err)
{
    char cwd[4096];
    if (getcwd(cwd, sizeof cwd))
        strs_add(a, keep, str_copy(a, str_of(cwd)));
    for (size_t i = 0; i < adapter->programs.count; i++)
        if (!keep_folder_of(a, in_path(a, adapter->programs.item[i]), keep, err))
            return false;
    return keep_folder_of(a, STR("/proc/self/exe"), keep, err);
}

/* What nobody has to offer, since it is known from something else. */
static bool knows_files(const struct target *t)
{
    return t->adapter->certificate.len > 0;
}

static bool has_webroot(const struct target *t)
{
    return t->adapter->webroot;
}

static bool is_server(const struct target *t)
{
    return !t->adapter->webroot && t->adapter->obtain[CHALLENGE_HTTP_01].len > 0;
}

static bool is_sandboxed(const struct target *t)
{
    return t->sandboxed;
}

static const struct known {
    const char *name;
    bool (*has)(const struct target *t);
    const char *why_not; /* NULL: why there is no sandbox */
} known[] = {
    { "stored-files", knows_files, "it is not known where its files land" },
    { "webroot", has_webroot,
      "it is the web server itself, and nobody sees what it would leave" },
    { "own-server", is_server, "another's web server answers the CA" },
    { "sandbox", is_sandboxed, NULL },
};

static const struct known *known_of(const char *name)
{
    for (size_t i = 0; i < countof(known); i++)
        if (strcmp(known[i].name, name) == 0)
            return &known[i];
    return NULL;
}

void clients_target(struct arena *a, const struct adapter *adapter, str why_no_sandbox,
                    struct target *t)
{
    t->adapter = adapter;
    t->zone = STR("acmespec.test");
    t->directory_url = STR_NONE;
    for (size_t i = 0; i < capability_count; i++) {
        const char *name = capabilities[i].name;
        const struct known *k = known_of(name);
        str reason = STR_NONE;
        bool yes = !k ? adapter_offers(a, adapter, str_of(name), &reason)
                      : !adapter_lacks(adapter, str_of(name), &reason) && k->has(t);
        if (k && !reason.len)
            reason = k->why_not ? str_of(k->why_not) : why_no_sandbox;
        target_offer(t, name, yes, reason);
    }
}

static void print_abilities(const struct adapter *adapter)
{
    for (int i = 0; i < CHALLENGE_COUNT; i++)
        if (adapter->obtain[i].len)
            printf(" %s", challenge_names[i]);
    for (int i = OPERATION_RENEW; i < OPERATION_COUNT; i++)
        if (adapter->command[i].len)
            printf(" %s", operation_names[i]);
    for (size_t i = 0; i < adapter->offers.count; i++)
        printf(" %.*s", STR_ARG(adapter->offers.item[i]));
    if (adapter->webroot)
        printf(" webroot");
    putchar('\n');
}

static void list_one(struct arena *a, const struct adapter *adapter)
{
    struct standing standing;
    clients_look(a, adapter, &standing);
    printf("%-16.*s %s\n", STR_ARG(adapter->name), adapter->about.ptr);
    if (standing.here)
        printf("    here%s%.*s\n", standing.version.len ? ": " : "",
               STR_ARG(standing.version));
    else
        printf("    %s\n", standing.why.text);
    printf("   ");
    print_abilities(adapter);
}

int clients_list(struct arena *a, str root)
{
    struct strs files = { 0 };
    struct mistakes m = { .arena = a };
    struct err err;
    str folder = folder_of(a, root);
    if (!file_list(a, folder.ptr, ".acme", &files, &err))
        return command_failed(EXIT_USAGE, &err);
    for (size_t i = 0; i < files.count; i++) {
        struct adapter adapter;
        if (!adapter_read(a, files.item[i].ptr, &adapter, &m, &err))
            return command_failed(EXIT_USAGE, &err);
        list_one(a, &adapter);
    }
    return EXIT_CONFORMS;
}
