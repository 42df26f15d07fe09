/* SPDX-License-Identifier: MIT */
/* Finds the route, authenticates, calls the handler, adds what all answers have. */
#include "mocks/ca_route.h"

/* clang-format off */
/* RFC 8555 6.3: "if the server receives a GET request, it MUST return an error with status
 * code 405", but for the directory and newNonce, and what is no ACME resource. */
static const struct route routes[] = {
    { RESOURCE_DIRECTORY,     "/directory",             "GET, HEAD, POST", BY_KID, PAYLOAD_NONE, ca_directory },
    { RESOURCE_NEW_NONCE,     "/new-nonce",             "HEAD, GET, POST", BY_KID, PAYLOAD_NONE, ca_nonce },
    { RESOURCE_NEW_ACCOUNT,   "/new-account",           "POST", BY_JWK, PAYLOAD_OBJECT, ca_new_account },
    { RESOURCE_ACCOUNT,       "/account/:",             "POST", BY_KID, PAYLOAD_ANY,    ca_account },
    { RESOURCE_ORDERS,        "/account/:/orders",      "POST", BY_KID, PAYLOAD_NONE,   ca_orders },
    { RESOURCE_KEY_CHANGE,    "/key-change",            "POST", BY_KID, PAYLOAD_OBJECT, ca_key_change },
    { RESOURCE_NEW_ORDER,     "/new-order",             "POST", BY_KID, PAYLOAD_OBJECT, ca_new_order },
    { RESOURCE_ORDER,         "/order/:",               "POST", BY_KID, PAYLOAD_NONE,   ca_order },
    { RESOURCE_FINALIZE,      "/order/:/finalize",      "POST", BY_KID, PAYLOAD_OBJECT, ca_finalize },
    { RESOURCE_NEW_AUTHZ,     "/new-authz",             "POST", BY_KID, PAYLOAD_OBJECT, ca_new_authz },
    { RESOURCE_CERTIFICATE,   "/certificate/:",         "POST", BY_KID, PAYLOAD_NONE,   ca_certificate },
    { RESOURCE_CERTIFICATE,   "/certificate/:/other",   "POST", BY_KID, PAYLOAD_NONE,   ca_other_certificate },
    { RESOURCE_AUTHORIZATION, "/authz/:",               "POST", BY_KID, PAYLOAD_ANY,    ca_authz },
    { RESOURCE_CHALLENGE,     "/challenge/:/:",         "POST", BY_KID, PAYLOAD_ANY,    ca_challenge },
    { RESOURCE_REVOKE_CERT,   "/revoke-cert",           "POST", BY_EITHER, PAYLOAD_OBJECT, ca_revoke_cert },
    { RESOURCE_RENEWAL_INFO,  "/renewal-info/:",        "GET, HEAD", BY_NOBODY, PAYLOAD_NONE, ca_renewal_info },
    { RESOURCE_OTHER,         "/issuer/:",              "GET, HEAD, POST", BY_KID, PAYLOAD_NONE, ca_issuers },
    { RESOURCE_OTHER,         "/agreement/:",           "GET, HEAD", BY_NOBODY, PAYLOAD_NONE, ca_agree },
    { RESOURCE_OTHER,         "/terms/:",               "GET, HEAD", BY_NOBODY, PAYLOAD_NONE, ca_terms },
    { RESOURCE_OTHER,         "/docs/:",                "GET, HEAD", BY_NOBODY, PAYLOAD_NONE, ca_document },
    { RESOURCE_OTHER,         "/roots/:",               "GET, HEAD", BY_NOBODY, PAYLOAD_NONE, ca_roots },
    { RESOURCE_OTHER,         "/intermediates/:",       "GET, HEAD", BY_NOBODY, PAYLOAD_NONE, ca_intermediates },
    { RESOURCE_OTHER,         "/cert-status-by-serial/:", "GET, HEAD", BY_NOBODY, PAYLOAD_NONE, ca_cert_status },
};
/* clang-format on */

static bool matches(const char *pattern, str path, str part[2])
{
    str left = str_of(pattern), want, got;
    size_t parts = 0;
    while (str_cut(&left, '/', &want)) {
        if (!str_cut(&path, '/', &got))
            return false;
        if (str_is(want, ":") && got.len > 0 && parts < 2)
            part[parts++] = got;
        else if (!str_eq(want, got))
            return false;
    }
    return path.len == 0 && !str_cut(&path, '/', &got);
}

static bool offered(const struct ca *ca, const struct route *route)
{
    const struct ca_options *options = &ca->options;
    return !(route->resource == RESOURCE_NEW_AUTHZ && options->no_newauthz)
        && !(route->resource == RESOURCE_RENEWAL_INFO && options->no_renewal);
}

/* What is not of ACME is found without the shape, too: by those who know the path. */
static const struct route *route_find(struct ca_call *call)
{
    bool bare = call->ca->options.bare_directory && str_is(call->path, "/");
    str path = bare ? STR("/directory") : call->path;
    for (size_t i = 0; i < countof(routes); i++)
        if ((call->shaped || routes[i].resource == RESOURCE_OTHER)
            && matches(routes[i].pattern, path, call->part)
            && offered(call->ca, &routes[i]))
            return &routes[i];
    return NULL;
}

static bool allows(str methods, str method)
{
    str one;
    while (str_cut(&methods, ',', &one))
        if (str_eq(str_trim(one), method))
            return true;
    return false;
}

/* A preflight request, which browsers send before a POST with another Content-Type. */
static void answer_options(struct ca_call *call)
{
    str methods = str_of(call->route ? call->route->methods : "GET, HEAD, POST");
    ca_answer(call, 204, NULL, STR_NONE);
    ca_header(call, "Allow", methods);
    ca_header(call, "Access-Control-Allow-Methods", methods);
    ca_header(call, "Access-Control-Allow-Headers", STR("Content-Type, Accept-Language"));
    ca_header(call, "Access-Control-Max-Age", STR("86400"));
}

/* With a planted bug one of the methods by which RFC 8555 6.3 and 7.2 let the directory
 * and newNonce be read is forgotten. */
static bool is_method_forgotten(struct ca_call *call)
{
    static const struct {
        enum bug bug;
        enum resource resource;
        const char *method, *allow;
    } rows[] = {
        { BUG_DIRECTORY_GET_ONLY, RESOURCE_DIRECTORY, "POST", "GET, HEAD" },
        { BUG_NEW_NONCE_GET_ONLY, RESOURCE_NEW_NONCE, "POST", "GET, HEAD" },
        { BUG_NEW_NONCE_NO_GET, RESOURCE_NEW_NONCE, "GET", "HEAD, POST" },
        { BUG_NEW_NONCE_NO_HEAD, RESOURCE_NEW_NONCE, "HEAD", "GET, POST" },
    };
    for (size_t i = 0; i < countof(rows); i++) {
        if (!bug_on(call->ca, rows[i].bug) || rows[i].resource != call->route->resource
            || !str_is(call->request->method, rows[i].method))
            continue;
        ca_refuse(call, NULL, PROBLEM_MALFORMED, 405,
                  arena_printf(call->arena, "only %s is allowed here", rows[i].allow));
        ca_header(call, "Allow", str_of(rows[i].allow));
        return true;
    }
    return false;
}

/* With a planted bug the account's owner need not sign what comes by PUT. */
static void hear_put(struct ca_call *call)
{
    struct err err;
    struct account *account = table_find(&call->ca->store.accounts, call->part[0]);
    if (!bug_on(call->ca, BUG_PUT_HEARD) || !str_is(call->request->method, "PUT")
        || call->route->resource != RESOURCE_ACCOUNT || !account)
        return;
    json_t *body = json_read(call->arena, call->request->body, &err);
    if (str_is(json_member(body, "status"), "deactivated"))
        ca_close_account(call->ca, account, STATUS_DEACTIVATED);
}

static bool method_allowed(struct ca_call *call)
{
    str methods = str_of(call->route->methods), method = call->request->method;
    if (allows(methods, method)
        || (bug_on(call->ca, BUG_GET_ALLOWED) && str_is(method, "GET"))
        || (bug_on(call->ca, BUG_ANY_METHOD) && call->request->body.len > 0))
        return !is_method_forgotten(call);
    hear_put(call);
    if (bug_on(call->ca, BUG_METHOD_IGNORED)) {
        ca_answer(call, 200, NULL, STR_NONE);
        return false;
    }
    bool other = str_is(method, "GET") && bug_on(call->ca, BUG_GET_AS_400);
    ca_refuse(call, NULL, PROBLEM_MALFORMED, other ? 400 : 405,
              arena_printf(call->arena, "%.*s is not allowed here, only %.*s",
                           STR_ARG(str_upto(method, 20)), STR_ARG(methods)));
    /* RFC 9110 15.5.6: "MUST generate an Allow header field". */
    ca_header(call, "Allow", methods);
    return false;
}

/* A GET that a planted bug lets through acts for the owner of the object. */
static void act_for_owner(struct ca_call *call)
{
    const struct store *store = &call->ca->store;
    const struct order *order = table_find(&store->orders, call->part[0]);
    const struct authz *authz = table_find(&store->authzs, call->part[0]);
    const struct certificate *certificate =
        table_find(&store->certificates, call->part[0]);
    if (certificate)
        order = certificate->order;
    call->account = order ? order->account : authz ? authz->account : NULL;
}

static bool authenticate(struct ca_call *call)
{
    bool signs = call->route->signer != BY_NOBODY;
    if (str_is(call->request->method, "GET") && signs
        && !allows(str_of(call->route->methods), STR("GET"))) {
        act_for_owner(call);
        if (!call->account)
            ca_refuse(call, NULL, PROBLEM_MALFORMED, 405, STR("GET is not allowed here"));
        return call->account != NULL;
    }
    return !signs || allows(STR("GET, HEAD"), call->request->method)
        || ca_jws_check(call);
}

static bool is_too_long(const struct request *request)
{
    return request->body_too_long || request->body.len > CA_MOST_JWS;
}

/* RFC 9112 3.2: "A server MUST respond with a 400 (Bad Request) status code to any
 * HTTP/1.1 request message that lacks a Host header field and to any request message that
 * contains more than one Host header field line". */
static bool names_its_host(const struct request *request)
{
    size_t hosts = headers_count(&request->headers, "Host");
    return hosts == 1 || (hosts == 0 && !str_is(request->version, "HTTP/1.1"));
}

static void handle(struct ca_call *call)
{
    if (!names_its_host(call->request))
        ca_refuse(call, NULL, PROBLEM_MALFORMED, 400,
                  STR("the request has not one Host header field (RFC 9112 3.2)"));
    else if (str_is(call->request->method, "OPTIONS")
             && !bug_on(call->ca, BUG_NO_OPTIONS))
        answer_options(call);
    else if (!call->route)
        ca_refuse(call, NULL, PROBLEM_MALFORMED, 404, STR("there is nothing here"));
    else if (!method_allowed(call))
        return;
    else if (is_too_long(call->request))
        ca_refuse(call, NULL, PROBLEM_MALFORMED, 413,
                  STR("the request body is longer than 524288 bytes"));
    else if (authenticate(call))
        call->route->handler(call);
}

/* Whose request it seems to be; for hooks and logs, before anything is verified. */
static str seeming_account(struct ca_call *call)
{
    return call->has_jws ? call->jws.kid : STR_NONE;
}

static void recognise(struct ca_call *call)
{
    call->route = route_find(call);
    call->info = (struct ca_request_info){
        .request = call->request,
        .peer = call->peer,
        .number = ++call->ca->requests,
        .resource = call->route ? call->route->resource : RESOURCE_OTHER,
        .wish = &call->wish,
    };
    if (str_is(call->request->method, "POST") && !is_too_long(call->request))
        ca_jws_read(call);
    call->info.account_url = seeming_account(call);
}

/* The hook's wishes for what is there are granted before it is looked at. */
static bool answered_by_hook(struct ca_call *call)
{
    const struct ca_options *options = &call->ca->options;
    if (!options->before)
        return false;
    call->wish = (struct ca_wish){ .detail = STR_NONE, .withdrawn = STR_NONE };
    bool answered =
        options->before(options->hook_context, call->arena, &call->info, call->reply);
    ca_wish_state(call);
    if (!answered)
        ca_wish_object(call);
    return answered;
}

static void serve_locked(struct ca_call *call)
{
    const struct ca_options *options = &call->ca->options;
    recognise(call);
    if (!answered_by_hook(call))
        handle(call);
    ca_finish(call);
    if (options->permute && !call->wish.aside)
        ca_permute(call);
    if (call->account && !call->info.account_url.len)
        call->info.account_url = ca_account_url(call->ca, call->arena, call->account);
    if (options->after)
        options->after(options->hook_context, call->arena, &call->info, call->reply);
}

/* The target of the request line, out of the absolute URL. */
static str target_of(struct arena *a, str url)
{
    struct url parts;
    return url_parse(a, url, &parts) ? parts.path : STR("/");
}

void ca_serve(void *context, struct arena *a, const struct request *request,
              const char *peer, struct reply *reply)
{
    struct ca *ca = context;
    str target = target_of(a, request->url);
    struct ca_call call = { .ca = ca,
                            .arena = a,
                            .request = request,
                            .peer = peer,
                            .target = target,
                            .part = { STR_NONE, STR_NONE },
                            .reply = reply,
                            .now = ca_now(ca),
                            .thumbprint = STR_NONE,
                            .why = STR_NONE };
    call.shaped = ca_url_split(ca, target, &call.path, &call.query);
    pthread_mutex_lock(&ca->lock);
    call.now = ca_now(ca);
    serve_locked(&call);
    pthread_mutex_unlock(&ca->lock);
}
