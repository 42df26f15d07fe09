/* SPDX-License-Identifier: MIT */
/* Identifiers as a client writes them (RFC 8555 7.1.4, RFC 8738 3). */
#ifndef ACME_IDENTIFIER_H
#define ACME_IDENTIFIER_H

#include "crypto/csr.h"

/* Whether the name is an IPv4 or IPv6 address in text form. */
bool identifier_is_ip(str name);
/* The name in its one form: an IPv6 address as RFC 5952 has it. */
str identifier_text(struct arena *a, str name);
/* {"type": "dns" or "ip", "value": name} */
json_t *identifier_of(struct arena *a, str name);
/* Adds the name to the subjectAltName of a request, as what it is. */
void identifier_into_csr(struct arena *a, struct csr_spec *spec, str name);

#endif
