# SPDX-License-Identifier: MIT
# What the peers share: sentences, free ports, the directory's TLS certificate,
# starting a daemon, waiting for it with a deadline, stopping it by its pid, and
# the clean-up that runs however the script ends. Sourced by run.sh, never run.
#
# A peer is a file NAME.sh beside this one that sets NAMESPACE, PROFILE and
# BASELINE and defines
#   peer_version  prints the version
#   peer_need     prints what is missing and how to get it; fails if anything is
#   peer_get      builds what can be built (nothing, unless the peer says more)
#   peer_start    starts it; sets DIR_URL, CA_PEM, HTTP_PORT, TLS_PORT, DNS_PORT
#   peer_stop     stops it
# shellcheck shell=sh disable=SC2034,SC2154

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/acmespec
READY_SECONDS=20
STOP_SECONDS=5
BUILD_SECONDS=${PEER_BUILD_DEADLINE:-1500}

# automake's word for "cannot be had here", which interop.sh counts as skipped.
EXIT_SKIP=77
# acmespec's own status for "the peer could not be reached".
EXIT_PEER=5

TMP=
PEER_PID=
COMMAND_PID=
ATTENDED=no
PORTS_GIVEN=

# What a peer may leave as it is.
NAMESPACE=no
PROFILE=
BASELINE=
MANAGEMENT_URL=
EAB_KID=
EAB_HMAC=
peer_get() { :; }
peer_stop() { daemon_stop; }

say() { printf 'peers: %s\n' "$*" >&2; }

die()
{
    status=$1
    shift
    say "$*"
    exit "$status"
}

have() { command -v "$1" >/dev/null 2>&1; }

# need TOOL PACKAGE...: says which of the tools are not installed, and how all are had.
need()
{
    lacking='' packages=''
    while [ $# -gt 1 ]; do
        have "$1" || lacking="$lacking${lacking:+, }$1" packages="$packages $2"
        shift 2
    done
    [ -z "$lacking" ] || {
        echo "not installed: $lacking; apt-get install$packages"
        return 1
    }
}

deb_version()
{
    dpkg-query -W -f '${Version}\n' "$1" 2>/dev/null || echo unknown
}

# --- programs built with Go: once, into the cache, reused until rebuilt ---------

# need_go BINARY: fails if it is neither built nor buildable.
need_go()
{
    [ -x "$CACHE/$1" ] || have go || {
        echo "$1 is not built and go is not installed; install Go (https://go.dev/dl)"
        return 1
    }
}

go_version() { cat "$CACHE/$1.version" 2>/dev/null || echo "not built yet"; }

# build_go BINARY MODULE COMMAND: builds the module's newest release. CGO is off
# so that names are resolved by Go's own resolver, which can be told its server.
build_go()
{
    [ -x "$CACHE/$1" ] && [ -z "${REBUILD:-}" ] && return 0
    mkdir -p "$CACHE" || return 1
    build=$(mktemp -d "$CACHE/build.XXXXXX") || return 1
    say "building $1 ($2, newest release; minutes the first time)"
    CGO_ENABLED=0 GOBIN="$build" GOFLAGS=-p=2 waited "$BUILD_SECONDS" \
        go install "$2/$3@latest" >"$build/log" 2>&1 || {
        status=$?
        tail -n 3 "$build/log" >&2
        rm -rf "$build"
        say "$1 could not be built (status $status); go install's last words are above"
        return 1
    }
    built=$build/${3##*/}
    go version -m "$built" | awk '$1 == "mod" { print $3 }' >"$CACHE/$1.version"
    mv "$built" "$CACHE/$1"
    rm -rf "$build"
    build=
}

# What a command of ours reads: a background command has no standard input else.
exec 3</dev/null

# waited SECONDS COMMAND...: runs it under a deadline; a trap can end it meanwhile,
# which a shell only allows for background commands. Its own process group makes
# the end of timeout(1) the end of everything that the command started.
waited()
{
    seconds=$1
    shift
    with_parent timeout -k 10 "$seconds" "$@" <&3 3<&- &
    COMMAND_PID=$!
    wait "$COMMAND_PID"
    waited_status=$?
    COMMAND_PID=
    return "$waited_status"
}

# with_parent COMMAND...: where the system can do it, the command is told to end
# when this shell dies of SIGKILL, which no trap can see.
if have setpriv && setpriv --pdeathsig TERM true 2>/dev/null; then
    with_parent() { exec setpriv --pdeathsig TERM "$@"; }
else
    with_parent() { exec "$@"; }
fi

# --- ports ---------------------------------------------------------------------

# The local ports in use, TCP and UDP, as four hexadecimal digits each.
ports_taken()
{
    if [ -r /proc/net/tcp ]; then
        cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 2>/dev/null |
            awk '$2 ~ /:/ { sub(/.*:/, "", $2); print $2 }'
    else
        netstat -an | awk '$4 ~ /[.:][0-9]+$/ { sub(/.*[.:]/, "", $4); printf "%04X\n", $4 }'
    fi
}

# free_port VARIABLE: a port that nobody holds and that no outgoing connection is
# given by the kernel: those begin at 32768 on Linux and at 49152 elsewhere.
free_port()
{
    taken=$(ports_taken)
    while :; do
        number=$(od -An -N2 -tu2 /dev/urandom)
        port=$((20000 + number % 12000))
        hex=$(printf '%04X' "$port")
        case " $taken $PORTS_GIVEN " in
        *"$hex"*) ;;
        *) break ;;
        esac
    done
    PORTS_GIVEN="$PORTS_GIVEN $hex"
    eval "$1=$port"
}

# The three ports that the CA is told: its DNS server's, http-01's, tls-alpn-01's.
# In a namespace of our own they are the ones that the RFCs name.
validation_ports()
{
    if [ "$NAMESPACE" = yes ]; then
        HTTP_PORT=80 TLS_PORT=443 DNS_PORT=53
    else
        free_port HTTP_PORT
        free_port TLS_PORT
        free_port DNS_PORT
    fi
}

# --- certificates --------------------------------------------------------------

# make_ca FILE NAME PATHLEN [ISSUER]: FILE.pem and FILE.key, self-signed, or
# signed by ISSUER.pem and ISSUER.key.
make_ca()
{
    printf '[x]\nbasicConstraints=critical,CA:true,pathlen:%s\n%s\n%s\n' "$3" \
        'keyUsage=critical,keyCertSign,cRLSign' 'subjectKeyIdentifier=hash' >"$TMP/ext"
    make_certificate "$1" "$2" "${4:-}"
}

# make_leaf FILE ISSUER: a server certificate for localhost and 127.0.0.1.
make_leaf()
{
    printf '[x]\nbasicConstraints=critical,CA:false\n%s\n%s\n%s\n' \
        'keyUsage=critical,digitalSignature' 'extendedKeyUsage=serverAuth' \
        'subjectAltName=DNS:localhost,IP:127.0.0.1' >"$TMP/ext"
    make_certificate "$1" localhost "$2"
}

make_certificate()
{
    if [ -n "$3" ]; then
        set -- "$1" "$2" -CA "$TMP/$3.pem" -CAkey "$TMP/$3.key" -CAcreateserial
    else
        set -- "$1" "$2" -signkey "$TMP/$1.key"
    fi
    file=$1 subject=$2
    shift 2
    {
        openssl ecparam -name prime256v1 -genkey -noout -out "$TMP/$file.key" &&
            openssl req -new -key "$TMP/$file.key" -subj "/CN=$subject" -out "$TMP/$file.csr" &&
            openssl x509 -req -in "$TMP/$file.csr" "$@" -sha256 -days 365 \
                -extfile "$TMP/ext" -extensions x -out "$TMP/$file.pem"
    } 2>"$TMP/openssl.log" || die "$EXIT_PEER" "openssl could not make a certificate: $(cat "$TMP/openssl.log")"
}

# The root that acmespec trusts for the directory, and the directory's certificate.
make_directory_tls()
{
    make_ca root 'acmespec peers root' 0
    make_leaf server root
    CA_PEM=$TMP/root.pem
}

# --- the daemon ----------------------------------------------------------------

# daemon COMMAND...: starts it with its output in the log.
daemon()
{
    with_parent "$@" >>"$TMP/peer.log" 2>&1 </dev/null &
    PEER_PID=$!
}

# A child that has ended but was not waited for still answers to kill -0.
alive()
{
    kill -0 "$1" 2>/dev/null || return 1
    if [ -r "/proc/$1/status" ]; then
        ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
    else
        case $(ps -o stat= -p "$1" 2>/dev/null) in Z*) return 1 ;; esac
    fi
}

# await URL: until it answers, the daemon ends, or READY_SECONDS are over.
await()
{
    tries=0
    while [ "$tries" -lt $((READY_SECONDS * 20)) ]; do
        curl --silent --fail --noproxy '*' --max-time 2 --cacert "$CA_PEM" \
            --output /dev/null "$1" && return 0
        alive "$PEER_PID" || return 1
        sleep 0.05
        tries=$((tries + 1))
    done
    return 1
}

daemon_stop()
{
    [ -n "$PEER_PID" ] || return 0
    stop_pid "$PEER_PID"
    PEER_PID=
}

# stop_pid PID: asks, waits STOP_SECONDS, then insists.
stop_pid()
{
    kill -TERM "$1" 2>/dev/null
    tries=0
    while alive "$1" && [ "$tries" -lt $((STOP_SECONDS * 20)) ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    alive "$1" && kill -KILL "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    return 0
}

# start_peer: a port that was free may be taken when the peer binds it, so a peer
# that ends at once gets new ports, twice.
start_peer()
{
    attempt=1
    while :; do
        validation_ports
        if peer_start; then
            export DIR_URL CA_PEM HTTP_PORT TLS_PORT DNS_PORT NAMESPACE MANAGEMENT_URL
            export EAB_KID EAB_HMAC PROFILE BASELINE PEER PEER_PID
            return 0
        fi
        peer_stop
        [ "$attempt" -lt 3 ] || return 1
        attempt=$((attempt + 1))
    done
}

# --- the end -------------------------------------------------------------------

begin()
{
    TMP=$(mktemp -d "${TMPDIR:-/tmp}/acmespec-peer.XXXXXX") ||
        die "$EXIT_PEER" "no temporary directory could be made"
    PEER_TMP=$TMP
    export PEER_TMP
}

set_traps()
{
    trap cleanup EXIT
    for signal in HUP INT TERM; do
        # shellcheck disable=SC2064
        trap "ended_by $signal" "$signal"
    done
}

ended_by()
{
    trap '' HUP INT TERM
    say "ended by SIG$1; stopping what was started"
    cleanup
    trap - EXIT "$1"
    kill -s "$1" $$
}

cleanup()
{
    trap - EXIT
    command_stop
    peer_stop
    [ -z "${build:-}" ] || rm -rf "$build"
    [ -n "$TMP" ] || return 0
    keep_logs
    rm -rf "$TMP"
    TMP=
}

# timeout(1) passes the signal on to its whole group and insists after ten seconds,
# so it must not be killed itself. A person's command runs without it.
command_stop()
{
    [ -n "$COMMAND_PID" ] || return 0
    if [ "$ATTENDED" = yes ]; then
        stop_pid "$COMMAND_PID"
    else
        kill -TERM "$COMMAND_PID" 2>/dev/null
        wait "$COMMAND_PID" 2>/dev/null
    fi
    COMMAND_PID=
}

keep_logs()
{
    [ -n "${KEEP:-}" ] && [ -s "$TMP/peer.log" ] || return 0
    mkdir -p "$KEEP" && cp "$TMP/peer.log" "$KEEP/$PEER.peer.log"
}
