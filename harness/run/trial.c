/* SPDX-License-Identifier: MIT */
/* Forks one child for each trial; it tells the parent what turned red in lines of JSON
 * (run/events.h), and at the end that it ended. */
#include "run/trial.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "crypto/b64url.h"
#include "crypto/key.h"
#include "mocks/ports.h"
#include "run/events.h"
#include "run/runner.h"
#include "run/selfmock.h"
#include "run/stop.h"

enum { MOST_LANES = 64, TICK_MS = 200, GRACE_MS = 10000, EACH_PLAY_MS = 500 };

/* Where one trial after the other takes place. */
struct lane {
    int http_port, tls_port; /* of no other lane, so that addresses may be the same */
    pid_t pid;               /* 0: free */
    int fd;
    struct trial *trial;
    int64_t began_us, end_ms;
    enum { GOES_ON, ASKED_TO_END, KILLED } state;
    bool late;
    struct arena *arena;
    struct buf text;
};

struct trials {
    struct arena *arena;
    const struct trials_options *options;
    struct lane lane[MOST_LANES];
    size_t lanes;
    struct trial *trial;
    size_t count, next;
};

/* --- in the child --- */

struct telling {
    struct arena *arena;
    int out;
    size_t undecided;
    bool until_red, red;
};

static void tell(void *context, struct play_outcome *outcome, str event)
{
    struct telling *t = context;
    bool red = play_has_red(outcome), undecided = outcome->result.verdict > VERDICT_WARN;
    t->undecided += undecided && outcome->result.verdict != VERDICT_FAIL;
    t->red = t->red || red;
    if (!red && !undecided)
        return;
    /* Who is gone does not listen; then SIGTERM is on its way. */
    if (file_write_all(t->out, event))
        file_write_all(t->out, STR("\n"));
    if (t->until_red && red && !stop_asked)
        stop_asked = SIGTERM;
}

static void tell_end(const struct telling *t, str trouble)
{
    json_t *o = json_object();
    json_object_set_new(o, "event", json_string("trial"));
    json_object_set_new(o, "undecided", json_integer((json_int_t)t->undecided));
    json_object_set(o, "trouble", json_string_of(t->arena, trouble));
    str line = json_text(t->arena, json_keep(t->arena, o));
    file_write_all(t->out, arena_printf(t->arena, "%.*s\n", STR_ARG(line)));
}

static str run_label(struct arena *a)
{
    str label = hex_encode(a, random_bytes(a, 4));
    return arena_printf(a, "r%.*s", STR_ARG(label));
}

static bool prepare(struct arena *a, const struct lane *lane, bool eab_required,
                    struct target *target, struct selfmock *mock, struct err *err)
{
    struct relay_options options = { .dns_address = "127.0.0.1",
                                     .http_port = lane->http_port,
                                     .tls_port = lane->tls_port,
                                     .zone = target->zone,
                                     .shared = !target->own_address };
    target->go_on = true;
    target->http_port = lane->http_port;
    target->tls_port = lane->tls_port;
    target->relay = relay_start(a, &options, err);
    if (!target->relay)
        return false;
    target->dns_port = relay_dns_port(target->relay);
    struct selfmock_options ca = { .dns_port = target->dns_port,
                                   .http_port = lane->http_port,
                                   .tls_port = lane->tls_port,
                                   .eab_required = eab_required };
    ca.bugs.on[lane->trial->bug] = lane->trial->bug != BUG_NONE;
    if (!selfmock_start(a, &ca, mock, err))
        return false;
    target->wired = true;
    target->directory_url = mock->url;
    target->fetch.ca_pem = mock->root_pem;
    target->run = run_label(a);
    return true;
}

/* The mock client is a program that each play starts, and heeds the environment (see
 * scenarios/clients/acmespec.acme); each play has a CA of its own. */
static bool prepare_client(struct arena *a, const struct lane *lane,
                           struct target *target, struct err *err)
{
    target->go_on = true;
    target->run = run_label(a);
    if (lane->trial->bug != BUG_NONE)
        setenv("CLIENT_BUG", bug_rows[lane->trial->bug].name, 1);
    return file_temp_dir(a, &target->folder, err);
}

/* Until then SIGTERM ends this process at once, and the CA and the relay with it; from
 * here on in order. */
static str play_all(struct arena *a, const struct trials *all, const struct lane *lane,
                    const struct plan *plan, const struct target *target,
                    struct telling *t)
{
    struct results results = { .play = NULL };
    struct runner_options runner = { .target = target,
                                     .watches = all->options->watches,
                                     .jobs = lane->trial->jobs,
                                     .ended = tell,
                                     .context = t };
    stop_watch();
    runner_run(a, plan, &runner, &stop_asked, &results);
    return t->until_red && t->red ? STR_NONE : results.stopped;
}

/* The plays of the plan that need this, or all others. */
static struct plan part_of(struct arena *a, const struct plan *plan, const char *need,
                           bool needs_it)
{
    struct plan part = { NEW_ARRAY(a, struct play, plan->count + 1), 0 };
    for (size_t i = 0; i < plan->count; i++)
        if (strs_has(&plan->play[i].scenario->needs, str_of(need)) == needs_it)
            part.play[part.count++] = plan->play[i];
    return part;
}

static str play_server(struct arena *a, const struct trials *all, const struct lane *lane,
                       bool eab_required, struct telling *t)
{
    struct target target = *all->options->target;
    struct plan part = part_of(a, &lane->trial->plan, "eab-required", eab_required);
    struct selfmock mock = { .hold = -1 };
    struct err err;
    if (part.count == 0 || stop_asked)
        return STR_NONE;
    if (eab_required)
        target.profile = *all->options->eab_profile;
    bool good = prepare(a, lane, eab_required, &target, &mock, &err)
        && target_probe(a, &target, &err);
    str trouble =
        good ? play_all(a, all, lane, &part, &target, t) : str_copy(a, str_of(err.text));
    selfmock_stop(&mock);
    return trouble;
}

static str play_client(struct arena *a, const struct trials *all, const struct lane *lane,
                       bool webroot, struct telling *t)
{
    struct target target =
        webroot ? *all->options->webroot_target : *all->options->target;
    struct plan part = part_of(a, &lane->trial->plan, "webroot", webroot);
    struct err err;
    if (part.count == 0 || stop_asked)
        return STR_NONE;
    if (!prepare_client(a, lane, &target, &err))
        return str_copy(a, str_of(err.text));
    return play_all(a, all, lane, &part, &target, t);
}

static _Noreturn void be_trial(struct trials *all, struct lane *lane, int out)
{
    struct arena *a = arena_new(NULL);
    struct telling t = { .arena = a, .out = out, .until_red = lane->trial->until_red };
    (void)signal(SIGTERM, SIG_DFL);
    bool client = all->options->target->adapter != NULL;
    str trouble = STR_NONE;
    for (int other = 0; other < 2 && !trouble.len; other++)
        trouble = client ? play_client(a, all, lane, other, &t)
                         : play_server(a, all, lane, other, &t);
    tell_end(&t, trouble);
    arena_end(a);
    _exit(0);
}

/* --- in the parent --- */

static bool choose_ports(struct trials *all, struct err *err)
{
    int port[2 * MOST_LANES];
    if (!ports_choose(port, 2 * all->lanes, err))
        return false;
    for (size_t i = 0; i < all->lanes; i++) {
        all->lane[i].http_port = port[2 * i];
        all->lane[i].tls_port = port[2 * i + 1];
    }
    return true;
}

static bool start_trial(struct trials *all, struct lane *lane, struct trial *trial,
                        struct err *err)
{
    int ends[2];
    if (pipe(ends) != 0)
        return err_set(err, "there are no pipes left");
    lane->trial = trial;
    fflush(NULL);
    pid_t self = getpid(), pid = fork();
    if (pid == 0) {
        process_die_with(self);
        close(ends[0]);
        for (size_t i = 0; i < all->lanes; i++)
            if (all->lane[i].pid)
                close(all->lane[i].fd);
        be_trial(all, lane, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return err_set(err, "no process can be started");
    }
    lane->pid = pid;
    lane->fd = ends[0];
    lane->state = GOES_ON;
    lane->late = false;
    lane->began_us = clock_us();
    lane->end_ms =
        clock_ms() + all->options->deadline_ms + (long)trial->plan.count * EACH_PLAY_MS;
    lane->arena = arena_new(all->arena);
    lane->text = buf_new(lane->arena, CEILING_EVENT);
    return true;
}

static void hear_line(struct trials *all, struct lane *lane, str line)
{
    struct arena *step = arena_new(lane->arena);
    struct play_outcome outcome;
    struct err err;
    json_t *value = json_read(step, line, &err);
    if (str_is(json_member(value, "event"), "trial")) {
        json_t *undecided = json_object_get(value, "undecided");
        lane->trial->ended = true;
        lane->trial->undecided = (size_t)json_integer_value(undecided);
        lane->trial->trouble = str_copy(all->arena, json_member(value, "trouble"));
    } else if (event_read_play(step, line, &outcome, &err)) {
        all->options->red(all->options->context, lane->trial, &outcome);
    }
    arena_end(step);
}

static str trouble_of(struct trials *all, const struct lane *lane, int status)
{
    if (lane->late)
        return STR("it went past its deadline and was ended");
    return WIFSIGNALED(status)
        ? arena_printf(all->arena, "its process died of signal %d", WTERMSIG(status))
        : arena_printf(all->arena, "its process ended with status %d",
                       WEXITSTATUS(status));
}

static void reap(struct trials *all, struct lane *lane)
{
    int status = 0;
    struct trial *trial = lane->trial;
    close(lane->fd);
    while (waitpid(lane->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    lane->pid = 0;
    trial->wall_us = clock_us() - lane->began_us;
    if (!trial->ended || lane->late)
        trial->trouble = trouble_of(all, lane, status);
    arena_end(lane->arena);
    all->options->ended(all->options->context, trial);
}

/* Whole lines are heard at once; half a line waits for its rest. */
static void read_from(struct trials *all, struct lane *lane)
{
    char piece[65536];
    str line, rest;
    ssize_t n = read(lane->fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR)
        return;
    if (n > 0)
        buf_add(&lane->text, (str){ piece, (size_t)n });
    rest = buf_str(&lane->text);
    while (str_find_char(rest, '\n') < rest.len && str_cut(&rest, '\n', &line))
        hear_line(all, lane, line);
    if (rest.len)
        memmove(lane->text.text, rest.ptr, rest.len);
    lane->text.len = rest.len;
    if (n <= 0 || lane->trial->ended)
        reap(all, lane);
}

static void end_lane(struct lane *lane)
{
    lane->state = ASKED_TO_END;
    lane->end_ms = clock_ms() + GRACE_MS;
    kill(lane->pid, SIGTERM);
}

static void mind_deadlines(struct trials *all, bool stop)
{
    for (size_t i = 0; i < all->lanes; i++) {
        struct lane *lane = &all->lane[i];
        if (!lane->pid)
            continue;
        bool over = clock_ms() >= lane->end_ms;
        if (lane->state == GOES_ON && (over || stop)) {
            lane->late = over;
            end_lane(lane);
        } else if (lane->state == ASKED_TO_END && over) {
            lane->state = KILLED;
            kill(lane->pid, SIGKILL);
        }
    }
}

static nfds_t wait_for_lanes(struct trials *all)
{
    struct pollfd fds[MOST_LANES];
    struct lane *owner[MOST_LANES];
    nfds_t count = 0;
    for (size_t i = 0; i < all->lanes; i++)
        if (all->lane[i].pid) {
            owner[count] = &all->lane[i];
            fds[count++] = (struct pollfd){ .fd = all->lane[i].fd, .events = POLLIN };
        }
    if (count && poll(fds, count, TICK_MS) > 0)
        for (nfds_t i = 0; i < count; i++)
            if (fds[i].revents)
                read_from(all, owner[i]);
    return count;
}

static bool start_some(struct trials *all, struct err *err)
{
    for (size_t i = 0; i < all->lanes && all->next < all->count; i++)
        if (!all->lane[i].pid
            && !start_trial(all, &all->lane[i], &all->trial[all->next++], err))
            return false;
    return true;
}

bool trials_run(struct arena *a, struct trial *trial, size_t count,
                const struct trials_options *options, const volatile int *stop,
                struct err *err)
{
    struct trials *all = NEW(a, struct trials);
    *all =
        (struct trials){ .arena = a, .options = options, .trial = trial, .count = count };
    all->lanes = options->lanes < 1   ? 1
        : options->lanes > MOST_LANES ? MOST_LANES
                                      : (size_t)options->lanes;
    bool good = choose_ports(all, err);
    do {
        good = good && (*stop || start_some(all, err));
        mind_deadlines(all, *stop || !good);
    } while (wait_for_lanes(all) || (good && !*stop && all->next < count));
    return good;
}
