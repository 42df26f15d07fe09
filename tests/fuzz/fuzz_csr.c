/* SPDX-License-Identifier: MIT */
/* Fuzzes what arrives as DER or PEM: certificate requests and chains. */
#include "tests/fuzz/fuzz.h"

#include "crypto/cert.h"

/* 2026-01-01T00:00:00Z, so that an input means the same on every day. */
static const time_t now = 1767225600;

static void request(struct arena *a, str der)
{
    struct csr csr;
    struct err err;
    if (!csr_read(a, der, &csr, &err))
        return;
    fuzz_must(csr.key != NULL, "a request that can be read has a key");
    (void)csr_is_signed(&csr);
}

static void every_part(struct arena *a, const struct cert *cert)
{
    struct strs dns = { 0 }, ips = { 0 }, other = { 0 };
    struct err err;
    time_t from, to;
    str text;
    bool critical;
    cert_names(a, cert, &dns, &ips, &other);
    (void)cert_common_names(a, cert);
    (void)cert_key(a, cert, &err);
    cert_validity(cert, &from, &to);
    (void)cert_serial_hex(a, cert);
    (void)cert_subject(a, cert);
    (void)cert_issuer(a, cert);
    (void)cert_is_ca(cert);
    (void)cert_self_signed(cert);
    (void)cert_extension(a, cert, STR("basicConstraints"), &critical, &text);
    (void)cert_usages(a, cert);
    (void)cert_ari_id(a, cert, &text, &err);
    text = cert_der(a, cert);
    fuzz_must(cert_from_der(a, text, &err) != NULL, "the DER of a certificate is one");
}

static void chain_of(struct arena *a, str pem)
{
    struct chain chain = { 0 };
    struct err err;
    (void)chain_form(pem, &err);
    if (!chain_read(a, pem, &chain, &err))
        return;
    fuzz_must(chain.count > 0, "a chain that can be read has a certificate");
    (void)chain_check(&chain, now, &err);
    for (size_t i = 0; i < chain.count && i < 4; i++)
        every_part(a, chain.item[i]);
}

static void one_cert(struct arena *a, str der)
{
    struct err err;
    struct cert *cert = cert_from_der(a, der, &err);
    if (cert)
        every_part(a, cert);
}

void fuzz_one(struct arena *a, str input)
{
    request(a, input);
    chain_of(a, input);
    one_cert(a, input);
}
