/* SPDX-License-Identifier: MIT */
/* RFC 3492: decode, look at the code points, and encode again to compare. */
#include "mocks/ca_punycode.h"

enum {
    BASE = 36,
    TMIN = 1,
    TMAX = 26,
    SKEW = 38,
    DAMP = 700,
    FIRST_BIAS = 72,
    FIRST_POINT = 128,
    MOST = 63,
    LAST_POINT = 0x10ffff
};

struct points {
    uint32_t item[MOST];
    size_t count;
};

/* RFC 3492 6.1. */
static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
    uint32_t k = 0;
    delta = first ? delta / DAMP : delta / 2;
    delta += delta / points;
    for (; delta > ((BASE - TMIN) * TMAX) / 2; k += BASE)
        delta /= BASE - TMIN;
    return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
    return k <= bias + TMIN ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
}

static int digit_of(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    return c >= '0' && c <= '9' ? c - '0' + 26 : -1;
}

static char char_of(uint32_t digit)
{
    return (char)(digit < 26 ? 'a' + digit : '0' + (digit - 26));
}

/* One generalised variable-length integer (RFC 3492 3.3); false when it is none. */
static bool read_delta(str *rest, uint32_t bias, uint32_t *i)
{
    uint64_t weight = 1, sum = *i;
    for (uint32_t k = BASE;; k += BASE) {
        int digit = rest->len ? digit_of(rest->ptr[0]) : -1;
        if (digit < 0)
            return false;
        *rest = str_from(*rest, 1);
        sum += (uint64_t)digit * weight;
        if (sum > UINT32_MAX)
            return false;
        uint32_t t = threshold(k, bias);
        if ((uint32_t)digit < t)
            break;
        weight *= BASE - t;
    }
    *i = (uint32_t)sum;
    return true;
}

static bool insert(struct points *p, uint32_t at, uint32_t point)
{
    if (p->count >= MOST || point > LAST_POINT || (point >= 0xd800 && point < 0xe000))
        return false;
    memmove(&p->item[at + 1], &p->item[at], (p->count - at) * sizeof p->item[0]);
    p->item[at] = point;
    p->count++;
    return true;
}

/* The letters, digits and hyphens before the last hyphen, as they are. */
static bool read_basic(str *rest, struct points *out)
{
    size_t end = rest->len;
    while (end > 0 && rest->ptr[end - 1] != '-')
        end--;
    if (end > MOST)
        return false;
    for (size_t i = 0; i + 1 < end; i++) {
        if (digit_of(rest->ptr[i]) < 0 && rest->ptr[i] != '-')
            return false;
        out->item[out->count++] = (unsigned char)rest->ptr[i];
    }
    *rest = str_from(*rest, end);
    return true;
}

/* RFC 3492 6.2. */
static bool decode(str label, struct points *out)
{
    uint32_t point = FIRST_POINT, bias = FIRST_BIAS, i = 0;
    *out = (struct points){ .count = 0 };
    if (!read_basic(&label, out) || label.len == 0)
        return false;
    while (label.len) {
        uint32_t from = i;
        if (!read_delta(&label, bias, &i))
            return false;
        uint32_t count = (uint32_t)out->count + 1;
        bias = adapt(i - from, count, from == 0);
        point += i / count;
        i %= count;
        if (!insert(out, i, point))
            return false;
        i++;
    }
    return true;
}

static bool add(char *out, size_t *len, char c)
{
    if (*len >= MOST)
        return false;
    out[(*len)++] = c;
    return true;
}

static bool write_delta(uint32_t delta, uint32_t bias, char *out, size_t *len)
{
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t t = threshold(k, bias);
        if (delta < t)
            return add(out, len, char_of(delta));
        if (!add(out, len, char_of(t + (delta - t) % (BASE - t))))
            return false;
        delta = (delta - t) / (BASE - t);
    }
}

static size_t write_basic(const struct points *p, char *out, size_t *len)
{
    size_t basic = 0;
    for (size_t i = 0; i < p->count; i++)
        if (p->item[i] < FIRST_POINT && add(out, len, (char)p->item[i]))
            basic++;
    if (basic)
        add(out, len, '-');
    return basic;
}

static uint32_t next_point(const struct points *p, uint32_t least)
{
    uint32_t next = UINT32_MAX;
    for (size_t i = 0; i < p->count; i++)
        if (p->item[i] >= least && p->item[i] < next)
            next = p->item[i];
    return next;
}

/* RFC 3492 6.3. */
static bool encode(const struct points *p, char *out, size_t *len)
{
    uint32_t point = FIRST_POINT, bias = FIRST_BIAS, delta = 0;
    size_t basic = write_basic(p, out, len), done = basic;
    while (done < p->count) {
        uint32_t next = next_point(p, point);
        delta += (next - point) * ((uint32_t)done + 1);
        point = next;
        for (size_t i = 0; i < p->count; i++) {
            delta += p->item[i] < point;
            if (p->item[i] != point)
                continue;
            if (!write_delta(delta, bias, out, len))
                return false;
            bias = adapt(delta, (uint32_t)done + 1, done == basic);
            delta = 0;
            done++;
        }
        delta++;
        point++;
    }
    return true;
}

/* Blocks, whole but for single holes, that RFC 5892 B.1 calls DISALLOWED: controls, signs
 * and upper case of Latin-1, spaces and punctuation, symbols, private use, compatibility
 * forms.  It is what a CA can be sure of without the tables of one version of Unicode. */
static const struct {
    uint32_t first, last;
} disallowed[] = { { 0x80, 0xb6 },     { 0xb8, 0xde },       { 0xf7, 0xf7 },
                   { 0x2000, 0x200b }, { 0x200e, 0x20cf },   { 0x2100, 0x214d },
                   { 0x2190, 0x2bff }, { 0x3000, 0x3004 },   { 0xe000, 0xfa0d },
                   { 0xfb00, 0xfb1d }, { 0xfe00, 0xfe1f },   { 0xfe30, 0xfe72 },
                   { 0xff00, 0xffff }, { 0xf0000, 0x10ffff } };

static bool are_allowed(const struct points *p)
{
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < countof(disallowed); k++)
            if (p->item[i] >= disallowed[k].first && p->item[i] <= disallowed[k].last)
                return false;
    return true;
}

bool punycode_good(str label)
{
    struct points points;
    char again[MOST + 1];
    size_t len = 0;
    if (!decode(label, &points) || !are_allowed(&points))
        return false;
    return encode(&points, again, &len) && str_eq((str){ again, len }, label);
}
