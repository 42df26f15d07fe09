/* SPDX-License-Identifier: MIT */
/* The options of `acmespec server`. */
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include "options.h"

struct server_options {
    str ca_file, profile, baseline, junit, junit_dialect, results, html, level, shard,
        seed, again;
    struct strs rules, sections, tags, capability;
    bool insecure, remote, list, fail_fast, strict, allow_inconclusive, rerun_failed,
        quiet, verbose, help, no_colour, shared_address;
    long http_port, tls_port, dns_port, jobs, repeat, timeout_ms, request_ms;
};

extern const struct option_row server_rows[];
extern const size_t server_row_count;

#endif
