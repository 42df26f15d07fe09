/* SPDX-License-Identifier: MIT */
/* How a suite gets a test case whose tests have something of their own. */
#ifndef TESTS_CASE_FIXTURE_H
#define TESTS_CASE_FIXTURE_H

#include <check.h>

/* One of the suite's; before and after run around each test, which has 60 seconds. */
TCase *case_in(Suite *suite, const char *name, void (*before)(void), void (*after)(void));

#endif
