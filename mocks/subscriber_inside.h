/* SPDX-License-Identifier: MIT */
/* An order on its way, as the subscriber's files share it.  Private to
 * mocks/subscriber*.c. */
#ifndef MOCKS_SUBSCRIBER_INSIDE_H
#define MOCKS_SUBSCRIBER_INSIDE_H

#include "crypto/csr.h"
#include "mocks/subscriber.h"

struct proving {
    str url;     /* of the authorization */
    str expires; /* what it first said */
    struct proof proof;
    bool provided;  /* the proof is in place */
    bool awaited;   /* it was not valid from the start */
    bool undecided; /* its challenge is, by the answer to the response */
};

struct ordering {
    struct subscriber *subscriber;
    const struct wish *wish;
    str url;
    json_t *order; /* as last seen */
    struct proving *proving;
    size_t count;
};

/* Reads an order or an authorization. */
bool subscriber_read(struct subscriber *s, str url, const struct exchange **x,
                     struct err *err) MUST_CHECK;
/* Polls until the object's status is none of the two words (RFC 8555 7.5.1). */
bool subscriber_settle(struct subscriber *s, str url, const char *one, const char *other,
                       json_t **out, struct err *err) MUST_CHECK;
/* Proves all authorizations of the order, and takes the proofs back whatever came of it.
 */
bool subscriber_prove(struct ordering *o, struct err *err) MUST_CHECK;
/* The chain of the order, which is valid, and that can be trusted to be one (RFC 8555
 * 7.4.2, 11.4). */
bool subscriber_download(struct ordering *o, str *pem, struct err *err) MUST_CHECK;
/* What the subproblems of an error say (RFC 8555 6.7.1), each behind "; ". */
str subscriber_parts(const struct subscriber *s, json_t *problem);

/* --- names (subscriber_names.c) --- */
/* As they are ordered: ASCII, without a final dot, each once. */
bool subscriber_names(struct subscriber *s, const struct strs *given, struct strs *out,
                      struct err *err) MUST_CHECK;
json_t *subscriber_identifiers(struct arena *a, const struct client *client,
                               const struct strs *names);
/* false where a planted bug takes offence at a new order. */
bool subscriber_likes_order(const struct ordering *o, struct err *err) MUST_CHECK;
/* Planted bugs of the names in a CSR. */
void subscriber_misname(const struct client *client, struct csr_spec *spec);

#endif
