/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool terminal_is(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) && !(term && strcmp(term, "dumb") == 0);
}

bool terminal_colour(int fd, bool no_colour)
{
    const char *no_color = getenv("NO_COLOR");
    return terminal_is(fd) && !no_colour && !(no_color && *no_color);
}
