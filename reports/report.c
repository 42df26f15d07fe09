/* SPDX-License-Identifier: MIT */
/* The table of reports, and how one gets into a file. */
#include "reports/report.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"
#include "reports/writers.h"

static void write_text(struct buf *out, const struct results *r,
                       const struct report_options *o)
{
    text_failures(out, r, o);
    text_summary(out, r, o);
}

const struct report_kind report_kinds[] = {
    { "junit", "JUnit XML, in the dialect wide or xunit", junit_write },
    { "html", "one page with all failures in full, for any browser", html_write },
    { "text", "failures in full and the summary, as on a terminal", write_text },
    { "summary", "the table by section and the totals", text_summary },
};
const size_t report_kind_count = countof(report_kinds);

const struct report_kind *report_find(const char *name)
{
    for (size_t i = 0; i < report_kind_count; i++)
        if (strcmp(report_kinds[i].name, name) == 0)
            return &report_kinds[i];
    return NULL;
}

static bool write_stream(FILE *file, const char *path, str text, struct err *err)
{
    bool ok = file && fwrite(text.ptr, 1, text.len, file) == text.len;
    ok = file && fflush(file) == 0 && ok;
    if (file && file != stdout)
        ok = fclose(file) == 0 && ok;
    return ok || err_set(err, "cannot write to %s: %s", path, strerror(errno));
}

/* A pipe or a device is written to; only a regular file may be replaced by another. */
static bool is_special(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static bool write_path(const char *path, str text, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return write_stream(stdout, "standard output", text, err);
    if (is_special(path))
        return write_stream(fopen(path, "wb"), path, text, err);
    return file_make_parents(path, err) && file_write(path, text, err);
}

bool report_put(const char *path, const struct buf *out, const char *name,
                struct err *err)
{
    bool ok = out->over
        ? err_set(err, "the %s report would be longer than %d MiB: select less", name,
                  CEILING_REPORT / 1024 / 1024)
        : write_path(path, buf_str(out), err);
    return ok || err_at(err, "the %s report", name);
}

bool report_write(struct arena *a, const struct report_kind *kind, const char *path,
                  const struct results *r, const struct report_options *o,
                  struct err *err)
{
    struct arena *step = arena_new(a);
    struct buf out = buf_new(step, CEILING_REPORT);
    kind->write(&out, r, o);
    bool ok = report_put(path, &out, kind->name, err);
    arena_end(step);
    return ok;
}
