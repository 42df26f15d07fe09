/* SPDX-License-Identifier: MIT */
/* What a challenge and its response are made of (RFC 8555 8, RFC 8737, RFC 8738): the one
 * place that both sides take it from. */
#ifndef ACME_CHALLENGE_H
#define ACME_CHALLENGE_H

#include "base/arena.h"

/* token "." thumbprint (RFC 8555 8.1). */
str challenge_key_authorization(struct arena *a, str token, str thumbprint);
/* The TXT record's value: base64url(SHA-256(key authorization)) (RFC 8555 8.4). */
str challenge_txt(struct arena *a, str key_authorization);
/* "_acme-challenge." and the domain, which is without "*." (RFC 8555 8.4). */
str challenge_txt_name(struct arena *a, str domain);
/* "/.well-known/acme-challenge/" and the token (RFC 8555 8.3). */
str challenge_path(struct arena *a, str token);
/* The SNI of tls-alpn-01: a domain as it is; of an IP address, its name under
 * in-addr.arpa or ip6.arpa (RFC 8738 6). */
str challenge_sni(struct arena *a, str identifier);

#endif
