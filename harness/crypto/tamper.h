/* SPDX-License-Identifier: MIT */
/* The table of ways to spoil a JWS that a merge patch on the protected header cannot
 * express.  Each works at the byte level, since no library would write it. */
#ifndef CRYPTO_TAMPER_H
#define CRYPTO_TAMPER_H

#include "crypto/jws.h"

/* A JWS while it is made.  All in the arena `a`; a hook that fails fills in *err. */
struct jws_parts {
    struct arena *a;
    const struct jws_spec *spec;
    struct err *err;

    str protected_json, payload, signature; /* decoded */
    str protected_b64, payload_b64, signature_b64;
    str alg;             /* what the signature is made by, whatever the header says */
    str mac_key;         /* given: a MAC instead of a signature */
    json_t *unprotected; /* the unprotected header; NULL: none */
    struct strs extra;   /* further outer members as raw JSON text: "\"a\":1" */
    bool no_protected, no_payload, no_signature; /* leave the member out */
    bool whole; /* body is written, as it is to be sent */
    str body;
};

typedef bool tamper_hook(struct jws_parts *parts);

struct tamper {
    const char *name;
    const char *help;     /* one line: what is wrong, and which sentence it breaks */
    tamper_hook *before;  /* may change protected_json, payload, alg, mac_key; or NULL */
    tamper_hook *encoded; /* before signing, may change protected_b64, payload_b64 */
    tamper_hook *after;   /* after signing, may change all */
};

extern const struct tamper tampers[];
extern const size_t tamper_count;
const struct tamper *tamper_find(str name);

/* For the hooks: signs protected_b64 and payload_b64 as they stand. */
bool jws_sign_parts(struct jws_parts *parts) MUST_CHECK;
/* The body as it stands. */
str jws_write(const struct jws_parts *parts);

#endif
