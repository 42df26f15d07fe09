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
. tests/table.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
[ $# -gt 0 ] || set -- pebble pebble-nonces pebble-eab \
    pebble-latest pebble-latest-eab boulder caddy caddy-latest step-ca

{
    echo "| peer | version | $(results_head) wall, s |"
    echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for peer in "$@"; do
        version=$(tests/peers/run.sh --version "$peer") || continue
        tests/peers/run.sh "$peer" -q --results "$tmp/$peer.jsonl" >"$tmp/log" 2>&1 || true
        grep -q '"event":"end"' "$tmp/$peer.jsonl" || continue
        echo "| $peer | $version | $(results_cells "$tmp/$peer.jsonl")" \
            "$(seconds "$tmp/$peer.jsonl") |"
    done
    echo
    echo "Checks and watches, each its own test case; \"not offered\" counts whole scenarios. Taken on" \
        "$(date -u +%Y-%m-%d) by \`tests/peers/table.sh\`."
} >"$tmp/table"
put_table peers "$tmp/table" README.md
cat "$tmp/table"
