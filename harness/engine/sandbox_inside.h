/* SPDX-License-Identifier: MIT */
/* The parts of the sandbox.  For sandbox*.c only. */
#ifndef ENGINE_SANDBOX_INSIDE_H
#define ENGINE_SANDBOX_INSIDE_H

#include "crypto/cert.h"
#include "engine/sandbox.h"

/* Fills in why a step of making it failed, by errno and what the system forbids.  Always
 * false. */
bool sandbox_refused(const char *step, struct err *err);
/* In new namespaces, as root of them: loopback, files, trust, folders and /proc.  sockets
 * is what /proc/net/unix said before. */
bool sandbox_furnish(struct arena *a, const struct sandbox *what, str sockets,
                     struct err *err) MUST_CHECK;
/* A keystore for Java that trusts these, and where it stands in the folder. */
str sandbox_keystore(struct arena *a, const struct chain *roots);
str sandbox_keystore_path(struct arena *a, str folder);

#endif
