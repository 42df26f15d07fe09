/* SPDX-License-Identifier: MIT */
/* Text by value: looking at it, cutting it, reading small numbers from it.  Nothing here
 * allocates. */
#include "base/base.h"

#include <limits.h>

char char_in_case(char c, bool upper)
{
    bool is_lower = c >= 'a' && c <= 'z', is_upper = c >= 'A' && c <= 'Z';
    return (is_lower && upper) || (is_upper && !upper) ? (char)(c ^ 0x20) : c;
}

static char lower(char c)
{
    return char_in_case(c, false);
}

/* The text of a struct that was set to zero has no ptr, which memcmp may not see. */
static int compare_bytes(const char *a, const char *b, size_t len)
{
    return len ? memcmp(a, b, len) : 0;
}

bool str_eq(str a, str b)
{
    return a.len == b.len && compare_bytes(a.ptr, b.ptr, a.len) == 0;
}

bool str_is(str a, const char *b)
{
    return str_eq(a, str_of(b));
}

bool str_eq_nocase(str a, str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

bool str_starts(str s, const char *prefix)
{
    size_t len = strlen(prefix);
    return s.len >= len && compare_bytes(s.ptr, prefix, len) == 0;
}

bool str_ends(str s, const char *suffix)
{
    size_t len = strlen(suffix);
    return s.len >= len && compare_bytes(str_from(s, s.len - len).ptr, suffix, len) == 0;
}

size_t str_find(str s, str needle)
{
    if (needle.len == 0)
        return 0;
    for (size_t i = 0; i + needle.len <= s.len; i++)
        if (memcmp(s.ptr + i, needle.ptr, needle.len) == 0)
            return i;
    return s.len;
}

bool str_contains(str s, str needle)
{
    return needle.len == 0 || str_find(s, needle) < s.len;
}

size_t str_find_char(str s, char c)
{
    const char *found = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return found ? (size_t)(found - s.ptr) : s.len;
}

str str_from(str s, size_t from)
{
    if (!s.ptr)
        return STR_NONE;
    if (from > s.len)
        from = s.len;
    return (str){ s.ptr + from, s.len - from };
}

str str_upto(str s, size_t count)
{
    return (str){ s.ptr, count < s.len ? count : s.len };
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str str_trim(str s)
{
    while (s.len && is_space(s.ptr[0]))
        s = str_from(s, 1);
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool str_cut(str *rest, char sep, str *piece)
{
    if (rest->len == 0)
        return false;
    size_t at = str_find_char(*rest, sep);
    *piece = str_upto(*rest, at);
    *rest = str_from(*rest, at + 1);
    return true;
}

bool str_to_long(str s, long max, long *out)
{
    long value = 0;
    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        if (value > (LONG_MAX - 9) / 10)
            return false;
        value = value * 10 + (s.ptr[i] - '0');
    }
    if (value > max)
        return false;
    *out = value;
    return true;
}

int str_compare(str a, str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = compare_bytes(a.ptr, b.ptr, len);
    if (order)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

/* RFC 3629 4: what may stand behind the first byte, besides 80 to BF. */
static bool is_second(unsigned char first, unsigned char second)
{
    return first == 0xe0 ? second >= 0xa0 /* shorter otherwise */
        : first == 0xed  ? second < 0xa0  /* surrogates */
        : first == 0xf0  ? second >= 0x90
        : first == 0xf4  ? second < 0x90 /* beyond U+10FFFF */
                         : true;
}

size_t str_utf8(str s)
{
    const unsigned char *c = (const unsigned char *)s.ptr;
    if (s.len == 0 || (c[0] >= 0x80 && c[0] < 0xc2) || c[0] > 0xf4)
        return 0;
    size_t len = c[0] < 0x80 ? 1 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
    if (len > s.len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    return len < 3 || is_second(c[0], c[1]) ? len : 0;
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein's distance in one row; words longer than the row are simply far apart. */
size_t str_distance(str a, str b)
{
    enum { LONGEST = 64 };
    size_t row[LONGEST + 1];
    if (a.len > LONGEST || b.len > LONGEST)
        return a.len + b.len;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t above = row[j];
            size_t differs = lower(a.ptr[i - 1]) != lower(b.ptr[j - 1]);
            row[j] = min3(above + 1, row[j - 1] + 1, diagonal + differs);
            diagonal = above;
        }
    }
    return row[b.len];
}

bool str_to_ms(str s, long *ms)
{
    static const struct {
        const char *suffix;
        long factor;
    } units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
    for (size_t i = 0; i < countof(units); i++) {
        if (!str_ends(s, units[i].suffix))
            continue;
        long count;
        str digits = str_upto(s, s.len - strlen(units[i].suffix));
        if (!str_to_long(digits, 100000000, &count))
            return false;
        *ms = count * units[i].factor;
        return true;
    }
    return false;
}
