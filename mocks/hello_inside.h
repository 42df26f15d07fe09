/* SPDX-License-Identifier: MIT */
/* The structures of TLS handshakes, byte by byte (RFC 8446 3): what the readers of hellos
 * share; nobody else includes it. */
#ifndef MOCKS_HELLO_INSIDE_H
#define MOCKS_HELLO_INSIDE_H

#include "mocks/hello.h"

enum {
    TLS_ALERT = 21,
    TLS_HANDSHAKE = 22,
    TLS_CLIENT_HELLO = 1,
    TLS_SERVER_HELLO = 2,
    TLS_RANDOM = 32, /* bytes */
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_SUPPORTED_GROUPS = 10,
    EXTENSION_POINT_FORMATS = 11,
    EXTENSION_SIGNATURES = 13,
    EXTENSION_ALPN = 16,
    EXTENSION_SUPPORTED_VERSIONS = 43,
    EXTENSION_KEY_SHARE = 51,
    EXTENSION_RENEGOTIATION = 0xff01,
};

/* What is left of a structure; bad: something claimed to be longer than what holds it. */
struct rest {
    str bytes;
    bool bad;
};

str rest_take(struct rest *rest, size_t len);
size_t rest_number(struct rest *rest, size_t width);
/* A vector: its length in `width` bytes, then so many bytes (RFC 8446 3.4). */
struct rest rest_vector(struct rest *rest, size_t width);

/* The body of the first handshake message, which is of that type; `bytes` begin with a
 * record. */
enum peek hello_body(struct arena *scratch, str bytes, size_t type, struct rest *body);

#endif
