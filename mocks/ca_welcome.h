/* SPDX-License-Identifier: MIT */
/* Which TLS the mock CA speaks: that of its listener, but for planted bugs. */
#ifndef MOCKS_CA_WELCOME_H
#define MOCKS_CA_WELCOME_H

#include "mocks/ca_inside.h"

/* As listen_options have it. */
const char *ca_tls(const struct ca *ca);
/* Whether a planted bug wants to see hellos. */
bool ca_welcomes(const struct ca *ca);
/* Answers a hello as no library would any more, where a planted bug does. */
void ca_welcome(const struct ca *ca, struct arena *a, struct odd_handshake *out);

#endif
