/* SPDX-License-Identifier: MIT */
/* Handshakes that no HTTP library would make: the connection is taken away from
 * libmicrohttpd as soon as it is there, and OpenSSL answers in a thread of its own. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/tls.h"
#include "http/listen_inside.h"

enum { DEADLINE_MS = SILENT_S * 1000, LINGER_MS = 2000, PEEK_MS = 1000 };

struct taken {
    struct taken *next;
    struct arena *arena;
    struct listener *listener;
    struct odd_handshake how;
    pthread_t thread;
    int fd;
    bool done; /* under the listener's lock; the fd is closed then */
};

/* --- the thread --- */

static void choose(void *context, struct arena *a, const struct hello *hello,
                   struct tls_answer *answer)
{
    const struct taken *t = context;
    (void)hello;
    *answer = (struct tls_answer){ .cert_pem = t->listener->options.cert_pem,
                                   .key_pem = t->listener->options.key_pem,
                                   .no_protocol = t->how.refused,
                                   .alpn = str_z(a, t->how.alpn) };
}

static bool reads_something(int fd, int most_ms)
{
    char bytes[4096];
    struct pollfd item = { .fd = fd, .events = POLLIN };
    return poll(&item, 1, most_ms) > 0 && recv(fd, bytes, sizeof bytes, 0) > 0;
}

/* Behind the client's hello, and so that it meets them rather than a reset. */
static void break_off(const struct taken *t)
{
    if (!reads_something(t->fd, DEADLINE_MS))
        return;
    if (t->how.broken)
        send_broken_tls(t->fd);
    else
        send_to(t->fd, t->how.answer);
    shutdown(t->fd, SHUT_WR);
    while (reads_something(t->fd, LINGER_MS))
        continue;
}

static void *shake(void *context)
{
    struct taken *t = context;
    struct hello seen;
    struct err err;
    bool breaks = t->how.broken || t->how.answer.len;
    bool good =
        !breaks && tls_answer_once(t->arena, t->fd, DEADLINE_MS, choose, t, &seen, &err);
    (void)good; /* how it went is the client's to judge */
    if (breaks)
        break_off(t);
    pthread_mutex_lock(&t->listener->lock);
    close(t->fd);
    t->done = true;
    pthread_mutex_unlock(&t->listener->lock);
    return NULL;
}

/* --- the listener's side --- */

/* libmicrohttpd keeps a socket that has ended, and closes it soon. */
static int take_socket(int fd)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return -1;
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own >= 0) {
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        dup2(ends[0], fd);
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    close(ends[0]);
    close(ends[1]);
    return own;
}

static bool start_thread(struct taken *t)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&t->thread, NULL, shake, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0;
}

/* Joins those that are done, or all. */
static void reap(struct listener *l, bool all)
{
    struct taken **place = &l->taken;
    while (*place) {
        struct taken *t = *place;
        pthread_mutex_lock(&l->lock);
        bool ends = t->done || all;
        if (ends && !t->done)
            shutdown(t->fd, SHUT_RDWR);
        pthread_mutex_unlock(&l->lock);
        if (!ends) {
            place = &t->next;
            continue;
        }
        pthread_join(t->thread, NULL);
        *place = t->next;
        arena_end(t->arena);
    }
}

/* Nothing of it is left when there is no socket or no thread for it. */
static void take(struct listener *l, int fd, struct arena *a,
                 const struct odd_handshake *how)
{
    struct taken *t = NEW(a, struct taken);
    *t = (struct taken){ .arena = a, .listener = l, .how = *how };
    t->fd = take_socket(fd);
    if (t->fd >= 0 && start_thread(t)) {
        t->next = l->taken;
        l->taken = t;
        return;
    }
    if (t->fd >= 0)
        close(t->fd);
    arena_end(a);
}

/* The first bytes, which stay for whoever reads them. */
static str peek(struct arena *a, int fd)
{
    enum { MOST = 4096 };
    char *bytes = arena_alloc(a, 1, MOST);
    struct pollfd item = { .fd = fd, .events = POLLIN };
    ssize_t got = poll(&item, 1, PEEK_MS) > 0 ? recv(fd, bytes, MOST, MSG_PEEK) : 0;
    return (str){ bytes, got > 0 ? (size_t)got : 0 };
}

static bool is_odd(const struct odd_handshake *how)
{
    return how->refused || how->broken || how->alpn.len || how->answer.len;
}

void call_on_connection(void *context, struct MHD_Connection *connection, void **kept,
                        enum MHD_ConnectionNotificationCode code)
{
    struct listener *l = context;
    struct odd_handshake how = { .hello = STR_NONE,
                                 .answer = STR_NONE,
                                 .alpn = STR_NONE };
    (void)kept;
    if (!l->options.handshake || !l->options.cert_pem.len
        || code != MHD_CONNECTION_NOTIFY_STARTED)
        return;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct arena *a = arena_new(NULL);
    if (info && l->options.peeks)
        how.hello = peek(a, info->connect_fd);
    l->options.handshake(l->options.context, a, &how);
    reap(l, false);
    if (info && is_odd(&how))
        take(l, info->connect_fd, a, &how);
    else
        arena_end(a);
}

void taken_end(struct listener *l)
{
    reap(l, true);
}
