/* SPDX-License-Identifier: MIT */
/* The options of `acmespec client`. */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include "run_options.h"

struct client_options_given {
    struct run_options run;
    str challenge, certificate, key, sandbox;
    bool webroot;
    long patience;
};

extern const struct option_row client_rows[];
extern const size_t client_row_count;

#endif
