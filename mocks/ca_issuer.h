/* SPDX-License-Identifier: MIT */
/* The mock CA's keys and certificates: two roots, an intermediate that both sign, the
 * listener's certificate, and what it issues.  Private to mocks/ca*.c. */
#ifndef MOCKS_CA_ISSUER_H
#define MOCKS_CA_ISSUER_H

#include "crypto/cert.h"
#include "mocks/ca_inside.h"

enum { ISSUER_CHAINS = 2 };

struct issuer {
    struct key *key; /* of the intermediate */
    struct cert *intermediate[ISSUER_CHAINS], *root[ISSUER_CHAINS]; /* 0: the default */
    str intermediate_pem[ISSUER_CHAINS], root_pem[ISSUER_CHAINS];
    str key_id; /* authority key identifier, bytes */
    str listener_cert_pem, listener_key_pem;
};

/* Makes them; also the listener's certificate for its names. */
struct issuer *issuer_new(struct arena *a, const struct ca_options *options,
                          struct err *err);

/* What a profile allows. */
struct profile_row {
    const char *name, *description;
    long lifetime_s;
    bool wildcards;
};
extern const struct profile_row ca_profiles[];
extern const size_t ca_profile_count;
const struct profile_row *ca_profile_find(str name);

/* Issues for the order by the CSR: makes the certificate and sets the order valid.  The
 * caller has made all checks. */
bool ca_issue(struct ca *ca, struct order *order, const struct csr *csr,
              struct err *err) MUST_CHECK;

#endif
