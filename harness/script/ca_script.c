/* SPDX-License-Identifier: MIT */
/* Settings and rules, told apart line by line. */
#include "script/ca_script.h"

#include "script/names.h"
#include "script/verbs.h"

/* Outside a scenario nothing has a name. */
static bool is_plain(const struct line *line, struct mistakes *m)
{
    str text = line->text, before, name;
    return !name_next(&text, &before, &name)
        || mistake(m, line->place, "${%.*s} has no value here: a setting knows no names",
                   STR_ARG(name));
}

static void add_setting(struct arena *a, const struct line *line, struct ca_script *out,
                        struct mistakes *m)
{
    struct setting setting;
    if (!is_plain(line, m) || !setting_read(a, line, &setting, m))
        return;
    out->setting = GROW(a, out->setting, out->setting_count, struct setting);
    out->setting[out->setting_count++] = setting;
}

bool ca_script_of_lines(struct arena *a, const struct line *lines, size_t count,
                        struct ca_script *out, struct mistakes *m)
{
    size_t before = m->list.count;
    for (size_t i = 0; i < count; i++)
        if (lines[i].verb->id == VERB_CA)
            add_setting(a, &lines[i], out, m);
        else
            rules_of_lines(a, &lines[i], 1, &out->on, m);
    return m->list.count == before;
}

bool ca_script_read(struct arena *a, const char *file, str text, struct ca_script *out,
                    struct mistakes *m)
{
    size_t count, before = m->list.count;
    struct line *lines = rules_lines(a, file, text, &count, m);
    return ca_script_of_lines(a, lines, count, out, m) && m->list.count == before;
}
