/* SPDX-License-Identifier: MIT */
/* Forks one child per play, reads its one line of JSON from a pipe, minds deadlines.  It
 * waits in poll(2) and nowhere else. */
#include "run/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "engine/child.h"
#include "run/events.h"
#include "run/stop.h"

enum { GRACE_MS = 5000, TICK_MS = 200, MOST_SILENT = 16 };

struct child {
    pid_t pid; /* 0: the place is free */
    int fd;
    size_t index; /* in the plan */
    int64_t kill_ms;
    enum { NOT_KILLED, FOR_ITS_DEADLINE, WITH_THE_RUN } killed;
    struct arena *arena;
    struct buf text;
};

struct running {
    struct arena *arena;
    const struct plan *plan;
    const struct runner_options *options;
    struct results *results;
    struct child child[RUNNER_MOST_JOBS];
    size_t *told;       /* of each watch: whose finding stands in the results */
    struct pids before; /* processes that are here but for no play of this run */
    size_t *order;      /* of the plan's plays: those that are played alone come last */
    size_t jobs, next;  /* next: in that order */
    size_t cut;         /* plays that were killed because the run was stopped */
    size_t silent;      /* plays in a row that ended without an answer */
    bool stopping;
};

/* --- in the child --- */

/* Long runs use slots again; another run label keeps the names apart. */
static struct target target_for(struct arena *a, const struct running *run,
                                struct play *play)
{
    struct target target = *run->options->target;
    int round = play->slot / (RELAY_SLOTS - 96);
    play->slot %= RELAY_SLOTS - 96;
    if (round > 0)
        target.run = arena_printf(a, "%.*s-%d", STR_ARG(target.run), round);
    return target;
}

static void be_child(struct running *run, size_t index, int fd)
{
    struct arena *a = arena_new(NULL);
    struct play play = run->plan->play[index];
    struct play_outcome outcome;
    struct target target = target_for(a, run, &play);
    setpgid(0, 0);
    stop_forget();
    play_run(a, &target, &play, run->options->watches, &outcome);
    if (!file_write_all(fd, event_of_play(a, &outcome)) || !file_write_all(fd, STR("\n")))
        _exit(1);
    /* Threads of libraries may still run; nothing of ours needs an orderly end. */
    _exit(0);
}

/* --- in the parent --- */

/* The play minds its deadline itself; what goes past that, a request that was sent in
 * time included, hangs. */
static int64_t kill_time(const struct running *run, const struct play *play)
{
    const struct target *t = run->options->target;
    return clock_ms() + target_deadline_ms(t, play->scenario) + t->fetch.total_ms
        + GRACE_MS;
}

static bool is_bad(const struct running *run, enum verdict verdict, bool expected)
{
    return !expected
        && (verdict >= VERDICT_FAIL || (run->options->strict && verdict == VERDICT_WARN));
}

static bool is_violation(const struct running *run, const struct play_outcome *outcome)
{
    bool found = is_bad(run, outcome->result.verdict, outcome->result.expected);
    for (size_t i = 0; i < outcome->watch_count; i++)
        found =
            found || is_bad(run, outcome->watch[i].verdict, outcome->watch[i].expected);
    return found;
}

/* A target that died or locked itself up would cost every play left its deadline. */
static void look_at_silence(struct running *run, const struct play_result *p)
{
    bool nothing_learnt =
        p->verdict == VERDICT_INCONCLUSIVE || p->verdict == VERDICT_ERROR;
    if (p->verdict == VERDICT_SKIP)
        return;
    run->silent = p->unanswered && nothing_learnt ? run->silent + 1 : 0;
    if (run->silent >= MOST_SILENT)
        run->results->gone = run->stopping = true;
}

static void keep_result(struct running *run, size_t index, struct play_outcome *outcome,
                        str event)
{
    if (run->options->ended)
        run->options->ended(run->options->context, outcome, event);
    run->results->play[index] = outcome->result;
    look_at_silence(run, &outcome->result);
    if (run->options->fail_fast && is_violation(run, outcome))
        run->stopping = true;
}

static void keep_without(struct running *run, size_t index, enum verdict verdict,
                         str reason)
{
    struct play_outcome outcome = {
        .result = play_without(run->arena, &run->plan->play[index], verdict, reason)
    };
    keep_result(run, index, &outcome, event_of_play(run->arena, &outcome));
}

/* What tells most is told, and of the same the first by the plan, in whatever order they
 * end. */
static void merge_watch(struct arena *a, struct watch_result *all, size_t *told,
                        const struct watch_result *one, size_t index)
{
    size_t seen = all->seen + one->seen, broken = all->broken + one->broken;
    if (watch_tells_more(one->verdict, all->verdict)
        || (one->verdict == all->verdict && index < *told)) {
        *all = watch_result_copy(a, one);
        *told = index;
    }
    all->seen = seen;
    all->broken = broken;
}

static void merge_watches(struct running *run, const struct play_outcome *outcome,
                          size_t index)
{
    for (size_t i = 0; i < outcome->watch_count && i < run->results->watch_count; i++)
        merge_watch(run->arena, &run->results->watch[i], &run->told[i],
                    &outcome->watch[i], index);
}

static str death_of(struct running *run, const struct child *c, int status)
{
    if (c->killed == FOR_ITS_DEADLINE)
        return arena_printf(run->arena, "the play went past %.*s, hung and was ended",
                            STR_ARG(target_deadline(run->arena, run->options->target,
                                                    run->plan->play[c->index].scenario)));
    if (WIFSIGNALED(status))
        return arena_printf(run->arena,
                            "acmespec's own process for this play died of signal %d",
                            WTERMSIG(status));
    return arena_printf(run->arena,
                        "acmespec's own process for this play ended with status %d",
                        WEXITSTATUS(status));
}

/* A play that was killed could not end the client that it watched. */
static void end_clients(struct running *run)
{
    struct arena *a = arena_new(run->arena);
    struct pids ours = { 0 };
    for (size_t i = 0; i < run->before.count; i++)
        pids_add(a, &ours, run->before.item[i]);
    for (size_t i = 0; i < run->jobs; i++)
        if (run->child[i].pid)
            pids_add(a, &ours, run->child[i].pid);
    orphans_kill(a, &ours);
    arena_end(a);
}

/* The child closed its pipe: its result is whole, or it died. */
static void reap(struct running *run, struct child *c)
{
    int status = 0;
    struct err err;
    struct play_outcome outcome;
    close(c->fd);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    str line = str_trim(buf_str(&c->text));
    size_t index = c->index;
    c->pid = 0;
    if (run->options->target->adapter && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
        end_clients(run);
    if (line.len && event_read_play(c->arena, line, &outcome, &err)) {
        merge_watches(run, &outcome, index);
        outcome.result = play_result_copy(run->arena, &outcome.result);
        keep_result(run, index, &outcome, line);
    } else if (c->killed == WITH_THE_RUN) {
        run->cut++;
        keep_without(run, index, VERDICT_INCONCLUSIVE,
                     STR("the run was stopped before this play had ended"));
    } else {
        keep_without(run, index, VERDICT_ERROR, death_of(run, c, status));
    }
    arena_end(c->arena);
}

static bool start_child(struct running *run, struct child *c, size_t index)
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    fflush(NULL);
    pid_t self = getpid(), pid = fork();
    if (pid == 0) {
        process_die_with(self); /* or it would go on, and hold the ports of its slot */
        close(ends[0]);
        for (size_t i = 0; i < run->jobs; i++)
            if (run->child[i].pid)
                close(run->child[i].fd);
        be_child(run, index, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return false;
    }
    struct arena *arena = arena_new(run->arena);
    *c = (struct child){ .pid = pid,
                         .fd = ends[0],
                         .index = index,
                         .kill_ms = kill_time(run, &run->plan->play[index]),
                         .arena = arena,
                         .text = buf_new(arena, CEILING_EVENT) };
    if (run->options->began)
        run->options->began(run->options->context, &run->plan->play[index]);
    return true;
}

static struct child *free_place(struct running *run)
{
    for (size_t i = 0; i < run->jobs; i++)
        if (run->child[i].pid == 0)
            return &run->child[i];
    return NULL;
}

static bool is_alone(const struct running *run, size_t index)
{
    return run->plan->play[index].scenario->alone;
}

/* Whether the next play in order may begin: one that is played alone waits for all
 * others, and they for it. */
static bool may_begin(const struct running *run)
{
    if (run->stopping || run->next == run->plan->count)
        return false;
    bool wants_to_be_alone = is_alone(run, run->order[run->next]);
    for (size_t i = 0; i < run->jobs; i++)
        if (run->child[i].pid
            && (wants_to_be_alone || is_alone(run, run->child[i].index)))
            return false;
    return true;
}

static void start_some(struct running *run)
{
    struct child *c;
    while (may_begin(run) && (c = free_place(run))) {
        size_t index = run->order[run->next++];
        str reason;
        if (plan_lacks(run->arena, &run->plan->play[index], run->options->target,
                       &reason))
            keep_without(run, index, VERDICT_SKIP, reason);
        else if (!start_child(run, c, index))
            keep_without(run, index, VERDICT_ERROR,
                         STR("no process could be started for it"));
    }
}

static void read_from(struct running *run, struct child *c)
{
    char piece[65536];
    ssize_t n = read(c->fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR)
        return;
    if (n > 0)
        buf_add(&c->text, (str){ piece, (size_t)n });
    else
        reap(run, c);
}

static void end_late_ones(struct running *run, bool all)
{
    for (size_t i = 0; i < run->jobs; i++) {
        struct child *c = &run->child[i];
        if (!c->pid || c->killed || (!all && clock_ms() < c->kill_ms))
            continue;
        c->killed = all ? WITH_THE_RUN : FOR_ITS_DEADLINE;
        kill(c->pid, SIGKILL);
        kill(-c->pid, SIGKILL);
    }
}

/* Waits until a child says something or a fifth of a second is over. */
static size_t wait_for_children(struct running *run)
{
    struct pollfd fds[RUNNER_MOST_JOBS];
    struct child *owner[RUNNER_MOST_JOBS];
    nfds_t count = 0;
    for (size_t i = 0; i < run->jobs; i++)
        if (run->child[i].pid) {
            owner[count] = &run->child[i];
            fds[count++] = (struct pollfd){ .fd = run->child[i].fd, .events = POLLIN };
        }
    if (count && poll(fds, count, TICK_MS) > 0)
        for (nfds_t i = 0; i < count; i++)
            if (fds[i].revents)
                read_from(run, owner[i]);
    return count;
}

static void put_in_order(struct running *run)
{
    size_t count = run->plan->count, n = 0;
    run->order = NEW_ARRAY(run->arena, size_t, count + 1);
    for (int alone = 0; alone < 2; alone++)
        for (size_t i = 0; i < count; i++)
            if (is_alone(run, i) == (alone == 1))
                run->order[n++] = i;
}

static void prepare(struct running *run)
{
    put_in_order(run);
    struct results *r = run->results;
    const struct watches *w = run->options->watches;
    r->play_count = run->plan->count;
    r->play = NEW_ARRAY(run->arena, struct play_result, run->plan->count);
    r->watch_count = w->count;
    r->watch = NEW_ARRAY(run->arena, struct watch_result, w->count);
    run->told = NEW_ARRAY(run->arena, size_t, w->count);
    for (size_t i = 0; i < w->count; i++)
        r->watch[i] = (struct watch_result){ .id = w->item[i].id,
                                             .title = w->item[i].title,
                                             .level = watch_level(&w->item[i]),
                                             .file = w->item[i].file,
                                             .rules = w->item[i].rules,
                                             .verdict = VERDICT_SKIP };
}

/* Plays that were never begun are left out, so that counts tell what was decided. */
static void drop_unplayed(struct results *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->play_count; i++)
        if (r->play[i].name.len)
            r->play[kept++] = r->play[i];
    r->play_count = kept;
}

/* Whether all was played, in words. */
static str why_stopped(const struct running *run, int signal_number)
{
    const char *why = signal_number ? stop_words(signal_number)
        : run->results->gone        ? "ended because the target answers no more"
                                    : "ended at the first violation, as --fail-fast asks";
    size_t all = run->plan->count;
    if (run->next == all && run->cut == 0)
        return STR_NONE;
    return arena_printf(run->arena, "the run %s: %zu of %zu plays were played to the end",
                        why, run->next - run->cut, all);
}

static void sum_up(struct running *run, int64_t began)
{
    struct results *r = run->results;
    struct rusage children;
    drop_unplayed(r);
    getrusage(RUSAGE_CHILDREN, &children);
    r->wall_us = clock_us() - began;
    r->cpu_us = clock_cpu_us() + clock_children_cpu_us();
    r->peak_kib = children.ru_maxrss;
}

void runner_run(struct arena *a, const struct plan *plan,
                const struct runner_options *options, const volatile int *stop,
                struct results *r)
{
    struct running *run = NEW(a, struct running);
    int64_t began = clock_us();
    *run = (struct running){ .arena = a, .plan = plan, .options = options, .results = r };
    run->jobs = options->jobs < 1          ? 1
        : options->jobs > RUNNER_MOST_JOBS ? RUNNER_MOST_JOBS
                                           : (size_t)options->jobs;
    prepare(run);
    if (options->target->adapter)
        orphans_expect(a, &run->before);
    do {
        if (*stop && !run->stopping)
            run->stopping = true;
        if (*stop)
            end_late_ones(run, true);
        start_some(run);
        end_late_ones(run, false);
        if (options->tick)
            options->tick(options->context);
    } while (wait_for_children(run) || (!run->stopping && run->next < plan->count));
    sum_up(run, began);
    r->stopped = why_stopped(run, *stop);
}
