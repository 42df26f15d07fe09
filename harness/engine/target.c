/* SPDX-License-Identifier: MIT */
/* The table of what a target offers. */
#include "engine/target.h"

#include "base/names.h"
#include "script/verbs.h"

int capability_find(str name)
{
    for (size_t i = 0; i < capability_count; i++)
        if (str_is(name, capabilities[i].name))
            return (int)i;
    return -1;
}

bool target_offers(const struct target *t, str capability, str *reason)
{
    int i = capability_find(capability);
    *reason = i >= 0 ? t->offered[i].reason : STR("there is no such capability");
    if (i >= 0 && t->offered[i].offer == OFFER_YES)
        return true;
    if (!reason->len)
        *reason = STR("not seen, and not declared in a profile");
    return false;
}

bool target_is_told(const struct target *t, str capability)
{
    const struct profile *p = &t->profile;
    for (size_t i = 0; i < p->lack_count; i++)
        if (str_eq(p->lack[i].capability, capability))
            return true;
    return strs_has(&p->offers, capability);
}

void target_offer(struct target *t, const char *capability, bool yes, str reason)
{
    int i = capability_find(str_of(capability));
    if (i >= 0)
        t->offered[i] = (struct offered){ yes ? OFFER_YES : OFFER_NO, reason };
}

bool target_reaches(const struct target *t, str challenge, struct err *err)
{
    int i = name_find(challenge_names, CHALLENGE_COUNT, challenge);
    return i < 0 || !t->unreached[i].len
        || err_set(err, "%.*s", STR_ARG(t->unreached[i]));
}

/* What only a profile can tell. */
static void offer_declared(struct target *t)
{
    const struct profile *p = &t->profile;
    for (size_t i = 0; i < deed_count; i++)
        target_offer(t, deeds[i].name, profile_hook(p, str_of(deeds[i].name)).len > 0,
                     STR("no profile has a hook for it"));
    target_offer(t, "order-limit", p->limit_count > 0,
                 STR("no profile tells a limit of orders"));
    target_offer(t, "refused-name", p->refused_name.len > 0,
                 STR("no profile tells such a name"));
    target_offer(t, "unfit-profile", p->unfit.profile.len > 0,
                 STR("no profile tells what a certificate profile is not for"));
}

void target_apply_profile(struct target *t)
{
    const struct profile *p = &t->profile;
    offer_declared(t);
    for (size_t i = 0; i < p->offers.count; i++) {
        int k = capability_find(p->offers.item[i]);
        if (k >= 0)
            t->offered[k] = (struct offered){ OFFER_YES, STR_NONE };
    }
    for (size_t i = 0; i < p->lack_count; i++) {
        int k = capability_find(p->lack[i].capability);
        if (k >= 0)
            t->offered[k] = (struct offered){ OFFER_NO, p->lack[i].because };
    }
}

long target_deadline_ms(const struct target *t, const struct scenario *s)
{
    return t->timeout_ms ? t->timeout_ms : s->deadline_ms * t->profile.deadline_factor;
}

str target_deadline(struct arena *a, const struct target *t, const struct scenario *s)
{
    return arena_printf(a, "the %s deadline of %.10g s",
                        t->timeout_ms ? "play's" : "scenario's",
                        (double)target_deadline_ms(t, s) / 1000);
}
