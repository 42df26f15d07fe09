/* SPDX-License-Identifier: MIT */
/* DER (X.690) as far as keys, requests and certificates need it: a strict reader over
 * slices, and a writer that also writes what no library would.  Knows no OpenSSL. */
#ifndef CRYPTO_DER_H
#define CRYPTO_DER_H

#include <time.h>

#include "base/arena.h"

/* Identifier octets.  DER_CONTEXT + n is [n] of a primitive type. */
enum der_tag {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_NULL = 0x05,
    DER_OID = 0x06,
    DER_UTF8_STRING = 0x0c,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_CONSTRUCTED = 0x20,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT = 0x80,
};

/* ---- reading: what is taken is a slice of what was given ---- */

struct der_item {
    int tag;
    str content; /* without identifier and length */
    str whole;
};

/* Takes the next item off *rest.  false at its end, and for anything that is not DER: a
 * length that is indefinite, longer than needed or beyond the end, a tag above 30. */
bool der_next(str *rest, struct der_item *item);
/* The same, and the item must have this tag. */
bool der_take(str *rest, int tag, str *content);
/* Takes the item only if it is there and has this tag; false leaves *rest alone. */
bool der_optional(str *rest, int tag, str *content);
/* An INTEGER of the shortest form that is not negative, without its sign octet. */
bool der_take_unsigned(str *rest, str *bytes);
/* A BIT STRING of whole octets. */
bool der_take_bits(str *rest, str *bytes);
/* One item of the tag that fills der to its end. */
bool der_only(str der, int tag, str *content);

/* ---- writing: the result lives in the arena ---- */

/* One item: identifier, length, and the parts one behind the other as content. */
str der_join(struct arena *a, int tag, const str *parts, size_t count);
/* The parts one behind the other, without a header. */
str der_cat(struct arena *a, const str *parts, size_t count);
#define DER_PARTS(...)                                                                   \
    (const str[]){ __VA_ARGS__ }, sizeof((const str[]){ __VA_ARGS__ }) / sizeof(str)
#define DER(a, tag, ...) der_join((a), (tag), DER_PARTS(__VA_ARGS__))
#define DER_CAT(a, ...) der_cat((a), DER_PARTS(__VA_ARGS__))

/* An INTEGER from big-endian bytes without sign. */
str der_unsigned(struct arena *a, str bytes);
/* A BIT STRING of whole octets. */
str der_bits(struct arena *a, str bytes);
/* The bits of a named list, such as KeyUsage: bit 0 is the most significant of `bits`,
 * and zeros at the end are left out (X.690 11.2.2). */
str der_flags(struct arena *a, unsigned bits);
/* UTCTime to 2049, GeneralizedTime from 2050 on (RFC 5280 4.1.2.5). */
str der_time(struct arena *a, time_t when);
/* An OID from "1.2.840"; STR_NONE when it is none. */
str der_oid(struct arena *a, str dotted);
/* The content of an OID as "1.2.840"; STR_NONE when it is none, or an arc is beyond 2^31.
 */
str der_oid_text(struct arena *a, str content);

#endif
