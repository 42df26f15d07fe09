/* SPDX-License-Identifier: MIT */
/* What the files of fetch.h share; nobody else includes it. */
#ifndef HTTP_FETCH_INSIDE_H
#define HTTP_FETCH_INSIDE_H

#include <curl/curl.h>

#include "base/buf.h"
#include "crypto/tls.h"
#include "http/fetch.h"

struct fetcher {
    struct fetch_options options;  /* texts are copies */
    struct curl_slist *connect_to; /* the pin, or NULL */
    CURL *curl;
};

/* Where several requests wait until all of them have their connection. */
struct gate;
void gate_pass(struct gate *gate);

/* How far the header of the answer was read. */
enum answer_part { ANSWER_AWAITED, ANSWER_HEADER, ANSWER_BODY };

/* One request under way, for libcurl's callbacks. */
struct transfer {
    struct arena *arena; /* of the response */
    str url;
    struct response *response;
    struct timings *timings;
    struct gate *gate;             /* NULL: nobody to wait for */
    const struct tls_roots *roots; /* NULL: whatever libcurl has */
    fetch_guard *guard;            /* NULL: none */
    str host;                      /* of the URL, for the guard */
    struct err refusal;            /* the guard's, or empty */
    bool shaking_hands;            /* TCP was there, and TLS begun */
    bool began; /* the connection was there and the request was begun */
    enum answer_part part;
    struct buf body;
    struct buf folded; /* a value over several lines, growing */
    size_t header_bytes;
    bool header_over, not_http;
    char reason[CURL_ERROR_SIZE];
};

/* Whether exchanges are to end early. */
bool fetch_is_stopped(const struct fetcher *f);

/* Makes a fresh handle ready for the URL: limits, trust, callbacks.  Before t goes, the
 * handle has to be reset or closed. */
bool handle_prepare(const struct fetcher *f, CURL *curl, struct transfer *t,
                    struct err *err) MUST_CHECK;

/* Lets the guard of the fetcher, where it has one, look at the host of the URL, and from
 * then on at every address of it. */
bool guard_prepare(const struct fetcher *f, CURL *curl, struct transfer *t,
                   struct err *err) MUST_CHECK;

/* fetch() that waits at the gate, when there is one, before it sends. */
bool fetch_gated(struct fetcher *f, struct arena *a, const struct request *request,
                 struct gate *gate, struct response *response, struct timings *timings,
                 struct err *err) MUST_CHECK;

/* Callbacks that fill in t->response; context is the transfer. */
size_t answer_on_header(char *data, size_t size, size_t count, void *context);
size_t answer_on_body(char *data, size_t size, size_t count, void *context);

/* The parsed roots for a PEM text, from the cache of this process. */
const struct tls_roots *fetch_roots(str ca_pem, struct err *err);

/* Why the transfer broke, in one sentence; returns false. */
bool fetch_explain(const struct fetcher *f, const struct transfer *t, CURLcode code,
                   struct err *err);

#endif
