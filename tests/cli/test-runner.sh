#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/run.sh counts what its scripts do, and is not green when one fails, says nothing
# about a skip, hangs, or is not there.
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

# ends STATUS LINE SCRIPT...: run.sh on them must end with this status and closing line.
ends()
{
    status=$1 line=$2
    shift 2
    got=0
    output=$(B=b TEST_SECONDS=1 COUNTS=$work/sums "$here/tests/run.sh" "$@" 2>&1) || got=$?
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
