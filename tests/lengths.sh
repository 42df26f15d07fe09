#!/bin/sh
# SPDX-License-Identifier: MIT
# Gate: no function is over 60 lines, no file over 500.
#
# The aim is 12 lines for the median function and 40 for the longest tenth; both are
# printed, so that a drift is seen before the bound bites.
set -eu

ctags=${CTAGS:-ctags}
longest_function=60
longest_file=500

"$ctags" --version 2>/dev/null | grep -q 'Universal Ctags' || {
    echo "lengths: Universal Ctags is missing; apt-get install universal-ctags (or make deps)" >&2
    exit 1
}
code=$(find harness mocks reports tests -name '*.[ch]' 2>/dev/null | sort)
[ -n "$code" ] || {
    echo "lengths: there is no C file here; run it at the top of the source tree" >&2
    exit 1
}

bad=0
for file in $code $(find harness mocks reports tests \( -name '*.sh' -o -name '*.def' \)); do
    lines=$(wc -l <"$file")
    if [ "$lines" -gt $longest_file ]; then
        echo "$file: has $lines lines; a file has at most $longest_file"
        bad=1
    fi
done

# From "name file line:N end:N" of each function to its length, shortest first.
# shellcheck disable=SC2086
"$ctags" --languages=C --langmap=C:.c.h --kinds-C=f --fields=ne -f - $code |
    awk -F '\t' '{
        start = end = 0
        for (i = 4; i <= NF; i++) {
            if ($i ~ /^line:/) start = substr($i, 6)
            if ($i ~ /^end:/) end = substr($i, 5)
        }
        print end - start + 1, $2 ":" start ":", $1
    }' | sort -n | awk -v most=$longest_function '
    { length_of[NR] = $1 }
    $1 > most {
        printf "%s %s has %d lines; a function has at most %d\n", $2, $3, $1, most
        bad = 1
    }
    END {
        if (bad)
            exit 1
        printf "%d functions: median %d, p90 %d, longest %d lines\n", NR,
            length_of[int((NR + 1) / 2)], length_of[int(NR * 0.9 + 0.999)], length_of[NR]
    }' || bad=1
exit $bad
