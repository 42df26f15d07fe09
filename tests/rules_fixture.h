/* SPDX-License-Identifier: MIT */
/* For the tests of rules: the bench of the mock CA, to which rules are given one after
 * the other. */
#ifndef TESTS_RULES_FIXTURE_H
#define TESTS_RULES_FIXTURE_H

#include "engine/rules.h"
#include "tests/ca_fixture.h"

extern struct rules *rules;

void rules_start(struct ca_options options);
void rules_stop(void);
/* These rules from now on, their counts 0. */
void rule(const char *text);
/* newOrder for www.shop.test, badNonce not retried. */
const struct exchange *new_order(void);

#endif
