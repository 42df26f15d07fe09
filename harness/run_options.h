/* SPDX-License-Identifier: MIT */
/* The options that every command has which plays a suite: what to select, how to play it,
 * what to write. */
#ifndef RUN_OPTIONS_H
#define RUN_OPTIONS_H

#include "options.h"

/* The first member of a command's options, so that its rows fit there. */
struct run_options {
    str baseline, junit, junit_dialect, results, html, level, shard, seed, again;
    struct strs rules, sections, tags;
    bool list, fail_fast, strict, allow_inconclusive, rerun_failed, quiet, verbose, help,
        no_colour;
    long jobs, repeat, timeout_ms;
};

/* What the rows do not tell; inputs: paths of files that are read besides the baseline.
 */
bool run_options_fit(struct arena *a, const struct run_options *o,
                     const struct strs *inputs, struct err *err) MUST_CHECK;

/* clang-format off */
#define AT_RUN(member) offsetof(struct run_options, member)
#define RUN_OPTION_ROWS \
    { "baseline", 0, OPTION_TEXT, "FILE", AT_RUN(baseline), "expected verdicts: only what differs from them counts" }, \
    { "rule", 0, OPTION_TEXTS, "ID", AT_RUN(rules), "only checks' scenarios that rest on this requirement" }, \
    { "section", 0, OPTION_TEXTS, "S", AT_RUN(sections), "only of this section: 6.5, rfc8737-3" }, \
    { "level", 0, OPTION_TEXT, "LEVEL", AT_RUN(level), "must or should: only scenarios with such a check" }, \
    { "tag", 0, OPTION_TEXTS, "WORD", AT_RUN(tags), "only scenarios with this tag" }, \
    { "list", 0, OPTION_FLAG, NULL, AT_RUN(list), "list what would be played, and stop" }, \
    { "shard", 0, OPTION_TEXT, "K/N", AT_RUN(shard), "only the K-th of N parts" }, \
    { "repeat", 0, OPTION_COUNT, "N", AT_RUN(repeat), "play everything N times" }, \
    { "rerun-failed", 0, OPTION_FLAG, NULL, AT_RUN(rerun_failed), "only what was not green in the --results file of last time" }, \
    { "jobs", 'j', OPTION_JOBS, "N", AT_RUN(jobs), "plays side by side (4 per core)" }, \
    { "fail-fast", 0, OPTION_FLAG, NULL, AT_RUN(fail_fast), "stop at the first violation" }, \
    { "timeout", 0, OPTION_DEADLINE, "SPAN", AT_RUN(timeout_ms), "deadline of each play, whatever its scenario and the profile say" }, \
    { "seed", 0, OPTION_TEXT, "WORD", AT_RUN(seed), "makes names repeatable; use each only once per target" }, \
    { "strict", 0, OPTION_FLAG, NULL, AT_RUN(strict), "a broken SHOULD is a violation too" }, \
    { "allow-inconclusive", 0, OPTION_FLAG, NULL, AT_RUN(allow_inconclusive), "exit 0 though something could not be decided" }, \
    { "junit", 0, OPTION_TEXT, "FILE", AT_RUN(junit), "write JUnit XML" }, \
    { "junit-dialect", 0, OPTION_TEXT, "D", AT_RUN(junit_dialect), "wide (GitLab, GitHub, Jenkins JUnit) or xunit (valid by the xUnit schema)" }, \
    { "results", 0, OPTION_TEXT, "FILE", AT_RUN(results), "write JSON Lines while running" }, \
    { "html", 0, OPTION_TEXT, "FILE", AT_RUN(html), "write one self-contained page" }, \
    { "again", 0, OPTION_TEXT, "COMMAND", AT_RUN(again), "for scripts around this: what to print as the command that plays a scenario again" }, \
    { "verbose", 'v', OPTION_FLAG, NULL, AT_RUN(verbose), "a line for every play" }, \
    { "quiet", 'q', OPTION_FLAG, NULL, AT_RUN(quiet), "only failures and the summary" }, \
    { "no-colour", 0, OPTION_FLAG, NULL, AT_RUN(no_colour), "never colour (NO_COLOR does the same)" }, \
    { "help", 'h', OPTION_FLAG, NULL, AT_RUN(help), "this text" },
/* clang-format on */

#endif
