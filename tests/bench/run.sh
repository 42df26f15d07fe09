#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures the whole server suite against Debian's Pebble (sleeps off), a fresh Pebble for
# each run: wall time, CPU of acmespec, CPU per scenario, peak memory; medians with their
# spread.  Writes the table of tests/bench/README.md.
#
#   tests/bench/run.sh [RUNS]      5 runs unless given
set -eu

B=${B:-build}
runs=${1:-5}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

n=0
while [ $n -lt "$runs" ]; do
    n=$((n + 1))
    echo "run $n of $runs"
    # What is measured does not depend on the verdicts, which the tests are there for.
    tests/peers/run.sh pebble -j8 -q --results "$tmp/$n.jsonl" >/dev/null 2>&1 || true
    grep '"event":"end"' "$tmp/$n.jsonl" >"$tmp/$n.end" || {
        echo "the run left no result: is Pebble there?" >&2
        exit 1
    }
done

# column NAME: that number of each run, sorted.
column() { sed 's/.*"'"$1"'":\([0-9]*\).*/\1/' "$tmp"/*.end | sort -n; }
# median DIVISOR DIGITS: "middle [least-most]" of sorted numbers.
median()
{
    awk -v by="$1" -v digits="$2" '{ v[NR] = $1 / by }
        END { f = "%." digits "f"; m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
              printf f " [" f "-" f "]", m, v[1], v[NR] }'
}
plays=$(grep -c '"event":"play"' "$tmp/1.jsonl")
played=$(grep '"event":"play"' "$tmp/1.jsonl" | grep -c '"exchanges":')
cpus=$(getconf _NPROCESSORS_ONLN)
pebble=$(tests/peers/run.sh --version pebble)

cat >tests/bench/README.md <<EOF
# How fast the server suite is

\`make bench\` plays the whole server suite with \`-j8\` against Debian's Pebble $pebble (sleeps off, a
fresh one for each run) on one machine of $cpus cores, $runs runs; medians with [least-most]. Machines are
noisy: compare ratios within one table, not tables. Written by \`tests/bench/run.sh\` on $(date -u +%Y-%m-%d).

| what | figure | aim |
| --- | --- | --- |
| plays, and those that exchanged messages | $plays, $played | |
| wall time, s | $(column wall_us | median 1000000 2) | under 10 |
| CPU of acmespec, all processes, s | $(column cpu_us | median 1000000 2) | |
| CPU of acmespec per play, ms | $(column cpu_us | median "$((played * 1000))" 2) | at most 10 |
| peak memory of a process, MiB | $(column peak_kib | median 1024 1) | under 64 |
EOF
cat tests/bench/README.md
