/* SPDX-License-Identifier: MIT */
/* Chance by splitmix64, which is short and good enough for tests. */
#include "tests/chance.h"

#include "base/buf.h"
#include "base/clock.h"

static uint64_t seed, state;

void chance_begin(void)
{
    const char *given = getenv("SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)clock_us();
    state = seed;
}

unsigned long long chance_seed(void)
{
    return seed;
}

static uint64_t next(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

size_t chance(size_t below)
{
    return (size_t)(next() % below);
}

static size_t chance_len(size_t most)
{
    return chance(chance(most + 1) + 1);
}

str chance_bytes(struct arena *a, size_t most)
{
    size_t len = chance_len(most);
    char *bytes = arena_alloc(a, 1, len + 1);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)next();
    return (str){ bytes, len };
}

str chance_text(struct arena *a, const char *alphabet, size_t most)
{
    size_t len = chance_len(most), count = strlen(alphabet);
    char *text = arena_alloc(a, 1, len + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = alphabet[chance(count)];
    return (str){ text, len };
}

/* --- JSON --- */

static void add_point(struct buf *b, unsigned long c)
{
    if (c < 0x80) {
        buf_add_char(b, (char)c);
    } else if (c < 0x800) {
        buf_add_char(b, (char)(0xc0 | c >> 6));
        buf_add_char(b, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_add_char(b, (char)(0xe0 | c >> 12));
        buf_add_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_add_char(b, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_add_char(b, (char)(0xf0 | c >> 18));
        buf_add_char(b, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_add_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_add_char(b, (char)(0x80 | (c & 0x3f)));
    }
}

/* A code point of one of four sizes; no NUL and no surrogate. */
static unsigned long chance_point(void)
{
    static const unsigned long ends[] = { 0x80, 0x800, 0xd800, 0x110000 };
    static const unsigned long from[] = { 1, 0x80, 0x800, 0x10000 };
    size_t size = chance(4);
    return from[size] + chance(ends[size] - from[size]);
}

static str chance_utf8(struct arena *a)
{
    struct buf b = buf_new(a, CEILING_LINE);
    for (size_t left = chance_len(20); left > 0; left--)
        add_point(&b, chance_point());
    return buf_str(&b);
}

static json_t *chance_number(void)
{
    if (chance(2))
        return json_integer((json_int_t)(next() >> chance(64)) * (chance(2) ? 1 : -1));
    /* Twelve digits: fifteen are written. */
    return json_real((double)chance(1000000000000) / 1000 * (chance(2) ? 1 : -1));
}

static json_t *chance_leaf(struct arena *a)
{
    str text = chance_utf8(a);
    switch (chance(6)) {
    case 0:
        return json_null();
    case 1:
        return json_boolean(chance(2));
    case 2:
        return chance_number();
    default:
        return json_stringn(text.ptr, text.len);
    }
}

static json_t *any_value(struct arena *a, int depth)
{
    if (depth <= 0 || chance(3) == 0)
        return chance_leaf(a);
    bool is_array = chance(2);
    json_t *value = is_array ? json_array() : json_object();
    for (size_t left = chance_len(6); left > 0; left--) {
        json_t *item = any_value(a, depth - 1);
        if (is_array)
            json_array_append_new(value, item);
        else
            json_object_set_new(value, str_z(a, chance_utf8(a)), item);
    }
    return value;
}

json_t *chance_json(struct arena *a, int depth)
{
    return json_keep(a, any_value(a, depth));
}
