#!/bin/sh
# SPDX-License-Identifier: MIT
# `acmespec mock` among clients that send nonsense, too much, or nothing: each gets its
# answer or loses its connection, in time and in memory, and afterwards a certificate is
# still to be had.
set -eu
# shellcheck source=tests/with-mock.sh
. tests/with-mock.sh

# As many files as are allowed: it holds more connections than a listener takes.
# Both letters are in POSIX of 2024, and in dash, ash and bash.
# shellcheck disable=SC3045
ulimit -Sn "$(ulimit -Hn)"

mock_start --quiet
base=${url%/directory}
port=${base##*:}

# ask STATUSES WORDS ARGUMENT...: what curl gets; status 000 is no answer at all.
ask()
{
    wanted=$1 words=$2
    shift 2
    : >"$tmp/body"
    got=$(curl -s --cacert "$tmp/root.pem" --max-time 10 -o "$tmp/body" -w '%{http_code}' "$@") || :
    [ -n "$words" ] || echo >>"$tmp/body"
    if case " $wanted " in *" $got "*) ;; *) false ;; esac && grep -q -- "$words" "$tmp/body"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "wanted $wanted and \"$words\" of: $*" | cut -c 1-300
        echo "got $got: $(head -c 300 "$tmp/body")"
    fi
}

jose='Content-Type: application/jose+json'
head -c 100000 /dev/zero | tr '\0' '[' >"$tmp/deep"
{ printf 'X: ' && head -c 1000000 /dev/zero | tr '\0' x; } >"$tmp/header"
head -c 100000000 /dev/zero >"$tmp/huge"
head -c 100000 /dev/urandom >"$tmp/noise"
ask 400 'urn:ietf:params:acme:error:malformed' -H "$jose" -d '' "$base/new-account"
ask 400 malformed -H "$jose" -d '{' "$base/new-account"
ask 400 malformed -H "$jose" -d '[]' "$base/new-account"
ask 400 malformed -H "$jose" -d '{"protected":7,"payload":"","signature":""}' "$base/new-account"
ask 400 malformed -H "$jose" --data-binary @"$tmp/deep" "$base/new-account"
ask 400 malformed -H "$jose" --data-binary @"$tmp/noise" "$base/new-account"
ask 415 malformed -d '{}' "$base/new-account"
ask 413 'malformed.*longer than 524288 bytes' -H "$jose" --expect100-timeout 10 --data-binary @"$tmp/huge" "$base/new-account"
# As any error it has a nonce and leads to the directory (RFC 8555 6.5, 7.1).
curl -s --cacert "$tmp/root.pem" -D "$tmp/fields" -o /dev/null --expect100-timeout 10 -H "$jose" \
    --data-binary @"$tmp/huge" "$base/new-account"
for field in 'content-type: application/problem+json' 'replay-nonce: [A-Za-z0-9_-]' 'link: .*rel="index"'; do
    if grep -qi "^$field" "$tmp/fields"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "the 413 has no $field"
    fi
done
# Who does not wait for a 100 may see the connection end first (RFC 9112 9.6).
ask '413 000' '' -H "$jose" -H 'Expect:' --data-binary @"$tmp/huge" "$base/new-account"
ask 405 malformed "$base/new-account"
ask 405 malformed -X BREW "$base/new-account"
ask 404 malformed "$base/%00/../etc/passwd?x"
ask 404 malformed --path-as-is "$base/../../etc/passwd"
ask 000 '' "http://localhost:$port/directory"
# RFC 6585 5; the connection ends behind it, and that may be seen first.
ask '431 000' '' -H @"$tmp/header" "$url"

# More than there is room for connect and say nothing, or half a hello, for as long as this
# runs; they are let go.
python3 - "$port" "$tmp/held" <<'IDLE' &
import socket, sys, time
held = []
for i in range(1100):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.sendall(b"\x16\x03\x01\x02\x00\x01" if i % 2 else b"")
    held.append(s)
open(sys.argv[2], "w").close()
while True:
    time.sleep(60)
IDLE
others=$!
tries=0
until [ -e "$tmp/held" ]; do
    tries=$((tries + 1))
    [ $tries -lt $((100 * ${TEST_PATIENCE:-1})) ] || exit 1
    sleep 0.1
done
ask 200 newNonce "$url"
if "$acmespec" issue obtain "$url" a.test --ca-file "$tmp/root.pem" --home "$tmp/home" \
    --webroot "$tmp" --agree >"$tmp/out" 2>&1; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "nobody gets a certificate any more:"
    cat "$tmp/out"
fi
peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$mock/status" 2>/dev/null) || :
if [ -n "$peak" ]; then
    if [ "$peak" -lt 400000 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "it took $peak KiB"
    fi
fi

# It ends when it is told to, whoever is still there.
kill "$mock"
status=0
wait "$mock" || status=$?
if [ $status = 0 ] && grep -q 'certificates$' "$tmp/mock"; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "it ended with status $status: $(tail -3 "$tmp/mock")"
fi
mock=
echo "$passed passed, $failed failed"
[ $failed = 0 ]
