/* SPDX-License-Identifier: MIT */
/* `acmespec server URL`: plays the client against a CA and judges it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "crypto/b64url.h"
#include "commands.h"
#include "options.h"
#include "peer.h"
#include "reports/progress.h"
#include "reports/report.h"
#include "run/compare.h"
#include "run/events.h"
#include "run/outcome.h"
#include "run/rerun.h"
#include "run/runner.h"

struct server_options {
    str ca_file, profile, baseline, junit, junit_dialect, results, html, level, shard,
        seed;
    struct strs rules, sections, tags, capability;
    bool insecure, remote, list, fail_fast, strict, allow_inconclusive, rerun_failed,
        quiet, verbose, help, no_colour, shared_address;
    long http_port, tls_port, dns_port, jobs, repeat, timeout_ms, request_ms;
};

#define AT(member) offsetof(struct server_options, member)
/* clang-format off */
static const struct option_row rows[] = {
    { "ca-file", 0, OPTION_TEXT, "FILE", AT(ca_file), "PEM roots to trust for the target (else the system's)" },
    { "insecure", 0, OPTION_FLAG, NULL, AT(insecure), "accept any TLS certificate of the target" },
    { "http-port", 0, OPTION_PORT, "N", AT(http_port), "port that the CA uses for http-01 (5002)" },
    { "tls-port", 0, OPTION_PORT, "N", AT(tls_port), "port that the CA uses for tls-alpn-01 (5001)" },
    { "dns-port", 0, OPTION_PORT, "N", AT(dns_port), "port of the DNS server that the CA was told: ours, on 127.0.0.1 (8053)" },
    { "profile", 0, OPTION_TEXT, "FILE", AT(profile), "what the target declares, or the name of a shipped profile" },
    { "baseline", 0, OPTION_TEXT, "FILE", AT(baseline), "expected verdicts: only what differs from them counts" },
    { "remote", 0, OPTION_FLAG, NULL, AT(remote), "allow a target that is not on a loopback or private address" },
    { "rule", 0, OPTION_TEXTS, "ID", AT(rules), "only checks' scenarios that rest on this requirement" },
    { "section", 0, OPTION_TEXTS, "S", AT(sections), "only of this section: 6.5, rfc8737-3" },
    { "level", 0, OPTION_TEXT, "LEVEL", AT(level), "only scenarios with a must, or with a should" },
    { "tag", 0, OPTION_TEXTS, "WORD", AT(tags), "only scenarios with this tag" },
    { "list", 0, OPTION_FLAG, NULL, AT(list), "list what would be played, and stop" },
    { "shard", 0, OPTION_TEXT, "K/N", AT(shard), "only the K-th of N parts" },
    { "repeat", 0, OPTION_NUMBER, "N", AT(repeat), "play everything N times" },
    { "rerun-failed", 0, OPTION_FLAG, NULL, AT(rerun_failed), "only what was not green in the --results file of last time" },
    { "jobs", 'j', OPTION_NUMBER, "N", AT(jobs), "plays side by side (4 per core)" },
    { "fail-fast", 0, OPTION_FLAG, NULL, AT(fail_fast), "stop at the first violation" },
    { "timeout", 0, OPTION_SPAN, "SPAN", AT(timeout_ms), "deadline of each play, whatever the scenario says" },
    { "request-timeout", 0, OPTION_SPAN, "SPAN", AT(request_ms), "deadline of each request (10s)" },
    { "seed", 0, OPTION_TEXT, "WORD", AT(seed), "makes names repeatable; use each only once per target" },
    { "strict", 0, OPTION_FLAG, NULL, AT(strict), "a broken SHOULD is a violation too" },
    { "allow-inconclusive", 0, OPTION_FLAG, NULL, AT(allow_inconclusive), "exit 0 though something could not be decided" },
    { "junit", 0, OPTION_TEXT, "FILE", AT(junit), "write JUnit XML" },
    { "junit-dialect", 0, OPTION_TEXT, "D", AT(junit_dialect), "wide (GitLab, GitHub, Jenkins JUnit) or xunit (valid by the xUnit schema)" },
    { "results", 0, OPTION_TEXT, "FILE", AT(results), "write JSON Lines while running" },
    { "html", 0, OPTION_TEXT, "FILE", AT(html), "write one self-contained page" },
    { "shared-address", 0, OPTION_FLAG, NULL, AT(shared_address), "one loopback address for all plays, as on systems that have no more" },
    { "verbose", 'v', OPTION_FLAG, NULL, AT(verbose), "a line for every play" },
    { "quiet", 'q', OPTION_FLAG, NULL, AT(quiet), "only failures and the summary" },
    { "no-colour", 0, OPTION_FLAG, NULL, AT(no_colour), "never colour (NO_COLOR does the same)" },
    { "help", 'h', OPTION_FLAG, NULL, AT(help), "this text" },
};
/* clang-format on */

struct session {
    struct arena *arena;
    struct server_options options;
    struct library *library;
    struct target target;
    struct plan plan;
    struct results results;
    struct baseline baseline;
    struct progress *progress;
    FILE *results_file;
    bool results_broken;
    bool selected_by_name;
};

static volatile int stop_asked;

static void ask_stop(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
}

static void watch_signals(void)
{
    struct sigaction action = { .sa_handler = ask_stop };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static int fail_with(int status, const struct err *err)
{
    fprintf(stderr, "acmespec: %s\n", err->text);
    return status;
}

/* --- before the run --- */

static bool read_profile(struct session *s, struct mistakes *m, struct err *err)
{
    str name = s->options.profile;
    if (!name.len)
        return true;
    str path = name;
    if (!file_exists(path.ptr))
        path = arena_printf(s->arena, "%.*s/profiles/%.*s.acme",
                            STR_ARG(s->library->root), STR_ARG(name));
    if (!file_exists(path.ptr))
        return err_set(err, "there is no profile %.*s", STR_ARG(name));
    return profile_read(s->arena, path.ptr, &s->target.profile, m, err);
}

static void print_mistakes(const struct mistakes *m)
{
    for (size_t i = 0; i < m->list.count; i++)
        fprintf(stderr, "%.*s\n", STR_ARG(m->list.item[i]));
}

static bool read_files(struct session *s, struct strs *names, struct err *err)
{
    struct mistakes m = { .arena = s->arena };
    str root;
    s->target.profile = profile_none();
    if (!library_root(s->arena, &root, err))
        return false;
    s->library = library_read(s->arena, root, "server", &m, err);
    if (!s->library)
        return false;
    for (size_t i = 1; i < names->count; i++)
        if (str_ends(names->item[i], ".acme") && file_exists(names->item[i].ptr)
            && !library_add(s->arena, s->library, names->item[i].ptr, &m, err))
            return false;
    bool good = read_profile(s, &m, err);
    if (good && s->options.baseline.len)
        good = baseline_read(s->arena, s->options.baseline.ptr, &s->baseline, &m, err);
    print_mistakes(&m);
    return good
        && (m.list.count == 0
            || err_set(err, "mend these mistakes first; nothing was run"));
}

static bool read_shard(struct session *s, struct selection *selection, struct err *err)
{
    str rest = s->options.shard, k;
    if (!rest.len)
        return true;
    return (str_cut(&rest, '/', &k) && str_to_long(k, 10000, &selection->shard)
            && str_to_long(rest, 10000, &selection->shards) && selection->shard >= 1
            && selection->shard <= selection->shards)
        || err_set(err, "--shard wants K/N, such as 2/5");
}

static bool make_plan(struct session *s, const struct strs *names, struct err *err)
{
    const struct server_options *o = &s->options;
    struct selection selection = { .rules = o->rules,
                                   .sections = o->sections,
                                   .tags = o->tags,
                                   .level = o->level,
                                   .repeat = o->repeat };
    for (size_t i = 1; i < names->count; i++)
        strs_add(s->arena, &selection.names, names->item[i]);
    s->selected_by_name = selection.names.count > 0;
    if (o->rerun_failed && !rerun_names(s->arena, o->results.ptr, &selection.names, err))
        return false;
    return read_shard(s, &selection, err)
        && plan_make(s->arena, s->library, &selection, &s->plan, err);
}

static long or_else(long value, long otherwise)
{
    return value > 0 ? value : otherwise;
}

static str run_label(struct session *s)
{
    str seed = s->options.seed;
    str digest = seed.len ? sha256(s->arena, seed) : random_bytes(s->arena, 16);
    return arena_printf(s->arena, "r%.*s",
                        STR_ARG(str_upto(hex_encode(s->arena, digest), 8)));
}

static bool make_target(struct session *s, str url, struct err *err)
{
    const struct server_options *o = &s->options;
    struct target *t = &s->target;
    t->directory_url = url;
    t->http_port = (int)or_else(o->http_port, 5002);
    t->tls_port = (int)or_else(o->tls_port, 5001);
    t->dns_port = (int)or_else(o->dns_port, 8053);
    t->zone = t->profile.zone.len ? t->profile.zone : STR("acmespec.test");
    t->run = run_label(s);
    t->own_address = !o->shared_address && peer_has_own_addresses();
    t->fetch = (struct fetch_options){ .insecure = o->insecure,
                                       .connect_ms = or_else(o->request_ms, 10000),
                                       .total_ms = or_else(o->request_ms, 10000),
                                       .body_ceiling = CEILING_BODY,
                                       .user_agent = "acmespec/" ACMESPEC_VERSION };
    if (o->ca_file.len
        && !file_read(s->arena, o->ca_file.ptr, CEILING_SCRIPT, &t->fetch.ca_pem, err))
        return false;
    return peer_is_allowed(s->arena, url, o->remote, err);
}

static bool start_relay(struct session *s, struct err *err)
{
    struct target *t = &s->target;
    struct relay_options options = { .dns_address = "127.0.0.1",
                                     .dns_port = t->dns_port,
                                     .http_port = t->own_address ? 0 : t->http_port,
                                     .tls_port = t->own_address ? 0 : t->tls_port,
                                     .zone = t->zone,
                                     .shared = !t->own_address };
    t->relay = relay_start(s->arena, &options, err);
    return t->relay != NULL;
}

/* RSA keys cost 130 ms and more: made before any play's clock runs, one for each use. */
static bool fill_key_pool(struct session *s, struct err *err)
{
    static const enum key_type slow[] = { KEY_RSA1024, KEY_RSA2048, KEY_RSA3072,
                                          KEY_RSA4096 };
    for (size_t i = 0; i < countof(slow); i++) {
        size_t count = 0;
        for (size_t k = 0; k < s->plan.count; k++)
            count += plan_rsa_keys(&s->plan.play[k], slow[i]);
        if (count && !key_pool_fill(slow[i], count, err))
            return false;
    }
    return true;
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

static void ended(void *context, const struct play_outcome *outcome, str event)
{
    struct session *s = context;
    progress_ended(s->progress, &outcome->result);
    write_event(s, event);
}

static void tick(void *context)
{
    progress_tick(((struct session *)context)->progress);
}

static bool colour_wanted(const struct server_options *o, int fd)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fd) && !o->no_colour && !(no_color && *no_color)
        && !(term && strcmp(term, "dumb") == 0);
}

/* Whether less than the whole suite is played: then a baseline may know more than came.
 */
static bool is_partial(const struct session *s)
{
    const struct server_options *o = &s->options;
    return s->selected_by_name || o->rules.count || o->sections.count || o->tags.count
        || o->level.len || o->shard.len || o->rerun_failed;
}

static void describe_run(struct session *s, int argc, char **argv)
{
    struct results *r = &s->results;
    struct buf command = buf_new(s->arena, CEILING_LINE);
    buf_add(&command, STR("acmespec"));
    for (int i = 0; i < argc; i++)
        buf_addf(&command, " %s", argv[i]);
    r->suite = STR("server");
    r->target = s->target.directory_url;
    r->profile = s->target.profile.name;
    r->profile_about = s->target.profile.about;
    r->baseline = s->baseline.name.len
        ? arena_printf(s->arena, "%.*s %.*s", STR_ARG(s->baseline.name),
                       STR_ARG(s->baseline.version))
        : STR_NONE;
    r->version = STR(ACMESPEC_VERSION);
    r->command = buf_str(&command);
    r->program = peer_reproduce(s->arena, argc, argv, rows, countof(rows));
    r->seed = s->options.seed;
    r->started = clock_wall();
    r->requirements = s->library->requirements;
    r->strict = s->options.strict;
    r->allow_inconclusive = s->options.allow_inconclusive;
    r->partial = is_partial(s);
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

static bool open_results(struct session *s, struct err *err)
{
    str path = s->options.results;
    if (!path.len)
        return true;
    if (!file_make_parents(path.ptr, err))
        return false;
    s->results_file = fopen(path.ptr, "wb");
    return s->results_file || err_set(err, "cannot write the results file %s", path.ptr);
}

static void run_plays(struct session *s)
{
    const struct server_options *o = &s->options;
    struct progress_options p = { .fd = STDERR_FILENO,
                                  .terminal = isatty(STDERR_FILENO) && !o->quiet,
                                  .colour = colour_wanted(o, STDERR_FILENO),
                                  .quiet = o->quiet,
                                  .verbose = o->verbose,
                                  .planned = s->plan.count };
    s->progress = progress_new(s->arena, &p);
    struct runner_options runner = { .target = &s->target,
                                     .watches = s->library->watches,
                                     .jobs = or_else(o->jobs,
                                                     4 * sysconf(_SC_NPROCESSORS_ONLN)),
                                     .timeout_ms = o->timeout_ms,
                                     .fail_fast = o->fail_fast,
                                     .began = began,
                                     .ended = ended,
                                     .tick = tick,
                                     .context = s };
    runner_run(s->arena, &s->plan, &runner, &stop_asked, &s->results);
    progress_done(s->progress);
}

/* --- after the run --- */

static void print_result(struct session *s)
{
    struct report_options o = { .colour = colour_wanted(&s->options, STDOUT_FILENO),
                                .verbose = s->options.verbose,
                                .quiet = s->options.quiet };
    struct buf text = buf_new(s->arena, CEILING_REPORT);
    text_failures(&text, &s->results, &o);
    text_summary(&text, &s->results, &o);
    str out = buf_str(&text);
    fwrite(out.ptr, 1, out.len, stdout);
}

static bool write_report(struct session *s, const char *kind, str path, struct err *err)
{
    str dialect = s->options.junit_dialect;
    struct report_options o = { .dialect = dialect.len ? dialect.ptr : "wide" };
    return !path.len
        || report_write(s->arena, report_find(kind), path.ptr, &s->results, &o, err);
}

static int finish(struct session *s)
{
    struct err err;
    struct results *r = &s->results;
    if (s->baseline.name.len)
        compare(s->arena, &s->baseline, r);
    results_count(r);
    int status = outcome_status(r, s->options.allow_inconclusive);
    print_result(s);
    write_event(s, event_of_end(s->arena, r, status));
    if (s->results_file)
        s->results_broken = fclose(s->results_file) != 0 || s->results_broken;
    if (s->results_broken) {
        err_set(&err, "the results file %s could not be written", s->options.results.ptr);
        return fail_with(EXIT_REPORT, &err);
    }
    if (!write_report(s, "junit", s->options.junit, &err)
        || !write_report(s, "html", s->options.html, &err))
        return fail_with(EXIT_REPORT, &err);
    return status;
}

static int list_plan(struct session *s)
{
    for (size_t i = 0; i < s->plan.count; i++) {
        str name = play_name(s->arena, &s->plan.play[i]);
        printf("%-60.*s %.*s\n", STR_ARG(name), STR_ARG(s->plan.play[i].scenario->title));
    }
    return s->plan.count ? EXIT_CONFORMS : EXIT_NOTHING_RUN;
}

/* The run could not begin: reports are written all the same, and say why. */
static int could_not_begin(struct session *s, const struct err *why)
{
    struct err err;
    fail_with(EXIT_OUR_FAULT, why);
    s->results.play_count = s->plan.count;
    s->results.play = NEW_ARRAY(s->arena, struct play_result, s->plan.count);
    for (size_t i = 0; i < s->plan.count; i++)
        s->results.play[i] = play_without(s->arena, &s->plan.play[i], VERDICT_ERROR,
                                          str_copy(s->arena, str_of(why->text)));
    results_count(&s->results);
    write_event(s, event_of_end(s->arena, &s->results, EXIT_OUR_FAULT));
    if (s->results_file)
        fclose(s->results_file);
    if (!write_report(s, "junit", s->options.junit, &err)
        || !write_report(s, "html", s->options.html, &err))
        return fail_with(EXIT_REPORT, &err);
    return EXIT_OUR_FAULT;
}

static int run_session(struct session *s, const struct strs *words, int argc, char **argv)
{
    struct err err;
    if (!make_target(s, words->item[0], &err))
        return fail_with(EXIT_USAGE, &err);
    if (!open_results(s, &err))
        return fail_with(EXIT_REPORT, &err);
    describe_run(s, argc, argv);
    if (!start_relay(s, &err) || !fill_key_pool(s, &err)
        || !target_probe(s->arena, &s->target, &err))
        return could_not_begin(s, &err);
    describe_run(s, argc, argv);
    write_event(s, event_of_start(s->arena, &s->results, s->plan.count));
    run_plays(s);
    return finish(s);
}

static int print_help(void)
{
    puts("usage: acmespec server URL [option...] [SCENARIO...]\n\n"
         "Plays the client against the CA whose directory is at URL and judges it, "
         "sentence by\n"
         "sentence of the RFC.  Scenarios are names, folders or globs: "
         "server/6.5-nonces,\n"
         "'*revoke*', or files.  The CA has to use our DNS server, and our ports for "
         "validation.\n");
    options_print(rows, countof(rows));
    return 0;
}

int cmd_server(int argc, char **argv)
{
    struct session s = { .arena = arena_new(NULL) };
    struct strs words = { 0 };
    struct err err;
    s.options.repeat = 1;
    if (!options_read(s.arena, rows, countof(rows), argc, argv, &s.options, &words, &err))
        return usage_error(err.text);
    if (s.options.help)
        return print_help();
    if (words.count == 0)
        return usage_error("server wants the URL of the CA's directory");
    watch_signals();
    if (!read_files(&s, &words, &err) || !make_plan(&s, &words, &err))
        return fail_with(EXIT_USAGE, &err);
    if (s.options.list)
        return list_plan(&s);
    if (s.plan.count == 0) {
        err_set(&err, "nothing is selected");
        return fail_with(EXIT_NOTHING_RUN, &err);
    }
    int status = run_session(&s, &words, argc, argv);
    arena_end(s.arena);
    return status;
}
