/* SPDX-License-Identifier: MIT */
/* Identifiers (RFC 8555 7.1.3, 9.7.7, RFC 8738): whether a value is one, in which form it
 * is kept, and whether this CA signs for it.  Private to mocks/ca*.c. */
#ifndef MOCKS_CA_IDENTIFIER_H
#define MOCKS_CA_IDENTIFIER_H

#include "mocks/ca_inside.h"

/* What one identifier of a request turned out to be. */
struct verdict_on {
    struct identifier identifier; /* in its one form */
    bool wildcard;
    enum problem_type problem; /* with `why`: why not */
    int status;                /* of an order's refusal */
    str why;                   /* empty: it is all right */
    str type, value;           /* as they were sent */
    bool typed, valued;        /* they are strings */
};

/* Looks at {"type", "value"}: type known, value of its form, policy. */
struct verdict_on ca_identify(struct ca_call *call, json_t *value);

/* One form for addresses (RFC 5952): false when the text is no address. */
bool ca_address_read(struct arena *a, str text, str *canonical);
/* Loopback, private and documentation addresses (RFC 1918, 4193, 5737, 3849): what this
 * CA signs for. */
bool ca_address_reserved(str address);
/* Loopback and private addresses: what a user may name. */
bool ca_address_near(str address);
/* RFC 8555 10.4: what this CA connects to, which is loopback; and when the user named a
 * private address, the private network that it is of. */
bool ca_address_reached(str address, str named);

#endif
