/* SPDX-License-Identifier: MIT */
/* The mock CA as a whole: started, stopped, and told what an operator would tell it. */
#include "mocks/ca.h"

#include <arpa/inet.h>

#include "mocks/ca_identifier.h"
#include "mocks/ca_issuer.h"
#include "mocks/ca_route.h"
#include "mocks/ca_welcome.h"
#include "mocks/ca_validate.h"

_Static_assert((int)CA_MOST_LIMITS == (int)MOST_LIMITS, "a count for every limit");

static void set_defaults(struct ca_options *o)
{
    o->address = o->address ? o->address : "127.0.0.1";
    /* Which is 127.0.0.1 everywhere, and of other addresses nobody knows it. */
    if (!o->host.len)
        o->host =
            strcmp(o->address, "127.0.0.1") == 0 ? STR("localhost") : str_of(o->address);
    o->default_address = o->default_address.len ? o->default_address : STR("127.0.0.1");
    o->caa_identity = o->caa_identity.len ? o->caa_identity : STR("ca.acmespec.test");
    o->dns_port = o->dns_port ? o->dns_port : 53;
    o->http_port = o->http_port ? o->http_port : 80;
    o->tls_port = o->tls_port ? o->tls_port : 443;
    o->token_start = o->token_start.ptr ? o->token_start : STR_NONE;
    o->token_end = o->token_end.ptr ? o->token_end : STR_NONE;
    o->attempts = o->attempts ? o->attempts : 3;
    o->retry_ms = o->retry_ms ? o->retry_ms : 5000;
    o->connect_ms = o->connect_ms ? o->connect_ms : 5000;
    o->total_ms = o->total_ms ? o->total_ms : 10000;
    o->workers = o->workers ? o->workers : 8;
    o->order_s = o->order_s ? o->order_s : 86400;
    o->page = o->page ? o->page : 50;
}

/* It binds to loopback: nobody is to find it from elsewhere. */
static bool is_loopback(const char *address)
{
    unsigned char bytes[16];
    if (inet_pton(AF_INET, address, bytes) == 1)
        return bytes[0] == 127;
    return strcmp(address, "::1") == 0;
}

bool ca_options_check(const struct ca_options *options, struct err *err)
{
    str named = options->default_address;
    if (options->address && !is_loopback(options->address))
        return err_set(err, "the mock CA binds to loopback only, and %s is not",
                       options->address);
    return named.len == 0 || ca_address_near(named)
        || err_set(err,
                   "the mock CA validates at loopback or private addresses only, and "
                   "%.*s is neither",
                   STR_ARG(named));
}

static void stop(void *object)
{
    ca_stop(object);
}

static void destroy_lock(void *object)
{
    pthread_mutex_destroy(object);
}

static void shake(void *context, struct arena *a, struct odd_handshake *out)
{
    const struct ca *ca = context;
    if (ca->options.handshake)
        ca->options.handshake(ca->options.hook_context, a, out);
    ca_welcome(ca, a, out);
}

static bool listen_now(struct ca *ca, struct err *err)
{
    struct listen_options options = { .address = ca->options.address,
                                      .port = ca->options.port,
                                      .cert_pem = ca->issuer->listener_cert_pem,
                                      .key_pem = ca->issuer->listener_key_pem,
                                      .body_ceiling = CA_MOST_BODY,
                                      .long_bodies = true,
                                      .handler = ca_serve,
                                      .peeks = ca_welcomes(ca),
                                      .tls = ca_tls(ca),
                                      .context = ca };
    if (ca->options.handshake || options.peeks)
        options.handshake = shake;
    /* Nobody is served before the port is known: it is in every URL. */
    pthread_mutex_lock(&ca->lock);
    ca->listener = listener_new(ca->arena, &options, err);
    if (ca->listener) {
        const char *scheme = bug_on(ca, BUG_HTTP_URLS) ? "http" : "https";
        int port = listener_port(ca->listener);
        str host = url_host(ca->arena, ca->options.host);
        ca->base = port == 443
            ? arena_printf(ca->arena, "%s://%.*s", scheme, STR_ARG(host))
            : arena_printf(ca->arena, "%s://%.*s:%d", scheme, STR_ARG(host), port);
        ca->directory = ca->options.bare_directory
            ? ca->base
            : ca_url_of(ca, ca->arena, STR("/directory"));
    }
    pthread_mutex_unlock(&ca->lock);
    return ca->listener != NULL;
}

struct ca *ca_new(struct arena *a, const struct ca_options *options, struct err *err)
{
    struct ca *ca = NEW(a, struct ca);
    ca->arena = arena_new(a);
    ca->options = *options;
    ca->base = ca->directory = STR_NONE;
    ca->cached_nonce = STR_NONE;
    for (size_t i = 0; i < BUG_COUNT; i++)
        ca->spoilt = ca->spoilt || ca->options.bugs.on[i];
    set_defaults(&ca->options);
    if (!ca_options_check(&ca->options, err))
        return NULL;
    pthread_mutex_init(&ca->lock, NULL);
    arena_defer(ca->arena, destroy_lock, &ca->lock);
    store_init(&ca->store, arena_new(ca->arena), ca->options.seed);
    ca->nonces = nonces_new(ca->arena);
    ca->terms = !ca->options.no_terms;
    ca->issuer = issuer_new(ca->arena, &ca->options, err);
    if (!ca->issuer)
        return NULL;
    ca->validator = validator_new(ca->arena, ca);
    arena_defer(ca->arena, stop, ca);
    return listen_now(ca, err) ? ca : NULL;
}

void ca_stop(struct ca *ca)
{
    if (ca->stopped)
        return;
    ca->stopped = true;
    if (ca->listener)
        listener_stop(ca->listener);
    validator_stop(ca->validator);
}

str ca_directory_url(const struct ca *ca)
{
    return ca->directory;
}

int ca_port(const struct ca *ca)
{
    return listener_port(ca->listener);
}

str ca_root_pem(const struct ca *ca)
{
    return ca->issuer->root_pem[0];
}

str ca_other_root_pem(const struct ca *ca)
{
    return ca->issuer->root_pem[1];
}

void ca_change_terms(struct ca *ca)
{
    pthread_mutex_lock(&ca->lock);
    ca->terms++;
    pthread_mutex_unlock(&ca->lock);
}

str ca_newest_terms(struct ca *ca, struct arena *a)
{
    pthread_mutex_lock(&ca->lock);
    int terms = ca->terms;
    pthread_mutex_unlock(&ca->lock);
    return terms ? ca_terms_url(ca, a, terms) : STR_NONE;
}

void ca_shift_clock(struct ca *ca, long seconds)
{
    pthread_mutex_lock(&ca->lock);
    ca->shift = seconds;
    pthread_mutex_unlock(&ca->lock);
}

bool ca_revoke_account(struct ca *ca, str url)
{
    pthread_mutex_lock(&ca->lock);
    struct account *account =
        table_find(&ca->store.accounts, ca_url_id(ca, url, "/account/"));
    if (account)
        ca_close_account(ca, account, STATUS_REVOKED);
    pthread_mutex_unlock(&ca->lock);
    return account != NULL;
}

bool ca_revoke_authz(struct ca *ca, str url)
{
    pthread_mutex_lock(&ca->lock);
    struct authz *authz = table_find(&ca->store.authzs, ca_url_id(ca, url, "/authz/"));
    if (authz)
        authz->status = STATUS_REVOKED;
    pthread_mutex_unlock(&ca->lock);
    return authz != NULL;
}

struct ca_figures ca_figures(struct ca *ca)
{
    pthread_mutex_lock(&ca->lock);
    const struct store *store = &ca->store;
    struct ca_figures figures = { .accounts = store->accounts.count,
                                  .orders = store->orders.count,
                                  .authorizations = store->authzs.count,
                                  .certificates = store->certificates.count,
                                  .revoked = store->revoked,
                                  .bytes = arena_size(store->arena),
                                  .requests = ca->requests };
    pthread_mutex_unlock(&ca->lock);
    return figures;
}
