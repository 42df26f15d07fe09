#!/bin/sh
# SPDX-License-Identifier: MIT
# Judges every released CA and client that can be had on this machine, one after the
# other, and prints a line for each: name, version, what acmespec counted, seconds, exit
# status.
#
#   tests/interop.sh [--keep DIR] [PEER | clients/CLIENT]...
#
# What cannot be had is skipped with the reason. Whatever else is not status 0 fails the
# run, and the end of that log is shown. --keep leaves each log in DIR, and the results of
# clients for `tests/clients/table.sh --from DIR`. tests/peers/ and tests/clients/ have
# READMEs that say what there is.
set -u
ROOT=$(cd "$(dirname "$0")/.." && pwd)
RUN=$ROOT/tests/peers/run.sh
CLIENTS=$ROOT/tests/clients/run.sh
KEEP=
CHILD=

if [ "${1:-}" = --keep ]; then
    [ $# -gt 1 ] || { echo "--keep needs a folder" >&2 && exit 2; }
    KEEP=$2
    shift 2
    mkdir -p "$KEEP" || exit 2
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/acmespec-interop.XXXXXX") || exit 5

# The peer's own script stops the peer; it must have done so before this one ends.
ended_by()
{
    trap '' HUP INT TERM
    [ -z "$CHILD" ] || { kill -TERM "$CHILD" && wait "$CHILD"; } 2>/dev/null
    rm -rf "$work"
    trap - EXIT "$1"
    kill -s "$1" $$
}
trap 'rm -rf "$work"' EXIT
for signal in HUP INT TERM; do
    # shellcheck disable=SC2064
    trap "ended_by $signal" "$signal"
done

# play COMMAND...: in the background, so that a trap can end it.
play()
{
    "$@" >"$work/log" 2>&1 </dev/null &
    CHILD=$!
    wait "$CHILD"
    status=$?
    CHILD=
    return "$status"
}

row() { printf '%-18s %-16s %-44s %5s  %s\n' "$@"; }

# Building is not judging: it is done first and not counted as the peer's time.
judge_peer()
{
    play sh "$RUN" --get "$1"
    version=$(sh "$RUN" --version "$1")
    began=$(date +%s)
    [ "$status" != 0 ] || play sh "$RUN" ${KEEP:+--keep "$KEEP"} "$1"
}

judge_client()
{
    version=$(sh "$CLIENTS" --version "$1")
    began=$(date +%s)
    play sh "$CLIENTS" "$1" -q ${KEEP:+--results "$KEEP/$1.jsonl"}
}

judge()
{
    case $1 in
    clients/*) judge_client "${1#clients/}" ;;
    *) judge_peer "$1" ;;
    esac
    took=$(($(date +%s) - began))
    [ -z "$KEEP" ] || cp "$work/log" "$KEEP/$(echo "$1" | tr / -).log"
}

report()
{
    case $status in
    0) passed=$((passed + 1)) && row "$1" "$version" "$(counts)" "$took s" 0 ;;
    77)
        skipped=$((skipped + 1))
        row "$1" - skipped - 77
        sed -n '$s/^[a-z]*: /    /p' "$work/log"
        ;;
    *)
        failed=$((failed + 1))
        row "$1" "$version" "$(counts)" "$took s" "$status"
        tail -n 60 "$work/log" | sed 's/^/    /'
        ;;
    esac
}

# acmespec's last line is its sum.
counts() { grep -vE '^(peers|clients): ' "$work/log" | tail -n 1; }

passed=0 failed=0 skipped=0
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(sh "$RUN" --names) $(sh "$CLIENTS" --names | sed 's,^,clients/,')
row peer version verdicts time status
for peer in "$@"; do
    judge "$peer"
    report "$peer"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
