/* SPDX-License-Identifier: MIT */
/* From the lines of notes on planted bugs to their value. */
#include "run/bugnotes.h"

#include "script/verbs.h"

static void read_bug(struct arena *a, const struct line *line, struct bugnotes *out,
                     struct mistakes *m)
{
    struct err err;
    struct bugs named = { { false } };
    str name = line_arg(line, "WORD");
    struct bug_note note = { .bug = bug_find(name),
                             .unseen = line_clause(line, "unseen") != NULL,
                             .because = line_text(line, "because"),
                             .place = line->place };
    for (const struct line *c = NULL; (c = line_clause_after(line, "also", c));)
        line_args_add(a, c, "WORD", &note.also);
    for (const struct line *c = NULL; (c = line_clause_after(line, "seen-in", c));)
        line_args_add(a, c, "WORD", &note.seen_in);
    bool seen = note.also.count || note.seen_in.count;
    if (!bugs_add(&named, name, &err)) {
        mistake(m, line_arg_place(line, "WORD", 0), "%s", err.text);
        return;
    }
    if (m->lost.count == 0 && (!note.because.len || note.unseen == seen))
        mistake(m, line->place,
                "a bug has an also or a seen-in, or is unseen, and has a because");
    out->bug = GROW(a, out->bug, out->bug_count, struct bug_note);
    out->bug[out->bug_count++] = note;
}

static void read_never(struct arena *a, const struct line *line, struct bugnotes *out,
                       struct mistakes *m)
{
    struct never_red never = { .scenario = line_arg(line, "WORD"),
                               .check = line_text(line, "check"),
                               .because = line_text(line, "because"),
                               .place = line->place };
    if (!never.because.len && m->lost.count == 0)
        mistake(m, line->place, "a never red has a because");
    out->never = GROW(a, out->never, out->never_count, struct never_red);
    out->never[out->never_count++] = never;
}

void bugnotes_add(struct arena *a, const struct line *lines, size_t count,
                  struct bugnotes *out, struct mistakes *m)
{
    for (size_t i = 0; i < count; i++)
        if (lines[i].verb->id == VERB_BUG)
            read_bug(a, &lines[i], out, m);
        else if (lines[i].verb->id == VERB_NEVER_RED)
            read_never(a, &lines[i], out, m);
        else
            mistake(m, lines[i].place,
                    "only `bug` and `never red` stand in notes on bugs");
}

bool bugnotes_read(struct arena *a, const char *path, struct bugnotes *out,
                   struct mistakes *m, struct err *err)
{
    size_t count, before = m->list.count;
    struct line *lines = lines_of_file(a, path, &count, m, err);
    if (!lines)
        return false;
    *out = (struct bugnotes){ .bug = NULL };
    bugnotes_add(a, lines, count, out, m);
    return m->list.count == before || err_set(err, "the notes %s have mistakes", path);
}
