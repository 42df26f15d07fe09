/* SPDX-License-Identifier: MIT */
/* What the files of the mock CA share: the CA itself, one request on its way (a call),
 * and the checks that a request has to pass.  Private to mocks/ca*.c.  Handlers run on
 * the listener's thread with the lock held. */
#ifndef MOCKS_CA_INSIDE_H
#define MOCKS_CA_INSIDE_H

#include <pthread.h>

#include "base/err.h"
#include "mocks/ca.h"
#include "mocks/ca_nonce.h"
#include "mocks/ca_store.h"

struct issuer;
struct validator;

struct ca_proof {
    enum challenge_type type;
    str seen; /* JSON */
};

struct ca {
    struct arena *arena;
    struct ca_options options;
    str base;      /* "https://localhost:14000", before every path */
    str directory; /* its URL */
    struct listener *listener;
    struct issuer *issuer;
    pthread_mutex_t lock; /* over all that follows */
    struct store store;
    struct nonces *nonces;
    struct validator *validator;
    struct ca_proof *proof; /* each query that was made */
    size_t proof_count;
    const struct profile_row *withdrawn; /* not offered any more, or NULL */
    int terms;  /* number of the terms in force; 0: there are none */
    long shift; /* seconds that its clock is ahead */
    unsigned long requests;
    str cached_nonce; /* of a planted bug */
    bool spoilt;      /* some bug is on */
    bool stopped;
};

static inline bool bug_on(const struct ca *ca, enum bug bug)
{
    return ca->options.bugs.on[bug];
}

/* The CA's own time. */
time_t ca_now(const struct ca *ca);

enum signer { BY_NOBODY, BY_JWK, BY_KID, BY_EITHER };
enum payload { PAYLOAD_NONE, PAYLOAD_OBJECT, PAYLOAD_ANY };

struct ca_call;
typedef void ca_handler(struct ca_call *call);
struct route {
    enum resource resource;
    const char *pattern; /* "/order/:/finalize"; ':' is a segment of any text */
    const char *methods; /* "POST", "GET, HEAD, POST" */
    enum signer signer;
    enum payload payload;
    ca_handler *handler;
};

/* One request that is being answered. */
struct ca_call {
    struct ca *ca;
    struct arena *arena;
    const struct request *request;
    const char *peer;
    const struct route *route;
    str target; /* path and query */
    str path, query;
    bool shaped; /* as this CA's URLs are */
    str part[2]; /* what stands for the pattern's ':' */
    struct ca_request_info info;
    struct ca_wish wish;
    struct reply *reply;
    time_t now;

    struct jws jws;
    bool has_jws;            /* at least as far as jws_peek goes */
    bool strict;             /* jws_read took it */
    struct err unread;       /* why not */
    bool spent;              /* its nonce was a good one (and is spent) */
    struct key *key;         /* of the signer */
    str thumbprint;          /* of the jwk */
    struct account *account; /* of the kid */
    json_t *payload;         /* NULL: empty */

    str why;                        /* what the check that failed has to say */
    const struct ca_check *let_off; /* the last that a planted bug let pass */
    json_t *problem;                /* the refusal, or NULL */

    /* what the handlers of one resource hand on to their checks */
    struct order *order;
    struct authz *authz;
    struct challenge *challenge;
    struct certificate *certificate;
    struct verdict_on
        *verdict; /* on the identifier that is looked at (ca_identifier.c) */
    void *work;
};

/* A check that a CA has to make.  Tables of these stand in the order of the RFC. */
struct ca_check {
    const char *name;    /* "nonce-fresh" */
    const char *section; /* "rfc8555 6.5" */
    enum bug off;        /* the planted bug that switches it off, or BUG_NONE */
    enum problem_type problem;
    int status;
    bool (*holds)(struct ca_call *call); /* false after ca_why() */
};

/* Makes the checks in turn; the first that failed, with call->why, or NULL. */
const struct ca_check *ca_first_failed(struct ca_call *call, const struct ca_check *rows,
                                       size_t count);
#define FIRST_FAILED(call, rows) ca_first_failed((call), (rows), countof(rows))
/* The same; false when one failed and the call is refused. */
bool ca_checks(struct ca_call *call, const struct ca_check *rows, size_t count);
#define CHECKS(call, rows) ca_checks((call), (rows), countof(rows))
/* Says what is wrong, in one sentence.  Always false. */
bool ca_why(struct ca_call *call, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The order that the URL names is there (and is call->order then), and is the signer's.
 */
bool ca_order_exists(struct ca_call *call);
bool ca_order_is_own(struct ca_call *call);

/* --- answers (ca_reply.c) --- */
void ca_header(struct ca_call *call, const char *name, str value);
/* Retry-After with a time after clock_ms() `when_ms`. */
void ca_retry_after(struct ca_call *call, int64_t when_ms);
/* The same while a failed validation is going to be retried. */
void ca_retry_state(struct ca_call *call, const struct challenge *challenge);
void ca_link(struct ca_call *call, str target, const char *rel);
void ca_answer(struct ca_call *call, int status, const char *type, str body);
void ca_answer_json(struct ca_call *call, int status, json_t *body);
/* A problem document; `check` is the row that refused, for the table of wrong refusals,
 * or NULL. */
void ca_refuse(struct ca_call *call, const struct ca_check *check,
               enum problem_type problem, int status, str detail);
/* Headers that every answer has: nonce, index, CORS. */
void ca_finish(struct ca_call *call);

/* --- request authentication (ca_jws.c) --- */
/* Takes the JWS apart and spends its nonce, whatever becomes of the request. */
void ca_jws_read(struct ca_call *call);
/* All checks of RFC 8555 6.2 to 6.5; false when the call is refused. */
bool ca_jws_check(struct ca_call *call);
str ca_new_nonce(struct ca_call *call);
/* Whether a JWS is signed as ACME wants it; used for inner JWSs too. */
bool ca_alg_supported(const struct ca *ca, str alg);
/* A public key that may sign for an account, or NULL after ca_why(). */
struct key *ca_account_key(struct ca_call *call, struct arena *a, const struct jws *jws);

/* --- URLs (ca_url.c) --- */
/* Of a path: "/new-order", "/order/abc"; in the shape that this CA's URLs have. */
str ca_url(struct ca_call *call, const char *fmt, ...) PRINTF_LIKE(2, 3);
str ca_url_of(const struct ca *ca, struct arena *a, str path);
/* The target of a request line without that shape, parted at its '?'; false when it has
 * another shape, and is parted as it is. */
bool ca_url_split(const struct ca *ca, str target, str *path, str *query);
/* The id at the end of a URL of this kind ("/account/"); empty for another. */
str ca_url_id(const struct ca *ca, str url, const char *kind);
str ca_account_url(const struct ca *ca, struct arena *a, const struct account *account);
str ca_order_url(const struct ca *ca, struct arena *a, const struct order *order);
str ca_authz_url(const struct ca *ca, struct arena *a, const struct authz *authz);
str ca_terms_url(const struct ca *ca, struct arena *a, int terms);

/* --- objects as JSON (ca_show.c) --- */
json_t *ca_show_account(struct ca_call *call, const struct account *account);
json_t *ca_show_order(struct ca_call *call, const struct order *order);
json_t *ca_show_authz(struct ca_call *call, const struct authz *authz);
/* Whether a challenge of it is being validated. */
bool ca_authz_busy(const struct authz *authz);
/* Which challenge the client responded to; as many as there are: none yet. */
size_t ca_authz_tried(const struct authz *authz);
json_t *ca_show_challenge(struct ca_call *call, const struct challenge *challenge);
json_t *ca_show_identifier(struct ca_call *call, bool ip, str value);

/* --- states (ca_state.c) --- */
/* Lets time pass for an object: what is over expires, what is complete gets ready. */
void ca_refresh_authz(struct ca *ca, struct authz *authz);
void ca_refresh_order(struct ca *ca, struct order *order);
/* {"type", "detail", "status"} as text, for an error that is kept. */
str ca_error_text(struct ca *ca, enum problem_type problem, str detail);
/* The validation is over. */
void ca_challenge_valid(struct ca *ca, struct challenge *challenge);
void ca_challenge_failed(struct ca *ca, struct challenge *challenge, str error);
void ca_close_account(struct ca *ca, struct account *account, enum status status);
/* The order is over, with this error (JSON). */
void ca_order_failed(struct ca *ca, struct order *order, str error);

/* Makes the answer look otherwise and mean the same (ca_permute.c). */
void ca_permute(struct ca_call *call);

/* --- wishes (ca_wish.c) --- */
/* What the hook wishes for the CA itself: clock, terms, profiles. */
void ca_wish_state(struct ca_call *call);
/* What the hook wishes for an object that is there already. */
void ca_wish_object(struct ca_call *call);
/* What it wishes for an order, or an authorization, that was just made. */
void ca_wish_order(struct ca_call *call, struct order *order);
void ca_wish_authz(struct ca_call *call, struct authz *authz);
/* The error that it wishes, as JSON that is kept; or empty. */
str ca_wish_error(struct ca_call *call);

/* --- limits (ca_limit.c) --- */
/* Counts the request against the limits of its resource; false when one is exceeded and
 * the call is refused (RFC 8555 6.6). */
bool ca_within_limits(struct ca_call *call, enum resource resource,
                      struct account *account);

/* --- planted bugs as tables (ca_spoil.c) --- */
/* What a wrong refusal says in place of the right one. */
void ca_spoil_refusal(const struct ca_call *call, const struct ca_check *check,
                      enum problem_type *problem, int *status);
/* Members of an object left out or changed. */
void ca_spoil_object(const struct ca *ca, const char *object, json_t *value);
/* Status, headers and body of an answer. */
void ca_spoil_answer(struct ca_call *call);
/* Members of the request that are kept in the account, and shown. */
void ca_spoil_members(struct ca_call *call, struct account *account);
/* Members of the request that an account update must ignore; status: what it asks for. */
void ca_spoil_update(struct ca_call *call, struct account *account, str status);

/* --- the handlers, by section of RFC 8555 --- */
ca_handler ca_directory, ca_nonce;                          /* 7.1.1, 7.2 */
ca_handler ca_new_account, ca_account, ca_orders, ca_agree; /* 7.3 */
ca_handler ca_terms, ca_document;
ca_handler ca_key_change;                                    /* 7.3.5 */
ca_handler ca_new_order, ca_order, ca_finalize;              /* 7.4 */
ca_handler ca_new_authz;                                     /* 7.4.1 */
ca_handler ca_certificate, ca_other_certificate, ca_issuers; /* 7.4.2 */
ca_handler ca_authz, ca_challenge;                           /* 7.5 */
ca_handler ca_revoke_cert;                                   /* 7.6 */
ca_handler ca_renewal_info;                                  /* RFC 9773 4 */
ca_handler ca_roots, ca_intermediates, ca_cert_status;       /* for people who test */

#endif
