/* SPDX-License-Identifier: MIT */
/* The run's one DNS responder, and, where all scenarios share one loopback address, its
 * one web and TLS port: a process of its own that hands each query to the scenario whose
 * name it asks for.  A CA under test knows one DNS server, one http-01 port and one
 * tls-alpn-01 port, while scenarios run side by side. */
#ifndef MOCKS_RELAY_H
#define MOCKS_RELAY_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

enum { RELAY_SLOTS = 4096 };

/* Where a scenario's own responders are; written by its process, read by the relay. Ports
 * 0: nobody is there. */
struct relay_slot {
    _Atomic int dns_port, http_port, tls_port; /* on 127.0.0.1 */
};

struct relay_options {
    const char *dns_address;           /* "127.0.0.1" */
    int dns_port, http_port, tls_port; /* http and tls 0: there are none */
    str zone;                          /* names are LABEL.sN.RUN.zone: N is the slot */
    bool shared; /* relay http by Host and TLS by SNI too; else each slot has the ports at
                    an address of its own */
};

struct relay;
/* Binds at once (so a port in use is told here), then forks the relay's process.  The
 * slots lie in shared memory made here.  Their addresses are a block in which no other
 * relay on this machine has these ports, as long as this one lives. */
struct relay *relay_start(struct arena *a, const struct relay_options *options,
                          struct err *err);
struct relay_slot *relay_slot(struct relay *relay, int slot);
int relay_dns_port(const struct relay *relay);
/* Ends the process; also happens when the arena ends (in the process that started it). */
void relay_stop(struct relay *relay);
/* The loopback address of a slot, where each has its own: "127.1.0.18", the second number
 * being the block, the first one without a relay; 127.0.0.x is left to others. */
str relay_address(struct arena *a, const struct relay *relay, int slot);
/* A second address of the slot, for a server beside those at the first. */
str relay_other_address(struct arena *a, const struct relay *relay, int slot);
/* The slot that a name like "_acme-challenge.a.s17.r4fa3.acmespec.test", an address in
 * the block or its name below in-addr.arpa belongs to, or -1. */
int relay_slot_of(str name, str zone, int block);

#endif
