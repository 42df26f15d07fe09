/* SPDX-License-Identifier: MIT */
/* Half a TLS handshake, by bytes alone: a ClientHello that offers what no library would
 * (RFC 6101 5.6, RFC 5246 7.4.1, RFC 8446 4.1), and what a server says to it.  Nothing
 * goes on from there. */
#ifndef MOCKS_GREETING_H
#define MOCKS_GREETING_H

#include "base/arena.h"
#include "crypto/suites.h"

/* What is offered. */
struct greeting {
    enum tls_version version; /* the highest; 1.3 goes with 1.2 */
    bool group[SUITES_COUNT];
    str host; /* the server's name (RFC 6066 3); empty: none, as for an address */
};

enum greeted {
    GREETED_MORE, /* the answer is not there to its end */
    GREETED_AGREED,
    GREETED_REFUSED,
    GREETED_ODD /* no answer to a hello, or to another than this */
};

struct greeting_answer {
    enum greeted how;
    int version; /* agreed upon; -1: none */
    const struct suite *suite;
    str says; /* "the server agrees to tls-1.0 with TLS_RSA_WITH_RC4_128_SHA" */
};

/* The ClientHello in its record. */
str greeting_bytes(struct arena *a, const struct greeting *greeting);
/* What came back so far; closed: nothing follows. */
void greeting_read(struct arena *a, const struct greeting *greeting, str bytes,
                   bool closed, struct greeting_answer *out);
/* Both, line by line, for people; answer: NULL, or what came. */
str greeting_show(struct arena *a, const struct greeting *greeting,
                  const struct greeting_answer *answer);

#endif
