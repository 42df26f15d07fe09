/* SPDX-License-Identifier: MIT */
#include "acme/challenge.h"

#include <arpa/inet.h>

#include "base/buf.h"
#include "crypto/b64url.h"
#include "crypto/key.h"

str challenge_key_authorization(struct arena *a, str token, str thumbprint)
{
    return arena_printf(a, "%.*s.%.*s", STR_ARG(token), STR_ARG(thumbprint));
}

str challenge_txt(struct arena *a, str key_authorization)
{
    return b64url_encode(a, sha256(a, key_authorization));
}

str challenge_txt_name(struct arena *a, str domain)
{
    return arena_printf(a, "_acme-challenge.%.*s", STR_ARG(domain));
}

str challenge_path(struct arena *a, str token)
{
    return arena_printf(a, "/.well-known/acme-challenge/%.*s", STR_ARG(token));
}

static str reversed_six(struct arena *a, const unsigned char b[16])
{
    struct buf out = buf_new(a, 128);
    for (int i = 15; i >= 0; i--)
        buf_addf(&out, "%x.%x.", b[i] & 15u, b[i] >> 4u);
    buf_add(&out, STR("ip6.arpa"));
    return buf_str(&out);
}

str challenge_sni(struct arena *a, str identifier)
{
    unsigned char b[16];
    const char *text = str_z(a, identifier);
    if (inet_pton(AF_INET, text, b) == 1)
        return arena_printf(a, "%d.%d.%d.%d.in-addr.arpa", b[3], b[2], b[1], b[0]);
    return inet_pton(AF_INET6, text, b) == 1 ? reversed_six(a, b) : identifier;
}
