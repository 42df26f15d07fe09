/* SPDX-License-Identifier: MIT */
/* For tests of the mock client as a subscriber of the CA of tests/ca_fixture.h: one
 * subscriber, and the steps that have to go well, one call each. */
#ifndef TESTS_SUBSCRIBER_FIXTURE_H
#define TESTS_SUBSCRIBER_FIXTURE_H

#include "mocks/prover.h"
#include "mocks/subscriber.h"
#include "tests/ca_fixture.h"

extern struct subscriber s;
extern struct prover_servers servers; /* its own */
extern struct err err;

/* A test case of the suite, whose tests each have a CA and a subscriber of their own. */
TCase *subscriber_case(Suite *suite, const char *name);
/* A new one with a new key, of the CA and the client that are there. */
void subscribe(void);
struct registration agreeing(void);
void registered(void);
/* A wish for names that are separated by blanks. */
struct wish wish_for(const char *names);
/* The chain in PEM. */
str obtained(const struct wish *wish);
struct chain chain_of(str pem);

#endif
