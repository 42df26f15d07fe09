#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves that the gates refuse what they are for.
#
# A case is a file NAME.case beside this one: a shell script that lays a tiny tree with
# an offence into the empty folder it is run in.  Its first lines say what must follow:
#   # gate: floors             the gate that is run there
#   # wants: a sentence        what it must print, before it fails with status 1
#   # sets: CTAGS=no-such      put into the gate's environment
# A case without a "wants" line must pass its gates.
set -u

tests=$(cd "$(dirname "$0")/.." && pwd)
# The gates run in other folders, and some ask the program.
ACMESPEC=${ACMESPEC:-$tests/../${B:-build}/acmespec}
export ACMESPEC
passed=0 failed=0

said()
{
    sed -n "s/^# $1: //p" "$case_file"
}

lay_tree()
{
    tree=$(mktemp -d) &&
        cp "$tests/../.clang-format" "$tree" &&
        (cd "$tree" && sh -eu "$case_file")
}

# The gate must fail for the reason that the case names, not for some other.
refuses()
{
    sentence=$(said wants)
    [ "$status" = 1 ] || {
        echo "$name: $gate ended with $status, not with 1:"
        return 1
    }
    echo "$output" | grep -qF -e "$sentence" || {
        echo "$name: $gate did not say \"$sentence\":"
        return 1
    }
}

accepts()
{
    [ "$status" = 0 ] || {
        echo "$name: $gate refuses a good tree:"
        return 1
    }
}

try_gate()
{
    # shellcheck disable=SC2046
    output=$(cd "$tree" && env $(said sets) "$tests/$gate.sh" 2>&1)
    status=$?
    expectation=accepts
    [ -z "$(said wants)" ] || expectation=refuses
    if $expectation; then
        passed=$((passed + 1))
    else
        echo "$output" | sed 's/^/    /'
        failed=$((failed + 1))
    fi
}

for case_file in "$tests"/gates/*.case; do
    name=$(basename "$case_file" .case)
    if lay_tree; then
        for gate in $(said gate); do
            try_gate
        done
    else
        echo "$name: its tree could not be laid"
        failed=$((failed + 1))
    fi
    rm -rf "$tree"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
