/* SPDX-License-Identifier: MIT */
/* The parts of the relay: what it does with DNS, and with connections for the web and TLS
 * responders.  Both are bound in the process that starts the relay and then polled in the
 * relay's own. */
#ifndef MOCKS_RELAY_INSIDE_H
#define MOCKS_RELAY_INSIDE_H

#include "mocks/net.h"
#include "mocks/relay.h"

#define RELAY_UPSTREAM "127.0.0.1"
enum { RELAY_DEADLINE_MS = 60 * 1000 };

/* What both ask: whose a name is. */
struct relay_map {
    struct relay_slot *slot;
    str zone;
    int block;
};

enum relay_kind { RELAY_DNS, RELAY_HTTP, RELAY_TLS };
/* The port of the scenario whose name it is; 0: nobody is there; -1: nobody's name. */
int relay_port_of(const struct relay_map *map, str name, enum relay_kind kind);

/* A block of addresses is 127.BLOCK.0.0/16.  Who has both ports at the last address of
 * one, where no slot is, has it for his own. */
struct relay_block {
    int number;
    int http, tls; /* sockets, or -1 */
};
bool relay_block_take(const struct relay_options *options, struct relay_block *block,
                      struct err *err) MUST_CHECK;
void relay_block_leave(struct relay_block *block);

struct relay_dns;
struct relay_dns *relay_dns_new(struct arena *a, const struct relay_map *map,
                                const char *address, int port, struct err *err);
int relay_dns_bound(const struct relay_dns *d, int sockets[2]); /* its port */
void relay_dns_watch(struct relay_dns *d, struct watch *w);
void relay_dns_serve(struct relay_dns *d, const struct watch *w);

struct relay_splice;
/* RELAY_HTTP goes by the Host header, RELAY_TLS by SNI.  At most `most` connections. */
struct relay_splice *relay_splice_new(struct arena *a, const struct relay_map *map,
                                      enum relay_kind kind, const char *address, int port,
                                      size_t most, struct err *err);
int relay_splice_socket(const struct relay_splice *s);
void relay_splice_watch(struct relay_splice *s, struct watch *w);
void relay_splice_serve(struct relay_splice *s, const struct watch *w);

#endif
