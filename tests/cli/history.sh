#!/bin/sh
# SPDX-License-Identifier: MIT
# What broke in the field is listed and explained, by the row and by what shows it.
set -eu
acmespec=${ACMESPEC:-build/acmespec}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# says SENTENCE COMMAND...: what is printed has it.
says()
{
    sentence=$1
    shift
    "$acmespec" "$@" >"$work/out" 2>&1 || status=$?
    grep -qF -e "$sentence" "$work/out" || {
        echo "acmespec $* does not say \"$sentence\" but:"
        cat "$work/out"
        exit 1
    }
}

rows=$(cat scenarios/history/*.acme | grep -c '^history ')
says "$rows bugs of released peers" list --history
says 'client/6.5-nonces/bad-nonce-twice' list --history N-13
says '1 bugs of released peers, 1 of them shown' list --history N-13
says 'N-13   acme.sh: ' list --history --suite client acme.sh
says '0 bugs of released peers' list --history --suite server acmephp

says 'acmesh-official/acme.sh#627' explain N-13
says '  client/6.5-nonces/bad-nonce-twice' explain N-13
says '  N-13   acme.sh: ' explain client/6.5-nonces/bad-nonce-twice
status=0
says 'N-99 is neither a requirement, a scenario, a watch nor a row of history' explain N-99
[ "$status" = 2 ] || {
    echo "acmespec explain N-99 ended with $status, not with 2"
    exit 1
}
