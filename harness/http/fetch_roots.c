/* SPDX-License-Identifier: MIT */
/* The roots that were parsed already, for as long as the process lives.  With handles of
 * their own, libcurl's users would otherwise parse the system's bundle for every
 * connection, which takes longer than all the rest of a scenario. */
#include "http/fetch_inside.h"

#include <pthread.h>

#include "base/file.h"

enum { LARGEST_BUNDLE = 16 * 1024 * 1024 };

struct known {
    struct known *next;
    str pem; /* empty: the system's bundle */
    struct tls_roots *roots;
};

static struct {
    pthread_mutex_t lock;
    struct arena *arena; /* never ends */
    struct known *first;
} cache = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const char *const usual_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
};

/* As OpenSSL and libcurl would choose; NULL when there is none. */
static const char *bundle_path(void)
{
    const char *path = getenv("SSL_CERT_FILE");
    if (path && *path)
        return path;
    path = curl_version_info(CURLVERSION_NOW)->cainfo;
    if (path && file_exists(path))
        return path;
    for (size_t i = 0; i < countof(usual_bundles); i++)
        if (file_exists(usual_bundles[i]))
            return usual_bundles[i];
    return NULL;
}

static struct tls_roots *parse(str ca_pem, struct err *err)
{
    if (ca_pem.len)
        return tls_roots_new(cache.arena, ca_pem, err);
    str bundle;
    const char *path = bundle_path();
    if (!path) {
        err_set(err,
                "this system has no bundle of roots to trust; name a file with the "
                "peer's root");
        return NULL;
    }
    struct arena *step = arena_new(NULL);
    struct tls_roots *roots = NULL;
    if (file_read(step, path, LARGEST_BUNDLE, &bundle, err))
        roots = tls_roots_new(cache.arena, bundle, err);
    arena_end(step);
    return roots;
}

static const struct known *find(str ca_pem)
{
    const struct known *known = cache.first;
    while (known && !str_eq(known->pem, ca_pem))
        known = known->next;
    return known;
}

static const struct known *learn(str ca_pem, struct err *err)
{
    if (!cache.arena)
        cache.arena = arena_new(NULL);
    struct tls_roots *roots = parse(ca_pem, err);
    if (!roots)
        return NULL;
    struct known *known = NEW(cache.arena, struct known);
    *known = (struct known){ cache.first, str_copy(cache.arena, ca_pem), roots };
    cache.first = known;
    return known;
}

const struct tls_roots *fetch_roots(str ca_pem, struct err *err)
{
    pthread_mutex_lock(&cache.lock);
    const struct known *known = find(ca_pem);
    if (!known)
        known = learn(ca_pem, err);
    pthread_mutex_unlock(&cache.lock);
    return known ? known->roots : NULL;
}

bool fetch_trust(str ca_pem, struct err *err)
{
    return fetch_roots(ca_pem, err) != NULL;
}
