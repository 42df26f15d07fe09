/* SPDX-License-Identifier: MIT */
/* Several requests that arrive together: a thread and a handle each.  libcurl asks before
 * it sends, when connection and TLS are there; that is where all wait for the last one.
 */
#include <pthread.h>

#include "base/clock.h"
#include "http/fetch_inside.h"

struct crowd {
    pthread_mutex_t lock;
    pthread_cond_t complete;
    size_t missing; /* those that neither wait at the gate nor have failed before it */
};

struct gate {
    struct crowd *crowd;
    bool passed;
};

/* With the lock held. */
static void arrive(struct crowd *crowd)
{
    if (--crowd->missing == 0)
        pthread_cond_broadcast(&crowd->complete);
}

/* It opens in time, since each of those that are missing has a deadline to connect. */
void gate_pass(struct gate *gate)
{
    struct crowd *crowd = gate->crowd;
    gate->passed = true;
    pthread_mutex_lock(&crowd->lock);
    arrive(crowd);
    while (crowd->missing)
        pthread_cond_wait(&crowd->complete, &crowd->lock);
    pthread_mutex_unlock(&crowd->lock);
}

/* Who broke before the gate must not keep the others waiting. */
static void gate_leave(struct gate *gate)
{
    if (gate->passed)
        return;
    pthread_mutex_lock(&gate->crowd->lock);
    arrive(gate->crowd);
    pthread_mutex_unlock(&gate->crowd->lock);
}

/* One request; its arenas are its own, since an arena belongs to one thread. */
struct runner {
    pthread_t thread;
    bool started;
    struct arena *arena; /* of the response */
    struct fetcher *fetcher;
    struct gate gate;
    const struct request *request;
    struct response *response;
    struct timings *timings;
    struct err *err;
};

static void *run(void *runner)
{
    struct runner *r = runner;
    bool came = fetch_gated(r->fetcher, r->arena, r->request, &r->gate, r->response,
                            r->timings, r->err);
    (void)came; /* a status of 0 tells */
    gate_leave(&r->gate);
    return NULL;
}

static void start(struct runner *r)
{
    int error = pthread_create(&r->thread, NULL, run, r);
    r->started = error == 0;
    if (r->started)
        return;
    *r->response = (struct response){ 0 };
    *r->timings = (struct timings){ .sent_us = clock_us(), .done_us = clock_us() };
    err_set(r->err, "cannot start a thread for a request: %s", strerror(error));
    gate_leave(&r->gate);
}

/* The roots are parsed before the threads start, so none of them is late for it. */
static bool ready(struct fetcher *f, const struct request *requests, size_t count)
{
    struct err err;
    for (size_t i = 0; i < count && !f->options.insecure; i++)
        if (str_starts(requests[i].url, "https:"))
            return fetch_trust(f->options.ca_pem, &err);
    return true;
}

void fetch_together(struct fetcher *f, struct arena *a, const struct request *requests,
                    size_t count, struct response *responses, struct timings *timings,
                    struct err *errs)
{
    struct arena *step = arena_new(a);
    struct runner *runners = NEW_ARRAY(step, struct runner, count);
    struct crowd crowd = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, count };
    (void)ready(f, requests, count); /* if not, each request says why */
    for (size_t i = 0; i < count; i++) {
        struct arena *own = arena_new(a);
        runners[i] = (struct runner){ .arena = own,
                                      .request = &requests[i],
                                      .gate = { &crowd, false },
                                      .err = &errs[i],
                                      .response = &responses[i],
                                      .timings = &timings[i] };
        runners[i].fetcher = fetcher_new(arena_new(step), &f->options);
    }
    for (size_t i = 0; i < count; i++)
        start(&runners[i]);
    for (size_t i = 0; i < count; i++)
        if (runners[i].started)
            pthread_join(runners[i].thread, NULL);
    arena_end(step); /* closes the connections */
}
