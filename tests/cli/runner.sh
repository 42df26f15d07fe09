#!/bin/sh
# SPDX-License-Identifier: MIT
# The runner against the mock CA: statuses 0, 1, 3 and 7; a play that crashes or hangs is an
# error of that play alone; a stopped run leaves complete reports; shards, repeats, reruns.
# What is evaluated is quoted on purpose.
# shellcheck disable=SC2016,SC2034
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

# await COMMAND: until it succeeds, for at most 20 seconds.
await()
{
    tries=0
    until eval "$1"; do
        tries=$((tries + 1))
        [ $tries -lt $((200 * ${TEST_PATIENCE:-1})) ] || { echo "did not come true: $1" && return 1; }
        sleep 0.1
    done
}

# The plays that are going on: each leads a process group of its own.
plays_of() { ps -o pid=,pgid= --ppid "$1" | awk '$1 == $2 { print $1 }'; }

lives() { ps -o stat= -p "$1" | grep -q '^[^Z]'; }

# events KIND FILE: how many there are.
events() { grep -sc "^{\"event\":\"$1\"" "$2"; }

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
scenario broken 'get directory' 'must 404'
scenario weak 'get directory' 'should 404' '  rule house'
scenario unknown 'get directory' 'need 404' 'must 200'
scenario slow 'deadline 2m' 'get directory' 'wait 60s' 'must 200'

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
{
    printf 'baseline t\n  version 1\n\nexpect %s\n  check must 404\n' "$(name)"
    printf '  verdict fail\n  rule rfc8555-7.1.1-1\n  because it is meant\n'
} >"$tmp/known.acme"
run "$tmp/bad.acme" "$tmp/good.acme" --baseline "$tmp/known.acme"
want 0 'expected' 'an expected failure'
sed 's,/bad$,/broken,' "$tmp/known.acme" >"$tmp/known-broken.acme"
sed 's/must 404/must 200/' "$tmp/bad.acme" >"$tmp/mended" && mv "$tmp/mended" "$tmp/bad.acme"
sed 's/must 404/must 200/' "$tmp/known.acme" >"$tmp/stale.acme"
run "$tmp/bad.acme" "$tmp/good.acme" --baseline "$tmp/stale.acme"
want 7 'stale' 'an expected failure that passes'
# What can never come true excuses nothing, and is told whatever part is played.
sed 's/7.1.1-1/7.1.1-2/' "$tmp/known-broken.acme" >"$tmp/other-rule.acme"
run "$tmp/broken.acme" --baseline "$tmp/other-rule.acme"
want 1 'got      the check cites rfc8555-7.1.1-1, not rfc8555-7.1.1-2' 'an expectation by another rule'
{ cat "$tmp/known-broken.acme" && sed '1,3d; s,^expect .*,expect server/nope/nope,' "$tmp/known.acme"; } >"$tmp/nope.acme"
run "$tmp/broken.acme" --baseline "$tmp/nope.acme"
want 7 'got      there is no such scenario' 'an expectation of nothing'
holds 'grep -q "expected 1, unexpected 0, stale 1" "$tmp/out"'

# A play minds its deadline itself, and does not begin to wait for what is behind it.
run "$tmp/slow.acme" "$tmp/good.acme" --timeout 1500ms
want 3 "the play's deadline of 1.5 s passed" 'a play that takes too long'
scenario short 'deadline 1s' 'get directory' 'wait 1100ms' 'must 200'
run "$tmp/short.acme"
want 3 "the scenario's deadline of 1 s passed" 'a scenario that takes too long'
run "$tmp/short.acme" --timeout 30s
want 0 ' passed, 0 failed' 'the same with more time'

# One that hangs is ended behind its deadline; the others are not touched.
scenario hangs 'get directory' 'wait 3s' 'must 200'
begin "$tmp/hangs.acme" "$tmp/good.acme" -j1 --timeout 4s --request-timeout 1s --junit "$tmp/hang.xml"
await '[ -n "$(plays_of "$pid")" ]'
kill -STOP "$(plays_of "$pid")"
wait "$pid"
got=$?
want 5 "went past the play's deadline of 4 s" 'a play that hangs'
holds 'grep -q "</testsuites>" "$tmp/hang.xml"'
holds 'grep -q "good" "$tmp/hang.xml"'

# A play whose process dies is an error of that play alone.  It is the last when the other
# has ended.
begin "$tmp/slow.acme" "$tmp/good.acme" -j2 --results "$tmp/dies.jsonl"
await '[ "$(events play "$tmp/dies.jsonl")" = 1 ]'
kill -ABRT "$(plays_of "$pid")"
wait "$pid"
got=$?
want 5 'signal 6' 'a play whose process dies'
holds 'grep "\"verdict\":\"error\"" "$tmp/dies.jsonl" | grep -c "/slow\"" | grep -qx 1'
holds 'grep "\"verdict\":\"pass\"" "$tmp/dies.jsonl" | grep -q "/good\""'

# A run that is stopped leaves complete reports of what was decided: of three plays one ends,
# one goes on, one waits for its turn.  A background command has SIGINT ignored until
# acmespec asks for it.
hup=$({ sh -c 'kill -HUP $$; echo ignored'; } 2>/dev/null) # as under nohup
for signal in TERM INT $([ -n "$hup" ] || echo HUP); do
    begin "$tmp/good.acme" "$tmp/slow.acme" "$tmp/weak.acme" -j1 --junit "$tmp/stop.xml" \
        --html "$tmp/stop.html" --results "$tmp/stop.jsonl"
    await '[ "$(events play "$tmp/stop.jsonl")" = 1 ]'
    await '[ -n "$(plays_of "$pid")" ]'
    kill -s "$signal" "$pid"
    wait "$pid"
    got=$?
    want 3 "stopped by .*: 1 of 3 plays were played" "a run that is stopped by $signal"
    holds 'xmllint --noout "$tmp/stop.xml"'
    holds 'grep -q "type=\"incomplete\"" "$tmp/stop.xml"'
    holds 'grep -q "</html>" "$tmp/stop.html" && grep -q "was stopped by" "$tmp/stop.html"'
    holds '[ "$(events play "$tmp/stop.jsonl")" = 2 ]'
    holds 'tail -1 "$tmp/stop.jsonl" | grep -q "\"event\":\"end\",\"status\":3,\"complete\":false"'
done

# nohup means that the end of a terminal is not the run's.
scenario brief 'get directory' 'wait 1s' 'must 200'
trap '' HUP
begin "$tmp/brief.acme" --results "$tmp/nohup.jsonl"
trap - HUP
await '[ -n "$(plays_of "$pid")" ]'
kill -HUP "$pid"
wait "$pid"
got=$?
want 0 ' passed, 0 failed' 'a run whose terminal is gone'

# One that is killed leaves the lines of what was decided, and takes its plays along.
begin "$tmp/good.acme" "$tmp/slow.acme" -j1 --results "$tmp/killed.jsonl"
await '[ "$(events play "$tmp/killed.jsonl")" = 1 ]'
await '[ -n "$(plays_of "$pid")" ]'
orphan=$(plays_of "$pid")
kill -KILL "$pid"
wait "$pid" 2>/dev/null
await '! lives "$orphan"'
holds '! lives "$orphan"'
! lives "$orphan" || kill -KILL "$orphan"
holds '[ "$(events end "$tmp/killed.jsonl")" = 0 ]'
run --results "$tmp/killed.jsonl" --rerun-failed
want 4 'green last time' 'nothing of a killed run was red'

# --fail-fast ends at the first violation; --strict and a baseline know what is one.
run "$tmp/broken.acme" "$tmp/weak.acme" -j1 --fail-fast
want 1 'as --fail-fast asks: 1 of 2 plays' 'the first violation'
run "$tmp/weak.acme" "$tmp/good.acme" -j1 --fail-fast
want 0 ' passed, 0 failed' 'a broken should is none'
run "$tmp/weak.acme" "$tmp/good.acme" -j1 --fail-fast --strict
want 1 'as --fail-fast asks: 1 of 2 plays' 'but it is under --strict'
run "$tmp/broken.acme" "$tmp/good.acme" -j1 --fail-fast --baseline "$tmp/known-broken.acme"
want 0 'expected 1, unexpected 0' 'nor is what the baseline expects'

# A watch that saw nothing has the level of its own checks.
level() { grep -o "\"id\":\"[a-z/]*$1\",\"title\":\"[^\"]*\",\"level\":\"[a-z]*\"" "$tmp/levels"; }
run "$tmp/good.acme" --results "$tmp/levels.jsonl" --junit "$tmp/levels.xml"
tail -1 "$tmp/levels.jsonl" >"$tmp/levels"
holds 'level certificate-chain | grep -q "\"should\"$"'
holds 'level order-status | grep -q "\"must\"$"'
holds 'grep -A8 "name=\"certificate-chain: " "$tmp/levels.xml" | grep -q "\"level\" value=\"should\""'

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
holds '[ "$(events play "$tmp/again.jsonl")" = 2 ]'
run "$tmp/unknown.acme" "$tmp/good.acme" --results "$tmp/again.jsonl" --rerun-failed
want 3 'unknown' 'only what was not green'
holds '[ "$(events play "$tmp/again.jsonl")" = 1 ]'
holds 'grep "^{\"event\":\"play\"" "$tmp/again.jsonl" | grep -q "/unknown\""'
run "$tmp/good.acme" --results "$tmp/again.jsonl" --rerun-failed
want 4 'green last time' 'what is named was green'

# Whose operator changes the CA is played alone, when all others are over, and in whatever
# order they are named: each would find the folder of the other.
{
    printf 'profile  own\n  hook  pass-time  mkdir %s/alone && sleep 0.3\n' "$tmp"
    printf '  hook  restore  rmdir %s/alone\n' "$tmp"
} >"$tmp/own.acme"
scenario first 'needs pass-time' 'operator pass-time 1s' 'get directory' 'must 200'
scenario second 'needs pass-time' 'operator pass-time 1s' 'get directory' 'must 200'
scenario waiting 'get directory' 'wait 1s' 'must 200'
run "$tmp/first.acme" "$tmp/second.acme" "$tmp/waiting.acme" -j8 --profile "$tmp/own.acme" \
    --results "$tmp/alone.jsonl"
want 0 ' passed, 0 failed' 'plays that are alone'
holds 'grep "^{\"event\":\"play\"" "$tmp/alone.jsonl" | head -1 | grep -q "/waiting\""'
holds '[ "$(events play "$tmp/alone.jsonl")" = 3 ] && [ ! -e "$tmp/alone" ]'
printf 'profile bare\n  about  A CA whose operator is away.\n' >"$tmp/bare.acme"
run "$tmp/first.acme" -v --profile "$tmp/bare.acme"
want 4 'no profile has a hook for it' 'a profile without the hook'

# The command that is printed plays the scenario again, whatever stands in its name.
printf '%s\n' 'scenario  odd' 'suite     server' 'rule      rfc8555-7.1.1-1' \
    'for each word in "it'"'"'s $(odd)"' 'get directory' 'must 404' >"$tmp/it's odd.acme"
run "$tmp/it's odd.acme"
want 1 '^  again' 'a scenario of an odd name'
sed -n 's/^  again *//p' "$tmp/out" | head -1 >"$tmp/again.sh"
sh "$tmp/again.sh" >"$tmp/out" 2>&1
got=$?
want 1 '1 in [0-9.]* s' 'the command that was printed'
# A report that cannot be written is told, and the others are written.
if [ -c /dev/full ]; then
    play "$tmp/good.acme" --junit "$tmp/full.xml" >/dev/full 2>"$tmp/out"
    got=$?
    want 6 'standard output' 'a full disk under the terminal'
    holds 'xmllint --noout "$tmp/full.xml"'
    run "$tmp/good.acme" --results /dev/full --junit "$tmp/full2.xml"
    want 6 'results file /dev/full' 'a full disk under the results'
    holds 'xmllint --noout "$tmp/full2.xml"'
fi
# What is asked at the address alone, without a name, cannot be told apart by play then.
run server/7.2-nonce server/8.3-http-01/redirected server/8.4-dns-01/query \
    server/rfc8737-tls-alpn-01/handshake server/rfc8738-ip-identifiers --shared-address -j8 -v
want 0 'passed' 'one address for all plays'
holds 'grep -q "^SKIP .*rfc8738-ip-identifiers/certificate .*own-address" "$tmp/out"'

echo "$passed passed, $failed failed"
[ $failed = 0 ]
