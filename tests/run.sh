#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs parts of the tests, one script after the other, and counts.
#
#   tests/run.sh PART|SCRIPT...
#
# Parts: unit gates read cli self bugs pebble interop clients lint fuzz soak (the table below).  A script
# passes with status 0, is skipped with 77 (its last line is the reason), and fails with
# any other.  If the last line it prints is "N passed, N failed[, N skipped]", those
# count; otherwise it counts as one test.  Ends with such a line of its own.
#
# A script runs at the top of the tree with ACMESPEC (the program), B (the build folder)
# and CC in its environment, for at most TEST_SECONDS.  COUNTS names a file to which the
# sums are added, for a caller that runs several of these.
set -u

B=${B:-build}
ACMESPEC=$PWD/$B/acmespec
CC=${CC:-cc}
logs=$B/logs
sums=${COUNTS-}
seconds=${TEST_SECONDS:-1200}
unset COUNTS
export B ACMESPEC CC
mkdir -p "$logs"
passed=0 failed=0 skipped=0

# The commands of a part, one a line: how it is shown, then what is run.
part()
{
    case $1 in
    unit) echo "unit: $B/unit" ;;
    gates)
        for gate in format floors headers lengths dangling words coverage; do
            echo "gate $gate: tests/$gate.sh"
        done
        echo "gates refuse: tests/gates/run.sh"
        ;;
    read) echo "every scenario reads: $B/acmespec check" ;;
    cli)
        for script in tests/cli/*.sh; do
            name=${script##*/}
            echo "cli ${name%.sh}: $script"
        done
        ;;
    self)
        # What ONLY names is of one suite.
        if [ -n "${ONLY-}" ]; then
            echo "self-play: $B/acmespec selftest -q $ONLY"
        else
            echo "self-play of the server suite: $B/acmespec selftest --suite server -q"
            echo "self-play of the client suite: $B/acmespec selftest --suite client -q"
        fi
        ;;
    bugs)
        # What ONLY names is of one mock.
        case ${ONLY-} in
        client-*) echo "planted bugs of the client: $B/acmespec selftest --bugs --suite client -q $ONLY" ;;
        ?*) echo "planted bugs of the CA: $B/acmespec selftest --bugs -q $ONLY" ;;
        *)
            echo "planted bugs of the CA: $B/acmespec selftest --bugs -q"
            echo "planted bugs of the client: $B/acmespec selftest --bugs --suite client -q"
            ;;
        esac
        ;;
    pebble) echo "pebble: tests/peers/run.sh pebble" ;;
    interop)
        echo "peers' scripts: tests/peers/selftest.sh"
        echo "interop: tests/interop.sh"
        ;;
    clients)
        # They wait more than they work: for polls, and for what never comes.
        for client in certbot lego dehydrated uacme acme-tiny; do
            echo "client $client: tests/clients/run.sh $client -j8 -q"
        done
        ;;
    lint) echo "lint: tests/lint.sh" ;;
    fuzz) echo "fuzz: tests/fuzz/run.sh" ;;
    soak) echo "soak: tests/soak.sh" ;;
    *) echo "${1##*/}: $1" ;;
    esac
}

# limited COMMAND...: ended after so many seconds where there is a timeout command.
limited()
{
    if command -v timeout >/dev/null; then
        timeout -k 10 "$seconds" "$@"
    else
        "$@"
    fi
}

# What takes minutes is shown while it runs; all else only when it fails.
play()
{
    case $name in
    self-play* | planted* | pebble | interop | fuzz | soak)
        # shellcheck disable=SC2086
        { limited $command; echo $? >"$log.status"; } 2>&1 </dev/null | tee "$log"
        read -r status <"$log.status"
        ;;
    *)
        # shellcheck disable=SC2086
        limited $command >"$log" 2>&1 </dev/null
        status=$?
        ;;
    esac
}

# Adds the closing line of the log, or one test, to the sums.
count()
{
    closing=$(tail -n 1 "$log" |
        sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed\(, \([0-9]*\) skipped\)\{0,1\}$/\1 \2 \4/p')
    # shellcheck disable=SC2086
    set -- $closing
    case $status-$# in
    0-0) set -- 1 0 0 ;;
    77-*) set -- 0 0 1 ;;
    *-0) set -- 0 1 0 ;;
    0-*) ;;
    *) [ "$2" != 0 ] || set -- "$1" 1 "${3:-0}" ;;
    esac
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + ${3:-0}))
    result=ok
    [ "$2" = 0 ] || result=FAILED
    [ "$status" != 77 ] || result=skipped
}

# One line for a script; the reason of a skip, all that a failed one printed.
tell()
{
    took=$(($(date +%s) - began))
    note=
    [ $took -lt 5 ] || note=" ($took s)"
    [ $result != skipped ] || note=": $(tail -n 1 "$log")"
    [ $result = ok ] && [ "$(wc -l <"$log")" -eq 1 ] && note="$note: $(cat "$log")"
    echo "$result $name$note"
    if [ $result = FAILED ]; then
        [ "$status" != 124 ] || echo "    was ended after $seconds seconds"
        tail -n 200 "$log" | sed 's/^/    /'
    fi
}

one()
{
    name=${1%%: *} command=${1#*: }
    log=$logs/$(echo "$name" | tr ' /' '--').log
    began=$(date +%s)
    if [ -x "${command%% *}" ]; then
        play
    else
        echo "${command%% *} does not exist, or may not be run" >"$log"
        status=127
    fi
    if [ "$status" = 77 ] && [ ! -s "$log" ]; then
        echo "it was skipped, and did not say why" >"$log"
        status=1
    fi
    count
    tell
}

[ $# -gt 0 ] || {
    echo "usage: tests/run.sh PART|SCRIPT..." >&2
    exit 2
}
list=$(mktemp)
trap 'rm -f "$list"' EXIT
for wanted in "$@"; do
    part "$wanted"
done >"$list"
while read -r line <&3; do
    one "$line"
done 3<"$list"

[ -z "$sums" ] || echo "$passed $failed $skipped" >>"$sums"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] || exit 1
# What skipped everything has shown nothing.
[ $passed -gt 0 ] || exit 77
