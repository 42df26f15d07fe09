/* SPDX-License-Identifier: MIT */
/* DNS over UDP and TCP (RFC 1035 4.2, RFC 7766) on one port: receives queries, sends
 * answers whenever they are ready.  It knows nothing of what a query means.  It belongs
 * to one thread, which polls it with others in one watch. */
#ifndef MOCKS_DNS_SERVER_H
#define MOCKS_DNS_SERVER_H

#include "mocks/net.h"

struct dns_server;

/* Where an answer goes; may be kept as long as one likes. */
struct dns_ticket {
    bool tcp;
    char peer[NET_TEXT]; /* numeric address */
    struct sockaddr_storage from;
    size_t connection; /* with tcp: its place and serial number */
    uint64_t serial;
};

/* Called for each query; wire and a live until it returns. */
typedef void dns_receiver(void *context, struct arena *a, str wire,
                          const struct dns_ticket *ticket);

struct dns_server_options {
    const char *address;
    int port; /* 0: the kernel chooses */
    dns_receiver *receive;
    void *context;
};

/* Binds.  The sockets are closed when the arena ends. */
struct dns_server *dns_server_new(struct arena *a,
                                  const struct dns_server_options *options,
                                  struct err *err);
int dns_server_port(const struct dns_server *s);
/* Its two sockets, for a process that closes all others. */
void dns_server_sockets(const struct dns_server *s, int out[2]);
/* Adds what it waits for. */
void dns_server_watch(struct dns_server *s, struct watch *w);
/* Does what can be done after the wait. */
void dns_server_serve(struct dns_server *s, const struct watch *w);
/* Sends an answer; to a connection that has ended meanwhile nothing is sent. */
void dns_server_reply(struct dns_server *s, const struct dns_ticket *ticket, str wire);

#endif
