/* SPDX-License-Identifier: MIT */
/* Fuzzes the reading of a JWS and of the keys in it: what a client under test sends. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "crypto/b64url.h"
#include "crypto/jws.h"

/* Made once: a verification against it must fail, as nothing was signed with it. */
static const struct key *our_key(void)
{
    static struct key *key;
    struct err err;
    if (!key) {
        static struct arena *program;
        program = arena_new(NULL);
        key = key_new(program, KEY_P256, &err);
    }
    fuzz_must(key != NULL, "a P-256 key can be made");
    return key;
}

static void with_its_own_key(struct arena *a, const struct jws *jws)
{
    struct err err;
    str thumbprint;
    struct key *key = jws->jwk ? key_from_jwk(a, jws->jwk, &err) : NULL;
    if (!key)
        return;
    fuzz_must(jwk_thumbprint(a, jws->jwk, &thumbprint, &err),
              "a good JWK has a thumbprint");
    fuzz_must(str_eq(thumbprint, key_thumbprint(a, key)),
              "key and JWK have one thumbprint");
    (void)jws_verify(a, jws, key);
}

void fuzz_one(struct arena *a, str input)
{
    struct jws jws, seen;
    struct err err;
    jws_peek(a, input, &seen);
    if (!jws_read(a, input, &jws, &err))
        return;
    fuzz_must(json_is_object(jws.protected_header), "a protected header is an object");
    fuzz_must(str_eq(b64url_encode(a, jws.payload), jws.payload_b64),
              "what decodes is what we would have encoded");
    fuzz_must(!jws_verify(a, &jws, our_key()), "nobody can sign with our key");
    (void)jws_verify_mac(a, &jws, STR("secret"));
    with_its_own_key(a, &jws);
}
