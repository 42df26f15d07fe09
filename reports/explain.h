/* SPDX-License-Identifier: MIT */
/* A case that is not green, in words: where it stands, what the RFC says, what the peer
 * did, what would have been accepted, the exchange, and how to see it again.  The
 * terminal and JUnit show the same. */
#ifndef REPORTS_EXPLAIN_H
#define REPORTS_EXPLAIN_H

#include "base/buf.h"
#include "reports/cases.h"

struct explain_how {
    bool colour;
    bool brief; /* without the exchange */
};

/* Plain text of several lines, each indented by two. */
void explain(struct buf *out, const struct results *r, const struct test_case *c,
             struct explain_how how);
/* The command that plays the case again, for a shell; empty when no play is named. */
str explain_again(struct arena *a, const struct results *r, const struct test_case *c);

#endif
