/* SPDX-License-Identifier: MIT */
/* A hash table from text to a pointer, for the mock CA's store.  Keys are not copied. */
#ifndef MOCKS_CA_TABLE_H
#define MOCKS_CA_TABLE_H

#include "base/arena.h"

struct table_slot {
    uint64_t hash;
    str key;     /* key.ptr NULL: free */
    void *value; /* NULL: taken out */
};

struct table {
    struct arena *arena, *slots_arena;
    struct table_slot *slot;
    size_t size, used, count; /* used: slots taken, also by what was taken out */
};

/* An empty one whose memory is of the arena. */
struct table table_new(struct arena *a);
void *table_find(const struct table *t, str key);
/* Puts the value there, in place of one that is there. */
void table_put(struct table *t, str key, void *value);
void table_remove(struct table *t, str key);

#endif
