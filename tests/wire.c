/* SPDX-License-Identifier: MIT */
/* The bare sockets of wire.h. */
#include "tests/wire.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "mocks/net.h"

enum { MOST_READ = 16 * 1024 * 1024 };

struct wire {
    struct arena *arena; /* of the thread */
    int fd, port;
    wire_act *act;
    void *context;
    pthread_t thread;
    pthread_mutex_t lock; /* for all below */
    bool stopping;
    int served; /* -1: none */
    str seen;
};

int wire_patience(int ms)
{
    const char *text = getenv("TEST_PATIENCE");
    long times = 1;
    ck_assert_msg(!text || !*text || str_to_long(str_of(text), 1000, &times),
                  "TEST_PATIENCE is a number up to 1000");
    return ms * (int)times;
}

bool wire_send(int fd, str bytes)
{
    while (bytes.len) {
        ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes = str_from(bytes, (size_t)sent);
    }
    return true;
}

static void read_to_end(int fd)
{
    char piece[4096];
    while (recv(fd, piece, sizeof piece, 0) > 0)
        continue;
}

void wire_say(int fd, str request, void *context)
{
    const str *text = context;
    (void)request;
    wire_send(fd, *text);
    shutdown(fd, SHUT_WR);
    read_to_end(fd);
}

void wire_say_and_reset(int fd, str request, void *context)
{
    const str *text = context;
    struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
    (void)request;
    wire_send(fd, *text);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void wire_be_silent(int fd, str request, void *context)
{
    (void)request;
    (void)context;
    read_to_end(fd);
}

void wire_repeat(int fd, str request, void *context)
{
    const str *text = context;
    (void)request;
    while (wire_send(fd, *text))
        continue;
}

/* --- the server --- */

/* Makes the connection known, so that it can be cut; false when it is too late. */
static bool take_over(struct wire *w, int fd)
{
    pthread_mutex_lock(&w->lock);
    bool ok = !w->stopping;
    w->served = ok ? fd : -1;
    pthread_mutex_unlock(&w->lock);
    return ok;
}

static void give_back(struct wire *w, int fd)
{
    pthread_mutex_lock(&w->lock);
    w->served = -1;
    close(fd);
    pthread_mutex_unlock(&w->lock);
}

static void serve_one(struct wire *w, int fd)
{
    char first[8192];
    ssize_t got = recv(fd, first, sizeof first, 0);
    str request = { first, got > 0 ? (size_t)got : 0 };
    pthread_mutex_lock(&w->lock);
    w->seen = str_copy(w->arena, request);
    pthread_mutex_unlock(&w->lock);
    if (request.len)
        w->act(fd, request, w->context);
}

static void *serve(void *wire)
{
    struct wire *w = wire;
    int fd;
    while ((fd = accept(w->fd, NULL, NULL)) >= 0) {
        if (take_over(w, fd))
            serve_one(w, fd);
        give_back(w, fd);
    }
    return NULL;
}

static void stop(void *wire)
{
    struct wire *w = wire;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    if (w->served >= 0)
        shutdown(w->served, SHUT_RDWR);
    pthread_mutex_unlock(&w->lock);
    shutdown(w->fd, SHUT_RDWR); /* wakes accept */
    pthread_join(w->thread, NULL);
    close(w->fd);
    pthread_mutex_destroy(&w->lock);
    arena_end(w->arena);
}

struct wire *wire_start(struct arena *a, wire_act *act, void *context)
{
    struct wire *w = NEW(a, struct wire);
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof at;
    w->arena = arena_new(NULL);
    w->act = act;
    w->context = context;
    w->served = -1;
    pthread_mutex_init(&w->lock, NULL);
    w->fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(w->fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(w->fd, 64), 0);
    ck_assert_int_eq(getsockname(w->fd, (struct sockaddr *)&at, &len), 0);
    w->port = ntohs(at.sin_port);
    ck_assert_int_eq(pthread_create(&w->thread, NULL, serve, w), 0);
    arena_defer(a, stop, w);
    return w;
}

int wire_port(const struct wire *w)
{
    return w->port;
}

str wire_seen(struct wire *w)
{
    pthread_mutex_lock(&w->lock);
    str seen = w->seen;
    pthread_mutex_unlock(&w->lock);
    return seen;
}

/* --- the client --- */

bool wire_send_bomb(int fd, size_t bytes)
{
    /* RFC 1952 2.3: no name, no date; then one block of fixed codes (RFC 1951 3.2.6): the
     * letter a, and from there on "258 bytes as the one before", eight times in each 13
     * bytes. */
    static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff\x4b\x1c";
    static const char again[] = "\x05\xa3\x60\x14\x8c\x82\x51\x30\x0a\x46\xc1\x28\x18";
    bool taken = wire_send(fd, (str){ head, sizeof head - 1 });
    for (size_t sent = 0; taken && sent < bytes; sent += sizeof again - 1)
        taken = wire_send(fd, (str){ again, sizeof again - 1 });
    return taken;
}

int wire_free_port(void)
{
    struct err err;
    int fd = net_listen("127.0.0.1", 0, &err), port = net_port(fd);
    ck_assert_int_ge(fd, 0);
    close(fd);
    return port;
}

int wire_connect(int port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

str wire_read(struct arena *a, int fd, int ms)
{
    struct buf b = buf_new(a, MOST_READ);
    int64_t until = clock_ms() + ms;
    char piece[16384];
    for (;;) {
        int64_t left = until - clock_ms();
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        if (left <= 0 || poll(&ready, 1, (int)left) <= 0)
            break;
        ssize_t got = recv(fd, piece, sizeof piece, 0);
        if (got <= 0)
            break;
        buf_add(&b, (str){ piece, (size_t)got });
    }
    return buf_str(&b);
}

str wire_talk(struct arena *a, int port, str bytes, int ms)
{
    int fd = wire_connect(port);
    wire_send(fd, bytes);
    str answer = wire_read(a, fd, ms);
    close(fd);
    return answer;
}
