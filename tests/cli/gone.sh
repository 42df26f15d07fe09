#!/bin/sh
# SPDX-License-Identifier: MIT
# A target that locks itself up: in the middle of a run it ends soon, says so, and its reports
# hold what was decided before; at the beginning a signal ends it as soon.
set -u
# shellcheck source=tests/with-peer.sh
. tests/with-peer.sh

# A directory and nonces, so many times; then connections are taken and nothing is said, and
# FILE.silent tells so.
cat >"$tmp/peer.py" <<'EOF'
import http.server, itertools, sys, threading
from serve import serve

count, silence = itertools.count(), threading.Event()

class Peer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if next(count) >= int(sys.argv[2]):
            open(sys.argv[1] + ".silent", "w").close()
            silence.wait()
        base = "http://127.0.0.1:%d" % self.server.server_port
        body = ('{"newNonce":"%s/n","newAccount":"%s/a","newOrder":"%s/o"}' % ((base,) * 3)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Replay-Nonce", "bm9uY2Ugbm9uY2Ugbm9uY2U")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    do_HEAD = do_GET

    def log_message(self, *args):
        pass

serve(Peer)
EOF


printf '%s\n' 'scenario  Directory' 'suite     server' 'rule      rfc8555-7.1.1-1' \
    'get directory' 'must 200' >"$tmp/directory.acme"
peer_start later 60
"$acmespec" server "$url/dir" "$tmp/directory.acme" --repeat 500 -j4 \
    --http-port "$HTTP_PORT" --tls-port "$TLS_PORT" --dns-port "$DNS_PORT" --request-timeout 200ms \
    --junit "$tmp/gone.xml" --results "$tmp/gone.jsonl" >"$tmp/out" 2>&1
status=$?
plays=$(grep -c '^{"event":"play"' "$tmp/gone.jsonl")
# What was seen before is a violation: the peer links to no directory.
holds "[ $status = 1 ]"
holds "[ $plays -gt 16 ] && [ $plays -lt 100 ]"
holds "grep -q 'because the target answers no more: $plays of 500 plays' '$tmp/out'"
holds "grep -q '\"verdict\":\"pass\"' '$tmp/gone.jsonl'"
holds "grep '\"event\":\"end\"' '$tmp/gone.jsonl' | grep -q '\"complete\":false,\"stopped\"'"
holds "xmllint --noout '$tmp/gone.xml'"

# Silent at once, and silent behind the directory: a signal does not wait for the deadline.
for signal in INT TERM; do
    for count in 0 1; do
        peer_start "$signal$count" $count
        "$acmespec" server "$url/dir" "$tmp/directory.acme" --http-port "$HTTP_PORT" \
            --tls-port "$TLS_PORT" --dns-port "$DNS_PORT" --request-timeout 5m \
            --junit "$tmp/stop.xml" --html "$tmp/stop.html" --results "$tmp/stop.jsonl" \
            >"$tmp/out" 2>&1 &
        run=$!
        holds "await '[ -e $tmp/$signal$count.silent ]' 100"
        kill -s $signal $run
        if ! await "! kill -0 $run 2>/dev/null" 20; then
            holds "false after $signal in front of a peer that answered $count times"
            kill -KILL $run
        fi
        wait $run
        status=$?
        holds "[ $status = 3 ]"
        holds "grep -q 'was stopped by .*: 0 of 1 plays were played to the end' '$tmp/out'"
        holds "xmllint --noout '$tmp/stop.xml' && grep -q 'type=\"incomplete\"' '$tmp/stop.xml'"
        holds "grep -q 'was stopped by' '$tmp/stop.html'"
        holds "tail -n 1 '$tmp/stop.jsonl' | grep -q '\"status\":3,\"complete\":false'"
        rm -f "$tmp"/stop.*
    done
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
