#!/bin/sh
# SPDX-License-Identifier: MIT
# `acmespec bench` against the mock CA: certificates that were really validated, nonces,
# the figures as JSON, and what a user sees when it cannot be measured.
set -eu
# shellcheck disable=SC2016
tests/peers/run.sh --deadline 120 mock --shell sh -eu -c '
acmespec=${ACMESPEC:-build/acmespec}
figures=$PEER_TMP/figures.json
"$acmespec" bench "$DIR_URL" --ca-file "$CA_PEM" --http-port "$HTTP_PORT" \
    --dns-port "$DNS_PORT" --pid "$PEER_PID" -n 4 -c 40 --json "$figures"
grep -q "\"good\": 40.0" "$figures"
grep -q "\"failed\": 0.0" "$figures"
! grep -q "\"server_cpu_us\": 0.0" "$figures"
"$acmespec" bench "$DIR_URL" --ca-file "$CA_PEM" --nonces -c 200
status=0
"$acmespec" bench "$DIR_URL" --ca-file "$CA_PEM" --http-port "$HTTP_PORT" \
    --dns-port "$DNS_PORT" -c 4 --zone not-reserved.org >"$PEER_TMP/out" || status=$?
cat "$PEER_TMP/out"
[ $status = 1 ] && grep -q "4 failed .*rejectedIdentifier" "$PEER_TMP/out"
status=0
"$acmespec" bench https://127.0.0.1:1/ || status=$?
[ $status = 5 ]
status=0
"$acmespec" bench || status=$?
[ $status = 2 ]
'
