/* SPDX-License-Identifier: MIT */
/* The clients that this machine has: adapters, looked up. */
#ifndef CLIENTS_H
#define CLIENTS_H

#include "engine/target.h"

/* The adapter of a name, scenarios/clients/NAME.acme, or of a file; mistakes in it are
 * told in m. */
bool clients_find(struct arena *a, str root, str name, struct adapter *out,
                  struct mistakes *m, struct err *err) MUST_CHECK;
/* What there is of a client on this machine. */
struct standing {
    bool here;      /* its programs are in PATH, and the version could be told */
    str version;    /* what it prints, one line; empty when it says nothing */
    struct err why; /* it is not here: a sentence with how to get it */
};
void clients_look(struct arena *a, const struct adapter *adapter, struct standing *out);
/* The folders that a client is started from: a sandbox has a /tmp of its own, and has to
 * show these in it.  A sentence when a program lies in /tmp itself. */
bool clients_keep(struct arena *a, const struct adapter *adapter, struct strs *keep,
                  struct err *err) MUST_CHECK;
/* Makes the client the target, with what it can do; t->sandboxed is settled by then, and
 * why_no_sandbox says why it is not. */
void clients_target(struct arena *a, const struct adapter *adapter, str why_no_sandbox,
                    struct target *t);
/* Prints a line for each adapter: installed or not, what it can do.  The exit status. */
int clients_list(struct arena *a, str root);

#endif
