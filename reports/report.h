/* SPDX-License-Identifier: MIT */
/* A report is a function from results to text; this is their table.  Live progress is in
 * reports/progress.h. */
#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H

#include "base/buf.h"
#include "base/err.h"
#include "run/results.h"

struct report_options {
    bool colour;
    const char *dialect; /* of JUnit: "wide" or "xunit" */
    bool verbose;
    bool quiet;
};

struct report_kind {
    const char *name; /* "junit", "html", "text", "summary" */
    const char *help;
    void (*write)(struct buf *out, const struct results *r,
                  const struct report_options *o);
};

extern const struct report_kind report_kinds[];
extern const size_t report_kind_count;
const struct report_kind *report_find(const char *name);

bool junit_has_dialect(str name);

/* Writes a report to a file; "-" is standard output. */
bool report_write(struct arena *a, const struct report_kind *kind, const char *path,
                  const struct results *r, const struct report_options *o,
                  struct err *err) MUST_CHECK;

/* Writes what was made of a report; the name is for the sentence why it cannot be. */
bool report_put(const char *path, const struct buf *out, const char *name,
                struct err *err) MUST_CHECK;

/* Failures in full, as the terminal shows them: each failed, warned or inconclusive check
 * with the sentence of its requirement, the exchange, what would have been accepted, and
 * the command that reproduces it. */
void text_failures(struct buf *out, const struct results *r,
                   const struct report_options *o);
/* The table by section of the RFC and the line of totals. */
void text_summary(struct buf *out, const struct results *r,
                  const struct report_options *o);

#endif
