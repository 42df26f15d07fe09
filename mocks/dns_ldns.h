/* SPDX-License-Identifier: MIT */
/* What the files that hold ldns share: between its objects and our values.  Objects that
 * these make live as long as the arena, unless it is said otherwise.  ldns itself is not
 * included, so its structs stand here by their tags. */
#ifndef MOCKS_DNS_LDNS_H
#define MOCKS_DNS_LDNS_H

#include "mocks/dns.h"

struct ldns_struct_rdf; /* ldns_rdf: a name, or one field of a record */
struct ldns_struct_rr;  /* ldns_rr: a record */

/* Gives what ldns allocated to the arena; NULL is empty. */
str dns_kept_text(struct arena *a, char *text);
str dns_kept_bytes(struct arena *a, uint8_t *bytes, size_t len);
str dns_lower(struct arena *a, str s);
/* The name as text without its final dot. */
str dns_spelling(struct arena *a, const struct ldns_struct_rdf *owner);
/* The name as ldns wants it, or NULL when it is none. */
struct ldns_struct_rdf *dns_owner(struct arena *a, str name);
/* A record taken from ldns. */
bool dns_record_of(struct arena *a, const struct ldns_struct_rr *from,
                   struct dns_record *out);
/* A record for ldns, which the caller owns; NULL when its rdata does not fit its type. */
struct ldns_struct_rr *dns_record_to(const struct ldns_struct_rdf *owner,
                                     const struct dns_record *record, struct arena *a);

#endif
