/* SPDX-License-Identifier: MIT */
/* The one writer of XML and HTML.  Whatever bytes it is given, the document stays well
 * formed: what XML 1.0 forbids, bad UTF-8, terminal sequences and characters that turn
 * the direction of text become visible escapes such as \x1b. */
#ifndef REPORTS_MARKUP_H
#define REPORTS_MARKUP_H

#include "base/buf.h"

enum {
    MARKUP_DEEPEST = 32,
    MARKUP_TEXT = 64 * 1024,        /* most bytes of one text */
    MARKUP_ROOM = 16 * 1024 * 1024, /* of all texts; then each is cut to... */
    MARKUP_SHORT = 512,
};

struct markup {
    struct buf *out;
    bool html;   /* no indentation, no <x/> */
    size_t room; /* left for long texts */
    const char *open[MARKUP_DEEPEST];
    int depth;
    bool in_tag; /* attributes may follow */
    bool inside; /* the element that is open holds text */
};

struct markup markup_new(struct buf *out, bool html);
/* Names of elements and attributes are our own words and are not escaped. */
void markup_open(struct markup *m, const char *element);
void markup_attribute(struct markup *m, const char *name, str value);
void markup_attributef(struct markup *m, const char *name, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
void markup_text(struct markup *m, str text);
void markup_textf(struct markup *m, const char *fmt, ...) PRINTF_LIKE(2, 3);
void markup_close(struct markup *m);
/* An element that holds text alone. */
void markup_element(struct markup *m, const char *element, str text);
/* Text of our own that is markup already. */
void markup_raw(struct markup *m, const char *text);

#endif
