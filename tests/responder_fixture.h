/* SPDX-License-Identifier: MIT */
/* What the tests of the responder start from: a responder on loopback in an arena of its
 * own, and what a CA would do with it. */
#ifndef TESTS_RESPONDER_FIXTURE_H
#define TESTS_RESPONDER_FIXTURE_H

#include <check.h>

#include "mocks/resolver.h"
#include "mocks/responder.h"
#include "tests/wire.h"

#define WAIT_MS wire_patience(10000) /* for what comes within milliseconds */

struct responder_fixture {
    struct arena *a;
    struct responder *responder;
};
extern struct responder_fixture r;

/* A test case of the suite, whose tests each have a responder of their own in r. */
TCase *responder_case(Suite *suite, const char *name);

/* The two ends of such a test, for cases that put more around them. */
void responder_set_up(void);
void responder_tear_down(void);

/* The only query of its kind; the test fails when there are others, or none. */
struct query the_query(enum query_kind kind);
/* Asks its DNS server, which has to answer. */
void resolves(const char *name, int type, struct resolution *out);

#endif
