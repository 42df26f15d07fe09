#!/bin/sh
# SPDX-License-Identifier: MIT
# The README's examples of `acmespec mock --fault`, each met by our own client and, where it
# is installed, by lego: who gets a certificate, and what is said where nobody does.
set -u
acmespec=${ACMESPEC:-build/acmespec}
tmp=$(mktemp -d)
passed=0 failed=0 skipped=0
mock=

# shellcheck disable=SC2317
clean()
{
    [ -z "$mock" ] || kill "$mock" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 1' INT TERM

count()
{
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "does not hold: $2"
        sed 's/^/    /' "$tmp/said"
    fi
}

# start RULE: a mock with it; sets url.
start()
{
    : >"$tmp/mock"
    "$acmespec" mock --quiet --always-valid --root "$tmp/root.pem" --fault "$1" >"$tmp/mock" 2>&1 &
    mock=$!
    tries=0
    until url=$(sed -n 's/^directory *//p' "$tmp/mock") && [ -n "$url" ]; do
        tries=$((tries + 1))
        if [ $tries -ge 100 ] || ! kill -0 "$mock" 2>/dev/null; then
            cat "$tmp/mock"
            exit 1
        fi
        sleep 0.1
    done
}

stop()
{
    kill "$mock"
    wait "$mock" 2>/dev/null
    mock=
    rm -rf "${tmp:?}/home" "${tmp:?}/lego" "${tmp:?}/www"
}

by_issue()
{
    "$acmespec" issue obtain "$url" a.test --ca-file "$tmp/root.pem" --home "$tmp/home" \
        --webroot "$tmp/www" --agree >"$tmp/said" 2>&1
}

by_lego()
{
    mkdir -p "$tmp/www"
    LEGO_CA_CERTIFICATES=$tmp/root.pem timeout 60 lego --path "$tmp/lego" --server "$url" \
        --accept-tos --email t@example.test --http --http.webroot "$tmp/www" -d a.test run \
        >"$tmp/said" 2>&1
}

# example RULE RESULT WORDS: RESULT is issued, or refused; our own client says the words.
example()
{
    grep -qF -- "acmespec mock --fault '$1'" README.md
    count $? "README.md has the example $1"
    start "$1"
    by_issue
    status=$?
    if [ "$2" = issued ]; then want=0; else want=1; fi
    [ $status = $want ] && grep -q -- "$3" "$tmp/said"
    count $? "acmespec issue meets $1"
    if command -v lego >/dev/null; then
        by_lego
        status=$?
        { [ $want = 0 ] && [ $status = 0 ]; } || { [ $want = 1 ] && [ $status -gt 0 ] && [ $status -lt 124 ]; }
        count $? "lego meets $1"
    else
        skipped=$((skipped + 1))
    fi
    stop
}

example 'on newOrder first reply 400 badNonce' issued fullchain.pem
example 'on newOrder reply 429 rateLimited; retry-after 3s' refused rateLimited
example 'on finalize processing 3' issued fullchain.pem
example 'on newOrder spoil html' refused 'is no order'
example 'on newOrder expired' refused 'expired'

printf 'on newOrder first\n  reply 503\n' >"$tmp/script.acme"
"$acmespec" mock --script "$tmp/none.acme" >"$tmp/said" 2>&1
[ $? = 2 ] && grep -q 'cannot read' "$tmp/said"
count $? "a script that is not there is told"
"$acmespec" mock --fault 'on newOrdr reply 500' >"$tmp/said" 2>&1
[ $? = 2 ] && grep -q "RESOURCE was expected" "$tmp/said"
count $? "a rule that cannot be read is told"
[ $skipped = 0 ] || echo "lego is not installed"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
