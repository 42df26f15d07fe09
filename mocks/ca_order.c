/* SPDX-License-Identifier: MIT */
/* RFC 8555 7.4: newOrder, and orders as they are read. */
#include "base/clock.h"
#include "mocks/ca_authz.h"
#include "mocks/ca_issuer.h"
#include "mocks/ca_renewal.h"

enum { DAY = 86400, EARLIEST = DAY, LATEST = 30 * DAY, FEW = 20, MOST_COLUMN = 200 };

/* A newOrder on its way. */
struct wish {
    struct verdict_on *verdict; /* one for each identifier, doubles left out */
    size_t count, bad;
    time_t not_before, not_after;
    const struct profile_row *profile;
    struct certificate *replaces;
};

static struct wish *wish_of(const struct ca_call *call)
{
    return call->work;
}

/* --- identifiers --- */

static bool are_identifiers(struct ca_call *call)
{
    json_t *list = json_object_get(call->payload, "identifiers");
    if (!json_is_array(list))
        return ca_why(call, "newOrder wants \"identifiers\", an array of objects");
    if (json_array_size(list) > MOST_IDENTIFIERS)
        return ca_why(call, "an order has at most %d identifiers", MOST_IDENTIFIERS);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_object(json_array_get(list, i)))
            return ca_why(call, "\"identifiers\" has an element that is no object");
    return true;
}

static bool has_identifiers(struct ca_call *call)
{
    return json_array_size(json_object_get(call->payload, "identifiers")) > 0
        || ca_why(call, "an order has at least one identifier");
}

static bool is_double(const struct wish *wish, const struct verdict_on *v)
{
    for (size_t i = 0; i < wish->count; i++)
        if (wish->verdict[i].identifier.ip == v->identifier.ip
            && str_eq(wish->verdict[i].identifier.value, v->identifier.value)
            && str_eq(wish->verdict[i].type, v->type))
            return true;
    return false;
}

static void judge_identifiers(struct ca_call *call, struct wish *wish)
{
    json_t *list = json_object_get(call->payload, "identifiers"), *item;
    size_t i;
    wish->verdict = NEW_ARRAY(call->arena, struct verdict_on, json_array_size(list) + 1);
    json_array_foreach(list, i, item)
    {
        struct verdict_on v = ca_identify(call, item);
        if (v.why.len && bug_on(call->ca, BUG_BAD_IDENTIFIERS_DROPPED)
            && (i > 0 || wish->count))
            continue;
        if (v.why.len == 0 && is_double(wish, &v))
            continue;
        if ((wish->count == FEW && bug_on(call->ca, BUG_NAMES_CUT))
            || (wish->count == 1 && bug_on(call->ca, BUG_ORDER_FIRST_ONLY)))
            break;
        wish->verdict[wish->count++] = v;
        wish->bad += v.why.len > 0;
    }
}

/* One status and type for all, where they agree. */
static const struct verdict_on *first_bad(const struct wish *wish, bool *same)
{
    const struct verdict_on *first = NULL;
    *same = true;
    for (size_t i = 0; i < wish->count; i++) {
        const struct verdict_on *v = &wish->verdict[i];
        if (v->why.len == 0)
            continue;
        first = first ? first : v;
        *same = *same && v->problem == first->problem;
    }
    return first;
}

/* RFC 8555 6.7.1: each in a subproblem of its own, with its identifier. */
static json_t *subproblem(struct ca_call *call, const struct verdict_on *v)
{
    json_t *out = json_object(), *identifier = json_object();
    const char *type = bug_on(call->ca, BUG_SUBPROBLEM_TYPES) ? "unknownFailure"
                                                              : problem_names[v->problem];
    json_object_set(
        out, "type",
        json_string_of(call->arena, arena_printf(call->arena, PROBLEM_URN "%s", type)));
    json_object_set(out, "detail", json_string_of(call->arena, v->why));
    json_object_set(identifier, "type", json_string_of(call->arena, v->type));
    json_object_set(identifier, "value", json_string_of(call->arena, v->value));
    if (bug_on(call->ca, BUG_SUBPROBLEM_IDENTIFIER_TEXT))
        json_object_set(out, "identifier", json_string_of(call->arena, v->value));
    else
        json_object_set(out, "identifier", identifier);
    json_decref(identifier);
    if (bug_on(call->ca, BUG_SUBPROBLEM_STATUS_0))
        json_object_set_new(out, "status", json_integer(0));
    return out;
}

static json_t *subproblems(struct ca_call *call, const struct wish *wish)
{
    json_t *list = json_array();
    for (size_t i = 0; i < wish->count; i++) {
        const struct verdict_on *v = &wish->verdict[i];
        if (v->why.len && bug_on(call->ca, BUG_SUBPROBLEMS_TEXT))
            json_array_append(list, json_string_of(call->arena, v->why));
        else if (v->why.len)
            json_array_append_new(list, subproblem(call, v));
    }
    return list;
}

static void refuse_identifiers(struct ca_call *call, const struct wish *wish)
{
    bool same, alone = bug_on(call->ca, BUG_COMPOUND_ALONE);
    const struct verdict_on *first = first_bad(wish, &same);
    str detail = wish->bad == 1
        ? first->why
        : arena_printf(call->arena, "%zu of the identifiers are refused", wish->bad);
    ca_refuse(call, NULL, same && !alone ? first->problem : PROBLEM_COMPOUND,
              bug_on(call->ca, BUG_NAME_REFUSED_201)  ? 201
                  : bug_on(call->ca, BUG_NAME_AS_500) ? 500
                                                      : first->status,
              detail);
    bool single = wish->bad == 1 && wish->count == 1;
    if (single && bug_on(call->ca, BUG_IDENTIFIER_AT_TOP)) {
        json_t *sub = subproblem(call, first);
        json_object_set(call->problem, "identifier", json_object_get(sub, "identifier"));
        json_decref(sub);
    } else if (!alone && !bug_on(call->ca, BUG_SUBPROBLEMS_MISSING)) {
        json_object_set_new(call->problem, "subproblems", subproblems(call, wish));
    }
    call->reply->response.body = json_text(call->arena, call->problem);
}

static bool are_wanted(struct ca_call *call)
{
    struct wish *wish = wish_of(call);
    judge_identifiers(call, wish);
    if (wish->bad)
        refuse_identifiers(call, wish);
    return wish->bad == 0;
}

/* Planted: one kind of identifier in an order. */
static bool are_alike(struct ca_call *call)
{
    const struct wish *wish = wish_of(call);
    for (size_t i = 1; i < wish->count; i++)
        if (bug_on(call->ca, BUG_ADDRESS_BESIDE_NAME)
            && wish->verdict[i].identifier.ip != wish->verdict[0].identifier.ip)
            return ca_why(call, "names and addresses cannot be ordered together");
    return true;
}

/* Planted: one order for a name, ever. */
static bool is_no_duplicate(struct ca_call *call)
{
    const struct wish *wish = wish_of(call);
    const struct order *o = call->account->orders;
    for (; o && bug_on(call->ca, BUG_DUPLICATE_ORDER_409); o = o->next)
        if (str_eq(o->identifier[0].value, wish->verdict[0].identifier.value))
            return ca_why(call, "there is an order for this name already");
    return true;
}

/* Planted: one account for a name, and a column that is too short for some. */
static bool is_nobodys(struct ca_call *call)
{
    const struct wish *wish = wish_of(call);
    for (size_t i = 0; i < wish->count; i++) {
        const struct identifier *who = &wish->verdict[i].identifier;
        const struct authz *proof = bug_on(call->ca, BUG_NAME_TAKEN)
            ? store_find_proof_of_others(&call->ca->store, who)
            : NULL;
        if (proof && proof->account != call->account)
            return ca_why(call, "duplicate key value violates a unique constraint");
        if (who->value.len > MOST_COLUMN && bug_on(call->ca, BUG_LONG_NAME_AS_500))
            return ca_why(call, "value too long for column \"identifier\"");
    }
    return true;
}

/* --- dates --- */

static bool read_date(struct ca_call *call, const char *member, time_t *out)
{
    json_t *value = json_object_get(call->payload, member);
    *out = 0;
    if (!value || bug_on(call->ca, BUG_ORDER_DATES_DROPPED))
        return true;
    return (json_is_string(value) && date_from_rfc3339(json_str(value), out))
        || ca_why(call, "\"%s\" is no date and time of RFC 3339", member);
}

static bool are_dates(struct ca_call *call)
{
    struct wish *wish = wish_of(call);
    return read_date(call, "notBefore", &wish->not_before)
        && read_date(call, "notAfter", &wish->not_after);
}

/* "The server MUST return an error if it cannot fulfill the request as specified". */
static bool are_dates_possible(struct ca_call *call)
{
    const struct wish *wish = wish_of(call);
    time_t begin = wish->not_before ? wish->not_before : call->now;
    if (wish->not_before && (begin < call->now - EARLIEST || begin > call->now + LATEST))
        return ca_why(call, "notBefore has to be between a day ago and 30 days ahead");
    if (wish->not_after && (wish->not_after <= begin || wish->not_after <= call->now))
        return ca_why(call, "notAfter has to be after notBefore and after now");
    return !wish->not_after || wish->not_after <= begin + 90L * DAY
        || ca_why(call, "a certificate is valid for at most 90 days here");
}

/* --- profiles (draft-ietf-acme-profiles 4) --- */

static bool is_profile(struct ca_call *call)
{
    struct wish *wish = wish_of(call);
    json_t *value = json_object_get(call->payload, "profile");
    if (call->ca->options.no_profiles)
        return true;
    wish->profile = &ca_profiles[0];
    if (!value)
        return true;
    const struct profile_row *found =
        json_is_string(value) ? ca_profile_find(json_str(value)) : NULL;
    bool offered = found && found != call->ca->withdrawn;
    if (offered)
        wish->profile = found;
    return offered
        || ca_why(call, "there is no such profile; the directory's meta has a list");
}

static bool is_profile_fit(struct ca_call *call)
{
    const struct wish *wish = wish_of(call);
    const struct profile_row *profile = wish->profile;
    time_t begin = wish->not_before ? wish->not_before : call->now;
    if (!profile)
        return true;
    for (size_t i = 0; i < wish->count; i++)
        if (wish->verdict[i].wildcard && !profile->wildcards)
            return ca_why(call, "the profile %s has no wildcard names", profile->name);
    return wish->not_after <= begin + (time_t)profile->lifetime_s
        || ca_why(call, "the profile %s has no such long life", profile->name);
}

/* --- replaces (RFC 9773 5) --- */

static bool is_known_predecessor(struct ca_call *call)
{
    json_t *value = json_object_get(call->payload, "replaces");
    if (!value || call->ca->options.no_renewal)
        return true;
    wish_of(call)->replaces = json_is_string(value)
        ? ca_renewal_find(call->ca, call->arena, json_str(value))
        : NULL;
    return wish_of(call)->replaces
        || ca_why(call, "\"replaces\" names no certificate of this CA");
}

static bool is_own_predecessor(struct ca_call *call)
{
    const struct certificate *former = wish_of(call)->replaces;
    return !former || former->order->account == call->account
        || ca_why(call, "the certificate to replace is another account's");
}

static bool shares_identifier(struct ca_call *call)
{
    const struct wish *wish = wish_of(call);
    if (!wish->replaces)
        return true;
    const struct order *former = wish->replaces->order;
    for (size_t i = 0; i < wish->count; i++)
        for (size_t j = 0; j < former->count; j++)
            if (str_eq(wish->verdict[i].identifier.value, former->identifier[j].value))
                return true;
    return ca_why(call, "order and certificate to replace have no identifier in common");
}

static bool is_not_replaced(struct ca_call *call)
{
    const struct certificate *former = wish_of(call)->replaces;
    if (!former || !former->replaced_by)
        return true;
    ca_refresh_order(call->ca, former->replaced_by);
    /* RFC 9773 5: an order that got invalid replaces nothing. */
    return (former->replaced_by->status == STATUS_INVALID
            && !bug_on(call->ca, BUG_REPLACED_BY_INVALID))
        || ca_why(call, "another order replaces this certificate already");
}

static bool within_limits(struct ca_call *call)
{
    return ca_within_limits(call, RESOURCE_NEW_ORDER, call->account);
}

/* clang-format off */
static const struct ca_check checks[] = {
    { "order-terms",        "RFC 8555 7.3.3", BUG_NEW_TERMS_IGNORED,      PROBLEM_USER_ACTION_REQUIRED, 403, ca_agreed },
    { "identifiers",        "RFC 8555 7.4",   BUG_NONE,                   PROBLEM_MALFORMED, 400, are_identifiers },
    { "identifiers-some",   "RFC 8555 7.4",   BUG_EMPTY_ORDER,            PROBLEM_MALFORMED, 400, has_identifiers },
    { "identifiers-wanted", "RFC 8555 7.4",   BUG_NONE,                   PROBLEM_MALFORMED, 400, are_wanted },
    { "identifiers-alike",  "no RFC",         BUG_NONE,                   PROBLEM_MALFORMED, 400, are_alike },
    { "no-duplicate",       "no RFC",         BUG_NONE,                   PROBLEM_MALFORMED, 409, is_no_duplicate },
    { "no-owner",           "no RFC",         BUG_NONE,                   PROBLEM_SERVER_INTERNAL, 500, is_nobodys },
    { "dates",              "RFC 8555 7.4",   BUG_NONE,                   PROBLEM_MALFORMED, 400, are_dates },
    { "dates-possible",     "RFC 8555 7.4",   BUG_DATES_UNCHECKED,        PROBLEM_MALFORMED, 400, are_dates_possible },
    { "profile",            "profiles draft 4", BUG_PROFILE_UNCHECKED,    PROBLEM_INVALID_PROFILE, 400, is_profile },
    { "profile-fit",        "profiles draft 4", BUG_PROFILE_FIT_UNCHECKED, PROBLEM_INVALID_PROFILE, 400, is_profile_fit },
    { "replaces",           "RFC 9773 5",     BUG_NONE,                   PROBLEM_MALFORMED, 404, is_known_predecessor },
    { "replaces-own",       "RFC 9773 5",     BUG_REPLACES_OF_OTHERS,     PROBLEM_UNAUTHORIZED, 403, is_own_predecessor },
    { "replaces-shares",    "RFC 9773 5",     BUG_REPLACES_UNRELATED,     PROBLEM_MALFORMED, 400, shares_identifier },
    { "replaces-once",      "RFC 9773 5",     BUG_REPLACED_TWICE,         PROBLEM_ALREADY_REPLACED, 409, is_not_replaced },
    { "order-rate",         "RFC 8555 6.6",   BUG_NONE,                   PROBLEM_RATE_LIMITED, 429, within_limits },
};
/* clang-format on */

/* --- the order --- */

static struct authz *authz_for(struct ca_call *call, const struct verdict_on *v)
{
    struct identifier who = v->identifier;
    if (v->wildcard)
        who.value = str_from(who.value, 2);
    struct authz *authz = ca_proven_authz(call, &who, v->wildcard);
    return authz ? authz : ca_make_authz(call, who, v->wildcard);
}

static struct order *make_order(struct ca_call *call, const struct wish *wish)
{
    struct store *store = &call->ca->store;
    struct order *order = store_add_order(store, call->account, wish->count);
    if (bug_on(call->ca, BUG_ORDER_ID_COUNTER)) {
        order->id = arena_printf(store->arena, "%zu", store->orders.count);
        table_put(&store->orders, order->id, order);
    }
    order->expires = call->now + (time_t)call->ca->options.order_s;
    order->not_before = wish->not_before;
    order->not_after = wish->not_after;
    order->profile = wish->profile ? wish->profile->name : NULL;
    order->error = order->csr = order->replaces = order->failure = STR_NONE;
    for (size_t i = 0; i < wish->count; i++) {
        const struct verdict_on *v = &wish->verdict[i];
        order->identifier[i].ip = v->identifier.ip;
        order->authz[i] = authz_for(call, v);
        order->identifier[i].value = v->wildcard
            ? str_copy(store->arena, v->identifier.value)
            : order->authz[i]->identifier.value;
        if (bug_on(call->ca, BUG_LONG_NAME_CUT))
            order->identifier[i].value =
                str_upto(order->identifier[i].value, MOST_COLUMN);
    }
    return order;
}

static void set_replaces(struct ca_call *call, const struct wish *wish,
                         struct order *order)
{
    if (!wish->replaces)
        return;
    wish->replaces->replaced_by = order;
    order->replaces =
        str_copy(call->ca->store.arena, json_member(call->payload, "replaces"));
}

static bool names_one_of(const struct order *order, const struct order *other)
{
    for (size_t i = 0; i < order->count; i++)
        for (size_t j = 0; j < other->count; j++)
            if (str_eq(order->identifier[i].value, other->identifier[j].value))
                return true;
    return false;
}

/* Planted: one order for a name, the newest. */
static void supersede(struct ca_call *call, const struct order *by)
{
    if (!bug_on(call->ca, BUG_ORDER_SUPERSEDED))
        return;
    for (struct order *order = by->next; order; order = order->next)
        if (names_one_of(order, by))
            ca_order_failed(call->ca, order,
                            ca_error_text(call->ca, PROBLEM_MALFORMED,
                                          STR("a newer order took its place")));
}

/* Planted: what was sent is shown, whoever may say it. */
static void take_members(struct ca_call *call, json_t *shown)
{
    static const char *const taken[] = { "expires", "finalize", "certificate",
                                         "authorizations" };
    for (size_t i = 0; i < countof(taken); i++) {
        json_t *sent = json_object_get(call->payload, taken[i]);
        if (sent && bug_on(call->ca, BUG_ORDER_MEMBERS_TAKEN))
            json_object_set(shown, taken[i], sent);
    }
}

void ca_new_order(struct ca_call *call)
{
    struct wish wish = { .count = 0 };
    call->work = &wish;
    if (!CHECKS(call, checks))
        return;
    struct order *order = make_order(call, &wish);
    set_replaces(call, &wish, order);
    supersede(call, order);
    if (str_is(json_member(call->payload, "status"), "ready")
        && bug_on(call->ca, BUG_ORDER_STATUS_TAKEN))
        order->status = STATUS_READY;
    ca_wish_order(call, order);
    ca_refresh_order(call->ca, order);
    ca_header(call, "Location", ca_order_url(call->ca, call->arena, order));
    json_t *shown = ca_show_order(call, order);
    take_members(call, shown);
    ca_answer_json(call, 201, shown);
    if (bug_on(call->ca, BUG_PROFILE_LOST))
        order->profile = NULL;
    if (order->replaces.len && bug_on(call->ca, BUG_REPLACES_NOT_KEPT))
        order->replaces = STR_NONE;
}

/* --- read --- */

bool ca_order_exists(struct ca_call *call)
{
    call->order = table_find(&call->ca->store.orders, call->part[0]);
    return call->order || ca_why(call, "there is no such order");
}

bool ca_order_is_own(struct ca_call *call)
{
    bool gone = call->account->old_key && bug_on(call->ca, BUG_ORDERS_BY_KEY);
    return (call->order->account == call->account && !gone)
        || ca_why(call, "this order belongs to another account");
}

/* clang-format off */
static const struct ca_check read_checks[] = {
    { "order-exists", "RFC 8555 7.1.3", BUG_NONE,              PROBLEM_MALFORMED,    404, ca_order_exists },
    { "order-own",    "RFC 8555 6.3",   BUG_ORDER_READ_BY_ALL, PROBLEM_UNAUTHORIZED, 403, ca_order_is_own },
};
/* clang-format on */

/* Planted: two locks, taken in two orders. */
static bool is_stuck(const struct ca_call *call)
{
    const struct order *order = call->order;
    bool busy = false;
    for (size_t i = 0; i < order->count; i++)
        busy = busy || ca_authz_busy(order->authz[i]);
    return busy && order->count > 1 && bug_on(call->ca, BUG_ORDER_BUSY_500);
}

void ca_order(struct ca_call *call)
{
    if (!CHECKS(call, read_checks))
        return;
    if (is_stuck(call)) {
        ca_refuse(call, NULL, PROBLEM_SERVER_INTERNAL, 500, STR("the order is locked"));
        return;
    }
    if (call->now >= call->order->expires && bug_on(call->ca, BUG_ORDER_EXPIRED_AS_500)) {
        ca_refuse(call, NULL, PROBLEM_SERVER_INTERNAL, 500, STR("no such row"));
        return;
    }
    ca_refresh_order(call->ca, call->order);
    /* RFC 8555 7.4: "processing": ask again after the time in Retry-After. */
    if (call->order->status == STATUS_PROCESSING) {
        ca_retry_after(call, call->order->issue_ms);
        call->order->polls -= call->order->polls > 0;
    }
    if (call->order->status == STATUS_INVALID && bug_on(call->ca, BUG_INVALID_ORDER_GONE))
        ca_refuse(call, NULL, PROBLEM_MALFORMED, 404, STR("there is no such order"));
    else
        ca_answer_json(call, 200, ca_show_order(call, call->order));
}
