/* SPDX-License-Identifier: MIT */
/* From the words of a line to a check: the subject, its arguments, then the test. */
#include "script/check.h"

#include <ctype.h>
#include <regex.h>

#include "acme/words.h"

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
    const struct word *word;
    size_t left;
    json_t *json;
    struct err *err;
};

static bool at_word(const struct cursor *c, const char *text)
{
    return c->left > 0 && !c->word->quoted && str_is(c->word->text, text);
}

static bool skip_word(struct cursor *c, const char *text)
{
    if (!at_word(c, text))
        return false;
    c->word++;
    c->left--;
    return true;
}

static const struct word *take_word(struct cursor *c)
{
    c->left--;
    return c->word++;
}

static bool is_status_word(str s)
{
    return s.len == 3 && isdigit((unsigned char)s.ptr[0])
        && ((isdigit((unsigned char)s.ptr[1]) && isdigit((unsigned char)s.ptr[2]))
            || (s.ptr[1] == 'x' && s.ptr[2] == 'x'));
}

static bool is_problem_word(str s)
{
    return name_find(problem_names, PROBLEM_COUNT, s) >= 0 || str_contains(s, STR(":"))
        || str_starts(s, "${");
}

/* `STATUS [or STATUS]... [TYPE [or TYPE]...]` */
static bool read_answer(struct cursor *c, struct check *out)
{
    out->subject = SUBJECT_ANSWER;
    while (c->left && is_status_word(c->word->text)) {
        strs_add(c->arena, &out->statuses, take_word(c)->text);
        skip_word(c, "or");
    }
    while (c->left && is_problem_word(c->word->text)) {
        strs_add(c->arena, &out->types, take_word(c)->text);
        skip_word(c, "or");
    }
    if (c->left == 0)
        return true;
    str near = name_did_you_mean(c->arena, problem_names, PROBLEM_COUNT, c->word->text);
    return err_set(c->err,
                   "\"%.*s\" is neither a status nor an error type of the registry%.*s",
                   STR_ARG(str_upto(c->word->text, 60)), STR_ARG(near));
}

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

static bool read_values(struct cursor *c, struct test_of *test)
{
    test->values = json_keep(c->arena, json_array());
    while (c->left) {
        json_array_append(test->values, value_of(c, take_word(c)));
        if (!skip_word(c, "or"))
            break;
    }
    if (c->json) {
        json_array_append(test->values, c->json);
        c->json = NULL;
    }
    return json_array_size(test->values) > 0
        || err_set(c->err, "a value is missing at the end");
}

static bool check_form(struct cursor *c, str form)
{
    if (form.len > 1 && form.ptr[0] == '/' && str_ends(form, "/")) {
        regex_t regex;
        char *text = str_z(c->arena, (str){ form.ptr + 1, form.len - 2 });
        if (regcomp(&regex, text, REG_EXTENDED | REG_NOSUB) != 0)
            return err_set(c->err, "%s is not a POSIX extended regular expression", text);
        regfree(&regex);
        return true;
    }
    if (form_known(form))
        return true;
    const char **names = NEW_ARRAY(c->arena, const char *, form_count);
    for (size_t i = 0; i < form_count; i++)
        names[i] = forms[i].name;
    str near = name_did_you_mean(c->arena, names, form_count, form);
    return err_set(c->err,
                   "\"%.*s\" is no form; write /a regular expression/ or a form%.*s",
                   STR_ARG(form), STR_ARG(near));
}

static bool read_forms(struct cursor *c, struct test_of *test)
{
    if (!read_values(c, test))
        return false;
    for (size_t i = 0; i < json_array_size(test->values); i++)
        if (!check_form(c, json_str(json_array_get(test->values, i))))
            return false;
    return true;
}

static bool read_number(struct cursor *c, struct test_of *test)
{
    long n;
    if (c->left == 0)
        return err_set(c->err, "a number is missing at the end");
    str text = c->word->text;
    if (!str_starts(text, "${") && !str_to_long(text, 1000000000000, &n)
        && !str_to_ms(text, &n))
        return err_set(c->err, "\"%.*s\" where a number was expected", STR_ARG(text));
    test->values = json_keep(c->arena, json_array());
    bool span = !str_starts(text, "${") && !str_to_long(text, 1000000000000, &n)
        && str_to_ms(text, &n);
    json_array_append(test->values,
                      span ? json_keep(c->arena, json_integer(n)) : value_of(c, c->word));
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
        return err_set(c->err, "\"at\" is followed by \"least\" or \"most\"");
    return read_number(c, test);
}

static bool read_test(struct cursor *c, struct test_of *test);

static bool read_inner(struct cursor *c, struct test_of *test)
{
    test->pointer = STR_NONE;
    if (c->left && c->word->text.len && c->word->text.ptr[0] == '/' && !c->word->quoted)
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

static bool read_type(struct cursor *c, struct test_of *test)
{
    static const char *const names[] = { "string", "number", "boolean",
                                         "array",  "object", "null" };
    if (!read_values(c, test))
        return false;
    for (size_t i = 0; i < json_array_size(test->values); i++) {
        json_t *value = json_array_get(test->values, i);
        if (!json_is_null(value) && name_find(names, countof(names), json_str(value)) < 0)
            return err_set(c->err, "\"%.*s\" is no JSON type", STR_ARG(json_str(value)));
    }
    return true;
}

typedef bool test_reader(struct cursor *c, struct test_of *test);
static test_reader *const test_readers[TEST_KINDS] = {
    [TEST_HOLDS] = read_nothing,     [TEST_IS] = read_values,
    [TEST_IS_NOT] = read_values,     [TEST_MATCHES] = read_forms,
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
        if (c->left == 0 || c->word->quoted || !str_eq(c->word->text, first))
            continue;
        bool two = name.len > 0;
        if (two && c->left > 1 && str_eq(c->word[1].text, name))
            return i;
        if (!two)
            found = i;
    }
    return found;
}

static bool read_test(struct cursor *c, struct test_of *test)
{
    if (c->left == 0 && !c->json) {
        test->test = TEST_HOLDS;
        return true;
    }
    int found = find_test(c);
    if (found < 0) {
        const char *names[TEST_KINDS];
        for (int i = 0; i < TEST_KINDS; i++)
            names[i] = tests[i].name;
        str word = c->left ? c->word->text : STR("this JSON value");
        str near = name_did_you_mean(c->arena, names, TEST_KINDS, word);
        return err_set(c->err, "\"%.*s\" is no test (see acmespec help tests)%.*s",
                       STR_ARG(str_upto(word, 60)), STR_ARG(near));
    }
    test->test = (enum test)found;
    take_word(c);
    if (strchr(tests[found].name, ' '))
        take_word(c);
    return test_readers[found](c, test);
}

/* Arguments of the subject: the optional ones are taken unless a test begins there. */
static bool read_args(struct cursor *c, struct check *out)
{
    const struct subject_row *row = &subjects[out->subject];
    size_t needed = row->arg_count - row->optional;
    while (out->arg_count < row->arg_count) {
        bool must_be_arg = out->arg_count < needed;
        if (c->left == 0 || (!must_be_arg && find_test(c) >= 0))
            break;
        out->arg[out->arg_count++] = take_word(c)->text;
    }
    return out->arg_count >= needed
        || err_set(c->err, "%s is followed by %s", row->name, row->args);
}

static bool read_subject(struct cursor *c, struct check *out)
{
    int found = c->left ? subject_find(c->word->text) : -1;
    if (found < 0) {
        const char *names[SUBJECT_KINDS];
        for (int i = 0; i < SUBJECT_KINDS; i++)
            names[i] = subjects[i].name;
        str word = c->left ? c->word->text : STR("");
        str near = name_did_you_mean(c->arena, names, SUBJECT_KINDS, word);
        return err_set(c->err,
                       "\"%.*s\" is nothing that can be checked (see acmespec help "
                       "checks)%.*s",
                       STR_ARG(str_upto(word, 60)), STR_ARG(near));
    }
    out->subject = (enum subject)found;
    take_word(c);
    return read_args(c, out);
}

static bool is_resource_word(str s)
{
    return str_is(s, "any") || name_find(resource_names, RESOURCE_COUNT, s) >= 0;
}

/* Some words must fit more closely than "a word". */
static bool check_args(struct cursor *c, const struct check *out)
{
    bool pointer = out->subject == SUBJECT_BODY || out->subject == SUBJECT_REQUEST;
    if (pointer && out->arg_count && !json_is_pointer(out->arg[0])
        && !str_contains(out->arg[0], STR("${")))
        return err_set(c->err, "\"%.*s\" is no JSON pointer: it begins with /",
                       STR_ARG(out->arg[0]));
    bool counted = out->subject == SUBJECT_COUNT_OF && !is_status_word(out->arg[0]);
    bool listed = out->subject == SUBJECT_REQUESTS
        || (out->subject == SUBJECT_GAP && out->arg_count);
    if ((counted || listed) && !is_resource_word(out->arg[0]))
        return err_set(c->err, "%s is followed by %s, not by \"%.*s\"",
                       subjects[out->subject].name,
                       counted ? "a status such as 201 or 2xx, or a resource"
                               : "a resource such as newOrder, or any",
                       STR_ARG(out->arg[0]));
    return true;
}

/* `client issued or gave-up`: the outcome stands without `is`. */
static bool read_outcomes(struct cursor *c, struct check *out)
{
    for (size_t i = 0; i < c->left; i += 2)
        if (name_find(outcome_words, OUTCOME_COUNT, c->word[i].text) < 0)
            return err_set(c->err, "\"%.*s\" is no outcome%.*s",
                           STR_ARG(str_upto(c->word[i].text, 60)),
                           STR_ARG(name_did_you_mean(c->arena, outcome_words,
                                                     OUTCOME_COUNT, c->word[i].text)));
    out->test.test = TEST_IS;
    return read_values(c, &out->test);
}

bool check_read(struct arena *a, const struct line *line, size_t from, struct check *out,
                struct err *err)
{
    struct cursor c = { a, line->word + from, line->word_count - from, line->json, err };
    out->place = line->place;
    if (c.left && !c.word->quoted && is_status_word(c.word->text))
        return read_answer(&c, out);
    if (!read_subject(&c, out) || !check_args(&c, out))
        return false;
    if (out->subject == SUBJECT_CLIENT ? !read_outcomes(&c, out)
                                       : !read_test(&c, &out->test))
        return false;
    if (c.left || c.json)
        return err_set(
            err, "\"%.*s\" is one word too many",
            STR_ARG(c.left ? str_upto(c.word->text, 60) : STR("the JSON value")));
    return true;
}
