/* SPDX-License-Identifier: MIT */
/* `acmespec new server/7.4-finalize/csr-too-weak`: the skeleton of a scenario. */
#include <ctype.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"
#include "commands.h"
#include "options.h"
#include "script/library.h"

static const char client_skeleton[] =
    "# Why this scenario exists, and which bug turns it red.\n"
    "\n"
    "scenario  A sentence that is true of a correct client\n"
    "suite     client\n"
    "rule      %.*s\n"
    "needs     http-01\n"
    "\n"
    "on newOrder first\n"
    "  reply   503 serverInternal\n"
    "  retry-after 1s\n"
    "\n"
    "run obtain ${domain} over http-01\n"
    "should client issued or gave-up\n"
    "  rule    house\n";

static const char skeleton[] = "# Why this scenario exists, and which bug turns it red.\n"
                               "\n"
                               "scenario  A sentence that is true of a correct peer\n"
                               "suite     server\n"
                               "rule      %.*s\n"
                               "\n"
                               "given account alice\n"
                               "\n"
                               "post newOrder as alice\n"
                               "  payload  { \"identifiers\": [ { \"type\": \"dns\", "
                               "\"value\": \"${domain}\" } ] }\n"
                               "must 201\n"
                               "  header   Location matches absolute-url\n";

/* "7.4" of "server/7.4-finalize/csr-too-weak", "rfc9773" of a folder of that RFC's. */
static str section_of(str name)
{
    str folder = STR_NONE, piece, section;
    for (str rest = name; str_cut(&rest, '/', &piece) && rest.len;)
        folder = piece;
    str_cut(&folder, '-', &section);
    return section;
}

/* An entry of the section that a must of the suite can rest on; without one, the sentence
 * that the skeleton itself is about. */
static str rule_for(const struct requirements *all, str section, const char *suite)
{
    for (size_t i = 0; i < all->count && section.len; i++) {
        const struct requirement *r = &all->item[i];
        bool binds = str_is(r->binds, suite) || str_is(r->binds, "both");
        if (binds && level_binds(r->level) && id_is_of(r->id, section))
            return r->id;
    }
    return strcmp(suite, "client") == 0 ? STR("rfc8555-7.4-1") : STR("rfc8555-7.4-12");
}

/* Below the library a name is one that every shell and URL takes, and leads nowhere else.
 */
static bool is_plain(str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum((unsigned char)name.ptr[i]) && !strchr("-_./", name.ptr[i]))
            return false;
    return !str_contains(name, STR("..")) && !str_contains(name, STR("//"))
        && !str_ends(name, "/");
}

/* Where the scenario of that name comes to lie. */
static bool find_path(struct arena *a, const char *name, str root, str *path,
                      struct err *err)
{
    *path = str_of(name);
    bool shipped = str_starts(*path, "client/") || str_starts(*path, "server/");
    if (!shipped && !str_starts(*path, "./") && !str_starts(*path, "/"))
        return err_set(err,
                       "a scenario's name begins with server/ or client/, as in "
                       "server/7.4-finalize/csr-too-weak");
    if (shipped && !is_plain(*path))
        return err_set(err, "a scenario's name has letters, digits and - _ . only");
    if (shipped)
        *path = arena_printf(a, "%.*s/%s", STR_ARG(root), name);
    if (!str_ends(*path, ".acme"))
        *path = arena_printf(a, "%.*s.acme", STR_ARG(*path));
    return !file_exists(path->ptr)
        || err_set(err, "%.*s is there already", STR_ARG(*path));
}

static bool write_skeleton(struct arena *a, const char *name, struct err *err)
{
    struct mistakes m = { .arena = a };
    str root, path;
    if (!library_root(a, &root, err) || !find_path(a, name, root, &path, err))
        return false;
    str catalogue = arena_printf(a, "%.*s/requirements", STR_ARG(root));
    const struct requirements *all = requirements_read(a, catalogue.ptr, &m, err);
    if (!all)
        return false;
    bool client = str_starts(str_of(name), "client/");
    str rule = rule_for(all, section_of(path), client ? "client" : "server");
    str text = client ? arena_printf(a, client_skeleton, STR_ARG(rule))
                      : arena_printf(a, skeleton, STR_ARG(rule));
    if (!file_make_parents(path.ptr, err) || !file_write(path.ptr, text, err))
        return false;
    printf("%.*s\n", STR_ARG(path));
    return true;
}

int cmd_new(struct arena *a, int argc, char **argv)
{
    struct strs words = { 0 };
    struct err err;
    bool help;
    if (!options_help(a, argc, argv, &help, &words, &err))
        return usage_error(err.text);
    if (help || words.count != 1) {
        puts("usage: acmespec new SCENARIO\n\nWrites the skeleton of a scenario, such as "
             "server/7.4-finalize/csr-too-weak, and prints its path.");
        return help ? EXIT_CONFORMS : EXIT_USAGE;
    }
    return write_skeleton(a, words.item[0].ptr, &err) ? EXIT_CONFORMS
                                                      : usage_error(err.text);
}
