/* SPDX-License-Identifier: MIT */
/* Looks at the certificate chain in an answer's body. */
#include "base/clock.h"
#include "crypto/b64url.h"
#include "crypto/cert.h"
#include "engine/look.h"

static void look_chain_of(struct look *l, str pem)
{
    struct chain chain;
    struct err err = { "" };
    bool good = chain_read(l->world->arena, pem, &chain, &err)
        && chain_check(&chain, clock_wall(), &err);
    l->value = look_truth(l, good, str_of(err.text));
}

bool look_chain(struct look *l)
{
    look_chain_of(l, l->world->last->response.body);
    l->mark = STR("BEGIN CERTIFICATE");
    return true;
}

static bool look_names(struct look *l, const struct cert *leaf, bool ips)
{
    struct strs dns = { 0 }, addresses = { 0 }, other = { 0 };
    cert_names(l->world->arena, leaf, &dns, &addresses, &other);
    l->value = look_list(l, ips ? &addresses : &dns);
    return true;
}

static bool look_key(struct look *l, const struct cert *leaf)
{
    struct key *key = cert_key(l->world->arena, leaf, l->err);
    if (key)
        l->value = look_text(l, key_thumbprint(l->world->arena, key));
    return key != NULL;
}

static bool look_validity(struct look *l, const struct cert *leaf, str what)
{
    time_t before, after;
    cert_validity(leaf, &before, &after);
    if (str_is(what, "validity-days"))
        l->value = look_number(l, (after - before) / 86400);
    else
        l->value = look_text(
            l,
            date_rfc3339(l->world->arena, str_is(what, "not-before") ? before : after));
    return true;
}

/* Who trusts the leaf has to have a chain for as long: RFC 5280 6.1 wants each
 * certificate of it in its time. */
static void look_within_issuer(struct look *l, const struct chain *chain)
{
    struct arena *a = l->world->arena;
    time_t before, end, issuer_end;
    if (chain->count < 2)
        return;
    cert_validity(chain->item[0], &before, &end);
    cert_validity(chain->item[1], &before, &issuer_end);
    l->value =
        look_truth(l, end <= issuer_end,
                   arena_printf(a, "the certificate ends on %.*s, and its issuer on %.*s",
                                STR_ARG(date_rfc3339(a, end)),
                                STR_ARG(date_rfc3339(a, issuer_end))));
}

static bool look_extension(struct look *l, const struct cert *leaf, str name)
{
    bool critical;
    str der;
    if (cert_extension(l->world->arena, leaf, name, &critical, &der))
        l->value = look_text(l, critical ? STR("critical") : STR("not critical"));
    return true;
}

static bool look_leaf(struct look *l, const struct cert *leaf, str what)
{
    struct arena *a = l->world->arena;
    if (str_is(what, "names") || str_is(what, "ips"))
        return look_names(l, leaf, str_is(what, "ips"));
    if (str_is(what, "key"))
        return look_key(l, leaf);
    if (str_is(what, "validity-days") || str_is(what, "not-before")
        || str_is(what, "not-after"))
        return look_validity(l, leaf, what);
    if (str_starts(what, "extension-"))
        return look_extension(l, leaf, str_from(what, 10));
    if (str_is(what, "common-names") || str_is(what, "usages")) {
        struct strs texts =
            str_is(what, "usages") ? cert_usages(a, leaf) : cert_common_names(a, leaf);
        l->value = look_list(l, &texts);
        return true;
    }
    if (str_is(what, "serial"))
        l->value = look_text(l, cert_serial_hex(a, leaf));
    else if (str_is(what, "issuer"))
        l->value = look_text(l, cert_issuer(a, leaf));
    else if (str_is(what, "der"))
        l->value = look_text(l, hex_encode(a, cert_der(a, leaf)));
    else
        return err_set(l->err, "a certificate has no \"%.*s\" to look at", STR_ARG(what));
    return true;
}

bool look_pem(struct look *l, str pem)
{
    struct arena *a = l->world->arena;
    struct chain chain;
    struct err err = { "" };
    if (str_is(l->arg[0], "form")) {
        bool good = chain_form(pem, &err);
        l->value = look_truth(l, good, str_of(err.text));
        return true;
    }
    if (str_is(l->arg[0], "chain")) {
        look_chain_of(l, pem);
        return true;
    }
    /* No certificate where one is asked about is an absence, not an error of ours. */
    if (!chain_read(a, pem, &chain, &err)) {
        l->world->reason = str_copy(a, str_of(err.text));
        return true;
    }
    if (str_is(l->arg[0], "count")) {
        l->value = look_number(l, (long long)chain.count);
        return true;
    }
    if (str_is(l->arg[0], "top-issuer")) {
        l->value = look_text(l, cert_issuer(a, chain.item[chain.count - 1]));
        return true;
    }
    if (str_is(l->arg[0], "within-issuer")) {
        look_within_issuer(l, &chain);
        return true;
    }
    return look_leaf(l, chain.item[0], l->arg[0]);
}

bool look_certificate(struct look *l)
{
    l->mark = STR("BEGIN CERTIFICATE");
    return look_pem(l, l->world->last->response.body);
}
