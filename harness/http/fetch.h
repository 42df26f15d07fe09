/* SPDX-License-Identifier: MIT */
/* Sends one request and receives one response by libcurl.  A fetcher has connections and
 * settings of its own; roots are parsed once per process, before any fork. */
#ifndef HTTP_FETCH_H
#define HTTP_FETCH_H

#include "http/message.h"

struct fetcher;

/* Once per process, before threads and forks: starts libcurl, and ignores SIGPIPE, so
 * what is executed later has to have it reset. */
void fetch_start(void);
/* Parses the roots now, so that processes forked later find them parsed: the system's
 * bundle takes 30 ms.  Without this the first https request that needs them does it. */
bool fetch_trust(str ca_pem, struct err *err) MUST_CHECK;

struct sockaddr;
/* Says where no connection may lead: asked with the host of a URL before it is resolved,
 * the address being NULL, and again with each address before it is connected to.  false
 * with a sentence prevents it. */
typedef bool fetch_guard(str host, const struct sockaddr *address, struct err *err);

struct fetch_options {
    str ca_pem;      /* PEM text of the roots to trust; empty: the system's bundle */
    bool insecure;   /* accept any certificate */
    long connect_ms; /* deadline for connection and TLS; 0: 30 s */
    long total_ms;   /* deadline for the whole exchange; 0: 60 s */
    size_t
        body_ceiling; /* bytes; what is longer is cut and the transfer ended; 0: 4 MiB */
    str pin_host;     /* URLs of this host (empty: of any) go to pin_address:pin_port */
    str pin_address;  /* numeric; empty: resolve as usual */
    int pin_port;     /* 0: the URL's */
    const char *user_agent;   /* NULL: none is sent */
    fetch_guard *guard;       /* NULL: every connection may be made */
    const volatile int *stop; /* exchanges end early once this is not 0; may be NULL */
};

/* The library that sends, with its version: "libcurl/8.5.0". */
const char *fetch_library(void);
/* A fetcher that lives in the arena; options are copied. */
struct fetcher *fetcher_new(struct arena *a, const struct fetch_options *options);

struct timings {
    int64_t sent_us;  /* clock_us() when the request began, the connection being there */
    int64_t first_us; /* first line of the answer; 0: there was none */
    int64_t done_us;  /* last byte, or when it broke */
    bool new_connection;
};

/* Whether the guard lets requests to the URL pass, wherever its host leads; false with
 * the guard's sentence.  Nothing is connected to, and what does not resolve leads
 * nowhere. */
bool fetch_may_reach(fetch_guard *guard, str url, struct err *err) MUST_CHECK;

/* One request, no redirects followed, exactly the headers given (plus Host, and
 * Content-Length with a body; no Accept, no Expect unless given; User-Agent from the
 * options unless given).  An empty header value in the request removes libcurl's own
 * header.  true with a response whenever one came, whatever its status; false with a
 * sentence that says at which point it broke (resolving, connecting, TLS, time-out,
 * reset, not HTTP, too long). */
bool fetch(struct fetcher *f, struct arena *a, const struct request *request,
           struct response *response, struct timings *timings,
           struct err *err) MUST_CHECK;

/* Sends bytes of one's own over a new connection (TLS for https URLs, verified as usual)
 * to the URL's host and reads what comes until close, ceiling or deadline; or until
 * nothing more follows a whole HTTP response for a quarter of a second.  false when no
 * connection came about; a peer that then says nothing gives an empty answer. */
bool fetch_raw(struct fetcher *f, struct arena *a, str url, str bytes, str *answer,
               struct err *err) MUST_CHECK;

/* Sends bytes over a new connection of TCP alone, whatever the URL's scheme, to its host
 * and port, and reads until `whole` says that all is there, or close (then *closed),
 * ceiling (64 KiB) or deadline.  false when no connection came about. */
typedef bool fetch_whole(void *context, str answer);
bool fetch_plain(struct fetcher *f, struct arena *a, str url, str bytes,
                 fetch_whole *whole, void *context, str *answer, bool *closed,
                 struct err *err) MUST_CHECK;

/* Closes the kept connections, so the next request opens a new one. */
void fetcher_drop_connections(struct fetcher *f);
/* Changes the total deadline for the following requests. */
void fetcher_deadline(struct fetcher *f, long total_ms);

/* Several requests at the same time, each on a connection of its own that is opened first
 * and held at the gate until all are ready, so that they arrive together.  A response
 * with status 0 had the error in errs[i]. */
void fetch_together(struct fetcher *f, struct arena *a, const struct request *requests,
                    size_t count, struct response *responses, struct timings *timings,
                    struct err *errs);

#endif
