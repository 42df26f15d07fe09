/* SPDX-License-Identifier: MIT */
/* Arenas over malloc: chunks that double up to a ceiling, a list of cleanups, a list of
 * children.  The only file that calls free. */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIRST_CHUNK = 4096, LARGEST_CHUNK = 256 * 1024, ALIGN = 16 };

struct chunk {
    struct chunk *next;
    size_t used, size;
    /* the bytes follow, aligned */
};

struct deferred {
    struct deferred *next;
    void (*cleanup)(void *);
    void *object;
};

struct arena {
    struct chunk *chunks;
    struct deferred *deferred;
    struct arena *parent, *children, *next, *previous;
    size_t total;
};

static size_t aligned(size_t size)
{
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}

static void *must_have(void *memory)
{
    if (memory)
        return memory;
    fputs("acmespec: out of memory\n", stderr);
    abort();
}

struct arena *arena_new(struct arena *parent)
{
    struct arena *a = must_have(calloc(1, sizeof *a));
    a->parent = parent;
    if (!parent)
        return a;
    a->next = parent->children;
    if (a->next)
        a->next->previous = a;
    parent->children = a;
    return a;
}

static void free_chunks(struct arena *a)
{
    while (a->chunks) {
        struct chunk *chunk = a->chunks;
        a->chunks = chunk->next;
        free(chunk);
    }
    a->total = 0;
}

/* Takes the first one off the list. */
static struct arena *take_child(struct arena *a)
{
    struct arena *child = a->children;
    a->children = child->next;
    if (child->next)
        child->next->previous = NULL;
    child->parent = child->next = NULL;
    return child;
}

void arena_reset(struct arena *a)
{
    while (a->children)
        arena_end(take_child(a));
    while (a->deferred) {
        struct deferred *d = a->deferred;
        a->deferred = d->next;
        d->cleanup(d->object);
    }
    free_chunks(a);
}

void arena_end(struct arena *a)
{
    arena_reset(a);
    if (a->next)
        a->next->previous = a->previous;
    if (a->previous)
        a->previous->next = a->next;
    else if (a->parent)
        a->parent->children = a->next;
    free(a);
}

static struct chunk *chunk_for(struct arena *a, size_t size)
{
    size_t next = a->chunks ? a->chunks->size * 2 : FIRST_CHUNK;
    if (next > LARGEST_CHUNK)
        next = LARGEST_CHUNK;
    if (next < size)
        next = size;
    struct chunk *chunk = must_have(malloc(aligned(sizeof *chunk) + next));
    *chunk = (struct chunk){ .next = a->chunks, .size = next };
    a->chunks = chunk;
    a->total += next;
    return chunk;
}

void *arena_alloc(struct arena *a, size_t size, size_t count)
{
    if (count && size > (SIZE_MAX / 4) / count)
        must_have(NULL);
    size_t wanted = size * count;
    size_t need = aligned(wanted > 0 ? wanted : 1);
    struct chunk *chunk = a->chunks;
    if (!chunk || chunk->size - chunk->used < need)
        chunk = chunk_for(a, need);
    char *memory = (char *)chunk + aligned(sizeof *chunk) + chunk->used;
    chunk->used += need;
    return memset(memory, 0, need);
}

void arena_defer(struct arena *a, void (*cleanup)(void *), void *object)
{
    if (!object)
        return;
    struct deferred *d = NEW(a, struct deferred);
    *d = (struct deferred){ a->deferred, cleanup, object };
    a->deferred = d;
}

size_t arena_size(const struct arena *a)
{
    size_t total = a->total;
    for (const struct arena *child = a->children; child; child = child->next)
        total += arena_size(child);
    return total;
}

char *str_z(struct arena *a, str s)
{
    char *copy = arena_alloc(a, 1, s.len + 1);
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    return copy;
}

str str_copy(struct arena *a, str s)
{
    return (str){ str_z(a, s), s.len };
}

str str_lower(struct arena *a, str s)
{
    char *text = str_z(a, s);
    for (size_t i = 0; i < s.len; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
    return (str){ text, s.len };
}

str arena_vprintf(struct arena *a, const char *fmt, va_list args)
{
    char most[256]; /* long enough for most: these are written once only */
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(most, sizeof most, fmt, again);
    va_end(again);
    if (len < 0)
        must_have(NULL);
    if ((size_t)len < sizeof most)
        return str_copy(a, (str){ most, (size_t)len });
    char *text = arena_alloc(a, 1, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, args);
    return (str){ text, (size_t)len };
}

str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    str s = arena_vprintf(a, fmt, args);
    va_end(args);
    return s;
}

/* Doubles whenever the count reaches a power of two, so no capacity needs to be kept. */
void *arena_grow(struct arena *a, void *items, size_t count, size_t size)
{
    if (count & (count - 1))
        return items;
    void *bigger = arena_alloc(a, size, count ? count * 2 : 1);
    if (count)
        memcpy(bigger, items, count * size);
    return bigger;
}

void strs_add(struct arena *a, struct strs *list, str s)
{
    list->item = GROW(a, list->item, list->count, str);
    list->item[list->count++] = s;
}

bool strs_has(const struct strs *list, str s)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(list->item[i], s))
            return true;
    return false;
}

str strs_join(struct arena *a, const struct strs *list, const char *last)
{
    str text = STR_NONE;
    for (size_t i = 0; i < list->count; i++) {
        const char *between = i == 0 ? "" : i + 1 == list->count ? last : ", ";
        text =
            arena_printf(a, "%.*s%s%.*s", STR_ARG(text), between, STR_ARG(list->item[i]));
    }
    return text;
}
