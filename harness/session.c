/* SPDX-License-Identifier: MIT */
/* One run of a suite from reading to reports, for every command that plays one. */
#include "session.h"

#include <unistd.h>

#include "acme/show.h"
#include "base/clock.h"
#include "base/file.h"
#include "crypto/b64url.h"
#include "crypto/key.h"
#include "reports/report.h"
#include "run/compare.h"
#include "run/events.h"
#include "run/outcome.h"
#include "run/rerun.h"
#include "run/runner.h"
#include "run/stop.h"
#include "script/baseline_judge.h"
#include "terminal.h"

/* --- before the run --- */

str session_command(struct arena *a, int argc, char **argv)
{
    struct buf command = buf_new(a, CEILING_LINE);
    for (int i = -1; i < argc; i++) {
        buf_add(&command, i < 0 ? STR_NONE : STR(" "));
        buf_add_shell(&command, str_of(argv[i]));
    }
    return buf_str(&command);
}

bool session_mended(bool read, const struct mistakes *m, struct err *err)
{
    for (size_t i = 0; i < m->list.count; i++)
        fprintf(stderr, "%.*s\n", STR_ARG(m->list.item[i]));
    return read
        && (m->list.count == 0
            || err_set(err, "mend these mistakes first%s; nothing was run",
                       m->more ? ", behind which there are more" : ""));
}

static str scenario_file(struct arena *a, str name)
{
    return arena_printf(a, "%.*s%s", STR_ARG(name),
                        str_ends(name, ".acme") ? "" : ".acme");
}

/* A scenario outside the library is called by its file, with or without .acme, and a
 * variant of it may be named, as reports do. */
static bool read_scenario_file(struct session *s, str name, struct mistakes *m,
                               struct err *err)
{
    str path = scenario_file(s->arena, name);
    if (!file_exists(path.ptr))
        path = scenario_file(s->arena, str_upto(name, str_find_char(name, '[')));
    return !file_exists(path.ptr) || library_add(s->arena, s->library, path.ptr, m, err);
}

/* Those of the other suite are about us: the mock CA that clients meet holds the
 * server's. */
static void part_watches(struct session *s)
{
    struct watches *all = s->library->watches, *theirs = NEW(s->arena, struct watches),
                   *ours = NEW(s->arena, struct watches);
    for (size_t i = 0; i < all->count; i++) {
        struct watches *to = str_is(all->item[i].suite, s->suite) ? theirs : ours;
        to->item = GROW(s->arena, to->item, to->count, struct watch);
        to->item[to->count++] = all->item[i];
    }
    s->library->watches = theirs;
    s->target.own = ours;
}

bool session_read(struct session *s, const struct strs *names, struct err *err)
{
    struct mistakes m = { .arena = s->arena };
    str root;
    stop_watch();
    s->target.profile = profile_none();
    s->target.timeout_ms = s->options->timeout_ms;
    if (!library_root(s->arena, &root, err))
        return false;
    s->library = library_read(s->arena, root, s->suite, &m, err);
    if (!s->library)
        return false;
    part_watches(s);
    for (size_t i = 0; i < names->count; i++)
        if (!read_scenario_file(s, names->item[i], &m, err))
            return false;
    str baseline = s->options->baseline;
    bool good = !baseline.len
        || baseline_read(s->arena, baseline.ptr, s->library->requirements, &s->baseline,
                         &m, err);
    if (good)
        baseline_judge(s->arena, &s->baseline, s->library);
    return session_mended(good, &m, err);
}

static bool read_shard(struct session *s, struct selection *selection, struct err *err)
{
    str rest = s->options->shard, k;
    if (!rest.len)
        return true;
    return (str_cut(&rest, '/', &k) && str_to_long(k, 10000, &selection->shard)
            && str_to_long(rest, 10000, &selection->shards) && selection->shard >= 1
            && selection->shard <= selection->shards)
        || err_set(err, "--shard wants K/N, such as 2/5");
}

str session_label(const struct session *s)
{
    str seed = s->options->seed;
    str digest = seed.len ? sha256(s->arena, seed) : random_bytes(s->arena, 16);
    return arena_printf(s->arena, "r%.*s",
                        STR_ARG(str_upto(hex_encode(s->arena, digest), 8)));
}

bool session_plan(struct session *s, const struct strs *names, struct err *err)
{
    const struct run_options *o = s->options;
    struct selection selection = { .names = *names,
                                   .rules = o->rules,
                                   .sections = o->sections,
                                   .tags = o->tags,
                                   .level = o->level,
                                   .repeat = o->repeat };
    s->selected_by_name = names->count > 0;
    struct strs failed = { 0 };
    if (o->rerun_failed && !rerun_names(s->arena, o->results.ptr, &failed, err))
        return false;
    selection.only = o->rerun_failed ? &failed : NULL;
    s->unread = rerun_unread(s->arena, s->library, &failed);
    return read_shard(s, &selection, err)
        && plan_make(s->arena, s->library, &selection, &s->plan, err);
}

/* --- the run --- */

static void began(void *context, const struct play *play)
{
    struct session *s = context;
    progress_began(s->progress, play_name(s->arena, play));
}

static void write_event(struct session *s, str event)
{
    if (!s->results_file)
        return;
    bool good = fwrite(event.ptr, 1, event.len, s->results_file) == event.len
        && fputc('\n', s->results_file) != EOF && fflush(s->results_file) == 0;
    s->results_broken = s->results_broken || !good;
}

static void ended(void *context, struct play_outcome *outcome, str event)
{
    struct session *s = context;
    if (s->baseline.name.len)
        compare_play(s->arena, &s->baseline, outcome);
    progress_ended(s->progress, &outcome->result);
    write_event(s, event);
}

static void tick(void *context)
{
    progress_tick(((struct session *)context)->progress);
}

/* Whether less than the whole suite is played: then a baseline may know more than came.
 */
static bool is_partial(const struct session *s)
{
    const struct run_options *o = s->options;
    return s->selected_by_name || o->rules.count || o->sections.count || o->tags.count
        || o->level.len || o->shard.len || o->rerun_failed;
}

static void describe_run(struct session *s)
{
    struct results *r = &s->results;
    r->suite = str_of(s->suite);
    r->target = s->name;
    r->profile = s->target.profile.name;
    r->profile_about = s->target.profile.about;
    r->baseline = s->baseline.name.len
        ? arena_printf(s->arena, "%.*s %.*s", STR_ARG(s->baseline.name),
                       STR_ARG(s->baseline.version))
        : STR_NONE;
    r->version = STR(ACMESPEC_VERSION);
    r->command = s->command;
    r->program = s->options->again.len ? s->options->again : s->again;
    r->behind = s->options->again.len ? STR_NONE : s->behind;
    r->seed = s->options->seed;
    r->started = clock_wall();
    r->requirements = s->library->requirements;
    r->strict = s->options->strict;
    r->allow_inconclusive = s->options->allow_inconclusive;
    r->partial = is_partial(s);
}

static void describe_offers(struct session *s)
{
    struct results *r = &s->results;
    for (size_t i = 0; i < capability_count; i++) {
        str name = str_of(capabilities[i].name), reason;
        if (target_offers(&s->target, name, &reason))
            strs_add(s->arena, &r->capabilities, name);
        else
            strs_add(s->arena, &r->lacks,
                     arena_printf(s->arena, "%s: %.*s", capabilities[i].name,
                                  STR_ARG(reason)));
    }
}

/* As notes at the start: what was found to stand in the way, without which much of what
 * follows cannot be understood. */
static void tell_obstacles(const struct session *s)
{
    const struct target *t = &s->target;
    str reason;
    if (t->declined.len)
        fprintf(stderr, "acmespec: little will be learnt: %.*s\n", STR_ARG(t->declined));
    if (t->slow_ms)
        fprintf(stderr,
                "acmespec: validation took %.1f s: there is %ld times as much time "
                "as usual (`deadline-factor` of a profile)\n",
                (double)t->slow_ms / 1000, t->profile.deadline_factor);
    for (int i = 0; i < CHALLENGE_COUNT; i++)
        if (t->unreached[i].len && target_offers(t, str_of(challenge_names[i]), &reason))
            fprintf(stderr, "acmespec: nothing will be learnt of %s: %.*s\n",
                    challenge_names[i], STR_ARG(t->unreached[i]));
}

static bool open_results(struct session *s, struct err *err)
{
    str path = s->options->results;
    if (!path.len)
        return true;
    if (!file_make_parents(path.ptr, err))
        return false;
    s->results_file = fopen(path.ptr, "wb");
    return s->results_file || err_set(err, "cannot write the results file %s", path.ptr);
}

static void tell_unread(const struct session *s)
{
    if (s->unread.len)
        fprintf(stderr, "acmespec: not all that was not green is played again: %.*s\n",
                STR_ARG(s->unread));
}

static void run_plays(struct session *s)
{
    const struct run_options *o = s->options;
    struct progress_options p = { .fd = STDERR_FILENO,
                                  .terminal = terminal_is(STDERR_FILENO) && !o->quiet,
                                  .colour = terminal_colour(STDERR_FILENO, o->no_colour),
                                  .quiet = o->quiet,
                                  .verbose = o->verbose,
                                  .planned = s->plan.count };
    s->progress = progress_new(s->arena, &p);
    struct runner_options runner = { .target = &s->target,
                                     .watches = s->library->watches,
                                     .jobs = o->jobs > 0 ? o->jobs : s->jobs,
                                     .fail_fast = o->fail_fast,
                                     .strict = o->strict,
                                     .began = began,
                                     .ended = ended,
                                     .tick = tick,
                                     .context = s };
    runner_run(s->arena, &s->plan, &runner, &stop_asked, &s->results);
    progress_done(s->progress);
}

/* --- after the run --- */

/* Says so when it cannot be written; the others are written all the same. */
static bool write_report(struct session *s, const char *kind, str path,
                         const struct report_options *o)
{
    struct err err;
    if (!path.len
        || report_write(s->arena, report_find(kind), path.ptr, &s->results, o, &err))
        return true;
    command_failed(EXIT_REPORT, &err);
    return false;
}

static bool write_text(struct session *s)
{
    struct report_options o = { .colour =
                                    terminal_colour(STDOUT_FILENO, s->options->no_colour),
                                .verbose = s->options->verbose,
                                .quiet = s->options->quiet };
    return write_report(s, "text", STR("-"), &o);
}

static bool close_results(struct session *s)
{
    struct err err;
    if (s->results_file)
        s->results_broken = fclose(s->results_file) != 0 || s->results_broken;
    if (!s->results_broken)
        return true;
    err_set(&err, "the results file %s could not be written", s->options->results.ptr);
    command_failed(EXIT_REPORT, &err);
    return false;
}

/* What is written when all is over; gives the exit status. */
static int write_reports(struct session *s, int status)
{
    str dialect = s->options->junit_dialect;
    struct report_options o = { .dialect = dialect.len ? dialect.ptr : "wide" };
    write_event(s, event_of_end(s->arena, &s->results, status));
    bool results = close_results(s);
    bool junit = write_report(s, "junit", s->options->junit, &o);
    bool html = write_report(s, "html", s->options->html, &o);
    return results && junit && html ? status : EXIT_REPORT;
}

static int finish(struct session *s)
{
    struct results *r = &s->results;
    if (s->baseline.name.len)
        compare(s->arena, &s->baseline, r);
    results_count(r);
    int status = outcome_status(r, s->options->allow_inconclusive);
    bool told = write_text(s);
    status = write_reports(s, status);
    return told ? status : EXIT_REPORT;
}

static int tell_nothing(const struct session *s)
{
    struct err err;
    err_set(&err, "nothing is selected: %s%s%.*s",
            s->options->rerun_failed ? "what was not green last time is not among it"
                                     : "no scenario is all that was asked for",
            s->unread.len ? "; " : "", STR_ARG(s->unread));
    return command_failed(EXIT_NOTHING_RUN, &err);
}

int session_list(const struct session *s)
{
    for (size_t i = 0; i < s->plan.count; i++) {
        str name = play_name(s->arena, &s->plan.play[i]);
        name = show_clean(s->arena, name);
        printf("%-60.*s %.*s\n", STR_ARG(name), STR_ARG(s->plan.play[i].scenario->title));
    }
    return s->plan.count ? EXIT_CONFORMS : tell_nothing(s);
}

/* The run could not begin: reports are written all the same, and say why. */
static int could_not_begin(struct session *s, const struct err *why)
{
    struct results *r = &s->results;
    str reason = str_copy(s->arena, str_of(why->text));
    command_failed(EXIT_OUR_FAULT, why);
    write_event(s, event_of_start(s->arena, r, s->plan.count));
    r->stopped = arena_printf(s->arena, "the run could not begin: %.*s", STR_ARG(reason));
    r->play_count = s->plan.count;
    r->play = NEW_ARRAY(s->arena, struct play_result, s->plan.count);
    for (size_t i = 0; i < s->plan.count; i++) {
        struct play_outcome outcome = { .result = play_without(s->arena, &s->plan.play[i],
                                                               VERDICT_ERROR, reason) };
        r->play[i] = outcome.result;
        write_event(s, event_of_play(s->arena, &outcome));
    }
    results_count(r);
    return write_reports(s, EXIT_OUR_FAULT);
}

int session_play(struct session *s, session_begin *begin)
{
    struct err err;
    if (!open_results(s, &err))
        return command_failed(EXIT_REPORT, &err);
    describe_run(s);
    tell_unread(s);
    bool begun = begin(s, &err);
    if (!begun && !stop_asked)
        return could_not_begin(s, &err);
    if (!stop_asked) { /* else it was cut short, and what it missed may be there */
        describe_offers(s);
        tell_obstacles(s);
    }
    write_event(s, event_of_start(s->arena, &s->results, s->plan.count));
    run_plays(s);
    return finish(s);
}

/* A report of last time must not be taken for one of this run; but what it was to play
 * again is only in the results file, which therefore stays. */
int session_nothing(struct session *s)
{
    struct err err;
    tell_nothing(s);
    if (!s->options->rerun_failed && !open_results(s, &err))
        return command_failed(EXIT_REPORT, &err);
    describe_run(s);
    write_event(s, event_of_start(s->arena, &s->results, 0));
    results_count(&s->results);
    return write_reports(s, EXIT_NOTHING_RUN);
}
