/* SPDX-License-Identifier: MIT */
/* What JUnit knows of a run: suites of cases that passed, failed, were in error or were
 * skipped.  Names are stable from run to run and unique in the file, and a class name has
 * dots only where readers may split it. */
#ifndef REPORTS_JUNIT_CASES_H
#define REPORTS_JUNIT_CASES_H

#include "reports/cases.h"

enum junit_kind { JUNIT_PASSED, JUNIT_FAILURE, JUNIT_ERROR, JUNIT_SKIPPED, JUNIT_KINDS };

struct junit_case {
    struct test_case c;
    enum junit_kind kind;
    str name;
    const char *type; /* of a failure or an error */
    str message;      /* of all that did not pass */
};

struct junit_suite {
    str name, class_name;
    const struct play_result *play; /* NULL: watches, baseline, the run */
    int64_t wall_us;
    struct junit_case *item;
    size_t count;
    size_t kinds[JUNIT_KINDS];
};

struct junit_suites {
    struct junit_suite *item;
    size_t count;
    size_t tests;
    size_t kinds[JUNIT_KINDS];
};

struct junit_suites junit_cases(struct arena *a, const struct results *r);

#endif
