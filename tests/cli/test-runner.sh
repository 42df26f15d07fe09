#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/run.sh counts what its scripts do, and is not green when one fails, says nothing
# about a skip, hangs, or is not there; scripts that run side by side are told apart, and
# none outlives it.
set -eu

here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

script()
{
    printf '#!/bin/sh\n%s\n' "$2" >"$1.sh"
    chmod +x "$1.sh"
}

seconds=1
# ends STATUS LINE SCRIPT...: run.sh on them must end with this status and closing line.
ends()
{
    status=$1 line=$2
    shift 2
    got=0
    output=$(B=b TEST_SECONDS=$seconds COUNTS=$work/sums "$here/tests/run.sh" "$@" 2>&1) || got=$?
    [ "$got" = "$status" ] && [ "$(echo "$output" | tail -n 1)" = "$line" ] || {
        echo "run.sh $* ended with $got, not $status, or without \"$line\":"
        echo "$output"
        exit 1
    }
}

# says TEXT: the output of the run before holds it.
says()
{
    echo "$output" | grep -qF -e "$1" || {
        echo "run.sh did not say \"$1\":"
        echo "$output"
        exit 1
    }
}

script good 'exit 0'
script bad 'echo because; exit 1'
script skips 'echo no such tool here; exit 77'
script mute 'exit 77'
script hangs 'sleep 30'
script many 'echo noise; echo "3 passed, 0 failed, 2 skipped"'
script some 'echo "3 passed, 2 failed"; exit 1'
script liar 'echo "3 passed, 0 failed"; exit 1'
script plain 'echo "3 passed, 1 failed"'

ends 0 '1 passed, 0 failed, 0 skipped' ./good.sh
ends 1 '1 passed, 1 failed, 0 skipped' ./good.sh ./bad.sh
says 'FAILED bad.sh'
says '    because'
ends 77 '0 passed, 0 failed, 1 skipped' ./skips.sh
says 'skipped skips.sh: no such tool here'
ends 0 '1 passed, 0 failed, 1 skipped' ./skips.sh ./good.sh
ends 1 '0 passed, 1 failed, 0 skipped' ./mute.sh
ends 1 '0 passed, 1 failed, 0 skipped' ./hangs.sh
says 'was ended after 1 seconds'
ends 0 '3 passed, 0 failed, 2 skipped' ./many.sh
ends 1 '3 passed, 2 failed, 0 skipped' ./some.sh
ends 1 '3 passed, 1 failed, 0 skipped' ./liar.sh
ends 1 '3 passed, 1 failed, 0 skipped' ./plain.sh
ends 1 '0 passed, 1 failed, 0 skipped' ./missing.sh
ends 1 '0 passed, 1 failed, 0 skipped' cli
[ "$(head -n 2 sums | tr '\n' ';')" = '1 0 0;1 1 0;' ] || {
    echo "the sums were not added to COUNTS:"
    cat sums
    exit 1
}

# --- side by side ---

mkdir -p tests/cli
cli() { script "tests/cli/$1" "$2"; }

# meets NAME OTHER WORDS: a script that says the words when the other one has begun, too.
meets()
{
    cli "$1" ": >began-$1; tries=0
        until [ -e began-$2 ]; do [ \$((tries += 1)) -lt $((100 * ${TEST_PATIENCE:-1})) ] || exit 1; sleep 0.1; done
        $3"
}
meets a b "echo '2 passed, 0 failed'"
meets b a "echo '3 passed, 0 failed, 1 skipped'"
seconds=20
ends 0 '5 passed, 0 failed, 1 skipped' cli
says 'ok cli a: 2 passed, 0 failed'
[ "$(tail -n 1 sums)" = '5 0 1' ]
rm began-*
seconds=1
(export LANES=1 && ends 1 '3 passed, 1 failed, 1 skipped' cli)

# What one says is not mixed with what the other says, though both end at once.
rm began-*
long='printf %5000s | tr " "'
meets a b "yes \$($long a) | head -n 190; exit 1"
meets b a "yes \$($long b) | head -n 190; exit 1"
seconds=20
ends 1 '0 passed, 2 failed, 0 skipped' cli
[ "$(echo "$output" | uniq | grep -c '^    [ab]*$')" = 2 ] || {
    echo "two failures are mixed:"
    echo "$output" | cut -c1-40 | uniq -c
    exit 1
}

# A lane that is gone is not green; the other one plays what is left.
rm tests/cli/*
# shellcheck disable=SC2016
cli a 'kill -KILL $(ps -o ppid= $PPID)'
cli b 'exit 0'
cli c 'exit 0'
seconds=20
ends 1 '2 passed, 1 failed, 0 skipped' cli
says '1 of 3 scripts were not counted'

# Ended from outside it ends what runs, in each lane.
rm tests/cli/*
for name in a b; do
    cli $name "echo \$\$ >$name.pid; exec sleep 60"
done
for lanes in 2 1; do
    rm -f ./*.pid
    LANES=$lanes B=b "$here/tests/run.sh" cli >out 2>&1 &
    runner=$!
    tries=0
    until [ "$(cat ./*.pid | wc -l)" = $lanes ]; do
        [ $((tries += 1)) -lt $((100 * ${TEST_PATIENCE:-1})) ] || { echo "they did not begin" && exit 1; }
        sleep 0.1
    done 2>/dev/null
    kill "$runner"
    ! wait "$runner"
    for pid in $(cat ./*.pid); do
        ! kill -0 "$pid" 2>/dev/null || {
            echo "script $pid runs on after its runner"
            kill "$pid"
            exit 1
        }
    done
done
