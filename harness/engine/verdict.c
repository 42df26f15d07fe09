/* SPDX-License-Identifier: MIT */
/* The words for verdicts. */
#include "engine/verdict.h"

const char *const verdict_names[VERDICT_COUNT] = {
    [VERDICT_SKIP] = "skip", [VERDICT_PASS] = "pass",
    [VERDICT_WARN] = "warn", [VERDICT_INCONCLUSIVE] = "inconclusive",
    [VERDICT_FAIL] = "fail", [VERDICT_ERROR] = "error",
};

bool verdict_is_red(enum verdict verdict)
{
    return verdict == VERDICT_FAIL || verdict == VERDICT_WARN;
}

bool watch_tells_more(enum verdict one, enum verdict than)
{
    if (one == VERDICT_INCONCLUSIVE || than == VERDICT_INCONCLUSIVE)
        return than == VERDICT_SKIP
            || (one > VERDICT_SKIP && one != VERDICT_INCONCLUSIVE);
    return one > than;
}

static void copy_texts(struct arena *a, str *const texts[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        *texts[i] = str_copy(a, *texts[i]);
}

static struct strs copy_list(struct arena *a, const struct strs *list)
{
    struct strs copy = { 0 };
    for (size_t i = 0; i < list->count; i++)
        strs_add(a, &copy, str_copy(a, list->item[i]));
    return copy;
}

static struct check_result copy_check(struct arena *a, const struct check_result *check)
{
    struct check_result c = *check;
    str *const texts[] = { &c.name, &c.level,      &c.message, &c.wanted,
                           &c.why,  &c.transcript, &c.because };
    copy_texts(a, texts, countof(texts));
    c.rules = copy_list(a, &check->rules);
    return c;
}

struct play_result play_result_copy(struct arena *a, const struct play_result *play)
{
    struct play_result p = *play;
    str *const texts[] = { &p.name, &p.scenario,   &p.title,  &p.suite,
                           &p.file, &p.transcript, &p.reason, &p.because };
    copy_texts(a, texts, countof(texts));
    p.check = NEW_ARRAY(a, struct check_result, p.check_count);
    for (size_t i = 0; i < p.check_count; i++)
        p.check[i] = copy_check(a, &play->check[i]);
    return p;
}

struct watch_result watch_result_copy(struct arena *a, const struct watch_result *watch)
{
    struct watch_result w = *watch;
    str *const texts[] = { &w.id,      &w.title,  &w.level,      &w.file,   &w.play,
                           &w.message, &w.wanted, &w.transcript, &w.because };
    copy_texts(a, texts, countof(texts));
    w.rules = copy_list(a, &watch->rules);
    return w;
}
