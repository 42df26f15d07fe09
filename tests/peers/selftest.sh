#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests run.sh itself, without acmespec: its exit statuses, and that nothing is left
# behind (process, directory, namespace) however it ends. Peers that cannot be had
# here are skipped. Linux: it looks into /proc.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
RUN=$ROOT/tests/peers/run.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/acmespec-selftest.XXXXXX") || exit 5
passed=0 failed=0 skipped=0
TMPDIR=$work/tmp
export TMPDIR
mkdir "$TMPDIR"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

verdict()
{
    if [ "$1" = 0 ]; then
        passed=$((passed + 1)) && echo "ok      $2"
    else
        failed=$((failed + 1)) && echo "not ok  $2" && sed 's/^/        /' "$work/log"
    fi
}

# expect STATUS TITLE COMMAND...
expect()
{
    status=$1 title=$2
    shift 2
    "$@" >"$work/log" 2>&1 </dev/null
    got=$?
    [ "$got" = "$status" ] || echo "exit status $got, not $status" >>"$work/log"
    [ "$got" = "$status" ] && nothing_left
    verdict $? "$title"
}

# The pattern is in a file, for grep would find itself by its arguments.
echo "$TMPDIR/acmespec-peer" >"$work/pattern"

# Every process that a run starts has the run's directory among its arguments or in
# its environment, and every directory is under TMPDIR.
nothing_left()
{
    left=$(grep -lsF -f "$work/pattern" /proc/[0-9]*/cmdline /proc/[0-9]*/environ)
    [ -z "$left" ] && [ -z "$(ls -A "$TMPDIR")" ] && return 0
    echo "left behind: $left $(ls -A "$TMPDIR")" >>"$work/log"
    return 1
}

# A background command ignores SIGINT, which a trap cannot undo.
as_from_a_terminal() { exec env --default-signal=INT "$@"; }

# ends SIGNAL STATUS TITLE PEER: the signal arrives while the command runs.
ends()
{
    signal=$1 status=$2 title=$3 peer=$4
    rm -f "$work/ready"
    # shellcheck disable=SC2016
    as_from_a_terminal sh "$RUN" "$peer" --shell \
        sh -c 'sleep 300 & echo $! >"$0.new" && mv "$0.new" "$0"; wait' "$work/ready" \
        >"$work/log" 2>&1 </dev/null &
    run=$!
    await_file "$work/ready" || { verdict 1 "$title" && return; }
    kill -s "$signal" "$run"
    wait "$run"
    got=$?
    [ "$got" = "$status" ] || echo "exit status $got, not $status" >>"$work/log"
    [ "$signal" = KILL ] && after_kill
    [ "$got" = "$status" ] && nothing_left
    verdict $? "$title"
}

# SIGKILL leaves no time to remove the directory; the processes must end all the same.
after_kill()
{
    tries=0
    while grep -qsF -f "$work/pattern" /proc/[0-9]*/cmdline && [ "$tries" -lt 100 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    rm -rf "$TMPDIR"/acmespec-peer.*
}

await_file()
{
    tries=0
    until [ -e "$1" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || { echo "$1 did not appear" >>"$work/log" && return 1; }
        sleep 0.05
    done
}

# Signals at other moments: while the peer starts, from 0 to 2 seconds.
ends_early()
{
    for delay in 0 0.02 0.05 0.1 0.2 0.3 0.4 0.6 1 2; do
        as_from_a_terminal sh "$RUN" "$1" --shell sleep 300 >"$work/log" 2>&1 </dev/null &
        run=$!
        sleep "$delay"
        kill -s TERM "$run"
        wait "$run"
        nothing_left || { echo "after $delay seconds" >>"$work/log" && return 1; }
    done
}

available()
{
    sh "$RUN" "$1" --shell true >"$work/log" 2>&1 </dev/null && return 0
    skipped=$((skipped + 1))
    echo "skip    $1: $(tail -n 1 "$work/log")"
    return 1
}

expect 2 'a name that is no peer is refused' sh "$RUN" no-such-peer
expect 2 'a path is no peer' sh "$RUN" ../peers/pebble
expect 2 'no peer at all is refused' sh "$RUN"
expect 2 'an option without its value is refused' sh "$RUN" --deadline
expect 0 'the peers are listed' sh "$RUN" --list

for peer in pebble caddy boulder; do
    available "$peer" || continue
    expect 0 "$peer: the command's success is the run's" sh "$RUN" "$peer" --shell true
    expect 3 "$peer: the command's status is the run's" sh "$RUN" "$peer" --shell sh -c 'exit 3'
    # shellcheck disable=SC2016
    expect 0 "$peer: the directory answers where the variables say" sh "$RUN" "$peer" --shell \
        sh -c 'curl --silent --fail --cacert "$CA_PEM" "$DIR_URL" | grep newNonce'
    expect 2 "$peer: --shell needs a command" sh "$RUN" "$peer" --shell
    expect 124 "$peer: the deadline ends the command and its children" \
        sh "$RUN" --deadline 1 "$peer" --shell sh -c 'sleep 300 & wait'
    expect 5 "$peer: acmespec that is not built is said" env ACMESPEC="$work/none" sh "$RUN" "$peer"
    ends TERM 143 "$peer: SIGTERM leaves nothing behind" "$peer"
    ends INT 130 "$peer: Ctrl-C leaves nothing behind" "$peer"
    ends HUP 129 "$peer: a closed terminal leaves nothing behind" "$peer"
    ends KILL 137 "$peer: SIGKILL leaves no process behind" "$peer"
    ends_early "$peer"
    verdict $? "$peer: SIGTERM while it starts leaves nothing behind"
done

# A CA that ends at once: started thrice, its words shown.
mkdir "$work/bin"
printf '#!/bin/sh\necho I will not\nexit 1\n' >"$work/bin/pebble"
chmod +x "$work/bin/pebble"
expect 5 'a CA that does not start is said' env PATH="$work/bin:$PATH" sh "$RUN" pebble --shell true
grep -q 'I will not' "$work/log"
verdict $? "and its last words are shown"

printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
