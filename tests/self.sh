#!/bin/sh
# SPDX-License-Identifier: MIT
# Plays the server suite against acmespec's own mock CA. Correct, it has to be green through
# and through; with a planted bug, something has to turn red (tests/bugs.txt says what).
#
#   tests/self.sh [SCENARIO...]      ONLY in the environment does the same
set -u

B=${B:-build}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

ok() { passed=$((passed + 1)) && echo "ok $1"; }
not_ok() { failed=$((failed + 1)) && echo "FAILED $1"; }

# The whole suite against the correct mock: green is status 0.
if "${ACMESPEC:-$B/acmespec}" selftest -q "$@" ${ONLY-} >"$tmp/log" 2>&1; then
    ok "the correct mock CA is green"
else
    not_ok "the correct mock CA is green: status $?"
    tail -60 "$tmp/log"
fi

# Each row of tests/bugs.txt: a bug, and scenarios of which at least one has to turn red.
if [ $# = 0 ] && [ -z "${ONLY-}" ] && [ -f tests/bugs.txt ]; then
    while read -r bug scenarios; do
        case $bug in '' | '#'*) continue ;; esac
        # shellcheck disable=SC2086
        MOCK_OPTIONS="--bug $bug" tests/peers/run.sh mock -q $scenarios >"$tmp/log" 2>&1
        status=$?
        if [ $status = 1 ]; then
            ok "the bug $bug is seen"
        else
            not_ok "the bug $bug is seen by $scenarios: status $status"
            tail -5 "$tmp/log"
        fi
    done <tests/bugs.txt
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
