#!/bin/sh
# SPDX-License-Identifier: MIT
# Starts a real CA on free loopback ports, judges it with acmespec's server suite,
# stops it, and ends with acmespec's exit status. README.md beside this file.
# shellcheck disable=SC2034,SC2153
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
PEERS=$ROOT/tests/peers
# shellcheck source=tests/peers/lib.sh
. "$PEERS/lib.sh"
# shellcheck source=tests/peers/namespace.sh
. "$PEERS/namespace.sh"

usage()
{
    cat <<EOF
usage: tests/peers/run.sh [options] PEER [acmespec options and paths]
       tests/peers/run.sh [options] PEER --shell COMMAND [ARGUMENT...]
       tests/peers/run.sh --list | --names
       tests/peers/run.sh --get PEER | --rebuild PEER | --version PEER

Starts PEER, runs \`acmespec server\` against it and stops it. With --shell the
command runs instead, with DIR_URL, CA_PEM, HTTP_PORT, TLS_PORT, DNS_PORT and the
like in its environment. --list names the peers. --get builds a peer that is built
from source and starts nothing; --rebuild does it anew, at the newest release.
--version prints the peer's version, --names what the peers are called.

  --deadline SECONDS  when the command is ended (default 600; none for a person at
                      a terminal with --shell)
  --keep DIR          keeps the peer's log in DIR

Exit status: acmespec's, or the command's; 5 the peer did not start; 77 it cannot be
had here (the reason is printed); 124 the deadline passed; 2 usage.
EOF
}

# What tells a peer from the other files of the folder.
is_peer() { grep -q '^BASELINE=.' "$PEERS/$1.sh" 2>/dev/null; }

peer_names()
{
    for file in "$PEERS"/*.sh; do
        name=${file##*/}
        ! is_peer "${name%.sh}" || echo "${name%.sh}"
    done | LC_ALL=C sort
}

list()
{
    for PEER in $(peer_names); do
        (
            load_peer
            reason=$(peer_need) && reason=$(peer_version)
            printf '%-20s %s\n' "$PEER" "$reason"
        )
    done
}

load_peer()
{
    case $PEER in
    '' | -* | *[!a-z0-9-]*) die 2 "\"$PEER\" is no peer; --list names them" ;;
    esac
    is_peer "$PEER" || die 2 "\"$PEER\" is no peer; --list names them"
    # shellcheck disable=SC1090
    . "$PEERS/$PEER.sh"
}

# Prints nothing but the reason if the peer cannot be had.
require_peer()
{
    reason=$(peer_need) || die "$EXIT_SKIP" "$PEER: $reason"
    peer_get || die "$EXIT_SKIP" "$PEER: it could not be built"
}

# No proxy, no foreign root and no resolver option may come between the programs.
clean_environment()
{
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
    unset NO_PROXY SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE
    unset NODE_EXTRA_CA_CERTS RES_OPTIONS LOCALDOMAIN HOSTALIASES GODEBUG
}

judge()
{
    acmespec=${ACMESPEC:-$ROOT/${B:-build}/acmespec}
    [ -x "$acmespec" ] || die "$EXIT_PEER" "$acmespec does not exist; build it with make"
    profile=$ROOT/scenarios/profiles/$PROFILE.acme
    baseline=$PEERS/baselines/$BASELINE.acme
    [ ! -f "$baseline" ] || set -- --strict --baseline "$baseline" "$@"
    [ ! -f "$profile" ] || set -- --profile "$profile" "$@"
    waited "$DEADLINE" "$acmespec" server "$DIR_URL" --ca-file "$CA_PEM" \
        --http-port "$HTTP_PORT" --tls-port "$TLS_PORT" --dns-port "$DNS_PORT" \
        --again "tests/peers/run.sh $PEER" "$@"
}

# A background command of a script has SIGINT ignored, which a person's shell would
# hand on to all that it starts.
attended()
{
    if env --default-signal=INT,QUIT true 2>/dev/null; then
        set -- env --default-signal=INT,QUIT "$@"
    fi
    ATTENDED=yes
    with_parent "$@" <&3 3<&- &
    COMMAND_PID=$!
    wait "$COMMAND_PID"
    attended_status=$?
    COMMAND_PID=
    return "$attended_status"
}

run_command()
{
    if [ "${1:-}" != --shell ]; then
        judge "$@"
        return
    fi
    shift
    [ $# -gt 0 ] || die 2 "--shell needs a command"
    exec 3<&0
    if [ -t 0 ]; then
        attended "$@"
    else
        waited "$DEADLINE" "$@"
    fi
}

# A peer that wedges (Pebble can deadlock) answers no more, and acmespec ends with the
# status of a peer that cannot be reached: a fresh one is tried, twice.
run_until_it_answers()
{
    again=0
    while :; do
        run_command "$@"
        status=$?
        if [ "$status" != "$EXIT_PEER" ] || [ "$again" = 2 ] || [ "${1:-}" = --shell ]; then
            return "$status"
        fi
        again=$((again + 1))
        say "$PEER answers no more; once again with a fresh one ($again of 2)"
        peer_stop
        start_peer || return "$EXIT_PEER"
    done
}

main()
{
    if [ "$NAMESPACE" = yes ] && [ -z "${PEER_INSIDE:-}" ]; then
        set_traps
        require_peer
        trap - EXIT HUP INT TERM
        namespace_enter sh "$PEERS/run.sh" --deadline "$DEADLINE" ${KEEP:+--keep "$KEEP"} "$PEER" "$@"
    fi
    set_traps
    require_peer
    begin
    clean_environment
    [ "$NAMESPACE" = no ] || namespace_set_up
    start_peer || {
        say "$PEER did not start within $READY_SECONDS seconds; its last words:"
        tail -n 10 "$TMP/peer.log" >&2
        exit "$EXIT_PEER"
    }
    run_until_it_answers "$@"
    status=$?
    [ "$status" != 124 ] || say "$PEER: ended at the deadline of $DEADLINE seconds"
    exit "$status"
}

DEADLINE=${PEER_DEADLINE:-600}
KEEP=
while [ $# -gt 0 ]; do
    case $1 in
    --deadline | --keep | --get | --rebuild | --version)
        [ $# -gt 1 ] || die 2 "$1 needs a value; --help says more"
        ;;
    esac
    case $1 in
    --deadline) DEADLINE=$2 && shift 2 ;;
    --keep) KEEP=$2 && shift 2 ;;
    --list) list && exit 0 ;;
    --names) peer_names && exit 0 ;;
    --get) PEER=$2 && load_peer && require_peer && exit 0 ;;
    --version) PEER=$2 && load_peer && peer_version && exit 0 ;;
    --rebuild) REBUILD=yes PEER=$2 && load_peer && require_peer && exit 0 ;;
    --help | -h) usage && exit 0 ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || { usage >&2 && exit 2; }
PEER=$1
shift
load_peer
main "$@"
