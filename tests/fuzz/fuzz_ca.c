/* SPDX-License-Identifier: MIT */
/* Fuzzes the mock CA through its door, without a socket.  The first byte of an input says
 * how far it comes: 'r' a request as it is (METHOD PATH, a line end, the body); 'p' a
 * payload, rightly signed, for the resource that the second byte picks; 'c' a CSR for an
 * order that is ready. */
#include "tests/fuzz/fuzz.h"

#include "acme/problem.h"
#include "crypto/b64url.h"
#include "crypto/jws.h"
#include "mocks/ca_route.h"

enum { MOST_INPUTS = 2000 };

/* One CA for many inputs; what they make would fill it in the long run. */
static struct {
    struct arena *arena;
    struct ca *ca;
    struct key *key;
    str base, kid;
    size_t inputs;
} door;

static void ask(struct arena *a, str method, str url, str body, struct reply *reply)
{
    struct request request = { .method = method, .url = url, .body = body };
    *reply = (struct reply){ 0 };
    headers_add(a, &request.headers, STR("Content-Type"), STR("application/jose+json"));
    headers_add(a, &request.headers, STR("User-Agent"), STR("fuzz"));
    ca_serve(door.ca, a, &request, "127.0.0.1", reply);
    int status = reply->response.status;
    struct err err = { "" };
    fuzz_must(status >= 200 && status < 600, "an answer has a status");
    fuzz_must(status != 500, "no request makes the CA fail inside");
    if (status >= 400 && body.len && str_is(method, "POST"))
        fuzz_must(problem_form(a, &reply->response, &err),
                  "a refusal is a problem document");
}

static str url_of(struct arena *a, const char *path)
{
    return arena_printf(a, "%.*s%s", STR_ARG(door.base), path);
}

static str resource(struct arena *a, const char *member)
{
    struct reply reply;
    struct err err;
    ask(a, STR("GET"), ca_directory_url(door.ca), STR_NONE, &reply);
    return json_member(json_read(a, reply.response.body, &err), member);
}

static str nonce(struct arena *a)
{
    struct reply reply;
    ask(a, STR("HEAD"), resource(a, "newNonce"), STR_NONE, &reply);
    const str *value = headers_find(&reply.response.headers, "Replay-Nonce");
    fuzz_must(value != NULL, "newNonce has a nonce");
    return *value;
}

static json_t *post(struct arena *a, str url, str payload, struct reply *reply)
{
    struct jws_spec spec = {
        .key = door.key, .url = url, .kid = door.kid, .payload = payload
    };
    str body;
    struct err err;
    spec.nonce = nonce(a);
    fuzz_must(jws_sign(a, &spec, &body, &err), "a payload can be signed");
    ask(a, STR("POST"), url, body, reply);
    return json_read(a, reply->response.body, &err);
}

static void begin(void)
{
    struct ca_options options = { .always_valid = true, .seed = 1 };
    struct err err;
    struct reply reply;
    if (door.arena)
        arena_end(door.arena);
    door.arena = arena_new(NULL);
    door.inputs = 0;
    door.kid = STR_NONE;
    door.ca = ca_new(door.arena, &options, &err);
    door.key = key_new(door.arena, KEY_P256, &err);
    fuzz_must(door.ca && door.key, "a CA can be made");
    str directory = ca_directory_url(door.ca);
    door.base = str_upto(directory, directory.len - strlen("/directory"));
    post(door.arena, resource(door.arena, "newAccount"),
         STR("{\"termsOfServiceAgreed\":true}"), &reply);
    const str *location = headers_find(&reply.response.headers, "Location");
    fuzz_must(location != NULL, "an account can be made");
    door.kid = str_copy(door.arena, *location);
}

/* An order, brought on to `ready`. */
static json_t *ready_order(struct arena *a, str *url)
{
    struct reply reply;
    json_t *order =
        post(a, resource(a, "newOrder"),
             STR("{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}]}"), &reply);
    const str *location = headers_find(&reply.response.headers, "Location");
    fuzz_must(location != NULL, "an order can be made");
    *url = *location;
    json_t *authz = post(a, json_str(json_pointer(order, STR("/authorizations/0"))),
                         STR_NONE, &reply);
    str challenge = json_str(json_pointer(authz, STR("/challenges/0/url")));
    post(a, challenge, STR("{}"), &reply);
    return order;
}

static void try_raw(struct arena *a, str input)
{
    struct reply reply;
    str method, path;
    str_cut(&input, ' ', &method);
    str_cut(&input, '\n', &path);
    ask(a, method, url_of(a, arena_printf(a, "/%.*s", STR_ARG(path)).ptr), input, &reply);
}

static void try_payload(struct arena *a, char pick, str payload)
{
    static const char *const members[] = { "newAccount", "newOrder", "newAuthz",
                                           "revokeCert", "keyChange" };
    struct reply reply;
    str url;
    size_t at = (unsigned char)pick % (countof(members) + 5);
    if (at < countof(members)) {
        post(a, resource(a, members[at]), payload, &reply);
        return;
    }
    json_t *order = ready_order(a, &url);
    str authz = json_str(json_pointer(order, STR("/authorizations/0")));
    const str others[] = { door.kid, url, authz, json_member(order, "finalize"),
                           arena_printf(a, "%.*s/orders", STR_ARG(door.kid)) };
    json_t *after = post(a, others[at - countof(members)], payload, &reply);
    /* An account that the input deactivated is of no more use. */
    if (str_is(json_member(after, "status"), "deactivated"))
        door.inputs = MOST_INPUTS;
}

static void try_csr(struct arena *a, str der)
{
    struct reply reply;
    str url;
    json_t *order = ready_order(a, &url);
    post(a, json_member(order, "finalize"),
         arena_printf(a, "{\"csr\":\"%.*s\"}", STR_ARG(b64url_encode(a, der))), &reply);
    int status = reply.response.status;
    fuzz_must(status == 200 || (status >= 400 && status < 500),
              "a CSR is taken or refused");
}

void fuzz_one(struct arena *a, str input)
{
    if (!door.ca || door.inputs++ >= MOST_INPUTS)
        begin();
    if (input.len < 2)
        return;
    if (input.ptr[0] == 'p')
        try_payload(a, input.ptr[1], str_from(input, 2));
    else if (input.ptr[0] == 'c')
        try_csr(a, str_from(input, 1));
    else
        try_raw(a, str_from(input, 1));
}
