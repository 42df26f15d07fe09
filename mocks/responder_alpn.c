/* SPDX-License-Identifier: MIT */
/* The TLS server of tls-alpn-01 (RFC 8737 3): a certificate by server name.  The polling
 * thread accepts; each handshake has a thread of its own and a deadline. */
#include "mocks/responder_inside.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "mocks/hello.h"

enum {
    DEADLINE_MS = 10 * 1000,
    PEEK_AGAIN_MS = 5,
    LONGEST_PEEK = 20 * 1024,
    STARVED_MS = 100
};

static struct alpn_name *name_of(struct responder *r, str sni)
{
    for (size_t i = 0; i < r->alpn_count; i++)
        if (str_eq(r->alpn[i].sni, sni))
            return &r->alpn[i];
    return NULL;
}

/* A copy whose texts live in the arena. */
static struct alpn_answer answer_copy(struct arena *a, const struct alpn_answer *from)
{
    struct alpn_answer copy = *from;
    copy.tls.cert_pem =
        str_copy(a, from->tls.cert_pem.ptr ? from->tls.cert_pem : STR_NONE);
    copy.tls.key_pem = str_copy(a, from->tls.key_pem.ptr ? from->tls.key_pem : STR_NONE);
    copy.tls.alpn = from->tls.alpn ? str_z(a, str_of(from->tls.alpn)) : NULL;
    return copy;
}

void responder_alpn(struct responder *r, str sni, const struct alpn_answer *answer)
{
    pthread_mutex_lock(&r->lock);
    str kept = responder_keep_lower(r, sni);
    struct alpn_name *name = name_of(r, kept);
    if (!name) {
        r->alpn = GROW(r->arena, r->alpn, r->alpn_count, struct alpn_name);
        name = &r->alpn[r->alpn_count++];
        name->sni = kept;
    }
    name->answer = answer_copy(r->arena, answer);
    pthread_mutex_unlock(&r->lock);
}

void responder_alpn_withdraw(struct responder *r, str sni)
{
    pthread_mutex_lock(&r->lock);
    struct alpn_name *name = name_of(r, responder_keep_lower(r, sni));
    if (name)
        *name = r->alpn[--r->alpn_count];
    pthread_mutex_unlock(&r->lock);
}

/* --- one handshake --- */

static bool find_answer(struct responder *r, struct arena *a, const char *sni,
                        struct alpn_answer *out)
{
    *out = (struct alpn_answer){ 0 };
    pthread_mutex_lock(&r->lock);
    const struct alpn_name *name = name_of(r, str_of(sni));
    if (!name)
        name = name_of(r, STR("*"));
    if (name)
        *out = answer_copy(a, &name->answer);
    pthread_mutex_unlock(&r->lock);
    return name != NULL;
}

/* Waits until bytes beyond the `seen` first ones are there; false at the end. */
static bool wait_for_more(int fd, int64_t until, ssize_t seen)
{
    struct pollfd item = { .fd = fd, .events = POLLIN };
    int64_t left = until - clock_ms();
    if (left <= 0)
        return false;
    if (seen <= 0)
        return poll(&item, 1, (int)left) > 0;
    /* poll would return at once as long as what was seen is not taken off; only that we
     * ended the connection ourselves still shows. */
    clock_sleep_ms(PEEK_AGAIN_MS);
    item.events = 0;
    return poll(&item, 1, 0) == 0;
}

/* Looks at the hello without taking it off, so that a connection can be dropped before a
 * single byte of an answer.  False when there is none to be seen. */
static bool see_hello(struct arena *a, int fd, struct hello *out)
{
    struct arena *scratch = arena_new(a);
    char *bytes = arena_alloc(a, 1, LONGEST_PEEK);
    int64_t until = clock_ms() + DEADLINE_MS;
    ssize_t seen = 0;
    while (wait_for_more(fd, until, seen)) {
        ssize_t got = recv(fd, bytes, LONGEST_PEEK, MSG_PEEK);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            return false;
        seen = got;
        arena_reset(scratch);
        enum peek peek =
            hello_peek(scratch, (str){ bytes, got > 0 ? (size_t)got : 0 }, out);
        if (peek != PEEK_MORE || got == LONGEST_PEEK)
            return peek == PEEK_DONE;
    }
    return false;
}

static void record(struct responder *r, const struct hello *hello, const char *peer)
{
    struct query query = { .kind = QUERY_TLS,
                           .name = str_of(hello->sni),
                           .detail = str_of(hello->alpn),
                           .peer = str_of(peer),
                           .spelling = STR_NONE };
    responder_record(r, &query);
}

static void record_end(struct responder *r, const struct hello *seen, const char *peer)
{
    const char *how = seen->closed_ms < 0 ? "late" : "clean";
    struct query query = { .kind = QUERY_CLOSE,
                           .name = str_of(seen->sni),
                           .detail = str_of(seen->sent_data ? "data" : how),
                           .peer = str_of(peer),
                           .spelling = STR_NONE };
    responder_record(r, &query);
}

static void choose(void *context, struct arena *a, const struct hello *hello,
                   struct tls_answer *answer)
{
    (void)a;
    (void)hello;
    *answer = *(const struct tls_answer *)context;
}

/* Takes off what waits, so that closing sends FIN and not RST. */
static void take_off(int fd)
{
    char bytes[4096];
    while (recv(fd, bytes, sizeof bytes, 0) > 0)
        continue;
}

static void answer_handshake(struct arena *a, struct handshake *h)
{
    struct hello hello = { 0 }, seen;
    struct alpn_answer answer = { 0 };
    struct err err;
    if (see_hello(a, h->fd, &hello)) {
        record(h->responder, &hello, h->peer);
        find_answer(h->responder, a, hello.sni, &answer);
    }
    if (answer.drop) {
        take_off(h->fd);
        return;
    }
    /* Without an answer it is refused; how it went is the peer's to judge. */
    if (tls_answer_once(a, h->fd, DEADLINE_MS, choose, &answer.tls, &seen, &err))
        record_end(h->responder, &seen, h->peer);
}

static void *run_handshake(void *context)
{
    struct handshake *h = context;
    struct responder *r = h->responder;
    struct arena *a = arena_new(NULL);
    answer_handshake(a, h);
    arena_end(a);
    pthread_mutex_lock(&r->lock);
    close(h->fd);
    h->state = HANDSHAKE_DONE;
    pthread_mutex_unlock(&r->lock);
    responder_wake(r);
    return NULL;
}

/* --- the polling thread's side --- */

/* A free place, after joining a thread that is done. */
static struct handshake *free_place(struct responder *r)
{
    struct handshake *found = NULL;
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; !found && i < MOST_HANDSHAKES; i++)
        if (r->handshake[i].state != HANDSHAKE_RUNS)
            found = &r->handshake[i];
    pthread_mutex_unlock(&r->lock);
    if (found && found->state == HANDSHAKE_DONE) {
        pthread_join(found->thread, NULL);
        found->state = HANDSHAKE_FREE;
    }
    return found;
}

int responder_alpn_watch(struct responder *r)
{
    bool rests = clock_ms() < r->rest_until;
    if (rests)
        watch_until(&r->watch, r->rest_until);
    /* With all places taken, a handshake that ends wakes us. */
    return rests || !free_place(r) ? -1 : watch_add(&r->watch, r->tls_listener, POLLIN);
}

static bool start_handshake(struct responder *r, struct handshake *h)
{
    sigset_t all, before;
    h->responder = r;
    h->state = HANDSHAKE_RUNS;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&h->thread, NULL, run_handshake, h);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0;
}

void responder_alpn_serve(struct responder *r, int place)
{
    bool starved = false;
    struct handshake *h = watch_saw(&r->watch, place) ? free_place(r) : NULL;
    if (!h)
        return;
    int fd = net_accept(r->tls_listener, h->peer, &starved);
    if (starved)
        r->rest_until = clock_ms() + STARVED_MS;
    if (fd < 0)
        return;
    h->fd = fd;
    if (start_handshake(r, h))
        return;
    h->state = HANDSHAKE_FREE;
    close(fd);
}

/* The polling thread has ended, so nobody starts another one. */
void responder_alpn_end(struct responder *r)
{
    for (size_t i = 0; i < MOST_HANDSHAKES; i++) {
        struct handshake *h = &r->handshake[i];
        pthread_mutex_lock(&r->lock);
        bool is_free = h->state == HANDSHAKE_FREE;
        /* Whatever it waits for, it now sees the end. */
        if (h->state == HANDSHAKE_RUNS)
            shutdown(h->fd, SHUT_RDWR);
        pthread_mutex_unlock(&r->lock);
        if (!is_free)
            pthread_join(h->thread, NULL);
        h->state = HANDSHAKE_FREE;
    }
}
