/* SPDX-License-Identifier: MIT */
/* What every file may know: text by value, sizes of arrays, attributes, and the list of
 * libc functions that nobody here may call. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define countof(array) (sizeof(array) / sizeof((array)[0]))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define MUST_CHECK __attribute__((warn_unused_result))

/* Text or bytes passed by value.  It owns nothing, ptr is never NULL, and it may hold
 * NUL. What an arena made has a NUL behind its last byte; a slice of it has not. */
typedef struct {
    const char *ptr;
    size_t len;
} str;

/* A list of texts; items live in an arena. */
struct strs {
    str *item;
    size_t count;
};

/* clang-format off */
#define STR(literal) ((str){ "" literal, sizeof(literal) - 1 })
#define STR_NONE     ((str){ "", 0 })
/* The same where C wants a constant: in the rows of a static table. */
#define STR_INIT(literal) { "" literal, sizeof(literal) - 1 }
/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s)   (int)(s).len, (s).ptr
/* clang-format on */

static inline str str_of(const char *text)
{
    return text ? (str){ text, strlen(text) } : STR_NONE;
}

/* Equal byte for byte. */
bool str_eq(str a, str b);
bool str_is(str a, const char *b);
/* Equal but for the case of ASCII letters. */
bool str_eq_nocase(str a, str b);
/* An ASCII letter in upper or lower case; anything else as it is. */
char char_in_case(char c, bool upper);
bool str_starts(str s, const char *prefix);
bool str_ends(str s, const char *suffix);
/* Index of the first needle in s, or s.len. */
size_t str_find(str s, str needle);
bool str_contains(str s, str needle);
size_t str_find_char(str s, char c);
/* From byte `from` to the end; beyond the end it is empty. */
str str_from(str s, size_t from);
str str_upto(str s, size_t count);
/* Without white space (SP, HTAB, CR, LF) at both ends. */
str str_trim(str s);
/* Takes the text up to sep (dropping sep) off *rest; false at the end of *rest. */
bool str_cut(str *rest, char sep, str *piece);
/* A decimal number of digits only, at most `max`; false when it is anything else. */
bool str_to_long(str s, long max, long *out);
int str_compare(str a, str b);
/* The length of the UTF-8 character (RFC 3629) at the beginning of s; 0: it is none. */
size_t str_utf8(str s);
/* Number of edits between two words: for "did you mean". */
size_t str_distance(str a, str b);

/* "3s", "250ms", "2m": a time span in milliseconds; false when it is anything else. */
bool str_to_ms(str s, long *ms);

/* libc itself defines some of them inline, so its headers come above, before the ban. */
#define BANNED(name) acmespec_must_not_call_##name
#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef strtok
#undef atoi
#undef atol
#undef gets
#undef localtime
#undef gmtime
#define strcpy(a, b) BANNED(strcpy)
#define strcat(a, b) BANNED(strcat)
#define sprintf(...) BANNED(sprintf)
#define vsprintf(...) BANNED(vsprintf)
#define strtok(a, b) BANNED(strtok)
#define atoi(a) BANNED(atoi)
#define atol(a) BANNED(atol)
#define gets(a) BANNED(gets)
#define localtime(a) BANNED(localtime)
#define gmtime(a) BANNED(gmtime)

#endif
