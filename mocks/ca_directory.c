/* SPDX-License-Identifier: MIT */
/* RFC 8555 7.1.1 and 7.2: the directory and newNonce; and pages for people. */
#include "mocks/ca_inside.h"
#include "mocks/ca_issuer.h"

static void put(json_t *object, const char *name, str value)
{
    json_object_set_new(object, name, json_stringn(value.ptr, value.len));
}

/* The profiles draft, 3: names and what they are, for people. */
static json_t *profiles(const struct ca *ca)
{
    json_t *out = json_object();
    for (size_t i = 0; i < ca_profile_count; i++)
        if (&ca_profiles[i] != ca->withdrawn)
            json_object_set_new(out, ca_profiles[i].name,
                                json_string(ca_profiles[i].description));
    return out;
}

static json_t *meta(struct ca_call *call)
{
    struct ca *ca = call->ca;
    json_t *out = json_object();
    if (ca->terms)
        put(out, "termsOfService", ca_terms_url(ca, call->arena, ca->terms));
    put(out, "website", ca_url(call, "/docs/about"));
    json_t *identities = json_array();
    json_array_append(identities, json_string_of(call->arena, ca->options.caa_identity));
    json_object_set_new(out, "caaIdentities", identities);
    if (ca->options.eab_required && !bug_on(ca, BUG_EAB_NOT_IN_META))
        json_object_set_new(out, "externalAccountRequired", json_true());
    if (!ca->options.no_profiles)
        json_object_set_new(out, "profiles", profiles(ca));
    ca_spoil_object(ca, "meta", out);
    return out;
}

void ca_directory(struct ca_call *call)
{
    json_t *out = json_object();
    put(out, "newNonce",
        bug_on(call->ca, BUG_DIRECTORY_GIVES_NONCES) ? call->ca->directory
                                                     : ca_url(call, "/new-nonce"));
    put(out, "newAccount", ca_url(call, "/new-account"));
    put(out, "newOrder", ca_url(call, "/new-order"));
    if (!call->ca->options.no_newauthz)
        put(out, "newAuthz", ca_url(call, "/new-authz"));
    put(out, "revokeCert", ca_url(call, "/revoke-cert"));
    put(out, "keyChange", ca_url(call, "/key-change"));
    if (!call->ca->options.no_renewal)
        put(out, "renewalInfo",
            ca_url(call, "/renewal-info%s",
                   bug_on(call->ca, BUG_RENEWAL_SLASH) ? "/" : ""));
    json_object_set_new(out, "meta", meta(call));
    ca_spoil_object(call->ca, "directory", out);
    ca_answer_json(call, 200, out);
}

/* RFC 8555 7.2: 200 to HEAD, 204 to GET, and never out of a cache. */
void ca_nonce(struct ca_call *call)
{
    bool head = str_is(call->request->method, "HEAD");
    ca_answer(call, head ? 200 : 204, NULL, STR_NONE);
    ca_header(call, "Cache-Control", STR("no-store"));
}

static void answer_text(struct ca_call *call, const char *text)
{
    ca_answer(call, 200, "text/plain; charset=utf-8", str_of(text));
}

void ca_terms(struct ca_call *call)
{
    answer_text(call,
                "Terms of service of a mock CA: what it signs is for tests only.\n");
}

void ca_document(struct ca_call *call)
{
    answer_text(call,
                "This is a mock CA (acmespec). What it signs is for tests only.\n"
                "Rate limits: what was started with, and no others.\n");
}

/* --- what tests fetch: the paths that users of Pebble know --- */

static void answer_nothing(struct ca_call *call)
{
    ca_refuse(call, NULL, PROBLEM_MALFORMED, 404, STR("there is nothing here"));
}

static void answer_pem(struct ca_call *call, const str pem[ISSUER_CHAINS])
{
    long index;
    if (!str_to_long(call->part[0], ISSUER_CHAINS - 1, &index))
        answer_nothing(call);
    else
        ca_answer(call, 200, "application/pem-certificate-chain", pem[index]);
}

void ca_roots(struct ca_call *call)
{
    answer_pem(call, call->ca->issuer->root_pem);
}

void ca_intermediates(struct ca_call *call)
{
    answer_pem(call, call->ca->issuer->intermediate_pem);
}
