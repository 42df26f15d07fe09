/* SPDX-License-Identifier: MIT */
/* Renewal information (RFC 9773).  Private to mocks/ca*.c. */
#ifndef MOCKS_CA_RENEWAL_H
#define MOCKS_CA_RENEWAL_H

#include "mocks/ca_inside.h"

/* The certificate of an identifier "AKI.SERIAL" (RFC 9773 4.1), or NULL. */
struct certificate *ca_renewal_find(struct ca *ca, struct arena *a, str id);

#endif
