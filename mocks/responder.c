/* SPDX-License-Identifier: MIT */
/* The responder as a whole: its start and its end, the polling thread, the record. */
#include "mocks/responder_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/condition.h"

enum {
    LOOK_UP_MS = 60 * 1000,
    /* A peer that asks without end must not fill the memory. */
    MOST_QUERIES = 100 * 1000,
    MOST_RECORDED = 64 * 1024 * 1024
};

str responder_keep(struct responder *r, str s)
{
    return str_copy(r->arena, s.ptr ? s : STR_NONE);
}

str responder_keep_lower(struct responder *r, str s)
{
    return str_lower(r->arena, s.ptr ? s : STR_NONE);
}

/* --- the record --- */

static struct query query_copy(struct arena *a, const struct query *from)
{
    struct query copy = *from;
    copy.name = str_copy(a, from->name);
    copy.detail = str_copy(a, from->detail);
    copy.peer = str_copy(a, from->peer);
    copy.spelling = str_copy(a, from->spelling);
    copy.headers = (struct headers){ 0 };
    for (size_t i = 0; i < from->headers.count; i++)
        headers_add(a, &copy.headers, str_copy(a, from->headers.item[i].name),
                    str_copy(a, from->headers.item[i].value));
    return copy;
}

void responder_record(struct responder *r, const struct query *query)
{
    pthread_mutex_lock(&r->lock);
    if (r->query_count < MOST_QUERIES && arena_size(r->arena) < MOST_RECORDED) {
        r->query = GROW(r->arena, r->query, r->query_count, struct query);
        r->query[r->query_count] = query_copy(r->arena, query);
        r->query[r->query_count++].at_us = clock_us();
        pthread_cond_broadcast(&r->asked);
    }
    pthread_mutex_unlock(&r->lock);
}

static bool is_like(const struct query *q, const struct query *wanted)
{
    return q->kind == wanted->kind && q->at_us >= wanted->at_us
        && (!wanted->name.len || str_eq_nocase(q->name, wanted->name))
        && (!wanted->detail.len || str_eq(q->detail, wanted->detail));
}

/* Looks at those from *from on; the caller holds the lock. */
static bool was_asked(const struct responder *r, const struct query *wanted, size_t *from)
{
    while (*from < r->query_count)
        if (is_like(&r->query[(*from)++], wanted))
            return true;
    return false;
}

bool responder_await(struct responder *r, const struct query *wanted, long ms)
{
    int64_t until_us = clock_us() + ms * 1000;
    size_t from = 0;
    bool asked, late = false;
    pthread_mutex_lock(&r->lock);
    while (!(asked = was_asked(r, wanted, &from)) && !late)
        late = !condition_wait(&r->asked, &r->lock, until_us);
    pthread_mutex_unlock(&r->lock);
    return asked;
}

size_t responder_queries(struct responder *r, struct arena *a, struct query **out)
{
    pthread_mutex_lock(&r->lock);
    size_t count = r->query_count;
    *out = NEW_ARRAY(a, struct query, count);
    for (size_t i = 0; i < count; i++)
        (*out)[i] = query_copy(a, &r->query[i]);
    pthread_mutex_unlock(&r->lock);
    return count;
}

/* --- the polling thread --- */

void responder_wake(struct responder *r)
{
    /* A full pipe wakes as well. */
    ssize_t written = write(r->wake[1], "", 1);
    (void)written;
}

static void drain_wake(const struct responder *r)
{
    char bytes[256];
    while (read(r->wake[0], bytes, sizeof bytes) > 0)
        continue;
}

static void *poll_servers(void *context)
{
    struct responder *r = context;
    while (!atomic_load(&r->stopping)) {
        watch_clear(&r->watch, LOOK_UP_MS);
        watch_add(&r->watch, r->wake[0], POLLIN);
        dns_server_watch(r->dns, &r->watch);
        int tls = responder_alpn_watch(r);
        watch_wait(&r->watch);
        drain_wake(r);
        dns_server_serve(r->dns, &r->watch);
        responder_alpn_serve(r, tls);
    }
    return NULL;
}

/* Signals belong to the thread that started us, which waits for them. */
static bool start_thread(struct responder *r, struct err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&r->thread, NULL, poll_servers, r);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    r->thread_runs = failed == 0;
    return !failed || err_set(err, "no thread for the DNS server: %s", strerror(failed));
}

/* --- start and end --- */

static bool open_wake(struct responder *r, struct err *err)
{
    if (pipe(r->wake) < 0) {
        r->wake[0] = r->wake[1] = -1;
        return err_set(err, "no pipe for the responder: %s", strerror(errno));
    }
    for (int i = 0; i < 2; i++) {
        fcntl(r->wake[i], F_SETFD, FD_CLOEXEC);
        fcntl(r->wake[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

static bool open_dns(struct responder *r, const struct responder_options *o,
                     struct err *err)
{
    struct dns_server_options options = { .address = o->dns_address,
                                          .port = o->dns_port,
                                          .receive = responder_dns_receive,
                                          .context = r };
    r->dns = dns_server_new(r->poll_arena, &options, err);
    r->dns_port = r->dns ? dns_server_port(r->dns) : 0;
    return r->dns || err_at(err, "the DNS server");
}

static bool open_tls(struct responder *r, const struct responder_options *o,
                     struct err *err)
{
    r->tls_listener = net_listen(o->address, o->tls_port, err);
    r->tls_port = r->tls_listener < 0 ? 0 : net_port(r->tls_listener);
    return r->tls_listener >= 0 || err_at(err, "the TLS server");
}

static void end_responder(void *object)
{
    struct responder *r = object;
    responder_stop(r);
    /* A child process has neither the threads nor a right to their sockets' peace. */
    if (r->owner != getpid())
        return;
    arena_end(r->web_arena);
    arena_end(r->poll_arena);
    arena_end(r->arena);
    pthread_cond_destroy(&r->asked);
    pthread_mutex_destroy(&r->lock);
}

static struct responder *prepared(struct arena *a,
                                  const struct responder_options *options)
{
    struct responder *r = NEW(a, struct responder);
    r->owner = getpid();
    r->arena = arena_new(NULL);
    r->web_arena = arena_new(NULL);
    r->poll_arena = arena_new(NULL);
    r->zone = dns_zone_new(r->arena, responder_keep(r, options->answer_address));
    if (options->web_folder)
        r->web_folder = str_z(r->arena, str_of(options->web_folder));
    if (options->txt_folder)
        r->txt_folder = str_z(r->arena, str_of(options->txt_folder));
    r->wake[0] = r->wake[1] = r->tls_listener = -1;
    pthread_mutex_init(&r->lock, NULL);
    condition_init(&r->asked);
    arena_defer(a, end_responder, r);
    return r;
}

struct responder *responder_new(struct arena *a, const struct responder_options *options,
                                struct err *err)
{
    struct responder *r = prepared(a, options);
    if (open_wake(r, err) && open_dns(r, options, err) && open_tls(r, options, err)
        && responder_web_start(r, options, err) && start_thread(r, err))
        return r;
    responder_stop(r);
    return NULL;
}

int responder_http_port(const struct responder *r)
{
    return r->http_port;
}

int responder_tls_port(const struct responder *r)
{
    return r->tls_port;
}

int responder_dns_port(const struct responder *r)
{
    return r->dns_port;
}

/* Our own threads end first, then what they used. */
void responder_stop(struct responder *r)
{
    if (r->stopped || r->owner != getpid())
        return;
    r->stopped = true;
    atomic_store(&r->stopping, true);
    if (r->thread_runs) {
        responder_wake(r);
        pthread_join(r->thread, NULL);
    }
    responder_alpn_end(r);
    if (r->listener)
        listener_stop(r->listener);
    arena_reset(r->poll_arena);
    net_close_kept(&r->tls_listener);
    net_close_kept(&r->wake[0]);
    net_close_kept(&r->wake[1]);
}
