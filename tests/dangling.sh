#!/bin/sh
# SPDX-License-Identifier: MIT
# Gate: every requirement that is cited is in the catalogue, and is there once; and every
# bug of the field that a comment names has its row.
#
# Cited by a `rule` line of a scenario, watch or baseline, or in the C code as
# rfc8555-6.5-1.  The catalogue is the `requirement` lines of scenarios/requirements/.  A
# comment names a bug as N-11; the rows are the `history` lines of scenarios/history/.
set -eu

catalogue=$(find scenarios/requirements -name '*.acme' 2>/dev/null | sort)
[ -n "$catalogue" ] || {
    echo "dangling: there is no catalogue in scenarios/requirements/" >&2
    exit 1
}
history=$(find scenarios/history -name '*.acme' 2>/dev/null | sort)
data=$(find scenarios tests/peers -name '*.acme' ! -path 'scenarios/requirements/*' \
    ! -path 'scenarios/history/*' 2>/dev/null | sort)
code=$(find harness mocks reports \( -name '*.[ch]' -o -name '*.def' \) 2>/dev/null | sort)

# shellcheck disable=SC2086
awk '
function refuse(sentence)
{
    printf "%s:%d: %s\n", FILENAME, FNR, sentence
    bad++
}

function cite(id)
{
    cited[id]++
    if (!(id in known) && id != "house")
        refuse(id " is not in scenarios/requirements/")
}

# A bug of the field is one or two capitals, a dash and two digits.
function remember(comment)
{
    while (match(comment, /[^A-Za-z0-9-][A-Z][A-Z]?-[0-9][0-9][^A-Za-z0-9-]/)) {
        id = substr(comment, RSTART + 1, RLENGTH - 2)
        if (!(id in happened))
            refuse(id " has no row in scenarios/history/")
        comment = substr(comment, RSTART + RLENGTH - 1)
    }
}

FILENAME ~ /^scenarios\/requirements\// {
    if ($1 == "requirement" && /^requirement/) {
        if ($2 in known)
            refuse($2 " is in the catalogue twice; first at " known[$2])
        known[$2] = FILENAME ":" FNR
        count++
    }
    next
}

# What shows a bug of the field is minded by `acmespec check`.
FILENAME ~ /^scenarios\/history\// {
    if (/^history /)
        happened[$2]
    next
}

FILENAME ~ /[.]acme$/ {
    if ($1 == "rule")
        for (i = 2; i <= NF && $i !~ /^#/; i++)
            cite($i)
    if ($1 == "#")
        remember($0 " ")
    next
}

{
    rest = $0
    while (match(rest, /(rfc[0-9]+|draft(-[a-z]+)+)-[0-9A-Z][0-9A-Z.]*-[0-9]+/)) {
        cite(substr(rest, RSTART, RLENGTH))
        rest = substr(rest, RSTART + RLENGTH)
    }
}

END {
    if (bad)
        exit 1
    delete cited["house"]
    for (id in cited)
        n++
    printf "%d of %d requirements are cited, none that is not there\n", n, count
}' $catalogue $history $data $code
