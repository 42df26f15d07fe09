#!/bin/sh
# SPDX-License-Identifier: MIT
# selftest starts the mock CA, judges it as `acmespec server` would, and leaves nothing behind.
set -eu
acmespec=${ACMESPEC:-build/acmespec}
"$acmespec" selftest -q server/6.5-nonces/reused || {
    echo "status $? for a scenario that our mock has to pass"
    exit 1
}
status=0
"$acmespec" selftest -q server/no-such-scenario >/dev/null 2>&1 || status=$?
[ "$status" = 2 ] || [ "$status" = 4 ] || {
    echo "status $status for a scenario that there is not"
    exit 1
}

# says STATUS WORDS COMMAND...: that status, and the words in what is printed.
failed=0
says()
{
    want=$1 words=$2 status=0
    shift 2
    "$acmespec" selftest "$@" >"$tmp/out" 2>&1 || status=$?
    if [ "$status" != "$want" ] || ! grep -q -- "$words" "$tmp/out"; then
        failed=1
        echo "selftest $*: wanted status $want and \"$words\", got status $status"
        tail -5 "$tmp/out"
    fi
}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Options say nothing of the suite; scenarios do.
says 0 '^server/6.4-url/' --list -j2 --section 6.4
grep -q '^client/6.4-url/' "$tmp/out" || {
    failed=1
    echo 'selftest --list does not list the client suite'
}
says 0 '^client/8288-links/' --list -j1 client/8288-links
says 0 '^client/8288-links/' --list --suite client --sandbox off client/8288-links
says 2 'of both suites' --list client/8288-links server/6.4-url
says 2 'say --suite' --junit "$tmp/both.xml"
says 2 'server or client' --suite both
says 2 'did you mean' --jnit "$tmp/both.xml"
says 2 'no requirement is of section' --list --section 9.1.1
[ $failed = 0 ]
