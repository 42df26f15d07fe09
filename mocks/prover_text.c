/* SPDX-License-Identifier: MIT */
#include "mocks/prover_text.h"

#include "acme/challenge.h"
#include "acme/identifier.h"
#include "base/clock.h"
#include "crypto/b64url.h"

/* --- http-01 --- */

str proof_path(struct arena *a, const struct proof *proof)
{
    return proof_bug(proof, BUG_CLIENT_HTTP_PATH)
        ? arena_printf(a, "/acme-challenge/%.*s", STR_ARG(proof->token))
        : challenge_path(a, proof->token);
}

str proof_page(struct arena *a, const struct proof *proof)
{
    str text = proof->key_authorization;
    if (proof_bug(proof, BUG_CLIENT_HTTP_NEWLINE))
        return arena_printf(a, "%.*s\r\n", STR_ARG(text));
    return proof_bug(proof, BUG_CLIENT_HTTP_BOM)
        ? arena_printf(a, "\xef\xbb\xbf%.*s", STR_ARG(text))
        : text;
}

/* --- dns-01 --- */

str proof_record_name(struct arena *a, const struct proof *proof)
{
    if (proof_bug(proof, BUG_CLIENT_DNS_NO_LABEL))
        return proof->identifier;
    return proof->wildcard && proof_bug(proof, BUG_CLIENT_DNS_STAR)
        ? arena_printf(a, "_acme-challenge.*.%.*s", STR_ARG(proof->identifier))
        : challenge_txt_name(a, proof->identifier);
}

str proof_record(struct arena *a, const struct proof *proof)
{
    str text = challenge_txt(a, proof->key_authorization);
    if (proof_bug(proof, BUG_CLIENT_DNS_KEYAUTH))
        return proof->key_authorization;
    if (proof_bug(proof, BUG_CLIENT_DNS_PADDED))
        return arena_printf(a, "%.*s=", STR_ARG(text));
    return proof_bug(proof, BUG_CLIENT_DNS_HEX)
        ? hex_encode(a, sha256(a, proof->key_authorization))
        : text;
}

/* --- tls-alpn-01 --- */

str proof_sni(struct arena *a, const struct proof *proof)
{
    return proof_bug(proof, BUG_CLIENT_IP_SNI) ? proof->identifier
                                               : challenge_sni(a, proof->identifier);
}

static void add_names(struct arena *a, const struct proof *proof, struct cert_spec *spec)
{
    bool ip =
        identifier_is_ip(proof->identifier) && !proof_bug(proof, BUG_CLIENT_IP_AS_NAME);
    if (proof_bug(proof, BUG_CLIENT_ALPN_NO_NAME)) {
        spec->subject = proof->identifier;
        return;
    }
    str name = proof->identifier;
    if (proof_bug(proof, BUG_CLIENT_ALPN_UNICODE) && str_contains(name, STR("xn--")))
        name = arena_printf(a, "b\xc3\xbc%.*s", STR_ARG(str_from(name, 4)));
    strs_add(a, ip ? &spec->ip_addresses : &spec->dns_names, name);
    if (proof_bug(proof, BUG_CLIENT_ALPN_TWO_NAMES))
        strs_add(a, &spec->dns_names,
                 arena_printf(a, "www.%.*s", STR_ARG(proof->identifier)));
    if (proof_bug(proof, BUG_CLIENT_ALPN_ADDRESS))
        strs_add(a, &spec->ip_addresses, STR("127.0.0.1"));
    if (proof_bug(proof, BUG_CLIENT_ALPN_MAIL))
        strs_add(a, &spec->email_addresses,
                 arena_printf(a, "webmaster@%.*s", STR_ARG(proof->identifier)));
}

/* "the acmeIdentifier extension": a digest in an OCTET STRING. */
static void add_digest(struct arena *a, const struct proof *proof, struct cert_spec *spec)
{
    str digest =
        sha256(a,
               proof_bug(proof, BUG_CLIENT_ALPN_TOKEN_DIGEST) ? proof->token
                                                              : proof->key_authorization);
    if (proof_bug(proof, BUG_CLIENT_ALPN_OLD_OID)) {
        str value = arena_printf(a, "0420%.*s", STR_ARG(hex_encode(a, digest)));
        spec->extensions = json_keep(a, json_object());
        json_object_set(spec->extensions, "1.3.6.1.5.5.7.1.30.1",
                        json_string_of(a, value));
        return;
    }
    spec->acme_identifier = digest;
    spec->acme_identifier_not_critical = proof_bug(proof, BUG_CLIENT_ALPN_NOT_CRITICAL);
    if (proof_bug(proof, BUG_CLIENT_ALPN_BARE_DIGEST))
        spec->acme_identifier_raw = digest;
}

static struct cert_spec plain_spec(struct arena *a, struct err *err)
{
    return (struct cert_spec){ .subject = STR("acmespec"),
                               .key = key_new(a, KEY_P256, err),
                               .not_before = clock_wall() - 86400,
                               .not_after = clock_wall() + 86400 };
}

static bool answer_with(struct arena *a, const struct cert_spec *spec,
                        struct alpn_answer *out, struct err *err)
{
    struct cert *cert = spec->key ? cert_issue(a, spec, err) : NULL;
    if (!cert)
        return false;
    *out = (struct alpn_answer){ .tls = { .cert_pem = cert_pem(a, cert),
                                          .key_pem = key_private_pem(a, spec->key),
                                          .alpn = "acme-tls/1" } };
    return true;
}

bool proof_ordinary_certificate(struct arena *a, struct alpn_answer *out, struct err *err)
{
    struct cert_spec spec = plain_spec(a, err);
    strs_add(a, &spec.dns_names, STR("www.acmespec.test"));
    return answer_with(a, &spec, out, err);
}

bool proof_certificate(struct arena *a, const struct proof *proof,
                       struct alpn_answer *out, struct err *err)
{
    struct cert_spec spec = plain_spec(a, err);
    if (proof_bug(proof, BUG_CLIENT_ALPN_SIGNED))
        spec.issuer_key = key_new(a, KEY_P256, err);
    add_names(a, proof, &spec);
    add_digest(a, proof, &spec);
    if (!answer_with(a, &spec, out, err))
        return false;
    if (proof_bug(proof, BUG_CLIENT_ALPN_NO_PROTOCOL))
        out->tls.alpn = NULL;
    return true;
}
