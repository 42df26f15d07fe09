/* SPDX-License-Identifier: MIT */
/* `acmespec check`: reads every file and names every mistake; plays nothing. */
#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"
#include "commands.h"
#include "engine/ca_setup.h"
#include "options.h"
#include "run/bugnotes.h"
#include "script/adapter.h"
#include "script/baseline_judge.h"
#include "script/ca_script.h"
#include "script/history.h"
#include "script/library.h"

struct checking {
    struct arena *arena;
    struct requirements *requirements;
    struct mistakes mistakes;
    struct watches watches;
    struct history history;
    struct baseline *baseline;
    size_t baseline_count;
    size_t files;
};

/* The catalogue is read before all else, with its mistakes. */
static bool is_of_catalogue(const struct checking *c, const char *path,
                            const struct line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct requirement *r =
            requirement_find(c->requirements, line_arg(&lines[i], "ID"));
        if (r && file_same(r->place.file, path))
            return true;
    }
    return false;
}

static void check_requirements(struct checking *c, const char *path,
                               const struct line *lines, size_t count)
{
    struct requirements own = { .item = NULL };
    if (is_of_catalogue(c, path, lines, count))
        return;
    requirements_add(c->arena, &own, lines, count, &c->mistakes);
    requirements_sort(&own, &c->mistakes);
}

static void check_baseline(struct checking *c, const struct line *lines, size_t count)
{
    struct baseline b;
    baseline_from(c->arena, lines, count, c->requirements, &b, &c->mistakes);
    c->baseline = GROW(c->arena, c->baseline, c->baseline_count, struct baseline);
    c->baseline[c->baseline_count++] = b;
}

/* Rules, and settings that a CA can have. */
static void check_script(struct checking *c, const struct line *lines, size_t count)
{
    struct ca_script script = { .setting = NULL };
    struct ca_options ca = { .address = NULL };
    struct err err;
    ca_script_of_lines(c->arena, lines, count, &script, &c->mistakes);
    for (size_t i = 0; i < script.setting_count; i++)
        if (!ca_set_up(c->arena, &script.setting[i], &ca, &err))
            mistake(&c->mistakes, script.setting[i].line->place, "%s", err.text);
}

/* By its first word a file is a scenario, watches, requirements, rules, a profile, an
 * adapter, notes on bugs, rows of history or a baseline. */
static void check_lines(struct checking *c, const char *path, const struct line *lines,
                        size_t count)
{
    struct profile profile;
    struct adapter adapter;
    struct bugnotes notes = { .bug = NULL };
    switch (lines[0].verb->id) {
    case VERB_SCENARIO:
        scenario_from(c->arena, str_of(path), path, lines, count, c->requirements,
                      &c->mistakes);
        return;
    case VERB_WATCH:
        watches_add(c->arena, &c->watches, lines, count, c->requirements, &c->mistakes);
        return;
    case VERB_REQUIREMENT:
    case VERB_DOCUMENT:
        check_requirements(c, path, lines, count);
        return;
    case VERB_ON:
    case VERB_CA:
        check_script(c, lines, count);
        return;
    case VERB_BUG:
    case VERB_NEVER_RED:
        bugnotes_add(c->arena, lines, count, &notes, &c->mistakes);
        return;
    case VERB_HISTORY:
        history_add(c->arena, &c->history, lines, count, &c->mistakes);
        return;
    case VERB_PROFILE:
        profile_from(c->arena, lines, count, &profile, &c->mistakes);
        return;
    case VERB_CLIENT:
        adapter_from(c->arena, lines, count, &adapter, &c->mistakes);
        return;
    default:
        check_baseline(c, lines, count);
    }
}

/* A file that cannot be read is a mistake like any other. */
static void check_file(struct checking *c, const char *path)
{
    struct err err;
    struct place top = { path, 1, 1 };
    size_t count, before = c->mistakes.list.count;
    struct line *lines = lines_of_file(c->arena, path, &count, &c->mistakes, &err);
    c->files++;
    if (!lines)
        mistake(&c->mistakes, top, "%s", err.text);
    else if (count)
        check_lines(c, path, lines, count);
    else if (c->mistakes.list.count == before)
        mistake(&c->mistakes, top, "the file says nothing");
}

static bool check_path(struct checking *c, const char *path, struct err *err)
{
    struct strs files = { 0 };
    if (!file_list(c->arena, path, ".acme", &files, err))
        return false;
    for (size_t i = 0; i < files.count; i++)
        check_file(c, files.item[i].ptr);
    return files.count > 0 || err_set(err, "there is no .acme file in %s", path);
}

/* What shows a bug of the field is of the library, wherever its row is read. */
static bool check_history(struct checking *c, str root, struct err *err)
{
    struct mistakes ignored = { .arena = c->arena };
    str folder = arena_printf(c->arena, "%.*s/watches", STR_ARG(root));
    const struct watches *watches =
        watches_read(c->arena, folder.ptr, c->requirements, &ignored, err);
    if (watches)
        history_judge(c->arena, &c->history, root, watches, &c->mistakes);
    return watches != NULL;
}

/* What a baseline expects is of the library, wherever the baseline lies. */
static bool check_baselines(struct checking *c, str root, struct err *err)
{
    struct mistakes ignored = { .arena = c->arena };
    const struct library *library = library_read(c->arena, root, "", &ignored, err);
    for (size_t i = 0; library && i < c->baseline_count; i++) {
        struct baseline *b = &c->baseline[i];
        baseline_judge(c->arena, b, library);
        for (size_t k = 0; k < b->count; k++)
            if (b->item[k].amiss.len)
                mistake(&c->mistakes, b->item[k].place, "%.*s",
                        STR_ARG(b->item[k].amiss));
    }
    return library != NULL;
}

/* "1 file", "2 files" */
static str counted(const struct checking *c, size_t count, const char *what)
{
    return arena_printf(c->arena, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

static int report(const struct checking *c)
{
    str mistakes = counted(c, c->mistakes.list.count, "mistake");
    str files = counted(c, c->files, "file");
    for (size_t i = 0; i < c->mistakes.list.count; i++)
        fprintf(stderr, "%.*s\n", STR_ARG(c->mistakes.list.item[i]));
    if (c->mistakes.more)
        fprintf(stderr,
                "acmespec: more than %.*s in %.*s; the others are told when these are "
                "mended\n",
                STR_ARG(mistakes), STR_ARG(files));
    else if (c->mistakes.list.count)
        fprintf(stderr, "acmespec: %.*s in %.*s\n", STR_ARG(mistakes), STR_ARG(files));
    if (c->mistakes.list.count)
        return EXIT_USAGE;
    printf("%.*s %s well written\n", STR_ARG(files), c->files == 1 ? "is" : "are");
    return EXIT_CONFORMS;
}

/* A path as given, or a name below the library: server/6.5-nonces. */
static const char *path_of(struct arena *a, str root, const char *word)
{
    if (file_exists(word))
        return word;
    str folder = arena_printf(a, "%.*s/%s", STR_ARG(root), word);
    str file = arena_printf(a, "%.*s.acme", STR_ARG(folder));
    return file_exists(folder.ptr) ? folder.ptr : file_exists(file.ptr) ? file.ptr : word;
}

static bool check_word(struct checking *c, str root, const char *word, struct err *err)
{
    if (!*word)
        return err_set(err, "check wants paths, and one of these is empty");
    return check_path(c, path_of(c->arena, root, word), err);
}

static bool check_all(struct checking *c, str root, const struct strs *words,
                      struct err *err)
{
    str catalogue = arena_printf(c->arena, "%.*s/requirements", STR_ARG(root));
    c->requirements = requirements_read(c->arena, catalogue.ptr, &c->mistakes, err);
    bool good = c->requirements != NULL;
    for (size_t i = 0; i < words->count && good; i++)
        good = check_word(c, root, words->item[i].ptr, err);
    if (good && !words->count)
        good = check_path(c, root.ptr, err);
    if (good && c->history.count)
        good = check_history(c, root, err);
    return good && (!c->baseline_count || check_baselines(c, root, err));
}

int cmd_check(struct arena *a, int argc, char **argv)
{
    struct checking c = { .arena = a };
    struct strs words = { 0 };
    struct err err;
    bool help;
    str root;
    c.mistakes.arena = c.arena;
    if (!options_help(a, argc, argv, &help, &words, &err))
        return usage_error(err.text);
    if (help) {
        puts("usage: acmespec check [PATH...]\n\n"
             "Reads all that is data: scenarios, watches, requirements, baselines and "
             "the rest (all\n"
             "that ship, unless paths are given) and names every mistake with file, line "
             "and column.\n"
             "Plays nothing.");
        return EXIT_CONFORMS;
    }
    if (!library_root(c.arena, &root, &err) || !check_all(&c, root, &words, &err))
        return usage_error(err.text);
    return report(&c);
}
