/* SPDX-License-Identifier: MIT */
/* From an `on` line and its clauses to a rule. */
#include "script/rule.h"

#include "base/buf.h"
#include "base/names.h"
#include "http/message.h"
#include "script/names.h"
#include "script/pattern.h"
#include "script/verbs.h"

enum { MOST_PROTOCOL = 255 };

const char *const effect_names[EFFECT_KINDS] = {
    [EFFECT_HANDLED] = "handled",
    [EFFECT_DETAIL] = "detail",
    [EFFECT_PROCESSING] = "processing",
    [EFFECT_VALID] = "valid",
    [EFFECT_INVALID] = "invalid",
    [EFFECT_EXPIRED] = "expired",
    [EFFECT_CLOCK] = "clock",
    [EFFECT_REPLY] = "reply",
    [EFFECT_SUBPROBLEM] = "subproblem",
    [EFFECT_STATUS] = "status",
    [EFFECT_REDIRECT] = "redirect",
    [EFFECT_BODY] = "body",
    [EFFECT_PATCH] = "patch",
    [EFFECT_CHAIN] = "chain",
    [EFFECT_LAYOUT] = "layout",
    [EFFECT_SPOIL] = "spoil",
    [EFFECT_MEDIA_TYPE] = "media-type",
    [EFFECT_RETRY_AFTER] = "retry-after",
    [EFFECT_NONCE] = "replay-nonce",
    [EFFECT_HEADER] = "header",
    [EFFECT_ADD_HEADER] = "add-header",
    [EFFECT_DOUBLE_HEADER] = "double-header",
    [EFFECT_HEADER_CASE] = "header-case",
    [EFFECT_RELATIVE] = "relative",
    [EFFECT_LENGTH] = "length",
    [EFFECT_INTERIM] = "interim",
    [EFFECT_DELAY] = "delay",
    [EFFECT_DRIP] = "drip",
    [EFFECT_MANNER] = "manner",
    [EFFECT_RAW] = "raw-answer",
    [EFFECT_BROKEN_TLS] = "broken-tls",
    [EFFECT_ALPN] = "alpn",
};

const char *const rule_names[] = { "url", "nonce", "directory" };
const size_t rule_name_count = countof(rule_names);

bool effect_is_state(enum effect_kind kind)
{
    return kind >= EFFECT_PROCESSING && kind <= EFFECT_CLOCK;
}

const struct effect *rule_effect(const struct rule *rule, enum effect_kind kind)
{
    for (size_t i = 0; i < rule->effect_count; i++)
        if (rule->effect[i].kind == kind)
            return &rule->effect[i];
    return NULL;
}

/* --- where an effect makes sense --- */

#define AT(name) (1u << RESOURCE_##name)
static const struct {
    enum effect_kind kind;
    unsigned resources;
} fitting[] = {
    { EFFECT_PROCESSING, AT(FINALIZE) },
    { EFFECT_VALID, AT(NEW_ORDER) | AT(NEW_AUTHZ) | AT(AUTHORIZATION) | AT(CHALLENGE) },
    { EFFECT_INVALID,
      AT(NEW_ORDER) | AT(ORDER) | AT(FINALIZE) | AT(AUTHORIZATION) | AT(CHALLENGE) },
    { EFFECT_EXPIRED, AT(NEW_ORDER) | AT(ORDER) | AT(FINALIZE) | AT(AUTHORIZATION) },
    { EFFECT_CHAIN, AT(CERTIFICATE) },
};

static bool fits_resource(const struct rule *rule, enum effect_kind kind)
{
    if (rule->handshake || kind == EFFECT_ALPN)
        return rule->handshake && (kind == EFFECT_ALPN || kind == EFFECT_BROKEN_TLS);
    for (size_t i = 0; i < countof(fitting); i++)
        if (fitting[i].kind == kind)
            return !rule->any && (fitting[i].resources & (1u << rule->resource));
    return true;
}

/* --- clauses --- */

static bool is_problem(str word)
{
    return name_find(problem_names, PROBLEM_COUNT, word) >= 0
        || str_contains(word, STR(":")) || str_contains(word, STR("${"));
}

/* A problem that a state ends with is one of the RFC's own. */
static bool is_error(str word)
{
    return name_find(problem_names, PROBLEM_COUNT, word) >= 0;
}

static bool is_status(str word)
{
    long status;
    return str_starts(word, "${")
        || (str_to_long(word, 999, &status) && status >= 200 && word.len == 3);
}

/* What HTTP itself writes, so that a clause of its own has to say what is wrong of it. */
static const struct {
    const char *name;
    bool only_empty;
    const char *instead;
} written_by_http[] = {
    { "Content-Length", false, "Content-Length is what `length` claims" },
    { "Transfer-Encoding", false,
      "how a body is transferred is said by `manner chunked`" },
    { "Date", true, "an answer always has a Date, but another can be given" },
};

/* The sentence that says what is wrong with NAME: VALUE, or NULL. */
static const char *wrong_header(str text)
{
    str value = text, name;
    if (!str_contains(text, STR(":")) || !str_cut(&value, ':', &name) || !name.len)
        return "a header is written NAME: VALUE";
    if (!str_contains(name, STR("${")) && !http_is_token(name))
        return "the name of a header has no blanks or separators (RFC 9110 5.1)";
    for (size_t i = 0; i < countof(written_by_http); i++)
        if (str_eq_nocase(name, str_of(written_by_http[i].name))
            && (!written_by_http[i].only_empty || str_trim(value).len == 0))
            return written_by_http[i].instead;
    return NULL;
}

/* A nought that would do nothing, and yet be counted as if it had. */
static const char *idle_nought(const struct line *c, enum effect_kind kind)
{
    long number = 1, ms = 1000;
    if (line_has(c, "NUMBER"))
        (void)str_to_long(line_arg(c, "NUMBER"), INT32_MAX, &number);
    if (line_has(c, "DURATION"))
        (void)str_to_ms(line_arg(c, "DURATION"), &ms);
    if (kind == EFFECT_PROCESSING && number == 0)
        return "an order is processing for at least 1 poll";
    if (kind == EFFECT_DRIP && number == 0)
        return "a piece of a body has at least 1 byte";
    return kind == EFFECT_CLOCK && ms < 1000 ? "a clock jumps by at least 1s" : NULL;
}

/* RFC 9110 15.2.2: behind a 101 it is another protocol that is spoken. */
static bool is_interim(str word)
{
    long status;
    return str_starts(word, "${")
        || (str_to_long(word, 199, &status) && status >= 100 && status != 101);
}

/* What the usage cannot say.  false after telling. */
static bool check_words(const struct line *c, enum effect_kind kind, struct mistakes *m)
{
    struct arena *a = m->arena;
    str word = line_arg(c, "WORD"), protocol = line_arg(c, "VALUE");
    if ((kind == EFFECT_REPLY || kind == EFFECT_STATUS)
        && !is_status(line_arg(c, "NUMBER")))
        return mistake(m, line_arg_place(c, "NUMBER", 0),
                       "an answer has a status of 200 to 999");
    if (kind == EFFECT_INTERIM && !is_interim(line_arg(c, "NUMBER")))
        return mistake(m, c->place,
                       "an interim response has a status of 100 to 199, but not 101");
    if (word.len && (kind == EFFECT_REPLY || kind == EFFECT_SUBPROBLEM)
        && !is_problem(word))
        return mistake(m, line_arg_place(c, "WORD", 0),
                       "\"%.*s\" is no error type of ACME and no URI%.*s", STR_ARG(word),
                       STR_ARG(name_did_you_mean(a, problem_names, PROBLEM_COUNT, word)));
    if (kind == EFFECT_INVALID && !is_error(word))
        return mistake(m, line_arg_place(c, "WORD", 0),
                       "\"%.*s\" is no error type of ACME%.*s", STR_ARG(word),
                       STR_ARG(name_did_you_mean(a, problem_names, PROBLEM_COUNT, word)));
    if (kind == EFFECT_ALPN && (!protocol.len || protocol.len > MOST_PROTOCOL))
        return mistake(m, line_arg_place(c, "VALUE", 0),
                       "a protocol's name has 1 to 255 bytes (RFC 7301 3.1)");
    const char *wrong = kind == EFFECT_HEADER || kind == EFFECT_ADD_HEADER
        ? wrong_header(c->rest)
        : idle_nought(c, kind);
    return !wrong || mistake(m, line_word_place(c, 0), "%s", wrong);
}

/* Words as they stand, but for what is text to the end of the line. */
static void take_words(struct arena *a, const struct line *c, struct effect *out)
{
    if (line_has(c, "TEXT")) {
        strs_add(a, &out->words, c->rest);
        return;
    }
    for (size_t i = 0; i < c->word_count; i++)
        strs_add(a, &out->words, c->word[i].text);
}

static int kind_of(const struct line *clause)
{
    for (int i = 0; i < EFFECT_KINDS; i++)
        if (strcmp(effect_names[i], clause->verb->name) == 0)
            return i;
    return -1;
}

static bool add_effect(struct arena *a, struct rule *rule, const struct line *c,
                       struct mistakes *m)
{
    struct effect effect = { .kind = (enum effect_kind)kind_of(c), .json = c->json };
    if (!check_words(c, effect.kind, m))
        return false;
    if (!fits_resource(rule, effect.kind))
        return mistake(m, c->place, "%s does nothing on %.*s", c->verb->name,
                       STR_ARG(line_arg(rule->line, "RESOURCE")));
    take_words(a, c, &effect);
    rule->effect = GROW(a, rule->effect, rule->effect_count, struct effect);
    size_t at = rule->effect_count++;
    for (; at > 0 && rule->effect[at - 1].kind > effect.kind; at--)
        rule->effect[at] = rule->effect[at - 1];
    rule->effect[at] = effect;
    return true;
}

/* --- when --- */

static const enum subject of_request[] = { SUBJECT_METHOD,  SUBJECT_RESOURCE,
                                           SUBJECT_REQUEST, SUBJECT_PAYLOAD,
                                           SUBJECT_SENT,    SUBJECT_PROTECTED,
                                           SUBJECT_CSR };
static const enum subject of_answer[] = {
    SUBJECT_ANSWER, SUBJECT_STATUS,     SUBJECT_TYPE, SUBJECT_PROBLEM, SUBJECT_HEADER,
    SUBJECT_LINK,   SUBJECT_MEDIA_TYPE, SUBJECT_BODY, SUBJECT_TEXT
};

static bool is_among(const enum subject *list, size_t count, enum subject subject)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == subject)
            return true;
    return false;
}

/* A CSR is looked at alone: a rule knows no request before this one. */
static bool needs_journal(const struct check *check)
{
    return check->subject == SUBJECT_CSR
        && (str_is(check->arg[0], "fits") || str_is(check->arg[0], "own-key"));
}

static bool add_when(struct arena *a, struct rule *rule, const struct line *c,
                     struct mistakes *m)
{
    struct check check = {
        .place = c->place, .level = CHECK_NEED, .text = c->rest, .name = c->rest
    };
    if (!check_read(a, c, 0, &check, m))
        return false;
    if (rule->handshake)
        return mistake(m, line_word_place(c, 0),
                       "a handshake has nothing yet that a rule can look at");
    bool answer = is_among(of_answer, countof(of_answer), check.subject);
    if ((!answer && !is_among(of_request, countof(of_request), check.subject))
        || needs_journal(&check))
        return mistake(m, line_word_place(c, 0),
                       "a rule can look at method, resource, request, payload, sent, "
                       "protected, most of csr, and at what the CA answers: a status, "
                       "type, header, link, media-type, body, text");
    rule->on_answer = rule->on_answer || answer;
    rule->when = GROW(a, rule->when, rule->when_count, struct check);
    rule->when[rule->when_count++] = check;
    return true;
}

/* --- the whole rule --- */

static bool has_state(const struct rule *rule)
{
    for (size_t i = 0; i < rule->effect_count; i++)
        if (effect_is_state(rule->effect[i].kind))
            return true;
    return false;
}

static bool judge_whole(const struct rule *rule, struct mistakes *m)
{
    struct place place = rule->line->place;
    bool reply = rule_effect(rule, EFFECT_REPLY), state = has_state(rule);
    if (rule->effect_count == 0)
        return m->lost.count == 0
            && mistake(m, place, "nothing happens: a rule needs a clause such as reply");
    if (rule_effect(rule, EFFECT_HANDLED) && !reply)
        return mistake(m, place, "handled goes with reply: other answers are anyway");
    if (rule_effect(rule, EFFECT_SUBPROBLEM) && !reply)
        return mistake(m, place, "a subproblem goes with reply");
    if (rule_effect(rule, EFFECT_DETAIL) && !reply && !rule_effect(rule, EFFECT_INVALID))
        return mistake(m, place, "a detail goes with reply or invalid");
    if (state && rule->on_answer)
        return mistake(m, place,
                       "what is answered is not known before the state changes");
    if (state && reply && !rule_effect(rule, EFFECT_HANDLED))
        return mistake(m, place,
                       "with reply nothing is acted upon, so no state changes; say "
                       "handled too");
    return true;
}

static bool read_number(const struct line *line, const char *word, long *out)
{
    for (size_t i = 0; i + 1 < line->word_count; i++)
        if (str_is(line->word[i].text, word))
            return str_to_long(line->word[i + 1].text, 1000000, out);
    return true;
}

static bool read_schedule(const struct line *line, struct rule *out, struct mistakes *m)
{
    str name = line_arg(line, "RESOURCE"), choice = line_arg(line, "CHOICE");
    long after = 0, times = str_is(choice, "first") ? 1 : 0;
    bool counted = line_has(line, "times");
    out->any = str_is(name, "any");
    out->handshake = str_is(name, "handshake");
    int resource = name_find(resource_names, RESOURCE_COUNT, name);
    out->resource = resource < 0 ? RESOURCE_OTHER : (enum resource)resource;
    if (!read_number(line, "after", &after) || !read_number(line, "times", &times))
        return mistake(m, line->place, "a rule counts in whole numbers");
    if (counted && (choice.len || times < 1))
        return mistake(m, line_arg_place(line, "times", 0),
                       "times is at least 1, and stands alone: first is times 1");
    out->after = (size_t)after;
    out->times = (size_t)times;
    return true;
}

bool rule_read(struct arena *a, const struct line *line, struct rule *out,
               struct mistakes *m)
{
    *out = (struct rule){ .line = line, .text = line->text };
    bool good = read_schedule(line, out, m);
    for (size_t i = 0; i < line->clause_count; i++) {
        const struct line *c = &line->clause[i];
        bool when = strcmp(c->verb->name, "when") == 0;
        good = (when ? add_when(a, out, c, m) : add_effect(a, out, c, m)) && good;
    }
    return good && judge_whole(out, m);
}

/* --- texts of rules only --- */

static bool check_text(str text, struct place place, struct mistakes *m)
{
    str before, name;
    while (name_next(&text, &before, &name))
        if (name_find(rule_names, rule_name_count, name) < 0)
            return mistake(m, place,
                           "${%.*s} has no value here; a rule knows ${url}, ${nonce} and "
                           "${directory}",
                           STR_ARG(name));
    return true;
}

static bool check_names(const struct line *line, struct mistakes *m)
{
    bool known = true;
    for (size_t i = 0; i < line->word_count; i++)
        known = check_text(line->word[i].text, line_word_place(line, i), m) && known;
    if (line->json)
        known = check_text(json_text(m->arena, line->json), line->json_place, m) && known;
    return known;
}

bool rules_of_lines(struct arena *a, const struct line *lines, size_t count,
                    struct rules_read *out, struct mistakes *m)
{
    size_t before = m->list.count;
    for (size_t i = 0; i < count; i++) {
        struct rule rule;
        if (lines[i].verb->id != VERB_ON) {
            mistake(m, lines[i].place,
                    lines[i].verb->id == VERB_CA
                        ? "a setting of the CA is for its start, in a file for --script"
                        : "only rules and settings of the CA stand in such a file");
            continue;
        }
        for (size_t k = 0; k < lines[i].clause_count; k++)
            check_names(&lines[i].clause[k], m);
        if (!rule_read(a, &lines[i], &rule, m))
            continue;
        out->row = GROW(a, out->row, out->count, struct rule);
        out->row[out->count++] = rule;
    }
    return m->list.count == before;
}

static str next_word(str text, size_t *at)
{
    while (*at < text.len && str_find_char(STR(" \t"), text.ptr[*at]) < 2)
        (*at)++;
    size_t from = *at;
    while (*at < text.len && str_find_char(STR(" \t"), text.ptr[*at]) == 2)
        (*at)++;
    return (str){ text.ptr + from, *at - from };
}

static const struct verb *clause_named(str word)
{
    size_t used;
    return word.len ? verb_find(IN_ON, word, STR_NONE, &used) : NULL;
}

/* What may stand between the resource and the first clause. */
static bool is_schedule(str word)
{
    static const char *const words[] = { "first", "always", "after", "times" };
    long number;
    return name_find(words, countof(words), word) >= 0
        || str_to_long(word, INT32_MAX, &number);
}

/* Where the first clause begins behind `on RESOURCE ...`; where there is none, what may
 * have been meant to be one. */
static size_t first_clause(str text)
{
    size_t at = 0, meant = text.len;
    next_word(text, &at);
    next_word(text, &at);
    while (at < text.len) {
        str word = next_word(text, &at);
        size_t begin = at - word.len;
        word = str_upto(word, str_find_char(word, ';'));
        if (clause_named(word))
            return begin;
        if (meant == text.len && word.len && !is_schedule(word))
            meant = begin;
    }
    return meant;
}

/* Whether a clause ends at the ";" at `at`: where another follows, or nothing; and what
 * is no text to the end of the line ends before a blank, whatever follows. */
static bool ends_clause(str text, size_t begin, size_t at)
{
    size_t from = begin, behind = at + 1;
    const struct verb *verb = clause_named(next_word(text, &from));
    str next = next_word(text, &behind);
    if (!next.len || clause_named(next))
        return true;
    return verb && !pattern_takes_text(verb->usage) && strchr(" \t", text.ptr[at + 1]);
}

/* One line as a statement and its clauses, which a ";" separates, but for one inside a
 * JSON string; one may stand before the first clause and behind the last, too. */
static str in_lines(struct arena *a, str text)
{
    struct buf out = buf_new(a, CEILING_SCRIPT);
    size_t begin = first_clause(text);
    bool quoted = false;
    str head = str_trim(str_upto(text, begin));
    head.len -= str_ends(head, ";");
    buf_addf(&out, "%.*s\n  ", STR_ARG(head));
    for (size_t i = begin; i < text.len; i++) {
        char c = text.ptr[i];
        quoted = quoted != (c == '"' && text.ptr[i - 1] != '\\');
        if (c == ';' && !quoted && ends_clause(text, begin, i)) {
            buf_add(&out, STR("\n "));
            begin = i + 1;
        } else {
            buf_add_char(&out, c);
        }
    }
    buf_add_char(&out, '\n');
    return buf_str(&out);
}

struct line *rules_lines(struct arena *a, const char *file, str text, size_t *count,
                         struct mistakes *m)
{
    size_t before = m->list.count;
    text = str_trim(text);
    if (!str_contains(text, STR("\n")))
        text = in_lines(a, text);
    struct line *lines = lines_read(a, file, text, count, m);
    if (*count == 0 && m->list.count == before)
        mistake(m, (struct place){ file, 1, 1 }, "a rule begins with `on RESOURCE`");
    return lines;
}

bool rules_read(struct arena *a, const char *file, str text, struct rules_read *out,
                struct mistakes *m)
{
    size_t count, before = m->list.count;
    struct line *lines = rules_lines(a, file, text, &count, m);
    return rules_of_lines(a, lines, count, out, m) && m->list.count == before;
}
