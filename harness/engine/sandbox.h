/* SPDX-License-Identifier: MIT */
/* A world of its own for one play of a client: ports 443, 80 and 53 are free, the only
 * name server is 127.0.0.1, only our root is trusted, and nothing leads out.  The host's
 * files can be read and not written; the folders of temporary files and those where
 * clients keep what is theirs are covered by empty ones, gone afterwards.  Made of
 * user, mount, network, process and host name namespaces, by root or, where the kernel
 * lets them, by anybody.  Any number run side by side; one costs some milliseconds more
 * than the fork alone, up to the end of all that was in it.
 *
 * Inside, this process and what it starts are uid 0.  Made by another user than root,
 * there is no second uid: a program that changes to "nobody" fails there.  It keeps
 * mistakes in, not malice: uid 0 may mount, and where it is the host's own, it may write
 * to /proc/sys and devices as well. */
#ifndef ENGINE_SANDBOX_H
#define ENGINE_SANDBOX_H

#include "base/arena.h"
#include "base/err.h"

struct sandbox {
    str trust;        /* a folder for sandbox_trust(), laid over the system's trust
                         store; empty: that store stays */
    str hosts;        /* further lines of /etc/hosts, which has only localhost */
    str work;         /* a folder that can be written, as can `trust` */
    struct strs keep; /* folders that are seen even where others are covered */
};

/* The folder that a sandbox covers and in which `path` lies, "/tmp", or NULL. */
const char *sandbox_cover(str path);

/* Whether sandbox_enter() will do, found out in a child; else a sentence that says why
 * and what would help.  Takes some milliseconds: ask once. */
bool sandbox_possible(struct arena *a, str *why_not);

/* Enters.  The caller is a process with one thread, forked for one play.
 *
 * It is like fork(): what returns, true or false, is a new process, the only one that
 * does, with all descriptors and memory of the caller.  The caller itself stays outside,
 * never returns, and ends as the new one ends: same exit status, same signal.  It hands
 * on SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2; after the first four the new
 * one has three seconds.  However either of them ends, SIGKILL included, all processes
 * and mounts inside are gone; the caller's own files (`trust`) are the caller's to
 * remove.
 *
 * After false the new process is good for reporting, no more. */
bool sandbox_enter(struct arena *a, const struct sandbox *what,
                   struct err *err) MUST_CHECK;

/* Writes a folder (made when it is not there) that makes clients trust these roots and no
 * others: a bundle, the links by which OpenSSL's -CApath finds them, and a keystore for
 * Java.  May be done again, with an empty text for no roots at all, and after
 * sandbox_enter(): what is laid over the system's store follows. */
bool sandbox_trust(const char *folder, str pem, struct err *err) MUST_CHECK;
/* "FOLDER/ca-certificates.crt" */
str sandbox_bundle(struct arena *a, str folder);

/* What in the environment makes clients trust a folder of sandbox_trust(), and what there
 * would lead them elsewhere.  For use inside, where programs with roots of their own look
 * at nothing else, and in place of a sandbox. */
struct sandbox_variable {
    const char *name;
    enum { VARIABLE_BUNDLE, VARIABLE_FOLDER, VARIABLE_JAVA, VARIABLE_OUT } value;
    const char *help;
};
extern const struct sandbox_variable sandbox_variables[];
extern const size_t sandbox_variable_count;
/* The rows as struct child_run wants them. */
void sandbox_environment(struct arena *a, str folder, struct strs *set,
                         struct strs *unset);

#endif
