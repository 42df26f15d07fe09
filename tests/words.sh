#!/bin/sh
# SPDX-License-Identifier: MIT
# Gate: words that must not stand in the tree.
#
# In C: libc functions that overrun or guess, goto, // comments, memory taken outside
# base/, and work left undone.  Anywhere: paths of somebody's own machine.
set -eu

status=0
found=$(mktemp)
trap 'rm -f "$found"' EXIT

# refuse SENTENCE PATTERN FILE...: names each line that holds the pattern.
refuse()
{
    sentence=$1 pattern=$2
    shift 2
    [ $# -gt 0 ] || return 0
    if grep -nE "$pattern" /dev/null "$@" >"$found"; then
        cat "$found"
        echo "words: $sentence"
        status=1
    fi
}

code=$(find harness mocks reports tests \( -name '*.[ch]' -o -name '*.def' \) \
    ! -path harness/base/base.h 2>/dev/null | sort)
product=$(echo "$code" | grep -v -e '^tests/' -e '^harness/base/' || true)
texts=$(find . \( -name .git -o -name build -o -name corpus \) -prune -o -type f -print |
    sort)
[ -n "$code" ] || {
    echo "words: there is no C file here; run it at the top of the source tree" >&2
    exit 1
}

# shellcheck disable=SC2086
{
    refuse 'these functions overrun, guess or share state; base/ has better ones' \
        '\b(str(cpy|cat|tok)|stpcpy|v?sprintf|gets|ato[ifl]|localtime|gmtime|ctime|asctime|mktemp|tmpnam|alloca)\(' \
        $code
    refuse 'a program is started without a shell (posix_spawn, execve)' \
        '\b(system|popen)\(' $product
    refuse 'rand() can be guessed; crypto/key.h has random_bytes()' '\bs?rand\(' \
        $product
    refuse 'memory is taken from an arena (base/arena.h)' \
        '\b([mc]alloc|realloc|strn?dup|v?asprintf)\(' $product
    refuse 'there is no goto here: an arena cleans up' '^[^*"]*\bgoto [a-z_]+;' $code
    refuse 'a comment is written /* so */' '(^|[;{}, \t])//' $code
    refuse 'work is done or not begun; a question is marked NEEDSWORK:' \
        '\b(TODO|FIXME|XXX|HACK)\b' $code
    refuse 'this is a path of one machine' \
        '(^|[^[:alnum:]_.}])/(wor[k]|roo[t]|hom[e]/[a-z]+|User[s]/[A-Za-z]+)/' $texts
}
[ $status = 0 ] || exit 1
echo "$(echo "$texts" | wc -l) files without a banned word;" \
    "$(cat $code | grep -c 'NEEDSWORK:' || true) open questions"
