/* SPDX-License-Identifier: MIT */
/* The rows of the options of `acmespec client`: what is read, and what --help prints. */
#include "client_options.h"

#define AT(member) offsetof(struct client_options_given, member)
/* clang-format off */
const struct option_row client_rows[] = {
    { "sandbox", 0, OPTION_TEXT, "HOW", AT(sandbox), "auto, require or off: whether each run is in namespaces of its own (auto)" },
    { "challenge", 0, OPTION_TEXT, "TYPE", AT(challenge), "what the command behind -- answers: http-01 (unless given), dns-01 or tls-alpn-01" },
    { "webroot", 0, OPTION_FLAG, NULL, AT(webroot), "it puts files below ${webroot} instead of listening on ${http_port}" },
    { "certificate", 0, OPTION_TEXT, "FILE", AT(certificate), "where it leaves its chain in PEM: '${work}/cert.pem'" },
    { "key", 0, OPTION_TEXT, "FILE", AT(key), "where it leaves the certificate's key in PEM" },
    { "patience", 0, OPTION_NUMBER, "N", AT(patience), "multiplies the time that the client has, for slow clients and busy machines (1)" },
    RUN_OPTION_ROWS
};
/* clang-format on */

const size_t client_row_count = countof(client_rows);
