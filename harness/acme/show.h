/* SPDX-License-Identifier: MIT */
/* An exchange as RFC 8555 prints its examples: "base64url({ ... })" for the decoded JWS,
 * long values shortened, control characters made visible. */
#ifndef ACME_SHOW_H
#define ACME_SHOW_H

#include "acme/journal.h"
#include "base/buf.h"

/* Marks lines: the first line that contains `text` gets "  <- note" behind it. */
struct mark {
    str text, note;
};

void show_exchange(struct buf *out, const struct exchange *exchange,
                   const struct mark *marks, size_t mark_count);
/* "POST newOrder -> 201" on one line. */
str show_line(struct arena *a, const struct exchange *exchange);
/* Control characters and bad UTF-8 as visible escapes (\x1b); used before anything from a
 * peer is printed anywhere. */
str show_clean(struct arena *a, str text);

#endif
