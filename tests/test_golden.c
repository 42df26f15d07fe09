/* SPDX-License-Identifier: MIT */
/* Reports byte for byte as they lie in tests/golden/.  `make golden` writes those anew
 * after a wanted change; then the difference is read as carefully as code. */
#include <check.h>

#include "base/file.h"
#include "reports/kills.h"
#include "reports/report.h"
#include "tests/matrix_fixture.h"
#include "tests/results_fixture.h"

Suite *golden_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void end(void)
{
    arena_end(a);
}

/* clang-format off */
static const struct {
    const char *file, *kind;
    struct results *(*make)(struct arena *a);
    struct report_options options;
} rows[] = {
    { "text.txt",           "text",  sample_without_baseline, { .colour = false } },
    { "text-baseline.txt",  "text",  sample_results,          { .colour = false } },
    { "text-colour.txt",    "text",  sample_without_baseline, { .colour = true } },
    { "text-verbose.txt",   "text",  sample_results,          { .verbose = true } },
    { "text-quiet.txt",     "text",  sample_results,          { .quiet = true } },
    { "junit-wide.xml",     "junit", sample_results,          { .dialect = "wide" } },
    { "junit-xunit.xml",    "junit", sample_results,          { .dialect = "xunit" } },
    { "page.html",          "html",  sample_results,          { .colour = false } },
};
/* clang-format on */

static void compare(const char *file, str written)
{
    struct err err;
    str path = arena_printf(a, "%s/tests/golden/%s", ACMESPEC_SOURCE_DIR, file), kept;
    const char *mode = getenv("GOLDEN");
    if (mode && strcmp(mode, "write") == 0)
        ck_assert_msg(file_write(path.ptr, written, &err), "%s", err.text);
    ck_assert_msg(file_read(a, path.ptr, CEILING_REPORT, &kept, &err), "%s", err.text);
    size_t at = 0;
    while (at < kept.len && at < written.len && kept.ptr[at] == written.ptr[at])
        at++;
    ck_assert_msg(str_eq(kept, written),
                  "%s differs from byte %zu on, where there is now: %.*s", path.ptr, at,
                  STR_ARG(str_upto(str_from(written, at), 200)));
}

START_TEST(a_report_is_what_it_was)
{
    struct buf out = buf_new(a, CEILING_REPORT);
    report_find(rows[_i].kind)->write(&out, rows[_i].make(a), &rows[_i].options);
    compare(rows[_i].file, buf_str(&out));
}
END_TEST

START_TEST(a_kill_matrix_is_what_it_was)
{
    static const char *const files[] = { "kills.txt", "kills-colour.txt", "kills.json",
                                         "kills.html" };
    struct buf out = buf_new(a, CEILING_REPORT);
    struct matrix *m = sample_matrix(a);
    if (_i < 2)
        kills_text(&out, m, _i == 1, false);
    else if (_i == 2)
        kills_json(&out, m, STR("0.0.0"));
    else
        kills_html(&out, m, STR("0.0.0"));
    compare(files[_i], buf_str(&out));
}
END_TEST

Suite *golden_suite(void)
{
    Suite *s = suite_create("golden");
    TCase *tc = tcase_create("reports");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_loop_test(tc, a_report_is_what_it_was, 0, (int)countof(rows));
    tcase_add_loop_test(tc, a_kill_matrix_is_what_it_was, 0, 4);
    suite_add_tcase(s, tc);
    return s;
}
