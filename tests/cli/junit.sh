#!/bin/sh
# SPDX-License-Identifier: MIT
# The reports as foreign parsers read them: a peer whose every text is hostile is judged, and
# both dialects of JUnit have to be XML whose counters agree, `xunit` valid by its rules
# (tests/golden/xunit.xsd), and the page of HTML without the peer's bytes as they came.
# What is evaluated is quoted on purpose.
# shellcheck disable=SC2016,SC2034
set -u
# shellcheck source=tests/with-peer.sh
. tests/with-peer.sh

# A CA by its directory and its nonces; all else is spite: escapes of JSON, bytes that are no
# UTF-8, controls in a reason and in headers.
cat >"$tmp/peer.py" <<'EOF'
import http.server
from serve import serve

SPITE = (b"ESC \x1b[2J\x1b]0;x\x07 bad \xff\xc3( surrogate \xed\xa0\x80 nonchar \xef\xbf\xbf ]]> "
         b"<script>alert(1)</script> & turn \xe2\x80\xae c1 \xc2\x9b2J")
ESCAPED = (rb"\u001b[2J \uffff ]]> <script>alert(1)</script> \u202e \u009b2J")

class Peer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        base = b"http://127.0.0.1:%d" % self.server.server_port
        status, kind, body = 400, b"application/problem+json", (
            b'{"type":"urn:ietf:params:acme:error:malformed","title":"' + ESCAPED
            + b'","detail":"' + SPITE.replace(b"\x1b", b"").replace(b"\x07", b"")
            + b'","status":400}')
        if self.path == "/dir":
            status, kind = 200, b"application/json"
            body = (b'{"newNonce":"%s/n","newAccount":"%s/a","newOrder":"%s/o","revokeCert":"%s/r",'
                    b'"keyChange":"%s/k","meta":{"website":"' % ((base,) * 5)) + ESCAPED + b'"}}'
        elif self.path == "/n":
            status, kind, body = 200, b"text/plain", b""
        elif self.path == "/r":
            status, kind, body = 200, b"text/html", SPITE + b"\0" + SPITE
        self.wfile.write(b"HTTP/1.1 %d Spite \x1b[31m ]]>\r\nContent-Type: %s\r\nReplay-Nonce: MTIz\r\n"
                         b"X-Spite: a\x1b[31mb ]]> \xff <b>\r\nContent-Length: %d\r\n\r\n"
                         % (status, kind, len(body)) + (b"" if self.command == "HEAD" else body))

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    do_HEAD = do_GET

    def log_message(self, *args):
        pass

serve(Peer)
EOF
peer_start port

# Counters, names, and what must not have come through; prints what is wrong.
cat >"$tmp/judge.py" <<'EOF'
import sys, xml.etree.ElementTree as tree

root = tree.parse(sys.argv[1]).getroot()
kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
seen, wrong, all_cases = set(), [], root.findall("testsuite/testcase")
for element, cases in [(root, all_cases)] + [(s, s.findall("testcase")) for s in root]:
    if int(element.get("tests")) != len(cases):
        wrong.append("tests of " + element.get("name"))
    for counter, kind in kinds.items():
        count = sum(case.find(kind) is not None for case in cases)
        if element.get(counter) is not None and int(element.get(counter)) != count:
            wrong.append(counter + " of " + element.get("name"))
for case in all_cases:
    name = case.get("classname"), case.get("name")
    if name in seen or not all(name):
        wrong.append("the name %s %s" % name)
    seen.add(name)
    if len([child for child in case if child.tag in kinds.values()]) > 1:
        wrong.append("two outcomes of %s %s" % name)
text = "".join(root.itertext()) + "".join(v for e in root.iter() for v in e.attrib.values())
for bad in "\x1b\x07\u202e\x9b\uffff\ufffe":
    if bad in text:
        wrong.append("a character %r" % bad)
if not all_cases or (len(sys.argv) > 2 and sys.argv[2] not in text):
    wrong.append("what was expected in it is not there")
sys.exit("\n".join(wrong) or 0)
EOF

printf '%s\n' 'scenario  Spite in a directory' 'suite     server' 'rule      rfc8555-7.1.1-1' \
    'get directory' 'must 404' 'must header X-Spite is good' >"$tmp/directory.acme"
printf '%s\n' 'scenario  Spite in a problem' 'suite     server' 'rule      rfc8555-7.1.1-1' \
    'get newOrder' 'must type is badCSR' >"$tmp/problem.acme"
printf '%s\n' 'scenario  Spite in a body' 'suite     server' 'rule      rfc8555-7.1.1-1' \
    'get revokeCert' 'must body /status is valid' >"$tmp/body.acme"

for dialect in wide xunit; do
    "$acmespec" server "$url/dir" "$tmp/directory.acme" "$tmp/problem.acme" "$tmp/body.acme" -v \
        --http-port "$HTTP_PORT" --tls-port "$TLS_PORT" --dns-port "$DNS_PORT" \
        --junit "$tmp/$dialect.xml" --junit-dialect $dialect --html "$tmp/page.html" \
        --results "$tmp/results.jsonl" >"$tmp/out" 2>&1
    status=$?
    holds '[ $status = 1 ]'
    holds 'python3 "$tmp/judge.py" "$tmp/$dialect.xml" "alert(1)"'
done
holds 'xmllint --noout "$tmp/wide.xml"'
holds 'xmllint --noout --schema tests/golden/xunit.xsd "$tmp/xunit.xml"'
holds 'xmllint --noout --schema tests/golden/xunit.xsd tests/golden/junit-xunit.xml'
holds '! xmllint --noout --schema tests/golden/xunit.xsd tests/golden/junit-wide.xml'
holds 'python3 "$tmp/judge.py" tests/golden/junit-wide.xml "]]>"'
holds 'grep -q "alert(1)" "$tmp/page.html" && ! grep -q "<script" "$tmp/page.html"'
holds 'python3 -c "import json, sys; [json.loads(l) for l in open(sys.argv[1], encoding=\"utf-8\")]" "$tmp/results.jsonl"'
# Line feeds aside, no control character of any kind reached the terminal.
holds '! tr -d "\n" <"$tmp/out" | LC_ALL=C grep -q "[[:cntrl:]]"'
holds 'iconv -f UTF-8 -t UTF-8 "$tmp/out"'
"$acmespec" server "$url/dir" --junit-dialect ant >"$tmp/out" 2>&1
status=$?
holds '[ $status = 2 ] && grep -q "is wide or xunit" "$tmp/out"'

echo "$passed passed, $failed failed"
[ $failed = 0 ]
