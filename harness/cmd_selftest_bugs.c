/* SPDX-License-Identifier: MIT */
/* `acmespec selftest --bugs`: a suite against its mock with each planted bug, one at a
 * time; every bug has to be caught, and every check to catch one. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "clients.h"
#include "commands.h"
#include "engine/sandbox.h"
#include "options.h"
#include "peer.h"
#include "reports/kills.h"
#include "reports/progress.h"
#include "reports/report.h"
#include "run/rounds.h"
#include "run/stop.h"
#include "session.h"
#include "terminal.h"

enum { DEADLINE_MS = 120000, PLAYS_IN_LANE = 8, LANES_OF_CORE = 6 };

struct bugs_options {
    str json, html, notes, suite;
    long lanes;
    bool bugs, all, quiet, verbose, no_colour, help;
};

#define AT(member) offsetof(struct bugs_options, member)
/* clang-format off */
static const struct option_row rows[] = {
    { "bugs", 0, OPTION_FLAG, NULL, AT(bugs), "play against planted bugs, or those that are named" },
    { "suite", 0, OPTION_TEXT, "S", AT(suite), "server: bugs of the mock CA (unless said otherwise); client: of the mock client" },
    { "all", 0, OPTION_FLAG, NULL, AT(all), "the whole suite against every bug; takes long" },
    { "json", 0, OPTION_TEXT, "FILE", AT(json), "write the matrix as JSON" },
    { "html", 0, OPTION_TEXT, "FILE", AT(html), "write the matrix as one self-contained page" },
    { "notes", 0, OPTION_TEXT, "FILE", AT(notes), "what is known of bugs, instead of scenarios/bugs.acme" },
    { "jobs", 'j', OPTION_JOBS, "N", AT(lanes), "bugs side by side (6 per core)" },
    { "verbose", 'v', OPTION_FLAG, NULL, AT(verbose), "a line for every trial" },
    { "quiet", 'q', OPTION_FLAG, NULL, AT(quiet), "only faults and totals" },
    { "no-colour", 0, OPTION_FLAG, NULL, AT(no_colour), "never colour (NO_COLOR does the same)" },
    { "help", 'h', OPTION_FLAG, NULL, AT(help), "this text" },
};
/* clang-format on */

struct proving {
    struct arena *arena;
    const char *suite;
    struct bugs_options options;
    struct library *library;
    struct bugnotes notes;
    struct target target, webroot_target;
    struct profile eab_profile;
    struct matrix *matrix;
    struct progress *progress;
};

static bool read_files(struct proving *s, struct mistakes *m, struct err *err)
{
    str root;
    if (!library_root(s->arena, &root, err))
        return false;
    s->library = library_read(s->arena, root, s->suite, m, err);
    str notes = s->options.notes, profile, eab;
    if (!notes.len)
        notes = arena_printf(s->arena, "%.*s/bugs.acme", STR_ARG(root));
    profile = arena_printf(s->arena, "%.*s/profiles/mock.acme", STR_ARG(root));
    eab = arena_printf(s->arena, "%.*s/profiles/mock-eab.acme", STR_ARG(root));
    bool good = s->library && bugnotes_read(s->arena, notes.ptr, &s->notes, m, err)
        && profile_read(s->arena, profile.ptr, &s->target.profile, m, err)
        && profile_read(s->arena, eab.ptr, &s->eab_profile, m, err);
    return session_mended(good, m, err);
}

static bool is_client(const struct proving *s)
{
    return strcmp(s->suite, "client") == 0;
}

/* The mock client by one of its adapters; its watches are those of its suite, ours are
 * the others. */
static bool make_client(struct proving *s, str name, struct target *t, struct err *err)
{
    struct mistakes m = { .arena = s->arena };
    struct adapter *adapter = NEW(s->arena, struct adapter);
    str why_not;
    if (!clients_find(s->arena, s->library->root, name, adapter, &m, err))
        return false;
    t->own = s->library->watches;
    t->sandboxed = sandbox_possible(s->arena, &why_not);
    clients_target(s->arena, adapter, why_not, t);
    return !t->sandboxed || clients_keep(s->arena, adapter, &t->keep, err);
}

static bool make_clients(struct proving *s, struct err *err)
{
    s->webroot_target = s->target;
    return make_client(s, STR("acmespec"), &s->target, err)
        && make_client(s, STR("acmespec-webroot"), &s->webroot_target, err);
}

static void make_target(struct proving *s)
{
    struct target *t = &s->target;
    t->zone = t->profile.zone.len ? t->profile.zone : STR("acmespec.test");
    t->own_address = peer_has_own_addresses();
    t->fetch = (struct fetch_options){ .connect_ms = 10000,
                                       .total_ms = 10000,
                                       .body_ceiling = CEILING_BODY,
                                       .user_agent = "acmespec/" ACMESPEC_VERSION,
                                       .guard = peer_guard(false) };
}

static bool select_bugs(struct proving *s, const struct strs *names, struct err *err)
{
    struct bugs named = { { false } };
    for (size_t i = 0; i < names->count; i++)
        if (!bugs_add(&named, names->item[i], err))
            return false;
    s->matrix->complete = names->count == 0;
    for (enum bug bug = BUG_NONE + 1; bug < BUG_COUNT; bug++) {
        bool has = matrix_has(s->matrix, bug);
        if (named.on[bug] && !has)
            return err_set(err, "%s is a bug of the mock %s: say --suite %s",
                           bug_rows[bug].name, is_client(s) ? "CA" : "client",
                           is_client(s) ? "server" : "client");
        s->matrix->row[bug].selected = has && (s->matrix->complete || named.on[bug]);
    }
    return true;
}

/* --- progress --- */

static void round_began(void *context, const char *round, size_t trials)
{
    struct proving *s = context;
    struct progress_options o = {
        .fd = STDERR_FILENO,
        .terminal = terminal_is(STDERR_FILENO) && !s->options.quiet,
        .colour = terminal_colour(STDERR_FILENO, s->options.no_colour),
        .quiet = s->options.quiet,
        .verbose = s->options.verbose,
        .planned = trials
    };
    if (s->progress)
        progress_done(s->progress);
    if (!s->options.quiet)
        fprintf(stderr, "%s: %zu trials\n", round, trials);
    s->progress = progress_new(s->arena, &o);
}

static void trial_ended(void *context, const struct trial *trial)
{
    struct proving *s = context;
    str name = trial->bug == BUG_NONE ? STR("no bug") : str_of(bug_rows[trial->bug].name);
    struct play_result as_play = { .name = name,
                                   .verdict =
                                       trial->trouble.len ? VERDICT_ERROR : VERDICT_PASS,
                                   .reason = trial->trouble,
                                   .wall_us = trial->wall_us };
    progress_ended(s->progress, &as_play);
}

/* --- reports --- */

typedef void writer(struct buf *out, const struct matrix *m, str version);

/* Says so when it cannot be written. */
static bool write_file(struct proving *s, str path, const char *name, writer *write)
{
    struct err err;
    if (!path.len)
        return true;
    struct buf out = buf_new(s->arena, CEILING_REPORT);
    write(&out, s->matrix, STR(ACMESPEC_VERSION));
    if (report_put(path.ptr, &out, name, &err))
        return true;
    command_failed(EXIT_REPORT, &err);
    return false;
}

static bool write_reports(struct proving *s)
{
    struct err err;
    struct buf out = buf_new(s->arena, CEILING_REPORT);
    kills_text(&out, s->matrix, terminal_colour(STDOUT_FILENO, s->options.no_colour),
               s->options.quiet);
    bool text = report_put("-", &out, "text", &err);
    if (!text)
        command_failed(EXIT_REPORT, &err);
    bool json = write_file(s, s->options.json, "json", kills_json);
    bool html = write_file(s, s->options.html, "html", kills_html);
    return text && json && html;
}

static int status_of(const struct matrix *m)
{
    return kills_good(m)                            ? EXIT_CONFORMS
        : m->fault_count > m->faults[FAULT_TROUBLE] ? EXIT_VIOLATION
        : m->stopped.len                            ? EXIT_INCONCLUSIVE
                                                    : EXIT_OUR_FAULT;
}

static int run(struct proving *s)
{
    struct err err;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct rounds_options o = { .target = &s->target,
                                .eab_profile = &s->eab_profile,
                                .webroot_target = &s->webroot_target,
                                .lanes = s->options.lanes > 0
                                    ? s->options.lanes
                                    : LANES_OF_CORE * (cores > 0 ? cores : 1),
                                .jobs = PLAYS_IN_LANE,
                                .deadline_ms = DEADLINE_MS,
                                .all = s->options.all,
                                .began = round_began,
                                .ended = trial_ended,
                                .context = s };
    stop_watch();
    bool good = rounds_play(s->matrix, &o, &stop_asked, &err);
    if (s->progress)
        progress_done(s->progress);
    if (!good)
        return command_failed(EXIT_OUR_FAULT, &err);
    int status = status_of(s->matrix);
    return write_reports(s) ? status : EXIT_REPORT;
}

int cmd_selftest_bugs(struct arena *a, int argc, char **argv)
{
    struct proving s = { .arena = a };
    struct strs names = { 0 };
    struct mistakes m = { .arena = a };
    struct err err;
    if (!options_read(a, rows, countof(rows), argc, argv, &s.options, &names, &err))
        return usage_error(err.text);
    if (s.options.help) {
        puts("usage: acmespec selftest --bugs [option...] [BUG...]\n\n"
             "Plays a suite against its mock with each planted bug (acmespec mock --bugs "
             "and\nacmespec issue --bugs list them), one at a time.  Fails when a bug is "
             "caught by\nnothing, when no bug turns a check red and no note says why, "
             "when "
             "a check turns\nred for a bug that it is not about, or when anything is red "
             "against the correct\nmock.\n");
        options_print(rows, countof(rows));
        return EXIT_CONFORMS;
    }
    s.suite = str_is(s.options.suite, "client") ? "client" : "server";
    if (s.options.suite.len && !str_is(s.options.suite, s.suite))
        return usage_error("--suite is server or client");
    if (!read_files(&s, &m, &err))
        return command_failed(EXIT_USAGE, &err);
    if (is_client(&s) && !make_clients(&s, &err))
        return command_failed(EXIT_USAGE, &err);
    if (!is_client(&s))
        make_target(&s);
    s.matrix = matrix_new(a, s.suite, s.library, &s.notes);
    return select_bugs(&s, &names, &err) ? run(&s) : command_failed(EXIT_USAGE, &err);
}
