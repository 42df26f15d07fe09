/* SPDX-License-Identifier: MIT */
#include "run/stop.h"

#include <signal.h>
#include <stddef.h>

volatile int stop_asked;

static void ask_stop(int signal_number)
{
    stop_asked = signal_number;
}

void stop_watch(void)
{
    struct sigaction action = { .sa_handler = ask_stop };
    stop_asked = 0;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}
