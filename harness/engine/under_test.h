/* SPDX-License-Identifier: MIT */
/* Suite client: the mock CA and the surroundings that a play gives to the client under
 * test, and what became of its last run. */
#ifndef ENGINE_UNDER_TEST_H
#define ENGINE_UNDER_TEST_H

#include "engine/child.h"
#include "engine/rules.h"
#include "engine/world.h"

/* What a run left in the client's files. */
struct stored {
    str chain_pem; /* empty: there is no file, or nobody knows where */
    str key_pem;
    str leaf_der; /* of the first certificate in it; empty: it holds none */
};

struct under_test {
    const struct adapter *adapter;
    struct ca *ca;                  /* of the last run */
    struct ca *first_ca, *other_ca; /* other_ca is NULL where no run is at it */
    struct rules *rules;
    enum challenge_type challenge; /* where a `run` names none */
    int http_port, tls_port, dns_port;
    str folder, work, webroot, txt_folder, trust; /* all below folder */
    struct strs set, unset;                       /* of the environment, for every line */
    int64_t arrived_us;    /* the request at hand; on the listener's thread */
    size_t fired;          /* rules that were applied until then */
    bool wrong;            /* a setting makes the CA one that no CA may be */
    _Atomic size_t unkept; /* requests that found no room in the journal */

    /* the last run */
    bool has_run;
    enum operation operation;
    struct strs names;
    enum client_outcome outcome;
    str reason; /* what became of it, a sentence */
    struct child_end end;
    str csr_key_pem;              /* of the csr that it was given; empty: none was */
    size_t from;                  /* exchanges that were there before it */
    struct stored before, stored; /* its files before and after */
};

/* Makes the world of a play of suite client: CA with the scenario's rules and settings,
 * DNS, web server, folders; the client is not started. */
bool under_test_new(struct world *w, struct err *err) MUST_CHECK;
/* Where a play has its files, in the run's folder. */
str under_test_folder(struct arena *a, const struct target *target, int slot);
/* Enters the sandbox of a play, where there is one: from here on this is another process,
 * see engine/sandbox.h. */
bool under_test_enter(struct arena *a, const struct target *target, int slot,
                      struct err *err) MUST_CHECK;
/* After the last run: a sentence when a rule never fired, else empty. */
str under_test_idle_rule(const struct world *w);
/* What was exchanged in the last run, a line each, and what the client printed. */
str under_test_transcript(const struct world *w);
/* Stops the CA, so that nothing is exchanged any more. */
void under_test_stop(struct world *w);

/* engine/under_test_judge.c: sets outcome and reason of the run that ended. */
void under_test_judge(struct world *w, const struct child_run *run);
#endif
