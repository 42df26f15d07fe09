/* SPDX-License-Identifier: MIT */
/* The table by section of the specifications: every case counted once, in the section of
 * the first entry that it cites. */
#ifndef REPORTS_SECTIONS_H
#define REPORTS_SECTIONS_H

#include "reports/cases.h"

/* The columns, from left to right. */
enum section_column {
    COLUMN_PASS,
    COLUMN_WARN,
    COLUMN_FAIL,
    COLUMN_INCONCLUSIVE,
    COLUMN_ERROR,
    COLUMN_EXPECTED,  /* known to the baseline, whatever it is */
    COLUMN_UNREACHED, /* checks that their scenario did not come to */
    COLUMN_SKIP,
    COLUMN_COUNT
};
extern const char *const column_names[COLUMN_COUNT];

struct section_row {
    str label; /* "RFC 8555 section 6.5", "rules of the house", "scenarios not played out"
                */
    size_t rank;
    size_t count[COLUMN_COUNT];
};

struct sections {
    struct section_row *row; /* in the order of the catalogue */
    size_t count;
    struct section_row sum;
};

enum section_column column_of(const struct test_case *c);
struct sections sections_of(struct arena *a, const struct results *r);

#endif
