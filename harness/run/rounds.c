/* SPDX-License-Identifier: MIT */
/* Which scenarios are played against which bugs, round after round. */
#include "run/rounds.h"

/* The correct mock plays almost everything, and would go on when all others have ended.
 */
enum { OF_CORRECT = 3 };

struct rounds {
    struct matrix *matrix;
    const struct rounds_options *options;
    const volatile int *stop;
    bool *played[BUG_COUNT]; /* scenarios, indexed as in the library */
    struct trial *trial;     /* of the round that is being made */
    size_t count;
};

/* Whether a round plays a scenario against a bug. */
typedef bool choice(const struct rounds *r, enum bug bug, size_t scenario);

static const struct scenario *scenario_at(const struct rounds *r, size_t i)
{
    return r->matrix->library->scenario[i];
}

static bool any(const struct rounds *r, enum bug bug, size_t i)
{
    (void)r, (void)bug, (void)i;
    return true;
}

static bool about_it(const struct rounds *r, enum bug bug, size_t i)
{
    return matrix_concerns(r->matrix, bug, scenario_at(r, i));
}

/* For bugs that only a watch knows. */
static bool near_it(const struct rounds *r, enum bug bug, size_t i)
{
    return matrix_near(r->matrix, bug, scenario_at(r, i));
}

/* What a watch alone minds is seen wherever anything is asked for. */
static bool ordinary(const struct rounds *r, enum bug bug, size_t i)
{
    (void)bug;
    return str_is(scenario_at(r, i)->name, "client/0-abilities/http-01");
}

static bool still_open(const struct rounds *r, enum bug bug, size_t i)
{
    bool open = !matrix_caught(r->matrix, bug) && !matrix_unseen(r->matrix, bug);
    return near_it(r, bug, i)
        && (open || (r->matrix->complete && matrix_idle(r->matrix, scenario_at(r, i))));
}

/* What bugs play before all else fails, so what has to be green against the correct mock.
 */
static bool needed(const struct rounds *r, enum bug bug, size_t i)
{
    (void)bug;
    if (r->matrix->complete || r->options->all)
        return true;
    for (enum bug other = BUG_NONE + 1; other < BUG_COUNT; other++)
        if (r->matrix->row[other].selected
            && (about_it(r, other, i) || near_it(r, other, i) || ordinary(r, other, i)))
            return true;
    return false;
}

/* --- making a round --- */

static void add_plays(struct rounds *r, struct plan *plan, const struct scenario *s)
{
    const struct strs *values = &s->variants.values;
    size_t count = s->variants.name.len ? values->count : 1;
    for (size_t i = 0; i < count; i++) {
        plan->play = GROW(r->matrix->arena, plan->play, plan->count, struct play);
        plan->play[plan->count] =
            (struct play){ .scenario = s,
                           .variant = values->count ? values->item[i] : STR_NONE,
                           .slot = (int)plan->count };
        plan->count++;
    }
}

static struct plan plan_for(struct rounds *r, enum bug bug, choice *chosen)
{
    struct plan plan = { NULL, 0 };
    size_t scenarios = r->matrix->library->count;
    if (!r->played[bug])
        r->played[bug] = NEW_ARRAY(r->matrix->arena, bool, scenarios);
    for (size_t i = 0; i < scenarios; i++)
        if (!r->played[bug][i] && chosen(r, bug, i)) {
            r->played[bug][i] = true;
            add_plays(r, &plan, scenario_at(r, i));
        }
    return plan;
}

static void add_trial(struct rounds *r, enum bug bug, choice *chosen, bool until_red)
{
    struct plan plan = plan_for(r, bug, chosen);
    if (plan.count == 0)
        return;
    r->trial = GROW(r->matrix->arena, r->trial, r->count, struct trial);
    long jobs = r->options->jobs * (bug == BUG_NONE ? OF_CORRECT : 1);
    r->trial[r->count++] = (struct trial){ .bug = bug,
                                           .plan = plan,
                                           .until_red = until_red,
                                           .jobs = jobs,
                                           .trouble = STR_NONE };
}

/* --- playing it --- */

static void note_red(void *context, const struct trial *trial,
                     const struct play_outcome *outcome)
{
    struct rounds *r = context;
    matrix_add(r->matrix, trial->bug, outcome);
}

static void note_end(void *context, const struct trial *trial)
{
    struct rounds *r = context;
    struct matrix_row *row = &r->matrix->row[trial->bug];
    row->plays += trial->plan.count;
    row->undecided += trial->undecided;
    if (trial->trouble.len && !*r->stop)
        row->trouble = trial->trouble;
    if (r->options->ended)
        r->options->ended(r->options->context, trial);
}

static bool play_round(struct rounds *r, const char *name, struct err *err)
{
    const struct rounds_options *o = r->options;
    struct trials_options options = { .target = o->target,
                                      .eab_profile = o->eab_profile,
                                      .webroot_target = o->webroot_target,
                                      .watches = r->matrix->library->watches,
                                      .lanes = o->lanes,
                                      .deadline_ms = o->deadline_ms,
                                      .red = note_red,
                                      .ended = note_end,
                                      .context = r };
    size_t count = r->count;
    r->count = 0;
    if (count == 0 || *r->stop)
        return true;
    if (o->began)
        o->began(o->context, name, count);
    struct trial *trial = r->trial;
    r->trial = NULL;
    return trials_run(r->matrix->arena, trial, count, &options, r->stop, err);
}

/* First in the first round, since it has most plays. */
static void add_correct(struct rounds *r)
{
    r->matrix->row[BUG_NONE].selected = true;
    add_trial(r, BUG_NONE, needed, false);
}

static bool play_everything(struct rounds *r, struct err *err)
{
    for (enum bug bug = BUG_NONE + 1; bug < BUG_COUNT; bug++)
        if (r->matrix->row[bug].selected) {
            r->matrix->row[bug].whole = true;
            add_trial(r, bug, any, false);
        }
    return play_round(r, "everything", err);
}

static bool play_about(struct rounds *r, struct err *err)
{
    for (enum bug bug = BUG_NONE + 1; bug < BUG_COUNT; bug++) {
        size_t before = r->count;
        if (r->matrix->row[bug].selected)
            add_trial(r, bug, about_it, false);
        if (r->matrix->row[bug].selected && r->count == before)
            add_trial(r, bug, near_it, false);
        if (r->matrix->row[bug].selected && r->count == before)
            add_trial(r, bug, ordinary, false);
    }
    return play_round(r, "what is about each bug", err);
}

static bool play_uncaught(struct rounds *r, struct err *err)
{
    for (enum bug bug = BUG_NONE + 1; bug < BUG_COUNT; bug++)
        if (r->matrix->row[bug].selected && !matrix_caught(r->matrix, bug)
            && !matrix_unseen(r->matrix, bug))
            add_trial(r, bug, any, true);
    if (r->count) /* what is red there may be red without a bug, too */
        add_trial(r, BUG_NONE, any, false);
    return play_round(r, "the whole suite for what was not caught", err);
}

static bool play_near(struct rounds *r, struct err *err)
{
    for (enum bug bug = BUG_NONE + 1; bug < BUG_COUNT; bug++)
        if (r->matrix->row[bug].selected)
            add_trial(r, bug, still_open, false);
    return play_round(r, "its section, where something is still green", err);
}

bool rounds_play(struct matrix *m, const struct rounds_options *options,
                 const volatile int *stop, struct err *err)
{
    struct rounds r = { .matrix = m, .options = options, .stop = stop };
    add_correct(&r);
    bool good = options->all
        ? play_everything(&r, err)
        : play_about(&r, err) && play_near(&r, err) && play_uncaught(&r, err);
    if (*stop)
        m->stopped = STR("the run was stopped; the matrix is not whole");
    matrix_judge(m);
    return good;
}
