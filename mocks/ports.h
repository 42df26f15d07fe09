/* SPDX-License-Identifier: MIT */
/* Ports that nobody listens on at this moment, for those who have to be told a port
 * before they bind it. */
#ifndef MOCKS_PORTS_H
#define MOCKS_PORTS_H

#include "base/base.h"
#include "base/err.h"

/* Different ones, free for UDP and TCP at 127.0.0.1. */
bool ports_choose(int *port, size_t count, struct err *err) MUST_CHECK;

#endif
