/* SPDX-License-Identifier: MIT */
/* Keys made before they are needed.  An RSA key costs a tenth of a second and more, so a
 * run makes its RSA keys once and every forked scenario takes its own share. */
#include <pthread.h>

#include "crypto/key_inside.h"

/* The pool is the process's, since key_new has no other place to look; the lock is for
 * the mock's own thread, which makes keys as well. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pool {
    struct key **ready;
    size_t count, taken;
} pools[KEY_TYPE_COUNT];
static struct arena *pool_arena; /* lives as long as the process */

static bool fill(struct pool *pool, enum key_type type, size_t count, struct err *err)
{
    if (!pool_arena)
        pool_arena = arena_new(NULL);
    for (size_t i = 0; i < count; i++) {
        struct key *key = key_generate(pool_arena, type, err);
        if (!key)
            return false;
        pool->ready = GROW(pool_arena, pool->ready, pool->count, struct key *);
        pool->ready[pool->count++] = key;
    }
    return true;
}

bool key_pool_fill(enum key_type type, size_t count, struct err *err)
{
    pthread_mutex_lock(&lock);
    bool filled = fill(&pools[type], type, count, err);
    pthread_mutex_unlock(&lock);
    return filled;
}

void key_pool_skip(enum key_type type, size_t n)
{
    pthread_mutex_lock(&lock);
    struct pool *pool = &pools[type];
    size_t left = pool->count - pool->taken;
    pool->taken += n < left ? n : left;
    pthread_mutex_unlock(&lock);
}

struct key *key_pool_take(enum key_type type)
{
    pthread_mutex_lock(&lock);
    struct pool *pool = &pools[type];
    struct key *key = pool->taken < pool->count ? pool->ready[pool->taken++] : NULL;
    pthread_mutex_unlock(&lock);
    return key;
}
