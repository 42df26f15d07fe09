/* SPDX-License-Identifier: MIT */
/* What a hook wishes to be otherwise: the states that objects get into, for once without
 * a reason. */
#include "mocks/ca_inside.h"
#include "mocks/ca_issuer.h"

str ca_wish_error(struct ca_call *call)
{
    const struct ca_wish *wish = &call->wish;
    return wish->fails ? ca_error_text(call->ca, wish->problem, wish->detail) : STR_NONE;
}

void ca_wish_authz(struct ca_call *call, struct authz *authz)
{
    struct ca *ca = call->ca;
    size_t tried = ca_authz_tried(authz);
    struct challenge *meant = &authz->challenge[tried < authz->count ? tried : 0];
    if (call->wish.valid && authz->status == STATUS_PENDING && authz->count)
        ca_challenge_valid(ca, meant);
    if (call->wish.fails && authz->count)
        ca_challenge_failed(ca, meant, ca_wish_error(call));
    if (call->wish.expired)
        authz->expires = ca_now(ca);
}

void ca_wish_order(struct ca_call *call, struct order *order)
{
    for (size_t i = 0; i < order->count && call->wish.valid; i++)
        ca_wish_authz(call, order->authz[i]);
    if (call->wish.fails)
        ca_order_failed(call->ca, order, ca_wish_error(call));
    if (call->wish.expired)
        order->expires = ca_now(call->ca);
}

void ca_wish_state(struct ca_call *call)
{
    struct ca *ca = call->ca;
    const struct ca_wish *wish = &call->wish;
    ca->shift = (wish->right_clock ? 0 : ca->shift) + wish->shift;
    call->now = ca_now(ca);
    ca->terms += wish->new_terms;
    if (wish->withdrawn.len || wish->all_profiles)
        ca->withdrawn = ca_profile_find(wish->withdrawn);
    ca->requests -= wish->aside;
}

void ca_wish_object(struct ca_call *call)
{
    const struct store *store = &call->ca->store;
    enum resource resource = call->info.resource;
    struct order *order = NULL;
    struct authz *authz = NULL;
    if (resource == RESOURCE_ORDER || resource == RESOURCE_FINALIZE)
        order = table_find(&store->orders, call->part[0]);
    if (resource == RESOURCE_AUTHORIZATION)
        authz = table_find(&store->authzs, call->part[0]);
    if (order && call->wish.expired)
        order->expires = ca_now(call->ca);
    /* A failure of `finalize` is what issuing ends with. */
    if (order && call->wish.fails && resource == RESOURCE_ORDER)
        ca_order_failed(call->ca, order, ca_wish_error(call));
    if (authz)
        ca_wish_authz(call, authz);
}
