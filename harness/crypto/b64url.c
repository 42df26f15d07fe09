/* SPDX-License-Identifier: MIT */
/* base64url as ACME has it, ordinary base64 as PEM has it, and hex.  One encoder and one
 * decoder; what differs is the last two characters of the alphabet. */
#include "crypto/b64url.h"

#include "base/buf.h"

#define COMMON "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char url_alphabet[] = COMMON "-_";
static const char pem_alphabet[] = COMMON "+/";

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static unsigned byte_at(str s, size_t i)
{
    return i < s.len ? (unsigned char)s.ptr[i] : 0;
}

static str encode(struct arena *a, str bytes, const char *alphabet, bool padded)
{
    char *text = arena_alloc(a, 1, bytes.len / 3 * 4 + 5);
    size_t len = 0;
    for (size_t i = 0; i < bytes.len; i += 3) {
        unsigned group =
            byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
        size_t chars = bytes.len - i < 3 ? bytes.len - i + 1 : 4;
        for (size_t c = 0; c < chars; c++)
            text[len++] = alphabet[group >> (18 - 6 * c) & 63];
        for (size_t c = chars; padded && c < 4; c++)
            text[len++] = '=';
    }
    text[len] = '\0';
    return (str){ text, len };
}

/* COMMON turned around, by ASCII: comparing ranges is guessed wrong for every second
 * character. */
/* clang-format off */
static const signed char common_bits[128] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1,
    -1,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, -1,
    -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1,
};
/* clang-format on */

/* The six bits of a character, or -1. */
static int bits_of(char c, const char *alphabet)
{
    unsigned char at = (unsigned char)c;
    if (c == alphabet[62])
        return 62;
    if (c == alphabet[63])
        return 63;
    return at < sizeof common_bits ? common_bits[at] : -1;
}

bool b64url_letters(str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (bits_of(text.ptr[i], url_alphabet) < 0)
            return false;
    return true;
}

/* Decodes text without padding; *left are the bits of the last character that make no
 * whole byte. */
static bool decode(struct arena *a, str text, const char *alphabet, str *bytes,
                   unsigned *left)
{
    if (text.len % 4 == 1)
        return false;
    char *out = arena_alloc(a, 1, text.len / 4 * 3 + 3);
    size_t len = 0, held = 0;
    unsigned group = 0;
    for (size_t i = 0; i < text.len; i++) {
        int six = bits_of(text.ptr[i], alphabet);
        if (six < 0)
            return false;
        group = group << 6 | (unsigned)six;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[len++] = (char)(group >> held & 0xff);
        }
    }
    *left = group & ((1u << held) - 1);
    *bytes = (str){ out, len };
    return true;
}

str b64url_encode(struct arena *a, str bytes)
{
    return encode(a, bytes, url_alphabet, false);
}

bool b64url_decode(struct arena *a, str text, str *bytes)
{
    unsigned left;
    /* RFC 4648 3.5: the bits left over "MUST be set to zero by conforming encoders", and
     * we accept nothing that such an encoder would not write. */
    return decode(a, text, url_alphabet, bytes, &left) && left == 0;
}

bool b64url_decode_loosely(struct arena *a, str text, str *bytes)
{
    char *kept = arena_alloc(a, 1, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_space(c) || c == '=')
            continue;
        kept[len++] = (char)(c == '+' ? '-' : c == '/' ? '_' : c);
    }
    unsigned left;
    return decode(a, (str){ kept, len }, url_alphabet, bytes, &left);
}

str b64_encode(struct arena *a, str bytes)
{
    return encode(a, bytes, pem_alphabet, true);
}

bool b64_decode(struct arena *a, str text, str *bytes)
{
    char *kept = arena_alloc(a, 1, text.len + 1);
    size_t len = 0, pads = 0;
    for (size_t i = 0; i < text.len; i++)
        if (!is_space(text.ptr[i]))
            kept[len++] = text.ptr[i];
    if (len % 4 != 0)
        return false;
    while (pads < 2 && pads < len && kept[len - 1 - pads] == '=')
        pads++;
    unsigned left;
    return decode(a, (str){ kept, len - pads }, pem_alphabet, bytes, &left) && left == 0;
}

str hex_encode(struct arena *a, str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(a, 1, bytes.len * 2 + 1);
    for (size_t i = 0; i < bytes.len; i++) {
        text[2 * i] = digits[byte_at(bytes, i) >> 4];
        text[2 * i + 1] = digits[byte_at(bytes, i) & 15];
    }
    return (str){ text, bytes.len * 2 };
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool hex_decode(struct arena *a, str text, str *bytes)
{
    if (text.len % 2 != 0)
        return false;
    char *out = arena_alloc(a, 1, text.len / 2 + 1);
    for (size_t i = 0; i < text.len; i += 2) {
        int high = hex_digit(text.ptr[i]), low = hex_digit(text.ptr[i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i / 2] = (char)(high << 4 | low);
    }
    *bytes = (str){ out, text.len / 2 };
    return true;
}

str pem_encode(struct arena *a, const char *label, str bytes)
{
    str text = b64_encode(a, bytes);
    struct buf out = buf_new(a, CEILING_BODY);
    buf_addf(&out, "-----BEGIN %s-----\n", label);
    for (; text.len; text = str_from(text, 64)) {
        buf_add(&out, str_upto(text, 64));
        buf_add_char(&out, '\n');
    }
    buf_addf(&out, "-----END %s-----\n", label);
    return buf_str(&out);
}
