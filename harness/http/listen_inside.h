/* SPDX-License-Identifier: MIT */
/* What the files of listen.h share; nobody else includes it. */
#ifndef HTTP_LISTEN_INSIDE_H
#define HTTP_LISTEN_INSIDE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "http/listen.h"

/* Who says nothing, or only half of a hello, has one of a limited number of connections:
 * until its first request line each is patient for so long only. */
enum { SILENT_S = 5 };

/* A request that waits, in a list sorted by due time. */
struct wait {
    struct wait *next;
    int64_t due_us; /* NEVER: until the listener stops */
    struct MHD_Connection *connection;
};
#define NEVER INT64_MAX

struct taken; /* a connection that libmicrohttpd has no more (listen_shake.c) */

struct listener {
    struct listen_options options; /* texts are copies */
    struct MHD_Daemon *daemon;
    int port;
    atomic_bool stopping;
    pthread_mutex_t lock; /* for all below */
    pthread_cond_t changed;
    struct wait *waits;
    struct taken *taken;
    pthread_t timer; /* started by the first wait that ends */
    bool has_timer;
};

/* One request, from its first line until the answer was sent or the connection broke.  It
 * lives in its own arena. */
struct call {
    struct arena *arena;
    struct listener *listener;
    struct MHD_Connection *connection;
    struct request request;
    struct buf body;
    str target; /* as it was sent */
    const char *peer;
    struct reply reply;
    bool begun;       /* the header was looked at */
    bool answered;    /* the handler was asked */
    bool queued;      /* its answer is on its way */
    size_t swallowed; /* bytes of the body beyond the ceiling */
    struct wait wait;
    int64_t next_piece_us; /* when a dripping body goes on */
};

/* Suspends the connection until then; false when the listener stops. */
bool call_wait(struct call *call, int64_t due_us);
/* Resumes all that wait, for good, and ends the timer. */
void waits_end(struct listener *l);
/* Ends the handshakes that are odd; none begins any more. */
void taken_end(struct listener *l);

/* Queues what the handler answered; the result is for libmicrohttpd. */
enum MHD_Result call_answer(struct call *call);
/* Sends what no HTTP library would (listen_raw.c); the connection is closed then. */
void call_send_raw(struct call *call);
/* The interim response that goes before the answer. */
void call_send_interim(struct call *call);
/* Sends bytes that are no TLS record, as far as the kernel takes them. */
void send_broken_tls(int fd);
/* Sends bytes past any library, as far as the kernel takes them. */
void send_to(int fd, str bytes);
/* Queues a plain answer of our own. */
enum MHD_Result call_refuse(struct call *call, int status, const char *sentence);

/* libmicrohttpd's callbacks; context is the listener. */
void *call_on_target(void *context, const char *target,
                     struct MHD_Connection *connection);
enum MHD_Result call_on_request(void *context, struct MHD_Connection *connection,
                                const char *url, const char *method, const char *version,
                                const char *upload, size_t *upload_size, void **call);
void call_on_connection(void *context, struct MHD_Connection *connection, void **kept,
                        enum MHD_ConnectionNotificationCode code);
void call_on_end(void *context, struct MHD_Connection *connection, void **call,
                 enum MHD_RequestTerminationCode code);

#endif
