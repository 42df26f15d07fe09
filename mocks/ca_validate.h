/* SPDX-License-Identifier: MIT */
/* Validation (RFC 8555 8, RFC 8737, RFC 8738): queries go out from threads of their own,
 * so that the listener never waits.  Private to mocks/ca*.c. */
#ifndef MOCKS_CA_VALIDATE_H
#define MOCKS_CA_VALIDATE_H

#include "mocks/ca_inside.h"
#include "mocks/resolver.h"

/* Threads start when there is something to do. */
struct validator *validator_new(struct arena *a, struct ca *ca);
/* Asks for a query after so many milliseconds.  With the CA's lock held. */
void validator_add(struct validator *v, struct challenge *challenge, long after_ms);
/* Brings what waits, a query or its decision, forward to now.  With the CA's lock held.
 */
void validator_hurry(struct validator *v, struct challenge *challenge);
/* Ends the threads after what they are at. */
void validator_stop(struct validator *v);

/* One query; a copy of all that it needs, so that no lock is held meanwhile. */
struct query_for {
    const struct ca *ca; /* options, bugs and URLs only: they do not change */
    struct arena *arena;
    struct resolver *resolver;
    enum challenge_type type;
    struct identifier identifier;
    bool wildcard;
    bool blind; /* it fails, whatever is there */
    int polls;  /* readings of the authorization from the response until now */
    str token, keyauth, account_url;
    str sni;             /* the name for a handshake; empty: the identifier's */
    int64_t deadline_ms; /* clock_ms() when it has to be over */
    str why;             /* of the check that failed */
    bool caa_refuses;    /* and a planted bug passes over it for now */
    json_t *seen;        /* what was found, for the record */
};

/* What came of it.  why empty: it was as it should be. */
struct finding {
    enum problem_type problem;
    str why;
    bool later; /* it may be otherwise a while later: worth another query */
};
struct finding finding_bad(const struct query_for *q, enum problem_type problem,
                           const char *fmt, ...) PRINTF_LIKE(3, 4);
struct finding finding_later(const struct query_for *q, enum problem_type problem,
                             const char *fmt, ...) PRINTF_LIKE(3, 4);
extern const struct finding finding_good;
static inline bool finding_is_good(struct finding finding)
{
    return finding.why.len == 0;
}
/* Milliseconds left, at least 1. */
long query_left_ms(const struct query_for *q);

/* A check of what came back, in tables in the order of the RFC; `got` is the way's own.
 */
struct query_check {
    const char *name;
    const char *section;
    enum bug off;
    enum problem_type problem;
    bool (*holds)(struct query_for *q, const void *got); /* false after query_why() */
};
struct finding query_checks(struct query_for *q, const struct query_check *rows,
                            size_t count, const void *got);
/* Always false. */
bool query_why(struct query_for *q, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A query for the challenge as it is.  With the CA's lock held. */
struct query_for query_of(struct ca *ca, struct arena *a, const struct challenge *c);
/* Makes it, but for CAA. */
struct finding query_now(struct query_for *q);

/* --- ca_proofs.c --- */
/* Writes into the record what was found; the value is taken over. */
void query_seen(const struct query_for *q, const char *name, json_t *value);
void query_seen_text(const struct query_for *q, const char *name, str text);
void query_seen_texts(const struct query_for *q, const char *name,
                      const struct strs *texts);
/* Keeps the record of a query that is over.  With the CA's lock held. */
void ca_keep_proof(struct ca *ca, const struct query_for *q, struct finding finding);

/* --- ca_validate_dns.c --- */
enum { MOST_ADDRESSES = 8 };
/* Asks for one type; where no DNS server was given there are no records. */
struct finding validate_lookup(const struct query_for *q, str name, int type,
                               struct resolution *out);
/* Addresses of the name that may be asked: A, then AAAA; of an address, itself. */
struct finding validate_find(const struct query_for *q, str name, struct strs *addresses);

/* Ask for a token, or a name, that nobody offered, and write down whether it was served:
 * strayEchoed and oddEchoed (for what is no token); strayAlpn, strayNames and strayPlain
 * (a certificate without acmeIdentifier). */
void validate_http_stray(struct query_for *q);
void validate_alpn_stray(struct query_for *q);
struct finding validate_http(struct query_for *q);
struct finding validate_dns(struct query_for *q);
struct finding validate_alpn(struct query_for *q);
/* RFC 8659, RFC 8657: whether CAA records let this CA issue for it. */
struct finding validate_caa(struct query_for *q);

#endif
