#!/bin/sh
# SPDX-License-Identifier: MIT
# `acmespec issue` against `acmespec mock`: every operation, and what a user sees when it
# does not go well.  The ports are the kernel's; the mock is stopped by its process id.
set -eu
# shellcheck source=tests/with-mock.sh
. tests/with-mock.sh

# ends STATUS SENTENCE COMMAND...: it has that exit status and says that.
ends()
{
    want=$1 sentence=$2
    shift 2
    status=0
    "$@" >"$tmp/said" 2>&1 || status=$?
    cat "$tmp/said"
    [ "$status" = "$want" ] && grep -q -- "$sentence" "$tmp/said"
}

mock_start --quiet
mkdir "$tmp/www"
issue="$acmespec issue"
home="--ca-file $tmp/root.pem --home $tmp/home --webroot $tmp/www"
other="--ca-file $tmp/root.pem --home $tmp/other"

# shellcheck disable=SC2086
{
    holds "terms are the user's to agree to" \
        ends 1 "terms of service" $issue register "$url" $home
    holds "an account is registered" \
        ends 0 "^https://" $issue register "$url" $home --agree --contact mailto:a@example.org
    holds "a certificate is obtained" \
        ends 0 "a.test/fullchain.pem" $issue obtain "$url" a.test b.test $home
    holds "it is for both names" \
        sh -c "openssl x509 -in $tmp/home/a.test/cert.pem -noout -ext subjectAltName | \
            grep 'DNS:a.test, DNS:b.test'"
    holds "the chain leads to the root" openssl verify -CAfile "$tmp/root.pem" \
        -untrusted "$tmp/home/a.test/fullchain.pem" "$tmp/home/a.test/cert.pem"
    holds "a private key is nobody else's" \
        sh -c "ls -l $tmp/home/a.test/key.pem | grep -e '^-rw-------'"
    holds "no response to a challenge is left" \
        sh -c "! find $tmp/www -type f | grep ."
    holds "what was never obtained is not renewed, and no account made for it" \
        ends 1 "no certificate of c.test" $issue renew "$url" c.test $other --agree
    holds "as nothing was there before" sh -c "! [ -e $tmp/other ]"
    holds "a type of key that there is not is a mistake of the command" \
        ends 2 'no key type P-256x; did you mean' $issue obtain "$url" a.test $home --key P-256x
    holds "it is not renewed before its time" \
        ends 0 "not time" $issue renew "$url" a.test $home
    cp "$tmp/home/a.test/cert.pem" "$tmp/before.pem"
    holds "it is renewed by force" ends 0 fullchain $issue renew "$url" a.test $home --force
    holds "and is another one" sh -c "! cmp -s $tmp/before.pem $tmp/home/a.test/cert.pem"
    holds "renewal information is told" \
        ends 0 "Z to 2" $issue renewal-info "$url" a.test $home
    openssl req -newkey rsa:2048 -nodes -keyout "$tmp/own.key" -out "$tmp/own.csr" \
        -subj /CN=own.test -addext subjectAltName=DNS:www.own.test 2>/dev/null
    holds "a request of one's own is sent for its names" \
        ends 0 "own.test/fullchain.pem" $issue obtain "$url" $home --csr "$tmp/own.csr"
    holds "the certificate is for both" \
        sh -c "openssl x509 -in $tmp/home/own.test/cert.pem -noout -ext subjectAltName | \
            grep 'DNS:own.test, DNS:www.own.test'"
    openssl pkey -in "$tmp/own.key" -pubout >"$tmp/own.pub"
    holds "and for its key, which is kept by its user alone" \
        sh -c "openssl x509 -in $tmp/home/own.test/cert.pem -noout -pubkey | \
            cmp - $tmp/own.pub && ! [ -e $tmp/home/own.test/key.pem ]"
    holds "a name that it does not have is told" \
        ends 1 "the CSR is not for c.test" $issue obtain "$url" c.test $home --csr "$tmp/own.csr"
    holds "what is no request is told" \
        ends 1 "no certificate request" $issue obtain "$url" $home --csr "$tmp/own.key"
    account=$(echo "$tmp/home/accounts/"*/account.pem)
    cp "$account" "$tmp/before.pem"
    holds "the account is rolled over" $issue roll-over "$url" $home
    holds "to another key" sh -c "! cmp -s $tmp/before.pem $account"
    holds "the certificate is revoked" $issue revoke "$url" a.test $home --reason 1
    holds "only once" ends 1 alreadyRevoked $issue revoke "$url" a.test $home
    holds "every exchange is told with -v" \
        ends 0 "POST .*/new-account: the server answered 200 OK" \
        $issue register "$url" $home -v
    holds "a hook that fails is told" \
        ends 1 "false could not provide" $issue obtain "$url" c.test $home --hook false
    holds "the account is deactivated" $issue deactivate "$url" $home
    holds "and knows nobody then" ends 1 unauthorized $issue register "$url" $home

    holds "no operation is a wrong command line" ends 2 "operation" $issue
    holds "an unknown operation is one" ends 2 "operation" $issue optain "$url" a.test
    holds "no name is one" ends 2 "no name" $issue obtain "$url" $home
    holds "a strange key type is one" ends 2 "there is no key type P-257; did you mean" \
        $issue obtain "$url" a.test $home --home "$tmp/new" --agree --account-key P-257
    holds "a public CA is refused" ends 2 "acmespec:" \
        $issue register https://acme-v02.api.letsencrypt.org/directory
    holds "nobody there is told" ends 1 "refused the connection" \
        $issue register https://127.0.0.1:1/directory $home
}
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
