#!/bin/sh
# SPDX-License-Identifier: MIT
# Judges released clients and writes their rows into the table of README.md.
#
#   tests/clients/table.sh [--from DIR] [CLIENT...]
#
# Clients with a baseline, so that each red case of the table stands there with its evidence;
# without words all of these that are here.  The rows of others stay.  --from judges nothing:
# it takes DIR/CLIENT.jsonl, which a whole run wrote by --results.  TABLE names another file
# than README.md.
set -eu
TABLE=${TABLE:-README.md}
case $TABLE in /*) ;; *) TABLE=$PWD/$TABLE ;; esac
from=
if [ "${1-}" = --from ]; then
    [ $# -gt 1 ] && [ -d "$2" ] || { echo "--from needs a folder" >&2 && exit 2; }
    from=$(cd "$2" && pwd)
    shift 2
fi
cd "$(dirname "$0")/../.."
. tests/table.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Those that DIR has results of, or all.
names()
{
    for name in $(tests/clients/run.sh --names); do
        [ -z "$from" ] || [ -e "$from/$name.jsonl" ] || continue
        [ ! -e "tests/clients/baselines/$name.acme" ] || echo "$name"
    done
}

# results CLIENT: where they are, of a run that came to its end and had a baseline.
results()
{
    file=${from:-$tmp}/$1.jsonl
    [ -n "$from" ] ||
        tests/clients/run.sh "$1" -q --results "$file" >"$tmp/log" 2>&1 </dev/null || status=$?
    if ! grep -q '"event":"end".*"complete":true' "$file" 2>/dev/null; then
        echo "$1: no whole run; its row stays as it is (${status:-no results})" >&2
    elif ! grep -q '"event":"start".*"suite":"client".*"baseline":"' "$file"; then
        echo "$1: not held against a baseline; its row stays as it is" >&2
    else
        echo "$file"
    fi
}

# started FILE NAME: a word of the line that begins a --results file.
started() { sed -n '1s/.*"'"$2"'":"\([^"]*\)".*/\1/p' "$1"; }

row()
{
    file=$(results "$1")
    [ -n "$file" ] || return 0
    version=$(started "$file" baseline)
    day=$(started "$file" started)
    echo "| $1 | ${version#* } | ${day%%T*} | $(results_cells "$file")"
}

chosen=$*
for client in ${chosen:-$(names)}; do
    row "$client"
done >"$tmp/new"

# What the table had of others, one row for a client.
sed -n '/<!-- clients:/,/<!-- end of clients -->/s/^| /&/p' "$TABLE" |
    grep -v -e '^| client ' -e '^| --- ' |
    awk -v new="$tmp/new" -F ' *[|] *' '
        BEGIN { while ((getline line < new) > 0) { split(line, cell, / *[|] */); have[cell[2]] = 1 } }
        !($2 in have)' >"$tmp/old"
{
    echo "| client | version | date | $(results_head)"
    echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
    LC_ALL=C sort "$tmp/new" "$tmp/old"
    echo
    echo "Checks and watches, each its own test case; \"not offered\" counts whole scenarios. Made by" \
        "\`tests/clients/table.sh\`."
} >"$tmp/table"
put_table clients "$tmp/table" "$TABLE"
cat "$tmp/table"
