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
/* Our files until the new /proc comes over them. */
#define SANDBOX_STAGE "/proc"
bool sandbox_tmpfs(const char *folder, const char *mode);
/* With what is mounted below it, since the kernel lets nobody look under that.  A place
 * that is not there is passed over. */
bool sandbox_lay_over(const char *from, const char *over);
/* Makes all that is mounted read-only; what is mounted later is not, but for binds. */
bool sandbox_read_only(struct arena *a, struct err *err) MUST_CHECK;
/* Makes those folders of sandbox_cover() that clients make and the host has not. */
bool sandbox_add_folders(struct arena *a, struct err *err) MUST_CHECK;
/* Covers the folders of sandbox_cover(), and makes `work` and `trust` writable. */
bool sandbox_cover_folders(struct arena *a, const struct sandbox *what,
                           struct err *err) MUST_CHECK;

/* A keystore for Java that trusts these, and where it stands in the folder. */
str sandbox_keystore(struct arena *a, const struct chain *roots);
str sandbox_keystore_path(struct arena *a, str folder);

#endif
