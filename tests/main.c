/* SPDX-License-Identifier: MIT */
/* Runs the Check suites: all of them, or those named on the command line.
 *
 * The list is not kept here: make writes suites.def, a row SUITE(arena) for each file
 * tests/test_arena.c, and that file exports `Suite *arena_suite(void)`. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define SUITE(name) Suite *name##_suite(void);
#include "suites.def"
#undef SUITE

static const struct {
    const char *name;
    Suite *(*make)(void);
} suites[] = {
#define SUITE(name) { #name, name##_suite },
#include "suites.def"
#undef SUITE
};
/* clang-format on */

static const size_t suite_count = sizeof(suites) / sizeof(suites[0]);

/* Adds the suites of that name, or all of them for NULL; false when there is none. */
static bool add_suites(SRunner *runner, const char *name)
{
    bool added = false;
    for (size_t i = 0; i < suite_count; i++) {
        if (name && strcmp(suites[i].name, name) != 0)
            continue;
        srunner_add_suite(runner, suites[i].make());
        added = true;
    }
    return added;
}

/* The closing line is what tests/run.sh reads. */
static int run(SRunner *runner)
{
    srunner_run_all(runner, CK_ENV);
    int ran = srunner_ntests_run(runner);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    printf("%d passed, %d failed\n", ran - failed, failed);
    return failed == 0 && ran > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What a test may take is Check's to mind. */
static void heed_patience(void)
{
    const char *patience = getenv("TEST_PATIENCE");
    if (patience)
        setenv("CK_TIMEOUT_MULTIPLIER", patience, 0);
}

int main(int argc, char **argv)
{
    heed_patience();
    SRunner *runner = srunner_create(NULL);
    if (argc == 1)
        add_suites(runner, NULL);
    for (int i = 1; i < argc; i++) {
        if (!add_suites(runner, argv[i])) {
            fprintf(stderr, "There is no tests/test_%s.c, so no suite %s.\n", argv[i],
                    argv[i]);
            return 2;
        }
    }
    return run(runner);
}
