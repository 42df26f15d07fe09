/* SPDX-License-Identifier: MIT */
/* What the terminal's reports share: colours, and text of a peer made harmless. */
#ifndef REPORTS_PAINT_H
#define REPORTS_PAINT_H

#include "base/buf.h"
#include "engine/verdict.h"

/* The verdict's word in capitals, padded with blanks to `width`; in colour or not. */
void paint_verdict(struct buf *out, enum verdict verdict, bool colour, size_t width);
/* Any words in the verdict's colour. */
void paint(struct buf *out, str words, enum verdict like, bool colour);
/* One line: nothing in it reaches the terminal that the terminal would obey. */
void paint_clean(struct buf *out, str text);
/* Every line of a text, each behind `indent`; a marked one (acme/show.h) stands out. */
void paint_lines(struct buf *out, str text, const char *indent, bool colour);
/* A sentence broken at blanks to lines of at most `width` columns; lines after the first
 * begin with `indent`, and the first has `used` columns already. */
void paint_wrapped(struct buf *out, str text, const char *indent, size_t used,
                   size_t width);

#endif
