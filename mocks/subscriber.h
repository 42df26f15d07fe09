/* SPDX-License-Identifier: MIT */
/* The mock client as its users know a client: an account that orders, proves control,
 * finalizes, downloads, renews and revokes; each step to the letter of RFC 8555.  It
 * stands on mocks/client.h, whose requests it makes. */
#ifndef MOCKS_SUBSCRIBER_H
#define MOCKS_SUBSCRIBER_H

#include <time.h>

#include "crypto/cert.h"
#include "mocks/client.h"

/* What proves control over one identifier. */
struct proof {
    const char *type; /* "http-01" ... */
    str identifier;   /* without "*." */
    str token, key_authorization;
    int64_t since_us; /* clock_us() when it was put in place */
    bool wildcard;
    const struct bugs *bugs; /* planted ones; NULL: none */
};
static inline bool proof_bug(const struct proof *p, enum bug bug)
{
    return p->bugs && p->bugs->on[bug];
}

/* Who puts proofs where the CA looks for them. */
struct prover {
    bool (*can)(void *context, const char *type);
    bool (*provide)(void *context, struct arena *a, const struct proof *proof,
                    struct err *err);
    /* Waits until the CA looked for it, at most so long; NULL: nobody can tell. */
    void (*await)(void *context, struct arena *a, const struct proof *proof, long ms);
    void (*withdraw)(void *context, struct arena *a, const struct proof *proof);
    void *context;
};

struct subscriber {
    struct arena *arena;
    struct client *client; /* its directory is fetched */
    struct key *key;
    str account_url; /* empty until registered */
    struct prover prover;
    str challenge;    /* the type to use where it is offered; empty: the first that the
                         prover can do */
    str kept_order;   /* of an earlier run: only a planted bug goes on with it */
    long patience_ms; /* how long an authorization, and an issuance, may take */
    bool hurried;     /* asks again after 20 ms: for a CA of one's own */
};

struct registration {
    struct strs contacts;
    bool only_existing;   /* find the account, make none */
    bool agrees;          /* to the terms of service, where there are any */
    str eab_kid, eab_key; /* base64url MAC key; empty: no external account */
};
/* newAccount (RFC 8555 7.3): makes the account, or finds the key's. */
bool subscriber_register(struct subscriber *s, const struct registration *r,
                         struct err *err) MUST_CHECK;
/* Reads the account, as planted bugs do. */
bool subscriber_look(struct subscriber *s, struct err *err) MUST_CHECK;
/* Prints what certificate profiles the CA offers (profiles draft 3). */
void subscriber_show_profiles(const struct subscriber *s);
/* RFC 8555 7.3.5.  From then on the new key signs. */
bool subscriber_change_key(struct subscriber *s, struct key *key,
                           struct err *err) MUST_CHECK;
/* RFC 8555 7.3.2.  *location is where the answer says that the account is, or empty. */
bool subscriber_update(struct subscriber *s, const struct strs *contacts, str *location,
                       struct err *err) MUST_CHECK;
/* RFC 8555 7.3.6: there is no way back. */
bool subscriber_deactivate(struct subscriber *s, struct err *err) MUST_CHECK;

struct wish {
    struct strs names;         /* domains, "*." domains, IP addresses */
    const struct key *key;     /* of the certificate */
    str csr;                   /* DER, to be sent as it is; empty: one is made */
    str not_before, not_after; /* RFC 3339; empty: as the CA likes */
    str profile;               /* of the profiles draft; empty: none */
    str replaces;              /* RFC 9773 5: identifier of a certificate; empty: none */
    str preferred_chain;       /* common name of the chain's last issuer; empty: any */
    bool must_staple;
};
/* The wish of one who has a request (PEM): its names and key.  Names that the wish has
 * already must be among them. */
bool subscriber_wish_csr(const struct subscriber *s, str pem, struct wish *wish,
                         struct err *err) MUST_CHECK;
/* From newOrder to the certificate chain in PEM (RFC 8555 7.4). */
bool subscriber_obtain(struct subscriber *s, const struct wish *wish, str *pem,
                       struct err *err) MUST_CHECK;

/* RFC 8555 7.6; signed by the account, or by `key` when that is the certificate's.
 * reason < 0: none is given. */
bool subscriber_revoke(struct subscriber *s, str der, int reason, const struct key *key,
                       struct err *err) MUST_CHECK;

/* RFC 9773: when to renew. */
struct renewal {
    str id; /* of the certificate: what a new order says in `replaces` */
    time_t start, end;
    str explanation; /* a URL, or empty */
};
bool subscriber_renewal(struct subscriber *s, str pem, struct renewal *out,
                        struct err *err) MUST_CHECK;
/* The same for one that is to be renewed: without an answer, which is told on stderr, the
 * usual time counts (RFC 9773 4.3.3), and start is 0.  What is replaced is known then,
 * too. */
bool subscriber_ask_when(struct subscriber *s, str pem, struct renewal *out,
                         struct err *err) MUST_CHECK;
/* Whether it is time: a moment of the window, by chance, is past; without one, less than
 * a third of the life is left. */
bool renewal_is_due(const struct subscriber *s, const struct cert *cert,
                    const struct renewal *renewal);

/* --- shared with mocks/subscriber_order.c --- */
/* A POST by the account, payload NULL: POST-as-GET.  false with what the server said
 * unless the answer has that status (0: any 2xx). */
bool subscriber_post(struct subscriber *s, str url, json_t *payload, int status,
                     const char *what, const struct exchange **out,
                     struct err *err) MUST_CHECK;

#endif
