/* SPDX-License-Identifier: MIT */
/* RFC 8555 7.4: an order is finalized with a CSR. */
#include <limits.h>

#include "base/clock.h"
#include "crypto/b64url.h"
#include "mocks/ca_inside.h"
#include "mocks/ca_issuer.h"

enum { STUCK_MS = 60000 };

/* The CSR on its way. */
struct request_for {
    str der;
    struct csr csr;
};

static struct request_for *request_of(const struct ca_call *call)
{
    return call->work;
}

/* "A request to finalize an order will result in error if the order is not in the "ready"
 * state.  In such cases, the server MUST return a 403 (Forbidden) error with a problem
 * document of type "orderNotReady"." */
static bool is_ready(struct ca_call *call)
{
    ca_refresh_order(call->ca, call->order);
    enum status status = call->order->status;
    if (status == STATUS_READY
        || (status == STATUS_VALID && bug_on(call->ca, BUG_FINALIZED_TWICE))
        || (status == STATUS_PENDING && bug_on(call->ca, BUG_PENDING_FINALIZED)))
        return true;
    if (bug_on(call->ca, BUG_NOT_READY_STUCK)) {
        call->order->status = STATUS_PROCESSING;
        call->order->issue_ms = clock_ms() + STUCK_MS;
    }
    return ca_why(call, "the order is %s, not ready", status_words[status]);
}

/* Planted: what was found in DNS when the names were validated counts now. */
static bool has_no_caa_against(struct ca_call *call)
{
    for (size_t i = 0; i < call->order->count; i++)
        if (call->order->authz[i]->caa_refuses)
            return ca_why(call, "the CAA records of %.*s do not let this CA issue",
                          STR_ARG(call->order->authz[i]->identifier.value));
    return true;
}

static bool has_profile(struct ca_call *call)
{
    const struct order *order = call->order;
    const struct profile_row *withdrawn = call->ca->withdrawn;
    return !order->profile || !withdrawn || strcmp(order->profile, withdrawn->name) != 0
        || ca_why(call, "the profile %s is not offered any more", order->profile);
}

/* --- the CSR --- */

static bool has_csr(struct ca_call *call)
{
    if (!call->payload && bug_on(call->ca, BUG_READING_ENDS_ORDER))
        call->order->status = STATUS_INVALID;
    return json_is_string(json_object_get(call->payload, "csr"))
        || ca_why(call, "the payload has no string \"csr\"");
}

/* What a lenient decoder makes of PEM: the base64 between its lines. */
static bool read_pem(struct ca_call *call, str text, str *der)
{
    str begin = STR("-----BEGIN CERTIFICATE REQUEST-----");
    size_t at = str_find(text, begin);
    if (!bug_on(call->ca, BUG_CSR_AS_PEM) || at >= text.len)
        return false;
    str body = str_from(text, at + begin.len);
    return b64_decode(call->arena, str_upto(body, str_find(body, STR("-----"))), der);
}

/* RFC 8555 7.4: "the base64url-encoded version of the DER format". */
static bool is_csr_base64url(struct ca_call *call)
{
    str text = json_member(call->payload, "csr");
    struct request_for *request = request_of(call);
    if (b64url_decode(call->arena, text, &request->der)
        || read_pem(call, text, &request->der))
        return true;
    if (bug_on(call->ca, BUG_CSR_PADDED)
        && b64url_decode_loosely(call->arena, text, &request->der))
        return true;
    return ca_why(call, "\"csr\" is not base64url without padding");
}

static bool is_csr(struct ca_call *call)
{
    struct err err;
    struct request_for *request = request_of(call);
    return csr_read(call->arena, request->der, &request->csr, &err)
        || ca_why(call, "\"csr\" is no CSR: %s", err.text);
}

static bool is_signed(struct ca_call *call)
{
    return csr_is_signed(&request_of(call)->csr)
        || ca_why(call, "the CSR's signature does not verify with the key in it");
}

static bool is_well_signed(struct ca_call *call)
{
    const char *hash = request_of(call)->csr.hash;
    if (!hash)
        return ca_why(call, "the CSR is signed with an algorithm that is not known here");
    return (strcmp(hash, "SHA1") != 0 && strcmp(hash, "MD5") != 0)
        || ca_why(call, "the CSR is signed over %s, which is too weak", hash);
}

static bool is_strong(struct ca_call *call)
{
    enum key_type type = key_type_of(request_of(call)->csr.key);
    return (type != KEY_RSA1024 && type != KEY_SECP256K1)
        || bug_on(call->ca, BUG_CSR_WEAK_KEY_STUCK)
        || ca_why(call,
                  "the CSR's key is %s; P-256, P-384, P-521, Ed25519 and RSA of at "
                  "least 2048 bits are taken",
                  key_type_names[type]);
}

/* RFC 8555 11.1: "MUST verify that a CSR submitted in a finalize request does not contain
 * a public key for any known account key pair". */
static bool is_no_account_key(struct ca_call *call)
{
    str thumbprint = key_thumbprint(call->arena, request_of(call)->csr.key);
    const struct account *account = store_account_of_key(&call->ca->store, thumbprint);
    return !account
        || (bug_on(call->ca, BUG_CSR_OTHER_ACCOUNTS_KEY) && account != call->account)
        || ca_why(call, "the CSR's key is the key of an account");
}

/* --- its names --- */

static str lower(struct arena *a, str s)
{
    char *text = arena_alloc(a, 1, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        text[i] = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] | 0x20 : s.ptr[i]);
    return (str){ text, s.len };
}

static void add_once(struct ca_call *call, struct strs *list, str name)
{
    str one = lower(call->arena, name);
    if (!strs_has(list, one))
        strs_add(call->arena, list, one);
}

/* A common name is one of the identifiers, whichever type it has. */
static struct strs csr_names(struct ca_call *call)
{
    struct strs names = { NULL, 0 };
    const struct csr *csr = &request_of(call)->csr;
    bool common_only = bug_on(call->ca, BUG_CSR_COMMON_NAME_ONLY);
    for (size_t i = 0; i < csr->common_names.count; i++)
        add_once(call, &names, csr->common_names.item[i]);
    for (size_t i = 0; i < csr->dns_names.count && !common_only; i++)
        add_once(call, &names, csr->dns_names.item[i]);
    for (size_t i = 0; i < csr->ip_addresses.count; i++)
        add_once(call, &names, csr->ip_addresses.item[i]);
    return names;
}

static bool in_order(const struct order *order, str name)
{
    for (size_t i = 0; i < order->count; i++)
        if (str_eq(order->identifier[i].value, name))
            return true;
    return false;
}

/* RFC 8738 3: an address stands in an iPAddress, a name in a dNSName; neither as the
 * other. */
static bool has_right_kinds(struct ca_call *call)
{
    const struct csr *csr = &request_of(call)->csr;
    for (size_t i = 0; i < call->order->count; i++) {
        const struct identifier *who = &call->order->identifier[i];
        const struct strs *wrong = who->ip ? &csr->dns_names : &csr->ip_addresses;
        if (strs_has(wrong, who->value))
            return ca_why(call, "the CSR has %.*s as a name of another kind",
                          STR_ARG(who->value));
        if (who->ip && !strs_has(&csr->ip_addresses, who->value))
            return ca_why(call, "the CSR does not have the address %.*s in its SAN",
                          STR_ARG(who->value));
    }
    return true;
}

static bool has_no_more_names(struct ca_call *call)
{
    struct strs names = csr_names(call);
    for (size_t i = 0; i < names.count && !bug_on(call->ca, BUG_CSR_NAMES_UNCHECKED); i++)
        if (!in_order(call->order, names.item[i]))
            return ca_why(call, "the CSR names %.*s, which is not in the order",
                          STR_ARG(str_upto(names.item[i], 253)));
    return true;
}

static bool has_all_names(struct ca_call *call)
{
    struct strs names = csr_names(call);
    if (bug_on(call->ca, BUG_CSR_NAMES_UNCHECKED))
        return true;
    for (size_t i = 0; i < call->order->count; i++)
        if (!strs_has(&names, call->order->identifier[i].value))
            return ca_why(call, "the order's %.*s is not in the CSR",
                          STR_ARG(call->order->identifier[i].value));
    return true;
}

/* A planted bug: place by place. */
static bool has_same_sequence(struct ca_call *call)
{
    struct strs names = csr_names(call);
    if (!bug_on(call->ca, BUG_CSR_SEQUENCE))
        return true;
    for (size_t i = 0; i < names.count && i < call->order->count; i++)
        if (!str_eq(names.item[i], call->order->identifier[i].value))
            return ca_why(call, "the names are in another sequence");
    return true;
}

static bool has_no_other_names(struct ca_call *call)
{
    const struct csr *csr = &request_of(call)->csr;
    return csr->other_names.count == 0
        || ca_why(call, "the CSR asks for %.*s, and only names and addresses are signed",
                  STR_ARG(str_upto(csr->other_names.item[0], 200)));
}

static bool asks_no_ca(struct ca_call *call)
{
    return !request_of(call)->csr.asks_ca
        || ca_why(call, "the CSR asks for a CA certificate (basicConstraints)");
}

/* A planted bug. */
static bool asks_nothing_else(struct ca_call *call)
{
    return !bug_on(call->ca, BUG_CSR_STRICT) || !request_of(call)->csr.asks_more
        || ca_why(call, "the CSR asks for an extension that is not known here");
}

/* clang-format off */
static const struct ca_check checks[] = {
    { "finalize-exists",  "RFC 8555 7.4",  BUG_NONE,                  PROBLEM_MALFORMED,       404, ca_order_exists },
    { "finalize-own",     "RFC 8555 7.4",  BUG_FINALIZED_BY_ALL,      PROBLEM_UNAUTHORIZED,    403, ca_order_is_own },
    { "order-ready",      "RFC 8555 7.4",  BUG_NONE,                  PROBLEM_ORDER_NOT_READY, 403, is_ready },
    { "finalize-caa",     "RFC 8659 3",    BUG_NONE,                  PROBLEM_UNAUTHORIZED,    403, has_no_caa_against },
    { "profile-offered",  "profiles draft 4", BUG_PROFILE_STAYS,      PROBLEM_INVALID_PROFILE, 403, has_profile },
    { "csr",              "RFC 8555 7.4",  BUG_NONE,                  PROBLEM_MALFORMED,       400, has_csr },
    { "csr-base64url",    "RFC 8555 7.4",  BUG_NONE,                  PROBLEM_MALFORMED,       400, is_csr_base64url },
    { "csr-der",          "RFC 8555 7.4",  BUG_NONE,                  PROBLEM_BAD_CSR,         400, is_csr },
    { "csr-hash",         "RFC 8555 10.5", BUG_CSR_WEAK_HASH,         PROBLEM_BAD_CSR,         400, is_well_signed },
    { "csr-signature",    "RFC 8555 10.5", BUG_CSR_UNVERIFIED,        PROBLEM_BAD_CSR,         400, is_signed },
    { "csr-key",          "RFC 8555 10.5", BUG_CSR_WEAK_KEY,          PROBLEM_BAD_CSR,         400, is_strong },
    { "csr-account-key",  "RFC 8555 11.1", BUG_CSR_ACCOUNT_KEY,       PROBLEM_BAD_CSR,         400, is_no_account_key },
    { "csr-kinds",        "RFC 8738 3",    BUG_CSR_KINDS_UNCHECKED,   PROBLEM_BAD_CSR,         400, has_right_kinds },
    { "csr-no-more",      "RFC 8555 7.4",  BUG_CSR_MORE_NAMES,        PROBLEM_BAD_CSR,         400, has_no_more_names },
    { "csr-all",          "RFC 8555 7.4",  BUG_CSR_FEWER_NAMES,       PROBLEM_BAD_CSR,         400, has_all_names },
    { "csr-sequence",     "no RFC",        BUG_NONE,                  PROBLEM_BAD_CSR,         400, has_same_sequence },
    { "csr-other-names",  "RFC 8555 7.4",  BUG_CSR_OTHER_NAMES,       PROBLEM_BAD_CSR,         400, has_no_other_names },
    { "csr-extensions",   "RFC 8555 7.4",  BUG_CSR_CA_COPIED,         PROBLEM_BAD_CSR,         400, asks_no_ca },
    { "csr-strict",       "no RFC",        BUG_NONE,                  PROBLEM_BAD_CSR,         400, asks_nothing_else },
};
/* clang-format on */

/* RFC 8555 7.4: "After returning such an error, the server SHOULD leave the order in the
 * "ready" state". */
static void spoil_after_refusal(struct ca_call *call)
{
    if (call->order && call->info.problem == PROBLEM_BAD_CSR
        && bug_on(call->ca, BUG_BAD_CSR_ENDS_ORDER))
        call->order->status = STATUS_INVALID;
    if (call->order && bug_on(call->ca, BUG_REFUSED_FINALIZE_ENDS))
        call->order->status = STATUS_INVALID;
}

static bool is_mixed(const struct order *order)
{
    for (size_t i = 1; i < order->count; i++)
        if (order->identifier[i].ip != order->identifier[0].ip)
            return true;
    return false;
}

/* What issuing ends with; empty: it is well. */
static str failure_of(struct ca_call *call)
{
    bool mixed = is_mixed(call->order) && bug_on(call->ca, BUG_MIXED_ORDER_FAILS);
    return bug_on(call->ca, BUG_ISSUING_FAILS) || mixed
        ? ca_error_text(call->ca, PROBLEM_SERVER_INTERNAL, STR("no signer answers"))
        : ca_wish_error(call);
}

static bool start_issuing(struct ca_call *call, const struct request_for *request,
                          struct err *err)
{
    struct ca *ca = call->ca;
    str failure = failure_of(call);
    bool stuck = bug_on(ca, BUG_CSR_WEAK_KEY_STUCK)
        && key_type_of(request->csr.key) == KEY_RSA1024;
    if (!ca->options.processing_ms && !call->wish.polls && !failure.len && !stuck
        && !bug_on(ca, BUG_PROCESSING_FOR_EVER) && !bug_on(ca, BUG_CERTIFICATE_TOO_EARLY))
        return ca_issue(ca, call->order, &request->csr, err);
    call->order->csr = str_copy(ca->store.arena, request->der);
    call->order->issue_ms = clock_ms() + ca->options.processing_ms;
    call->order->polls = stuck ? INT_MAX : call->wish.polls;
    call->order->failure = failure;
    call->order->status = STATUS_PROCESSING;
    if (failure.len)
        ca_refresh_order(ca, call->order);
    return true;
}

static void answer_order(struct ca_call *call)
{
    if (call->order->status == STATUS_PROCESSING)
        ca_retry_after(call, call->order->issue_ms);
    ca_header(call, "Location", ca_order_url(call->ca, call->arena, call->order));
    ca_answer_json(call, 200, ca_show_order(call, call->order));
}

void ca_finalize(struct ca_call *call)
{
    struct err err;
    struct request_for request = { .der = STR_NONE };
    call->work = &request;
    if (!CHECKS(call, checks)) {
        spoil_after_refusal(call);
        return;
    }
    json_t *before = json_keep(call->arena, ca_show_order(call, call->order));
    if (!start_issuing(call, &request, &err)) {
        ca_refuse(call, NULL, PROBLEM_SERVER_INTERNAL, 500, str_of(err.text));
        return;
    }
    answer_order(call);
    if (bug_on(call->ca, BUG_FINALIZE_SHOWS_OLD))
        ca_answer_json(call, 200, json_incref(before));
}
