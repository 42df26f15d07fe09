/* SPDX-License-Identifier: MIT */
/* Memory of one lifetime.  What is made in an arena lives until the arena is reset or its
 * parent ends; nothing is ever freed alone.  Foreign handles are tied to it by
 * arena_defer.  An arena belongs to one thread. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>

#include "base/base.h"

struct arena;

/* A new arena; it ends with its parent, or never when parent is NULL. */
struct arena *arena_new(struct arena *parent);
/* Runs the cleanups, last in first out, ends the children, and leaves it empty. */
void arena_reset(struct arena *a);
/* Like arena_reset, and the arena itself is gone (and out of its parent's list). */
void arena_end(struct arena *a);

/* Zeroed memory for count items of size bytes; never NULL: without memory we abort. */
void *arena_alloc(struct arena *a, size_t size, size_t count);
/* Calls cleanup(object) when the arena ends; a NULL object is ignored, so the check of a
 * fresh handle may come after. */
void arena_defer(struct arena *a, void (*cleanup)(void *), void *object);
/* Bytes that the arena holds now, for memory figures. */
size_t arena_size(const struct arena *a);

#define NEW(a, type) ((type *)arena_alloc((a), sizeof(type), 1))
#define NEW_ARRAY(a, type, count) ((type *)arena_alloc((a), sizeof(type), (count)))

/* Makes `static void free_x(void *)` for a library's free function: casting a function
 * pointer would be undefined. */
#define CLEANUP(name, function, type)                                                    \
    static void name(void *object)                                                       \
    {                                                                                    \
        function((type *)object);                                                        \
    }

/* Copies with a NUL behind them. */
str str_copy(struct arena *a, str s);
/* The same with ASCII letters in lower case. */
str str_lower(struct arena *a, str s);
/* The same as a C string; a NUL inside ends it early for C. */
char *str_z(struct arena *a, str s);
str arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
str arena_vprintf(struct arena *a, const char *fmt, va_list args) PRINTF_LIKE(2, 0);

/* Appends to a list; amortised by doubling. */
void strs_add(struct arena *a, struct strs *list, str s);
bool strs_has(const struct strs *list, str s);
/* "a, b or c" for messages. */
str strs_join(struct arena *a, const struct strs *list, const char *last);

/* Room for one more item in an array that doubles: item = GROW(a, array, count, type). */
void *arena_grow(struct arena *a, void *items, size_t count, size_t size);
#define GROW(a, items, count, type)                                                      \
    ((type *)arena_grow((a), (items), (count), sizeof(type)))

#endif
