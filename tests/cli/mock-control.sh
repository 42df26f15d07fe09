#!/bin/sh
# SPDX-License-Identifier: MIT
# The control interface of `acmespec mock`, used as the README's curl lines do, and the
# README's script.  Ports are the kernel's; what is started is stopped by its process id.
set -eu
# shellcheck source=tests/with-mock.sh
. tests/with-mock.sh

# --- scripts, and what is wrong with rules ---

refused()
{
    status=0
    timeout $((10 * ${TEST_PATIENCE:-1})) "$acmespec" mock "$@" >"$tmp/said" 2>&1 || status=$?
    cat "$tmp/said"
    [ "$status" = 2 ]
}

sed -n '/^on order after 2/,/^```/p' README.md | grep -v '^```' >"$tmp/script.acme"
holds "the README's script is well written" "$acmespec" check "$tmp/script.acme"
mock_start --control --script "$tmp/script.acme" --fault 'on newOrder first reply 500' -v
curl="curl -s --cacert $tmp/root.pem"
control=$(sed -n 's/^control *//p' "$tmp/mock")
holds "an unknown type is refused" refused --fault 'on newOrder reply 429 rateLimitd'
holds "with a suggestion" grep -q 'did you mean "rateLimited"' "$tmp/said"
holds "a rule without effect is refused" refused --fault 'on newOrder first'
holds "unknown manners are refused" refused --manners boulde
holds "with those that there are" grep -q 'boulder, buypass' "$tmp/said"
holds "all manners are well written" "$acmespec" check scenarios/manners
holds "a script that is not there is told" refused --script "$tmp/none"
printf 'ca eab-required\n' >"$tmp/settings.acme"
holds "settings alone are a script" "$acmespec" check "$tmp/settings.acme"
holds "who is asked for a binding has to have a key" refused --script "$tmp/settings.acme"
holds "and is told so" grep -q 'needs an --eab KID:KEY' "$tmp/said"
printf 'ca no-newAuthz\nca bug nonce-reus\n' >"$tmp/settings.acme"
holds "a bug that there is none of is refused" refused --script "$tmp/settings.acme"
holds "with its place" grep -q 'settings.acme:2: .*did you mean "nonce-reuse"' "$tmp/said"
holds "by check as well" sh -c '! "$1" check "$2"' sh "$acmespec" "$tmp/settings.acme"

# --- the control interface ---

# shows PATTERN CURL-ARGUMENT...: what it answers has that.
shows()
{
    pattern=$1
    shift
    $curl "$@" >"$tmp/said"
    cat "$tmp/said"
    grep -q -- "$pattern" "$tmp/said"
}

if command -v curl >/dev/null; then
    holds "it lists itself" shows '"POST /acmespec/reset' "$control"
    holds "script and fault are rules" shows '"on newOrder first"' "$control/rules"
    holds "a rule is added" shows '"reply 503"' "$control/rules" --data-binary \
        'on directory first reply 503'
    holds "and applied" shows 503 -o /dev/null -w '%{http_code}' "$url"
    holds "once" shows 200 -o /dev/null -w '%{http_code}' "$url"
    holds "which is counted" shows '"fired": 1' "$control/rules"
    holds "a mistake is told with its place" shows 'body:1:4: ' "$control/rules" \
        --data-binary 'on directry first reply 503'
    holds "and changes nothing" shows '"on directory first"' "$control/rules"
    $curl "$control/rules" --data-binary 'on orders delay 1ms' >"$tmp/said"
    holds "with one more, what was applied stays counted" shows '"fired": 1' "$control/rules"
    holds "and is not applied again" shows 200 -o /dev/null -w '%{http_code}' "$url"
    holds "the journal has it" shows '"status": 503' "$control/journal"
    holds "as HAR, too" shows '"startedDateTime"' "$control/journal.har"
    $curl "${url%/directory}/roots/0?a=b" >"$tmp/said"
    holds "what it keeps of a text is that text" shows '"-----BEGIN CERTIFICATE-----\\nMII' \
        "$control/journal"
    holds "a HAR has the query apart" shows '"name": "a"' "$control/journal.har"
    holds "the journal does not tell of itself" sh -c \
        "! $curl $control/journal | grep acmespec/journal"
    holds "it forgets" shows '^\[\]' "$control/journal" -X DELETE
    holds "no rule locks it out" shows 'body:1:1: a rule on handshake without first' \
        "$control/rules" -X PUT --data-binary 'on handshake alpn refused'
    holds "later neither" shows 'body:1:1: a rule on handshake without first' \
        "$control/rules" --data-binary 'on handshake after 3 broken-tls'
    holds "and it goes on" shows '"on directory first"' "$control/rules"
    holds "a counted one is taken" shows '"on handshake first"' "$control/rules" \
        --data-binary 'on handshake first alpn refused'
    $curl "$control/rules" >"$tmp/said" 2>&1 || :
    holds "and passes" shows '"on handshake first"' "$control/rules"
    holds "it gives its roots" shows 'BEGIN CERTIFICATE' "$control/roots"
    holds "which are two" sh -c "[ \"\$(grep -c BEGIN '$tmp/said')\" = 2 ]"
    holds "the one that signs first" sh -c \
        "head -c \"\$(wc -c <'$tmp/root.pem')\" '$tmp/said' | cmp -s - '$tmp/root.pem'"
    holds "rules are replaced" shows '"on order"' "$control/rules" -X PUT --data-binary \
        'on order delay 1ms'
    holds "all of them" sh -c "! $curl $control/rules | grep newOrder"
    holds "and taken away" shows '^\[\]' "$control/rules" -X DELETE
    $curl "$control/rules" -X PUT --data-binary 'on directory first manner drop' >"$tmp/said"
    $curl "$url" >"$tmp/said" || :
    holds "what was not sent is told by the journal" shows '"sent": "drop"' "$control/journal"
    holds "and by a HAR" shows '"directory, sent: drop"' "$control/journal.har"
    holds "an answer to who controls has no nonce of the CA's" sh -c \
        "! $curl -i $control/reset -X POST | grep -i replay-nonce"
    $curl "$control/rules" -X DELETE >"$tmp/said"
    holds "a reset brings the first ones back" shows '"on newOrder first"' \
        "$control/reset" -X POST
    holds "time passes" shows '^{}' "$control/time" --data-binary 48h
    holds "as its Date shows" shows "$(LC_ALL=C date -u -d '+2 days' '+%d %b %Y')" -D - "$url"
    holds "no time span is told" shows 'body:1:1: .*soon.* is no time span' "$control/time" \
        --data-binary soon
    holds "it has its profiles" shows '"shortlived"' "$url"
    holds "one is withdrawn" shows '^{}' "$control/withdraw" --data-binary shortlived
    holds "and not offered any more" sh -c "! $curl $url | grep shortlived"
    holds "a profile that there is not cannot be withdrawn" shows \
        'no profile .*nope.*; take classic, tlsserver or shortlived' \
        "$control/withdraw" --data-binary nope
    holds "nor one without a name" shows 400 -o /dev/null -w '%{http_code}' \
        "$control/withdraw" -X POST
    holds "its terms" shows '/terms/1"' "$url"
    holds "change" shows '^{}' "$control/terms" -X POST
    holds "to others" shows '/terms/2"' "$url"
    holds "a reset" shows '^\[' "$control/reset" -X POST
    holds "puts the clock right" shows "$(LC_ALL=C date -u '+%d %b %Y')" -D - "$url"
    holds "and has all profiles" shows '"shortlived"' "$url"
    holds "an unknown path is none" shows 404 -o /dev/null -w '%{http_code}' "$control/x"
    holds "Pebble's path of the root" shows 'BEGIN CERTIFICATE' "${url%/directory}/roots/0"
    holds "which is the root" cmp -s "$tmp/said" "$tmp/root.pem"
    holds "Pebble's path of the intermediate" shows 'BEGIN CERTIFICATE' \
        "${url%/directory}/intermediates/0"
    mock_stop
    holds "who controls is not counted among the CA's requests" grep -q \
        "^$(grep -c '^ *[0-9][0-9]*  [A-Z]* [a-zA-Z]* -> ' "$tmp/mock") requests" "$tmp/mock"
    holds "no type is told where there is none" grep -q 'GET directory -> 503$' "$tmp/mock"
    holds "-v prints whole answers" grep -q '^  HTTP/1.1 503\|^HTTP/1.1 503' "$tmp/mock"
    mock_start --quiet
    holds "without --control there is none" shows 404 -o /dev/null -w '%{http_code}' \
        "${url%/directory}/acmespec/rules"
    mock_stop
    printf 'ca bare-directory\nca no-newAuthz\n' >"$tmp/settings.acme"
    mock_start --quiet --control --script "$tmp/settings.acme"
    control=$(sed -n 's/^control *//p' "$tmp/mock")
    holds "the control interface is at the host, wherever the directory is" \
        shows '"POST /acmespec/reset' "$control"
    holds "the index of every answer is the directory's URL, which has no path" \
        shows "^[Ll]ink: <$url>;rel=\"index\"" -I "$url/new-nonce"
    holds "settings of a script hold" sh -c "! $curl $url | grep newAuthz"
fi
mock_stop
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
