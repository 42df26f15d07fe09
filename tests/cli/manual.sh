#!/bin/sh
# SPDX-License-Identifier: MIT
# The manual page names every option that --help names, and no other; help and manual agree
# with the exit statuses of the README.
set -eu
acmespec=${ACMESPEC:-build/acmespec}
plain=$(sed 's/\\-/-/g' harness/acmespec.1)
missing=0
for option in $("$acmespec" server --help | sed -n 's/^  .*\(--[a-z-]*\).*/\1/p' | grep -v '^--help$'); do
    printf '%s\n' "$plain" | grep -q -- "$option" || {
        echo "acmespec.1 does not name $option"
        missing=1
    }
done
for option in $(printf '%s\n' "$plain" | grep -o -- '--[a-z][a-z-]*' | sort -u); do
    "$acmespec" server --help | grep -q -- "$option" || {
        echo "acmespec.1 names $option, which there is not"
        missing=1
    }
done
for status in 0 1 2 3 4 5 6 7; do
    grep -q "^| $status |" README.md || {
        echo "README.md does not explain exit status $status"
        missing=1
    }
done
exit $missing
