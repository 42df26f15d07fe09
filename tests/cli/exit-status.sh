#!/bin/sh
# SPDX-License-Identifier: MIT
# The exit statuses that need no peer: 0, 2, 4, 5 and 6.  1, 3 and 7 are seen against our
# own CA in tests/cli/runner.sh and for every combination of verdicts in tests/test_outcome.c.
set -u
acmespec=${ACMESPEC:-build/acmespec}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

# want STATUS WORDS COMMAND...: the status, and the words somewhere in what it says.
want()
{
    status=$1 words=$2
    shift 2
    "$@" >"$tmp/out" 2>&1
    got=$?
    if [ $got = "$status" ] && grep -q -- "$words" "$tmp/out"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "wanted status $status and \"$words\" of: $*"
        echo "got status $got: $(head -3 "$tmp/out")"
    fi
}

printf 'scenario  A\nsuite server\nget directory\nmust 200\n' >"$tmp/uncited.acme"
printf '\377\376' >"$tmp/bytes.acme"
head -c 10485760 /dev/zero | tr '\0' '#' >"$tmp/big.acme"
: >"$tmp/empty.acme"

want 0 'acmespec' "$acmespec" --version
want 0 'Exit status' "$acmespec" --help
want 0 'are well written' "$acmespec" check
want 2 'server' "$acmespec"
want 2 'did you mean "server"' "$acmespec" serve
want 2 'wants the URL' "$acmespec" server
want 2 'did you mean --junit' "$acmespec" server https://localhost:1/ --junitt x
want 2 'wants a whole number' "$acmespec" server https://localhost:1/ --jobs many
want 2 'no http or https URL' "$acmespec" server localhost:14000
want 2 'production service' "$acmespec" server https://acme-v02.api.letsencrypt.org/directory
want 2 'production service' "$acmespec" server https://acme-v02.api.letsencrypt.org/directory --remote
want 2 'not on a loopback or private address' "$acmespec" server https://192.0.2.1/dir
want 2 'no scenario is named' "$acmespec" server https://localhost:1/ server/no-such-thing
want 2 'no profile' "$acmespec" server https://localhost:1/ --profile no-such-profile
want 2 'cannot read' "$acmespec" server https://localhost:1/ --baseline "$tmp/none"
want 2 'cannot read' "$acmespec" server https://localhost:1/ --ca-file "$tmp/none"
want 2 'such as 2/5' "$acmespec" server https://localhost:1/ --shard 9/5
want 2 'mend these mistakes' "$acmespec" server https://localhost:1/ "$tmp/uncited.acme"
want 2 'cites nothing' "$acmespec" check "$tmp/uncited.acme"
want 2 'is not UTF-8' "$acmespec" check "$tmp/bytes.acme"
want 2 'longer than' "$acmespec" check "$tmp/big.acme"
want 2 'says nothing' "$acmespec" check "$tmp/empty.acme"
want 2 'no file or folder' "$acmespec" check "$tmp/none.acme"
want 2 'neither a requirement, .* did you mean rfc8555-6.5-9?' "$acmespec" explain rfc8555-6.5-9999
want 2 'neither a requirement, .*acmespec list shows scenarios' "$acmespec" explain server/6.5-nonces/resued
want 2 'is no word of the language' "$acmespec" help nonsense
want 0 'MUST' "$acmespec" explain rfc8555-6.5-8
want 0 'POST to' "$acmespec" explain server/7.4-finalize/not-ready
want 4 'nothing is selected' "$acmespec" server https://localhost:1/ --tag no-such-tag
# Of nothing there are reports, too, so that those of last time are not taken for them.
for report in x.xml x.html x.jsonl; do
    echo green >"$tmp/$report"
done
want 4 'nothing is selected' "$acmespec" server https://localhost:1/ --tag no-such-tag \
    --junit "$tmp/x.xml" --html "$tmp/x.html" --results "$tmp/x.jsonl"
want 0 'errors="1"' grep testsuites "$tmp/x.xml"
want 0 'nothing-run' grep -A1 '<error' "$tmp/x.xml"
want 0 'was selected or run' cat "$tmp/x.html"
want 0 '"event":"end","status":4' tail -1 "$tmp/x.jsonl"
want 4 'nothing is selected' "$acmespec" client certbot --tag no-such-tag --junit "$tmp/y.xml"
want 0 'nothing-run' cat "$tmp/y.xml"
want 6 'cannot' "$acmespec" server https://localhost:1/ --tag no-such-tag --junit "$tmp/empty.acme/x"
# What was to be played again stays on record.
printf '{"event":"play","name":"server/x","verdict":"fail","checks":[],"watches":[]}\n' >"$tmp/last.jsonl"
want 4 'nothing is selected' "$acmespec" server https://localhost:1/ --rerun-failed \
    --results "$tmp/last.jsonl" --junit "$tmp/z.xml"
want 0 'server/x' cat "$tmp/last.jsonl"
want 0 'nothing-run' cat "$tmp/z.xml"
want 6 'cannot' "$acmespec" server http://127.0.0.1:1/ --results "$tmp/empty.acme/x" server/7.4-orders
want 5 'refused' "$acmespec" server http://127.0.0.1:1/ server/7.4-orders

echo "$passed passed, $failed failed"
[ $failed = 0 ]
