/* SPDX-License-Identifier: MIT */
/* jansson, with what it lacks: a depth of our own choosing, RFC 6901 and RFC 7396, and
 * values that an arena owns.  Text that is no UTF-8 becomes U+FFFD where it has to stand
 * in JSON, since a peer's bytes must never keep us from printing them. */
#include "json/json.h"

enum { DEEPEST = 64 };

CLEANUP(release, json_decref, json_t)

json_t *json_keep(struct arena *a, json_t *value)
{
    arena_defer(a, release, value);
    return value;
}

/* Where the nesting passes DEEPEST, or s.len.  It agrees with jansson on brackets and
 * strings up to jansson's first error, so what it lets pass cannot overrun a stack. */
static size_t too_deep_at(str s)
{
    int depth = 0;
    bool in_string = false;
    str start = str_trim(s);
    if (start.len == 0 || (start.ptr[0] != '[' && start.ptr[0] != '{'))
        return s.len;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (in_string)
            continue;
        else if ((c == '[' || c == '{') && ++depth > DEEPEST)
            return i;
        else if ((c == ']' || c == '}') && --depth <= 0)
            return s.len;
    }
    return s.len;
}

static struct json_place place_of(str s, size_t at)
{
    struct json_place place = { 1, 1 };
    for (size_t i = 0; i < at; i++) {
        place.column++;
        if (s.ptr[i] == '\n')
            place = (struct json_place){ place.line + 1, 1 };
    }
    return place;
}

/* jansson quotes what it stumbled over; a terminal must not see a peer's controls. */
static void defuse(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = ' ';
}

static json_t *load(struct arena *a, str s, size_t flags, size_t *taken,
                    struct json_place *place, struct err *err)
{
    size_t deep = too_deep_at(s);
    if (deep < s.len) {
        *place = place_of(s, deep);
        err_set(err, "it is nested more than %d levels deep", DEEPEST);
        return NULL;
    }
    json_error_t error;
    flags |= JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_t *value = json_loadb(s.ptr ? s.ptr : "", s.len, flags, &error);
    if (value) {
        *taken = (size_t)error.position;
        return json_keep(a, value);
    }
    defuse(error.text);
    *place = (struct json_place){ error.line, error.column > 0 ? error.column : 1 };
    err_set(err, "%s", error.text);
    return NULL;
}

json_t *json_read(struct arena *a, str s, struct err *err)
{
    size_t taken;
    struct json_place place;
    if (str_trim(s).len == 0) {
        err_set(err, "there is no JSON, the text is empty");
        return NULL;
    }
    json_t *value = load(a, s, 0, &taken, &place, err);
    if (!value)
        err_at(err, "line %d, column %d", place.line, place.column);
    return value;
}

json_t *json_read_prefix(struct arena *a, str s, size_t *taken, struct json_place *place,
                         struct err *err)
{
    return load(a, s, JSON_DISABLE_EOF_CHECK, taken, place, err);
}

/* 15 digits of a number with a fraction are what a person wrote; the 16th and 17th turn
 * 1.1 into 1.1000000000000001. */
static str dump(struct arena *a, const json_t *value, size_t flags)
{
    char small[2048];
    flags |= JSON_ENCODE_ANY | JSON_REAL_PRECISION(15);
    size_t len = json_dumpb(value, small, sizeof small, flags);
    if (len <= sizeof small)
        return len ? str_copy(a, (str){ small, len }) : STR_NONE;
    char *text = arena_alloc(a, 1, len + 1);
    json_dumpb(value, text, len, flags);
    return (str){ text, len };
}

str json_text(struct arena *a, const json_t *value)
{
    return dump(a, value, JSON_COMPACT);
}

str json_pretty(struct arena *a, const json_t *value)
{
    return dump(a, value, JSON_INDENT(2));
}

str json_quote(struct arena *a, str s)
{
    return json_text(a, json_string_of(a, s));
}

/* At worst each byte becomes the three of U+FFFD. */
static str as_utf8(struct arena *a, str s)
{
    char *text = arena_alloc(a, 3, s.len + 1);
    size_t len = 0;
    while (s.len) {
        size_t step = str_utf8(s);
        str piece = step ? str_upto(s, step) : STR("\xef\xbf\xbd");
        memcpy(text + len, piece.ptr, piece.len);
        len += piece.len;
        s = str_from(s, step ? step : 1);
    }
    return (str){ text, len };
}

json_t *json_string_of(struct arena *a, str s)
{
    json_t *value = json_stringn(s.ptr ? s.ptr : "", s.len);
    if (!value) {
        str clean = as_utf8(a, s);
        value = json_stringn(clean.ptr, clean.len);
    }
    return json_keep(a, value);
}

/* RFC 6901 4: "~1" is "/" and "~0" is "~". */
static bool token_is(str token, const char *key)
{
    size_t at = 0;
    for (; at < token.len && *key; at++, key++) {
        char c = token.ptr[at];
        if (c == '~' && at + 1 < token.len)
            c = token.ptr[++at] == '1' ? '/' : '~';
        if (c != *key)
            return false;
    }
    return at == token.len && *key == '\0';
}

static json_t *named(json_t *object, str token)
{
    const char *key;
    json_t *item;
    json_object_foreach(object, key, item)
    {
        if (token_is(token, key))
            return item;
    }
    return NULL;
}

/* RFC 6901 4: digits without a leading zero. */
static json_t *numbered(const json_t *array, str token)
{
    long index;
    if (!str_to_long(token, INT32_MAX, &index) || (token.len > 1 && token.ptr[0] == '0'))
        return NULL;
    return json_array_get(array, (size_t)index);
}

json_t *json_pointer(json_t *value, str pointer)
{
    if (!json_is_pointer(pointer))
        return NULL;
    while (value && pointer.len) {
        str rest = str_from(pointer, 1);
        str token = str_upto(rest, str_find_char(rest, '/'));
        value = json_is_array(value) ? numbered(value, token) : named(value, token);
        pointer = str_from(rest, token.len);
    }
    return value;
}

bool json_is_pointer(str pointer)
{
    if (pointer.len && pointer.ptr[0] != '/')
        return false;
    for (size_t i = 0; i < pointer.len; i++) {
        bool last = i + 1 == pointer.len;
        if (pointer.ptr[i] == '~'
            && (last || (pointer.ptr[i + 1] != '0' && pointer.ptr[i + 1] != '1')))
            return false;
    }
    return true;
}

/* RFC 7396 2, line by line; a new reference. */
static json_t *merged(const json_t *target, json_t *patch)
{
    if (!json_is_object(patch))
        return json_deep_copy(patch);
    json_t *result = json_is_object(target) ? json_deep_copy(target) : json_object();
    const char *key;
    json_t *value;
    json_object_foreach(patch, key, value)
    {
        if (json_is_null(value))
            json_object_del(result, key);
        else
            json_object_set_new(result, key, merged(json_object_get(result, key), value));
    }
    return result;
}

json_t *json_merge(struct arena *a, json_t *target, json_t *patch)
{
    return json_keep(a, merged(target, patch));
}

static bool object_contains(const json_t *whole, json_t *part)
{
    const char *key;
    json_t *wanted;
    json_object_foreach(part, key, wanted)
    {
        if (!json_contains(json_object_get(whole, key), wanted))
            return false;
    }
    return true;
}

/* Who in `whole` stands for which element of `part`; -1 for nobody. */
struct pairing {
    json_t *whole, *part;
    int *partner;
    bool *asked;
};

/* Finds a partner for the element, moving others to another of theirs where it must:
 * taking the first that fits would let [{}, {"a":1}] miss in [{"a":1}, {}]. */
static bool find_partner(struct pairing *p, int wanted)
{
    json_t *part = json_array_get(p->part, (size_t)wanted);
    for (size_t i = 0; i < json_array_size(p->whole); i++) {
        if (p->asked[i] || !json_contains(json_array_get(p->whole, i), part))
            continue;
        p->asked[i] = true;
        if (p->partner[i] >= 0 && !find_partner(p, p->partner[i]))
            continue;
        p->partner[i] = wanted;
        return true;
    }
    return false;
}

static bool array_contains(json_t *whole, json_t *part)
{
    size_t size = json_array_size(whole), wanted = json_array_size(part);
    if (wanted > size)
        return false;
    struct arena *step = arena_new(NULL);
    struct pairing p = { whole, part, NEW_ARRAY(step, int, size),
                         NEW_ARRAY(step, bool, size) };
    for (size_t i = 0; i < size; i++)
        p.partner[i] = -1;
    bool found = true;
    for (size_t i = 0; found && i < wanted; i++) {
        memset(p.asked, 0, size * sizeof(bool));
        found = find_partner(&p, (int)i);
    }
    arena_end(step);
    return found;
}

bool json_contains(json_t *whole, json_t *part)
{
    if (json_is_object(part))
        return json_is_object(whole) && object_contains(whole, part);
    if (json_is_array(part))
        return json_is_array(whole) && array_contains(whole, part);
    if (json_is_real(whole) != json_is_real(part) && json_is_number(whole)
        && json_is_number(part))
        return !(json_number_value(whole) < json_number_value(part))
            && !(json_number_value(whole) > json_number_value(part));
    return json_equal(whole, part);
}

const char *json_type_name(const json_t *value)
{
    if (!value)
        return "nothing";
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "object";
    case JSON_ARRAY:
        return "array";
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "boolean";
    case JSON_NULL:
        return "null";
    }
    return "nothing";
}

str json_str(const json_t *value)
{
    const char *text = json_string_value(value);
    return text ? (str){ text, json_string_length(value) } : STR_NONE;
}

str json_member(const json_t *object, const char *key)
{
    return json_str(json_object_get(object, key));
}

json_t *json_find(const json_t *array, const char *key, str value)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (str_eq(json_member(json_array_get(array, i), key), value))
            return json_array_get(array, i);
    return NULL;
}

struct mapping {
    json_t *(*map)(void *context, str s);
    void *context;
};

static json_t *mapped(json_t *value, const struct mapping *m);

/* Adds the mapped item to a container by `key`, or at the end of an array; false when the
 * map refused it. */
static bool put_mapped(json_t *copy, const char *key, json_t *item,
                       const struct mapping *m)
{
    json_t *result = mapped(item, m);
    if (!result)
        return false;
    if (key)
        json_object_set_new(copy, key, result);
    else
        json_array_append_new(copy, result);
    return true;
}

static bool put_all_mapped(json_t *copy, json_t *value, const struct mapping *m)
{
    size_t index;
    const char *key;
    json_t *item;
    json_array_foreach(value, index, item)
    {
        if (!put_mapped(copy, NULL, item, m))
            return false;
    }
    json_object_foreach(value, key, item)
    {
        if (!put_mapped(copy, key, item, m))
            return false;
    }
    return true;
}

/* A new reference, or NULL. */
static json_t *mapped(json_t *value, const struct mapping *m)
{
    if (json_is_string(value))
        return json_incref(m->map(m->context, json_str(value)));
    if (!json_is_array(value) && !json_is_object(value))
        return json_deep_copy(value);
    json_t *copy = json_is_array(value) ? json_array() : json_object();
    if (put_all_mapped(copy, value, m))
        return copy;
    json_decref(copy);
    return NULL;
}

json_t *json_map_strings(struct arena *a, json_t *value,
                         json_t *(*map)(void *context, str s), void *context)
{
    struct mapping m = { map, context };
    return json_keep(a, mapped(value, &m));
}
