/* SPDX-License-Identifier: MIT */
/* The catalogue of requirements: one entry per sentence of a specification. */
#ifndef SCRIPT_REQUIREMENT_H
#define SCRIPT_REQUIREMENT_H

#include "acme/words.h"
#include "script/lines.h"

struct requirement {
    struct place place;
    str id;       /* "rfc8555-6.5-8" */
    str document; /* "rfc8555" */
    str section;  /* "6.5" */
    enum level level;
    str binds; /* server, client, both */
    str says, check, violation, why_not, source, note, corrected, uncovered;
    bool by_server_suite, by_client_suite; /* observable */
    bool excused_by_document;              /* `uncovered` is that of its specification */
};

/* What holds of a whole specification. */
struct document {
    str name, uncovered;
    struct place place;
};

struct requirements {
    struct requirement *item; /* sorted by document, section as numbers, then number */
    size_t count;
    struct document *document;
    size_t document_count;
};

/* Reads every *.acme file below `path`. */
struct requirements *requirements_read(struct arena *a, const char *path,
                                       struct mistakes *m, struct err *err);
/* Adds the entries of one file's lines.  What a `document` says is passed on to entries
 * when all files are read. */
void requirements_add(struct arena *a, struct requirements *all, const struct line *lines,
                      size_t count, struct mistakes *m);
/* Puts the entries in order, so that they can be found; an id twice is a mistake. */
void requirements_sort(struct requirements *all, struct mistakes *m);
const struct requirement *requirement_find(const struct requirements *all, str id);
/* Whether the id is of a document, a section, or one below it: rfc8555-6.5-8 is of
 * "rfc8555", "rfc8555-6", "6.5". */
bool id_is_of(str id, str section);
/* The id nearest to one that is not there, or STR_NONE. */
str requirement_near(const struct requirements *all, str id);
/* Whether it may be cited: an id of the catalogue, or `house`; else the sentence names
 * the nearest. */
bool requirement_known(const struct requirements *all, str id,
                       struct err *err) MUST_CHECK;
/* Where people can read it: an RFC's section as a URL at the RFC editor's site. */
str requirement_url(struct arena *a, const struct requirement *r);
/* "RFC 8555 section 6.5". */
str requirement_section(struct arena *a, const struct requirement *r);

/* Whether the catalogue (NULL: any) has each id of a `rule` line; one that it has not is
 * told where it stands. */
bool rule_known(const struct requirements *all, const struct line *rule,
                struct mistakes *m);
/* Judges what a check cites: a must rests on at least one entry that binds (MUST, MUST
 * NOT or stated) the side that is under test in this suite (empty: not known); `house`
 * alone carries no must.  Ids that are not there were told before. */
bool rules_carry(const struct requirements *all, const struct strs *rules, bool is_must,
                 str suite, struct place place, struct mistakes *m);

#endif
