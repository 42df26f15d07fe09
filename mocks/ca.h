/* SPDX-License-Identifier: MIT */
/* The mock CA: an ACME server (RFC 8555, 8737, 8738, 9773, profiles draft) on one HTTPS
 * port, in memory.  It is correct until told otherwise: by planted bugs, or by hooks that
 * change what it answers.  It signs reserved names only and binds to loopback. */
#ifndef MOCKS_CA_H
#define MOCKS_CA_H

#include "acme/words.h"
#include "crypto/jws.h"
#include "http/listen.h"
#include "mocks/bugs.h"

struct ca;

/* A MAC key for external account binding (RFC 8555 7.3.4). */
struct ca_eab {
    str kid;
    str mac_key; /* bytes */
};

/* So many requests to a resource in so many seconds; 0: no limit. */
struct ca_limit {
    enum resource resource; /* newAccount: over all; newOrder, newAuthz, challenge: each
                               account */
    unsigned count;
    long seconds;
};
enum { CA_MOST_LIMITS = 8 };

/* What the CA does otherwise with the one request that it is answering: the hook before
 * the handler fills it in.  All zero: nothing. */
struct ca_wish {
    int polls;  /* finalize: so many reads of the order find it processing */
    bool valid; /* newOrder, newAuthz, challenge: proven without a validation */
    bool fails; /* newOrder, order, finalize, authorization, challenge: it ends invalid
                   ... */
    enum problem_type problem; /* ... with this error */
    str detail;
    bool expired;      /* newOrder, order, finalize, authorization: its time is over */
    long shift;        /* seconds that the CA's clock jumps, for good */
    bool right_clock;  /* the clock is put right first */
    bool new_terms;    /* what accounts have agreed to is of the past */
    str withdrawn;     /* the profile of this name is not offered any more */
    bool all_profiles; /* all are offered again */
    bool aside; /* the request is not one to the CA: it does not count, and the answer is
                   neither given a nonce nor permuted */
};

/* What a request was recognised as.  Everything lives until the answer was sent. */
struct ca_request_info {
    const struct request *request;
    const char *peer;          /* numeric address */
    unsigned long number;      /* from 1, in the order of arrival */
    enum resource resource;    /* OTHER where the path is not of ACME */
    const struct jws *jws;     /* NULL: the body is no JWS */
    str account_url;           /* of the kid or key, when it is known */
    enum problem_type problem; /* after the handler, when it refused: why */
    bool refused;
    struct ca_wish *wish; /* never NULL in the hook before; later it has no effect */
};

/* Called before the handler: true when *reply was made here and the handler is to be
 * skipped.  Called after it (`after` in ca_options): may change *reply; the headers that
 * every answer has are in it by then.  Runs on the listener's thread. */
typedef bool ca_hook(void *context, struct arena *a, const struct ca_request_info *info,
                     struct reply *reply);

/* Fills in what a TLS handshake should be, if not an ordinary one; on the same thread. */
typedef void ca_handshake(void *context, struct arena *a, struct odd_handshake *out);

/* Zero values are a correct CA with all that it can do. */
struct ca_options {
    const char *address;   /* to bind, numeric; NULL: "127.0.0.1" */
    int port;              /* 0: the kernel chooses */
    str host;              /* in its URLs; empty: "localhost", or the address, if it is
                              another than 127.0.0.1 */
    const char *authority; /* its certificates' names begin so; NULL: "acmespec mock" */
    struct strs names;     /* further names and addresses on the listener's certificate */
    const char *dns_server;  /* numeric; NULL: no DNS, every name is at default_address */
    int dns_port;            /* 0: 53 */
    str default_address;     /* empty: "127.0.0.1"; where it is a private one, its network
                                is validated at besides loopback */
    int http_port, tls_port; /* where http-01 and tls-alpn-01 go; 0: 80 and 443 */
    const struct ca_eab *eab;
    size_t eab_count;
    bool eab_required;
    bool no_terms;       /* no terms of service, so nothing to agree to */
    str caa_identity;    /* issuer domain name; empty: "ca.acmespec.test" */
    uint64_t seed;       /* not 0: ids, tokens and nonces are repeatable */
    uint64_t permute;    /* not 0: answers look otherwise each time, within the RFC */
    bool any_name;       /* sign for names that are not reserved, too */
    struct strs blocked; /* names that it never signs for; with what is below them */
    bool always_valid;   /* no validation takes place: a response is enough */
    bool no_reuse; /* a new order never shows an authorization that is valid already */
    bool no_newauthz, no_profiles, no_renewal, no_alternate; /* not offered */
    bool pem_only; /* certificates come as a chain, whatever Accept says */
    bool no_http, no_dns, no_alpn; /* challenges not offered */
    bool other_challenges;         /* of types that nobody knows are offered, too */
    bool bare_challenges;          /* the same, without a token */
    bool challenges_reversed;      /* the last type first */
    str token_start, token_end;    /* what every token begins and ends with */
    bool tls_untrusted, tls_other_name, tls_expired; /* the listener's certificate */
    bool bare_directory;                             /* its URL has no path */
    bool strays; /* before a query it asks for what was never offered, for the record */
    bool high_serials;         /* serial numbers begin with a bit that is set */
    long validate_ms;          /* from a response to the first query */
    long decide_ms;            /* from a query to what comes of it */
    int blind;                 /* so many queries of each challenge fail */
    int attempts;              /* validation queries before it gives up; 0: 3 */
    long retry_ms;             /* between them; 0: 5000 */
    long connect_ms, total_ms; /* deadlines of one query; 0: 5000 and 10000 */
    int workers;               /* threads that validate; 0: 8 */
    long processing_ms;        /* how long an order stays processing; 0: valid at once */
    long order_s, authz_s;     /* lifetimes; 0: a day, 30 days; pending: 7 days */
    long certificate_s;        /* lifetime; 0: that of the profile */
    bool forgets_deactivated;  /* a look-up finds no account that was deactivated */
    bool unreadable_accounts;  /* 405 to a POST-as-GET of an account */
    bool no_challenge_status;  /* pending challenges do not show their status */
    bool capital_host;         /* http-01 asks with its Host in capital letters */
    bool forgets_replaced;     /* has no renewal information of what was replaced */
    bool forgets_expired;      /* nor of what is over */
    size_t page;               /* orders in a page of the list; 0: 50 */
    struct ca_limit limits[CA_MOST_LIMITS];
    struct bugs bugs;
    ca_hook *before, *after;
    ca_handshake *handshake; /* before each TLS handshake; NULL: all are ordinary */
    void *hook_context;
};

/* Whether there can be such a CA: of what it binds to and where it validates. */
bool ca_options_check(const struct ca_options *options, struct err *err);
/* Starts it: keys, certificates, listener.  It lives until the arena ends.  Texts in the
 * options have to live as long; the structs themselves are copied. */
struct ca *ca_new(struct arena *a, const struct ca_options *options, struct err *err);
/* Stops now: nothing is answered or validated afterwards.  Validations under way are
 * waited for. */
void ca_stop(struct ca *ca);

str ca_directory_url(const struct ca *ca);
int ca_port(const struct ca *ca);
/* The root that signs both what it issues and the listener's certificate. */
str ca_root_pem(const struct ca *ca);
/* The root of the alternate chain. */
str ca_other_root_pem(const struct ca *ca);
/* From now on accounts have to agree to other terms (RFC 8555 7.3.3): what they ask is
 * answered userActionRequired until somebody visits the instance URL. */
void ca_change_terms(struct ca *ca);
/* URL of the terms that a new account has to agree to now; empty where there are none. */
str ca_newest_terms(struct ca *ca, struct arena *a);
/* Seconds that the CA's own clock is ahead of the wall clock: for what expires. */
void ca_shift_clock(struct ca *ca, long seconds);
/* Plays the operator: revokes an account, or an authorization (RFC 8555 7.1.6); false
 * when the URL is not of one. */
bool ca_revoke_account(struct ca *ca, str url);
bool ca_revoke_authz(struct ca *ca, str url);

/* What each validation query found, in the order they were made: objects with type,
 * identifier, token, keyAuthorization, problem and detail where it failed, `exact` when
 * the proof is there to the letter; http-01 with status, body, contentType; dns-01 with
 * texts; tls-alpn-01 with alpn, names, ips, others, critical, extension, selfSigned.
 * The type is a challenge's, or "any". */
json_t *ca_proofs(struct ca *ca, struct arena *a, str type);
/* Asks now for the proof of every challenge that was ever offered: those that are there.
 */
json_t *ca_leftovers(struct ca *ca, struct arena *a, str type);

struct ca_figures {
    size_t accounts, orders, authorizations, certificates, revoked;
    size_t bytes; /* of memory that the store holds */
    unsigned long requests;
};
struct ca_figures ca_figures(struct ca *ca);

#endif
