#!/bin/sh
# SPDX-License-Identifier: MIT
# Gate: the C code is laid out as .clang-format says.  With --write it is laid out so.
set -eu

format=${CLANG_FORMAT:-clang-format}
command -v "$format" >/dev/null || {
    echo "format: clang-format is missing; apt-get install clang-format (or make deps)" >&2
    exit 1
}
files=$(find harness mocks reports tests -name '*.[ch]' 2>/dev/null | sort)
[ -n "$files" ] || {
    echo "format: there is no C file here; run it at the top of the source tree" >&2
    exit 1
}
if [ "${1-}" = --write ]; then
    # shellcheck disable=SC2086
    exec "$format" -i $files
fi
bad=0
for file in $files; do
    "$format" "$file" | diff -q "$file" - >/dev/null || {
        place=$("$format" --dry-run "$file" 2>&1 | sed -n '1s/: warning.*//p')
        echo "${place:-$file}: is laid out otherwise from here on"
        bad=$((bad + 1))
    }
done
[ $bad = 0 ] || {
    echo "format: make format mends these $bad files"
    exit 1
}
echo "$(echo "$files" | wc -l) files are laid out alike"
