/* SPDX-License-Identifier: MIT */
/* For whom a connection is, from its first bytes alone: the SNI of a ClientHello (RFC
 * 8446 4.1.2, RFC 6066 3), the Host of a request (RFC 9112 3.2).  Nothing is answered and
 * nothing is judged here. */
#ifndef MOCKS_HELLO_H
#define MOCKS_HELLO_H

#include "crypto/tls.h"

enum peek {
    PEEK_MORE, /* more bytes are needed to tell */
    PEEK_DONE,
    PEEK_BAD /* these bytes will never tell */
};

/* The server name (lower case, empty where there is none) and the protocols offered. */
enum peek hello_peek(struct arena *scratch, str bytes, struct hello *out);
/* The first Host header's name in lower case, without the port. */
enum peek host_peek(struct arena *a, str bytes, str *host);

#endif
