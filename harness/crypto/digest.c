/* SPDX-License-Identifier: MIT */
/* Digests, MACs, random bytes and a comparison that takes equally long.  These cannot
 * fail for reasons outside ourselves, so a failure aborts. */
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/key_inside.h"

static void must(bool done)
{
    if (done)
        return;
    fputs("acmespec: OpenSSL has no digests or no random bytes here\n", stderr);
    abort();
}

static str digest(struct arena *a, const EVP_MD *md, str bytes)
{
    unsigned char *out = arena_alloc(a, 1, EVP_MAX_MD_SIZE);
    unsigned len = 0;
    must(EVP_Digest(bytes.ptr, bytes.len, out, &len, md, NULL) == 1);
    return (str){ (char *)out, len };
}

static str mac(struct arena *a, const EVP_MD *md, str key, str bytes)
{
    unsigned char *out = arena_alloc(a, 1, EVP_MAX_MD_SIZE);
    unsigned len = 0;
    const char *secret = key.len ? key.ptr : "";
    must(HMAC(md, secret, (int)key.len, octets(bytes), bytes.len, out, &len) != NULL);
    return (str){ (char *)out, len };
}

str sha256(struct arena *a, str bytes)
{
    return digest(a, EVP_sha256(), bytes);
}

str sha1(struct arena *a, str bytes)
{
    return digest(a, EVP_sha1(), bytes);
}

str hmac_sha256(struct arena *a, str key, str bytes)
{
    return mac(a, EVP_sha256(), key, bytes);
}

str hmac_sha384(struct arena *a, str key, str bytes)
{
    return mac(a, EVP_sha384(), key, bytes);
}

str hmac_sha512(struct arena *a, str key, str bytes)
{
    return mac(a, EVP_sha512(), key, bytes);
}

str random_bytes(struct arena *a, size_t count)
{
    unsigned char *out = arena_alloc(a, 1, count + 1);
    must(RAND_bytes(out, (int)count) == 1);
    return (str){ (char *)out, count };
}

bool bytes_equal(str a, str b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0);
}
