/* SPDX-License-Identifier: MIT */
/* An order on its way, as the subscriber's files share it.  Private to
 * mocks/subscriber*.c. */
#ifndef MOCKS_SUBSCRIBER_INSIDE_H
#define MOCKS_SUBSCRIBER_INSIDE_H

#include "mocks/subscriber.h"

struct proving {
    str url; /* of the authorization */
    struct proof proof;
    bool provided; /* the proof is in place */
    bool awaited;  /* it was not valid from the start */
};

struct ordering {
    struct subscriber *subscriber;
    const struct wish *wish;
    str url;
    json_t *order; /* as last seen */
    struct proving *proving;
    size_t count;
};

/* Polls until the object's status is none of the two words (RFC 8555 7.5.1). */
bool subscriber_settle(struct subscriber *s, str url, const char *one, const char *other,
                       json_t **out, struct err *err) MUST_CHECK;
/* Proves all authorizations of the order, and takes the proofs back whatever came of it.
 */
bool subscriber_prove(struct ordering *o, struct err *err) MUST_CHECK;
/* The chain of the order, which is valid, and that can be trusted to be one (RFC 8555
 * 7.4.2, 11.4). */
bool subscriber_download(struct ordering *o, str *pem, struct err *err) MUST_CHECK;

#endif
