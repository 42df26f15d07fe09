/* SPDX-License-Identifier: MIT */
/* From the lines of a profile to its value. */
#include "script/profile.h"

#include "base/buf.h"
#include "crypto/b64url.h"
#include "script/verbs.h"

struct profile profile_none(void)
{
    return (struct profile){ .name = STR_NONE,
                             .about = STR_NONE,
                             .zone = STR_NONE,
                             .refused_name = STR_NONE,
                             .unfit = { STR_NONE, STR_NONE, STR_NONE },
                             .deadline_factor = 1,
                             .nonce_retries = 1 };
}

void lack_add(struct arena *a, const struct line *clause, struct lack **list,
              size_t *count)
{
    *list = GROW(a, *list, *count, struct lack);
    (*list)[(*count)++] =
        (struct lack){ line_arg(clause, "CAPABILITY"), line_arg(clause, "TEXT") };
}

void lacks_check(const struct line *line, const struct strs *offers, struct mistakes *m)
{
    for (const struct line *c = NULL; (c = line_clause_after(line, "lacks", c));)
        if (strs_has(offers, line_arg(c, "CAPABILITY")))
            mistake(m, line_arg_place(c, "CAPABILITY", 0), "%.*s is offered above",
                    STR_ARG(line_arg(c, "CAPABILITY")));
}

str profile_hook(const struct profile *p, str deed)
{
    for (size_t i = 0; i < p->hook_count; i++)
        if (str_eq(p->hook[i].deed, deed))
            return p->hook[i].lines;
    return STR_NONE;
}

static void add_hook(struct arena *a, const struct line *clause, struct profile *p)
{
    str deed = line_arg(clause, "DEED"), text = line_arg(clause, "TEXT");
    for (size_t i = 0; i < p->hook_count; i++)
        if (str_eq(p->hook[i].deed, deed)) {
            str before = p->hook[i].lines;
            p->hook[i].lines =
                arena_printf(a, "%.*s\n%.*s", STR_ARG(before), STR_ARG(text));
            return;
        }
    p->hook = GROW(a, p->hook, p->hook_count, struct hook);
    p->hook[p->hook_count++] = (struct hook){ deed, text };
}

static void add_limit(struct arena *a, const struct line *clause, struct profile *p)
{
    struct order_limit limit = { 0, 0 };
    str_to_long(line_arg(clause, "NUMBER"), 1000000, &limit.count);
    str_to_ms(line_arg(clause, "DURATION"), &limit.ms);
    p->limit = GROW(a, p->limit, p->limit_count, struct order_limit);
    p->limit[p->limit_count++] = limit;
}

static void add_eab(struct arena *a, const struct line *clause, struct profile *p,
                    struct mistakes *m)
{
    str key = line_arg(clause, "VALUE"), bytes;
    if (!b64url_decode(a, key, &bytes) || !bytes.len)
        mistake(m, line_arg_place(clause, "VALUE", 0),
                "the MAC key is written in base64url, as the CA gives it out");
    p->eab = GROW(a, p->eab, p->eab_count, struct external_account);
    p->eab[p->eab_count++] = (struct external_account){ line_arg(clause, "KEYID"), key };
}

static void read_number(const struct line *clause, long *out, struct mistakes *m)
{
    enum { MOST = 1000 };
    long number = 0;
    if (str_to_long(line_arg(clause, "NUMBER"), MOST, &number) && number > 0)
        *out = number;
    else
        mistake(m, line_arg_place(clause, "NUMBER", 0), "this is a number from 1 to %d",
                MOST);
}

static void read_clause(struct arena *a, const struct line *clause, struct profile *p,
                        struct mistakes *m)
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
        read_number(clause, &p->deadline_factor, m);
    if (strcmp(word, "nonce-retries") == 0)
        read_number(clause, &p->nonce_retries, m);
    if (strcmp(word, "lacks") == 0)
        lack_add(a, clause, &p->lack, &p->lack_count);
    if (strcmp(word, "hook") == 0)
        add_hook(a, clause, p);
    if (strcmp(word, "limit") == 0)
        add_limit(a, clause, p);
    if (strcmp(word, "refuses") == 0)
        p->refused_name = line_arg(clause, "DOMAIN");
    if (strcmp(word, "unfit") == 0) {
        p->unfit.profile = line_arg_n(clause, "VALUE", 0);
        p->unfit.type = line_arg(clause, "WORD");
        p->unfit.value = line_arg_n(clause, "VALUE", 1);
    }
    if (strcmp(word, "eab") == 0)
        add_eab(a, clause, p, m);
}

void profile_from(struct arena *a, const struct line *lines, size_t count,
                  struct profile *out, struct mistakes *m)
{
    *out = profile_none();
    out->name = line_arg(lines, "NAME");
    for (size_t i = 0; i < lines->clause_count; i++)
        read_clause(a, &lines->clause[i], out, m);
    lacks_check(lines, &out->offers, m);
    if (count > 1)
        mistake(m, lines[1].place, "one file holds one profile");
}

bool profile_read(struct arena *a, const char *path, struct profile *out,
                  struct mistakes *m, struct err *err)
{
    size_t before = m->list.count;
    const struct line *line = lines_one(a, path, "profile", "profile", m, err);
    if (!line)
        return false;
    profile_from(a, line, 1, out, m);
    return m->list.count == before || err_set(err, "the profile %s has mistakes", path);
}
