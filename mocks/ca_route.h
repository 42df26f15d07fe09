/* SPDX-License-Identifier: MIT */
/* The mock CA's door: the route table, and what every request goes through.  Private to
 * mocks/ca*.c. */
#ifndef MOCKS_CA_ROUTE_H
#define MOCKS_CA_ROUTE_H

#include "mocks/ca_inside.h"

/* Answers one request; the listener's handler.  context is the CA. */
void ca_serve(void *context, struct arena *a, const struct request *request,
              const char *peer, struct reply *reply);

/* Bytes of a request body that are read at all. */
enum { CA_MOST_BODY = 2 * 1024 * 1024, CA_MOST_JWS = 512 * 1024 };

#endif
