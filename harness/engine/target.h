/* SPDX-License-Identifier: MIT */
/* What is under test: a CA, where it is, what it was told about us, what it offers; or a
 * client, by its adapter. */
#ifndef ENGINE_TARGET_H
#define ENGINE_TARGET_H

#include "acme/words.h"
#include "http/fetch.h"
#include "mocks/relay.h"
#include "script/adapter.h"
#include "script/scenario.h"
#include "script/watch.h"

enum { MOST_CAPABILITIES = 64 };

enum offer { OFFER_UNKNOWN, OFFER_YES, OFFER_NO };
struct offered {
    enum offer offer;
    str reason; /* why not, for the report */
};

struct target {
    const struct adapter *adapter; /* of the client under test; NULL: a CA is */
    const struct watches *own;     /* those that our mock CA has to hold, then */
    bool sandboxed;                /* the client runs in namespaces of its own */
    str folder;                    /* of the run of a client, for each play's files */
    struct strs keep;              /* folders that a sandbox shows, whatever it covers */
    str directory_url;
    struct fetch_options fetch;
    int http_port, tls_port, dns_port; /* what the CA was told to use */
    bool wired;       /* the CA is ours: its validation is known to come to us */
    bool own_address; /* each scenario has a loopback address of its own */
    bool go_on;       /* a must that failed does not end the scenario: what follows shows
                         whether it can fail, too */
    long timeout_ms;  /* of each play, over its scenario's deadline; 0: the scenario's */
    struct profile profile;
    str zone;            /* names are LABEL.sN.RUN.zone */
    str run;             /* a label that no other run has: "r4fa3c1" */
    struct relay *relay; /* the run's DNS, see mocks/relay.h; NULL: none */
    struct offered offered[MOST_CAPABILITIES]; /* indexed like capabilities[] */
    long slow_ms; /* what a validation took that raised the profile's deadline_factor; 0:
                     none did */
    str declined; /* why no account, or no order, can be had; empty: they can */
    str declined_type; /* and the error type of that, where such a refusal is the CA's
                          right: an answer of that type teaches nothing */
    str unreached[CHALLENGE_COUNT]; /* why nothing can be learnt of that challenge: the
                                       CA's validation does not come to us */
};

/* Index in capabilities[], or -1. */
int capability_find(str name);
/* Whether the target offers it; *reason says why not. */
bool target_offers(const struct target *t, str capability, str *reason);
/* Whether its profile says that it offers it, or that it does not. */
bool target_is_told(const struct target *t, str capability);
void target_offer(struct target *t, const char *capability, bool yes, str reason);
/* false with the reason where the CA's validation of such challenges does not come to us.
 */
bool target_reaches(const struct target *t, str challenge, struct err *err) MUST_CHECK;
/* What the profile declares goes over what was seen. */
void target_apply_profile(struct target *t);
/* How long a play of the scenario may take. */
long target_deadline_ms(const struct target *t, const struct scenario *s);
/* The same in words: "the scenario's deadline of 1.5 s". */
str target_deadline(struct arena *a, const struct target *t, const struct scenario *s);

#endif
