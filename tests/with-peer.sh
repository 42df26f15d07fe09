# SPDX-License-Identifier: MIT
# For tests of `acmespec server` against a peer of a few lines of Python: ports that are free,
# a folder, a count, and peers that are stopped by their process ids however the script ends.
# Sourced, never run.
# shellcheck shell=sh disable=SC2034

# For the ports that it found free; the CA that it starts is left alone.
if [ -z "${DIR_URL:-}" ]; then
    exec tests/peers/run.sh mock --shell "$0"
fi
command -v python3 >/dev/null || { echo "python3 is not installed" && exit 77; }
acmespec=${ACMESPEC:-build/acmespec}
tmp=$(mktemp -d)
passed=0 failed=0
peers=''

# shellcheck disable=SC2317
clean()
{
    for pid in $peers; do
        kill "$pid" 2>/dev/null || :
    done
    rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 1' INT TERM

# holds TEXT: one test, evaluated.
holds()
{
    if eval "$1" >"$tmp/said" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "does not hold: $1"
        head -n 5 "$tmp/said"
        tail -n 5 "$tmp/out"
    fi
}

# await COMMAND TENTHS: until it succeeds, for at most so long.
await()
{
    tries=0
    until eval "$1"; do
        tries=$((tries + 1))
        [ $tries -lt $(($2 * ${TEST_PATIENCE:-1})) ] || return 1
        sleep 0.1
    done
}

# What a peer of $tmp/peer.py ends with: serve(Peer), on a port that it tells in the file that
# is its first argument.
cat >"$tmp/serve.py" <<'EOF'
import http.server, os, sys

def serve(peer):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), peer)
    with open(sys.argv[1] + ".new", "w") as file:
        file.write(str(server.server_port))
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    server.serve_forever()
EOF

# peer_start NAME ARGUMENT...: $tmp/peer.py with these arguments behind the file of its port,
# $tmp/NAME; its URL is then in $url.
peer_start()
{
    file=$tmp/$1
    shift
    python3 "$tmp/peer.py" "$file" "$@" &
    peers="$peers $!"
    await "[ -s '$file' ]" 100 || { echo "the peer did not start" && exit 1; }
    url=http://127.0.0.1:$(cat "$file")
}
