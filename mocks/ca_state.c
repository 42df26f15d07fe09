/* SPDX-License-Identifier: MIT */
/* How the mock CA's objects change (RFC 8555 7.1.6): by time, by validation, by each
 * other. */
#include "acme/problem.h"
#include "base/clock.h"
#include "mocks/ca_inside.h"
#include "mocks/ca_issuer.h"

str ca_error_text(struct ca *ca, enum problem_type problem, str detail)
{
    struct arena *a = arena_new(NULL);
    json_t *value =
        problem_new(a, problem_names[problem], problem_statuses[problem], detail);
    str text = str_copy(ca->store.arena, json_text(a, value));
    arena_end(a);
    return text;
}

void ca_refresh_authz(struct ca *ca, struct authz *authz)
{
    if (ca_now(ca) < authz->expires || bug_on(ca, BUG_AUTHZ_NEVER_EXPIRES))
        return;
    /* Figure "State Transitions for Authorization Objects": valid turns to expired, what
     * is pending was not completed in time and turns to invalid. */
    if (authz->status == STATUS_VALID)
        authz->status = STATUS_EXPIRED;
    else if (authz->status == STATUS_PENDING)
        authz->status = STATUS_INVALID;
}

void ca_order_failed(struct ca *ca, struct order *order, str error)
{
    order->status = STATUS_INVALID;
    order->csr = STR_NONE;
    if (!bug_on(ca, BUG_ORDER_ERROR_MISSING))
        order->error = error;
}

static void spoil_order(struct ca *ca, struct order *order, enum problem_type problem,
                        str detail)
{
    ca_order_failed(ca, order, ca_error_text(ca, problem, detail));
}

/* The first authorization that will not be valid any more, or NULL; *all: each is valid.
 */
static const struct authz *lost_authz(struct ca *ca, const struct order *order, bool *all)
{
    const struct authz *lost = NULL;
    size_t valid = 0;
    for (size_t i = 0; i < order->count; i++) {
        ca_refresh_authz(ca, order->authz[i]);
        enum status status = order->authz[i]->status;
        valid += status == STATUS_VALID;
        if (status != STATUS_VALID && status != STATUS_PENDING && !lost)
            lost = order->authz[i];
    }
    *all = valid == order->count;
    if (bug_on(ca, BUG_ANY_AUTHZ_ENOUGH))
        *all = valid > 0;
    return lost;
}

static bool expired(struct ca *ca, const struct order *order)
{
    if (bug_on(ca, BUG_ORDER_NEVER_EXPIRES))
        return false;
    if (bug_on(ca, BUG_READY_NEVER_EXPIRES) && order->status == STATUS_READY)
        return false;
    return ca_now(ca) >= order->expires;
}

/* Planted: whether another open order for its first name got ready before. */
static bool is_stuck(const struct ca *ca, const struct order *order)
{
    if (!bug_on(ca, BUG_SECOND_ORDER_STUCK))
        return false;
    for (const struct order *o = order->account->orders; o; o = o->next)
        if (o != order && o->status == STATUS_READY
            && str_eq(o->identifier[0].value, order->identifier[0].value))
            return true;
    return false;
}

static void refresh_open(struct ca *ca, struct order *order)
{
    bool all;
    const struct authz *lost = lost_authz(ca, order, &all);
    struct arena *a = arena_new(NULL);
    if (expired(ca, order))
        spoil_order(ca, order, PROBLEM_MALFORMED,
                    STR("the order was not finalized before it expired"));
    else if (lost && !(order->status == STATUS_READY && bug_on(ca, BUG_READY_STORED))
             && !bug_on(ca, BUG_ORDER_STAYS_PENDING))
        spoil_order(ca, order, PROBLEM_UNAUTHORIZED,
                    arena_printf(a, "the authorization for %.*s is %s",
                                 STR_ARG(lost->identifier.value),
                                 status_words[lost->status]));
    else if (all && order->status == STATUS_PENDING && !bug_on(ca, BUG_NEVER_READY)
             && !is_stuck(ca, order))
        order->status = STATUS_READY;
    arena_end(a);
}

/* By the CSR that the order kept while it was processing. */
static bool issue_kept(struct ca *ca, struct order *order, struct err *err)
{
    struct arena *a = arena_new(NULL);
    struct csr csr;
    bool issued = csr_read(a, order->csr, &csr, err) && ca_issue(ca, order, &csr, err);
    arena_end(a);
    return issued;
}

/* RFC 8555 7.4: processing, until it is issued or cannot be. */
static void refresh_processing(struct ca *ca, struct order *order)
{
    struct err err;
    if (clock_ms() < order->issue_ms || order->polls > 0
        || bug_on(ca, BUG_PROCESSING_FOR_EVER))
        return;
    if (order->failure.len)
        ca_order_failed(ca, order, order->failure);
    else if (!issue_kept(ca, order, &err))
        spoil_order(ca, order, PROBLEM_SERVER_INTERNAL, str_of(err.text));
}

void ca_refresh_order(struct ca *ca, struct order *order)
{
    if (order->status == STATUS_PENDING || order->status == STATUS_READY)
        refresh_open(ca, order);
    else if (order->status == STATUS_PROCESSING)
        refresh_processing(ca, order);
}

/* Planted: what another account has proven is taken from it. */
static void take_over(struct ca *ca, const struct authz *authz)
{
    if (!bug_on(ca, BUG_PROOF_MOVES))
        return;
    struct authz *other = store_find_proof_of_others(&ca->store, &authz->identifier);
    if (other && other->account != authz->account)
        other->status = STATUS_DEACTIVATED;
}

void ca_challenge_valid(struct ca *ca, struct challenge *challenge)
{
    struct authz *authz = challenge->authz;
    bool back = bug_on(ca, BUG_AUTHZ_COMES_BACK);
    if (authz->status != STATUS_PENDING && !back)
        return;
    challenge->status =
        bug_on(ca, BUG_CHALLENGE_STAYS_PROCESSING) ? STATUS_PROCESSING : STATUS_VALID;
    challenge->validated = ca_now(ca);
    /* RFC 8555 8: an error only while it is "invalid" (or, erratum 5732, processing). */
    if (!bug_on(ca, BUG_ERROR_IN_VALID))
        challenge->error = STR_NONE;
    if (bug_on(ca, BUG_AUTHZ_STAYS_PENDING))
        return;
    take_over(ca, authz);
    authz->status = STATUS_VALID;
    authz->expires =
        ca_now(ca) + (ca->options.authz_s ? ca->options.authz_s : 30 * 86400L);
    store_add_proof(&ca->store, authz);
}

void ca_challenge_failed(struct ca *ca, struct challenge *challenge, str error)
{
    if (challenge->authz->status != STATUS_PENDING)
        return;
    challenge->status =
        bug_on(ca, BUG_FAILED_CHALLENGE_PENDING) ? STATUS_PENDING : STATUS_INVALID;
    challenge->error = bug_on(ca, BUG_CHALLENGE_ERROR_MISSING)
        ? STR_NONE
        : str_copy(ca->store.arena, error);
    if (bug_on(ca, BUG_FAILED_AUTHZ_PENDING))
        return;
    challenge->authz->status = STATUS_INVALID;
}

/* RFC 8555 7.3.6: "SHOULD cancel any pending operations authorized by the account's key",
 * and "SHOULD NOT revoke certificates". */
void ca_close_account(struct ca *ca, struct account *account, enum status status)
{
    account->status = status;
    for (struct order *order = account->orders; order; order = order->next) {
        bool open = order->status == STATUS_PENDING || order->status == STATUS_READY
            || order->status == STATUS_PROCESSING;
        if (open && !bug_on(ca, BUG_DEACTIVATED_FINALIZES))
            spoil_order(ca, order, PROBLEM_UNAUTHORIZED,
                        STR("the account is not active any more"));
        if (order->certificate && bug_on(ca, BUG_DEACTIVATION_REVOKES)) {
            order->certificate->revoked = true;
            order->certificate->revoked_at = ca_now(ca);
        }
    }
}
