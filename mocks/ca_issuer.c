/* SPDX-License-Identifier: MIT */
/* Keys and certificates of the mock CA.  All is made at start and lives in memory. */
#include "mocks/ca_issuer.h"

#include "acme/identifier.h"
#include "base/clock.h"
#include "crypto/b64url.h"

enum { SERIAL_BYTES = 16, DAY = 86400, ROOT_DAYS = 3650, LISTENER_DAYS = 365 };

const struct profile_row ca_profiles[] = {
    { "classic", "90 days, for servers and clients", 90L * DAY, true },
    { "tlsserver", "45 days, for servers", 45L * DAY, true },
    { "shortlived", "6 days, no wildcard names", 6L * DAY, false },
};
const size_t ca_profile_count = countof(ca_profiles);

const struct profile_row *ca_profile_find(str name)
{
    for (size_t i = 0; i < ca_profile_count; i++)
        if (str_is(name, ca_profiles[i].name))
            return &ca_profiles[i];
    return NULL;
}

/* RFC 5280 4.1.2.2: positive.  Without a seed it is random. */
static str serial_by_seed(struct arena *a, const struct ca_options *options,
                          const char *what, size_t n)
{
    if (!options->seed)
        return STR_NONE;
    str bytes = str_upto(sha256(a,
                                arena_printf(a, "%llu %s %zu",
                                             (unsigned long long)options->seed, what, n)),
                         SERIAL_BYTES);
    char *serial = arena_alloc(a, 1, SERIAL_BYTES);
    memcpy(serial, bytes.ptr, SERIAL_BYTES);
    serial[0] = (char)((serial[0] & 0x3f) | 0x40);
    return (str){ serial, SERIAL_BYTES };
}

static struct cert *issue_authority(struct arena *a, const char *name, str serial,
                                    const struct key *key, const struct key *issuer_key,
                                    const struct cert *issuer, struct err *err)
{
    struct cert_spec spec = { .subject = str_of(name),
                              .serial = serial,
                              .key = key,
                              .issuer_key = issuer_key,
                              .issuer = issuer,
                              .not_before = clock_wall() - DAY,
                              .not_after = clock_wall() + (time_t)ROOT_DAYS * DAY,
                              .ca = true };
    return cert_issue(a, &spec, err);
}

static bool make_chain(struct arena *a, struct issuer *issuer,
                       const struct ca_options *options, size_t n, struct err *err)
{
    static const char *const which[ISSUER_CHAINS] = { "root", "other root" };
    const char *authority = options->authority ? options->authority : "acmespec mock";
    const char *name = arena_printf(a, "%s %s", authority, which[n]).ptr;
    struct key *key = key_new(a, KEY_P256, err);
    if (!key)
        return false;
    str serial = serial_by_seed(a, options, "root", n);
    issuer->root[n] = issue_authority(a, name, serial, key, NULL, NULL, err);
    if (!issuer->root[n])
        return false;
    serial = serial_by_seed(a, options, "intermediate", n);
    name = arena_printf(a, "%s intermediate", authority).ptr;
    issuer->intermediate[n] =
        issue_authority(a, name, serial, issuer->key, key, issuer->root[n], err);
    if (!issuer->intermediate[n])
        return false;
    issuer->root_pem[n] = cert_pem(a, issuer->root[n]);
    issuer->intermediate_pem[n] = cert_pem(a, issuer->intermediate[n]);
    return true;
}

static void add_name(struct arena *a, struct cert_spec *spec, str name)
{
    struct strs *list = identifier_is_ip(name) ? &spec->ip_addresses : &spec->dns_names;
    if (!strs_has(list, name))
        strs_add(a, list, name);
}

/* Wishes for a certificate that no client may take (RFC 8555 6.1, RFC 9110 4.3.4). */
static void spoil_listener(struct cert_spec *spec, const struct ca_options *options)
{
    if (options->tls_untrusted) {
        spec->issuer_key = NULL;
        spec->issuer = NULL;
    }
    if (options->tls_expired) {
        spec->not_before -= (time_t)2 * DAY;
        spec->not_after = clock_wall() - DAY;
    }
}

static void name_listener(struct arena *a, struct cert_spec *spec,
                          const struct ca_options *options)
{
    if (options->tls_other_name) {
        add_name(a, spec, STR("elsewhere.acmespec.test"));
        return;
    }
    add_name(a, spec, options->host);
    add_name(a, spec, STR("localhost"));
    add_name(a, spec, STR("127.0.0.1"));
    add_name(a, spec, STR("::1"));
    add_name(a, spec, str_of(options->address));
    for (size_t i = 0; i < options->names.count; i++)
        add_name(a, spec, options->names.item[i]);
}

static bool make_listener(struct arena *a, struct issuer *issuer,
                          const struct ca_options *options, struct err *err)
{
    struct key *key = key_new(a, KEY_P256, err);
    struct cert_spec spec = { .subject = STR("acmespec mock CA"),
                              .serial = serial_by_seed(a, options, "listener", 0),
                              .key = key,
                              .issuer_key = issuer->key,
                              .issuer = issuer->intermediate[0],
                              .not_before = clock_wall() - DAY,
                              .not_after = clock_wall() + (time_t)LISTENER_DAYS * DAY };
    name_listener(a, &spec, options);
    spoil_listener(&spec, options);
    struct cert *cert = key ? cert_issue(a, &spec, err) : NULL;
    if (!cert)
        return false;
    issuer->listener_cert_pem = arena_printf(a, "%.*s%.*s", STR_ARG(cert_pem(a, cert)),
                                             STR_ARG(issuer->intermediate_pem[0]));
    issuer->listener_key_pem = key_private_pem(a, key);
    /* RFC 9773 4.1: the identifier begins with the authority key identifier. */
    str ari;
    if (options->tls_untrusted)
        return true;
    if (!cert_ari_id(a, cert, &ari, err))
        return false;
    return b64url_decode(a, str_upto(ari, str_find_char(ari, '.')), &issuer->key_id)
        || err_set(err, "the authority key identifier cannot be read");
}

struct issuer *issuer_new(struct arena *a, const struct ca_options *options,
                          struct err *err)
{
    struct issuer *issuer = NEW(a, struct issuer);
    issuer->key = key_new(a, KEY_P256, err);
    if (!issuer->key)
        return NULL;
    for (size_t n = 0; n < ISSUER_CHAINS; n++)
        if (!make_chain(a, issuer, options, n, err))
            return NULL;
    return make_listener(a, issuer, options, err) ? issuer : NULL;
}

/* --- issuing --- */

/* RFC 8555 7.4: what was ordered, else what the profile gives. */
static void set_dates(struct ca *ca, const struct order *order, struct cert_spec *spec)
{
    const struct profile_row *profile = &ca_profiles[0];
    if (order->profile && !bug_on(ca, BUG_PROFILE_IGNORED))
        profile = ca_profile_find(str_of(order->profile));
    bool asked = !bug_on(ca, BUG_DATES_IGNORED) && !bug_on(ca, BUG_LEAF_OUTLIVES);
    spec->not_before = asked && order->not_before ? order->not_before : ca_now(ca) - 3600;
    spec->not_after = asked && order->not_after ? order->not_after
                                                : ca_now(ca)
            + (time_t)(ca->options.certificate_s ? ca->options.certificate_s
                                                 : profile->lifetime_s);
    if (bug_on(ca, BUG_LEAF_OUTLIVES))
        spec->not_after = ca_now(ca) + 2L * ROOT_DAYS * DAY;
}

static void set_names(struct ca *ca, struct arena *a, const struct order *order,
                      const struct csr *csr, struct cert_spec *spec)
{
    bool names_only = bug_on(ca, BUG_ADDRESS_ISSUED_AS_NAME);
    for (size_t i = 0; i < order->count; i++)
        strs_add(a,
                 order->identifier[i].ip && !names_only ? &spec->ip_addresses
                                                        : &spec->dns_names,
                 order->identifier[i].value);
    if (bug_on(ca, BUG_WWW_ADDED) && spec->dns_names.count)
        strs_add(a, &spec->dns_names,
                 arena_printf(a, "www.%.*s", STR_ARG(spec->dns_names.item[0])));
    if (bug_on(ca, BUG_CSR_NAMES_ISSUED)) {
        spec->dns_names = csr->dns_names;
        spec->ip_addresses = csr->ip_addresses;
    }
}

/* Planted: other names than those that were ordered. */
static void spoil_names(struct ca *ca, struct arena *a, struct cert_spec *spec)
{
    if (!spec->dns_names.count)
        return;
    str first = spec->dns_names.item[0];
    if (bug_on(ca, BUG_COMMON_NAME_OTHER))
        spec->subject = arena_printf(a, "www.%.*s", STR_ARG(first));
    if (bug_on(ca, BUG_ADDRESS_ADDED))
        strs_add(a, &spec->ip_addresses, STR("127.0.0.1"));
    if (bug_on(ca, BUG_NAME_IN_SUBJECT)) {
        spec->subject = first;
        spec->dns_names.count = 0;
    }
}

/* Of whose certificate the key is taken instead, by a planted bug: the order before this
 * one, or one that was finalized at the same time. */
static const struct order *former_of(struct ca *ca, const struct order *order)
{
    enum { SAME_MS = 150 };
    if (bug_on(ca, BUG_OLD_CERTIFICATE_KEY))
        return order->next;
    bool mixed = bug_on(ca, BUG_FINALIZED_MIXED)
        && clock_ms() - order->account->issued_ms < SAME_MS;
    const struct order *former = mixed ? order->account->orders : NULL;
    while (former && !former->certificate)
        former = former->next;
    return former;
}

static struct key *former_key(struct ca *ca, struct arena *a, const struct order *order,
                              struct key *key)
{
    struct err err;
    const struct order *former = former_of(ca, order);
    if (!former || !former->certificate)
        return key;
    struct cert *cert = cert_from_der(a, former->certificate->der, &err);
    return cert ? cert_key(a, cert, &err) : key;
}

/* The planted bug has one place for all that is being signed. */
static void mix_up(struct ca *ca, const struct order *order, str der)
{
    const struct order *former =
        bug_on(ca, BUG_FINALIZED_MIXED) ? former_of(ca, order) : NULL;
    if (former)
        former->certificate->der = str_copy(ca->store.arena, der);
}

/* RFC 5280 4.1.2.2: positive, at most 20 octets.  Every second one begins with a bit that
 * is set, so that DER puts a zero octet in front. */
static str new_serial(struct ca *ca, struct arena *a)
{
    char *bytes = arena_alloc(a, 1, SERIAL_BYTES);
    memcpy(bytes, store_random(&ca->store, DRAW_SERIAL, a, SERIAL_BYTES).ptr,
           SERIAL_BYTES);
    bool high = ca->options.high_serials || bug_on(ca, BUG_ARI_SERIAL_ZERO);
    bytes[0] = (char)(bytes[0] | (high ? 0xc0 : 0x40));
    return (str){ bytes, SERIAL_BYTES };
}

static bool issue_in(struct arena *a, struct ca *ca, struct order *order,
                     const struct csr *csr, struct err *err)
{
    struct cert_spec spec = { .key = former_key(ca, a, order, csr->key),
                              .issuer_key = ca->issuer->key,
                              .issuer = ca->issuer->intermediate[0],
                              .must_staple = csr->must_staple,
                              .ca = csr->asks_ca && bug_on(ca, BUG_CSR_CA_COPIED) };
    if (bug_on(ca, BUG_KEY_OF_THE_CA))
        spec.key = ca->issuer->key;
    if (csr->asks_more && bug_on(ca, BUG_CSR_EXTENSION_COPIED))
        spec.extensions = json_keep(a, json_pack("{s:s}", "1.3.6.1.4.1.55738.1", "0500"));
    spec.serial = new_serial(ca, a);
    set_dates(ca, order, &spec);
    set_names(ca, a, order, csr, &spec);
    spoil_names(ca, a, &spec);
    struct cert *cert = cert_issue(a, &spec, err);
    if (!cert)
        return false;
    mix_up(ca, order, cert_der(a, cert));
    struct certificate *made =
        store_add_certificate(&ca->store, order, cert_der(a, cert), spec.serial);
    if (bug_on(ca, BUG_CERTIFICATE_BY_NAME)) {
        made->id = order->identifier[0].value;
        table_put(&ca->store.certificates, made->id, made);
    }
    made->not_before = spec.not_before;
    made->not_after = spec.not_after;
    order->csr = STR_NONE;
    order->account->issued_ms = clock_ms();
    order->status = bug_on(ca, BUG_ORDER_BACK_TO_READY) ? STATUS_READY : STATUS_VALID;
    return true;
}

bool ca_issue(struct ca *ca, struct order *order, const struct csr *csr, struct err *err)
{
    struct arena *a = arena_new(NULL);
    bool issued = issue_in(a, ca, order, csr, err);
    arena_end(a);
    return issued;
}
