#!/bin/sh
# SPDX-License-Identifier: MIT
# What only many times show: a mock CA that issues SOAK_ISSUANCES certificates takes as
# much memory for the last as for the first; the mock client understands a thousand
# permuting CAs; and scenarios that race find nothing, SOAK_RACES times each.  Takes minutes.
#
#   tests/soak.sh [issuances|seeds|races...]
set -u
B=${B:-build}
ACMESPEC=$PWD/$B/acmespec
# shellcheck source=tests/with-mock.sh
. tests/with-mock.sh
issuances=${SOAK_ISSUANCES:-100000}
races=${SOAK_RACES:-100}
seeds=${PERMUTE_SEEDS:-1000}
rounds=10

# tells WHAT COMMAND...: one test, of which is also told that it held: it took minutes.
tells()
{
    before=$failed
    holds "$@"
    [ "$failed" != "$before" ] || echo "ok $1"
}

# --- issuances ---

# What the peer's shell runs; the first certificates warm the CA up and do not count.
cat >"$tmp/issue.sh" <<'EOF'
limit=$5
issue() {
    "$1" bench "$DIR_URL" --ca-file "$CA_PEM" --http-port "$HTTP_PORT" --zone "$3" \
        --dns-port "$DNS_PORT" --pid "$PEER_PID" --limit "$limit" -q --json "$4" --count "$2"
}
issue "$1" 1000 warm.test "$3.0" || exit 1
n=0
while [ $n -lt "$4" ]; do
    n=$((n + 1))
    issue "$1" "$2" "round$n.test" "$3.$n" || exit 1
done
EOF

issue_all()
{
    MOCK_OPERATED='' tests/peers/run.sh --deadline $((1100 * ${TEST_PATIENCE:-1})) mock --shell \
        sh "$tmp/issue.sh" "$ACMESPEC" $((issuances / rounds)) "$tmp/round" $rounds \
        $((5 * ${TEST_PATIENCE:-1}))m
}

# of MEMBER: that figure of each round, in their order.
of()
{
    n=0
    while [ $n -lt $rounds ]; do
        n=$((n + 1))
        sed -n 's/.*"'"$1"'": *\([-0-9.]*\).*/\1/p' "$tmp/round.$n"
    done
}

# Tables double now and then, so halves are compared, not rounds; a tenth is noise.
memory_is_flat()
{
    of grown_kib | awk -v each=$((issuances / rounds)) -v rounds=$rounds '
        NR <= rounds / 2 { first += $1 }
        NR > rounds / 2 { second += $1 }
        END { half = each * rounds / 2
              printf "%.0f bytes for a certificate of the first half, %.0f of the second\n",
                     first * 1024 / half, second * 1024 / half
              exit !(NR == rounds && first > 0 && second <= first * 1.1) }'
}

none_failed() { of failed | awk -v rounds=$rounds '{ n += $1 } END { exit NR != rounds || n > 0 }'; }

soak_issuances()
{
    tells "$issuances certificates are issued" issue_all
    tells "none of them failed" none_failed
    tells "the last take no more memory than the first" memory_is_flat
    [ "$failed" != "$before" ] || sed 's/^/    /' "$tmp/out"
}

# --- seeds, races ---

soak_seeds()
{
    tells "the mock client understands $seeds permuting CAs" \
        env PERMUTE_SEEDS="$seeds" CK_RUN_CASE=lives "$B/unit" ca_permute
}

soak_races()
{
    grep -rlE '^ *at once' scenarios/server | LC_ALL=C sort >"$tmp/races"
    while read -r scenario; do
        scenario=${scenario#scenarios/}
        tells "${scenario%.acme}, $races times" \
            "$ACMESPEC" selftest -q --repeat "$races" "${scenario%.acme}" </dev/null
    done <"$tmp/races"
}

[ $# -gt 0 ] || set -- issuances seeds races
for part in "$@"; do
    case $part in
    issuances | seeds | races) "soak_$part" ;;
    *) echo "there is no part \"$part\", only: issuances seeds races" && exit 2 ;;
    esac
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
