/* SPDX-License-Identifier: MIT */
/* Tag, length, value: taken off a slice strictly, and put together. */
#include "crypto/der.h"

#include "base/buf.h"

enum { LENGTH_OCTETS = 4, HIGH_TAG = 0x1f };

static unsigned byte_at(str s, size_t i)
{
    return (unsigned char)s.ptr[i];
}

/* Reads the length octets behind the identifier; *header is how many octets both take. */
static bool read_length(str s, size_t *header, size_t *len)
{
    unsigned first = byte_at(s, 1);
    *header = 2;
    *len = first;
    if (first < 0x80)
        return true;
    size_t octets = first & 0x7f;
    if (octets == 0 || octets > LENGTH_OCTETS || s.len < 2 + octets)
        return false;
    *len = 0;
    for (size_t i = 0; i < octets; i++)
        *len = *len << 8 | byte_at(s, 2 + i);
    *header = 2 + octets;
    /* X.690 10.1: "the length [...] shall be encoded in the minimum number of octets". */
    return *len >= 0x80 && (octets == 1 || *len >> (8 * (octets - 1)) != 0);
}

bool der_next(str *rest, struct der_item *item)
{
    str s = *rest;
    size_t header, len;
    if (s.len < 2 || (byte_at(s, 0) & HIGH_TAG) == HIGH_TAG)
        return false;
    if (!read_length(s, &header, &len) || len > s.len - header)
        return false;
    *item = (struct der_item){
        .tag = (int)byte_at(s, 0),
        .content = str_upto(str_from(s, header), len),
        .whole = str_upto(s, header + len),
    };
    *rest = str_from(s, header + len);
    return true;
}

bool der_take(str *rest, int tag, str *content)
{
    struct der_item item;
    str s = *rest;
    if (!der_next(&s, &item) || item.tag != tag)
        return false;
    *content = item.content;
    *rest = s;
    return true;
}

bool der_optional(str *rest, int tag, str *content)
{
    return rest->len > 0 && (int)byte_at(*rest, 0) == tag && der_take(rest, tag, content);
}

bool der_take_unsigned(str *rest, str *bytes)
{
    str number;
    if (!der_take(rest, DER_INTEGER, &number) || number.len == 0)
        return false;
    if (byte_at(number, 0) >= 0x80)
        return false;
    bool sign_octet = byte_at(number, 0) == 0 && number.len > 1;
    if (sign_octet && byte_at(number, 1) < 0x80)
        return false;
    *bytes = str_from(number, sign_octet);
    return true;
}

bool der_take_bits(str *rest, str *bytes)
{
    str bits;
    if (!der_take(rest, DER_BIT_STRING, &bits) || bits.len == 0 || byte_at(bits, 0) != 0)
        return false;
    *bytes = str_from(bits, 1);
    return true;
}

bool der_only(str der, int tag, str *content)
{
    return der_take(&der, tag, content) && der.len == 0;
}

static size_t length_of(const str *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    return len;
}

static size_t write_header(char *out, int tag, size_t len)
{
    size_t octets = 0;
    out[0] = (char)tag;
    if (len < 0x80) {
        out[1] = (char)len;
        return 2;
    }
    while (len >> (8 * octets))
        octets++;
    out[1] = (char)(0x80 | octets);
    for (size_t i = 0; i < octets; i++)
        out[2 + i] = (char)(len >> (8 * (octets - 1 - i)) & 0xff);
    return 2 + octets;
}

static void write_parts(char *out, const str *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len)
            memcpy(out, parts[i].ptr, parts[i].len);
        out += parts[i].len;
    }
}

str der_join(struct arena *a, int tag, const str *parts, size_t count)
{
    size_t len = length_of(parts, count);
    char *out = arena_alloc(a, 1, len + 2 + sizeof len);
    size_t header = write_header(out, tag, len);
    write_parts(out + header, parts, count);
    return (str){ out, header + len };
}

str der_cat(struct arena *a, const str *parts, size_t count)
{
    size_t len = length_of(parts, count);
    char *out = arena_alloc(a, 1, len + 1);
    write_parts(out, parts, count);
    return (str){ out, len };
}

str der_unsigned(struct arena *a, str bytes)
{
    while (bytes.len > 1 && bytes.ptr[0] == 0)
        bytes = str_from(bytes, 1);
    bool sign_octet = bytes.len == 0 || byte_at(bytes, 0) >= 0x80;
    return DER(a, DER_INTEGER, sign_octet ? STR("\0") : STR(""), bytes);
}

str der_bits(struct arena *a, str bytes)
{
    return DER(a, DER_BIT_STRING, STR("\0"), bytes);
}

str der_flags(struct arena *a, unsigned bits)
{
    unsigned unused = 0;
    while (unused < 8 && !(bits >> unused & 1))
        unused++;
    if (unused == 8)
        return DER(a, DER_BIT_STRING, STR("\0"));
    char octets[2] = { (char)unused, (char)bits };
    return DER(a, DER_BIT_STRING, (str){ octets, 2 });
}

str der_time(struct arena *a, time_t when)
{
    struct tm tm;
    char text[32];
    if (!gmtime_r(&when, &tm))
        tm = (struct tm){ .tm_year = 8099, .tm_mon = 11, .tm_mday = 31 };
    bool utc_time = tm.tm_year >= 50 && tm.tm_year < 150;
    size_t len = strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &tm);
    return DER(a, utc_time ? DER_UTC_TIME : DER_GENERALIZED_TIME,
               str_from((str){ text, len }, utc_time ? 2 : 0));
}

/* One arc in base 128, the most significant group first. */
static void add_arc(struct buf *out, unsigned long arc)
{
    unsigned shift = 0;
    while (arc >> shift >= 0x80)
        shift += 7;
    for (; shift > 0; shift -= 7)
        buf_add_char(out, (char)(0x80 | (arc >> shift & 0x7f)));
    buf_add_char(out, (char)(arc & 0x7f));
}

str der_oid(struct arena *a, str dotted)
{
    enum { LARGEST_ARC = 0x7fffffff };
    bool ends_with_dot = str_ends(dotted, ".");
    struct buf out = buf_new(a, 256);
    str piece;
    long arc, first = -1;
    size_t count = 0;
    while (str_cut(&dotted, '.', &piece)) {
        if (!str_to_long(piece, LARGEST_ARC, &arc))
            return STR_NONE;
        /* X.660 A.2: below 0 and 1 there are 40 arcs, so the two fit into one number. */
        if (count == 1 && first < 2 && arc >= 40)
            return STR_NONE;
        if (count == 0)
            first = arc;
        else
            add_arc(&out, (unsigned long)(count == 1 ? first * 40 + arc : arc));
        count++;
    }
    if (count < 2 || first > 2 || ends_with_dot || out.over)
        return STR_NONE;
    return DER(a, DER_OID, buf_str(&out));
}

/* Takes one arc; false for one that is too long, or ends in the middle, or begins with a
 * zero (X.690 8.19.2: "the fewest possible octets"). */
static bool take_arc(str *content, unsigned long *arc)
{
    *arc = 0;
    if (byte_at(*content, 0) == 0x80)
        return false;
    for (size_t i = 0; i < content->len && *arc < 1ul << 24; i++) {
        *arc = *arc << 7 | (byte_at(*content, i) & 0x7f);
        if (byte_at(*content, i) >= 0x80)
            continue;
        *content = str_from(*content, i + 1);
        return true;
    }
    return false;
}

str der_oid_text(struct arena *a, str content)
{
    struct buf out = buf_new(a, 256);
    unsigned long arc;
    if (!content.len || !take_arc(&content, &arc))
        return STR_NONE;
    unsigned long first = arc < 80 ? arc / 40 : 2;
    buf_addf(&out, "%lu.%lu", first, arc - first * 40);
    while (content.len) {
        if (!take_arc(&content, &arc))
            return STR_NONE;
        buf_addf(&out, ".%lu", arc);
    }
    return out.over ? STR_NONE : buf_str(&out);
}
