/* SPDX-License-Identifier: MIT */
/* A listener by libmicrohttpd on a port that the kernel chose (or a given one): whole
 * requests to a handler on one polling thread.  Delays are by suspend and resume, never
 * by sleeping in the thread. */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "http/message.h"

struct listener;

/* What becomes of the answer's bytes; 0-initialised it is an ordinary answer.  delay_ms
 * goes with all others; of drop, reset and hang only one can be. */
struct manner {
    long delay_ms;     /* before the first byte */
    long drip_ms;      /* pause between pieces of the body */
    size_t drip_bytes; /* size of a piece; 0: all at once */
    size_t cut_after;  /* with `cut`: close after so many bytes of the body */
    bool cut;          /* end the connection in the middle of the body */
    bool drop;         /* no answer: close the connection */
    bool reset;        /* no answer: RST */
    bool hang;         /* no answer, connection kept until the listener stops */
    bool close;        /* ordinary answer, then close */
    bool chunked;      /* the body in chunks, its length not told */
    int interim;       /* not 0: an interim response of this status before the answer */
    long wrong_length; /* with `lie`: the Content-Length to claim */
    bool lie;
    str raw;         /* not empty: these bytes instead of an answer, then close */
    bool broken_tls; /* bytes that are no TLS record, then close */
};

/* "delay, drop": in what ways the answer does not go out as its status says; or empty. */
str manner_show(struct arena *a, const struct manner *m);

/* Texts must live as long as the request's arena.  Headers go out as they are given,
 * behind the library's Date, and Content-Length is its own; one without a value or name,
 * or with a line break, and a Transfer-Encoding but "chunked", cannot be sent: the answer
 * is then 500 with a sentence, as it is for a status that is not of 100 to 999. */
struct reply {
    struct response response; /* reason and version are the library's */
    struct manner manner;
};

/* Called on the listener's thread for each whole request; `a` lives until the answer was
 * sent, and all of *request as long.  The URL is made of scheme, Host header and the
 * target as it was sent.  peer is the numeric address of the client.  Fills in *reply. */
typedef void listen_handler(void *context, struct arena *a, const struct request *request,
                            const char *peer, struct reply *reply);

/* What becomes of a TLS handshake; 0-initialised it is an ordinary one.  Otherwise the
 * connection ends with it: no request on it is ever answered. */
struct odd_handshake {
    str hello;    /* what the client sent so far, where the options have `peeks` */
    str answer;   /* not empty: these bytes to it */
    bool refused; /* the alert no_application_protocol (RFC 7301 3.2) */
    bool broken;  /* bytes that are no TLS record */
    str alpn;     /* not empty: this protocol is selected, whether it was offered or not;
                     by who offers nothing it is not seen */
};

/* Called on the listener's thread for each connection, before its handshake; out is empty
 * but for the hello. */
typedef void listen_handshake(void *context, struct arena *a, struct odd_handshake *out);

struct listen_options {
    const char *address; /* numeric, "127.0.0.1" */
    int port;            /* 0: the kernel chooses */
    str cert_pem;        /* chain, leaf first; with key_pem: HTTPS */
    str key_pem;
    size_t body_ceiling;  /* a longer request body is answered 413; 0: 4 MiB */
    bool long_bodies;     /* the handler answers that itself: it gets body_too_long */
    int most_connections; /* 0: 1000 */
    long idle_s; /* idle connections close after this; 0: 60.  Until their first request
                    line it is 5 at most. */
    listen_handler *handler;
    listen_handshake *handshake; /* NULL: all are ordinary */
    bool peeks;      /* it sees the hello; all else waits for that, a second at most */
    const char *tls; /* what is spoken, for GnuTLS; NULL: TLS 1.2 and 1.3 */
    void *context;
};

/* Listens until the arena ends; NULL with the reason when it cannot. */
struct listener *listener_new(struct arena *a, const struct listen_options *options,
                              struct err *err);
int listener_port(const struct listener *l);
/* Stops now, whatever is delayed or hangs: no handler runs afterwards.  May be called
 * twice. */
void listener_stop(struct listener *l);

#endif
