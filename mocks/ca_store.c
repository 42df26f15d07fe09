/* SPDX-License-Identifier: MIT */
/* The mock CA's store: things made and found.  What they mean is decided elsewhere. */
#include "mocks/ca_store.h"

#include "crypto/b64url.h"

enum { ID_BYTES = 16, PROOF_KEY = 512 };

const char *const status_words[STATUS_COUNT] = {
    [STATUS_PENDING] = "pending",         [STATUS_READY] = "ready",
    [STATUS_PROCESSING] = "processing",   [STATUS_VALID] = "valid",
    [STATUS_INVALID] = "invalid",         [STATUS_EXPIRED] = "expired",
    [STATUS_DEACTIVATED] = "deactivated", [STATUS_REVOKED] = "revoked",
};

void store_init(struct store *store, struct arena *a, uint64_t seed)
{
    *store = (struct store){ .arena = a, .seed = seed };
    store->accounts = table_new(a);
    store->keys = table_new(a);
    store->orders = table_new(a);
    store->authzs = table_new(a);
    store->certificates = table_new(a);
    store->serials = table_new(a);
    store->proven = table_new(a);
}

/* The seed's streams: SHA-256 over seed, stream and a counter. */
static str drawn_block(struct store *store, enum draw draw, struct arena *a)
{
    uint64_t input[3] = { store->seed, draw, store->drawn[draw]++ };
    return sha256(a, (str){ (const char *)input, sizeof input });
}

str store_random(struct store *store, enum draw draw, struct arena *a, size_t count)
{
    if (!store->seed)
        return random_bytes(a, count);
    char *bytes = arena_alloc(a, 1, count + 1);
    for (size_t have = 0; have < count; have += 32) {
        size_t left = count - have;
        memcpy(bytes + have, drawn_block(store, draw, a).ptr, left < 32 ? left : 32);
    }
    return (str){ bytes, count };
}

str store_id(struct store *store)
{
    struct arena *a = arena_new(NULL);
    str id = str_copy(store->arena,
                      b64url_encode(a, store_random(store, DRAW_ID, a, ID_BYTES)));
    arena_end(a);
    return id;
}

struct account *store_add_account(struct store *store, struct key *key, str thumbprint)
{
    struct account *account = NEW(store->arena, struct account);
    account->id = store_id(store);
    account->key = key;
    account->thumbprint = str_copy(store->arena, thumbprint);
    account->status = STATUS_VALID;
    table_put(&store->accounts, account->id, account);
    table_put(&store->keys, account->thumbprint, account);
    return account;
}

struct account *store_account_of_key(const struct store *store, str thumbprint)
{
    return table_find(&store->keys, thumbprint);
}

void store_change_key(struct store *store, struct account *account, struct key *key,
                      str thumbprint)
{
    table_remove(&store->keys, account->thumbprint);
    account->key = key;
    account->thumbprint = str_copy(store->arena, thumbprint);
    table_put(&store->keys, account->thumbprint, account);
}

struct authz *store_add_authz(struct store *store, struct account *account,
                              struct identifier identifier, bool wildcard)
{
    struct authz *authz = NEW(store->arena, struct authz);
    authz->id = store_id(store);
    authz->account = account;
    authz->identifier.ip = identifier.ip;
    authz->identifier.value = str_copy(store->arena, identifier.value);
    authz->wildcard = wildcard;
    authz->status = STATUS_PENDING;
    table_put(&store->authzs, authz->id, authz);
    return authz;
}

/* Account, kind and name as one key.  A NUL cannot be in any of them. */
static str proof_key(struct arena *a, const struct account *account,
                     const struct identifier *identifier, bool wildcard)
{
    return arena_printf(a, "%.*s %d%d %.*s", STR_ARG(account->id), identifier->ip,
                        wildcard, STR_ARG(identifier->value));
}

void store_add_proof(struct store *store, struct authz *authz)
{
    str key =
        proof_key(store->arena, authz->account, &authz->identifier, authz->wildcard);
    table_put(&store->proven, key, authz);
}

struct authz *store_find_proof(const struct store *store, struct arena *a,
                               const struct account *account,
                               const struct identifier *identifier, bool wildcard)
{
    return table_find(&store->proven, proof_key(a, account, identifier, wildcard));
}

struct authz *store_find_proof_of_others(const struct store *store,
                                         const struct identifier *identifier)
{
    for (size_t i = 0; i < store->authzs.size; i++) {
        struct authz *authz = store->authzs.slot[i].value;
        if (authz && authz->status == STATUS_VALID && !authz->wildcard
            && authz->identifier.ip == identifier->ip
            && str_eq(authz->identifier.value, identifier->value))
            return authz;
    }
    return NULL;
}

struct order *store_add_order(struct store *store, struct account *account, size_t count)
{
    struct order *order = NEW(store->arena, struct order);
    order->id = store_id(store);
    order->account = account;
    order->identifier = NEW_ARRAY(store->arena, struct identifier, count);
    order->authz = NEW_ARRAY(store->arena, struct authz *, count);
    order->count = count;
    order->next = account->orders;
    account->orders = order;
    table_put(&store->orders, order->id, order);
    return order;
}

struct certificate *store_add_certificate(struct store *store, struct order *order,
                                          str der, str serial)
{
    struct certificate *certificate = NEW(store->arena, struct certificate);
    certificate->id = store_id(store);
    certificate->der = str_copy(store->arena, der);
    certificate->serial = str_copy(store->arena, serial);
    certificate->order = order;
    certificate->reason = -1;
    order->certificate = certificate;
    table_put(&store->certificates, certificate->id, certificate);
    table_put(&store->serials, certificate->serial, certificate);
    return certificate;
}
