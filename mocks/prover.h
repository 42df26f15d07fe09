/* SPDX-License-Identifier: MIT */
/* Provers: ways to put a proof of control where the CA looks for it. */
#ifndef MOCKS_PROVER_H
#define MOCKS_PROVER_H

#include "mocks/responder.h"
#include "mocks/subscriber.h"

/* By a responder's own servers: http-01, tls-alpn-01, and dns-01 when the CA asks its
 * DNS. */
struct prover_servers {
    struct responder *responder;
    bool dns; /* whether the CA asks the responder's DNS */
};
struct prover prover_of_servers(struct prover_servers *servers);

/* http-01 by files below the document root of somebody's web server, which are made
 * readable for all. */
struct prover_webroot {
    str folder;
};
struct prover prover_of_webroot(struct prover_webroot *webroot);

/* Any type by a program of the user's: PROGRAM provide|withdraw TYPE NAME VALUE TOKEN,
 * where for dns-01 NAME is the TXT record's and VALUE its text, and else NAME is the
 * identifier and VALUE the key authorization.  Status 0: it is there. */
struct prover_program {
    str path;
    const char *type; /* what it can do */
};
struct prover prover_of_program(struct prover_program *program);

#endif
