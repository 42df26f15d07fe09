/* SPDX-License-Identifier: MIT */
/* What the mock CA remembers: accounts, orders, authorizations, certificates (RFC 8555
 * 7.1.2 to 7.1.5).  Private to mocks/ca*.c.  All of it is under the CA's one lock: the
 * caller holds it. */
#ifndef MOCKS_CA_STORE_H
#define MOCKS_CA_STORE_H

#include "acme/words.h"
#include "crypto/key.h"
#include "mocks/ca_table.h"

enum status {
    STATUS_PENDING,
    STATUS_READY,
    STATUS_PROCESSING,
    STATUS_VALID,
    STATUS_INVALID,
    STATUS_EXPIRED,
    STATUS_DEACTIVATED,
    STATUS_REVOKED,
    STATUS_COUNT
};
extern const char *const status_words[STATUS_COUNT];

/* One limit's count for one account, or for all. */
struct spent {
    unsigned count;
    int64_t since_ms;
};
enum { MOST_LIMITS = 8, MOST_IDENTIFIERS = 100, MOST_CHALLENGES = 3 };

struct account {
    str id;
    struct key *key;
    str thumbprint;
    struct strs contact;
    enum status status;
    int terms;            /* number of the terms that it agreed to; 0: to none */
    str eab;              /* the binding as it was sent, JSON; or empty */
    struct order *orders; /* newest first */
    struct spent spent[MOST_LIMITS];
    int64_t issued_ms;   /* clock_ms() of its last certificate */
    struct key *old_key; /* kept only by a planted bug */
    str extra;           /* the same: members that it shows, JSON; or empty */
};

struct identifier {
    bool ip;
    str value; /* lower case, canonical; may begin with "*." in an order */
};

struct challenge {
    struct authz *authz;
    enum challenge_type type;
    enum status status;
    str token;
    str keyauth; /* made when the client responds */
    time_t validated;
    str error; /* problem document, JSON; or empty */
    int attempts;
    int64_t next_ms; /* clock_ms() of the next query, or decision, while processing */
    bool queued;     /* a query or its decision is under way or waits */
};

struct authz {
    str id;
    struct account *account;
    struct identifier identifier; /* never with "*." */
    bool wildcard;
    enum status status;
    time_t expires;
    struct challenge challenge[MOST_CHALLENGES];
    size_t count;
    int polls;        /* readings since the last response to one of its challenges */
    bool caa_refuses; /* found, and not minded yet: only with a planted bug */
};

struct order {
    str id;
    struct account *account;
    struct order *next; /* of the account */
    enum status status;
    time_t expires, not_before, not_after; /* the dates: 0: not asked for */
    struct identifier *identifier;
    struct authz **authz; /* one for each identifier */
    size_t count;
    const char *profile; /* NULL: none */
    str replaces;        /* RFC 9773 5; or empty */
    str error;           /* problem document, JSON; or empty */
    str csr;             /* DER, while it is processing */
    int64_t issue_ms;    /* clock_ms() when processing ends */
    int polls;           /* reads that have to find it processing before it does */
    str failure;         /* the error that processing ends with; or empty */
    struct certificate *certificate;
};

struct certificate {
    str id;
    str der;
    str serial; /* bytes */
    struct order *order;
    time_t not_before, not_after;
    bool revoked;
    int reason; /* -1: none was given */
    time_t revoked_at;
    struct order *replaced_by;
    struct certificate *former; /* what a planted bug serves instead */
};

/* What is random.  Each has a stream of its own, so that a client which polls once more,
 * and has a nonce more, gets the same serial number by the same seed. */
enum draw { DRAW_ID, DRAW_TOKEN, DRAW_NONCE, DRAW_SERIAL, DRAWS };

struct store {
    struct arena *arena;
    struct table accounts, keys, orders, authzs, certificates, serials, proven;
    size_t revoked;
    struct spent spent[MOST_LIMITS];
    uint64_t seed, drawn[DRAWS]; /* for repeatable randomness */
};

void store_init(struct store *store, struct arena *a, uint64_t seed);
/* Bytes that nobody can guess, or, with a seed, that are always the same. */
str store_random(struct store *store, enum draw draw, struct arena *a, size_t count);
/* A fresh id for a URL, 22 characters. */
str store_id(struct store *store);

struct account *store_add_account(struct store *store, struct key *key, str thumbprint);
struct account *store_account_of_key(const struct store *store, str thumbprint);
void store_change_key(struct store *store, struct account *account, struct key *key,
                      str thumbprint);
struct authz *store_add_authz(struct store *store, struct account *account,
                              struct identifier identifier, bool wildcard);
/* Remembers that the account has proven the identifier, and finds it again. */
void store_add_proof(struct store *store, struct authz *authz);
struct authz *store_find_proof(const struct store *store, struct arena *a,
                               const struct account *account,
                               const struct identifier *identifier, bool wildcard);
/* The same of whoever has proven it: what a planted bug takes. */
struct authz *store_find_proof_of_others(const struct store *store,
                                         const struct identifier *identifier);
struct order *store_add_order(struct store *store, struct account *account, size_t count);
struct certificate *store_add_certificate(struct store *store, struct order *order,
                                          str der, str serial);

#endif
