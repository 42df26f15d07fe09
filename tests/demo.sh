#!/bin/sh
# SPDX-License-Identifier: MIT
# make demo: judges Debian's Pebble on loopback, with the reports one would keep.
#
# Where Pebble cannot be had that is said, and our own mock CA is judged instead.  A
# violation that acmespec finds is what the demo is there to show: it is no failure of it.
set -u

B=${B:-build}
reports=$B/demo
mkdir -p "$reports"
set -- --junit "$reports/junit.xml" --results "$reports/results.jsonl" \
    --html "$reports/report.html"

# acmespec's exit status, in words.
meaning()
{
    case $1 in
    0) echo "the CA does what the suite asks, or what is known of this release (expected, above)" ;;
    1) echo "the CA broke a rule: see above" ;;
    3) echo "nothing was violated, but something could not be decided" ;;
    *) echo "the demo did not work out: status $1" ;;
    esac
}

tests/peers/run.sh pebble "$@"
status=$?
if [ $status = 77 ]; then
    echo "Pebble cannot be had here, so acmespec judges its own mock CA."
    tests/peers/run.sh mock "$@"
    status=$?
fi
echo
echo "demo: $(meaning $status)."
case $status in
0 | 1 | 3)
    echo "demo: a page to look at is $reports/report.html; JUnit is in $reports/junit.xml,"
    echo "demo: every event in $reports/results.jsonl."
    exit 0
    ;;
*) exit "$status" ;;
esac
