/* SPDX-License-Identifier: MIT */
/* Whether an A-label is properly encoded (RFC 5891 4.2.1, RFC 3492). */
#ifndef MOCKS_CA_PUNYCODE_H
#define MOCKS_CA_PUNYCODE_H

#include "base/base.h"

/* What follows "xn--", in lower case: it decodes to a label with at least one character
 * beyond ASCII and none that is disallowed, and encodes to itself again. */
bool punycode_good(str label);

#endif
