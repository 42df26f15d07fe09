/* SPDX-License-Identifier: MIT */
/* Text being built.  A buffer is born with a ceiling; what would pass it is dropped and
 * remembered, so ten appends need one check. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"

/* All ceilings of the product in one list, in bytes. */
enum ceiling {
    CEILING_LINE = 64 * 1024,           /* one line for people, one event */
    CEILING_BODY = 4 * 1024 * 1024,     /* a peer's message body, after decoding */
    CEILING_HEADERS = 256 * 1024,       /* a peer's header block */
    CEILING_SCRIPT = 1024 * 1024,       /* a file in our language */
    CEILING_TRANSCRIPT = 1024 * 1024,   /* an exchange printed for people */
    CEILING_REPORT = 256 * 1024 * 1024, /* a whole report */
    CEILING_EVENT = 8 * 1024 * 1024,    /* one line of a results file */
    CEILING_JOURNAL = 64 * 1024 * 1024, /* all that one play exchanges */
};

struct buf {
    struct arena *arena;
    char *text;
    size_t len, room, ceiling;
    bool over; /* something was dropped */
};

/* An empty buffer whose text lives in the arena. */
struct buf buf_new(struct arena *a, size_t ceiling);
void buf_add(struct buf *b, str s);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The text as one word of a shell's command line, in quotes where it needs them. */
void buf_add_shell(struct buf *b, str word);
/* What was built, with a NUL behind it; it stays valid until the next append. */
str buf_str(const struct buf *b);

#endif
