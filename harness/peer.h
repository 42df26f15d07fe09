/* SPDX-License-Identifier: MIT */
/* What may be tested: loopback and private addresses unless asked, production directories
 * of public CAs never; and what this system has. */
#ifndef PEER_H
#define PEER_H

#include "http/fetch.h"
#include "options.h"

/* What every connection to a peer has to pass: without --remote, loopback and private
 * addresses alone; never a public CA's production service. */
fetch_guard *peer_guard(bool remote);
/* false with a sentence when the URL is no http(s) URL, or does not pass the guard. */
bool peer_is_allowed(struct arena *a, str url, bool remote, struct err *err) MUST_CHECK;
/* The PEM text of a file of roots, which must hold a certificate; an empty name is no
 * file and leaves *pem alone. */
bool peer_roots(struct arena *a, str file, str *pem, struct err *err) MUST_CHECK;
/* Whether all of 127.0.0.0/8 can be bound, as on Linux. */
bool peer_has_own_addresses(void);
/* The command line without reports, selections and names of scenarios, quoted for a
 * shell: what plays one scenario again when its name is appended.  argv[-1] is the
 * program, as it was typed; the first word that is no option stays when it `is_named`,
 * and says what is under test. */
str peer_reproduce(struct arena *a, int argc, char **argv, const struct option_row *rows,
                   size_t count, bool is_named);

#endif
