/* SPDX-License-Identifier: MIT */
/* Finds and reads all files of a library. */
#include "script/library.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"

#ifndef ACMESPEC_SOURCE_DIR
#define ACMESPEC_SOURCE_DIR ""
#endif
#ifndef ACMESPEC_DATADIR
#define ACMESPEC_DATADIR "/usr/local/share/acmespec"
#endif

static bool is_root(struct arena *a, const char *folder)
{
    return *folder && file_is_dir(arena_printf(a, "%s/requirements", folder).ptr);
}

bool library_root(struct arena *a, str *root, struct err *err)
{
    static const char *const places[] = { ACMESPEC_SOURCE_DIR "/scenarios",
                                          ACMESPEC_DATADIR "/scenarios" };
    const char *named = getenv("ACMESPEC_SCENARIOS");
    if (named && *named) {
        *root = str_copy(a, str_of(named));
        return is_root(a, named)
            || err_set(err, "ACMESPEC_SCENARIOS names %s, which holds no requirements/",
                       named);
    }
    for (size_t i = 0; i < countof(places); i++)
        if (is_root(a, places[i])) {
            *root = str_of(places[i]);
            return true;
        }
    return err_set(
        err,
        "the scenarios are not found: set ACMESPEC_SCENARIOS to the folder that "
        "holds requirements/ and server/");
}

/* "server/6.5-nonces/reused" of ".../scenarios/server/6.5-nonces/reused.acme". */
static str name_of(struct arena *a, str root, str path)
{
    str name = path;
    if (root.len && str_starts(path, root.ptr) && path.ptr[root.len] == '/')
        name = str_from(path, root.len + 1);
    while (str_starts(name, "./"))
        name = str_from(name, 2);
    if (str_ends(name, ".acme"))
        name = str_upto(name, name.len - 5);
    return str_copy(a, name);
}

static bool add_file(struct arena *a, struct library *l, str path, struct mistakes *m,
                     struct err *err)
{
    str text;
    if (!file_read(a, path.ptr, CEILING_SCRIPT, &text, err))
        return false;
    str name = name_of(a, l->root, path);
    if (library_find(l, name))
        return true;
    struct scenario *s = scenario_read(a, name, path.ptr, text, l->requirements, m);
    if (!s)
        return true;
    l->scenario = GROW(a, l->scenario, l->count, struct scenario *);
    l->scenario[l->count++] = s;
    return true;
}

bool library_add(struct arena *a, struct library *library, const char *path,
                 struct mistakes *m, struct err *err)
{
    struct strs files = { 0 };
    if (!file_list(a, path, ".acme", &files, err))
        return false;
    for (size_t i = 0; i < files.count; i++)
        if (!add_file(a, library, files.item[i], m, err))
            return false;
    return true;
}

static bool add_suite(struct arena *a, struct library *l, const char *suite,
                      struct mistakes *m, struct err *err)
{
    str path = arena_printf(a, "%.*s/%s", STR_ARG(l->root), suite);
    return !file_is_dir(path.ptr) || library_add(a, l, path.ptr, m, err);
}

struct library *library_read(struct arena *a, str root, const char *suite,
                             struct mistakes *m, struct err *err)
{
    struct library *l = NEW(a, struct library);
    l->root = root;
    str catalogue = arena_printf(a, "%.*s/requirements", STR_ARG(root));
    str watches = arena_printf(a, "%.*s/watches", STR_ARG(root));
    l->requirements = requirements_read(a, catalogue.ptr, m, err);
    if (!l->requirements)
        return NULL;
    l->watches = file_is_dir(watches.ptr)
        ? watches_read(a, watches.ptr, l->requirements, m, err)
        : NEW(a, struct watches);
    if (!l->watches)
        return NULL;
    bool ok = *suite
        ? add_suite(a, l, suite, m, err)
        : add_suite(a, l, "server", m, err) && add_suite(a, l, "client", m, err);
    return ok ? l : NULL;
}

const struct scenario *library_find(const struct library *library, str name)
{
    for (size_t i = 0; i < library->count; i++)
        if (str_eq(library->scenario[i]->name, name))
            return library->scenario[i];
    return NULL;
}
