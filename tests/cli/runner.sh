#!/bin/sh
# SPDX-License-Identifier: MIT
# The runner against the mock CA: statuses 0, 1, 3 and 7; a play that crashes or hangs is an
# error of that play alone; a stopped run leaves complete reports; shards, repeats, reruns.
set -u
if [ -z "${DIR_URL:-}" ]; then
    exec tests/peers/run.sh mock --shell "$0"
fi
acmespec=${ACMESPEC:-build/acmespec}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

play()
{
    "$acmespec" server "$DIR_URL" --ca-file "$CA_PEM" --http-port "$HTTP_PORT" \
        --tls-port "$TLS_PORT" --dns-port "$DNS_PORT" --profile mock "$@"
}

# The same in the background, its process in $pid.
begin()
{
    "$acmespec" server "$DIR_URL" --ca-file "$CA_PEM" --http-port "$HTTP_PORT" \
        --tls-port "$TLS_PORT" --dns-port "$DNS_PORT" --profile mock "$@" >"$tmp/out" 2>&1 &
    pid=$!
}

# want STATUS WORDS WHAT: of the last run, whose output is in $tmp/out and status in $got.
want()
{
    if [ "$got" = "$1" ] && grep -q -- "$2" "$tmp/out"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$3: wanted status $1 and \"$2\", got status $got"
        tail -20 "$tmp/out"
    fi
}

holds()
{
    if eval "$1"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1)) && echo "does not hold: $1"
    fi
}

# scenario NAME LINE...: a scenario file of our own.
scenario()
{
    file=$tmp/$1.acme
    printf 'scenario  %s\nsuite     server\nrule      rfc8555-7.1.1-1\n' "$1" >"$file"
    shift
    printf '%s\n' "$@" >>"$file"
}

scenario good 'get directory' 'must 200'
scenario bad 'get directory' 'must 404'
scenario weak 'get directory' 'should 404' '  rule house'
scenario unknown 'get directory' 'need 404' 'must 200'
scenario slow 'get directory' 'wait 60s' 'must 200'
scenario short 'get directory' 'wait 3s' 'must 200'

run() { play "$@" >"$tmp/out" 2>&1; got=$?; }

run "$tmp/good.acme"
want 0 ' passed, 0 failed' 'a green scenario'
run "$tmp/bad.acme" "$tmp/good.acme"
want 1 'the server answered 200' 'a violation'
holds 'grep -q "acmespec server .*bad" "$tmp/out"'
run "$tmp/weak.acme" "$tmp/good.acme"
want 0 'house' 'a broken should'
run "$tmp/weak.acme" "$tmp/good.acme" --strict
want 1 'house' 'a broken should under --strict'
run "$tmp/unknown.acme" "$tmp/good.acme"
want 3 'did not hold' 'a need that does not hold'
run "$tmp/unknown.acme" "$tmp/good.acme" --allow-inconclusive
want 0 'did not hold' 'accepted all the same'

# Baselines: what is known does not count, what did not come is stale.
name() { sed -n 's/.*"event":"play","name":"\([^"]*\)".*/\1/p' "$tmp/r.jsonl" | head -1; }
run "$tmp/bad.acme" --results "$tmp/r.jsonl"
printf 'baseline t\n  version 1\n\nexpect %s\n  check must 404\n  verdict fail\n  because it is meant\n' \
    "$(name)" >"$tmp/known.acme"
run "$tmp/bad.acme" "$tmp/good.acme" --baseline "$tmp/known.acme"
want 0 'expected' 'an expected failure'
sed 's/must 404/must 200/' "$tmp/bad.acme" >"$tmp/mended" && mv "$tmp/mended" "$tmp/bad.acme"
sed 's/must 404/must 200/' "$tmp/known.acme" >"$tmp/stale.acme"
run "$tmp/bad.acme" "$tmp/good.acme" --baseline "$tmp/stale.acme"
want 7 'stale' 'an expected failure that passes'

# A play that hangs is ended at its deadline; the others are not touched.
run "$tmp/slow.acme" "$tmp/good.acme" --timeout 1s --junit "$tmp/hang.xml"
want 5 'deadline' 'a play that hangs'
holds 'grep -q "</testsuites>" "$tmp/hang.xml"'
holds 'grep -q "good" "$tmp/hang.xml"'

# A play whose process dies is an error of that play alone.
begin "$tmp/short.acme" "$tmp/good.acme" -j2
sleep 1.5
# Of its children the relay is the first, the play that waits the last.
kill -SEGV "$(ps -o pid= --ppid "$pid" | tail -1)"
wait "$pid"
got=$?
want 5 'signal 11' 'a play whose process dies'

# A run that is stopped leaves complete reports of what was decided.
begin "$tmp/slow.acme" "$tmp/good.acme" --junit "$tmp/stop.xml" --results "$tmp/stop.jsonl"
sleep 1.5
kill -TERM "$pid"
wait "$pid"
got=$?
want "$got" 'stopped' 'a run that is stopped'
holds '[ "$got" != 0 ]'
holds 'python3 -c "import sys, xml.etree.ElementTree as e; e.parse(sys.argv[1])" "$tmp/stop.xml"'
holds 'grep -q "\"event\":\"end\"" "$tmp/stop.jsonl"'
holds '[ "$(grep -c "\"event\":\"play\"" "$tmp/stop.jsonl")" = 2 ]'

# What is selected.
run --list --shard 1/2 server/7.4-orders
half=$(wc -l <"$tmp/out")
run --list --shard 2/2 server/7.4-orders
other=$(wc -l <"$tmp/out")
run --list server/7.4-orders
holds '[ $((half + other)) = "$(wc -l <"$tmp/out")" ]'
run "$tmp/good.acme" --repeat 5
want 0 'plays    5 in' 'five repeats'
run "$tmp/unknown.acme" "$tmp/good.acme" --results "$tmp/again.jsonl"
run "$tmp/unknown.acme" "$tmp/good.acme" --results "$tmp/again.jsonl" --rerun-failed -v
want 3 'unknown' 'only what was not green'
holds '! grep -q "good" "$tmp/again.jsonl"'
run 'server/7.2-nonce/*' --shared-address
want 0 'passed' 'one address for all plays'

echo "$passed passed, $failed failed"
[ $failed = 0 ]
