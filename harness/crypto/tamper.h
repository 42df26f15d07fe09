/* SPDX-License-Identifier: MIT */
/* The table of ways to spoil a JWS that a merge patch on the protected header cannot
 * express.  Each works at the byte level, since no library would write it. */
#ifndef CRYPTO_TAMPER_H
#define CRYPTO_TAMPER_H

#include "crypto/jws.h"

/* The pieces of a JWS between signing and writing. */
struct jws_parts {
    str protected_json, payload, signature; /* decoded */
    str protected_b64, payload_b64, signature_b64;
    str body; /* set by a tamper that writes the whole body itself; else empty */
    struct strs extra; /* further outer members as raw JSON text: "\"header\": {...}" */
    bool no_protected, no_payload, no_signature; /* leave the member out */
};

struct tamper {
    const char *name;
    const char *help; /* one line, what is wrong and with which sentence it breaks */
    /* `before` runs before signing (may change protected_json, payload, their b64); `after`
     * runs after signing (may change all).  Either may be NULL. */
    bool (*before)(struct arena *a, const struct jws_spec *spec, struct jws_parts *parts,
                   struct err *err);
    bool (*after)(struct arena *a, const struct jws_spec *spec, struct jws_parts *parts,
                  struct err *err);
};

extern const struct tamper tampers[];
extern const size_t tamper_count;
const struct tamper *tamper_find(str name);

#endif
