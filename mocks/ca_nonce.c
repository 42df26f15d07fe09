/* SPDX-License-Identifier: MIT */
/* A ring of nonces, the oldest overwritten first, with chains by their first bytes. */
#include "mocks/ca_nonce.h"

enum { NOBODY = 0 }; /* links are index + 1 */

struct nonces {
    unsigned char (*value)[NONCE_BYTES];
    uint32_t *next; /* in its chain */
    bool *live;
    uint32_t *head;
    uint32_t cursor;
};

struct nonces *nonces_new(struct arena *a)
{
    struct nonces *n = NEW(a, struct nonces);
    n->value = arena_alloc(a, NONCE_BYTES, MOST_NONCES);
    n->next = NEW_ARRAY(a, uint32_t, MOST_NONCES);
    n->live = NEW_ARRAY(a, bool, MOST_NONCES);
    n->head = NEW_ARRAY(a, uint32_t, MOST_NONCES);
    return n;
}

static uint32_t *chain_of(const struct nonces *n, const unsigned char *value)
{
    uint32_t first = (uint32_t)value[0] | (uint32_t)value[1] << 8;
    return &n->head[first & (MOST_NONCES - 1)];
}

/* The link that leads to the value, or to nobody. */
static uint32_t *link_to(const struct nonces *n, const unsigned char *value)
{
    uint32_t *link = chain_of(n, value);
    while (*link != NOBODY && memcmp(n->value[*link - 1], value, NONCE_BYTES) != 0)
        link = &n->next[*link - 1];
    return link;
}

static void forget(struct nonces *n, uint32_t *link)
{
    uint32_t index = *link - 1;
    *link = n->next[index];
    n->live[index] = false;
}

void nonces_add(struct nonces *n, str bytes)
{
    uint32_t index = n->cursor;
    n->cursor = (n->cursor + 1) % MOST_NONCES;
    if (n->live[index])
        forget(n, link_to(n, n->value[index]));
    memcpy(n->value[index], bytes.ptr, NONCE_BYTES);
    uint32_t *head = chain_of(n, n->value[index]);
    n->next[index] = *head;
    n->live[index] = true;
    *head = index + 1;
}

bool nonces_has(const struct nonces *n, str bytes)
{
    return bytes.len == NONCE_BYTES
        && *link_to(n, (const unsigned char *)bytes.ptr) != NOBODY;
}

bool nonces_spend(struct nonces *n, str bytes)
{
    if (!nonces_has(n, bytes))
        return false;
    forget(n, link_to(n, (const unsigned char *)bytes.ptr));
    return true;
}
