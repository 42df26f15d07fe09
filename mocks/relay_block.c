/* SPDX-License-Identifier: MIT */
/* Runs side by side whose CAs were told the same ports need different addresses.  What
 * tells that a block is taken is a bound port, which goes with the process that has it,
 * however that ends. */
#include "mocks/relay_inside.h"

enum { LAST_BLOCK = 254 };

static bool take_port(const struct relay_block *block, int port, int *fd, struct err *err)
{
    char address[NET_TEXT];
    snprintf(address, sizeof address, "127.%d.255.254", block->number);
    *fd = port ? net_listen(address, port, err) : -1;
    return !port || *fd >= 0;
}

bool relay_block_take(const struct relay_options *options, struct relay_block *block,
                      struct err *err)
{
    *block = (struct relay_block){ .number = 1, .http = -1, .tls = -1 };
    if (options->shared)
        return true;
    for (; block->number <= LAST_BLOCK; block->number++) {
        if (take_port(block, options->http_port, &block->http, err)
            && take_port(block, options->tls_port, &block->tls, err))
            return true;
        relay_block_leave(block);
    }
    return err_at(err, "no block of loopback addresses is left for this run");
}

void relay_block_leave(struct relay_block *block)
{
    net_close_kept(&block->http);
    net_close_kept(&block->tls);
}
