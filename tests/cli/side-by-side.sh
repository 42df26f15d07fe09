#!/bin/sh
# SPDX-License-Identifier: MIT
# Two runs at the same time: what each needs for itself is a port for DNS; the ports of the
# challenges may be the same, since every run has loopback addresses of its own.
set -u
if [ -z "${DIR_URL:-}" ]; then
    exec tests/peers/run.sh mock --shell "$0"
fi
acmespec=${ACMESPEC:-build/acmespec}
command -v python3 >/dev/null || { echo "python3 is not installed" && exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
touch "$tmp/first" "$tmp/second"
passed=0 failed=0

holds()
{
    if eval "$1"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "does not hold: $1"
        tail -n 5 "$tmp/first" "$tmp/second"
    fi
}

# The CA is told the first run's DNS server, so the second one can have nothing validated,
# and needs nothing but its places.
set -- "$acmespec" server "$DIR_URL" --ca-file "$CA_PEM" --http-port "$HTTP_PORT" \
    --tls-port "$TLS_PORT"

begin() { printf 'scenario  %s\nsuite     server\nrule      rfc8555-7.1.1-1\n' "$1"; }

printf 'profile  own\n  hook  pass-time  touch %s/there\n  hook  restore  true\n' "$tmp" >"$tmp/own.acme"
{
    begin Long
    echo 'needs pass-time'
    echo 'operator pass-time 1s'
    echo 'wait 20s'
    echo 'get directory'
    echo 'must 200'
} >"$tmp/long.acme"
{
    begin Short
    echo 'get directory'
    echo 'must 200'
} >"$tmp/short.acme"

free_port=$(python3 -c 'import socket
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
print(udp.getsockname()[1])')

"$@" --dns-port "$DNS_PORT" "$tmp/long.acme" --profile "$tmp/own.acme" >"$tmp/first" 2>&1 &
run=$!
tries=0
until [ -e "$tmp/there" ] || [ $tries -gt $((200 * ${TEST_PATIENCE:-1})) ]; do # then it has its ports
    tries=$((tries + 1))
    sleep 0.1
done
holds "[ -e '$tmp/there' ]"

"$@" --dns-port "$free_port" "$tmp/short.acme" --junit "$tmp/second.xml" >"$tmp/second" 2>&1
status=$?
holds "[ $status = 0 ]"
holds "grep -q ' passed, 0 failed' '$tmp/second'"
holds "kill -0 $run"

# The port for DNS cannot be had twice.
"$@" --dns-port "$DNS_PORT" "$tmp/short.acme" >"$tmp/second" 2>&1
status=$?
holds "[ $status = 5 ]"
holds "grep -q \"port $DNS_PORT over .* cannot be bound\" '$tmp/second'"
kill -TERM $run
wait $run
holds "grep -q 'was stopped by SIGTERM: 0 of 1' '$tmp/first'"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
