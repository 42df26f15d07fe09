/* SPDX-License-Identifier: MIT */
/* The lexer of verb lines.  It knows the table of words only to ask where JSON or
 * verbatim text may stand; jansson says where a JSON value ends. */
#include "script/lines.h"

#include <ctype.h>

#include "acme/show.h"
#include "base/buf.h"
#include "base/file.h"
#include "script/pattern.h"
#include "script/subjects.h"
#include "script/verbs.h"

/* Far more than anybody writes; what is done for each word may look at all the others. */
enum {
    MOST_MISTAKES = 100,
    MOST_WORDS = 500,
    MOST_CLAUSES = 1000,
    MOST_LOST = 1000,
    LONGEST_NAME = 64
};

struct reader {
    struct arena *arena;
    const char *file;
    str text;
    struct mistakes *mistakes;
    size_t line_start; /* offset of the line that `at` is in */
    int line_no;
    size_t at;     /* first byte of the line that is not white space */
    size_t indent; /* white space before it */
    bool ended;
};

static bool stands_before(struct place one, struct place other)
{
    return strcmp(one.file, other.file) == 0
        && (one.line < other.line
            || (one.line == other.line && one.column < other.column));
}

/* Behind what was told of the lines above it in the same file. */
static void add_mistake(struct mistakes *m, struct place place, str what)
{
    size_t at = m->list.count;
    m->place = GROW(m->arena, m->place, at, struct place);
    strs_add(m->arena, &m->list, what);
    for (; at > 0 && stands_before(place, m->place[at - 1]); at--) {
        m->place[at] = m->place[at - 1];
        m->list.item[at] = m->list.item[at - 1];
    }
    m->place[at] = place;
    m->list.item[at] = what;
}

bool mistake(struct mistakes *m, struct place place, const char *fmt, ...)
{
    if (m->list.count >= MOST_MISTAKES) {
        m->more = true;
        return false;
    }
    va_list args;
    va_start(args, fmt);
    str what = arena_vprintf(m->arena, fmt, args);
    va_end(args);
    what = arena_printf(m->arena, "%s:%d:%d: %.*s", place.file, place.line, place.column,
                        STR_ARG(what));
    add_mistake(m, place, show_clean(m->arena, what));
    return false;
}

/* What looks like a name is one that the line might have defined. */
static void word_lost(struct mistakes *m, str word)
{
    if (m->lost.count < MOST_LOST && word.len && word.len <= LONGEST_NAME
        && isalpha((unsigned char)word.ptr[0]) && !strs_has(&m->lost, word))
        strs_add(m->arena, &m->lost, word);
}

void line_lost(struct mistakes *m, const struct line *line)
{
    for (size_t i = 0; i < line->word_count; i++)
        word_lost(m, line->word[i].text);
    for (size_t i = 0; i < line->clause_count; i++)
        line_lost(m, &line->clause[i]);
}

static struct place place_at(const struct reader *r, size_t offset)
{
    return (struct place){ r->file, r->line_no, (int)(offset - r->line_start) + 1 };
}

static size_t line_end(const struct reader *r, size_t from)
{
    return from + str_find_char(str_from(r->text, from), '\n');
}

/* Finds the first byte of the line at line_start; true when it says something. */
static bool look_at_line(struct reader *r)
{
    size_t end = line_end(r, r->line_start);
    r->at = r->line_start;
    while (r->at < end && strchr(" \t\r", r->text.ptr[r->at]))
        r->at++;
    r->indent = r->at - r->line_start;
    return r->at < end && r->text.ptr[r->at] != '#';
}

/* Goes to the next line at or after line_start that is neither blank nor a comment. */
static void settle(struct reader *r)
{
    while (r->line_start < r->text.len && !look_at_line(r)) {
        r->line_start = line_end(r, r->line_start) + 1;
        r->line_no++;
    }
    r->ended = r->line_start >= r->text.len;
}

static void go_to_next_line(struct reader *r)
{
    r->line_start = line_end(r, r->at) + 1;
    r->line_no++;
    settle(r);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static size_t skip_blanks(const struct reader *r, size_t at, size_t end)
{
    while (at < end && is_blank(r->text.ptr[at]))
        at++;
    return at;
}

/* A regular expression may hold blanks: behind `matches` it ends at a slash that ends a
 * word. */
static size_t regex_end(const struct reader *r, const struct line *line, size_t at,
                        size_t end)
{
    str before = line->word_count ? line->word[line->word_count - 1].text : STR_NONE;
    bool here =
        str_is(before, "matches") || str_is(before, "not") || str_is(before, "or");
    for (size_t i = at + 1; here && r->text.ptr[at] == '/' && i < end; i++)
        if (r->text.ptr[i] == '/' && (i + 1 == end || is_blank(r->text.ptr[i + 1])))
            return i + 1;
    return 0;
}

static size_t word_end(const struct reader *r, size_t at, size_t end)
{
    while (at < end && !is_blank(r->text.ptr[at]))
        at++;
    return at;
}

static void add_word(struct reader *r, struct line *line, str text, size_t offset,
                     bool quoted)
{
    line->word = GROW(r->arena, line->word, line->word_count, struct word);
    line->word[line->word_count++] =
        (struct word){ text, r->line_no, (int)(offset - r->line_start) + 1, quoted };
}

/* Moves the reader's line over the JSON text that ends at `to`. */
static void pass_lines(struct reader *r, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (r->text.ptr[i] == '\n') {
            r->line_no++;
            r->line_start = i + 1;
        }
    r->at = to;
}

static bool lex_json(struct reader *r, struct line *line, size_t *at)
{
    struct err err;
    struct json_place where;
    size_t taken = 0;
    json_t *value =
        json_read_prefix(r->arena, str_from(r->text, *at), &taken, &where, &err);
    if (!value) {
        struct place place = place_at(r, *at);
        place.column = where.line > 1 ? where.column : place.column + where.column - 1;
        place.line += where.line - 1;
        return mistake(r->mistakes, place, "in this JSON: %s", err.text);
    }
    if (json_is_string(value)) {
        add_word(r, line, json_str(value), *at, true);
        *at += taken;
        return true;
    }
    if (line->json)
        return mistake(r->mistakes, place_at(r, *at), "one JSON value is enough here");
    line->json = value;
    line->json_place = place_at(r, *at);
    pass_lines(r, *at, *at + taken);
    *at += taken;
    return true;
}

/* Reads the words of one line of text from `at`; true unless something was wrong. */
static bool lex_words(struct reader *r, struct line *line, size_t at, bool takes_text)
{
    for (;;) {
        size_t end = line_end(r, at);
        at = skip_blanks(r, at, end);
        if (at >= end)
            return true;
        if (!takes_text && line->word_count >= MOST_WORDS)
            return mistake(r->mistakes, place_at(r, at), "a line has at most %d words",
                           MOST_WORDS);
        char c = r->text.ptr[at];
        if (!takes_text && (c == '"' || c == '{' || c == '[')) {
            if (!lex_json(r, line, &at))
                return false;
            continue;
        }
        if (line->json)
            return mistake(r->mistakes, place_at(r, at),
                           "nothing may follow the JSON value");
        size_t stop = regex_end(r, line, at, end);
        stop = stop ? stop : word_end(r, at, end);
        add_word(r, line, (str){ r->text.ptr + at, stop - at }, at, false);
        at = stop;
    }
}

static void add_text(struct reader *r, struct buf *b, size_t from, size_t to)
{
    str piece = str_trim((str){ r->text.ptr + from, to - from });
    if (b->len && piece.len)
        buf_add_char(b, ' ');
    buf_add(b, piece);
}

/* The line at the reader, its continuation lines and its JSON, as words of `line`. */
static bool lex_line(struct reader *r, struct line *line, size_t after_verb,
                     bool continues)
{
    bool takes_text = pattern_takes_text(line->verb->usage);
    struct buf rest = buf_new(r->arena, CEILING_SCRIPT);
    size_t indent = r->indent;
    bool ok = true;
    size_t from = after_verb;
    for (;;) {
        size_t text_from = from;
        ok = lex_words(r, line, from, takes_text) && ok;
        if (!ok)
            r->at = r->at > text_from ? r->at : text_from;
        add_text(r, &rest, text_from, line_end(r, r->at > text_from ? r->at : text_from));
        go_to_next_line(r);
        if (r->ended || !continues || r->indent <= indent)
            break;
        from = r->at;
    }
    line->rest = buf_str(&rest);
    return ok;
}

/* In a check's clauses a subject may stand without a verb: `header Location present`. */
static const struct verb *verb_for(const struct reader *r, unsigned where, str first,
                                   str second, size_t *used)
{
    const struct verb *verb = verb_find(where, first, second, used);
    if (verb || where != IN_CHECK || !subject_starts(first))
        return verb;
    (void)r;
    *used = 0;
    return verb_find(IN_CHECK, STR("and"), STR_NONE, &(size_t){ 0 });
}

static str word_from(const struct reader *r, size_t *at, size_t end)
{
    *at = skip_blanks(r, *at, end);
    size_t stop = word_end(r, *at, end);
    str word = { r->text.ptr + *at, stop - *at };
    *at = stop;
    return word;
}

/* All from there to the line that the reader is at now. */
static void text_lost(struct reader *r, size_t from)
{
    size_t to = r->ended ? r->text.len : r->line_start;
    for (size_t at = from, end; at < to; at = end + 1) {
        for (end = at; end < to && !strchr(" \t\r\n", r->text.ptr[end]);)
            end++;
        word_lost(r->mistakes, (str){ r->text.ptr + at, end - at });
    }
}

/* Skips a line whose verb is unknown, with everything below it. */
static void skip_line(struct reader *r)
{
    size_t indent = r->indent;
    do
        go_to_next_line(r);
    while (!r->ended && r->indent > indent);
}

/* The nearest word is looked for only where the mistake will be kept: a megabyte may hold
 * a hundred thousand. */
static void unknown_word(struct reader *r, struct place place, unsigned where, str first,
                         str second)
{
    str word = first;
    if (r->mistakes->list.count >= MOST_MISTAKES) {
        r->mistakes->more = true;
        return;
    }
    if (!second.len && verb_begins(where, first)) {
        mistake(r->mistakes, place, "\"%.*s\" wants a second word: acmespec help %.*s",
                STR_ARG(first), STR_ARG(first));
        return;
    }
    if (verb_begins(where, first))
        word = arena_printf(r->arena, "%.*s %.*s", STR_ARG(first), STR_ARG(second));
    mistake(r->mistakes, place, "\"%.*s\" is not a word of %s%.*s", STR_ARG(word),
            where_name(where), STR_ARG(verb_did_you_mean(r->arena, where, word)));
}

static bool read_one(struct reader *r, unsigned where, struct line *line, bool is_clause)
{
    size_t end = line_end(r, r->at), after_first = r->at;
    *line = (struct line){ .place = place_at(r, r->at) };
    str first = word_from(r, &after_first, end);
    size_t after_second = after_first, used;
    str second = word_from(r, &after_second, end);
    line->verb = verb_for(r, where, first, second, &used);
    if (!line->verb) {
        unknown_word(r, line->place, where, first, second);
        skip_line(r);
        return false;
    }
    size_t start = r->at;
    size_t after = used == 2 ? after_second : used == 1 ? after_first : r->at;
    bool ok = lex_line(r, line, after, is_clause || !line->verb->opens);
    str head = { r->text.ptr + start, after - start };
    line->text = used ? str_trim(arena_printf(r->arena, "%.*s %.*s", STR_ARG(head),
                                              STR_ARG(line->rest)))
                      : line->rest;
    return ok;
}

static bool match_line(struct reader *r, struct line *line)
{
    struct err err;
    size_t at;
    if (pattern_match(r->arena, line->verb->usage, line, &at, &err))
        return true;
    return mistake(r->mistakes, line_word_place(line, at), "%s; it is written: %s %s",
                   err.text, line->verb->name, line->verb->usage);
}

/* Of two only the first would count, in silence. */
static bool is_first(struct reader *r, const struct line *line, const struct line *before,
                     size_t count)
{
    for (size_t i = 0; i < count && (line->verb->where & ONCE); i++)
        if (before[i].verb == line->verb)
            return mistake(r->mistakes, line->place,
                           "`%s` stands there already, in line %d", line->verb->name,
                           before[i].place.line);
    return true;
}

static void read_clauses(struct reader *r, struct line *line)
{
    while (!r->ended && r->indent > 0) {
        if (!line->verb || !line->verb->opens) {
            mistake(r->mistakes, place_at(r, r->at), "no clause may stand here");
            skip_line(r);
            continue;
        }
        struct line clause;
        if (line->clause_count >= MOST_CLAUSES) {
            mistake(r->mistakes, place_at(r, r->at), "a statement has at most %d clauses",
                    MOST_CLAUSES);
            while (!r->ended && r->indent > 0)
                skip_line(r);
            return;
        }
        size_t from = r->at;
        if (!read_one(r, line->verb->opens, &clause, true) || !match_line(r, &clause)
            || !is_first(r, &clause, line->clause, line->clause_count)) {
            text_lost(r, from);
            continue;
        }
        line->clause = GROW(r->arena, line->clause, line->clause_count, struct line);
        line->clause[line->clause_count++] = clause;
    }
}

static unsigned places_of(const struct line *first)
{
    bool in_scenario = first && first->verb && first->verb->id == VERB_SCENARIO;
    return in_scenario ? IN_SCENARIO : IN_FILE;
}

static void read_statement(struct reader *r, struct line **lines, size_t *count)
{
    struct line line;
    unsigned where = places_of(*count ? &(*lines)[0] : NULL);
    if (r->indent > 0 && *count == 0) {
        mistake(r->mistakes, place_at(r, r->at),
                "the first statement begins in column one");
        skip_line(r);
        return;
    }
    size_t from = r->at;
    bool ok = read_one(r, where, &line, false);
    if (ok)
        ok = match_line(r, &line) && is_first(r, &line, *lines, *count);
    read_clauses(r, &line);
    if (!ok) {
        text_lost(r, from);
        return;
    }
    *lines = GROW(r->arena, *lines, *count, struct line);
    (*lines)[(*count)++] = line;
}

/* The offset of the first byte that is not UTF-8 text; NUL is none. */
static size_t bad_utf8(str s)
{
    size_t i = 0, len;
    while (i < s.len && s.ptr[i] && (len = str_utf8(str_from(s, i))) > 0)
        i += len;
    return i;
}

static bool check_encoding(struct reader *r)
{
    size_t bad = bad_utf8(r->text);
    if (bad == r->text.len)
        return true;
    pass_lines(r, 0, bad);
    return mistake(r->mistakes, place_at(r, bad), "this byte is not UTF-8 text");
}

struct line *lines_read(struct arena *a, const char *file, str text, size_t *count,
                        struct mistakes *m)
{
    struct reader r = {
        .arena = a, .file = file, .text = text, .mistakes = m, .line_no = 1
    };
    struct line *lines = NULL;
    *count = 0;
    m->lost = (struct strs){ 0 };
    if (text.len > CEILING_SCRIPT) {
        mistake(m, (struct place){ file, 1, 1 }, "the file is longer than %d bytes",
                CEILING_SCRIPT);
        return NULL;
    }
    if (str_starts(text, "\xef\xbb\xbf")) {
        mistake(m, place_at(&r, 0),
                "the file begins with a byte order mark; save it without");
        return NULL;
    }
    if (!check_encoding(&r))
        return NULL;
    settle(&r);
    while (!r.ended)
        read_statement(&r, &lines, count);
    return lines;
}

struct line *lines_of_file(struct arena *a, const char *path, size_t *count,
                           struct mistakes *m, struct err *err)
{
    str text;
    *count = 0;
    if (!file_read(a, path, CEILING_SCRIPT, &text, err))
        return NULL;
    struct line *lines = lines_read(a, str_z(a, str_of(path)), text, count, m);
    return lines ? lines : NEW(a, struct line);
}

const struct line *lines_one(struct arena *a, const char *path, const char *verb,
                             const char *called, struct mistakes *m, struct err *err)
{
    size_t count, before = m->list.count;
    const struct line *lines = lines_of_file(a, path, &count, m, err);
    if (lines && m->list.count > before) {
        err_set(err, "the %s %s has mistakes", called, path);
        return NULL;
    }
    if (lines && (count != 1 || strcmp(lines[0].verb->name, verb) != 0)) {
        err_set(err, "%s is no %s: it begins with `%s NAME`", path, called, verb);
        return NULL;
    }
    return lines;
}
