/* SPDX-License-Identifier: MIT */
/* From the words of a line to a check: the subject, its arguments, then the test. */
#include "script/check.h"

#include <ctype.h>
#include <regex.h>

#include "acme/words.h"
#include "script/check_words.h"

const char *const check_level_names[CHECK_LEVELS] = {
    [CHECK_NEED] = "need",
    [CHECK_SHOULD] = "should",
    [CHECK_MUST] = "must",
};

const char *const outcome_words[OUTCOME_COUNT] = {
    [OUTCOME_ISSUED] = "issued",   [OUTCOME_DONE] = "done",
    [OUTCOME_GAVE_UP] = "gave-up", [OUTCOME_HUNG] = "hung",
    [OUTCOME_CRASHED] = "crashed", [OUTCOME_LIED] = "lied",
};

/* The words that are still to be read. */
struct cursor {
    struct arena *arena;
    const struct line *line;
    size_t at;    /* the next word */
    json_t *json; /* behind the words, until it is taken */
    struct mistakes *mistakes;
    const struct check *check; /* what is known of it so far */
};

static size_t left(const struct cursor *c)
{
    return c->line->word_count - c->at;
}

static const struct word *next(const struct cursor *c)
{
    return &c->line->word[c->at];
}

static struct place here(const struct cursor *c)
{
    return line_word_place(c->line, c->at);
}

static bool skip_word(struct cursor *c, const char *text)
{
    if (!left(c) || next(c)->quoted || !str_is(next(c)->text, text))
        return false;
    c->at++;
    return true;
}

static const struct word *take_word(struct cursor *c)
{
    return &c->line->word[c->at++];
}

static bool unknown(struct cursor *c, const char *what, const char *const names[],
                    size_t count)
{
    str word = left(c) ? str_upto(next(c)->text, 60) : STR("this JSON value");
    return mistake(c->mistakes, here(c), "\"%.*s\" is %s%.*s", STR_ARG(word), what,
                   STR_ARG(name_did_you_mean(c->arena, names, count, word)));
}

/* --- `STATUS [or STATUS]... [TYPE [or TYPE]...]` --- */

static bool unfit_answer(struct cursor *c)
{
    str word = next(c)->text;
    if (status_word(word) || problem_word_fits(word))
        return mistake(c->mistakes, here(c), "`or` is missing before \"%.*s\"",
                       STR_ARG(word));
    if (isdigit((unsigned char)word.ptr[0]))
        return unknown(c, "no status: write 100 to 599, or a class such as 4xx", NULL, 0);
    return unknown(c, "neither a status nor an error type of the registry", problem_names,
                   PROBLEM_COUNT);
}

static bool read_alternatives(struct cursor *c, bool (*fits)(str), struct strs *out)
{
    do {
        if (!left(c))
            return mistake(c->mistakes, c->line->place, "nothing stands behind `or`");
        if (fits == status_word && out->count && problem_word_fits(next(c)->text))
            return mistake(c->mistakes, here(c),
                           "an error type stands behind the statuses without `or`");
        if (!fits(next(c)->text))
            return unfit_answer(c);
        if (strs_has(out, next(c)->text))
            return mistake(c->mistakes, here(c), "\"%.*s\" stands there twice",
                           STR_ARG(next(c)->text));
        strs_add(c->arena, out, take_word(c)->text);
    } while (skip_word(c, "or"));
    return true;
}

static bool read_answer(struct cursor *c, struct check *out)
{
    out->subject = SUBJECT_ANSWER;
    if (!read_alternatives(c, status_word, &out->statuses))
        return false;
    if (left(c) && problem_word_fits(next(c)->text)
        && !read_alternatives(c, problem_word_fits, &out->types))
        return false;
    if (left(c))
        return unfit_answer(c);
    return !c->json || mistake(c->mistakes, here(c), "no JSON value may stand here");
}

/* --- tests --- */

/* A bare word is a number, true, false, null or a string; a quoted one is a string. */
static json_t *value_of(struct cursor *c, const struct word *w)
{
    long n;
    if (w->quoted)
        return json_string_of(c->arena, w->text);
    if (str_is(w->text, "true") || str_is(w->text, "false"))
        return json_boolean(str_is(w->text, "true"));
    if (str_is(w->text, "null"))
        return json_null();
    if (str_to_long(w->text, 1000000000000, &n))
        return json_keep(c->arena, json_integer(n));
    return json_string_of(c->arena, w->text);
}

static bool has_value(const json_t *values, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(values); i++)
        if (json_equal(json_array_get(values, i), value))
            return true;
    return false;
}

static bool read_values(struct cursor *c, struct test_of *test)
{
    test->values = json_keep(c->arena, json_array());
    do {
        if (!left(c) && !c->json)
            return mistake(c->mistakes, c->line->place, "a value is missing at the end");
        json_t *value = left(c) ? value_of(c, next(c)) : c->json;
        if (has_value(test->values, value))
            return mistake(c->mistakes, here(c), "the value stands there twice");
        json_array_append(test->values, value);
        if (!left(c)) {
            c->json = NULL;
            return true;
        }
        take_word(c);
    } while (skip_word(c, "or"));
    return true;
}

/* Values that the subject itself may have: any other is a slip of the pen, and the check
 * could never hold, or never fail. */
static bool read_equal(struct cursor *c, struct test_of *test)
{
    size_t from = c->at;
    const struct vocabulary *known = test == &c->check->test
        ? vocabulary_of(c->check->subject, c->check->arg[0])
        : NULL;
    for (size_t i = from; known && i < c->line->word_count; i += 2) {
        c->at = i;
        if (!vocabulary_has(known, next(c)->text))
            return unknown(c, known->called, known->names, known->count);
    }
    c->at = from;
    return read_values(c, test);
}

static bool check_form(struct cursor *c, str form)
{
    if (form.len > 1 && form.ptr[0] == '/' && str_ends(form, "/")) {
        regex_t regex;
        char *text = str_z(c->arena, (str){ form.ptr + 1, form.len - 2 });
        if (str_contains(form, STR("${")))
            return mistake(c->mistakes, here(c),
                           "no ${name} is replaced in a /regular expression/; compare "
                           "with is or contains");
        if (regcomp(&regex, text, REG_EXTENDED | REG_NOSUB) != 0)
            return mistake(c->mistakes, here(c),
                           "%s is not a POSIX extended regular expression", text);
        regfree(&regex);
        return true;
    }
    if (form_known(form))
        return true;
    const char **names = NEW_ARRAY(c->arena, const char *, form_count);
    for (size_t i = 0; i < form_count; i++)
        names[i] = forms[i].name;
    return unknown(c, "no form; write /a regular expression/ or a form", names,
                   form_count);
}

/* Each word of the values, with the cursor at it. */
static bool each_value(struct cursor *c, struct test_of *test,
                       bool (*fits)(struct cursor *c, str word))
{
    size_t from = c->at;
    if (!read_values(c, test))
        return false;
    size_t to = c->at;
    for (size_t i = 0; i < json_array_size(test->values); i++) {
        c->at = from + 2 * i;
        json_t *value = json_array_get(test->values, i);
        if (!fits(c, left(c) && !json_is_string(value) ? next(c)->text : json_str(value)))
            return false;
    }
    c->at = to;
    return true;
}

static bool read_forms(struct cursor *c, struct test_of *test)
{
    return each_value(c, test, check_form);
}

static bool read_number(struct cursor *c, struct test_of *test)
{
    long n;
    if (!left(c))
        return mistake(c->mistakes, c->line->place, "a number is missing at the end");
    str text = next(c)->text;
    bool number = str_starts(text, "${") || str_to_long(text, 1000000000000, &n);
    if (!number && !str_to_ms(text, &n))
        return mistake(c->mistakes, here(c), "\"%.*s\" where a number was expected",
                       STR_ARG(text));
    test->values = json_keep(c->arena, json_array());
    json_array_append(test->values,
                      number ? value_of(c, next(c))
                             : json_keep(c->arena, json_integer(n)));
    take_word(c);
    return true;
}

static bool read_count(struct cursor *c, struct test_of *test)
{
    test->bound = TEST_IS;
    if (skip_word(c, "at"))
        test->bound = skip_word(c, "least") ? TEST_AT_LEAST
            : skip_word(c, "most")          ? TEST_AT_MOST
                                            : TEST_KINDS;
    if (test->bound == TEST_KINDS)
        return mistake(c->mistakes, left(c) ? here(c) : c->line->place,
                       "\"at\" is followed by \"least\" or \"most\"");
    return read_number(c, test);
}

static bool read_test(struct cursor *c, struct test_of *test);

static bool read_inner(struct cursor *c, struct test_of *test)
{
    test->pointer = STR_NONE;
    if (left(c) && str_starts(next(c)->text, "/") && !next(c)->quoted)
        test->pointer = take_word(c)->text;
    test->inner = NEW(c->arena, struct test_of);
    return read_test(c, test->inner);
}

static bool read_nothing(struct cursor *c, struct test_of *test)
{
    (void)c;
    (void)test;
    return true;
}

static bool is_type(struct cursor *c, str word)
{
    static const char *const names[] = { "string", "number", "boolean",
                                         "array",  "object", "null" };
    return name_find(names, countof(names), word) >= 0
        || unknown(c, "no JSON type", names, countof(names));
}

static bool read_type(struct cursor *c, struct test_of *test)
{
    return each_value(c, test, is_type);
}

typedef bool test_reader(struct cursor *c, struct test_of *test);
static test_reader *const test_readers[TEST_KINDS] = {
    [TEST_HOLDS] = read_nothing,     [TEST_IS] = read_equal,
    [TEST_IS_NOT] = read_equal,      [TEST_MATCHES] = read_forms,
    [TEST_MATCHES_NOT] = read_forms, [TEST_CONTAINS] = read_values,
    [TEST_LACKS] = read_values,      [TEST_PRESENT] = read_nothing,
    [TEST_ABSENT] = read_nothing,    [TEST_TYPE] = read_type,
    [TEST_COUNT] = read_count,       [TEST_AT_LEAST] = read_number,
    [TEST_AT_MOST] = read_number,    [TEST_BEFORE] = read_values,
    [TEST_AFTER] = read_values,      [TEST_EACH] = read_inner,
    [TEST_ANY] = read_inner,
};

/* The row whose words stand here; two-word names first. */
static int find_test(struct cursor *c)
{
    int found = -1;
    for (int i = TEST_IS; i < TEST_KINDS; i++) {
        str name = str_of(tests[i].name), first;
        str_cut(&name, ' ', &first);
        if (!left(c) || next(c)->quoted || !str_eq(next(c)->text, first))
            continue;
        bool two = name.len > 0;
        if (two && left(c) > 1 && str_eq(next(c)[1].text, name))
            return i;
        if (!two)
            found = i;
    }
    return found;
}

/* "exists" is what others call it. */
static bool unknown_test(struct cursor *c)
{
    const char *names[TEST_KINDS];
    for (int i = 0; i < TEST_KINDS; i++)
        names[i] = tests[i].name;
    if (left(c) && (str_is(next(c)->text, "exists") || str_is(next(c)->text, "exist")))
        return unknown(c, "no test (see acmespec help tests); did you mean \"present\"?",
                       NULL, 0);
    return unknown(c, "no test (see acmespec help tests)", names, TEST_KINDS);
}

static bool read_test(struct cursor *c, struct test_of *test)
{
    if (!left(c) && !c->json) {
        test->test = TEST_HOLDS;
        return true;
    }
    int found = find_test(c);
    if (found < 0)
        return unknown_test(c);
    test->test = (enum test)found;
    c->at += strchr(tests[found].name, ' ') ? 2 : 1;
    return test_readers[found](c, test);
}

/* --- subjects --- */

static bool unfit_arg(struct cursor *c, const struct subject_row *row, size_t n)
{
    str word = next(c)->text;
    if (strcmp(row->args, "[POINTER]") == 0)
        return unknown(c,
                       str_starts(word, "/")
                           ? "no JSON pointer: a ~ is followed by 0 or 1"
                           : "no JSON pointer: it begins with /",
                       NULL, 0);
    return mistake(c->mistakes, here(c), "%s is followed by %s, not by \"%.*s\"%.*s",
                   row->name, row->args, STR_ARG(str_upto(word, 60)),
                   STR_ARG(arg_near(c->arena, row, n, word)));
}

/* Arguments of the subject: the optional ones are taken unless a test begins there. */
static bool read_args(struct cursor *c, struct check *out)
{
    const struct subject_row *row = &subjects[out->subject];
    size_t needed = row->arg_count - row->optional;
    out->arg_place = here(c);
    while (out->arg_count < row->arg_count) {
        bool must_be_arg = out->arg_count < needed;
        if (!left(c) || (!must_be_arg && find_test(c) >= 0))
            break;
        if (!arg_fits(row, out->arg_count, next(c)->text))
            return unfit_arg(c, row, out->arg_count);
        out->arg[out->arg_count++] = take_word(c)->text;
    }
    return out->arg_count >= needed
        || mistake(c->mistakes, c->line->place, "%s is followed by %s", row->name,
                   row->args);
}

static bool read_subject(struct cursor *c, struct check *out)
{
    int found = left(c) ? subject_find(next(c)->text) : -1;
    if (found < 0) {
        const char *names[SUBJECT_KINDS];
        for (int i = 0; i < SUBJECT_KINDS; i++)
            names[i] = subjects[i].name;
        return unknown(c, "nothing that can be checked (see acmespec help checks)", names,
                       SUBJECT_KINDS);
    }
    out->subject = (enum subject)found;
    take_word(c);
    return read_args(c, out);
}

/* `queries dns ${domain} any at least 1`: the name alone is of any type. */
static bool test_fits(struct cursor *c, const struct check *check)
{
    static const enum subject numbers[] = { SUBJECT_STATUS,      SUBJECT_HEADERS,
                                            SUBJECT_RETRY_AFTER, SUBJECT_COUNT_OF,
                                            SUBJECT_QUERIES,     SUBJECT_GAP,
                                            SUBJECT_TIME,        SUBJECT_NUMBER,
                                            SUBJECT_EXIT };
    enum test test = check->test.test;
    for (size_t i = 0; i < countof(numbers); i++)
        if (check->subject == numbers[i] && (test == TEST_EACH || test == TEST_ANY))
            return mistake(c->mistakes, check->place,
                           "%s is one number, and `%s` is of a list",
                           subjects[check->subject].name, tests[test].name);
    return true;
}

/* `client issued or gave-up`: the outcome stands without `is`. */
static bool read_outcomes(struct cursor *c, struct check *out)
{
    out->test.test = TEST_IS;
    return read_equal(c, &out->test);
}

bool check_read(struct arena *a, const struct line *line, size_t from, struct check *out,
                struct mistakes *m)
{
    struct cursor c = { .arena = a,
                        .line = line,
                        .at = from,
                        .json = line->json,
                        .mistakes = m,
                        .check = out };
    out->place = line->place;
    if (left(&c) && !next(&c)->quoted && isdigit((unsigned char)next(&c)->text.ptr[0]))
        return read_answer(&c, out);
    if (!read_subject(&c, out))
        return false;
    if (out->subject == SUBJECT_CLIENT ? !read_outcomes(&c, out)
                                       : !read_test(&c, &out->test))
        return false;
    if (!test_fits(&c, out))
        return false;
    if (left(&c) || c.json)
        return mistake(
            m, here(&c), "\"%.*s\" is one word too many",
            STR_ARG(left(&c) ? str_upto(next(&c)->text, 60) : STR("the JSON value")));
    return true;
}

/* --- where it stands --- */

/* A count of statuses is of an `at once`, one of requests, and a gap between them, of a
 * client. */
static unsigned homes_of(const struct check *check)
{
    bool of_requests = check->subject == SUBJECT_COUNT_OF && !status_word(check->arg[0]);
    if (of_requests || (check->subject == SUBJECT_GAP && check->arg_count))
        return OF_CLIENT;
    if (check->subject == SUBJECT_COUNT_OF || check->subject == SUBJECT_GAP)
        return OF_SERVER;
    return subjects[check->subject].homes;
}

bool check_belongs(const struct check *check, unsigned homes, struct mistakes *m)
{
    const char *name = subjects[check->subject].name;
    if (!homes || (homes_of(check) & homes))
        return true;
    if (homes_of(check) == OF_CLIENT_WATCHES)
        return mistake(m, check->place, "%s is for watches of suite client", name);
    if (homes & OF_WATCHES)
        return mistake(m, check->place,
                       "%s is not of one message, and a watch looks at nothing else",
                       name);
    return mistake(m, check->place,
                   homes & OF_SERVER
                       ? "%s is of a client under test, and there is none in suite server"
                       : "%s is of an answer to acmespec, and in suite client the client "
                         "does the asking",
                   *name ? name : "a status");
}
