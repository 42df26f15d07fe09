/* SPDX-License-Identifier: MIT */
/* The mock CA in a process of its own, as a CA is: for the program's tests of itself. */
#ifndef RUN_SELFMOCK_H
#define RUN_SELFMOCK_H

#include <sys/types.h>

#include "mocks/ca.h"

struct selfmock_options {
    int dns_port, http_port, tls_port; /* where it validates; DNS on 127.0.0.1 */
    bool eab_required; /* as scenarios/profiles/mock-eab.acme declares it */
    struct bugs bugs;  /* planted ones that it has */
};

struct selfmock {
    str url;      /* of its directory */
    str root_pem; /* to trust for it */
    pid_t pid;
    int hold; /* it lives as long as this end of a pipe is open, however its starter ends
               */
};

/* Starts it, as scenarios/profiles/mock.acme declares it or mock-eab.acme, and waits
 * until it listens. selfmock_stop() is due also after a failure. */
bool selfmock_start(struct arena *a, const struct selfmock_options *options,
                    struct selfmock *out, struct err *err) MUST_CHECK;
/* Ends it by SIGTERM and waits for it. */
void selfmock_stop(struct selfmock *m);

#endif
