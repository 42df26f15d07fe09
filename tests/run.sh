#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs parts of the tests, one part after the other, and counts.
#
#   tests/run.sh PART|SCRIPT...
#
# Parts: unit gates read cli self bugs pebble interop clients valgrind valgrind-alone lint
# fuzz soak (the table below).  A script passes with status 0, is skipped with 77 (its last
# line is the reason), and fails with any other.  If the last line it prints is "N passed,
# N failed[, N skipped]", those count; otherwise it counts as one test.  Ends with such a
# line of its own.
#
# A script runs at the top of the tree with ACMESPEC (the program), B (the build folder)
# and CC in its environment, for at most TEST_SECONDS (1200, times TEST_PATIENCE).  Of the
# parts cli, clients and valgrind LANES (2) scripts run at a time; their logs and what is
# told of them stay apart.  COUNTS names a file to which the sums are added, for a caller that runs
# several of these.
set -u

B=${B:-build}
ACMESPEC=$PWD/$B/acmespec
CC=${CC:-cc}
logs=$B/logs
sums=${COUNTS-}
seconds=${TEST_SECONDS:-$((1200 * ${TEST_PATIENCE:-1}))}
unset COUNTS
export B ACMESPEC CC
mkdir -p "$logs"
children=

# The commands of a part, one a line: how it is shown, then what is run.
part()
{
    case $1 in
    unit) echo "unit: $B/unit" ;;
    gates)
        for gate in format floors headers lengths dangling words coverage alive; do
            echo "gate $gate: tests/$gate.sh"
        done
        echo "gates refuse: tests/gates/run.sh"
        ;;
    read)
        echo "every scenario reads: $B/acmespec check"
        echo "every baseline reads: $B/acmespec check tests/peers/baselines tests/clients/baselines"
        ;;
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
            echo "self-play where bindings are required: tests/peers/run.sh mock-eab -q"
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
        # Most wait more than they work: for polls, and for what never comes.  dehydrated and
        # certbot work, so each has one that waits beside it, and not the other.
        mkdir -p "$B/clients"
        for client in dehydrated lego uacme certbot acme-tiny; do
            echo "client $client: tests/clients/run.sh $client -j8 -q --results $B/clients/$client.jsonl"
        done
        ;;
    valgrind | valgrind-alone)
        echo "valgrind commands: tests/valgrind.sh commands"
        for suite in $(tests/valgrind.sh "--${1#valgrind-}"); do
            echo "valgrind $suite: tests/valgrind.sh $suite"
        done
        ;;
    lint) echo "lint: tests/lint.sh" ;;
    fuzz) echo "fuzz: tests/fuzz/run.sh" ;;
    soak) echo "soak: tests/soak.sh" ;;
    *) echo "${1##*/}: $1" ;;
    esac
}

# How many scripts of a part run at a time: those that wait leave the machine to another,
# and under valgrind everything is one thread.
lanes()
{
    case $1 in
    cli | clients | valgrind*) echo "${LANES:-2}" ;;
    *) echo 1 ;;
    esac
}

# limited COMMAND...: in the place of this shell, and ended after so many seconds where
# there is a timeout command.
limited()
{
    if command -v timeout >/dev/null; then
        exec timeout -k 10 "$seconds" "$@"
    else
        exec "$@"
    fi
}

# What takes minutes is shown while it runs; all else only when it fails.  In the
# background, so that a trap can end it.
play()
{
    # shellcheck disable=SC2086
    case $name in
    self-play* | planted* | pebble | interop | fuzz | soak)
        tee "$log" <"$work/shown" &
        limited $command >"$work/shown" 2>&1 </dev/null &
        ;;
    *) limited $command >"$log" 2>&1 </dev/null & ;;
    esac
    children=$!
    wait "$children"
    status=$?
    wait
    children=
}

# Adds the closing line of the log, or one test, to the sums: a line, which no other lane
# can get between.
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
    echo "$1 $2 ${3:-0}" >>"$work/sums"
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
    # One lane tells at a time.
    until mkdir "$work/telling" 2>/dev/null; do
        sleep 0.1
    done
    tell
    rmdir "$work/telling"
}

# Plays what no other lane has taken of the list, until nothing is left.
lane()
{
    number=0
    while read -r line <&3; do
        number=$((number + 1))
        mkdir "$work/taken/$number" 2>/dev/null || continue
        one "$line"
    done 3<"$work/list"
}

another_lane()
{
    children=
    trap 'stop; exit 1' HUP INT TERM
    lane
}

# play_part PART: in as many lanes as it has.
play_part()
{
    part "$1" >"$work/list"
    rm -rf "$work/taken"
    mkdir "$work/taken"
    scripts=$((scripts + $(wc -l <"$work/list")))
    more=$(lanes "$1")
    [ "$more" -gt 1 ] || { lane && return; }
    while [ "$more" -gt 0 ]; do
        another_lane &
        children="$children $!" more=$((more - 1))
    done
    wait
    children=
}

# Ctrl-C reaches nothing that a script has in the background; each lane and each script
# ends its own by this.
stop()
{
    trap '' HUP INT TERM
    # shellcheck disable=SC2086
    [ -z "$children" ] || { kill -TERM $children && wait; } 2>/dev/null
}

ended_by()
{
    stop
    rm -rf "$work"
    trap - EXIT "$1"
    kill -s "$1" $$
}

[ $# -gt 0 ] || {
    echo "usage: tests/run.sh PART|SCRIPT..." >&2
    exit 2
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for signal in HUP INT TERM; do
    # shellcheck disable=SC2064
    trap "ended_by $signal" "$signal"
done
mkfifo "$work/shown"
: >"$work/sums"
scripts=0
for wanted in "$@"; do
    play_part "$wanted"
done

passed=0 failed=0 skipped=0
while read -r p f s; do
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done <"$work/sums"
lost=$((scripts - $(wc -l <"$work/sums")))
[ $lost = 0 ] || {
    echo "$lost of $scripts scripts were not counted: a lane was ended"
    failed=$((failed + lost))
}
[ -z "$sums" ] || echo "$passed $failed $skipped" >>"$sums"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] || exit 1
# What skipped everything has shown nothing.
[ $passed -gt 0 ] || exit 77
