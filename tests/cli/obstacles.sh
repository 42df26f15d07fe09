#!/bin/sh
# SPDX-License-Identifier: MIT
# A CA that was told other ports, or another DNS server, than acmespec: its validation does not
# come to us, which is no fault of it.  That is told at the start, and what rests on it is
# inconclusive and never red; what can be had another way is judged.  The same of a CA that
# refuses our names.
set -u
# shellcheck source=tests/with-peer.sh
. tests/with-peer.sh

free_port()
{
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# play HTTP TLS DNS ARGUMENT...: the ports that acmespec is told.
play()
{
    http=$1 tls=$2 dns=$3
    shift 3
    "$acmespec" server "$DIR_URL" --ca-file "$CA_PEM" --http-port "$http" --tls-port "$tls" \
        --dns-port "$dns" --results "$tmp/out.jsonl" "$@" >"$tmp/out" 2>&1
    status=$?
}

# became VERDICT SCENARIO
became()
{
    holds "grep '\"event\":\"play\"' '$tmp/out.jsonl' | grep -F '\"name\":\"$2\"' | grep -qF '\"verdict\":\"$1\"'"
}

over_http=server/8.3-http-01/request
unprovided=server/8.3-http-01/not-found
over_dns=server/8.4-dns-01/query
over_any=server/7.4-finalize/names-in-san

play "$HTTP_PORT" "$TLS_PORT" "$DNS_PORT" $over_http $unprovided $over_dns $over_any
holds "[ $status = 0 ]"
holds "! grep -q 'nothing will be learnt' '$tmp/out'"

# One port is wrong.
other=$(free_port)
play "$other" "$TLS_PORT" "$DNS_PORT" $over_http $unprovided $over_dns $over_any
holds "[ $status = 3 ]"
holds "grep -q 'nothing will be learnt of http-01: .* asked nothing of our web server; it needs 127.0.0.1:$DNS_PORT as its DNS server (--dns-port) and port $other for http-01 (--http-port)' '$tmp/out'"
holds "[ \$(grep -c 'nothing will be learnt' '$tmp/out') = 1 ]"
became inconclusive $over_http
became inconclusive $unprovided
became pass $over_dns
became pass $over_any

# A profile that says so: then it is not tried.
printf '%s\n' 'profile  walled' '  lacks  http-01 because port 80 is not ours' >"$tmp/walled.acme"
play "$other" "$TLS_PORT" "$DNS_PORT" --profile "$tmp/walled.acme" $over_http $over_any
holds "[ $status = 0 ]"
holds "! grep -q 'nothing will be learnt' '$tmp/out'"
became skip $over_http
became pass $over_any

# Another DNS server: nothing comes at all.
play "$HTTP_PORT" "$TLS_PORT" "$(free_port)" $over_http $unprovided $over_dns $over_any
holds "[ $status = 3 ]"
for type in http-01 dns-01 tls-alpn-01; do
    holds "grep -q 'nothing will be learnt of $type: ' '$tmp/out'"
done
for name in $over_http $unprovided $over_dns $over_any; do
    became inconclusive "$name"
done

# What the CA refuses from the start is told, and is no failure of it.
printf '%s\n' 'profile  elsewhere' '  zone  refused.test' >"$tmp/elsewhere.acme"
play "$HTTP_PORT" "$TLS_PORT" "$DNS_PORT" --profile "$tmp/elsewhere.acme" server/7.4-orders/created
holds "[ $status = 3 ]"
holds "grep -q 'little will be learnt: no order can be had: .* rejectedIdentifier' '$tmp/out'"
became inconclusive server/7.4-orders/created

# A slow CA is given time: this poll would be over before the challenge is looked at.
printf '%s\n' 'ca validate-after 4s' >"$tmp/slow.acme"
cat >"$tmp/poll.acme" <<'EOF'
scenario  A poll that is too short for a slow CA
suite     server
rule      rfc8555-7.1.6-5
given account alice
given authz z by alice for ${domain} pending
provision http-01 for z
post ${z.http-01.url} as alice
  payload {}
poll ${z.url} as alice until body /status is valid
  within 3s
must body /status is valid
EOF
MOCK_OPTIONS="--script $tmp/slow.acme" tests/peers/run.sh mock "$tmp/poll.acme" >"$tmp/out" 2>&1
status=$?
holds "[ $status = 0 ]"
holds "grep -q 'validation took [4-9].* s: there is [2-4] times as much time as usual' '$tmp/out'"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
