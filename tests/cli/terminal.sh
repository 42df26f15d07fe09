#!/bin/sh
# SPDX-License-Identifier: MIT
# What a terminal is shown and what a file is: progress that is rewritten, colour that can be
# refused, quiet lines in CI.
# What is evaluated is quoted on purpose.
# shellcheck disable=SC2016
set -u
if [ -z "${DIR_URL:-}" ]; then
    exec tests/peers/run.sh mock --shell "$0"
fi
command -v script >/dev/null || { echo "script is not installed" && exit 77; }
acmespec=${ACMESPEC:-build/acmespec}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
escape=$(printf '\033')

holds()
{
    if eval "$1"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "does not hold of $what: $1"
    fi
}

printf '%s\n' 'scenario  Bad' 'suite     server' 'rule      rfc8555-7.1.1-1' \
    'get directory' 'must 404' >"$tmp/bad.acme"
command="'$acmespec' server '$DIR_URL' --ca-file '$CA_PEM' --http-port $HTTP_PORT \
    --tls-port $TLS_PORT --dns-port $DNS_PORT --profile mock '$tmp/bad.acme' server/7.2-nonce"

# on_terminal WHAT VARIABLE=VALUE... [OPTION]: what a terminal is sent is in $tmp/out.
on_terminal()
{
    what=$1 variables=$2 option=${3:-}
    script -qec "env $variables $command $option" /dev/null >"$tmp/out" 2>&1 </dev/null
}

colours() { grep -c "$escape\\[[0-9;]*m" "$tmp/out"; }
rewrites() { grep -c "$escape\\[K" "$tmp/out"; }

on_terminal 'a terminal' TERM=xterm
holds '[ "$(colours)" -gt 0 ]'
holds '[ "$(rewrites)" -gt 0 ]'
holds 'grep -q "^FAIL\|${escape}\[1;31mFAIL" "$tmp/out"'
on_terminal 'NO_COLOR' 'TERM=xterm NO_COLOR=1'
holds '[ "$(colours)" = 0 ]'
holds '[ "$(rewrites)" -gt 0 ]'
on_terminal 'an empty NO_COLOR' 'TERM=xterm NO_COLOR='
holds '[ "$(colours)" -gt 0 ]'
on_terminal '--no-colour' TERM=xterm --no-colour
holds '[ "$(colours)" = 0 ]'
on_terminal 'a dumb terminal' TERM=dumb
holds '! grep -q "$escape" "$tmp/out"'
on_terminal '-q' TERM=xterm -q
holds '[ "$(rewrites)" = 0 ]'

what='a file'
TERM=xterm sh -c "$command" >"$tmp/out" 2>"$tmp/err"
holds '! grep -q "$escape" "$tmp/out"'
holds '[ "$(grep -c . "$tmp/err")" = 1 ] && grep -q "^FAIL  *.*/bad " "$tmp/err"'
holds '[ "$(tail -1 "$tmp/out" | grep -c "^[0-9]* passed, 1 failed, [0-9]* skipped$")" = 1 ]'
TERM=xterm sh -c "$command -q" >"$tmp/out" 2>"$tmp/err"
what='a file, quietly'
holds '! [ -s "$tmp/err" ] && [ "$(grep -c . "$tmp/out")" = 2 ]'

echo "$passed passed, $failed failed"
[ $failed = 0 ]
