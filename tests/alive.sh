#!/bin/sh
# SPDX-License-Identifier: MIT
# Gate: a refusal counts only if the peer still works.
#
# A server that answers everything with an error refuses rightly, too.  So in each scenario of
# the server suite something has to go well after the last check that asks for a refusal: the
# server is alive for an account, a status of success, an object that is read by another
# request, a given, a poll.
set -eu

# shellcheck disable=SC2046
set -- $(find scenarios/server -name '*.acme' | sort)
[ $# -gt 0 ] || {
    echo "there are no scenarios in scenarios/server"
    exit 1
}
awk '
function tell()
{
    if (refusal) {
        print refusal ": nothing shows that the peer still works after this refusal: " \
            "end with `need alive ACCOUNT`"
        bad++
    }
}

FNR == 1 { tell(); refusal = ""; asked = 0; files++ }
/^(must|should) (status is )?[45]/ { refusal = FILENAME ":" FNR; asked = 0; refusals++; next }
/^(post|get|head)/ { asked = 1 }
/^(given|poll)/ { refusal = "" }
/^(need|must|should) (alive|count 2|(status is )?2)/ { refusal = "" }
asked && /^(need|must|should) (body|chain|certificate)/ { refusal = "" }

END {
    tell()
    if (bad)
        exit 1
    printf "the peer still works after %d refusals of %d scenarios\n", refusals, files
}' "$@"
