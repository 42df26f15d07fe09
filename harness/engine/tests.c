/* SPDX-License-Identifier: MIT */
/* The tests of a check: one function per row of the table `tests`. */
#include "acme/problem.h"
#include "base/clock.h"
#include "engine/judge.h"

/* A test in progress: the expanded values, where the finding goes. */
struct trial {
    struct world *world;
    const struct test_of *test;
    json_t *values; /* expanded */
    json_t *value;  /* what is looked at, NULL when absent */
    str *found;
    struct err *err;
};

static str short_text(struct world *w, json_t *value)
{
    if (!value)
        return STR("nothing is there");
    str text = json_text(w->arena, value);
    return text.len <= 300
        ? arena_printf(w->arena, "it is %.*s", STR_ARG(text))
        : arena_printf(w->arena, "it is %.*s...", STR_ARG(str_upto(text, 300)));
}

/* Text of a scalar, so that 5 and "5" compare alike where a scenario wrote a bare word.
 */
static str scalar_text(struct arena *a, json_t *value)
{
    return json_is_string(value) ? json_str(value) : json_text(a, value);
}

static bool same(struct world *w, json_t *value, json_t *wanted)
{
    if (json_equal(value, wanted))
        return true;
    /* A status class such as 4xx. */
    str text = json_str(wanted);
    if (json_is_integer(value) && text.len == 3 && str_ends(text, "xx"))
        return json_integer_value(value) / 100 == text.ptr[0] - '0';
    bool numbers = (json_is_number(value) && json_is_string(wanted))
        || (json_is_string(value) && json_is_number(wanted));
    return numbers && str_eq(scalar_text(w->arena, value), scalar_text(w->arena, wanted));
}

static bool is_any_of(const struct trial *t)
{
    for (size_t i = 0; i < json_array_size(t->values); i++)
        if (same(t->world, t->value, json_array_get(t->values, i)))
            return true;
    return false;
}

static bool test_holds(const struct trial *t)
{
    return t->value && !json_is_false(t->value);
}

static bool test_is(const struct trial *t)
{
    return t->value && is_any_of(t);
}

static bool test_is_not(const struct trial *t)
{
    return t->value && !is_any_of(t);
}

static bool fits_any_form(const struct trial *t)
{
    for (size_t i = 0; i < json_array_size(t->values); i++)
        if (form_fits(t->world, json_str(json_array_get(t->values, i)), t->value))
            return true;
    return false;
}

static bool test_matches(const struct trial *t)
{
    return t->value && fits_any_form(t);
}

static bool test_matches_not(const struct trial *t)
{
    return t->value && !fits_any_form(t);
}

/* In any case of letters for texts: header values such as "No-Store". */
static bool text_contains(str whole, str part)
{
    for (size_t i = 0; i + part.len <= whole.len; i++)
        if (str_eq_nocase((str){ whole.ptr + i, part.len }, part))
            return true;
    return false;
}

static bool contains_one(const struct trial *t, json_t *wanted)
{
    size_t i;
    json_t *item;
    if (json_is_string(t->value) && json_is_string(wanted))
        return text_contains(json_str(t->value), json_str(wanted));
    if (json_is_array(t->value) && !json_is_array(wanted))
        json_array_foreach(t->value, i,
                           item) if (same(t->world, item, wanted)
                                     || json_contains(item, wanted)) return true;
    if (json_is_object(t->value) && json_is_string(wanted))
        return json_object_get(t->value, json_string_value(wanted)) != NULL;
    return json_contains(t->value, wanted);
}

static bool test_contains(const struct trial *t)
{
    for (size_t i = 0; t->value && i < json_array_size(t->values); i++)
        if (contains_one(t, json_array_get(t->values, i)))
            return true;
    return false;
}

static bool test_lacks(const struct trial *t)
{
    return !test_contains(t);
}

static bool test_present(const struct trial *t)
{
    return t->value != NULL;
}

static bool test_absent(const struct trial *t)
{
    return t->value == NULL;
}

static bool test_type(const struct trial *t)
{
    for (size_t i = 0; t->value && i < json_array_size(t->values); i++) {
        json_t *name = json_array_get(t->values, i);
        str wanted = json_is_null(name) ? STR("null") : json_str(name);
        if (str_is(wanted, json_type_name(t->value)))
            return true;
    }
    return false;
}

static bool number_of(const struct trial *t, json_t *value, double *out)
{
    long n;
    if (json_is_number(value)) {
        *out = json_number_value(value);
        return true;
    }
    str text = json_str(value);
    if (!str_to_long(text, 4000000000000, &n) && !str_to_ms(text, &n))
        return false;
    (void)t;
    *out = (double)n;
    return true;
}

static bool bounded(const struct trial *t, enum test bound, double value)
{
    double wanted;
    if (!number_of(t, json_array_get(t->values, 0), &wanted))
        return err_set(t->err, "the check compares with something that is no number");
    if (bound == TEST_AT_LEAST)
        return value >= wanted;
    if (bound == TEST_AT_MOST)
        return value <= wanted;
    return value >= wanted && value <= wanted;
}

static bool test_count(const struct trial *t)
{
    size_t count = json_is_array(t->value) ? json_array_size(t->value)
        : json_is_object(t->value)         ? json_object_size(t->value)
        : json_is_integer(t->value)        ? (size_t)json_integer_value(t->value)
                                           : (size_t)(t->value != NULL);
    return bounded(t, t->test->bound, (double)count);
}

static bool test_bound(const struct trial *t)
{
    double value;
    return t->value && number_of(t, t->value, &value) && bounded(t, t->test->test, value);
}

static bool date_of(str text, time_t *when)
{
    if (str_is(text, "now")) {
        *when = clock_wall();
        return true;
    }
    return date_from_rfc3339(text, when) || date_from_http(text, when);
}

static bool test_date(const struct trial *t)
{
    time_t value, wanted;
    if (!date_of(json_str(json_array_get(t->values, 0)), &wanted))
        return err_set(t->err, "the check compares with something that is no date");
    if (!t->value || !date_of(json_str(t->value), &value))
        return false;
    return t->test->test == TEST_BEFORE ? value < wanted : value > wanted;
}

/* Elements of an array, of which `each` wants all and `any` at least one. */
static bool test_elements(const struct trial *t)
{
    size_t i;
    json_t *item;
    bool each = t->test->test == TEST_EACH;
    if (!json_is_array(t->value))
        return each && !t->value;
    json_array_foreach(t->value, i, item)
    {
        json_t *inside =
            t->test->pointer.len ? json_pointer(item, t->test->pointer) : item;
        str found = STR_NONE;
        bool holds = test_value(t->world, t->test->inner, inside, &found, t->err);
        if (holds == each)
            continue;
        if (!holds)
            *t->found =
                arena_printf(t->world->arena, "of element %zu: %.*s", i, STR_ARG(found));
        return holds;
    }
    return each;
}

typedef bool test_function(const struct trial *t);
static test_function *const functions[TEST_KINDS] = {
    [TEST_HOLDS] = test_holds,
    [TEST_IS] = test_is,
    [TEST_IS_NOT] = test_is_not,
    [TEST_MATCHES] = test_matches,
    [TEST_MATCHES_NOT] = test_matches_not,
    [TEST_CONTAINS] = test_contains,
    [TEST_LACKS] = test_lacks,
    [TEST_PRESENT] = test_present,
    [TEST_ABSENT] = test_absent,
    [TEST_TYPE] = test_type,
    [TEST_COUNT] = test_count,
    [TEST_AT_LEAST] = test_bound,
    [TEST_AT_MOST] = test_bound,
    [TEST_BEFORE] = test_date,
    [TEST_AFTER] = test_date,
    [TEST_EACH] = test_elements,
    [TEST_ANY] = test_elements,
};

bool test_value(struct world *w, const struct test_of *test, json_t *value, str *found,
                struct err *err)
{
    struct trial t = {
        .world = w, .test = test, .value = value, .found = found, .err = err
    };
    *found = STR_NONE;
    if (test->values) {
        t.values = vars_expand_json(w->vars, w->arena, test->values, err);
        if (!t.values)
            return false;
    }
    bool holds = functions[test->test](&t);
    /* Nearly all hold, and nobody asks then. */
    if (!holds && !found->len)
        *found = short_text(w, value);
    return holds;
}
