/* SPDX-License-Identifier: MIT */
/* Making authorizations (RFC 8555 7.1.4), for newOrder and newAuthz.  Private to
 * mocks/ca*.c. */
#ifndef MOCKS_CA_AUTHZ_H
#define MOCKS_CA_AUTHZ_H

#include "mocks/ca_identifier.h"

/* A pending one for the identifier (without "*."), with its challenges. */
struct authz *ca_make_authz(struct ca_call *call, struct identifier identifier,
                            bool wildcard);
/* One that the account has proven already and that is still good, or NULL. */
struct authz *ca_proven_authz(struct ca_call *call, const struct identifier *identifier,
                              bool wildcard);
/* Terms of service that the account has to agree to anew (RFC 8555 7.3.3). */
bool ca_agreed(struct ca_call *call);

#endif
