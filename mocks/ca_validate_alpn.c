/* SPDX-License-Identifier: MIT */
/* tls-alpn-01 as a CA performs it (RFC 8737 3, RFC 8738 6): a handshake for acme-tls/1,
 * and a look at the certificate. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "acme/challenge.h"
#include "crypto/tls.h"
#include "mocks/ca_identifier.h"
#include "mocks/ca_validate.h"
#include "mocks/net.h"

/* What the handshake showed. */
struct shown {
    str alpn;
    struct strs dns, ips, other, common;
    bool has_extension, critical, self_signed;
    str extension, alt_names; /* DER */
};

/* --- the checks, as RFC 8737 3 lists them --- */

/* "Verify that the ServerHello contains an ALPN extension containing only one protocol,
 * "acme-tls/1"". */
static bool has_protocol(struct query_for *q, const void *got)
{
    const struct shown *shown = got;
    return str_is(shown->alpn, "acme-tls/1")
        || query_why(q, "the server negotiated \"%.*s\", not \"acme-tls/1\"",
                     STR_ARG(str_upto(shown->alpn, 60)));
}

static const struct strs *names_of(const struct query_for *q, const struct shown *shown)
{
    return q->identifier.ip && !bug_on(q->ca, BUG_ALPN_IP_AS_NAME) ? &shown->ips
                                                                   : &shown->dns;
}

static bool is_named(const struct query_for *q, str name)
{
    str want = q->identifier.value;
    /* RFC 8737 3: compared "in a case-insensitive manner"; a wildcard is no match. */
    if (str_eq_nocase(name, want))
        return true;
    if (!bug_on(q->ca, BUG_ALPN_WILDCARD) || !str_starts(name, "*."))
        return false;
    return str_eq_nocase(str_from(name, 1), str_from(want, str_find_char(want, '.')));
}

static bool has_name(struct query_for *q, const void *got)
{
    const struct shown *shown = got;
    const struct strs *names = names_of(q, shown);
    /* Names are read in lower case; the bug looks at them as they are. */
    if (bug_on(q->ca, BUG_ALPN_CASE)
        && !str_contains(shown->alt_names, q->identifier.value))
        return query_why(q, "the certificate spells the name otherwise");
    for (size_t i = 0; i < names->count; i++)
        if (is_named(q, names->item[i]))
            return true;
    if (bug_on(q->ca, BUG_ALPN_COMMON_NAME) && shown->dns.count == 0
        && shown->common.count && is_named(q, shown->common.item[0]))
        return true;
    return query_why(q, "the certificate's subjectAltName does not have %.*s",
                     STR_ARG(q->identifier.value));
}

static bool has_one_name(struct query_for *q, const void *got)
{
    const struct shown *shown = got;
    return shown->dns.count + shown->ips.count <= 1
        || query_why(q, "the certificate's subjectAltName has more than the one name");
}

static bool has_no_other_names(struct query_for *q, const void *got)
{
    const struct shown *shown = got;
    return shown->other.count == 0
        || query_why(q,
                     "the certificate's subjectAltName has other entries than the name");
}

static bool has_extension(struct query_for *q, const void *got)
{
    const struct shown *shown = got;
    return shown->has_extension
        || query_why(q, "the certificate has no acmeIdentifier extension");
}

static bool is_critical(struct query_for *q, const void *got)
{
    const struct shown *shown = got;
    return shown->critical || !shown->has_extension
        || query_why(q, "the acmeIdentifier extension is not critical");
}

/* "Authorization ::= OCTET STRING (SIZE (32))", in DER. */
static bool has_32_octets(struct query_for *q, const void *got)
{
    const struct shown *shown = got;
    str value = shown->extension;
    return (value.len == 34 && value.ptr[0] == 0x04 && value.ptr[1] == 0x20)
        || !shown->has_extension
        || query_why(q, "the acmeIdentifier extension is no OCTET STRING of 32 octets");
}

static bool has_digest(struct query_for *q, const void *got)
{
    const struct shown *shown = got;
    str want = sha256(q->arena, q->keyauth);
    if (!shown->has_extension)
        return true;
    return bytes_equal(str_upto(str_from(shown->extension, 2), 32), want)
        || query_why(q,
                     "the acmeIdentifier extension has not the digest of the key "
                     "authorization");
}

/* A planted bug: RFC 8737 3 has the client make it, signed by itself. */
static bool is_trusted(struct query_for *q, const void *got)
{
    const struct shown *shown = got;
    return !shown->self_signed || !bug_on(q->ca, BUG_ALPN_TRUST)
        || query_why(q, "the certificate is signed by itself");
}

/* clang-format off */
static const struct query_check checks[] = {
    { "alpn-trust",      "no RFC",     BUG_NONE,                     PROBLEM_TLS,                is_trusted },
    { "alpn-protocol",   "RFC 8737 3", BUG_ALPN_PROTOCOL_UNCHECKED,  PROBLEM_INCORRECT_RESPONSE, has_protocol },
    { "alpn-name",       "RFC 8737 3", BUG_ALPN_NAME_UNCHECKED,      PROBLEM_INCORRECT_RESPONSE, has_name },
    { "alpn-one-name",   "RFC 8737 3", BUG_ALPN_MORE_NAMES,          PROBLEM_INCORRECT_RESPONSE, has_one_name },
    { "alpn-no-others",  "RFC 8737 3", BUG_ALPN_OTHER_KINDS,         PROBLEM_INCORRECT_RESPONSE, has_no_other_names },
    { "alpn-extension",  "RFC 8737 3", BUG_ALPN_EXTENSION_OPTIONAL,  PROBLEM_INCORRECT_RESPONSE, has_extension },
    { "alpn-critical",   "RFC 8737 3", BUG_ALPN_NOT_CRITICAL,        PROBLEM_INCORRECT_RESPONSE, is_critical },
    { "alpn-octets",     "RFC 8737 3", BUG_ALPN_OCTETS_UNCHECKED,    PROBLEM_INCORRECT_RESPONSE, has_32_octets },
    { "alpn-digest",     "RFC 8737 3", BUG_ALPN_DIGEST_UNCHECKED,    PROBLEM_INCORRECT_RESPONSE, has_digest },
};
/* clang-format on */

/* --- the handshake --- */

static str sni_of(const struct query_for *q)
{
    if (q->sni.len)
        return q->sni;
    if (bug_on(q->ca, BUG_ALPN_SNI_ADDRESS))
        return q->identifier.value;
    return challenge_sni(q->arena, q->identifier.value);
}

/* -1 with the sentence when nobody answers there in time. */
static int connect_to(const struct query_for *q, str address, struct err *err)
{
    long left = query_left_ms(q), most = q->ca->options.connect_ms;
    int port = q->ca->options.tls_port, error = ETIMEDOUT;
    int fd = net_connect(str_z(q->arena, address), port, NET_STREAM, err);
    struct pollfd item = { .fd = fd, .events = POLLOUT };
    if (fd < 0)
        return -1;
    if (poll(&item, 1, (int)(left < most ? left : most)) > 0)
        error = net_error(fd);
    if (!error)
        return fd;
    close(fd);
    err_set(err, "cannot connect to %.*s:%d: %s", STR_ARG(address), port,
            strerror(error));
    return -1;
}

static struct finding shake(struct query_for *q, str address, struct tls_probe *probe)
{
    struct err err;
    int fd = connect_to(q, address, &err);
    if (fd < 0)
        return finding_later(q, PROBLEM_CONNECTION, "%s", err.text);
    /* RFC 8737 4: no data follows the handshake; the connection is closed at once. */
    const struct tls_wrong wrong = {
        .protocols = bug_on(q->ca, BUG_ALPN_OFFERS_MORE) ? "h2,acme-tls/1" : "acme-tls/1",
        .speaks = bug_on(q->ca, BUG_ALPN_SPEAKS),
        .linger_ms = bug_on(q->ca, BUG_ALPN_LINGERS) ? 2500 : 0,
        .wants_silence = bug_on(q->ca, BUG_ALPN_DATA_FATAL),
    };
    bool done =
        tls_probe_wrongly(q->arena, fd, query_left_ms(q), sni_of(q), &wrong, probe, &err);
    close(fd);
    return done ? finding_good : finding_later(q, PROBLEM_TLS, "%s", err.text);
}

static void read_certificate(struct query_for *q, const struct tls_probe *probe,
                             struct shown *out)
{
    *out = (struct shown){ .alpn = probe->alpn,
                           .extension = STR_NONE,
                           .alt_names = STR_NONE };
    if (!probe->leaf)
        return;
    cert_names(q->arena, probe->leaf, &out->dns, &out->ips, &out->other);
    out->self_signed = cert_self_signed(probe->leaf);
    out->common = cert_common_names(q->arena, probe->leaf);
    bool critical;
    cert_extension(q->arena, probe->leaf, STR("2.5.29.17"), &critical, &out->alt_names);
    out->has_extension = cert_extension(q->arena, probe->leaf, STR("1.3.6.1.5.5.7.1.31"),
                                        &out->critical, &out->extension);
}

static void keep_seen(struct query_for *q, const struct tls_probe *probe,
                      const struct shown *shown)
{
    query_seen_text(q, "alpn", shown->alpn);
    if (!probe->leaf)
        return;
    query_seen_texts(q, "names", &shown->dns);
    query_seen_texts(q, "ips", &shown->ips);
    query_seen_texts(q, "others", &shown->other);
    query_seen(q, "selfSigned", json_boolean(shown->self_signed));
    query_seen(q, "exact",
               json_boolean(shown->has_extension && has_32_octets(q, shown)
                            && has_digest(q, shown)));
    if (shown->has_extension)
        query_seen(q, "critical", json_boolean(shown->critical));
}

struct finding validate_alpn(struct query_for *q)
{
    struct strs addresses;
    struct tls_probe probe = { .alpn = STR_NONE };
    struct shown shown;
    struct finding finding = validate_find(q, q->identifier.value, &addresses);
    for (size_t i = 0; i < addresses.count; i++) {
        finding = shake(q, addresses.item[i], &probe);
        if (finding_is_good(finding))
            break;
    }
    if (!finding_is_good(finding))
        return finding;
    read_certificate(q, &probe, &shown);
    keep_seen(q, &probe, &shown);
    return query_checks(q, checks, countof(checks), &shown);
}

/* --- what was never offered --- */

/* A name that no challenge is pending for. */
void validate_alpn_stray(struct query_for *q)
{
    struct query_for other = *q;
    struct strs addresses;
    struct tls_probe probe = { .alpn = STR_NONE };
    struct shown shown = { .alpn = STR_NONE };
    other.sni = STR("elsewhere.acmespec.test");
    if (finding_is_good(validate_find(q, q->identifier.value, &addresses))
        && addresses.count && finding_is_good(shake(&other, addresses.item[0], &probe)))
        read_certificate(q, &probe, &shown);
    query_seen_text(q, "strayAlpn", shown.alpn);
    query_seen_texts(q, "strayNames", &shown.dns);
    query_seen(q, "strayPlain",
               json_boolean(str_is(shown.alpn, "acme-tls/1") && !shown.has_extension));
}
