#!/bin/sh
# SPDX-License-Identifier: MIT
# Gate: every requirement that a suite can see has a check of that suite, or says why not.
#
# The catalogue says which suite can see an entry (`observable`) and why no check rests on
# it (`uncovered`, of the entry or of its document).  Of a MUST or MUST NOT the reason is
# what it needs and a test from outside cannot have; a reason that checks have overtaken
# is as wrong as none.
set -eu

acmespec=${ACMESPEC:-build/acmespec}
[ -x "$acmespec" ] || {
    echo "the program is not built: $acmespec"
    exit 77
}
ACMESPEC_SCENARIOS=$PWD/scenarios
export ACMESPEC_SCENARIOS

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$acmespec" list --rules --missing >"$tmp/missing"
"$acmespec" list --rules --uncovered >"$tmp/uncovered"

# Entries stand before the empty line, the totals behind it; a reason is indented.
awk '
function refuse(sentence) { print sentence; bad++ }

FNR == 1 { file++; totals = 0 }
/^$/ { totals = 1 }
totals { next }

file == 1 {
    refuse($1 " has no check of a suite that can see it, and no uncovered")
    next
}

/^[^ ]/ {
    id = $1
    binding = $2 == "MUST"
    if ($0 !~ /  (server|client)  0 /)
        refuse(id " has its checks, and says uncovered all the same")
    next
}

{
    if (binding && $1 != "Needs")
        refuse(id " is a MUST: what does a check need? (uncovered Needs ...)")
    reasons++
}

END {
    if (bad)
        exit 1
    printf "every requirement has its checks, or one of %d reasons\n", reasons
}' "$tmp/missing" "$tmp/uncovered"
