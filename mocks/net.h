/* SPDX-License-Identifier: MIT */
/* Sockets for the mocks that serve by polling: bound to the numeric address given, never
 * blocking, closed on exec; and the set of them that one poll waits for.  Nothing here
 * knows a protocol. */
#ifndef MOCKS_NET_H
#define MOCKS_NET_H

#include <poll.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/err.h"

enum { NET_TEXT = 64, WATCH_MOST = 2048 };

/* A TCP socket that listens, or a bound UDP socket; port 0: the kernel chooses.  -1 with
 * the sentence when it cannot be had.  The caller closes it. */
int net_listen(const char *address, int port, struct err *err);
int net_datagrams(const char *address, int port, struct err *err);
/* Both on one port. */
struct net_pair {
    int udp, tcp, port;
};
bool net_pair_open(const char *address, int port, struct net_pair *out,
                   struct err *err) MUST_CHECK;
/* The port that a socket is bound to. */
int net_port(int fd);

enum net_kind { NET_STREAM, NET_DATAGRAM };
/* Begins to connect; the socket can be written when that is done, net_error then tells
 * how it ended.  -1 with the sentence when it fails at once. */
int net_connect(const char *address, int port, enum net_kind kind, struct err *err);
/* The error that waits on the socket (0: none), taken off it. */
int net_error(int fd);
/* One waiting connection, or -1; *starved tells that one waits but nothing is left to
 * take it with, so that the caller looks away for a while instead of polling in a circle.
 */
int net_accept(int listener, char peer[NET_TEXT], bool *starved);
/* The numeric address without the port. */
void net_text(const struct sockaddr_storage *from, char text[NET_TEXT]);
/* Closes with RST instead of FIN. */
void net_close_reset(int fd);
/* close(), for the arena; the object is the fd's own place, set to -1. */
void net_close_kept(void *fd);

/* What one poll waits for.  It is filled anew before each wait. */
struct watch {
    struct pollfd item[WATCH_MOST];
    int count;
    int64_t until_ms; /* clock_ms() at which to wake at the latest */
};

/* Empty, to wake after at most most_ms. */
void watch_clear(struct watch *w, long most_ms);
/* Adds a socket (poll's event bits) and returns its place; a full set returns -1. */
int watch_add(struct watch *w, int fd, short events);
/* Wake at this clock_ms() at the latest. */
void watch_until(struct watch *w, int64_t ms);
/* Polls. */
void watch_wait(struct watch *w);
/* What poll saw at a place; nothing at place -1. */
short watch_saw(const struct watch *w, int place);

#endif
