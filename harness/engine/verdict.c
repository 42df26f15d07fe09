/* SPDX-License-Identifier: MIT */
/* The words for verdicts. */
#include "engine/verdict.h"

const char *const verdict_names[VERDICT_COUNT] = {
    [VERDICT_SKIP] = "skip", [VERDICT_PASS] = "pass",
    [VERDICT_WARN] = "warn", [VERDICT_INCONCLUSIVE] = "inconclusive",
    [VERDICT_FAIL] = "fail", [VERDICT_ERROR] = "error",
};
