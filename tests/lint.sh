#!/bin/sh
# SPDX-License-Identifier: MIT
# The last part of `make lint`: cppcheck over the C code, shellcheck over the scripts.
# gcc, clang and clang-tidy are asked by make itself, file by file.
#
#   tests/lint.sh          runs both
#   tests/lint.sh tools    fails, naming package by package what lint needs and lacks
set -eu

B=${B:-build}

tools()
{
    lacking=0
    for tool in gcc clang clang-tidy cppcheck shellcheck; do
        command -v $tool >/dev/null || {
            echo "lint: $tool is missing; apt-get install $tool (or tests/deps.sh lint)" >&2
            lacking=1
        }
    done
    return $lacking
}

# What cppcheck has to know of the libraries: loops and functions that macros begin, and
# remarks that do not fit: readdir is safe on a stream of one's own, a local may be lent to
# what goes before it does, an empty loop says "continue" here, and cppcheck does not see
# which members a table fills; what shadows what, -Wshadow decides.
run_cppcheck()
{
    cppcheck --quiet --std=c11 --library=posix --inline-suppr --error-exitcode=1 -j 2 \
        --enable=warning,performance,portability,style \
        --suppress=missingIncludeSystem --suppress=readdirCalled --suppress=autoVariables \
        --suppress=unusedStructMember --suppress=redundantContinue \
        --suppress=shadowFunction \
        -Iharness -I. "-I$B" -D_POSIX_C_SOURCE=200809L '-DACMESPEC_VERSION="0"' \
        '-DACMESPEC_SOURCE_DIR="/"' '-DACMESPEC_DATADIR="/"' \
        '-Djson_object_foreach(o,k,v)=while (next(o, &k, &v))' \
        '-Djson_object_foreach_safe(o,n,k,v)=while (next(o, &n, &k, &v))' \
        '-Djson_array_foreach(a,i,v)=while (next(a, &i, &v))' \
        '-DSTART_TEST(n)=static void n(int _i)' -DEND_TEST= \
        harness mocks reports tests
}

run_shellcheck()
{
    find tests .ci -type f \( -name '*.sh' -o -name '*.case' -o -name run \) |
        sort | xargs shellcheck --shell=sh --severity=warning --external-sources
}

[ "${1-}" = tools ] && { tools; exit; }
tools
run_cppcheck
run_shellcheck
echo "cppcheck and shellcheck are content"
