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
    { "baseline", 0, OPTION_TEXT, "FILE", AT(baseline), "expected verdicts: only what differs from them counts" },
    { "remote", 0, OPTION_FLAG, NULL, AT(remote), "allow a target that is not on a loopback or private address" },
    { "rule", 0, OPTION_TEXTS, "ID", AT(rules), "only checks' scenarios that rest on this requirement" },
    { "section", 0, OPTION_TEXTS, "S", AT(sections), "only of this section: 6.5, rfc8737-3" },
    { "level", 0, OPTION_TEXT, "LEVEL", AT(level), "only scenarios with a must, or with a should" },
    { "tag", 0, OPTION_TEXTS, "WORD", AT(tags), "only scenarios with this tag" },
    { "list", 0, OPTION_FLAG, NULL, AT(list), "list what would be played, and stop" },
    { "shard", 0, OPTION_TEXT, "K/N", AT(shard), "only the K-th of N parts" },
    { "repeat", 0, OPTION_NUMBER, "N", AT(repeat), "play everything N times" },
    { "rerun-failed", 0, OPTION_FLAG, NULL, AT(rerun_failed), "only what was not green in the --results file of last time" },
    { "jobs", 'j', OPTION_NUMBER, "N", AT(jobs), "plays side by side (4 per core)" },
    { "fail-fast", 0, OPTION_FLAG, NULL, AT(fail_fast), "stop at the first violation" },
    { "timeout", 0, OPTION_SPAN, "SPAN", AT(timeout_ms), "deadline of each play, whatever the scenario says" },
    { "request-timeout", 0, OPTION_SPAN, "SPAN", AT(request_ms), "deadline of each request (10s)" },
    { "seed", 0, OPTION_TEXT, "WORD", AT(seed), "makes names repeatable; use each only once per target" },
    { "strict", 0, OPTION_FLAG, NULL, AT(strict), "a broken SHOULD is a violation too" },
    { "allow-inconclusive", 0, OPTION_FLAG, NULL, AT(allow_inconclusive), "exit 0 though something could not be decided" },
    { "junit", 0, OPTION_TEXT, "FILE", AT(junit), "write JUnit XML" },
    { "junit-dialect", 0, OPTION_TEXT, "D", AT(junit_dialect), "wide (GitLab, GitHub, Jenkins JUnit) or xunit (valid by the xUnit schema)" },
    { "results", 0, OPTION_TEXT, "FILE", AT(results), "write JSON Lines while running" },
    { "html", 0, OPTION_TEXT, "FILE", AT(html), "write one self-contained page" },
    { "again", 0, OPTION_TEXT, "COMMAND", AT(again), "for scripts around this: what to print as the command that plays a scenario again" },
    { "shared-address", 0, OPTION_FLAG, NULL, AT(shared_address), "one loopback address for all plays, as on systems that have no more" },
    { "verbose", 'v', OPTION_FLAG, NULL, AT(verbose), "a line for every play" },
    { "quiet", 'q', OPTION_FLAG, NULL, AT(quiet), "only failures and the summary" },
    { "no-colour", 0, OPTION_FLAG, NULL, AT(no_colour), "never colour (NO_COLOR does the same)" },
    { "help", 'h', OPTION_FLAG, NULL, AT(help), "this text" },
};
/* clang-format on */

const size_t server_row_count = countof(server_rows);
