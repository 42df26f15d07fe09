#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/clients/table.sh makes rows of what --results wrote, and leaves those of others.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/results"

cat >"$work/page.md" <<'P'
Before.
<!-- clients: made by tests/clients/table.sh -->

| client | version | date | pass |
| --- | --- | --- | --- |
| another | 7 | 2020-01-01 | 1 |
| uacme | 1.0 | 2020-01-01 | 1 |

Old words.

<!-- end of clients -->
Behind.
P

# begun FIELDS: the line that begins the results of uacme.
begun() { printf '{"event":"start","started":"2026-02-03T04:05:06Z","suite":"client",%s}\n' "$1"; }
ended='{"event":"end","complete":true,"wall_us":61200000,"totals":{"cases":{"skip":1,"pass":20,"warn":3,"inconclusive":4,"fail":2},"plays":{"pass":9}}}'
skipped='{"event":"play","verdict":"skip","reason":"the target does not offer ip: so it is"}'

fails()
{
    echo "$1:"
    cat "$work/page.md" "$work/said"
    exit 1
}

table() { TABLE=$work/page.md tests/clients/table.sh "$@" >"$work/said" 2>&1; }

{ begun '"baseline":"uacme 1.7.4-1"' && echo "$skipped" && echo "$ended"; } >"$work/results/uacme.jsonl"
table --from "$work/results" || fails "it failed"
grep -qxF '| uacme | 1.7.4-1 | 2026-02-03 | 20 | 2 | 3 | 4 | 1 |' "$work/page.md" ||
    fails "there is no row of the results"
grep -qxF '| another | 7 | 2020-01-01 | 1 |' "$work/page.md" || fails "the other row is gone"
! grep -q -e '| uacme | 1.0 ' -e 'Old words' "$work/page.md" || fails "what was old is there"
[ "$(sed -n '1p;$p' "$work/page.md" | tr '\n' ' ')" = 'Before. Behind. ' ] ||
    fails "what stands around the table was changed"

# A run that was broken off, or not held against a baseline, is no row.
cp "$work/page.md" "$work/former"
begun '"baseline":"uacme 1.7.5"' >"$work/results/uacme.jsonl"
table --from "$work/results" uacme || fails "half a run made it fail"
cmp -s "$work/page.md" "$work/former" || fails "half a run became a row"
grep -q 'uacme: no whole run' "$work/said" || fails "it did not say so"
{ begun '"target":"uacme"' && echo "$ended"; } >"$work/results/uacme.jsonl"
table --from "$work/results" uacme || fails "a run without a baseline made it fail"
cmp -s "$work/page.md" "$work/former" || fails "a run without a baseline became a row"

status=0
table --from "$work/nowhere" || status=$?
[ $status = 2 ] || fails "a folder that does not exist ended it with $status"
