/* SPDX-License-Identifier: MIT */
/* Reads the catalogue, sorts it, and finds entries by id. */
#include "script/requirement.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/buf.h"
#include "script/verbs.h"

/* "rfc8555-6.5-8" is document, section, number; drafts have dashes in their names, so the
 * last two pieces count. */
static bool split_id(str id, str *document, str *section)
{
    size_t last = id.len;
    while (last > 0 && id.ptr[last - 1] != '-')
        last--;
    size_t before = last ? last - 1 : 0;
    while (before > 0 && id.ptr[before - 1] != '-')
        before--;
    if (before < 2 || last < 2)
        return false;
    *document = str_upto(id, before - 1);
    *section = (str){ id.ptr + before, last - 1 - before };
    return true;
}

static void read_observable(const struct line *line, struct requirement *r,
                            struct mistakes *m)
{
    const struct line *clause = line_clause(line, "observable");
    for (size_t i = 0; clause && i < line_args(clause, "WORD"); i++) {
        str word = line_arg_n(clause, "WORD", i);
        bool server = str_is(word, "server"), client = str_is(word, "client");
        r->by_server_suite = r->by_server_suite || server;
        r->by_client_suite = r->by_client_suite || client;
        if (!server && !client && !str_is(word, "nobody"))
            mistake(m, line_arg_place(clause, "WORD", i),
                    "what can be seen is seen by server, client or nobody");
    }
}

/* Where its level stands, or where it would have to. */
static struct place level_place(const struct line *line)
{
    const struct line *clause = line_clause(line, "level");
    return clause ? line_word_place(clause, 0) : line->place;
}

static bool read_entry(const struct line *line, struct requirement *r, struct mistakes *m)
{
    *r = (struct requirement){ .place = line->place,
                               .id = line_arg(line, "ID"),
                               .says = line_text(line, "says"),
                               .check = line_text(line, "check"),
                               .violation = line_text(line, "violation"),
                               .why_not = line_text(line, "why-not"),
                               .source = line_text(line, "source"),
                               .note = line_text(line, "note"),
                               .corrected = line_text(line, "corrected"),
                               .uncovered = line_text(line, "uncovered"),
                               .binds = line_text(line, "binds") };
    if (!split_id(r->id, &r->document, &r->section))
        return mistake(m, line->place, "an id is DOCUMENT-SECTION-NUMBER");
    int level = name_find(level_names, LEVEL_COUNT, line_text(line, "level"));
    if (level < 0 && (line_clause(line, "level") || !m->lost.count))
        return mistake(m, level_place(line),
                       "the level is MUST, MUST NOT, SHOULD, SHOULD NOT, MAY or "
                       "stated");
    if (level < 0)
        return false;
    if ((!r->says.len || !r->binds.len) && !m->lost.count)
        return mistake(m, line->place,
                       "a requirement has at least level, binds and says");
    r->level = (enum level)level;
    read_observable(line, r, m);
    return true;
}

static void add_document(struct arena *a, struct requirements *all,
                         const struct line *line)
{
    all->document = GROW(a, all->document, all->document_count, struct document);
    all->document[all->document_count++] =
        (struct document){ .name = line_arg(line, "NAME"),
                           .uncovered = line_text(line, "uncovered"),
                           .place = line->place };
}

void requirements_add(struct arena *a, struct requirements *all, const struct line *lines,
                      size_t count, struct mistakes *m)
{
    for (size_t i = 0; i < count; i++) {
        struct requirement r;
        if (lines[i].verb->id == VERB_DOCUMENT) {
            add_document(a, all, &lines[i]);
            continue;
        }
        if (lines[i].verb->id != VERB_REQUIREMENT) {
            mistake(m, lines[i].place, "only requirements stand in the catalogue");
            continue;
        }
        if (!read_entry(&lines[i], &r, m))
            continue;
        all->item = GROW(a, all->item, all->count, struct requirement);
        all->item[all->count++] = r;
    }
}

/* Compares "7.1.2" and "7.10" as numbers, piece by piece, letters as letters. */
static int compare_natural(str a, str b)
{
    size_t i = 0, j = 0;
    while (i < a.len && j < b.len) {
        if (isdigit((unsigned char)a.ptr[i]) && isdigit((unsigned char)b.ptr[j])) {
            long x = 0, y = 0;
            while (i < a.len && isdigit((unsigned char)a.ptr[i]) && x < 100000000)
                x = x * 10 + (a.ptr[i++] - '0');
            while (j < b.len && isdigit((unsigned char)b.ptr[j]) && y < 100000000)
                y = y * 10 + (b.ptr[j++] - '0');
            if (x != y)
                return x < y ? -1 : 1;
            continue;
        }
        if (a.ptr[i] != b.ptr[j])
            return (unsigned char)a.ptr[i] < (unsigned char)b.ptr[j] ? -1 : 1;
        i++;
        j++;
    }
    return i < a.len ? 1 : j < b.len ? -1 : 0;
}

static int by_id(const void *a, const void *b)
{
    return compare_natural(((const struct requirement *)a)->id,
                           ((const struct requirement *)b)->id);
}

/* Of the same id the one that stands first. */
static int by_id_and_place(const void *a, const void *b)
{
    const struct requirement *one = a, *other = b;
    int order = by_id(a, b);
    if (!order)
        order = strcmp(one->place.file, other->place.file);
    return order ? order : one->place.line - other->place.line;
}

void requirements_sort(struct requirements *all, struct mistakes *m)
{
    if (all->count)
        qsort(all->item, all->count, sizeof *all->item, by_id_and_place);
    for (size_t i = 1; i < all->count; i++) {
        const struct requirement *r = &all->item[i], *before = r - 1;
        if (str_eq(r->id, before->id))
            mistake(m, r->place, "the id %.*s stands there already, in %s:%d",
                    STR_ARG(r->id), before->place.file, before->place.line);
    }
}

/* Entries with a reason of their own keep it. */
static void apply_documents(struct requirements *all, struct mistakes *m)
{
    for (size_t i = 0; i < all->document_count; i++) {
        const struct document *d = &all->document[i];
        size_t entries = 0;
        for (size_t k = 0; k < all->count; k++) {
            struct requirement *r = &all->item[k];
            if (!str_eq(r->document, d->name))
                continue;
            entries++;
            r->excused_by_document = !r->uncovered.len;
            if (r->excused_by_document)
                r->uncovered = d->uncovered;
        }
        if (!entries)
            mistake(m, d->place, "no entry of the catalogue is of %.*s",
                    STR_ARG(d->name));
    }
}

struct requirements *requirements_read(struct arena *a, const char *path,
                                       struct mistakes *m, struct err *err)
{
    struct requirements *all = NEW(a, struct requirements);
    struct strs files = { 0 };
    if (!file_list(a, path, ".acme", &files, err))
        return NULL;
    for (size_t i = 0; i < files.count; i++) {
        size_t count;
        struct line *lines = lines_of_file(a, files.item[i].ptr, &count, m, err);
        if (!lines)
            return NULL;
        requirements_add(a, all, lines, count, m);
    }
    requirements_sort(all, m);
    apply_documents(all, m);
    return all;
}

const struct requirement *requirement_find(const struct requirements *all, str id)
{
    struct requirement wanted = { .id = id };
    if (!all || !all->count)
        return NULL;
    return bsearch(&wanted, all->item, all->count, sizeof *all->item, by_id);
}

static bool begins_with(str id, str section)
{
    return id.len > section.len && str_eq(str_upto(id, section.len), section)
        && (id.ptr[section.len] == '-' || id.ptr[section.len] == '.');
}

bool id_is_of(str id, str section)
{
    bool named = str_starts(section, "rfc") || str_starts(section, "draft");
    return begins_with(named ? id : str_from(id, str_find_char(id, '-') + 1), section);
}

str requirement_near(const struct requirements *all, str id)
{
    size_t least = 4;
    str nearest = STR_NONE;
    for (size_t i = 0; all && i < all->count; i++) {
        size_t distance = str_distance(all->item[i].id, id);
        if (distance < least) {
            least = distance;
            nearest = all->item[i].id;
        }
    }
    return nearest;
}

str requirement_url(struct arena *a, const struct requirement *r)
{
    if (!str_starts(r->document, "rfc"))
        return STR_NONE;
    return arena_printf(a, "https://www.rfc-editor.org/rfc/%.*s#section-%.*s",
                        STR_ARG(r->document), STR_ARG(r->section));
}

str requirement_section(struct arena *a, const struct requirement *r)
{
    if (!str_starts(r->document, "rfc"))
        return arena_printf(a, "%.*s section %.*s", STR_ARG(r->document),
                            STR_ARG(r->section));
    return arena_printf(a, "RFC %.*s section %.*s", STR_ARG(str_from(r->document, 3)),
                        STR_ARG(r->section));
}

bool requirement_known(const struct requirements *all, str id, struct err *err)
{
    if (str_is(id, "house") || requirement_find(all, id))
        return true;
    str near = requirement_near(all, id);
    return err_set(err, "the catalogue has no %.*s%s%.*s%s", STR_ARG(str_upto(id, 100)),
                   near.len ? "; did you mean " : "", STR_ARG(near), near.len ? "?" : "");
}

bool rule_known(const struct requirements *all, const struct line *rule,
                struct mistakes *m)
{
    bool known = true;
    for (size_t i = 0; all && i < line_args(rule, "ID"); i++) {
        str id = line_arg_n(rule, "ID", i);
        if (str_is(id, "house") || requirement_find(all, id))
            continue;
        str near = requirement_near(all, id);
        known =
            mistake(m, line_arg_place(rule, "ID", i), "the catalogue has no %.*s%s%.*s%s",
                    STR_ARG(id), near.len ? "; did you mean " : "", STR_ARG(near),
                    near.len ? "?" : "");
    }
    return known;
}

static bool binds_side(const struct requirement *r, str suite)
{
    return !suite.len || str_is(r->binds, "both") || str_eq(r->binds, suite);
}

bool rules_carry(const struct requirements *all, const struct strs *rules, bool is_must,
                 str suite, struct place place, struct mistakes *m)
{
    bool known = true, strong = false, carries = false;
    for (size_t i = 0; i < rules->count && all; i++) {
        const struct requirement *r = requirement_find(all, rules->item[i]);
        bool binds = r && level_binds(r->level);
        known = known && (r || str_is(rules->item[i], "house"));
        strong = strong || binds;
        carries = carries || (binds && binds_side(r, suite));
    }
    if (rules->count == 0)
        return m->lost.count > 0
            || mistake(
                   m, place,
                   "this check cites nothing: give it, or the scenario, a `rule` line");
    if (!all || !known || !is_must || carries)
        return known;
    if (strong)
        return mistake(
            m, place,
            "what this must rests on binds the other side: in suite %.*s a must "
            "has to rest on an entry that binds the %.*s",
            STR_ARG(suite), STR_ARG(suite));
    return mistake(m, place,
                   "a must has to rest on a MUST, MUST NOT or stated entry; these are "
                   "weaker, so write should");
}
