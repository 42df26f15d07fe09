#!/bin/sh
# SPDX-License-Identifier: MIT
# The unit tests, and the commands that read and print, under valgrind: memory that was
# never set, which no sanitizer of gcc sees, and what is lost.  Takes minutes.
#
#   tests/valgrind.sh [SUITE...]
#
# Not the suite `hostile`: it starts the program, which would run outside.
set -u
B=${B:-build}
command -v valgrind >/dev/null || {
    echo "there is no valgrind here: apt-get install valgrind"
    exit 77
}

memcheck()
{
    valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite "$@"
}

bad=0
[ $# -gt 0 ] || {
    for arguments in check list 'list --rules' 'help post' 'explain rfc8555-6.5-8' \
        'check /dev/null' 'server --no-such-option'; do
        # shellcheck disable=SC2086
        memcheck "$B/acmespec" $arguments >/dev/null 2>"$B/valgrind.log"
        if [ $? = 9 ] || grep '^==' "$B/valgrind.log"; then
            bad=1
            echo "acmespec $arguments, see above"
        fi
    done
    # shellcheck disable=SC2046
    set -- $(for suite in tests/test_*.c; do
        suite=${suite#tests/test_}
        [ "$suite" = hostile.c ] || echo "${suite%.c}"
    done)
}
CK_FORK=no memcheck "$B/unit" "$@" || bad=1
exit $bad
