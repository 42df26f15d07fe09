/* SPDX-License-Identifier: MIT */
/* RFC 8555 7.3: accounts are made, found, read, changed, deactivated; their orders are
 * listed (7.1.2.1). */
#include "mocks/ca_eab.h"
#include "mocks/ca_inside.h"

enum { MOST_CONTACTS = 10, MOST_CONTACT = 254 };

/* --- contacts: RFC 8555 7.3 --- */

static json_t *contacts_of(const struct ca_call *call)
{
    return json_object_get(call->payload, "contact");
}

static bool are_contact_strings(struct ca_call *call)
{
    json_t *list = contacts_of(call), *item;
    size_t i;
    if (!list)
        return true;
    if (!json_is_array(list))
        return ca_why(call, "\"contact\" is a %s, not an array of strings",
                      json_type_name(list));
    json_array_foreach(list, i, item) if (!json_is_string(item)) return ca_why(
        call, "\"contact\" has a %s where a string has to be", json_type_name(item));
    return json_array_size(list) <= MOST_CONTACTS
        || ca_why(call, "at most %d contacts are taken", MOST_CONTACTS);
}

static bool is_url(str text)
{
    size_t colon = str_find_char(text, ':');
    return colon > 0 && colon < text.len;
}

static bool is_contact_scheme(const struct ca_call *call, str scheme)
{
    return str_eq_nocase(scheme, STR("mailto")) && !bug_on(call->ca, BUG_MAILTO_REFUSED);
}

static bool are_contact_schemes(struct ca_call *call)
{
    json_t *item;
    size_t i;
    json_array_foreach(contacts_of(call), i, item)
    {
        str contact = json_str(item);
        if (is_url(contact)
            && !is_contact_scheme(call, str_upto(contact, str_find_char(contact, ':'))))
            return ca_why(call,
                          "the contact \"%.*s\" is of a kind that is not supported; "
                          "mailto: URLs are acceptable",
                          STR_ARG(str_upto(contact, 100)));
    }
    return true;
}

static bool is_mail_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

static bool is_mail_domain(str domain)
{
    str label;
    size_t labels = 0;
    for (; str_cut(&domain, '.', &label); labels++) {
        if (label.len == 0 || label.len > 63 || label.ptr[0] == '-'
            || label.ptr[label.len - 1] == '-')
            return false;
        for (size_t i = 0; i < label.len; i++)
            if (label.ptr[i] != '-'
                && (!is_mail_char(label.ptr[i])
                    || strchr("!#$%&'*+/=?^_`{|}~", label.ptr[i])))
                return false;
    }
    return labels >= 2;
}

/* RFC 8555 7.3: no hfields ('?'), one addr-spec (no ','). */
static bool is_mail(str address)
{
    size_t at = str_find_char(address, '@');
    str local = str_upto(address, at), domain = str_from(address, at + 1);
    if (at == 0 || at >= address.len || address.len > MOST_CONTACT
        || str_contains(address, STR("?")) || str_contains(address, STR(",")))
        return false;
    for (size_t i = 0; i < local.len; i++)
        if (!is_mail_char(local.ptr[i]))
            return false;
    return local.ptr[0] != '.' && local.ptr[local.len - 1] != '.'
        && !str_contains(local, STR("..")) && is_mail_domain(domain);
}

/* What a planted bug does not look at: from the '?' on. */
static str without_fields(struct ca_call *call, str address)
{
    return bug_on(call->ca, BUG_MAILTO_FIELDS)
        ? str_upto(address, str_find_char(address, '?'))
        : address;
}

/* What a planted bug takes as it is: a URL of another scheme. */
static bool is_let_be(struct ca_call *call, str contact)
{
    return bug_on(call->ca, BUG_CONTACT_SCHEME_UNCHECKED) && is_url(contact)
        && !str_starts(contact, "mailto:");
}

static bool are_contact_values(struct ca_call *call)
{
    json_t *item;
    size_t i;
    json_array_foreach(contacts_of(call), i, item)
    {
        str contact = json_str(item);
        str address = str_from(contact, strlen("mailto:"));
        if (is_let_be(call, contact))
            continue;
        if (!is_url(contact) || !is_mail(without_fields(call, address)))
            return ca_why(call, "the contact \"%.*s\" is no mailto: URL with one address",
                          STR_ARG(str_upto(contact, 100)));
    }
    return true;
}

/* clang-format off */
#define CONTACT_CHECKS \
    { "contact-strings", "RFC 8555 7.1.2", BUG_NONE,                     PROBLEM_MALFORMED,           400, are_contact_strings }, \
    { "contact-scheme",  "RFC 8555 7.3",   BUG_CONTACT_SCHEME_UNCHECKED, PROBLEM_UNSUPPORTED_CONTACT, 400, are_contact_schemes }, \
    { "contact-value",   "RFC 8555 7.3",   BUG_CONTACT_VALUE_UNCHECKED,  PROBLEM_INVALID_CONTACT,     400, are_contact_values }
/* clang-format on */

static void set_contacts(struct ca_call *call, struct account *account)
{
    struct arena *a = call->ca->store.arena;
    json_t *item;
    size_t i;
    account->contact = (struct strs){ NULL, 0 };
    json_array_foreach(contacts_of(call), i, item)
        strs_add(a, &account->contact, str_copy(a, json_str(item)));
}

/* --- newAccount --- */

static bool only_looks_up(const struct ca_call *call)
{
    return json_is_true(json_object_get(call->payload, "onlyReturnExisting"))
        && !bug_on(call->ca, BUG_ONLY_RETURN_EXISTING_IGNORED);
}

static bool exists_where_wanted(struct ca_call *call)
{
    return !only_looks_up(call) || ca_why(call, "no account has this key");
}

/* Planted: RFC 8555 7.3 wants what is unknown ignored. */
static bool are_known_members(struct ca_call *call)
{
    static const char *const known[] = { "contact", "termsOfServiceAgreed",
                                         "onlyReturnExisting", "externalAccountBinding" };
    size_t found = 0;
    for (size_t i = 0; i < countof(known); i++)
        found += json_object_get(call->payload, known[i]) != NULL;
    return !bug_on(call->ca, BUG_NEW_ACCOUNT_STRICT)
        || json_object_size(call->payload) == found
        || ca_why(call, "newAccount has a member that is not known");
}

static bool member_types(struct ca_call *call)
{
    static const char *const flags[] = { "termsOfServiceAgreed", "onlyReturnExisting" };
    for (size_t i = 0; i < countof(flags); i++) {
        json_t *value = json_object_get(call->payload, flags[i]);
        if (value && !json_is_boolean(value))
            return ca_why(call, "\"%s\" is a %s, not a boolean", flags[i],
                          json_type_name(value));
    }
    return true;
}

static bool agrees(struct ca_call *call)
{
    return !call->ca->terms
        || json_is_true(json_object_get(call->payload, "termsOfServiceAgreed"))
        || ca_why(call,
                  "the terms of service have to be agreed to with "
                  "\"termsOfServiceAgreed\": true");
}

/* Planted. */
static bool agrees_again(struct ca_call *call)
{
    return !bug_on(call->ca, BUG_UPDATE_WANTS_TERMS) || agrees(call);
}

static bool within_limits(struct ca_call *call)
{
    return ca_within_limits(call, RESOURCE_NEW_ACCOUNT, NULL);
}

/* clang-format off */
static const struct ca_check new_checks[] = {
    { "existing",     "RFC 8555 7.3.1", BUG_NONE,              PROBLEM_ACCOUNT_DOES_NOT_EXIST, 400, exists_where_wanted },
    { "member-names", "no RFC",         BUG_NONE,              PROBLEM_MALFORMED, 400, are_known_members },
    { "member-types", "RFC 8555 7.3",   BUG_MEMBER_TYPES_UNCHECKED, PROBLEM_MALFORMED, 400, member_types },
    CONTACT_CHECKS,
    { "terms",        "RFC 8555 7.3",   BUG_TERMS_UNCHECKED,   PROBLEM_USER_ACTION_REQUIRED, 403, agrees },
    { "rate",         "RFC 8555 6.6",   BUG_NONE,              PROBLEM_RATE_LIMITED, 429, within_limits },
};

static const struct ca_check update_checks[] = {
    { "update-terms", "no RFC",         BUG_NONE,              PROBLEM_USER_ACTION_REQUIRED, 403, agrees_again },
};

static const struct ca_check contact_checks[] = { CONTACT_CHECKS };
/* clang-format on */

static void answer_account(struct ca_call *call, int status, struct account *account)
{
    call->account = account;
    ca_answer_json(call, status, ca_show_account(call, account));
}

static void set_location(struct ca_call *call, const struct account *account)
{
    ca_header(call, "Location", ca_account_url(call->ca, call->arena, account));
}

/* RFC 8555 7.3.1: 200, and "any fields in the request object MUST be ignored". */
static void answer_existing(struct ca_call *call, struct account *account)
{
    if (bug_on(call->ca, BUG_NEW_ACCOUNT_UPDATES) && contacts_of(call))
        set_contacts(call, account);
    if (!bug_on(call->ca, BUG_NO_LOCATION_FOR_EXISTING))
        set_location(call, account);
    answer_account(call, 200, account);
}

/* The key that will be kept; call->key dies with the request. */
static struct key *kept_key(struct ca_call *call)
{
    struct err err;
    return key_from_jwk(call->ca->store.arena, call->jws.jwk, &err);
}

/* "MUST NOT accept further requests authorized by that account's key". */
static bool is_active(struct ca_call *call)
{
    const struct account *account = call->work;
    if (account->status == STATUS_VALID)
        return true;
    bool forgotten = only_looks_up(call) && call->ca->options.forgets_deactivated;
    if (forgotten && !bug_on(call->ca, BUG_DEACTIVATED_ACCEPTED))
        ca_refuse(call, NULL, PROBLEM_ACCOUNT_DOES_NOT_EXIST, 400,
                  STR("no account has this key any more"));
    return ca_why(call, "the account with this key is %s", status_words[account->status]);
}

/* clang-format off */
static const struct ca_check known_checks[] = {
    { "known-active", "RFC 8555 7.3.6", BUG_DEACTIVATED_ACCEPTED, PROBLEM_UNAUTHORIZED, 401, is_active },
};
/* clang-format on */

/* The account that has this key, unless a planted bug overlooks it. */
static struct account *account_of(struct ca_call *call)
{
    struct account *account = store_account_of_key(&call->ca->store, call->thumbprint);
    bool gone = account && account->status == STATUS_DEACTIVATED
        && bug_on(call->ca, BUG_DEACTIVATED_KEY_ANEW);
    return gone || bug_on(call->ca, BUG_ACCOUNT_TWICE) ? NULL : account;
}

void ca_new_account(struct ca_call *call)
{
    str binding = STR_NONE;
    struct account *account = account_of(call);
    call->work = account;
    if (account) {
        if (CHECKS(call, known_checks))
            answer_existing(call, account);
        return;
    }
    if (!CHECKS(call, new_checks) || !ca_eab_check(call, &binding))
        return;
    account = store_add_account(&call->ca->store, kept_key(call), call->thumbprint);
    account->eab = str_copy(call->ca->store.arena, binding);
    if (json_is_true(json_object_get(call->payload, "termsOfServiceAgreed")))
        account->terms = call->ca->terms;
    set_contacts(call, account);
    set_location(call, account);
    ca_spoil_members(call, account);
    answer_account(call, 201, account);
}

/* --- the account itself --- */

static bool exists(struct ca_call *call)
{
    return table_find(&call->ca->store.accounts, call->part[0])
        || ca_why(call, "there is no such account");
}

static bool is_own(struct ca_call *call)
{
    return (call->account && str_eq(call->account->id, call->part[0]))
        || ca_why(call, "this is the account of somebody else");
}

/* clang-format off */
static const struct ca_check account_checks[] = {
    { "account-exists", "RFC 8555 7.3",   BUG_NONE,               PROBLEM_MALFORMED,    404, exists },
    { "account-own",    "RFC 8555 7.3.6", BUG_ACCOUNT_BY_URL,     PROBLEM_UNAUTHORIZED, 403, is_own },
};
static const struct ca_check orders_checks[] = {
    { "orders-exists",  "RFC 8555 7.1.2.1", BUG_NONE,               PROBLEM_MALFORMED,    404, exists },
    { "orders-own",     "RFC 8555 6.3",     BUG_ORDERS_READ_BY_ALL, PROBLEM_UNAUTHORIZED, 403, is_own },
};
/* clang-format on */

/* RFC 8555 7.3.2: orders, termsOfServiceAgreed, other statuses and unknown members are
 * ignored. */
static void update(struct ca_call *call, struct account *account)
{
    str status = json_member(call->payload, "status");
    if (str_is(status, "deactivated"))
        ca_close_account(call->ca, account, STATUS_DEACTIVATED);
    else if (contacts_of(call))
        set_contacts(call, account);
    ca_spoil_update(call, account, status);
}

static bool check_update(struct ca_call *call)
{
    if (!CHECKS(call, update_checks))
        return false;
    if (str_is(json_member(call->payload, "status"), "deactivated"))
        return true;
    return CHECKS(call, contact_checks);
}

void ca_account(struct ca_call *call)
{
    if (!CHECKS(call, account_checks))
        return;
    struct account *target = table_find(&call->ca->store.accounts, call->part[0]);
    if (!call->payload && call->ca->options.unreadable_accounts) {
        /* RFC 9110 15.5.6 wants Allow; a change of the account is a POST. */
        ca_refuse(call, NULL, PROBLEM_MALFORMED, 405, STR("accounts are not shown here"));
        ca_header(call, "Allow", STR("POST"));
        return;
    }
    json_t *before = json_keep(call->arena, ca_show_account(call, target));
    struct strs contact = target->contact;
    if (call->payload && !check_update(call))
        return;
    if (call->payload)
        update(call, target);
    if (bug_on(call->ca, BUG_UPDATE_SHOWS_OLD))
        ca_answer_json(call, 200, json_incref(before));
    else
        ca_answer_json(call, 200, ca_show_account(call, target));
    if (bug_on(call->ca, BUG_UPDATE_LOST))
        target->contact = contact;
}

/* --- the list of orders: RFC 8555 7.1.2.1 --- */

static bool is_in_list(const struct ca_call *call, const struct order *order)
{
    if (bug_on(call->ca, BUG_ORDERS_ONLY_VALID))
        return order->status == STATUS_VALID;
    /* "the server SHOULD include pending orders and SHOULD NOT include orders that are
     * invalid" */
    return order->status != STATUS_INVALID || bug_on(call->ca, BUG_ORDERS_WITH_INVALID);
}

static const struct order *first_of_page(const struct ca_call *call)
{
    if (!str_starts(call->query, "cursor=")
        || bug_on(call->ca, BUG_ORDERS_CURSOR_IGNORED))
        return call->account->orders;
    struct order *order =
        table_find(&call->ca->store.orders, str_from(call->query, strlen("cursor=")));
    return order && order->account == call->account ? order : NULL;
}

static str order_entry(struct ca_call *call, const struct order *order)
{
    if (bug_on(call->ca, BUG_ORDERS_AS_AUTHZS))
        return ca_authz_url(call->ca, call->arena, order->authz[0]);
    return bug_on(call->ca, BUG_ORDERS_AS_IDS)
        ? order->id
        : ca_order_url(call->ca, call->arena, order);
}

static void add_next(struct ca_call *call, const struct order *next)
{
    if (next)
        ca_link(call,
                ca_url(call, "/account/%.*s/orders?cursor=%.*s",
                       STR_ARG(call->account->id), STR_ARG(next->id)),
                "next");
    else if (call->query.len && bug_on(call->ca, BUG_ORDERS_NEXT_CIRCLE))
        ca_link(call, ca_url(call, "/account/%.*s/orders", STR_ARG(call->account->id)),
                "next");
}

void ca_orders(struct ca_call *call)
{
    if (!CHECKS(call, orders_checks))
        return;
    json_t *list = json_keep(call->arena, json_array());
    const struct order *order = first_of_page(call);
    for (; order && json_array_size(list) < call->ca->options.page; order = order->next) {
        struct order *fresh = table_find(&call->ca->store.orders, order->id);
        ca_refresh_order(call->ca, fresh);
        if (is_in_list(call, fresh))
            json_array_append(list,
                              json_string_of(call->arena, order_entry(call, fresh)));
    }
    if (json_array_size(list) == 0 && bug_on(call->ca, BUG_ORDERS_SPLIT))
        json_array_append_new(list, json_string(""));
    json_t *out = json_keep(call->arena, json_object());
    json_object_set(out, "orders", list);
    add_next(call, order);
    ca_answer(
        call, 200, "application/json",
        json_text(call->arena, bug_on(call->ca, BUG_ORDERS_BARE_ARRAY) ? list : out));
}

/* --- where a person agrees to new terms: RFC 8555 7.3.3 --- */

void ca_agree(struct ca_call *call)
{
    struct account *account = table_find(&call->ca->store.accounts, call->part[0]);
    if (account)
        account->terms = call->ca->terms;
    ca_answer(call, 200, "text/plain; charset=utf-8",
              account ? STR("You have agreed to the terms of service.\n")
                      : STR("Agree with termsOfServiceAgreed in newAccount.\n"));
}
