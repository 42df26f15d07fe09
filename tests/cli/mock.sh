#!/bin/sh
# SPDX-License-Identifier: MIT
# The README's examples of `acmespec mock --fault`, each met by our own client and, where it
# is installed, by lego: who gets a certificate, and what is said where nobody does.
set -u
# shellcheck source=tests/with-mock.sh
. tests/with-mock.sh
skipped=0

by_issue()
{
    "$acmespec" issue obtain "$url" a.test --ca-file "$tmp/root.pem" --home "$tmp/home" \
        --webroot "$tmp/www" --agree >"$tmp/said" 2>&1
}

# Its own statuses of failure are all 1 here; a time-out is none of them.
by_lego()
{
    status=0
    mkdir -p "$tmp/www"
    LEGO_CA_CERTIFICATES=$tmp/root.pem timeout $((60 * ${TEST_PATIENCE:-1})) lego --path "$tmp/lego" --server "$url" \
        --accept-tos --email t@example.test --http --http.webroot "$tmp/www" -d a.test run \
        >"$tmp/said" 2>&1 || status=$?
    if [ $status -gt 0 ] && [ $status -lt 124 ]; then
        status=1
    fi
    return $status
}

# ends_as STATUS WORDS CLIENT: it ends with that status and says the words.
ends_as()
{
    status=0
    "$3" || status=$?
    cat "$tmp/said"
    [ $status = "$1" ] && grep -q -- "$2" "$tmp/said"
}

# example RULE STATUS WORDS: 0 for a certificate, 1 for none; our own client says the words.
example()
{
    holds "README.md has the example $1" grep -qF -- "acmespec mock --fault '$1'" README.md
    mock_start --quiet --fault "$1"
    holds "acmespec issue meets $1" ends_as "$2" "$3" by_issue
    if command -v lego >/dev/null; then
        holds "lego meets $1" ends_as "$2" . by_lego
    else
        skipped=$((skipped + 1))
    fi
    mock_stop
    rm -rf "${tmp:?}/home" "${tmp:?}/lego" "${tmp:?}/www"
}

# refused WORDS OPTION...: a mock that does not start, with status 2, and says so.
refused()
{
    words=$1 status=0
    shift
    timeout $((10 * ${TEST_PATIENCE:-1})) "$acmespec" mock "$@" >"$tmp/said" 2>&1 || status=$?
    cat "$tmp/said"
    [ $status = 2 ] && grep -q -- "$words" "$tmp/said"
}

example 'on newOrder first reply 400 badNonce' 0 fullchain.pem
example 'on newOrder reply 429 rateLimited; retry-after 3s' 1 rateLimited
example 'on finalize processing 3' 0 fullchain.pem
example 'on newOrder spoil html' 1 'is no order'
example 'on newOrder expired' 1 'expired'
holds "a script that is not there is told" refused 'cannot read' --script "$tmp/none.acme"
for server in localhost:53 127.0.0.1 127.0.0.1:0 '[::1]' ::1; do
    holds "a DNS server that is none is told ($server)" refused 'IP address' --dns-server "$server"
done
holds "a rule that cannot be read is told" refused 'RESOURCE was expected' \
    --fault 'on newOrdr reply 500'

# What it prints: what a client needs, a line for each exchange, and what became of rules.
mock_start --fault 'on newOrder first reply 400 badNonce' --fault 'on keyChange reply 500' \
    --fault 'on newNonce delay 1ms; drip 1ms'
holds "a client that is told no more than it prints gets on" by_issue
mock_stop
for line in "directory  https://localhost:[0-9]*/directory" "root       $tmp/root.pem" \
    "export REQUESTS_CA_BUNDLE=$tmp/root.pem" "export NODE_EXTRA_CA_CERTS=$tmp/root.pem" \
    ' *1  GET directory -> 200' ' *[0-9]*  HEAD newNonce -> 200 (delay, drip)' ' *[0-9]*  POST newOrder -> 400 badNonce: .*' \
    ' *[0-9]*  POST newOrder -> 201' 'on newOrder first: 1 times' 'on keyChange: 0 times' \
    '[0-9]* requests, 1 accounts, 1 orders, [01] certificates'; do
    holds "it prints \"$line\"" grep -qx -- "$line" "$tmp/mock"
done
rm -rf "${tmp:?}/home"
mock_start --fault 'on handshake first alpn no/1' --fault 'on handshake after 1 times 1 alpn refused' \
    --fault 'on handshake after 2 times 1 broken-tls'
for word in 'alpn no/1' 'refused, as if no protocol were agreed upon' broken; do
    holds "a client is told that its handshake failed ($word)" ends_as 1 'TLS handshake' by_issue
    holds "a handshake that is not ordinary has its line" grep -qx " *TLS handshake -> $word" "$tmp/mock"
done
holds "the next handshake is ordinary" by_issue
mock_stop
rm -rf "${tmp:?}/home"
mock_start --quiet
holds "a quiet one lets a client get on as well" by_issue
mock_stop
holds "and prints no exchange" sh -c '! grep -q -- "->" "$1"' sh "$tmp/mock"
rm -rf "${tmp:?}/home"

# Its environment holds in any folder.
here=$PWD
case $acmespec in /*) ;; *) acmespec=$PWD/$acmespec ;; esac
mkdir "$tmp/below"
cd "$tmp/below" || exit 1
mock_start --quiet --root ../root.pem
cd "$here" || exit 1
holds "the root is named by its whole path" grep -q "^export SSL_CERT_FILE=/.*/root.pem$" "$tmp/mock"
mock_stop
[ $skipped = 0 ] || echo "lego is not installed"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
