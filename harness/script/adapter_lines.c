/* SPDX-License-Identifier: MIT */
/* Looks over the shell lines of an adapter for what is surely wrong: a quote that is
 * never closed, and a variable that nobody sets.  It is no shell: what it cannot tell, it
 * lets pass. */
#include <ctype.h>

#include "base/buf.h"
#include "script/adapter.h"
#include "script/verbs.h"

struct looking {
    const struct line *line; /* of the `client` */
    const struct verb *verb; /* whose script it is */
    str script;
    str all; /* every line of the adapter */
    struct mistakes *mistakes;
};

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The first word of the script that has this text, or the script's last line. */
static struct place place_of(const struct looking *l, str text)
{
    struct place last = l->line->place;
    for (size_t i = 0; i < l->line->clause_count; i++) {
        const struct line *c = &l->line->clause[i];
        if (c->verb != l->verb)
            continue;
        last = c->place;
        for (size_t k = 0; k < c->word_count && text.len; k++)
            if (str_contains(c->word[k].text, text))
                return line_word_place(c, k);
    }
    return last;
}

/* Whether the name stands somewhere without a dollar: `name=`, `for name in`, `read name`
 * ... */
static bool is_set(str all, str name)
{
    for (size_t at = 0, found; at < all.len; at += found + 1) {
        found = str_find(str_from(all, at), name);
        if (found >= all.len - at)
            return false;
        size_t from = at + found, behind = from + name.len;
        char before = from ? all.ptr[from - 1] : ' ';
        bool whole = behind >= all.len || !is_name_char(all.ptr[behind]);
        if (whole && before != '$' && before != '{' && !is_name_char(before))
            return true;
    }
    return false;
}

static void tell_unset(const struct looking *l, str text, str name)
{
    struct arena *a = l->mistakes->arena;
    const char **names = NEW_ARRAY(a, const char *, adapter_variable_count);
    for (size_t i = 0; i < adapter_variable_count; i++)
        names[i] = adapter_variables[i].name;
    if (name_find(names, adapter_variable_count, name) < 0)
        mistake(l->mistakes, place_of(l, text),
                "nobody sets $%.*s (see acmespec help variables)%.*s", STR_ARG(name),
                STR_ARG(name_did_you_mean(a, names, adapter_variable_count, name)));
}

/* What stands behind the dollar at `at`.  Capitals are the environment's; what is in
 * braces with more than its name, such as ${a:-b}, may well be unset. */
static void look_at_variable(const struct looking *l, size_t at)
{
    str rest = str_from(l->script, at + 1);
    bool braced = str_starts(rest, "{");
    size_t end = braced;
    while (end < rest.len && is_name_char(rest.ptr[end]))
        end++;
    str name = { rest.ptr + braced, end - braced };
    if (!name.len || (braced && end < rest.len && rest.ptr[end] != '}'))
        return;
    for (size_t i = 0; i < name.len; i++)
        if (isupper((unsigned char)name.ptr[i]))
            return;
    /* $http_proxy and its like are the environment's, though they are small. */
    if (!islower((unsigned char)name.ptr[0]) || str_ends(name, "_proxy")
        || is_set(l->all, name))
        return;
    tell_unset(l, str_upto(str_from(l->script, at), end + 1), name);
}

static size_t line_end(str script, size_t at)
{
    return at + str_find_char(str_from(script, at), '\n');
}

static void look_at_script(const struct looking *l)
{
    char quote = 0;
    for (size_t i = 0; i < l->script.len; i++) {
        char c = l->script.ptr[i];
        if (quote == '\'') {
            quote = c == '\'' ? 0 : quote;
            continue;
        }
        if (c == '\\')
            i++;
        else if (c == '"')
            quote = quote ? 0 : '"';
        else if (c == '\'' && !quote)
            quote = '\'';
        else if (c == '#' && !quote
                 && (i == 0 || isspace((unsigned char)l->script.ptr[i - 1])))
            i = line_end(l->script, i);
        else if (c == '$')
            look_at_variable(l, i);
    }
    /* A text that the shell takes to its end (<<) may hold any quote. */
    if (quote && !str_contains(l->all, STR("<<")))
        mistake(l->mistakes, place_of(l, STR_NONE), "a quote (%c) is never closed",
                quote);
}

/* All clauses of that verb are one script; it begins with this one. */
static bool begins_script(const struct line *line, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (line->clause[i].verb == line->clause[n].verb)
            return false;
    return true;
}

static str script_of(struct arena *a, const struct line *line, const struct verb *verb)
{
    struct buf b = buf_new(a, CEILING_SCRIPT);
    for (size_t i = 0; i < line->clause_count; i++)
        if (!verb || line->clause[i].verb == verb) {
            buf_add(&b, line->clause[i].rest);
            buf_add_char(&b, '\n');
        }
    return buf_str(&b);
}

void adapter_look_over(struct arena *a, const struct line *line, struct mistakes *m)
{
    static const char *const prose[] = { "about", "install", "lacks", "note" };
    str all = script_of(a, line, NULL);
    for (size_t i = 0; i < line->clause_count; i++) {
        const struct verb *verb = line->clause[i].verb;
        if (!begins_script(line, i) || !line_has(&line->clause[i], "TEXT")
            || name_find(prose, countof(prose), str_of(verb->name)) >= 0)
            continue;
        struct looking l = { line, verb, script_of(a, line, verb), all, m };
        look_at_script(&l);
    }
}
