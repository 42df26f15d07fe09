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
    "rule      rfc8555-%.*s-1\n"
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
                               "rule      rfc8555-%.*s-1\n"
                               "\n"
                               "given account alice\n"
                               "\n"
                               "post newOrder as alice\n"
                               "  payload  { \"identifiers\": [ { \"type\": \"dns\", "
                               "\"value\": \"${domain}\" } ] }\n"
                               "must 201\n"
                               "  header   Location matches absolute-url\n";

/* "7.4" of "server/7.4-finalize/csr-too-weak". */
static str section_of(str name)
{
    str folder = STR_NONE, rest = name, section = STR("6.5");
    if (str_cut(&rest, '/', &folder) && str_cut(&rest, '/', &folder)
        && str_cut(&folder, '-', &section) && section.len)
        return section;
    return STR("6.5");
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

static bool write_skeleton(struct arena *a, const char *name, struct err *err)
{
    str root, path = str_of(name);
    bool client = str_starts(path, "client/");
    bool shipped = client || str_starts(path, "server/");
    if (!shipped && !str_starts(path, "./") && !str_starts(path, "/"))
        return err_set(err,
                       "a scenario's name begins with server/ or client/, as in "
                       "server/7.4-finalize/csr-too-weak");
    if (shipped) {
        if (!is_plain(path))
            return err_set(err, "a scenario's name has letters, digits and - _ . only");
        if (!library_root(a, &root, err))
            return false;
        path = arena_printf(a, "%.*s/%s", STR_ARG(root), name);
    }
    if (!str_ends(path, ".acme"))
        path = arena_printf(a, "%.*s.acme", STR_ARG(path));
    if (file_exists(path.ptr))
        return err_set(err, "%.*s is there already", STR_ARG(path));
    str section = section_of(str_of(name));
    str text = client ? arena_printf(a, client_skeleton, STR_ARG(section))
                      : arena_printf(a, skeleton, STR_ARG(section));
    if (!file_make_parents(path.ptr, err) || !file_write(path.ptr, text, err))
        return false;
    printf("%.*s\n", STR_ARG(path));
    return true;
}

int cmd_new(struct arena *a, int argc, char **argv)
{
    struct err err;
    if (argc != 2 || argv[1][0] == '-') {
        puts("usage: acmespec new SCENARIO\n\nWrites the skeleton of a scenario, such as "
             "server/7.4-finalize/csr-too-weak, and prints its path.");
        return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : EXIT_USAGE;
    }
    bool good = write_skeleton(a, argv[1], &err);
    return good ? EXIT_CONFORMS : usage_error(err.text);
}
