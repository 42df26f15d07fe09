/* SPDX-License-Identifier: MIT */
#include "issue_home.h"

#include <ctype.h>

str home_file(const struct issue_home *home, const char *name)
{
    return arena_printf(home->arena, "%.*s/%s", STR_ARG(home->folder), name);
}

/* The URL without its scheme, and without what is special in a path. */
static char *folder_of_url(struct arena *a, str url)
{
    char *folder = str_z(a, str_from(url, str_find(url, STR("://")) + 3));
    for (char *c = folder; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '.' && *c != '-')
            *c = '_';
    return folder;
}

str home_of_account(const struct issue_home *home, const char *name)
{
    return arena_printf(home->arena, "%.*s/accounts/%s/%s", STR_ARG(home->folder),
                        folder_of_url(home->arena, home->directory), name);
}

str home_of_account_key(const struct issue_home *home)
{
    static const char name[] = "account.pem";
    return home->one_key ? home_file(home, name) : home_of_account(home, name);
}

str home_of_certificate(const struct issue_home *home, str domain, const char *name)
{
    const char *star = str_starts(domain, "*.") ? "_" : "";
    return arena_printf(home->arena, "%.*s/%s%.*s/%s", STR_ARG(home->folder), star,
                        STR_ARG(str_from(domain, *star ? 1 : 0)), name);
}
