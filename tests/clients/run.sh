#!/bin/sh
# SPDX-License-Identifier: MIT
# Judges a released client with acmespec's client suite, against what is known of it.
# README.md beside this file.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
ACMESPEC=${ACMESPEC:-$ROOT/${B:-build}/acmespec}
DEADLINE=${CLIENT_DEADLINE:-1800}
# automake's word for "cannot be had here", which interop.sh counts as skipped.
EXIT_SKIP=77

usage()
{
    cat <<EOF
usage: tests/clients/run.sh CLIENT [acmespec options and paths]
       tests/clients/run.sh --list | --names | --version CLIENT

Runs \`acmespec client CLIENT\` with the baseline of that client, if there is one.
--list shows which clients this machine has, --names what the released ones are called,
--version prints a client's version.  CLIENT_DEADLINE says after how many seconds all
is ended ($DEADLINE), CLIENT_PATIENCE what --patience is, for busy machines.

Exit status: acmespec's; 77 the client cannot be had here (the reason is printed);
124 the deadline passed; 2 usage.
EOF
}

say() { printf 'clients: %s\n' "$*" >&2; }

adapter() { echo "$ROOT/scenarios/clients/$1.acme"; }

# acmespec itself is a client too, but no released one.
names()
{
    for file in "$ROOT"/scenarios/clients/*.acme; do
        name=${file##*/}
        [ "$name" = acmespec.acme ] || echo "${name%.acme}"
    done | LC_ALL=C sort
}

# What `acmespec client --list` says below the client's name: "here: VERSION", or the
# sentence that names what is missing.
standing()
{
    "$ACMESPEC" client --list |
        sed -n "/^$1 /{n;s/^ *//;p;}"
}

# Says why the client cannot be judged here, if it cannot.
why_not()
{
    standing=$(standing "$1")
    case $standing in
    here:*) ;;
    *) echo "$standing" && return ;;
    esac
    ! grep -q '^ *needs-sandbox' "$(adapter "$1")" ||
        "$ACMESPEC" client "$1" --sandbox=require --list 2>&1 >/dev/null | tail -n 1
}

# acme.sh tries a directory ten times and sleeps for ten seconds after each: it does give up,
# after 100 seconds, where scenarios leave 30 to others.
patience()
{
    case $1 in
    acme.sh) echo "${CLIENT_PATIENCE:-$((4 * ${TEST_PATIENCE:-1}))}" ;;
    *) echo "${CLIENT_PATIENCE:-${TEST_PATIENCE:-1}}" ;;
    esac
}

judge()
{
    client=$1
    patience=$(patience "$client")
    shift
    [ "$patience" = 1 ] || set -- --patience "$patience" "$@"
    baseline=$ROOT/tests/clients/baselines/$client.acme
    [ ! -f "$baseline" ] || set -- --strict --baseline "$baseline" "$@"
    # In the foreground, for Ctrl-C to reach acmespec, which stops what it started.
    exec timeout --foreground -k 20 "$DEADLINE" \
        "$ACMESPEC" client "$client" --again "tests/clients/run.sh $client" "$@"
}

[ -x "$ACMESPEC" ] || { say "$ACMESPEC does not exist; build it with make" && exit 5; }
case ${1:-} in
--list) exec "$ACMESPEC" client --list ;;
--names) names && exit 0 ;;
--version) standing "${2:-}" | sed -n 's/^here: //p' && exit 0 ;;
--help | -h) usage && exit 0 ;;
'') usage >&2 && exit 2 ;;
esac
[ -f "$(adapter "$1")" ] || { say "\"$1\" is no client; --names lists them" && exit 2; }
reason=$(why_not "$1")
[ -z "$reason" ] || { say "$1: $reason" && exit "$EXIT_SKIP"; }
judge "$@"
