#!/bin/sh
# SPDX-License-Identifier: MIT
# Unit tests, or the commands that read and print, under valgrind: memory that was never
# set, which no sanitizer of gcc sees, and what is lost.
#
#   tests/valgrind.sh SUITE...
#   tests/valgrind.sh commands
#   tests/valgrind.sh --valgrind    names the suites
#   tests/valgrind.sh --alone       those that start no server, thread or process
#
# Not the suite `hostile`: it starts the program, which would run outside.
set -u
B=${B:-build}

# What a suite includes or calls that is not alone.
company='tests/[a-z_]*_fixture\.h\|tests/wire\.h\|tests/scripted\.h\|http/listen\.h\|pthread\|fork()'

names()
{
    case $1 in
    --alone) grep -L "$company" tests/test_*.c ;;
    *) ls tests/test_*.c ;;
    esac | sed 's,.*/test_\(.*\)\.c$,\1,' | grep -vx hostile
}

memcheck()
{
    valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite "$@"
}

commands()
{
    bad=0
    for arguments in check list 'list --rules' 'help post' 'explain rfc8555-6.5-8' \
        'check /dev/null' 'server --no-such-option'; do
        # shellcheck disable=SC2086
        memcheck "$B/acmespec" $arguments >/dev/null 2>"$B/valgrind.log"
        if [ $? = 9 ] || grep '^==' "$B/valgrind.log"; then
            bad=1
            echo "acmespec $arguments, see above"
        fi
    done
    return $bad
}

case ${1---help} in
--valgrind | --alone) names "$1" && exit ;;
--help) sed -n '3,11s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac
command -v valgrind >/dev/null || {
    echo "there is no valgrind here: apt-get install valgrind"
    exit 77
}
if [ "$1" = commands ]; then
    commands
else
    export CK_FORK=no
    memcheck "$B/unit" "$@"
fi
