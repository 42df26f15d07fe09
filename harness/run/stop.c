/* SPDX-License-Identifier: MIT */
#include "run/stop.h"

#include <signal.h>
#include <stddef.h>

#include "base/base.h"

volatile int stop_asked;

static const struct {
    int number;
    const char *words;
} stops[] = {
    { SIGINT, "was stopped by Ctrl-C" },
    { SIGTERM, "was stopped by SIGTERM" },
    { SIGHUP, "was stopped by SIGHUP" },
};

static void ask_stop(int signal_number)
{
    stop_asked = signal_number;
}

/* nohup(1): who has SIGHUP ignored wants to go on when the terminal is gone. */
static bool is_nohup(int signal_number)
{
    struct sigaction now = { .sa_flags = 0 };
    sigaction(signal_number, NULL, &now);
    return signal_number == SIGHUP && now.sa_handler == SIG_IGN;
}

static void handle(void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler };
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < countof(stops); i++)
        if (!is_nohup(stops[i].number))
            sigaction(stops[i].number, &action, NULL);
}

void stop_watch(void)
{
    stop_asked = 0;
    handle(ask_stop);
}

void stop_forget(void)
{
    handle(SIG_DFL);
}

const char *stop_words(int signal_number)
{
    for (size_t i = 0; i < countof(stops); i++)
        if (stops[i].number == signal_number)
            return stops[i].words;
    return "was stopped by a signal";
}
