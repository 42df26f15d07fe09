/* SPDX-License-Identifier: MIT */
/* Open addressing, at most half full.  When it is, what was taken out goes, and the size
 * is doubled where that does not make room enough. */
#include "mocks/ca_table.h"

enum { FIRST_SIZE = 64 };

/* FNV-1a, 64 bits.  Keys are random ids and digests, which no peer can choose. */
static uint64_t hash_of(str key)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < key.len; i++)
        hash = (hash ^ (unsigned char)key.ptr[i]) * 1099511628211u;
    return hash ^ hash >> 29;
}

struct table table_new(struct arena *a)
{
    struct table t = { .arena = a, .size = FIRST_SIZE };
    t.slots_arena = arena_new(a);
    t.slot = NEW_ARRAY(t.slots_arena, struct table_slot, t.size);
    return t;
}

/* The key's slot, or the free one where it would be. */
static struct table_slot *slot_of(const struct table *t, uint64_t hash, str key)
{
    for (size_t i = (size_t)hash & (t->size - 1);; i = (i + 1) & (t->size - 1)) {
        struct table_slot *slot = &t->slot[i];
        if (!slot->key.ptr || (slot->hash == hash && str_eq(slot->key, key)))
            return slot;
    }
}

void *table_find(const struct table *t, str key)
{
    return slot_of(t, hash_of(key), key)->value;
}

static void make_room(struct table *t)
{
    struct table old = *t;
    if ((t->count + 1) * 4 > t->size)
        t->size *= 2;
    t->used = 0;
    t->slots_arena = arena_new(t->arena);
    t->slot = NEW_ARRAY(t->slots_arena, struct table_slot, t->size);
    for (size_t i = 0; i < old.size; i++) {
        if (!old.slot[i].value)
            continue;
        *slot_of(t, old.slot[i].hash, old.slot[i].key) = old.slot[i];
        t->used++;
    }
    arena_end(old.slots_arena);
}

void table_put(struct table *t, str key, void *value)
{
    if ((t->used + 1) * 2 > t->size)
        make_room(t);
    uint64_t hash = hash_of(key);
    struct table_slot *slot = slot_of(t, hash, key);
    t->used += !slot->key.ptr;
    t->count += !slot->value;
    *slot = (struct table_slot){ hash, key, value };
}

void table_remove(struct table *t, str key)
{
    struct table_slot *slot = slot_of(t, hash_of(key), key);
    t->count -= slot->value != NULL;
    slot->value = NULL;
}
