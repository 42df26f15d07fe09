/* SPDX-License-Identifier: MIT */
/* The rows of the options of `acmespec server`: what is read, and what --help prints. */
#include "server_options.h"

#define AT(member) offsetof(struct server_options, member)
/* clang-format off */
const struct option_row server_rows[] = {
    { "ca-file", 0, OPTION_TEXT, "FILE", AT(ca_file), "PEM roots to trust for the target (else the system's)" },
    { "insecure", 0, OPTION_FLAG, NULL, AT(insecure), "accept any TLS certificate of the target" },
    { "http-port", 0, OPTION_PORT, "N", AT(http_port), "port that the CA uses for http-01 (5002)" },
    { "tls-port", 0, OPTION_PORT, "N", AT(tls_port), "port that the CA uses for tls-alpn-01 (5001)" },
    { "dns-port", 0, OPTION_PORT, "N", AT(dns_port), "port of the DNS server that the CA was told: ours, on 127.0.0.1 (8053)" },
    { "profile", 0, OPTION_TEXT, "FILE", AT(profile), "what the target declares, or the name of a shipped profile" },
    { "remote", 0, OPTION_FLAG, NULL, AT(remote), "allow a target that is not on a loopback or private address" },
    { "request-timeout", 0, OPTION_DEADLINE, "SPAN", AT(request_ms), "deadline of each request (10s)" },
    { "shared-address", 0, OPTION_FLAG, NULL, AT(shared_address), "one loopback address for all plays, as on systems that have no more" },
    RUN_OPTION_ROWS
};
/* clang-format on */

const size_t server_row_count = countof(server_rows);
