#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves a peer's set-up with no part of acmespec in it: another client (lego) gets
# a certificate by each challenge type, served by another DNS (pebble-challtestsrv).
# When this works and acmespec's answers are not found, the fault is acmespec's.
#   tests/peers/run.sh PEER --shell tests/peers/proof.sh
set -u
work=$(mktemp -d "${TMPDIR:-/tmp}/acmespec-proof.XXXXXX") || exit 1
server=

finish()
{
    trap - EXIT HUP INT TERM
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'finish; exit 1' HUP INT TERM

for tool in lego:lego pebble-challtestsrv:pebble curl:curl; do
    command -v "${tool%%:*}" >/dev/null || {
        echo "${tool%%:*} is not installed; install the package ${tool##*:}" >&2
        exit 77
    }
done

# A port of the kernel's range beside the three; in a namespace any is free.
management=$((DNS_PORT + 20000))
pebble-challtestsrv -dns01 "127.0.0.1:$DNS_PORT" -http01 '' -https01 '' -tlsalpn01 '' \
    -management "127.0.0.1:$management" -defaultIPv4 127.0.0.1 -defaultIPv6 '' \
    >"$work/dns.log" 2>&1 &
server=$!
tries=0
until curl --silent --noproxy '*' --output /dev/null "http://127.0.0.1:$management/"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { cat "$work/dns.log" >&2 && exit 1; }
    sleep 0.05
done

# lego calls this as: hook present|cleanup NAME VALUE
cat >"$work/hook" <<EOF
#!/bin/sh
case \$1 in present) verb=set-txt ;; *) verb=clear-txt ;; esac
exec curl --silent --noproxy '*' --data "{\"host\":\"\$2\",\"value\":\"\$3\"}" \\
    "http://127.0.0.1:$management/\$verb"
EOF
chmod +x "$work/hook"

# issue TYPE NAME [lego options]: one line, and lego's own words if it failed.
issue()
{
    type=$1 name=$2
    shift 2
    [ -z "${EAB_KID:-}" ] || set -- --eab --kid "$EAB_KID" --hmac "$EAB_HMAC" "$@"
    LEGO_CA_CERTIFICATES=$CA_PEM EXEC_PATH=$work/hook EXEC_POLLING_INTERVAL=1 \
        EXEC_PROPAGATION_TIMEOUT=5 EXEC_SEQUENCE_INTERVAL=1 \
        timeout 60 lego --path "$work/$type" --server "$DIR_URL" --accept-tos \
        --email proof@example.test -d "$name" "$@" run >"$work/$type.log" 2>&1 && {
        subject=$(openssl x509 -in "$work/$type/certificates/$name.crt" -noout -issuer)
        echo "$type: issued by ${subject#issuer=}"
        return 0
    }
    echo "$type: not issued; lego's last words:"
    tail -n 5 "$work/$type.log"
    failed=1
}

failed=0
issue http-01 http.proof.test --http --http.port "127.0.0.1:$HTTP_PORT"
issue tls-alpn-01 tls.proof.test --tls --tls.port "127.0.0.1:$TLS_PORT"
issue dns-01 dns.proof.test --dns exec --dns.disable-cp --dns.resolvers "127.0.0.1:$DNS_PORT"
exit "$failed"
