#!/bin/sh
# SPDX-License-Identifier: MIT
# A CA on loopback whose answers lead elsewhere: without --remote nothing is sent there, and
# no run is green.  "Elsewhere" is 0.0.0.0, which is this machine and yet no loopback address,
# so whoever went there would be seen.
set -u
# shellcheck source=tests/with-peer.sh
. tests/with-peer.sh

# Directories: at /all all is elsewhere, at /nonce newNonce alone.  Nothing else is there.
# What is asked for is kept, as "HOST PATH".
cat >"$tmp/peer.py" <<'EOP'
import http.server, json, sys
from serve import serve

class Peer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[2], "a") as file:
            file.write("%s %s\n" % (self.headers.get("Host").split(":")[0], self.path))
        here = "http://127.0.0.1:%d" % self.server.server_port
        there = "http://0.0.0.0:%d" % self.server.server_port
        names = ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange")
        base = {"/all": there, "/nonce": here}.get(self.path)
        directory = {name: "%s/%s" % (base, name) for name in names}
        if self.path == "/nonce":
            directory["newNonce"] = there + "/newNonce"
        body = json.dumps(directory).encode() if base else b"{}"
        self.send_response(200 if base else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_POST = do_HEAD = do_GET

    def log_message(self, *args):
        pass

serve(Peer)
EOP
peer_start port "$tmp/asked"

printf '%s\n' 'scenario  Nonce' 'suite     server' 'rule      rfc8555-7.2-3' \
    'head newNonce' 'must 200' >"$tmp/nonce.acme"

play()
{
    : >"$tmp/asked"
    "$acmespec" server "$@" "$tmp/nonce.acme" --http-port "$HTTP_PORT" --tls-port "$TLS_PORT" \
        --dns-port "$DNS_PORT" --junit "$tmp/out.xml" >"$tmp/out" 2>&1
    status=$?
}

far='0.0.0.0 is not on a loopback or private address; --remote allows it'
play "$url/all"
holds "[ $status = 5 ]"
holds "grep -q \"the CA's newNonce is at http://0.0.0.0:.*/newNonce, and $far\" '$tmp/out'"
holds "[ \"\$(cat '$tmp/asked')\" = '127.0.0.1 /all' ]"
holds "xmllint --noout '$tmp/out.xml'"

play "$url/nonce" -v
holds "[ $status != 0 ]"
holds "grep -q '^ERROR .*nonce' '$tmp/out' && grep -q '(no answer: $far' '$tmp/out'"
holds "! grep -q '^0.0.0.0' '$tmp/asked'"
play "$url/nonce" --remote
holds "grep -q '^0.0.0.0 /newNonce' '$tmp/asked'"

: >"$tmp/asked"
"$acmespec" bench "$url/nonce" --nonces --count 1 --clients 1 >"$tmp/out" 2>&1
holds "grep -q 'there was no answer: $far' '$tmp/out'"
holds "! grep -q '^0.0.0.0' '$tmp/asked'"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
