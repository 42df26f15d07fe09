/* SPDX-License-Identifier: MIT */
/* For the tests of the mock CA: one CA, one responder and one mock client that has an
 * account, all on ports of their own; and the steps of an issuance, one call each. */
#ifndef TESTS_CA_FIXTURE_H
#define TESTS_CA_FIXTURE_H

#include <check.h>

#include "crypto/cert.h"
#include "mocks/ca.h"
#include "mocks/client.h"
#include "mocks/responder.h"

struct bench {
    struct arena *a;
    struct ca *ca;
    struct responder *responder;
    struct journal *journal;
    struct client *client;
    struct key *key; /* of the account */
    str kid;         /* its URL */
    struct key *other_key;
    str other_kid; /* a second account, made when first needed */
};
extern struct bench b;

/* Starts them; NULL: a CA with fast retries and no other wish.  The options' DNS server
 * and ports are filled in. */
void bench_start(const struct ca_options *options);
void bench_usual(void);
void bench_stop(void);
/* Ends the CA and the client, and starts others with these options. */
void bench_again(const struct ca_options *options);
void bench_account(void);
void bench_other(void);

const struct exchange *sent(const char *method, str url);
/* A correct POST as the account; an empty payload reads. */
const struct exchange *said(str url, str payload);
const struct exchange *said_by_other(str url, str payload);
/* With a jwk. */
const struct exchange *said_with(const struct key *key, str url, str payload);
const struct exchange *did(const struct post *post);
/* A post as the account, to be spoilt. */
struct post signed_to(str url, str payload);
str resource_url(enum resource resource);

/* The answer has this status and, when word is given, this error type. */
void expect(const struct exchange *x, int status, const char *word);
/* Text at a JSON pointer of the answer; empty: it is no text. */
str at(const struct exchange *x, const char *pointer);
str text_at(json_t *value, const char *pointer);
str header_of(const struct exchange *x, const char *name);
str location(const struct exchange *x);
str fmt(const char *format, ...) PRINTF_LIKE(1, 2);

/* {"identifiers": ...} of names and addresses, comma separated. */
str order_payload(const char *names);
/* newOrder; answered 201. */
const struct exchange *ordered(const char *names);
/* n-th authorization of an order, and its challenge of a type. */
str authz_of(const struct exchange *order, size_t n);
json_t *challenge_of(const struct exchange *authz, const char *type);
str keyauth_of(json_t *challenge);
/* Puts the right http-01 answer in place and responds. */
void respond_http(str authz_url, const char *name);
/* Polls until the status is none of pending and processing. */
const struct exchange *settled(str url);
/* Proves all of an order's authorizations by http-01 (dns-01 for wildcards). */
void prove(const struct exchange *order);
str csr_for(const char *names, const struct key *key);
/* Payload of finalize. */
str csr_payload(str der);
/* From newOrder to the certificate's URL. */
str issued(const char *names, const struct key *key);
/* The leaf behind a certificate's URL. */
struct cert *leaf_of(str url);

#endif
