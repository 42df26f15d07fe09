/* SPDX-License-Identifier: MIT */
/* What each setting is among the options of the mock CA. */
#include "engine/ca_setup.h"

static void set_flag(enum setting_id id, struct ca_options *o)
{
    bool *const flags[CA_SETTINGS] = {
        [CA_NO_TERMS] = &o->no_terms,
        [CA_NO_REUSE] = &o->no_reuse,
        [CA_NO_NEW_AUTHZ] = &o->no_newauthz,
        [CA_NO_PROFILES] = &o->no_profiles,
        [CA_NO_RENEWAL] = &o->no_renewal,
        [CA_NO_ALTERNATE] = &o->no_alternate,
        [CA_PEM_ONLY] = &o->pem_only,
        [CA_NO_HTTP] = &o->no_http,
        [CA_NO_DNS] = &o->no_dns,
        [CA_NO_ALPN] = &o->no_alpn,
        [CA_EAB_REQUIRED] = &o->eab_required,
        [CA_ALWAYS_VALID] = &o->always_valid,
        [CA_OTHER_CHALLENGES] = &o->other_challenges,
        [CA_BARE_CHALLENGES] = &o->bare_challenges,
        [CA_CHALLENGES_REVERSED] = &o->challenges_reversed,
        [CA_BARE_DIRECTORY] = &o->bare_directory,
        [CA_HIGH_SERIALS] = &o->high_serials,
        [CA_STRAYS] = &o->strays,
        [CA_FORGETS_REPLACED] = &o->forgets_replaced,
        [CA_FORGETS_EXPIRED] = &o->forgets_expired,
        [CA_FORGETS_DEACTIVATED] = &o->forgets_deactivated,
        [CA_UNREADABLE_ACCOUNTS] = &o->unreadable_accounts,
        [CA_NO_CHALLENGE_STATUS] = &o->no_challenge_status,
        [CA_CAPITAL_HOST] = &o->capital_host,
        [CA_TLS_UNTRUSTED] = &o->tls_untrusted,
        [CA_TLS_OTHER_NAME] = &o->tls_other_name,
        [CA_TLS_EXPIRED] = &o->tls_expired,
    };
    *flags[id] = true;
}

static bool add_limit(const struct setting *s, struct ca_options *o, struct err *err)
{
    for (size_t i = 0; i < CA_MOST_LIMITS; i++)
        if (o->limits[i].count == 0) {
            o->limits[i] =
                (struct ca_limit){ s->resource, (unsigned)s->number, s->seconds };
            return true;
        }
    return err_set(err, "a CA has at most %d limits", CA_MOST_LIMITS);
}

static bool add_bugs(const struct setting *s, struct ca_options *o, struct err *err)
{
    for (size_t i = 0; i < s->names.count; i++)
        if (!bugs_add(&o->bugs, s->names.item[i], err))
            return false;
    return true;
}

static void set_token(const struct setting *s, struct ca_options *o)
{
    o->token_start = s->names.item[0];
    if (s->names.count > 1)
        o->token_end = s->names.item[1];
}

bool ca_set_up(struct arena *a, const struct setting *s, struct ca_options *o,
               struct err *err)
{
    switch (s->id) {
    case CA_ATTEMPTS:
        o->attempts = (int)s->number;
        return true;
    case CA_RETRY:
        o->retry_ms = s->number;
        return true;
    case CA_BLIND:
        o->blind = (int)s->number;
        return true;
    case CA_VALIDATE_AFTER:
        o->validate_ms = s->number;
        return true;
    case CA_DECIDE_AFTER:
        o->decide_ms = s->number;
        return true;
    case CA_PROCESSING:
        o->processing_ms = s->number;
        return true;
    case CA_ORDER_LIFETIME:
        o->order_s = s->number;
        return true;
    case CA_AUTHZ_LIFETIME:
        o->authz_s = s->number;
        return true;
    case CA_CERTIFICATE_LIFETIME:
        o->certificate_s = s->number;
        return true;
    case CA_PAGE:
        o->page = (size_t)s->number;
        return true;
    case CA_PERMUTE:
        o->permute = (uint64_t)s->number;
        return true;
    case CA_TOKEN:
        set_token(s, o);
        return true;
    case CA_BLOCKED:
        for (size_t i = 0; i < s->names.count; i++)
            strs_add(a, &o->blocked, s->names.item[i]);
        return true;
    case CA_LIMIT:
        return add_limit(s, o, err);
    case CA_BUG:
        return add_bugs(s, o, err);
    default:
        set_flag(s->id, o);
        return true;
    }
}
