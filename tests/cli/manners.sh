#!/bin/sh
# SPDX-License-Identifier: MIT
# `acmespec mock --manners NAME`: our own client meets each, all at the same time, and what is
# odd about each is seen on the wire.
set -u
# For ports that nobody else has.
if [ -z "${DIR_URL:-}" ]; then
    exec tests/peers/run.sh mock --shell "$0"
fi
# shellcheck source=tests/with-mock.sh
. tests/with-mock.sh
key=Y2FubmVkLXVuaXQtdGVzdHMta2V5LWZvci1tYW5uZXJz
names=$(for file in scenarios/manners/*.acme; do basename "$file" .acme; done)

# --- a mock for each ---

start()
{
    mkdir "$tmp/$1"
    "$acmespec" mock --quiet --always-valid --control --manners "$1" --eab "kid-1:$key" \
        --root "$tmp/$1/root.pem" >"$tmp/$1/mock" 2>&1 &
    others="$others $!"
}

# The control interface is what it prints last.
await()
{
    tries=0
    until grep -q '^control' "$tmp/$1/mock"; do
        tries=$((tries + 1))
        [ $tries -lt $((100 * ${TEST_PATIENCE:-1})) ] || return 1
        sleep 0.1
    done
}

# printed NAME directory|control: the URL.
printed()
{
    sed -n "s/^$2 *//p" "$tmp/$1/mock"
}

# --- clients ---

# issue NAME LABEL OPTION...: what it says is in LABEL-said, its status in LABEL-status.
issue()
{
    name=$1 label=$tmp/$1/$2 status=0
    shift 2
    "$acmespec" issue obtain "$(printed "$name" directory)" a.test b.test --agree \
        --ca-file "$tmp/$name/root.pem" --home "$label" --webroot "$tmp/$name/www" "$@" \
        >"$label-said" 2>&1 || status=$?
    echo $status >"$label-status"
}

# ended NAME LABEL STATUS WORDS
ended()
{
    cat "$tmp/$1/$2-said"
    [ "$(cat "$tmp/$1/$2-status")" = "$3" ] && grep -q -- "$4" "$tmp/$1/$2-said"
}

# Two take RS256 alone; at zerossl's the first attempt meets a page in HTML.
obtain()
{
    type=P-256
    case $1 in dogtag | keyon) type=RSA-2048 ;; esac
    set -- "$1" first --account-key $type --eab "kid-1:$key" --contact mailto:me@example.test
    if [ "$1" = zerossl ]; then
        issue "$@"
        mv "$tmp/zerossl/first-said" "$tmp/zerossl/early-said"
        mv "$tmp/zerossl/first-status" "$tmp/zerossl/early-status"
    fi
    issue "$@"
}

# odd NAME KEYTYPE: what our client has no cause to ask for.
odd()
{
    {
        printf 'scenario  What is odd\nsuite     server\nrule      house\n\n'
        printf 'given account alice %s\ngiven account old %s deactivated\n' "$2" "$2"
        # shellcheck disable=SC2016
        cat <<'END'
given authz z by alice for ${domain} pending

post ${alice.url} as alice
post ${alice.url} as alice
  payload  { "contact": [ "mailto:other@example.test" ] }
post ${z.http-01.url} as alice
  payload  {}
post ${z.http-01.url} as alice
  payload  {}
get ${z.url}
post newOrder as old
  payload  { "identifiers": [] }
post newOrder as alice
  nonce    AAAA
  payload  { "identifiers": [] }
should 4xx or 5xx
END
    } >"$tmp/$1/odd.acme"
    "$acmespec" server "$(printed "$1" directory)" --ca-file "$tmp/$1/root.pem" -q \
        --http-port "$HTTP_PORT" --tls-port "$TLS_PORT" --dns-port "$DNS_PORT" \
        --allow-inconclusive "$tmp/$1/odd.acme" >"$tmp/$1/odd-said" 2>&1
}

for name in $names; do
    start "$name"
done
clients=''
for name in $names; do
    holds "the manners of $name start" await "$name"
    obtain "$name" &
    clients="$clients $!"
done
for pid in $clients; do
    wait "$pid"
done

# The manners by which our client gets no certificate, and what it says.
while read -r name label words; do
    holds "at $name's our client has no certificate: $words" ended "$name" "$label" 1 "$words"
done <<'END'
digicert first the order is ready and not valid
entrust first the identifiers of the order are not what they were
zerossl early 504
END
for name in $names; do
    case $name in digicert | entrust) continue ;; esac
    holds "at $name's our client gets a certificate" ended "$name" first 0 fullchain.pem
done

for name in google sectigo zerossl; do
    issue "$name" bare --contact mailto:me@example.test
    holds "$name's wants a binding" ended "$name" bare 1 externalAccountRequired
    timeout $((5 * ${TEST_PATIENCE:-1})) "$acmespec" mock --manners "$name" >"$tmp/said" 2>&1
    holds "$name's wants a key for it" grep -q 'needs an --eab KID:KEY' "$tmp/said"
done
issue google mute --eab "kid-1:$key"
holds "google's wants a contact" ended google mute 1 invalidContact
issue google odd xn--nxasmq6b.test --eab "kid-1:$key" --contact mailto:me@example.test
holds "google's says by a subproblem what it refuses" ended google odd 1 'Punycode'
issue zerossl first
holds "zerossl's turns quick requests away" ended zerossl first 1 rateLimited
issue google first --bug client-csr-client-auth
holds "google's refuses clientAuth in a CSR" ended google first 1 'asks for clientAuth'
issue buypass first --bug client-csr-enciphers
holds "buypass's refuses keyEncipherment with an elliptic key" ended buypass first 1 badCSR
issue zerossl again --eab "kid-1:$key"
holds "zerossl's takes a binding once" ended zerossl again 1 'was used already'
issue dogtag curve --account-key P-384
holds "dogtag's takes RS256 alone" ended dogtag curve 1 badSignatureAlgorithm
issue keyon curve
holds "keyon's refuses ES256" ended keyon curve 1 badSignatureAlgorithm
issue boulder dated --not-after 2040-01-01T00:00:00Z
holds "boulder's takes no dates" ended boulder dated 1 'NotAfter are not supported'
for name in boulder digicert ejbca swisssign; do
    odd $name P-256
done
odd dogtag RSA-2048

# --- what is on the wire ---

# wire NAME PATTERN WHERE [CURL-OPTION...]: WHERE is `directory`, or a path at the host.
wire()
{
    name=$1 pattern=$2 where=$3
    shift 3
    if [ "$where" = directory ]; then
        where=$(printed "$name" directory)
    else
        where=$(printed "$name" control | sed 's,/acmespec$,,')/$where
    fi
    curl -s --cacert "$tmp/$name/root.pem" "$@" "$where" >"$tmp/$name/wire"
    holds "$name's has $pattern" grep -Eq -- "$pattern" "$tmp/$name/wire"
}

lacks()
{
    ! grep -i -- "$2" "$1"
}

if command -v curl >/dev/null; then
    while read -r name where option pattern; do
        # An option that is none.
        [ "$option" != . ] || option=-s
        wire "$name" "$pattern" "$where" "$option"
    done <<'END'
adcs      acmespec/journal . "value": "2"
boulder   directory        . ^ +"[A-Za-z0-9_-]{11}": "https://ca[.]test/why-this-is-here"
boulder   acmespec/journal . "status": 403
buypass   directory        . "new-reg":
buypass   new-order        . "message":"a message"
digicert  acmespec/journal . "detail": "accounts are not shown here"
digicert  acmespec/journal . "mailto:other@example.test"
dogtag    acmespec/journal . "status": 500
dogtag    acmespec/journal . We will be back soon
dogtag    acmespec/journal . "RS256"
ejbca     acmespec/journal . The challenge is not pending
ejbca     acmespec/journal . There is no such resource
entrust   directory        . "meta":null
entrust   acmespec/journal . "authorisations":
google    directory        . "externalAccountRequired": true
google    acmespec/journal . title=..directory.. ; rel=index
google    acmespec/journal . "subproblems"
keyon     directory        . "https:\\/\\/
keyon     directory        -i application/json; utf-8
keyon     acmespec/journal . Unsupported key type
pebble    directory        -i application/json; charset=utf-8
pebble    acmespec/journal . invalid anti-replay nonce
sectigo   directory        -i ^content-type: application/json
sectigo   acmespec/journal . "carrier-pigeon-01"
sectigo   acmespec/journal . "application/x-pem-file"
step-ca   directory        . ^[{]"newNonce":"[^ ]*"keyChange":"[^ "]*"[}]
step-ca   acmespec/journal . orderNotReady
swisssign acmespec/journal . We will be back soon
vault     acmespec/journal . "status": ""
zerossl   directory        . "externalAccountRequired":true
zerossl   acmespec/journal . "value": "86400"
zerossl   acmespec/journal . "status": 504
END
    wire pebble 'User-Agent header is missing' directory -A ''
    wire vault '^Cache-Control: no-store' new-nonce -i
    holds "and no nonce" lacks "$tmp/vault/wire" Replay-Nonce
    wire boulder /authz/ acmespec/journal
    authz=$(grep -o 'https://[^"]*/authz/[^"/]*' "$tmp/boulder/wire" | head -n 1)
    holds "boulder's answers a plain GET" curl -sf --cacert "$tmp/boulder/root.pem" "$authz"
    certificate=$(grep -o 'https://[^"]*/certificate/[^"/]*' "$tmp/boulder/wire" | head -n 1)
    holds "of a certificate, too" curl -sf --cacert "$tmp/boulder/root.pem" "$certificate"
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
