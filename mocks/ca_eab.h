/* SPDX-License-Identifier: MIT */
/* External account binding (RFC 8555 7.3.4).  Private to mocks/ca*.c. */
#ifndef MOCKS_CA_EAB_H
#define MOCKS_CA_EAB_H

#include "mocks/ca_inside.h"

/* Checks the binding of a newAccount, where there is one or has to be one; false when the
 * call is refused.  *shown is what the account shows of it, JSON, or empty. */
bool ca_eab_check(struct ca_call *call, str *shown);

#endif
