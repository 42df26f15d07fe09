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
# shellcheck disable=SC2086
"$format" --dry-run -Werror $files || {
    echo "format: the lines above are laid out otherwise; make format mends them"
    exit 1
}
echo "$(echo "$files" | wc -l) files are laid out alike"
