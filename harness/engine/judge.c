/* SPDX-License-Identifier: MIT */
/* One check, judged: the answer's status and type, or a subject and a test. */
#include "engine/judge.h"

#include <ctype.h>

#include "acme/problem.h"
#include "engine/steps.h"
#include "engine/under_test.h"

/* "403" fits "403" and "4xx". */
static bool status_fits(int status, str wanted)
{
    char text[8] = { (char)('0' + status / 100 % 10), (char)('0' + status / 10 % 10),
                     (char)('0' + status % 10) };
    if (wanted.len != 3 || wanted.ptr[0] != text[0])
        return false;
    return str_ends(wanted, "xx") || str_is(wanted, text);
}

static bool any_status_fits(int status, const struct strs *wanted)
{
    for (size_t i = 0; i < wanted->count; i++)
        if (status_fits(status, wanted->item[i]))
            return true;
    return wanted->count == 0;
}

static bool type_fits(struct world *w, const struct exchange *exchange,
                      const struct check *check)
{
    if (check->types.count == 0)
        return true;
    str type = problem_word(w->arena, &exchange->response);
    for (size_t i = 0; i < check->types.count; i++) {
        str wanted;
        struct err ignored;
        if (world_word(w, check->types.item[i], &wanted, &ignored)
            && str_eq(type, wanted))
            return true;
    }
    return false;
}

static str wanted_answer(struct arena *a, const struct check *check)
{
    str text =
        arena_printf(a, "status %.*s", STR_ARG(strs_join(a, &check->statuses, " or ")));
    if (check->types.count == 0)
        return text;
    return arena_printf(a, "%.*s with a problem document of type %.*s", STR_ARG(text),
                        STR_ARG(strs_join(a, &check->types, " or ")));
}

static void judge_answer(struct world *w, const struct check *check, struct finding *out)
{
    out->wanted = wanted_answer(w->arena, check);
    for (size_t i = 0; i < w->answer_count; i++) {
        const struct exchange *e = w->answer[i];
        bool status_ok = any_status_fits(e->response.status, &check->statuses);
        if (e->response.status == 0) {
            w->last = e;
            out->verdict = VERDICT_INCONCLUSIVE;
            out->message = journal_sentence(w->arena, e);
            return;
        }
        if (status_ok && type_fits(w, e, check))
            continue;
        w->last = e;
        out->verdict = VERDICT_FAIL;
        out->message = journal_sentence(w->arena, e);
        out->mark = status_ok ? STR("\"type\"")
                              : arena_printf(w->arena, " %d ", e->response.status);
        return;
    }
    out->message = w->last ? journal_sentence(w->arena, w->last) : STR_NONE;
}

static str wanted_test(struct arena *a, const struct check *check)
{
    str text = check->text;
    str_cut(&text, ' ', &(str){ 0 });
    return text.len ? arena_printf(a, "%.*s", STR_ARG(text)) : check->text;
}

/* Whether the check looks at the last answer, and not at what lies beside or behind it.
 */
static bool needs_answer(const struct check *check)
{
    switch (check->subject) {
    case SUBJECT_ALIVE:
    case SUBJECT_QUERIES:
    case SUBJECT_QUERY:
    case SUBJECT_HANDSHAKE:
    case SUBJECT_VALUE:
    case SUBJECT_GAP:
    case SUBJECT_CLIENT:
    case SUBJECT_EXIT:
    case SUBJECT_OUTPUT:
    case SUBJECT_REQUESTS:
    case SUBJECT_STORED:
    case SUBJECT_PROOFS:
    case SUBJECT_LEFTOVERS:
        return false;
    case SUBJECT_COUNT_OF:
        return isdigit((unsigned char)check->arg[0].ptr[0]);
    default:
        return true;
    }
}

/* Why the requests that are kept do not tell whether it holds; empty: they do. */
static str why_not_sure(const struct world *w, const struct check *check, bool holds)
{
    const struct under_test *u = w->under_test;
    enum test test = check->test.test;
    bool sure = !u || !u->unkept;
    switch (check->subject) {
    case SUBJECT_COUNT_OF:
        sure =
            sure || (test == TEST_AT_MOST && !holds) || (test == TEST_AT_LEAST && holds);
        break;
    case SUBJECT_CLIENT:
        sure = sure || u->outcome != OUTCOME_LIED;
        break;
    case SUBJECT_REQUESTS:
    case SUBJECT_GAP:
        break;
    default:
        sure = true;
    }
    return sure
        ? STR_NONE
        : arena_printf(w->arena,
                       "the client asked too often: its last %zu requests were not "
                       "kept, and this is not known of them",
                       u->unkept);
}

static void judge_subject(struct world *w, const struct check *check, struct finding *out)
{
    struct err err = { "" };
    json_t *value = NULL;
    w->reason = STR_NONE;
    if (needs_answer(check) && w->last && w->last->response.status == 0) {
        out->verdict = VERDICT_INCONCLUSIVE;
        out->message = journal_sentence(w->arena, w->last);
        return;
    }
    if (!subject_value(w, check, &value, &out->mark, &err)) {
        out->verdict = VERDICT_INCONCLUSIVE;
        out->message = str_copy(w->arena, str_of(err.text));
        return;
    }
    bool holds = test_value(w, &check->test, value, &out->message, &err);
    if (err.text[0]) {
        out->verdict = VERDICT_INCONCLUSIVE;
        out->message = str_copy(w->arena, str_of(err.text));
        return;
    }
    if (w->reason.len)
        out->message = w->reason;
    out->verdict = holds ? VERDICT_PASS : VERDICT_FAIL;
    str unsure = why_not_sure(w, check, holds);
    if (unsure.len) {
        out->verdict = VERDICT_INCONCLUSIVE;
        out->message = unsure;
    }
}

void judge_check(struct world *w, const struct check *check, struct finding *out)
{
    *out = (struct finding){
        .verdict = VERDICT_PASS, .message = STR_NONE, .wanted = STR_NONE, .mark = STR_NONE
    };
    if (needs_answer(check) && !w->last) {
        out->verdict = VERDICT_INCONCLUSIVE;
        out->message = STR("nothing was exchanged yet");
        return;
    }
    if (check->subject == SUBJECT_ANSWER)
        judge_answer(w, check, out);
    else
        judge_subject(w, check, out);
    if (out->verdict != VERDICT_PASS && check->subject != SUBJECT_ANSWER)
        out->wanted = wanted_test(w->arena, check);
    if (out->verdict == VERDICT_FAIL && check->level == CHECK_SHOULD)
        out->verdict = VERDICT_WARN;
    if (out->verdict == VERDICT_FAIL && check->level == CHECK_NEED)
        out->verdict = VERDICT_INCONCLUSIVE;
}

/* --- what the CA may decline --- */

static bool is_about_limits(const struct check *check)
{
    if (strs_has(&check->statuses, STR("429"))
        || strs_has(&check->types, STR("rateLimited")))
        return true;
    for (size_t i = 0; i < check->rules.count; i++)
        if (str_starts(check->rules.item[i], "rfc8555-6.6-"))
            return true;
    return false;
}

/* RFC 8555 6.6 lets a CA limit any request, and 7.3 and 7.4 leave to it whom it serves
 * and which names: then an error is no answer to what was asked, right or wrong. */
str judge_declined(struct world *w, const struct check *check)
{
    if (w->under_test || !needs_answer(check) || is_about_limits(check))
        return STR_NONE;
    for (size_t i = 0; i < w->answer_count; i++) {
        const struct exchange *e = w->answer[i];
        if (e->response.status / 100 < 4)
            continue;
        str type = problem_word(w->arena, &e->response);
        if (str_is(type, "rateLimited"))
            return arena_printf(w->arena, "a rate limit stands in the way: %.*s",
                                STR_ARG(journal_sentence(w->arena, e)));
        if (type.len && str_eq(type, w->target->declined_type))
            return w->target->declined;
    }
    return STR_NONE;
}
