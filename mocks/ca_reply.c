/* SPDX-License-Identifier: MIT */
/* Answers of the mock CA: bodies, problem documents, the headers that all have; and the
 * runner of the checks. */
#include "acme/problem.h"
#include "base/clock.h"
#include "mocks/ca_inside.h"

time_t ca_now(const struct ca *ca)
{
    return clock_wall() + (time_t)ca->shift;
}

void ca_header(struct ca_call *call, const char *name, str value)
{
    headers_add(call->arena, &call->reply->response.headers, str_of(name), value);
}

/* RFC 8555 8.2: "to a time after" what is waited for; RFC 9110 10.2.3: whole seconds. */
void ca_retry_after(struct ca_call *call, int64_t when_ms)
{
    int64_t left = when_ms - clock_ms();
    long seconds = left > 0 ? (long)(left / 1000) + 1 : 1;
    ca_header(call, "Retry-After", arena_printf(call->arena, "%ld", seconds));
}

void ca_link(struct ca_call *call, str target, const char *rel)
{
    ca_header(call, "Link",
              arena_printf(call->arena, "<%.*s>;rel=\"%s\"", STR_ARG(target), rel));
}

void ca_answer(struct ca_call *call, int status, const char *type, str body)
{
    struct response *response = &call->reply->response;
    response->status = status;
    response->body = body;
    if (type)
        headers_set(call->arena, &response->headers, STR("Content-Type"), str_of(type));
}

void ca_answer_json(struct ca_call *call, int status, json_t *body)
{
    json_keep(call->arena, body);
    ca_answer(call, status, "application/json", json_text(call->arena, body));
}

/* RFC 8555 6.2: "The problem document returned with the error MUST include an
 * "algorithms" field". */
static void add_algorithms(struct ca_call *call, json_t *problem)
{
    static const char *const known[] = { "ES256", "ES384", "ES512", "RS256", "EdDSA" };
    json_t *list = json_array();
    for (size_t i = 0; i < countof(known); i++)
        if (ca_alg_supported(call->ca, str_of(known[i])))
            json_array_append_new(list, json_string(known[i]));
    json_object_set_new(problem, "algorithms", list);
}

/* RFC 8555 7.3.3: the newest terms, and where a person can agree to them. */
static void add_action(struct ca_call *call, json_t *problem)
{
    struct ca *ca = call->ca;
    if (!ca->terms)
        return;
    int newest = bug_on(ca, BUG_TERMS_LINK_OLD) ? 1 : ca->terms;
    ca_link(call, ca_terms_url(ca, call->arena, newest), "terms-of-service");
    str who = call->account ? call->account->id : STR("new");
    str instance = ca_url(call, "/agreement/%.*s", STR_ARG(who));
    json_object_set(problem, "instance", json_string_of(call->arena, instance));
}

void ca_refuse(struct ca_call *call, const struct ca_check *check,
               enum problem_type problem, int status, str detail)
{
    ca_spoil_refusal(call, check, &problem, &status);
    json_t *body = problem_new(call->arena, problem_names[problem], status, detail);
    if (problem == PROBLEM_BAD_SIGNATURE_ALGORITHM)
        add_algorithms(call, body);
    if (problem == PROBLEM_USER_ACTION_REQUIRED)
        add_action(call, body);
    call->problem = body;
    call->info.refused = true;
    call->info.problem = problem;
    ca_spoil_object(call->ca, "problem", body);
    if (check)
        ca_spoil_object(call->ca, check->name, body);
    ca_answer(call, status, "application/problem+json", json_text(call->arena, body));
    ca_header(call, "Content-Language", STR("en"));
}

bool ca_why(struct ca_call *call, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    call->why = arena_vprintf(call->arena, fmt, args);
    va_end(args);
    return false;
}

const struct ca_check *ca_first_failed(struct ca_call *call, const struct ca_check *rows,
                                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        call->why = STR_NONE;
        if (rows[i].holds(call))
            continue;
        if (rows[i].off == BUG_NONE || !bug_on(call->ca, rows[i].off))
            return &rows[i];
        call->let_off = &rows[i];
    }
    return NULL;
}

bool ca_checks(struct ca_call *call, const struct ca_check *rows, size_t count)
{
    const struct ca_check *failed = ca_first_failed(call, rows, count);
    /* A check may have refused by itself, where its answer is more than a problem. */
    if (failed && !call->problem)
        ca_refuse(
            call, failed, failed->problem, failed->status,
            arena_printf(call->arena, "%.*s (%s)", STR_ARG(call->why), failed->section));
    return !failed;
}

/* RFC 8555 6.1: Access-Control-Allow-Origin; and, for a request that comes from a script
 * in a browser, what that has to be allowed to see. */
static void add_cors(struct ca_call *call)
{
    ca_header(call, "Access-Control-Allow-Origin", STR("*"));
    if (headers_find(&call->request->headers, "Origin"))
        ca_header(call, "Access-Control-Expose-Headers",
                  STR("Link, Location, Replay-Nonce, Retry-After"));
}

/* RFC 8555 6.5: in every answer to a POST, also when it is an error; 7.2: newNonce, to
 * whatever method. */
static bool gives_nonce(const struct ca_call *call)
{
    enum resource resource = call->route ? call->route->resource : RESOURCE_OTHER;
    str method = call->request->method;
    if (call->wish.aside || str_is(method, "OPTIONS"))
        return false;
    return str_is(method, "POST") || resource == RESOURCE_NEW_NONCE
        || (resource == RESOURCE_DIRECTORY
            && bug_on(call->ca, BUG_DIRECTORY_GIVES_NONCES));
}

void ca_finish(struct ca_call *call)
{
    struct response *response = &call->reply->response;
    if (gives_nonce(call) && !headers_find(&response->headers, "Replay-Nonce"))
        ca_header(call, "Replay-Nonce", ca_new_nonce(call));
    /* RFC 8555 7.1: "an "index" link relation ... on all resources other than the
     * directory". */
    if (!call->route || call->route->resource != RESOURCE_DIRECTORY)
        ca_link(call,
                bug_on(call->ca, BUG_INDEX_NOWHERE) ? ca_url(call, "/acme")
                                                    : call->ca->directory,
                "index");
    add_cors(call);
    str date = date_http(call->arena, ca_now(call->ca));
    if (bug_on(call->ca, BUG_DATE_OF_MAIL))
        ca_header(call, "Date",
                  arena_printf(call->arena, "%.*s+0000",
                               STR_ARG(str_upto(date, str_find(date, STR("GMT"))))));
    /* Its own clock, where that is not the library's. */
    if (call->ca->shift)
        ca_header(call, "Date", date);
    ca_spoil_answer(call);
}
