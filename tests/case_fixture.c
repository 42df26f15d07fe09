/* SPDX-License-Identifier: MIT */
#include "tests/case_fixture.h"

TCase *case_in(Suite *suite, const char *name, void (*before)(void), void (*after)(void))
{
    TCase *tests = tcase_create(name);
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, before, after);
    suite_add_tcase(suite, tests);
    return tests;
}
