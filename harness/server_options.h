/* SPDX-License-Identifier: MIT */
/* The options of `acmespec server`. */
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include "run_options.h"

struct server_options {
    struct run_options run;
    str ca_file, profile;
    bool insecure, remote, shared_address;
    long http_port, tls_port, dns_port, request_ms;
};

extern const struct option_row server_rows[];
extern const size_t server_row_count;

#endif
