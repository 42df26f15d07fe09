/* SPDX-License-Identifier: MIT */
/* Bodies as they should not be, and chains of certificates laid out otherwise. */
#include "base/buf.h"
#include "crypto/key.h"
#include "engine/rules_inside.h"

enum { HUGE_BYTES = 16 * 1024 * 1024, DEEP = 100000, STORED_MOST = 65535 };

typedef str body_function(const struct firing *f, str body, struct headers *headers);

static str joined(const struct firing *f, str a, str b)
{
    char *text = arena_alloc(f->arena, 1, a.len + b.len + 1);
    memcpy(text, a.ptr, a.len);
    memcpy(text + a.len, b.ptr, b.len);
    return (str){ text, a.len + b.len };
}

/* --- bodies --- */

static str as_html(const struct firing *f, str body, struct headers *headers)
{
    (void)body;
    headers_set(f->arena, headers, STR("Content-Type"), STR("text/html"));
    return STR("<!DOCTYPE html>\n<html><head><title>Maintenance</title></head>\n"
               "<body><h1>We will be back soon</h1></body></html>\n");
}

static str as_garbage(const struct firing *f, str body, struct headers *headers)
{
    (void)f;
    (void)body;
    (void)headers;
    return STR("\x8f\x00\xffnot a body\x01\x02{]\"\xc3\x28\r\n\x00");
}

static str as_empty(const struct firing *f, str body, struct headers *headers)
{
    (void)f;
    (void)body;
    (void)headers;
    return STR_NONE;
}

/* Still the same JSON, with very much white space behind it. */
static str as_huge(const struct firing *f, str body, struct headers *headers)
{
    (void)headers;
    char *space = arena_alloc(f->arena, 1, HUGE_BYTES);
    memset(space, ' ', HUGE_BYTES);
    return joined(f, body, (str){ space, HUGE_BYTES });
}

static str as_truncated(const struct firing *f, str body, struct headers *headers)
{
    (void)f;
    (void)headers;
    return str_upto(body, body.len / 2);
}

static uint32_t crc32_of(str bytes)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= (unsigned char)bytes.ptr[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
}

static void add_little(struct buf *out, uint32_t number, int bytes)
{
    for (; bytes > 0; bytes--, number >>= 8)
        buf_add_char(out, (char)(number & 0xff));
}

/* RFC 1952 with stored blocks (RFC 1951 3.2.4): whole gzip, nothing squeezed. */
static str as_gzip(const struct firing *f, str body, struct headers *headers)
{
    struct buf out = buf_new(f->arena, 2 * (size_t)HUGE_BYTES);
    str left = body;
    buf_add(&out, (str){ "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10 });
    do {
        str block = str_upto(left, STORED_MOST);
        left = str_from(left, block.len);
        buf_add_char(&out, left.len ? 0 : 1);
        add_little(&out, (uint32_t)block.len, 2);
        add_little(&out, ~(uint32_t)block.len, 2);
        buf_add(&out, block);
    } while (left.len);
    add_little(&out, crc32_of(body), 4);
    add_little(&out, (uint32_t)body.len, 4);
    headers_set(f->arena, headers, STR("Content-Encoding"), STR("gzip"));
    return buf_str(&out);
}

static str with_bom(const struct firing *f, str body, struct headers *headers)
{
    (void)headers;
    return joined(f, STR("\xef\xbb\xbf"), body);
}

/* A byte of ISO 8859-1 inside the first string. */
static str not_utf8(const struct firing *f, str body, struct headers *headers)
{
    (void)headers;
    size_t quote = str_find_char(body, '"') + 1;
    str head = joined(f, str_upto(body, quote), STR("\xe9"));
    return joined(f, head, str_from(body, quote));
}

static str as_deep(const struct firing *f, str body, struct headers *headers)
{
    (void)body;
    (void)headers;
    char *text = arena_alloc(f->arena, 1, 2 * (size_t)DEEP + 1);
    memset(text, '[', DEEP);
    memset(text + DEEP, ']', DEEP);
    return (str){ text, 2 * (size_t)DEEP };
}

static str as_array(const struct firing *f, str body, struct headers *headers)
{
    (void)headers;
    return joined(f, joined(f, STR("["), body), STR("]"));
}

static str as_null(const struct firing *f, str body, struct headers *headers)
{
    (void)f;
    (void)body;
    (void)headers;
    return STR("null");
}

static str in_crlf(const struct firing *f, str body)
{
    struct buf out = buf_new(f->arena, CEILING_BODY);
    for (size_t i = 0; i < body.len; i++) {
        if (body.ptr[i] == '\n' && (i == 0 || body.ptr[i - 1] != '\r'))
            buf_add_char(&out, '\r');
        buf_add_char(&out, body.ptr[i]);
    }
    return buf_str(&out);
}

static str with_crlf(const struct firing *f, str body, struct headers *headers)
{
    (void)headers;
    return in_crlf(f, body);
}

static const struct {
    const char *word;
    body_function *function;
} spoils[] = {
    { "html", as_html },   { "garbage", as_garbage },     { "empty", as_empty },
    { "huge", as_huge },   { "truncated", as_truncated }, { "gzip", as_gzip },
    { "bom", with_bom },   { "not-utf8", not_utf8 },      { "deep", as_deep },
    { "array", as_array }, { "null", as_null },           { "crlf", with_crlf },
};

str body_spoilt(const struct firing *f, str word, str body, struct headers *headers)
{
    for (size_t i = 0; i < countof(spoils); i++)
        if (str_is(word, spoils[i].word))
            return spoils[i].function(f, body, headers);
    return body;
}

/* --- JSON, laid out otherwise --- */

/* RFC 8259 7 allows it, and PHP does it. */
static str with_slashes(const struct firing *f, str body)
{
    struct buf out = buf_new(f->arena, CEILING_BODY);
    for (size_t i = 0; i < body.len; i++) {
        if (body.ptr[i] == '/')
            buf_add_char(&out, '\\');
        buf_add_char(&out, body.ptr[i]);
    }
    return buf_str(&out);
}

/* What RFC 8555 7.4 and 7.1.4 give no order, the other way round. */
static str with_lists_reversed(const struct firing *f, json_t *value)
{
    static const char *const members[] = { "identifiers", "authorizations",
                                           "challenges" };
    for (size_t i = 0; i < countof(members); i++) {
        json_t *list = json_object_get(value, members[i]);
        json_t *turned = json_keep(f->arena, json_array());
        for (size_t k = json_array_size(list); k > 0; k--)
            json_array_append(turned, json_array_get(list, k - 1));
        if (list)
            json_object_set(value, members[i], turned);
    }
    return json_text(f->arena, value);
}

str body_laid_out(const struct firing *f, str word, str body)
{
    struct err err;
    json_t *value = json_read(f->arena, body, &err);
    if (!value)
        return body;
    if (str_is(word, "slashes"))
        return with_slashes(f, json_text(f->arena, value));
    if (str_is(word, "reversed"))
        return with_lists_reversed(f, value);
    if (str_is(word, "pretty"))
        return json_pretty(f->arena, value);
    return joined(f, joined(f, STR("\r\n \t"), body), STR(" \n\n"));
}

/* --- chains --- */

static const char end_mark[] = "-----END CERTIFICATE-----\n";

/* The certificate at the front, with its last newline; *rest is what follows. */
static str first_of(str *rest)
{
    size_t end = str_find(*rest, str_of(end_mark));
    if (end < rest->len)
        end += strlen(end_mark);
    str first = str_upto(*rest, end);
    *rest = str_from(*rest, end);
    return first;
}

static str leaf_only(const struct firing *f, str chain)
{
    (void)f;
    return first_of(&chain);
}

static str with_root(const struct firing *f, str chain)
{
    return joined(f, chain, f->root_pem);
}

static str reversed(const struct firing *f, str chain)
{
    str out = STR_NONE;
    while (chain.len)
        out = joined(f, first_of(&chain), out);
    return out;
}

static str leaf_twice(const struct firing *f, str chain)
{
    str rest = chain;
    return joined(f, first_of(&rest), chain);
}

static str separated(const struct firing *f, str chain, str before)
{
    str out = STR_NONE;
    while (chain.len)
        out = joined(f, joined(f, out, before), first_of(&chain));
    return out;
}

/* RFC 8555 9.1: explanatory text is not allowed here, and some CAs have sent it. */
static str with_text(const struct firing *f, str chain)
{
    return separated(f, chain, STR("subject=CN = a certificate\nissuer=CN = a CA\n"));
}

static str with_blank_lines(const struct firing *f, str chain)
{
    return separated(f, chain, STR("\n"));
}

static str without_newline(const struct firing *f, str chain)
{
    (void)f;
    return str_upto(chain, chain.len - (chain.len && str_ends(chain, "\n")));
}

static str behind_bom(const struct firing *f, str chain)
{
    return joined(f, STR("\xef\xbb\xbf"), chain);
}

static str unrelated(const struct firing *f, str chain)
{
    return joined(f, first_of(&chain), f->other_root_pem);
}

/* RFC 8555 11.4: what must not be in a chain, and what makes a client refuse all of it.
 */
static str with_private_key(const struct firing *f, str chain)
{
    struct err err;
    struct key *key = key_new(f->arena, KEY_P256, &err);
    return joined(f, chain, key ? key_private_pem(f->arena, key) : STR_NONE);
}

static str with_other_block(const struct firing *f, str chain)
{
    return joined(f, STR("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"),
                  chain);
}

static const struct {
    const char *word;
    str (*function)(const struct firing *f, str chain);
} chains[] = {
    { "leaf-only", leaf_only },
    { "with-root", with_root },
    { "reversed", reversed },
    { "twice", leaf_twice },
    { "text", with_text },
    { "crlf", in_crlf },
    { "no-newline", without_newline },
    { "blank-lines", with_blank_lines },
    { "bom", behind_bom },
    { "unrelated", unrelated },
    { "private-key", with_private_key },
    { "other-block", with_other_block },
};

str body_chain(const struct firing *f, str word, str body)
{
    for (size_t i = 0; i < countof(chains); i++)
        if (str_is(word, chains[i].word))
            return chains[i].function(f, body);
    return body;
}
