/* SPDX-License-Identifier: MIT */
/* The order of things in a play: steps, checks, watches, and what is left undecided when
 * the scenario ends early. */
#include "engine/play.h"

#include <sys/resource.h>

#include "base/clock.h"
#include "engine/judge.h"
#include "engine/steps.h"
#include "engine/under_test.h"
#include "engine/watching.h"

/* Which function performs a step; the reader's table says how it is written. */
static step_function *const step_functions[] = {
    [VERB_GIVEN_KEY] = step_given_key,
    [VERB_GIVEN_ACCOUNT] = step_given_account,
    [VERB_GIVEN_ORDER] = step_given_order,
    [VERB_GIVEN_AUTHZ] = step_given_authz,
    [VERB_GIVEN_CSR] = step_given_csr,
    [VERB_GIVEN_CERTIFICATE] = step_given_certificate,
    [VERB_GIVEN_JWS] = step_given_jws,
    [VERB_GET] = step_get,
    [VERB_HEAD] = step_head,
    [VERB_SEND] = step_send,
    [VERB_POST] = step_post,
    [VERB_RAW] = step_raw,
    [VERB_HELLO] = step_hello,
    [VERB_POLL] = step_poll,
    [VERB_AT_ONCE] = step_at_once,
    [VERB_PROVISION] = step_provision,
    [VERB_PROVISION_DNS] = step_provision_dns,
    [VERB_WITHDRAW] = step_withdraw,
    [VERB_WITHDRAW_DNS] = step_withdraw_dns,
    [VERB_WAIT] = step_wait,
    [VERB_WAIT_RETRY_AFTER] = step_wait_retry_after,
    [VERB_OPERATOR] = step_operator,
    [VERB_SAVE] = step_save,
    [VERB_RECONNECT] = step_reconnect,
    [VERB_RUN] = step_run,
    [VERB_NEED] = NULL, /* the last: must, should and need are judged, not performed */
};

struct playing {
    struct arena *arena;
    struct world *world;
    struct play_result *result;
    struct watching *watching;
    struct watching *own; /* of what our mock CA says; NULL: we are no CA here */
    bool over;            /* the scenario ended early */
};

bool play_has_red(const struct play_outcome *o)
{
    for (size_t i = 0; i < o->result.check_count; i++)
        if (verdict_is_red(o->result.check[i].verdict))
            return true;
    for (size_t i = 0; i < o->watch_count; i++)
        if (verdict_is_red(o->watch[i].verdict))
            return true;
    return false;
}

str play_name(struct arena *a, const struct play *play)
{
    return scenario_play_name(a, play->scenario, play->variant);
}

/* --- results --- */

static void worsen(struct play_result *r, enum verdict verdict)
{
    if (verdict > r->verdict)
        r->verdict = verdict;
}

static struct check_result result_of(const struct check *check)
{
    return (struct check_result){ .name = check->name,
                                  .level = str_of(check_level_names[check->level]),
                                  .rules = check->rules,
                                  .verdict = VERDICT_PASS,
                                  .message = STR_NONE,
                                  .wanted = STR_NONE,
                                  .why = check->why,
                                  .transcript = STR_NONE,
                                  .line = check->place.line };
}

static void add_result(struct playing *p, struct check_result result)
{
    struct play_result *r = p->result;
    r->check = GROW(p->arena, r->check, r->check_count, struct check_result);
    r->check[r->check_count++] = result;
    worsen(r, result.verdict);
}

/* What is about a run is shown as a whole. */
static bool is_about_run(enum subject subject)
{
    return subject == SUBJECT_CLIENT || subject == SUBJECT_EXIT
        || subject == SUBJECT_OUTPUT || subject == SUBJECT_REQUESTS
        || subject == SUBJECT_COUNT_OF || subject == SUBJECT_GAP
        || subject == SUBJECT_STORED || subject == SUBJECT_PROOFS
        || subject == SUBJECT_LEFTOVERS;
}

static str transcript(struct playing *p, const struct check *check,
                      const struct finding *f)
{
    const struct under_test *u = p->world->under_test;
    if (u && u->has_run && is_about_run(check->subject))
        return under_test_transcript(p->world);
    if (check->subject == SUBJECT_HANDSHAKE)
        return hello_transcript(p->world);
    if (!p->world->last)
        return STR_NONE;
    str note = arena_printf(p->arena, "wanted: %.*s", STR_ARG(f->wanted));
    return transcript_of(p->arena, p->world->last, f->mark, note);
}

/* Ends the scenario: nothing (more) is learnt.  What ended it first is what counts. */
static void end_with(struct playing *p, enum verdict verdict, str reason)
{
    if (p->over)
        return;
    p->over = true;
    worsen(p->result, verdict);
    p->result->reason = str_copy(p->arena, reason);
    if (p->world && p->world->last)
        p->result->transcript =
            transcript_of(p->arena, p->world->last, STR_NONE, STR_NONE);
}

/* --- checks --- */

/* Without an answer nothing is learnt; if the target is gone altogether, that is an
 * error. */
static enum verdict without_answer(struct playing *p)
{
    struct err err;
    str nonce;
    if (p->world->under_test || (p->world->last && p->world->last->response.status))
        return VERDICT_INCONCLUSIVE;
    return client_nonce(p->world->client, &nonce, &err) ? VERDICT_INCONCLUSIVE
                                                        : VERDICT_ERROR;
}

static void judge_need(struct playing *p, const struct check *check,
                       const struct finding *f)
{
    if (f->verdict == VERDICT_PASS)
        return;
    str reason =
        arena_printf(p->arena, "line %d, `%.*s` did not hold: %.*s", check->place.line,
                     STR_ARG(check->text), STR_ARG(f->message));
    end_with(p, without_answer(p), reason);
}

/* A check of which a condition does not hold is not armed: it is skipped, and that is
 * told. */
static bool is_armed(struct playing *p, const struct check *check)
{
    struct finding f;
    const struct check *condition = check->only_if;
    for (; condition; condition = condition->only_if) {
        judge_check(p->world, condition, &f);
        if (f.verdict != VERDICT_PASS)
            break;
    }
    if (!condition)
        return true;
    struct check_result result = result_of(check);
    result.verdict = VERDICT_SKIP;
    result.message = arena_printf(p->arena, "not armed: `%.*s` did not hold",
                                  STR_ARG(condition->text));
    add_result(p, result);
    return false;
}

static void judge_one(struct playing *p, const struct check *check)
{
    struct finding f;
    struct check_result result = result_of(check);
    if (!is_armed(p, check))
        return;
    judge_check(p->world, check, &f);
    if (check->level == CHECK_NEED) {
        judge_need(p, check, &f);
        return;
    }
    str declined = judge_declined(p->world, check);
    if (declined.len) {
        f.verdict = VERDICT_INCONCLUSIVE;
        f.message = declined;
    }
    result.verdict = f.verdict == VERDICT_INCONCLUSIVE ? without_answer(p) : f.verdict;
    result.message = f.message;
    result.wanted = f.wanted;
    if (result.verdict != VERDICT_PASS)
        result.transcript = transcript(p, check, &f);
    add_result(p, result);
    bool goes_on = p->world->target->go_on && result.verdict == VERDICT_FAIL;
    if (result.verdict >= VERDICT_INCONCLUSIVE && !goes_on)
        p->over = true;
}

static void judge_step(struct playing *p, const struct step *step)
{
    struct err err;
    for (size_t i = 0; i < step->check_count; i++)
        judge_one(p, &step->check[i]);
    if (!p->over && !save_clauses(p->world, step->line, &err))
        end_with(p, VERDICT_INCONCLUSIVE, str_of(err.text));
}

static void not_reached(struct playing *p, const struct step *step, const char *why)
{
    for (size_t i = 0; i < step->check_count; i++) {
        if (step->check[i].level == CHECK_NEED)
            continue;
        struct check_result result = result_of(&step->check[i]);
        result.verdict = VERDICT_INCONCLUSIVE;
        result.not_reached = true;
        result.message = str_of(why);
        add_result(p, result);
    }
}

/* --- steps --- */

/* Ends the scenario when its time is over; what a step then found does not count. */
static bool mind_deadline(struct playing *p)
{
    const struct world *w = p->world;
    if (!world_is_overdue(w))
        return false;
    str deadline = target_deadline(p->arena, w->target, w->scenario);
    end_with(p, VERDICT_INCONCLUSIVE,
             arena_printf(p->arena, "%.*s passed", STR_ARG(deadline)));
    return true;
}

static void perform(struct playing *p, const struct step *step)
{
    struct err err = { "" };
    step_function *function = step_functions[step->line->verb->id];
    enum step_end end = function(p->world, step, &err);
    watching_look(p->watching);
    if (world_unlearnt(p->world, &err))
        end = STEP_NOT_HELD;
    if ((end != STEP_BROKEN && mind_deadline(p)) || end == STEP_DONE)
        return;
    str reason = arena_printf(p->arena, "line %d, `%.*s`: %s", step->line->place.line,
                              STR_ARG(str_upto(step->line->text, 120)), err.text);
    end_with(p, end == STEP_BROKEN ? VERDICT_ERROR : VERDICT_INCONCLUSIVE, reason);
}

static bool is_check(const struct step *step)
{
    enum verb_id id = step->line->verb->id;
    return id == VERB_MUST || id == VERB_SHOULD || id == VERB_NEED;
}

static void take_step(struct playing *p, const struct step *step)
{
    mind_deadline(p);
    if (p->over)
        not_reached(p, step, "not reached: the scenario ended before this line");
    else if (is_check(step))
        judge_step(p, step);
    else
        perform(p, step);
}

/* A mistake in what our own CA said, where no rule asked for it, is ours: nothing can be
 * said of the client then. */
static void own_faults(struct playing *p)
{
    size_t count = 0;
    if (!p->own)
        return;
    watching_look(p->own);
    const struct watch_result *r = watching_results(p->own, &count);
    for (size_t i = 0; i < count; i++) {
        if (r[i].verdict != VERDICT_FAIL && r[i].verdict != VERDICT_WARN)
            continue;
        worsen(p->result, VERDICT_ERROR);
        p->result->reason =
            arena_printf(p->arena, "our own mock CA broke the watch %.*s: %.*s",
                         STR_ARG(r[i].id), STR_ARG(r[i].message));
        p->result->transcript = r[i].transcript;
    }
}

/* A CA that stays as its operator made it would spoil what is played next. */
static void end_operation(struct playing *p)
{
    struct err err = { "" };
    if (operator_restore(p->world, &err))
        return;
    worsen(p->result, VERDICT_ERROR);
    p->result->reason = str_copy(p->arena, str_of(err.text));
}

/* A rule that never applied: the client was not put to the test, whatever it did. */
static void end_client(struct playing *p)
{
    under_test_stop(p->world);
    own_faults(p);
    str idle = under_test_idle_rule(p->world);
    if (idle.len && !p->over)
        end_with(p, VERDICT_INCONCLUSIVE, idle);
}

static void take_steps(struct playing *p)
{
    const struct scenario *s = p->world->scenario;
    watching_look(p->watching);
    for (size_t i = 0; i < s->step_count; i++)
        take_step(p, &s->step[i]);
    if (p->world->under_test)
        end_client(p);
    end_operation(p);
    watching_look(p->watching);
}

/* --- the play as a whole --- */

static long peak_kib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

static struct play_result empty_result(struct arena *a, const struct play *play)
{
    const struct scenario *s = play->scenario;
    return (struct play_result){ .name = play_name(a, play),
                                 .scenario = s->name,
                                 .title = s->title,
                                 .suite = s->suite,
                                 .file = s->file,
                                 .verdict = VERDICT_SKIP,
                                 .reason = STR_NONE,
                                 .transcript = STR_NONE };
}

/* Every check that was never reached, told as such. */
static void all_not_reached(struct playing *p, const struct scenario *s)
{
    for (size_t i = 0; i < s->step_count; i++)
        not_reached(p, &s->step[i], "not reached: the scenario could not begin");
}

struct play_result play_without(struct arena *a, const struct play *play,
                                enum verdict verdict, str reason)
{
    struct play_result result = empty_result(a, play);
    struct playing p = { .arena = a, .result = &result };
    if (verdict != VERDICT_SKIP)
        all_not_reached(&p, play->scenario);
    result.verdict = verdict;
    result.reason = reason;
    return result;
}

void play_run(struct arena *a, const struct target *target, const struct play *play,
              const struct watches *watches, struct play_outcome *out)
{
    struct err err = { "" };
    int64_t wall = clock_us(), cpu = clock_cpu_us();
    *out = (struct play_outcome){ .result = empty_result(a, play) };
    struct playing p = { .arena = a, .result = &out->result };
    bool client = str_is(play->scenario->suite, "client");
    bool begun = (!client || under_test_enter(a, target, play->slot, &err))
        && world_new(a, target, play->scenario, play->variant, play->slot, &p.world,
                     &err);
    if (begun) {
        str suite = play->scenario->suite;
        p.watching = watching_new(p.world, watches, suite, out->result.name);
        if (client && target->own)
            p.own = watching_new(p.world, target->own, STR("server"), out->result.name);
        take_steps(&p);
        out->watch = watching_results(p.watching, &out->watch_count);
    } else {
        all_not_reached(&p, play->scenario);
        end_with(&p, VERDICT_ERROR, str_of(err.text));
    }
    const struct exchange *last = p.world ? p.world->last : NULL;
    out->result.unanswered = !begun || (last && last->response.status == 0);
    out->result.exchanges = p.world ? journal_count(p.world->journal) : 0;
    out->result.wall_us = clock_us() - wall;
    out->result.cpu_us = clock_cpu_us() - cpu;
    out->result.peak_kib = peak_kib();
}
