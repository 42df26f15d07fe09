#!/bin/sh
# SPDX-License-Identifier: MIT
# Gate: every header compiles alone, and twice in a row.
#
# So nobody has to know what to include before it, and its guard works.
set -eu

compiler=${CC:-cc}
libraries='openssl libcurl libmicrohttpd gnutls jansson ldns check'
command -v "${compiler%% *}" >/dev/null || {
    echo "headers: there is no compiler $compiler; apt-get install gcc (or make deps)" >&2
    exit 1
}
headers=$(find harness mocks reports tests -name '*.h' 2>/dev/null | sort)
[ -n "$headers" ] || {
    echo "headers: there is no header here; run it at the top of the source tree" >&2
    exit 1
}
# The gate's own trials have no library; there, a header that needs one fails by itself.
# shellcheck disable=SC2086
includes=$(pkg-config --cflags $libraries 2>/dev/null | sed 's/-I/-isystem /g')

bad=0 count=0
for header in $headers; do
    count=$((count + 1))
    # shellcheck disable=SC2086
    printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
        $compiler -std=c11 -Wall -Wextra -Wpedantic -Wstrict-prototypes -Wundef -Werror \
            -Iharness -I. -D_POSIX_C_SOURCE=200809L $includes -fsyntax-only -x c - || {
        echo "headers: $header does not compile alone"
        bad=$((bad + 1))
    }
done
[ $bad = 0 ] || exit 1
echo "$count headers compile alone"
