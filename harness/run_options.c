/* SPDX-License-Identifier: MIT */
/* What the rows of these options cannot tell of them. */
#include "run_options.h"

#include "acme/show.h"
#include "base/file.h"
#include "reports/report.h"

/* A file that is written. */
struct output {
    const char *option;
    str path;
};

/* Each is replaced as a whole: what stands in a file of the same path is lost. */
static bool is_its_own(struct arena *a, const struct output *out, size_t at,
                       const struct strs *inputs, struct err *err)
{
    str path = out[at].path, shown = show_clean(a, str_upto(path, 150));
    for (size_t i = 0; path.len && i < at; i++)
        if (out[i].path.len && file_is_same(out[i].path.ptr, path.ptr))
            return err_set(err, "--%s and --%s would write the same file, %.*s",
                           out[i].option, out[at].option, STR_ARG(shown));
    for (size_t i = 0; path.len && i < inputs->count; i++)
        if (inputs->item[i].len && file_is_same(inputs->item[i].ptr, path.ptr))
            return err_set(err, "--%s would write over %.*s, which is read",
                           out[at].option, STR_ARG(shown));
    return true;
}

bool run_options_fit(struct arena *a, const struct run_options *o,
                     const struct strs *inputs, struct err *err)
{
    const struct output out[] = { { "results", o->results },
                                  { "junit", o->junit },
                                  { "html", o->html } };
    struct strs all = { 0 };
    strs_add(a, &all, o->baseline);
    for (size_t i = 0; i < inputs->count; i++)
        strs_add(a, &all, inputs->item[i]);
    for (size_t i = 0; i < countof(out); i++)
        if (!is_its_own(a, out, i, &all, err))
            return false;
    if (o->level.len && !str_eq_nocase(o->level, STR("must"))
        && !str_eq_nocase(o->level, STR("should")))
        return err_set(err, "--level is must or should");
    return !o->junit_dialect.len || junit_has_dialect(o->junit_dialect)
        || err_set(err, "--junit-dialect is wide or xunit");
}
