/* SPDX-License-Identifier: MIT */
/* Java's trust store: a keystore of the kind JKS, which every Java reads, and which is
 * what Debian's own is.  Numbers are big-endian, a text has two bytes of length.  The
 * digest at the end is looked at only by who gives the password. */
#include "base/buf.h"
#include "crypto/key.h"
#include "engine/sandbox_inside.h"

enum { BYTE = 8, VERSION = 2, TRUSTED = 2 };
#define MAGIC 0xfeedfeedu
#define PASSWORD "changeit" /* of every Java */
#define WHITENER "Mighty Aphrodite"

static void add_number(struct buf *out, size_t bytes, uint64_t number)
{
    while (bytes-- > 0)
        buf_add_char(out, (char)(number >> (bytes * BYTE)));
}

static void add_text(struct buf *out, str text)
{
    add_number(out, 2, text.len);
    buf_add(out, text);
}

static void add_root(struct arena *a, struct buf *out, size_t number,
                     const struct cert *root)
{
    str der = cert_der(a, root);
    add_number(out, 4, TRUSTED);
    add_text(out, arena_printf(a, "root%zu", number));
    add_number(out, 8, 0); /* when it came in: unknown */
    add_text(out, STR("X.509"));
    add_number(out, 4, der.len);
    buf_add(out, der);
}

static str seal(struct arena *a, str store)
{
    struct buf whole = buf_new(a, CEILING_BODY);
    for (const char *c = PASSWORD; *c; c++)
        add_number(&whole, 2, (unsigned char)*c);
    buf_add(&whole, STR(WHITENER));
    buf_add(&whole, store);
    return sha1(a, buf_str(&whole));
}

str sandbox_keystore(struct arena *a, const struct chain *roots)
{
    struct buf out = buf_new(a, CEILING_BODY);
    add_number(&out, 4, MAGIC);
    add_number(&out, 4, VERSION);
    add_number(&out, 4, roots->count);
    for (size_t i = 0; i < roots->count; i++)
        add_root(a, &out, i, roots->item[i]);
    buf_add(&out, seal(a, buf_str(&out)));
    return buf_str(&out);
}
