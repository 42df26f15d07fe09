/* SPDX-License-Identifier: MIT */
/* RFC 8555 7.4.2: certificates are downloaded, as a chain or alone. */
#include "base/buf.h"
#include "base/clock.h"
#include "crypto/b64url.h"
#include "mocks/ca_inside.h"
#include "mocks/ca_issuer.h"

/* The account's last one of the first name. */
static const struct certificate *newest_like(const struct certificate *asked)
{
    for (const struct order *o = asked->order->account->orders; o; o = o->next)
        if (o->certificate
            && str_eq(o->identifier[0].value, asked->order->identifier[0].value))
            return o->certificate;
    return asked;
}

static bool exists(struct ca_call *call)
{
    call->certificate = table_find(&call->ca->store.certificates, call->part[0]);
    if (call->certificate && bug_on(call->ca, BUG_OLD_CERTIFICATE_GONE)
        && newest_like(call->certificate) != call->certificate)
        call->certificate = NULL;
    return call->certificate || ca_why(call, "there is no such certificate");
}

static bool is_own(struct ca_call *call)
{
    return call->certificate->order->account == call->account
        || ca_why(call, "this certificate belongs to another account");
}

/* clang-format off */
static const struct ca_check checks[] = {
    { "certificate-exists", "RFC 8555 7.4.2", BUG_NONE,                    PROBLEM_MALFORMED,    404, exists },
    { "certificate-own",    "RFC 8555 6.3",   BUG_CERTIFICATE_READ_BY_ALL, PROBLEM_UNAUTHORIZED, 403, is_own },
};
/* clang-format on */

/* The certificate that is shown: with a bug the newest of these names. */
static const struct certificate *shown(const struct ca_call *call)
{
    const struct certificate *asked = call->certificate;
    return bug_on(call->ca, BUG_CERTIFICATE_CHANGES) ? newest_like(asked) : asked;
}

static str leaf_pem(struct ca_call *call)
{
    struct err err;
    struct cert *cert = cert_from_der(call->arena, shown(call)->der, &err);
    return cert ? cert_pem(call->arena, cert) : STR_NONE;
}

static const char chain_type[] = "application/pem-certificate-chain";
static const char single_type[] = "application/pkix-cert";

/* RFC 8555 7.4.2: the default is application/pem-certificate-chain. */
static bool wants_der(const struct ca_call *call)
{
    const struct headers *sent = &call->request->headers;
    return !call->ca->options.pem_only
        && accept_weight(sent, single_type) > accept_weight(sent, chain_type);
}

static bool names_format(const struct ca_call *call)
{
    const str *accept = headers_find(&call->request->headers, "Accept");
    return !accept || str_contains(*accept, str_of(chain_type))
        || str_contains(*accept, str_of(single_type));
}

static void answer_der(struct ca_call *call, size_t chain)
{
    /* "the server SHOULD provide one or more Link: rel="up" header fields pointing to an
     * issuer" */
    if (!bug_on(call->ca, BUG_DER_WITHOUT_UP))
        ca_link(call, ca_url(call, "/issuer/%zu", chain), "up");
    ca_answer(call, 200, single_type,
              bug_on(call->ca, BUG_DER_IS_PEM) ? leaf_pem(call) : shown(call)->der);
}

static str spoilt_chain(struct ca_call *call, str leaf, size_t chain)
{
    struct ca *ca = call->ca;
    const struct issuer *issuer = ca->issuer;
    struct arena *a = call->arena;
    str inter = issuer->intermediate_pem[chain];
    if (bug_on(ca, BUG_CHAIN_ROOT_FIRST))
        return arena_printf(a, "%.*s%.*s", STR_ARG(inter), STR_ARG(leaf));
    if (bug_on(ca, BUG_CHAIN_TEXT))
        return arena_printf(a, "subject=CN of the leaf\n%.*s%.*s", STR_ARG(leaf),
                            STR_ARG(inter));
    if (bug_on(ca, BUG_CHAIN_BOM))
        return arena_printf(a, "\xef\xbb\xbf%.*s%.*s", STR_ARG(leaf), STR_ARG(inter));
    if (bug_on(ca, BUG_CHAIN_BOTH))
        return arena_printf(a, "%.*s%.*s%.*s", STR_ARG(leaf), STR_ARG(inter),
                            STR_ARG(issuer->intermediate_pem[1 - chain]));
    if (bug_on(ca, BUG_CHAIN_UNRELATED))
        return arena_printf(a, "%.*s%.*s", STR_ARG(leaf),
                            STR_ARG(issuer->root_pem[1 - chain]));
    if (bug_on(ca, BUG_ALTERNATE_WITHOUT_LEAF) && chain > 0)
        return inter;
    return arena_printf(a, "%.*s%.*s", STR_ARG(leaf), STR_ARG(inter));
}

/* PEM by another encoder, which fills 76 columns. */
static str wrapped(struct ca_call *call, str der, size_t columns, const char *label)
{
    struct buf out = buf_new(call->arena, CEILING_BODY);
    str text = b64_encode(call->arena, der);
    buf_addf(&out, "-----BEGIN %s-----\n", label);
    for (; text.len; text = str_from(text, columns))
        buf_addf(&out, "%.*s\n", STR_ARG(str_upto(text, columns)));
    buf_addf(&out, "-----END %s-----\n", label);
    return buf_str(&out);
}

/* Where the other chain is; with a planted bug, where it is not. */
static str alternate_of(struct ca_call *call, size_t other)
{
    str id = call->certificate->id;
    if (bug_on(call->ca, BUG_ALTERNATE_ELSEWHERE))
        return arena_printf(call->arena, "https://upstream.example/certificate/%.*s",
                            STR_ARG(id));
    if (bug_on(call->ca, BUG_ALTERNATE_ESCAPED))
        return ca_url(call, "/certificate/%.*s%%3Froot=%zu", STR_ARG(id), other);
    return ca_url(call, other ? "/certificate/%.*s/other" : "/certificate/%.*s",
                  STR_ARG(id));
}

static void answer_chain(struct ca_call *call, size_t chain)
{
    struct ca *ca = call->ca;
    str leaf = leaf_pem(call);
    if (bug_on(ca, BUG_CHAIN_76_COLUMNS))
        leaf = wrapped(call, shown(call)->der, 76, "CERTIFICATE");
    if (bug_on(ca, BUG_CHAIN_OTHER_LABEL))
        leaf = wrapped(call, shown(call)->der, 64, "X509 CERTIFICATE");
    if (!ca->options.no_alternate)
        ca_link(call, alternate_of(call, ISSUER_CHAINS - 1 - chain), "alternate");
    ca_answer(call, 200, chain_type, spoilt_chain(call, leaf, chain));
}

static void answer(struct ca_call *call, size_t chain)
{
    if (!CHECKS(call, checks))
        return;
    if (bug_on(call->ca, BUG_ACCEPT_AS_500) && !names_format(call))
        ca_refuse(call, NULL, PROBLEM_SERVER_INTERNAL, 500, STR("no encoder for it"));
    else if (wants_der(call))
        answer_der(call, chain);
    else
        answer_chain(call, chain);
}

void ca_certificate(struct ca_call *call)
{
    answer(call, 0);
}

void ca_other_certificate(struct ca_call *call)
{
    if (call->ca->options.no_alternate || bug_on(call->ca, BUG_ALTERNATE_GONE))
        ca_refuse(call, NULL, PROBLEM_MALFORMED, 404, STR("there is nothing here"));
    else
        answer(call, bug_on(call->ca, BUG_ALTERNATE_SAME) ? 0 : 1);
}

/* Where rel="up" leads: the issuer's certificate alone. */
void ca_issuers(struct ca_call *call)
{
    long index;
    if (!str_to_long(call->part[0], ISSUER_CHAINS - 1, &index)) {
        ca_refuse(call, NULL, PROBLEM_MALFORMED, 404, STR("there is nothing here"));
        return;
    }
    ca_answer(call, 200, "application/pkix-cert",
              cert_der(call->arena, call->ca->issuer->intermediate[index]));
}

/* A number: zeros in front do not count, and no digit has to have another. */
static bool serial_read(struct arena *a, str text, str *serial)
{
    while (str_starts(text, "0"))
        text = str_from(text, 1);
    return hex_decode(
        a, arena_printf(a, "%s%.*s", text.len % 2 ? "0" : "", STR_ARG(text)), serial);
}

/* As Go writes times. */
static str date_of_go(struct arena *a, time_t when)
{
    enum { DATE = 10, TIME = 8 };
    str text = date_rfc3339(a, when); /* 2026-11-28T17:46:49Z */
    return arena_printf(a, "%.*s %.*s +0000 UTC", DATE, text.ptr, TIME,
                        text.ptr + DATE + 1);
}

/* What users of Pebble ask: {"Certificate", "Reason", "RevokedAt", "Serial", "Status"}.
 */
void ca_cert_status(struct ca_call *call)
{
    str serial;
    if (!serial_read(call->arena, call->part[0], &serial)) {
        ca_refuse(call, NULL, PROBLEM_MALFORMED, 400,
                  STR("a serial number is written in hex"));
        return;
    }
    const struct certificate *found = table_find(&call->ca->store.serials, serial);
    if (!found) {
        ca_refuse(call, NULL, PROBLEM_MALFORMED, 404,
                  STR("no certificate has this serial"));
        return;
    }
    struct err err;
    struct cert *cert = cert_from_der(call->arena, found->der, &err);
    json_t *out = json_object();
    if (cert)
        json_object_set(out, "Certificate",
                        json_string_of(call->arena, cert_pem(call->arena, cert)));
    json_object_set(out, "Serial",
                    json_string_of(call->arena, hex_encode(call->arena, serial)));
    json_object_set_new(out, "Status", json_string(found->revoked ? "Revoked" : "Valid"));
    if (found->reason >= 0)
        json_object_set_new(out, "Reason", json_integer(found->reason));
    if (found->revoked)
        json_object_set(
            out, "RevokedAt",
            json_string_of(call->arena, date_of_go(call->arena, found->revoked_at)));
    ca_answer_json(call, 200, out);
}
