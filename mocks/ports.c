/* SPDX-License-Identifier: MIT */
/* All are held at once, so that they differ, and then let go. */
#include "mocks/ports.h"

#include <unistd.h>

#include "mocks/net.h"

enum { MOST_PORTS = 128 };

bool ports_choose(int *port, size_t count, struct err *err)
{
    struct net_pair pair[MOST_PORTS];
    size_t opened = 0;
    while (opened < count && opened < MOST_PORTS
           && net_pair_open("127.0.0.1", 0, &pair[opened], err))
        opened++;
    for (size_t i = 0; i < opened; i++) {
        port[i] = pair[i].port;
        close(pair[i].udp);
        close(pair[i].tcp);
    }
    return opened == count;
}
