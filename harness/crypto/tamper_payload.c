/* SPDX-License-Identifier: MIT */
/* Payloads that are right JSON and still hard to swallow. */
#include "base/buf.h"
#include "crypto/tamper_hooks.h"

enum { DEPTH = 10000, SIZE = 1024 * 1024 };

static str repeat(struct arena *a, char c, size_t count)
{
    char *text = arena_alloc(a, 1, count + 1);
    memset(text, c, count);
    return (str){ text, count };
}

/* Into the payload's object, or a new one where there is no payload. */
static bool add_member(struct jws_parts *p, str before, str filling, str after)
{
    struct buf member = buf_new(p->a, SIZE_MAX / 2);
    buf_add(&member, before);
    buf_add(&member, filling);
    buf_add(&member, after);
    if (p->payload.len == 0)
        p->payload = STR("{}");
    return tamper_add_member(p, &p->payload, buf_str(&member));
}

bool payload_deep(struct jws_parts *p)
{
    return add_member(p, STR("\"acmespec\":"), repeat(p->a, '[', DEPTH),
                      repeat(p->a, ']', DEPTH));
}

bool payload_large(struct jws_parts *p)
{
    return add_member(p, STR("\"acmespec\":\""), repeat(p->a, 'a', SIZE), STR("\""));
}
