/* SPDX-License-Identifier: MIT */
/* base64url without padding (RFC 4648 section 5, RFC 8555 6.1), strict: what decodes is
 * exactly what we would encode.  And ordinary base64 for PEM. */
#ifndef CRYPTO_B64URL_H
#define CRYPTO_B64URL_H

#include "base/arena.h"

/* Whether all characters are of the alphabet; an empty text has none that is not. */
bool b64url_letters(str text);
str b64url_encode(struct arena *a, str bytes);
/* false for any character outside the alphabet, padding, white space, an impossible
 * length or bits left over that are not zero. */
bool b64url_decode(struct arena *a, str text, str *bytes);
/* For showing what a peer sent, never for judging it: both alphabets, padding, white
 * space and bits left over are let pass.  false for any other character. */
bool b64url_decode_loosely(struct arena *a, str text, str *bytes);
str b64_encode(struct arena *a, str bytes);
/* Ordinary base64 with padding; white space inside is skipped. */
bool b64_decode(struct arena *a, str text, str *bytes);
/* The bytes as PEM under this label (RFC 7468). */
str pem_encode(struct arena *a, const char *label, str bytes);
/* Lower case, two digits a byte. */
str hex_encode(struct arena *a, str bytes);
/* Either case; false for an odd number of digits or another character. */
bool hex_decode(struct arena *a, str text, str *bytes);

#endif
