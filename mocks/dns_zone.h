/* SPDX-License-Identifier: MIT */
/* What the DNS responder knows: records by name and type, and how queries are treated. It
 * answers one query with bytes; it has no sockets and no lock. */
#ifndef MOCKS_DNS_ZONE_H
#define MOCKS_DNS_ZONE_H

#include "mocks/dns.h"
#include "mocks/responder.h"

struct dns_zone;

/* An address for A queries where no A record was given (RFC 1035 3.4.1), or empty: then
 * they have no records. */
struct dns_zone *dns_zone_new(struct arena *a, str answer_address);
bool dns_zone_add(struct dns_zone *zone, str name, str type, str value,
                  struct err *err) MUST_CHECK;
/* Type "any": all records of the name. */
void dns_zone_withdraw(struct dns_zone *zone, str name, str type);
void dns_zone_manner(struct dns_zone *zone, str name, str type, enum dns_manner manner);

enum dns_way { DNS_OVER_UDP, DNS_OVER_TCP };
/* The answer to a query; false: none is to be sent. */
bool dns_zone_answer(const struct dns_zone *zone, struct arena *a,
                     const struct dns_query *query, enum dns_way way, str *wire);

/* A zone that a name can lie in, for the SOA of an empty answer: its last two labels. */
str dns_zone_of(str name);

#endif
