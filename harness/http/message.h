/* SPDX-License-Identifier: MIT */
/* Requests and responses as values, and the header values that ACME uses.  No I/O. */
#ifndef HTTP_MESSAGE_H
#define HTTP_MESSAGE_H

#include <time.h>

#include "base/arena.h"
#include "base/err.h"

struct header {
    str name, value;
};

struct headers {
    struct header *item;
    size_t count;
};

struct request {
    str method;
    str url;     /* absolute */
    str version; /* "HTTP/1.1"; a listener knows it, what is to be sent has none */
    struct headers headers;
    str body;
    bool body_too_long; /* as received by a listener that hands on such: body is empty */
};

struct response {
    int status;  /* 0: there was no response */
    str reason;  /* reason phrase of the status line, may be empty */
    str version; /* "HTTP/1.1" */
    struct headers headers;
    str body;
    bool body_cut;   /* the body was longer than the ceiling and is cut */
    size_t interims; /* interim responses (1xx) that came before it */
};

/* Adds at the end.  Texts are not copied.  A list that was copied by value may be added
 * to without changing the other; only what headers_add and headers_set made may be added
 * to. */
void headers_add(struct arena *a, struct headers *list, str name, str value);
/* Replaces every header of that name by one; an empty value removes them. */
void headers_set(struct arena *a, struct headers *list, str name, str value);
/* Adds the Date that a listener would, where there is none, so that it can be named and
 * placed otherwise. */
void headers_date(struct arena *a, struct headers *list, time_t now);
/* The first value of that name in any case, or NULL. */
const str *headers_find(const struct headers *list, const char *name);
size_t headers_count(const struct headers *list, const char *name);
/* The n-th value of that name, or NULL. */
const str *headers_nth(const struct headers *list, const char *name, size_t n);

/* "application/json" of "Application/JSON; charset=utf-8": lower case, no parameters. */
str media_type(struct arena *a, str value);
bool media_type_is(const struct headers *list, const char *type);
/* How much Accept wants a media type (RFC 9110 12.5.1): 0, not at all, to 1000, which is
 * also what all have without the header.  The range that names it most closely counts. */
int accept_weight(const struct headers *list, const char *type);

/* Seconds from now of a Retry-After value in either form (RFC 9110 10.2.3); a date in the
 * past is 0; false when it is neither form. */
bool retry_after_seconds(str value, time_t now, long *seconds);

/* RFC 8288: the target of the n-th link (from 0) with relation rel (in any case, also one
 * of several relations), over all Link headers, resolved against base; false when there
 * is none. */
struct link {
    str target, rel;
};
bool link_find(struct arena *a, const struct headers *list, const char *rel, size_t n,
               str base, str *target);
/* Takes one Link value apart; false at the end or at a syntax error (then *bad is set).
 */
bool link_next(struct arena *a, str *rest, struct link *out, bool *bad);

/* RFC 3986 5.2 for http(s) URLs: the reference seen from base. */
str url_resolve(struct arena *a, str base, str reference);
/* Parts of an absolute http(s) URL; false when it is none by RFC 3986 and RFC 9110 4.2.
 * The scheme is in lower case, an IPv6 host has its brackets. */
struct url {
    str scheme, host, path; /* path with its query, at least "/", no fragment */
    int port;               /* the scheme's own when none is given */
    bool has_port;
};
bool url_parse(struct arena *a, str text, struct url *out);
/* A host as it stands in URLs and Host headers: RFC 3986 3.2.2 has an IPv6 address in
 * brackets. */
str url_host(struct arena *a, str host);
/* Percent-decoding of a path; a "%" that begins no escape stays. */
str url_decode(struct arena *a, str s);

/* token, field value and so on of RFC 9110 5.6.2. */
bool http_is_token(str s);

/* "Created" for 201; "" for an unknown one. */
const char *http_reason(int status);

#endif
