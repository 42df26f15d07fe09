/* SPDX-License-Identifier: MIT */
/* RFC 8555 7.6: certificates are revoked, by whoever may. */
#include "crypto/b64url.h"
#include "mocks/ca_inside.h"
#include "mocks/ca_issuer.h"

struct revocation {
    str der;
    struct cert *cert;
    json_t *reason;
};

static struct revocation *revocation_of(const struct ca_call *call)
{
    return call->work;
}

static bool has_certificate(struct ca_call *call)
{
    json_t *value = json_object_get(call->payload, "certificate");
    if (!json_is_string(value))
        return ca_why(call, "the payload has no string \"certificate\"");
    return b64url_decode(call->arena, json_str(value), &revocation_of(call)->der)
        || ca_why(call, "\"certificate\" is not base64url without padding");
}

static bool is_certificate(struct ca_call *call)
{
    struct err err;
    struct revocation *r = revocation_of(call);
    r->cert = cert_from_der(call->arena, r->der, &err);
    return r->cert || ca_why(call, "\"certificate\" is no certificate: %s", err.text);
}

/* Byte for byte the one that was issued, not just its serial number. */
static bool is_ours(struct ca_call *call)
{
    str serial;
    struct revocation *r = revocation_of(call);
    if (hex_decode(call->arena, cert_serial_hex(call->arena, r->cert), &serial))
        call->certificate = table_find(&call->ca->store.serials, serial);
    if (call->certificate && !str_eq(call->certificate->der, r->der)
        && !bug_on(call->ca, BUG_REVOKED_BY_SERIAL))
        call->certificate = NULL;
    return call->certificate || ca_why(call, "this CA did not issue the certificate");
}

/* --- who may --- */

static bool by_certificate_key(struct ca_call *call)
{
    struct err err;
    struct key *key = cert_key(call->arena, revocation_of(call)->cert, &err);
    if (call->account || bug_on(call->ca, BUG_REVOKE_NOT_BY_KEY))
        return false;
    return (key && call->key && key_same(key, call->key))
        || bug_on(call->ca, BUG_REVOKE_BY_ANY_KEY);
}

static bool by_issuer(const struct ca_call *call)
{
    return call->account && call->certificate->order->account == call->account
        && !bug_on(call->ca, BUG_REVOKE_NOT_BY_ISSUER)
        && !bug_on(call->ca, BUG_REVOKE_NOT_BY_ACCOUNT);
}

/* "an account that holds authorizations for all of the identifiers in the certificate" */
static bool by_authorized(struct ca_call *call)
{
    const struct order *order = call->certificate->order;
    size_t held = 0;
    if (!call->account || bug_on(call->ca, BUG_REVOKE_NOT_BY_AUTHORIZED)
        || bug_on(call->ca, BUG_REVOKE_NOT_BY_ACCOUNT))
        return false;
    for (size_t i = 0; i < order->count; i++) {
        const struct authz *a = order->authz[i];
        struct authz *mine = store_find_proof(&call->ca->store, call->arena,
                                              call->account, &a->identifier, a->wildcard);
        if (mine)
            ca_refresh_authz(call->ca, mine);
        held += mine && mine->status == STATUS_VALID;
    }
    return held == order->count
        || (held > 0 && bug_on(call->ca, BUG_REVOKE_BY_PARTLY_AUTHORIZED));
}

static bool may_revoke(struct ca_call *call)
{
    return by_issuer(call) || by_authorized(call) || by_certificate_key(call)
        || ca_why(call,
                  "the signer neither obtained the certificate, nor holds valid "
                  "authorizations for all of its names, nor its key");
}

/* --- reason --- */

static const int allowed_reasons[] = { 0, 1, 3, 4, 5 };

static bool has_integer_reason(struct ca_call *call)
{
    struct revocation *r = revocation_of(call);
    r->reason = json_object_get(call->payload, "reason");
    return !r->reason || json_is_integer(r->reason)
        || ca_why(call, "\"reason\" is a %s, not an integer", json_type_name(r->reason));
}

static bool has_good_reason(struct ca_call *call)
{
    const json_t *reason = revocation_of(call)->reason;
    if (!reason)
        return true;
    for (size_t i = 0; i < countof(allowed_reasons); i++)
        if (json_integer_value(reason) == allowed_reasons[i])
            return true;
    return ca_why(call, "the reason codes 0, 1, 3, 4 and 5 are allowed");
}

static bool is_not_revoked(struct ca_call *call)
{
    return !call->certificate->revoked
        || ca_why(call, "the certificate is revoked already");
}

/* clang-format off */
static const struct ca_check checks[] = {
    { "revoke-certificate", "RFC 8555 7.6", BUG_NONE,              PROBLEM_MALFORMED,             400, has_certificate },
    { "revoke-der",         "RFC 8555 7.6", BUG_NONE,              PROBLEM_MALFORMED,             400, is_certificate },
    { "revoke-issued",      "RFC 8555 7.6", BUG_NONE,              PROBLEM_MALFORMED,             404, is_ours },
    { "revoke-authority",   "RFC 8555 7.6", BUG_REVOKE_BY_ALL,     PROBLEM_UNAUTHORIZED,          403, may_revoke },
    { "revoked-before",     "RFC 8555 7.6", BUG_REVOKED_TWICE,     PROBLEM_ALREADY_REVOKED,       400, is_not_revoked },
    { "reason-integer",     "RFC 8555 7.6", BUG_REASON_ANY_TYPE,   PROBLEM_MALFORMED,             400, has_integer_reason },
    { "reason-allowed",     "RFC 8555 7.6", BUG_REASON_UNCHECKED,  PROBLEM_BAD_REVOCATION_REASON, 400, has_good_reason },
};
/* clang-format on */

void ca_revoke_cert(struct ca_call *call)
{
    struct revocation r = { .der = STR_NONE };
    call->work = &r;
    if (!CHECKS(call, checks))
        return;
    if (!bug_on(call->ca, BUG_REVOCATION_LOST)) {
        call->ca->store.revoked += !call->certificate->revoked;
        call->certificate->revoked = true;
        call->certificate->revoked_at = call->now;
        call->certificate->reason = r.reason ? (int)json_integer_value(r.reason) : -1;
    }
    ca_answer(call, 200, NULL, STR_NONE);
}
