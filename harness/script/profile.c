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

static void add_words(struct arena *a, const struct line *clause, const char *arg,
                      struct strs *list)
{
    for (size_t i = 0; i < line_args(clause, arg); i++)
        strs_add(a, list, line_arg_n(clause, arg, i));
}

static void read_clause(struct arena *a, const struct line *clause, struct profile *p)
{
    const char *word = clause->verb->name;
    if (strcmp(word, "about") == 0)
        p->about = clause->rest;
    if (strcmp(word, "zone") == 0)
        p->zone = line_arg(clause, "VALUE");
    if (strcmp(word, "offers") == 0)
        add_words(a, clause, "CAPABILITY", &p->offers);
    if (strcmp(word, "contact-with") == 0)
        add_words(a, clause, "VALUE", &p->contacts);
    if (strcmp(word, "deadline-factor") == 0)
        str_to_long(line_arg(clause, "NUMBER"), 1000, &p->deadline_factor);
    if (strcmp(word, "lacks") == 0) {
        p->lack = GROW(a, p->lack, p->lack_count, struct lack);
        p->lack[p->lack_count++] =
            (struct lack){ line_arg(clause, "CAPABILITY"), line_arg(clause, "TEXT") };
    }
    if (strcmp(word, "eab") == 0) {
        p->eab = GROW(a, p->eab, p->eab_count, struct external_account);
        p->eab[p->eab_count++] = (struct external_account){ line_arg(clause, "KEYID"),
                                                            line_arg(clause, "VALUE") };
    }
}

bool profile_read(struct arena *a, const char *path, struct profile *out,
                  struct mistakes *m, struct err *err)
{
    size_t count, before = m->list.count;
    struct line *lines = lines_of_file(a, path, &count, m, err);
    if (!lines)
        return false;
    if (m->list.count > before)
        return err_set(err, "the profile %s has mistakes", path);
    if (count != 1 || lines[0].verb->id != VERB_PROFILE)
        return err_set(err, "%s is no profile: it begins with `profile NAME`", path);
    *out = profile_none();
    out->name = line_arg(&lines[0], "NAME");
    for (size_t i = 0; i < lines[0].clause_count; i++)
        read_clause(a, &lines[0].clause[i], out);
    if (out->deadline_factor < 1)
        out->deadline_factor = 1;
    return true;
}
