/* SPDX-License-Identifier: MIT */
/* The responder's state and its parts.  Whatever both the caller and our threads touch
 * stands behind one lock; the parts take it themselves unless it is said otherwise. */
#ifndef MOCKS_RESPONDER_INSIDE_H
#define MOCKS_RESPONDER_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "mocks/dns_server.h"
#include "mocks/dns_zone.h"
#include "mocks/responder.h"

/* An answer of the web server. */
struct web_page {
    str name, path; /* name in lower case, empty: any */
    struct web_answer answer;
};

/* An answer of the TLS server. */
struct alpn_name {
    str sni; /* lower case */
    struct alpn_answer answer;
};

enum { MOST_HANDSHAKES = 64 };

/* A TLS connection with a thread of its own, since OpenSSL waits for the peer. */
struct handshake {
    struct responder *responder;
    enum { HANDSHAKE_FREE, HANDSHAKE_RUNS, HANDSHAKE_DONE } state; /* behind the lock */
    pthread_t thread;
    int fd;
    char peer[NET_TEXT];
};

struct responder {
    pid_t owner; /* the process that has the threads; in a child there are none */
    int http_port, tls_port, dns_port;
    pthread_mutex_t lock;
    struct arena *arena; /* of what is behind the lock */

    /* behind the lock */
    struct web_page *page;
    size_t page_count;
    struct alpn_name *alpn;
    size_t alpn_count;
    struct dns_zone *zone;
    const char *web_folder, *txt_folder; /* of the options */
    str echo;                            /* the thumbprint of responder_echo() */
    bool echo_all;
    bool narrow;
    bool minds_case;
    struct query *query;
    size_t query_count;
    pthread_cond_t asked; /* one more query is recorded */
    struct handshake handshake[MOST_HANDSHAKES];

    /* the web server's thread is the listener's */
    struct arena *web_arena;
    struct listener *listener;

    /* the polling thread's, between its start and its end */
    struct arena *poll_arena;
    struct dns_server *dns;
    int tls_listener;
    int64_t rest_until; /* starved of file descriptors */
    struct watch watch;

    pthread_t thread;
    bool thread_runs, stopped;
    int wake[2]; /* a pipe; a byte in it wakes the polling thread */
    atomic_bool stopping;
};

/* Texts that are kept: copies in the locked arena.  The caller holds the lock. */
str responder_keep(struct responder *r, str s);
str responder_keep_lower(struct responder *r, str s);

/* Adds a copy of a query to the record; its at_us is now. */
void responder_record(struct responder *r, const struct query *query);
/* Wakes the polling thread. */
void responder_wake(struct responder *r);

/* The web server. */
bool responder_web_start(struct responder *r, const struct responder_options *options,
                         struct err *err) MUST_CHECK;

/* The DNS server: a dns_receiver whose context is the responder. */
void responder_dns_receive(void *context, struct arena *a, str wire,
                           const struct dns_ticket *ticket);

/* The TLS server, polled with the DNS server: what it waits for (its place in the watch,
 * or -1), the connections that wait, and the end of all that run. */
int responder_alpn_watch(struct responder *r);
void responder_alpn_serve(struct responder *r, int place);
void responder_alpn_end(struct responder *r);

#endif
