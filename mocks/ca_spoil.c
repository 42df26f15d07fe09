/* SPDX-License-Identifier: MIT */
/* Planted bugs of the mock CA that only change what it says: one row each.  Which problem
 * a refusal reports, which status a success has, members left out or changed, headers
 * forgotten.  What it does wrongly stands where it does it. */
#include "mocks/ca_inside.h"
#include "mocks/ca_spoil.h"

/* --- refusals --- */

static const char *check_name(const struct ca_check *check)
{
    return check ? check->name : "";
}

static bool is_meant(const struct misreport *row, const struct ca_check *check,
                     enum problem_type problem)
{
    if (row->check)
        return strncmp(check_name(check), row->check, strlen(row->check)) == 0;
    return row->when == problem;
}

void ca_spoil_refusal(const struct ca_call *call, const struct ca_check *check,
                      enum problem_type *problem, int *status)
{
    if (!call->ca->spoilt)
        return;
    for (size_t i = 0; i < ca_misreport_count; i++) {
        const struct misreport *row = &ca_misreports[i];
        if (!bug_on(call->ca, row->bug) || !is_meant(row, check, *problem))
            continue;
        *problem = row->problem;
        *status = row->status ? row->status : *status;
        return;
    }
}

/* --- members --- */

static bool applies(const struct misshape *row, const json_t *value)
{
    if (!row->when_member)
        return true;
    str text = json_member(value, row->when_member);
    const char *want = row->when_value;
    return want[0] == '!' ? text.len && !str_is(text, want + 1) : str_ends(text, want);
}

static void change_member(json_t *value, const struct misshape *row)
{
    if (!row->json) {
        json_object_del(value, row->member);
        return;
    }
    if (row->json[0] == '+' && !json_object_get(value, row->member))
        return;
    const char *text = row->json + (row->json[0] == '+');
    json_object_set_new(value, row->member, json_loads(text, JSON_DECODE_ANY, NULL));
}

/* A list of one becomes its element. */
static void unwrap_member(json_t *value, const char *member)
{
    json_t *list = json_object_get(value, member);
    if (json_array_size(list) == 1)
        json_object_set(value, member, json_array_get(list, 0));
}

/* An instant without its zone. */
static void unzone_member(json_t *value, const char *member)
{
    str text = json_member(value, member);
    if (str_ends(text, "Z"))
        json_object_set_new(value, member, json_stringn(text.ptr, text.len - 1));
}

static void rename_member(json_t *value, const char *from, const char *to)
{
    json_t *held = json_object_get(value, from);
    if (!held)
        return;
    json_object_set(value, to, held);
    json_object_del(value, from);
}

/* Paths where URLs have to be. */
static void relative_member(const struct ca *ca, json_t *value, const char *member)
{
    str text = json_member(value, member);
    if (str_starts(text, ca->base.ptr))
        json_object_set_new(value, member, json_string(text.ptr + ca->base.len));
}

static void change_shape(const struct ca *ca, const struct misshape *row, json_t *value)
{
    switch (row->how) {
    case SHAPE_SET:
        change_member(value, row);
        break;
    case SHAPE_UNWRAP:
        unwrap_member(value, row->member);
        break;
    case SHAPE_UNZONE:
        unzone_member(value, row->member);
        break;
    case SHAPE_RENAME:
        rename_member(value, row->member, row->json);
        break;
    case SHAPE_RELATIVE:
        relative_member(ca, value, row->member);
        break;
    }
}

void ca_spoil_object(const struct ca *ca, const char *object, json_t *value)
{
    if (!ca->spoilt)
        return;
    for (size_t i = 0; i < ca_misshape_count; i++)
        if (bug_on(ca, ca_misshapes[i].bug) && strcmp(ca_misshapes[i].object, object) == 0
            && applies(&ca_misshapes[i], value))
            change_shape(ca, &ca_misshapes[i], value);
}

/* --- status and headers --- */

static bool here(const struct ca_call *call, enum resource resource)
{
    return resource == RESOURCE_COUNT
        || (call->route && call->route->resource == resource);
}

static void spoil_status(struct ca_call *call)
{
    struct response *response = &call->reply->response;
    for (size_t i = 0; i < ca_misstatus_count; i++)
        if (bug_on(call->ca, ca_misstatuses[i].bug)
            && here(call, ca_misstatuses[i].resource)
            && response->status == ca_misstatuses[i].from) {
            response->status = ca_misstatuses[i].to;
            return;
        }
}

/* Leaves out the links of one relation. */
static void drop_link(struct headers *list, const char *rel)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (!str_is(list->item[i].name, "Link")
            || !str_contains(list->item[i].value, str_of(rel)))
            list->item[kept++] = list->item[i];
    list->count = kept;
}

static void relative_header(struct ca_call *call, const char *name)
{
    struct headers *list = &call->reply->response.headers;
    const str *value = headers_find(list, name);
    if (value && str_starts(*value, call->ca->base.ptr))
        headers_set(call->arena, list, str_of(name),
                    str_from(*value, call->ca->base.len));
}

static void change_header(struct ca_call *call, const struct misheader *row)
{
    struct headers *list = &call->reply->response.headers;
    const str *held = headers_find(list, row->name);
    if (strncmp(row->name, "rel=", 4) == 0)
        drop_link(list, row->name);
    else if (row->value && strcmp(row->value, "/") == 0)
        relative_header(call, row->name);
    else if (!row->value)
        headers_set(call->arena, list, str_of(row->name), STR_NONE);
    else if (held && row->value[0] == '+')
        headers_set(call->arena, list, str_of(row->name),
                    arena_printf(call->arena, "%.*s%s", STR_ARG(*held), row->value + 1));
    else if (held)
        headers_set(call->arena, list, str_of(row->name), str_of(row->value));
}

static void spoil_headers(struct ca_call *call)
{
    for (size_t i = 0; i < ca_misheader_count; i++) {
        const struct misheader *row = &ca_misheaders[i];
        if (bug_on(call->ca, row->bug) && here(call, row->resource)
            && (row->on == ON_ANY || (row->on == ON_REFUSAL) == (call->problem != NULL)))
            change_header(call, row);
    }
}

/* --- what needs more than a row --- */

/* On newNonce. */
static bool is_without_nonce(const struct ca_call *call)
{
    str method = call->request->method;
    return (str_is(method, "GET") && bug_on(call->ca, BUG_GET_WITHOUT_NONCE))
        || (str_is(method, "POST") && bug_on(call->ca, BUG_POST_WITHOUT_NONCE));
}

static void spoil_nonce(struct ca_call *call)
{
    struct headers *list = &call->reply->response.headers;
    const str *nonce = headers_find(list, "Replay-Nonce");
    bool bad = call->problem && call->info.problem == PROBLEM_BAD_NONCE;
    if (nonce && bug_on(call->ca, BUG_NONCE_PADDED))
        headers_set(call->arena, list, STR("Replay-Nonce"),
                    arena_printf(call->arena, "%.*s==", STR_ARG(*nonce)));
    if (nonce && bad && bug_on(call->ca, BUG_BAD_NONCE_STALE))
        headers_set(call->arena, list, STR("Replay-Nonce"),
                    call->jws.nonce.len ? call->jws.nonce : STR("c3BlbnQ"));
    if (here(call, RESOURCE_NEW_NONCE) && is_without_nonce(call))
        headers_set(call->arena, list, STR("Replay-Nonce"), STR_NONE);
    if (bad && bug_on(call->ca, BUG_BAD_NONCE_WITHOUT))
        headers_set(call->arena, list, STR("Replay-Nonce"), STR_NONE);
    if (nonce && here(call, RESOURCE_NEW_NONCE)
        && bug_on(call->ca, BUG_NEW_NONCE_CACHED)) {
        if (!call->ca->cached_nonce.len)
            call->ca->cached_nonce = str_copy(call->ca->store.arena, *nonce);
        headers_set(call->arena, list, STR("Replay-Nonce"), call->ca->cached_nonce);
    }
}

/* As if Location were set before the request is looked at. */
static void spoil_location(struct ca_call *call)
{
    bool makes = here(call, RESOURCE_NEW_ORDER) || here(call, RESOURCE_NEW_AUTHZ);
    if (makes && call->problem && bug_on(call->ca, BUG_LOCATION_WHEN_REFUSED))
        ca_header(call, "Location", ca_url(call, "/order/new"));
}

static bool is_html(const struct ca_call *call)
{
    int status = call->reply->response.status;
    return (status == 404 && !call->route && bug_on(call->ca, BUG_UNKNOWN_PATH_HTML))
        || (status == 429 && bug_on(call->ca, BUG_RATE_HTML))
        || (status == 403 && here(call, RESOURCE_NEW_AUTHZ)
            && bug_on(call->ca, BUG_NEW_AUTHZ_HTML));
}

static void spoil_body(struct ca_call *call)
{
    struct response *response = &call->reply->response;
    if (is_html(call))
        ca_answer(call, response->status, "text/html",
                  STR("<html><body><h1>Error</h1></body></html>\n"));
    if (response->status == 405 && bug_on(call->ca, BUG_NOT_ALLOWED_EMPTY))
        ca_answer(call, 405, "text/plain", STR_NONE);
    if (call->problem && here(call, RESOURCE_KEY_CHANGE)
        && bug_on(call->ca, BUG_KEY_CHANGE_BARE))
        ca_answer(call, response->status, "text/plain", STR_NONE);
    if (call->problem || response->status >= 300)
        return;
    if (here(call, RESOURCE_NEW_NONCE) && str_is(call->request->method, "GET")
        && bug_on(call->ca, BUG_GET_NONCE_PAGE))
        ca_answer(call, 200, "text/plain", STR("The nonce is in the header.\n"));
    if (here(call, RESOURCE_NEW_ACCOUNT) && bug_on(call->ca, BUG_NEW_ACCOUNT_EMPTY))
        response->body = STR_NONE;
    if (here(call, RESOURCE_NEW_AUTHZ) && bug_on(call->ca, BUG_NEW_AUTHZ_EMPTY))
        response->body = STR_NONE;
    if (bug_on(call->ca, BUG_TRAILING_COMMA) && here(call, RESOURCE_ORDER)
        && str_ends(response->body, "}"))
        response->body =
            arena_printf(call->arena, "%.*s,}",
                         STR_ARG(str_upto(response->body, response->body.len - 1)));
}

void ca_spoil_answer(struct ca_call *call)
{
    if (!call->ca->spoilt)
        return;
    spoil_nonce(call);
    spoil_location(call);
    spoil_body(call);
    spoil_status(call);
    spoil_headers(call);
}

/* --- accounts --- */

/* Whether a planted bug keeps a member of the request in the account. */
static bool is_kept(const struct ca_call *call, const char *name)
{
    static const char *const known[] = { "status", "contact", "termsOfServiceAgreed",
                                         "onlyReturnExisting", "externalAccountBinding" };
    for (size_t i = 0; i < countof(known); i++)
        if (strcmp(name, known[i]) == 0)
            return false;
    return strcmp(name, "orders") == 0 ? bug_on(call->ca, BUG_ORDERS_TAKEN)
                                       : bug_on(call->ca, BUG_UNKNOWN_MEMBERS_SHOWN);
}

void ca_spoil_members(struct ca_call *call, struct account *account)
{
    const char *name;
    json_t *value, *kept = json_keep(call->arena, json_object());
    json_object_foreach(call->payload, name, value)
    {
        if (is_kept(call, name))
            json_object_set(kept, name, value);
    }
    if (json_object_size(kept))
        account->extra = str_copy(call->ca->store.arena, json_text(call->arena, kept));
}

void ca_spoil_update(struct ca_call *call, struct account *account, str status)
{
    json_t *agreed = json_object_get(call->payload, "termsOfServiceAgreed");
    if (bug_on(call->ca, BUG_STATUS_TAKEN) && str_is(status, "revoked"))
        account->status = STATUS_REVOKED;
    if (bug_on(call->ca, BUG_TERMS_TAKEN) && json_is_false(agreed))
        account->terms = 0;
    if (bug_on(call->ca, BUG_UPDATE_LOSES_EAB))
        account->eab = STR_NONE;
    json_t *binding = json_object_get(call->payload, "externalAccountBinding");
    if (bug_on(call->ca, BUG_EAB_REPLACED) && json_is_object(binding))
        account->eab = str_copy(call->ca->store.arena, json_text(call->arena, binding));
    if (bug_on(call->ca, BUG_AGREEMENT_TAKEN) && json_is_false(agreed))
        account->terms = -1;
    ca_spoil_members(call, account);
    if (bug_on(call->ca, BUG_DEACTIVATED_UPDATES) && str_is(status, "valid"))
        account->status = STATUS_VALID;
}
