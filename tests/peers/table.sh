#!/bin/sh
# SPDX-License-Identifier: MIT
# Judges the released peers and writes the table of their results into README.md.
#
#   tests/peers/table.sh [PEER...]
#
# Peers with a baseline, so that each red case of the table stands there with its evidence.
set -eu
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
cd "$ROOT"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
[ $# -gt 0 ] || set -- pebble pebble-eab pebble-latest caddy caddy-latest step-ca

number() { sed -n 's/.*"'"$1"'":\([0-9]*\).*/\1/p' "$tmp/end"; }
# verdict NAME: how many cases have it.
verdict() { sed -n 's/.*"cases":{\([^}]*\)}.*/\1/p' "$tmp/end" | sed -n 's/.*"'"$1"'":\([0-9]*\).*/\1/p'; }

{
    echo "| peer | version | pass | fail | warn | inconclusive or not reached | not offered | wall, s |"
    echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for peer in "$@"; do
        version=$(tests/peers/run.sh --version "$peer") || continue
        tests/peers/run.sh "$peer" -q --results "$tmp/$peer.jsonl" >"$tmp/log" 2>&1 || true
        grep '"event":"end"' "$tmp/$peer.jsonl" >"$tmp/end" || continue
        skipped=$(grep '"event":"play"' "$tmp/$peer.jsonl" | grep -c '"verdict":"skip"[^}]*"reason":"the target does not offer') || skipped=0
        wall=$(awk -v us="$(number wall_us)" 'BEGIN { printf "%.1f", us / 1000000 }')
        echo "| $peer | $version | $(verdict pass) | $(verdict fail) | $(verdict warn) |" \
            "$(verdict inconclusive) | $skipped | $wall |"
    done
    echo
    echo "Checks and watches, each its own test case; \"not offered\" counts whole scenarios. Taken on" \
        "$(date -u +%Y-%m-%d) by \`tests/peers/table.sh\`."
} >"$tmp/table"

awk -v table="$tmp/table" '
    /<!-- peers:/ { print; print ""; while ((getline line < table) > 0) print line; print ""; inside = 1; next }
    /<!-- end of peers -->/ { inside = 0 }
    !inside { print }' README.md >"$tmp/README.md"
cp "$tmp/README.md" README.md
cat "$tmp/table"
