#!/bin/sh
# SPDX-License-Identifier: MIT
# --rerun-failed against a mock CA with a planted bug that a watch alone finds: what was not
# green is played again, and what cannot be selected is told.
# What the language replaces is quoted on purpose.
# shellcheck disable=SC2016
set -u
if [ -z "${DIR_URL:-}" ]; then
    MOCK_OPTIONS='--bug no-nonce-on-certificate' exec tests/peers/run.sh mock --shell "$0"
fi
acmespec=${ACMESPEC:-build/acmespec}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

# want STATUS WORDS OPTION...: of a run that writes $tmp/r.jsonl.
want()
{
    status=$1 words=$2
    shift 2
    "$acmespec" server "$DIR_URL" --ca-file "$CA_PEM" --http-port "$HTTP_PORT" \
        --tls-port "$TLS_PORT" --dns-port "$DNS_PORT" --profile mock \
        --results "$tmp/r.jsonl" "$@" >"$tmp/out" 2>&1
    got=$?
    if [ $got = "$status" ] && grep -q -- "$words" "$tmp/out"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "wanted status $status and \"$words\" of: $*"
        tail -20 "$tmp/out"
    fi
}

# scenario NAME LINE...: a scenario file that does not ship.
scenario()
{
    file=$tmp/$1.acme
    printf 'scenario  %s\nsuite     server\nrule      rfc8555-7.1.1-1\n' "$1" >"$file"
    shift
    printf '%s\n' "$@" >>"$file"
}

scenario good 'get directory' 'must 200'
scenario bad 'get directory' 'must 404'
scenario worse 'get directory' 'must 404'
scenario watched 'given account a' 'given order o by a for ${domain} valid' \
    'post ${o.certificate} as a' '  payload ""' 'must 200'

# Every check of it passes.
want 1 ' 1 failed' "$tmp/watched.acme" "$tmp/good.acme"
want 1 'plays    1 in' "$tmp/watched.acme" "$tmp/good.acme" --rerun-failed
want 4 'not among it; the file of .*/watched has to be named again' --rerun-failed
want 4 'green last time is not among it$' "$tmp/watched.acme" "$tmp/good.acme" --rerun-failed \
    --tag none

want 1 ' 2 failed' "$tmp/bad.acme" "$tmp/worse.acme" "$tmp/good.acme"
want 1 'not all that was not green is played again: the file of .*/bad has' \
    "$tmp/worse.acme" --rerun-failed
want 1 'plays    1 in' "$tmp/worse.acme" --rerun-failed

echo "$passed passed, $failed failed"
[ $failed = 0 ]
