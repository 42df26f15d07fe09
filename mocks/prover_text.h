/* SPDX-License-Identifier: MIT */
/* What provers put in place, with the planted bugs of the mock client (mocks/prover*.c
 * only). */
#ifndef MOCKS_PROVER_TEXT_H
#define MOCKS_PROVER_TEXT_H

#include "crypto/cert.h"
#include "mocks/responder.h"
#include "mocks/subscriber.h"

/* http-01 (RFC 8555 8.3). */
str proof_path(struct arena *a, const struct proof *proof);
str proof_page(struct arena *a, const struct proof *proof);
/* dns-01 (RFC 8555 8.4). */
str proof_record_name(struct arena *a, const struct proof *proof);
str proof_record(struct arena *a, const struct proof *proof);
/* tls-alpn-01 (RFC 8737 3, RFC 8738 6): the name in the hello, and what it gets. */
str proof_sni(struct arena *a, const struct proof *proof);
/* Of a web site, for a planted bug: it has no acmeIdentifier. */
bool proof_ordinary_certificate(struct arena *a, struct alpn_answer *out,
                                struct err *err) MUST_CHECK;
bool proof_certificate(struct arena *a, const struct proof *proof,
                       struct alpn_answer *out, struct err *err) MUST_CHECK;

#endif
