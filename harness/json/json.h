/* SPDX-License-Identifier: MIT */
/* The one door to jansson: parse, dump, RFC 6901 pointers, RFC 7396 merge, comparison.
 * A value that came from here belongs to the arena it was put in; nobody calls
 * json_decref. */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"

/* Gives the value (a new reference) to the arena and returns it. */
json_t *json_keep(struct arena *a, json_t *value);

/* Reads one JSON text that must fill s (white space aside), duplicates refused, at most
 * 64 levels deep.  NULL with a sentence (line and column) when it is not JSON. */
json_t *json_read(struct arena *a, str s, struct err *err);
/* Reads the JSON value at the beginning of s and tells how many bytes it took; for JSON
 * inside other text.  On failure err_line (from 1) and err_column say where in s. */
struct json_place {
    int line, column;
};
json_t *json_read_prefix(struct arena *a, str s, size_t *taken, struct json_place *place,
                         struct err *err);

/* Compact text, members in their order. */
str json_text(struct arena *a, const json_t *value);
/* Indented by two, for people. */
str json_pretty(struct arena *a, const json_t *value);
/* A JSON string literal with its quotes. */
str json_quote(struct arena *a, str s);

/* RFC 6901: "" is the value itself, "/a/0/b"; NULL when nothing is there. */
json_t *json_pointer(json_t *value, str pointer);
/* Whether it is a JSON pointer at all. */
bool json_is_pointer(str pointer);
/* RFC 7396: the target with the patch merged in, as a new value. */
json_t *json_merge(struct arena *a, json_t *target, json_t *patch);
/* Whether `whole` has all of `part`: objects by member, arrays by element in any order.
 */
bool json_contains(json_t *whole, json_t *part);
/* "string", "number", "boolean", "object", "array", "null". */
const char *json_type_name(const json_t *value);
/* A string's text, or STR_NONE when it is no string. */
str json_str(const json_t *value);
/* Member `key` of an object as text, or STR_NONE. */
str json_member(const json_t *object, const char *key);
/* The first object of an array whose member is that text, borrowed; NULL: there is none.
 */
json_t *json_find(const json_t *array, const char *key, str value);
json_t *json_string_of(struct arena *a, str s);

/* Calls map on every string of the value and returns a copy with the results in place;
 * used for ${names}.  map returns a value kept in the arena, or NULL for failure. */
json_t *json_map_strings(struct arena *a, json_t *value,
                         json_t *(*map)(void *context, str s), void *context);

#endif
