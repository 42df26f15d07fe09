/* SPDX-License-Identifier: MIT */
/* A stub resolver for the mock CA: asks one DNS server, over UDP and where the answer is
 * cut over TCP, and follows CNAMEs itself, so that each hop can be shown.  Answers that
 * do not belong to the question are ignored. */
#ifndef MOCKS_RESOLVER_H
#define MOCKS_RESOLVER_H

#include "mocks/dns.h"

/* One question that was sent, or one CNAME that an answer brought along. */
struct resolver_hop {
    str name;
    str alias; /* the CNAME's target, or empty */
    int rcode; /* of the answer that said so */
    bool tcp;  /* asked again over TCP */
};

struct resolution {
    int rcode; /* of the last answer (enum dns_rcode) */
    struct dns_record
        *item; /* the records of the type asked for, at the end of the hops */
    size_t count;
    struct resolver_hop *hop;
    size_t hop_count;
};

/* One who asks a server (a numeric address, which stays where it is), one question after
 * another.  Its socket and the answers live as long as the arena. */
struct resolver *resolver_new(struct arena *a, const char *server, int port);
/* Asks for name and type.  true when it answered, whatever
 * it answered: look at rcode, then at the records.  false with the sentence when no
 * answer came within deadline_ms, nobody listens there, or CNAMEs run in a circle; the
 * hops tell how far it got. */
bool resolver_query(struct resolver *r, str name, int type, long deadline_ms,
                    struct resolution *out, struct err *err) MUST_CHECK;

#endif
