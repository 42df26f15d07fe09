/* SPDX-License-Identifier: MIT */
/* From the lines of a profile to its value. */
#include "script/profile.h"

#include "base/buf.h"
#include "script/verbs.h"

struct profile profile_none(void)
{
    return (struct profile){
        .name = STR_NONE, .about = STR_NONE, .zone = STR_NONE, .deadline_factor = 1
    };
}

void lack_add(struct arena *a, const struct line *clause, struct lack **list,
              size_t *count)
{
    *list = GROW(a, *list, *count, struct lack);
    (*list)[(*count)++] =
        (struct lack){ line_arg(clause, "CAPABILITY"), line_arg(clause, "TEXT") };
}

static void read_clause(struct arena *a, const struct line *clause, struct profile *p)
{
    const char *word = clause->verb->name;
    if (strcmp(word, "about") == 0)
        p->about = clause->rest;
    if (strcmp(word, "zone") == 0)
        p->zone = line_arg(clause, "VALUE");
    if (strcmp(word, "offers") == 0)
        line_args_add(a, clause, "CAPABILITY", &p->offers);
    if (strcmp(word, "contact-with") == 0)
        line_args_add(a, clause, "VALUE", &p->contacts);
    if (strcmp(word, "deadline-factor") == 0)
        str_to_long(line_arg(clause, "NUMBER"), 1000, &p->deadline_factor);
    if (strcmp(word, "lacks") == 0)
        lack_add(a, clause, &p->lack, &p->lack_count);
    if (strcmp(word, "eab") == 0) {
        p->eab = GROW(a, p->eab, p->eab_count, struct external_account);
        p->eab[p->eab_count++] = (struct external_account){ line_arg(clause, "KEYID"),
                                                            line_arg(clause, "VALUE") };
    }
}

bool profile_read(struct arena *a, const char *path, struct profile *out,
                  struct mistakes *m, struct err *err)
{
    const struct line *line = lines_one(a, path, "profile", "profile", m, err);
    if (!line)
        return false;
    *out = profile_none();
    out->name = line_arg(line, "NAME");
    for (size_t i = 0; i < line->clause_count; i++)
        read_clause(a, &line->clause[i], out);
    if (out->deadline_factor < 1)
        out->deadline_factor = 1;
    return true;
}
