#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures the mock CA and Debian's Pebble (sleeps off) with the same driver in the same
# run: a fresh server for each round, the two by turns; medians with their spread.  Writes
# tests/bench/issuance.md.
#
#   tests/bench/issuance.sh [ROUNDS]      5 rounds unless given
set -eu

B=${B:-build}
acmespec=$PWD/$B/acmespec
rounds=${1:-5}
count=${BENCH_COUNT:-1000}
tmp=$(mktemp -d)
mock=
trap '[ -z "$mock" ] || kill "$mock" 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM

# What the peer's shell runs: certificates to warm up, then those that count, then nonces.
cat >"$tmp/measure.sh" <<'EOF'
set -eu
issue() {
    "$acmespec" bench "$DIR_URL" --ca-file "$CA_PEM" --http-port "$HTTP_PORT" \
        --dns-port "$DNS_PORT" --pid "$PEER_PID" --limit 60s -q "$@"
}
acmespec=$1
# Status 1: some failed, and the table says how many.
issue --count 300 >/dev/null || [ $? = 1 ]
issue --count "$3" --json "$2.issue" || [ $? = 1 ]
"$1" bench "$DIR_URL" --ca-file "$CA_PEM" --nonces --pid "$PEER_PID" --limit 60s -q \
    --json "$2.nonce"
[ "$4" = 0 ] || issue --count "$4" --json "$2.memory"
EOF

# Milliseconds from the start of the program to the directory's URL on its output.
start_up()
{
    mkfifo "$tmp/line"
    began=$(date +%s%N)
    "$acmespec" mock --quiet --root "$tmp/root.pem" >"$tmp/line" &
    mock=$!
    read -r _ <"$tmp/line"
    echo $((($(date +%s%N) - began) / 1000)) >>"$tmp/start"
    kill "$mock"
    wait "$mock" || true
    mock=
    rm "$tmp/line"
}

n=0
while [ $n -lt "$rounds" ]; do
    n=$((n + 1))
    for peer in mock pebble; do
        echo "round $n of $rounds: $peer"
        # Memory for an order is told by many of them, once.
        many=0
        [ "$n-$peer" != 1-mock ] || many=10000
        MOCK_OPERATED='' tests/peers/run.sh --deadline 240 "$peer" --shell \
            sh "$tmp/measure.sh" "$acmespec" "$tmp/$peer.$n" "$count" $many
    done
    start_up
done

# figure PEER KIND MEMBER: that number of each round.
figure() { sed -n 's/.*"'"$3"'": *\([-0-9.]*\).*/\1/p' "$tmp/$1".*."$2" | sort -n; }
# median DIVISOR DIGITS: "middle [least-most]" of sorted numbers.
median()
{
    awk -v by="$1" -v digits="$2" '{ v[NR] = $1 / by }
        END { f = "%." digits "f"; m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
              printf f " [" f "-" f "]", m, v[1], v[NR] }'
}
# row NAME KIND MEMBER DIVISOR DIGITS AIM: one line of the table, with the ratio of medians.
row()
{
    ours=$(figure mock "$2" "$3" | median "$4" "$5")
    theirs=$(figure pebble "$2" "$3" | median "$4" "$5")
    ratio=$(awk -v a="${ours%% *}" -v b="${theirs%% *}" \
        'BEGIN { if (a > 0 && b > 0) printf "%.1f", (a > b ? a / b : b / a); else print "-" }')
    echo "| $1 | $ours | $theirs | $ratio | $6 |"
}
failed() { cat "$tmp/$1".*.issue | sed -n 's/.*"failed": *\([0-9]*\).*/\1/p' | awk '{ n += $1 } END { print n }'; }
grown() { figure mock memory grown_kib | awk '{ printf "%.1f", $1 / 10000 }'; }

cat >tests/bench/issuance.md <<EOF
# How fast the mock CA is, beside Pebble

$rounds rounds by \`tests/bench/issuance.sh\`, in each a fresh mock CA and a fresh Debian Pebble
$(tests/peers/run.sh --version pebble) (sleeps off) by turns, both driven by \`acmespec bench\`: 8 clients over
keep-alive TLS, all keys P-256 but those of Pebble's CA (RSA 2048, a signature of which
takes about 0.26 ms), http-01 really validated, $count certificates and 20000 nonces
each. Driver and server share $(getconf _NPROCESSORS_ONLN) cores; medians with [least-most]. Machines are noisy: trust CPU and ratios
within this table. Written on $(date -u +%Y-%m-%d).

| what | mock CA | Pebble | ratio | aim |
| --- | --- | --- | --- | --- |
$(row "server CPU for a certificate, ms" issue server_cpu_us 1000 2 "at most 1.4, ratio 2.5")
$(row "certificates a second" issue per_second 1 0 "")
$(row "latency of a certificate, median, ms" issue p50_ms 1 1 "")
$(row "latency of a certificate, 99%, ms" issue p99_ms 1 1 "")
$(row "server CPU for a nonce, us" nonce server_cpu_us 1 1 "")
$(row "nonces a second" nonce per_second 1 0 "")
$(row "memory of the server at the end, MiB" issue server_kib 1024 1 "")

A finished order takes $(grown) KiB of the mock CA's memory, by 10,000 of them (aim: under 4). It starts, to the directory's
URL on its output, in $(sort -n "$tmp/start" | median 1000 1) ms (aim: under 30). Certificates that failed: $(failed mock) of the
mock CA's, $(failed pebble) of Pebble's.
EOF
cat tests/bench/issuance.md
