/* SPDX-License-Identifier: MIT */
/* Sockets over the POSIX calls, and poll. */
#include "mocks/net.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum { BACKLOG = 512, PAIR_TRIES = 50 };

static const int net_types[] = {
    [NET_STREAM] = SOCK_STREAM, [NET_DATAGRAM] = SOCK_DGRAM
};

static bool prepare(int fd)
{
    int status = fcntl(fd, F_GETFL);
    return status >= 0 && fcntl(fd, F_SETFL, status | O_NONBLOCK) == 0
        && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

static bool look_up(const char *address, int port, enum net_kind kind,
                    struct sockaddr_storage *out, socklen_t *len, struct err *err)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                              .ai_socktype = net_types[kind] };
    struct addrinfo *found = NULL;
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    int failed = getaddrinfo(address, service, &hints, &found);
    if (failed || !found)
        return err_set(err, "%s is not a numeric address: %s", address,
                       gai_strerror(failed));
    memcpy(out, found->ai_addr, found->ai_addrlen);
    *len = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

static int socket_of(int family, enum net_kind kind, struct err *err)
{
    int fd = socket(family, net_types[kind], 0);
    if (fd >= 0 && prepare(fd))
        return fd;
    err_set(err, "no socket: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static int bound(const char *address, int port, enum net_kind kind, struct err *err)
{
    struct sockaddr_storage here;
    socklen_t len;
    if (!look_up(address, port, kind, &here, &len, err))
        return -1;
    int fd = socket_of(here.ss_family, kind, err);
    if (fd < 0)
        return -1;
    /* Only TCP needs it, to bind again while old connections wait to die; for UDP it
     * would let two servers share a port unseen. */
    int yes = kind == NET_STREAM;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&here, len) == 0
        && (kind == NET_DATAGRAM || listen(fd, BACKLOG) == 0))
        return fd;
    err_set(err, "%s port %d over %s cannot be bound: %s", address, port,
            kind == NET_STREAM ? "TCP" : "UDP", strerror(errno));
    close(fd);
    return -1;
}

int net_listen(const char *address, int port, struct err *err)
{
    return bound(address, port, NET_STREAM, err);
}

int net_datagrams(const char *address, int port, struct err *err)
{
    return bound(address, port, NET_DATAGRAM, err);
}

static bool pair_once(const char *address, int port, struct net_pair *out,
                      struct err *err)
{
    out->udp = net_datagrams(address, port, err);
    if (out->udp < 0)
        return false;
    out->port = net_port(out->udp);
    out->tcp = net_listen(address, out->port, err);
    if (out->tcp >= 0)
        return true;
    close(out->udp);
    return false;
}

/* A port that the kernel chose for UDP may be taken for TCP; then another is tried. */
bool net_pair_open(const char *address, int port, struct net_pair *out, struct err *err)
{
    for (int i = 0; i < PAIR_TRIES; i++) {
        if (pair_once(address, port, out, err))
            return true;
        if (port)
            break;
    }
    return false;
}

int net_port(int fd)
{
    struct sockaddr_storage here = { 0 };
    socklen_t len = sizeof here;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (getsockname(fd, (struct sockaddr *)&here, &len) < 0)
        return 0;
    memcpy(&v4, &here, sizeof v4);
    memcpy(&v6, &here, sizeof v6);
    return ntohs(here.ss_family == AF_INET6 ? v6.sin6_port : v4.sin_port);
}

int net_connect(const char *address, int port, enum net_kind kind, struct err *err)
{
    struct sockaddr_storage there;
    socklen_t len;
    if (!look_up(address, port, kind, &there, &len, err))
        return -1;
    int fd = socket_of(there.ss_family, kind, err);
    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&there, len) == 0 || errno == EINPROGRESS)
        return fd;
    err_set(err, "%s port %d does not answer: %s", address, port, strerror(errno));
    close(fd);
    return -1;
}

int net_error(int fd)
{
    int error = 0;
    socklen_t len = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 ? errno : error;
}

int net_accept(int listener, char peer[NET_TEXT], bool *starved)
{
    struct sockaddr_storage from = { 0 };
    socklen_t len = sizeof from;
    int fd = accept(listener, (struct sockaddr *)&from, &len);
    *starved = fd < 0
        && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM);
    if (fd < 0)
        return -1;
    net_text(&from, peer);
    if (prepare(fd))
        return fd;
    close(fd);
    return -1;
}

void net_text(const struct sockaddr_storage *from, char text[NET_TEXT])
{
    if (getnameinfo((const struct sockaddr *)from, sizeof *from, text, NET_TEXT, NULL, 0,
                    NI_NUMERICHOST))
        text[0] = 0;
}

void net_close_reset(int fd)
{
    struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

void net_close_kept(void *object)
{
    int *fd = object;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void watch_clear(struct watch *w, long most_ms)
{
    w->count = 0;
    w->until_ms = clock_ms() + most_ms;
}

int watch_add(struct watch *w, int fd, short events)
{
    if (w->count == WATCH_MOST)
        return -1;
    w->item[w->count] = (struct pollfd){ .fd = fd, .events = events };
    return w->count++;
}

void watch_until(struct watch *w, int64_t ms)
{
    if (ms < w->until_ms)
        w->until_ms = ms;
}

void watch_wait(struct watch *w)
{
    int64_t left = w->until_ms - clock_ms();
    int seen = poll(w->item, (nfds_t)w->count, left > 0 ? (int)left : 0);
    for (int i = 0; seen < 0 && i < w->count; i++)
        w->item[i].revents = 0;
}

short watch_saw(const struct watch *w, int place)
{
    return place >= 0 && place < w->count ? w->item[place].revents : 0;
}
