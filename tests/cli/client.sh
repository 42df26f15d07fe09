#!/bin/sh
# SPDX-License-Identifier: MIT
# `acmespec client`: adapters and command lines, broken ones too; clients that hang, flood,
# die and lie; exit statuses and reports; and that nothing is left however it ends.
# What is evaluated, and what the client is to replace, is quoted on purpose.
# shellcheck disable=SC2009,SC2016,SC2086
set -u
acmespec=${ACMESPEC:-build/acmespec}
case $acmespec in /*) ;; *) acmespec=$PWD/$acmespec ;; esac
tmp=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
passed=0 failed=0
# Where the runs keep their folders, to see that they are gone.
mkdir "$tmp/tmp"
TMPDIR=$tmp/tmp
export TMPDIR

verdict()
{
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "does not hold: $2"
        tail -n 12 "$tmp/out" | cut -c1-200 | sed 's/^/    /'
    fi
}

# holds COMMAND: evaluated.
holds()
{
    eval "$1"
    verdict $? "$1"
}

# want STATUS WORDS OPTION...: of `acmespec client`.
want()
{
    status=$1 words=$2
    shift 2
    "$acmespec" client "$@" >"$tmp/out" 2>&1 </dev/null
    got=$?
    [ $got = "$status" ] && grep -qF -- "$words" "$tmp/out"
    verdict $? "status $status (it is $got) and \"$words\" of: client $*"
}

# scenario NAME CHECK...: obtains within a second, or $within, and checks.
scenario()
{
    file=$tmp/$1.acme
    shift
    {
        printf 'scenario  A certificate is obtained\nsuite client\nrule rfc8555-7.4-1\n'
        printf 'needs http-01\n\nrun obtain ${domain} over http-01\n'
        printf '  within %s\n' "${within:-1s}"
        printf '%s\n' "$@"
    } >"$file"
}

scenario issued 'must client issued'
scenario hung 'should client hung' '  rule house'
scenario crashed 'should client crashed' '  rule house'
scenario lied 'should client lied' '  rule house'
scenario gave-up 'should client gave-up' '  rule house'
scenario needs-more 'need client hung' 'must client issued'

# --- the command line ---

want 2 'wants the name of a client'
want 2 'certbot is the name of a client: say it, or a command line' certbot -- true
want 2 'there is no client certbod; did you mean "certbot"?' certbod
want 2 'none.acme; acmespec client --list' "$tmp/none.acme"
want 2 '--sandbox is auto, require or off' acmespec --sandbox=maybe
want 2 '--challenge is http-01, dns-01 or tls-alpn-01' --challenge http-02 -- true
want 2 'are about a command behind' acmespec --challenge http-01
want 2 'did you mean --sandbox' acmespec --sandbux=off
want 2 'no scenario is named' acmespec client/no-such-thing
want 4 'nothing is selected' acmespec --tag no-such-tag
want 5 'no program no-such-program in PATH' -- no-such-program
want 0 '${http_port}' --help
want 0 'uacme, a client in C' --list
want 0 'client/0-abilities/revoke' --list acmespec --section 7.6
want 0 'client/0-abilities/http-01' acmespec --list client/0-abilities/http-01

# --- adapters ---

adapter() { printf '%s\n' 'client  mine' "$@" >"$tmp/mine.acme"; }
adapter '  program sh' '  http-01 true' '  htp-01 true'
want 2 "mine.acme:4:3: " "$tmp/mine.acme"
adapter '  program sh'
want 2 'says how to obtain a certificate' "$tmp/mine.acme"
printf 'profile  mine\n' >"$tmp/mine.acme"
want 2 'is no adapter: it begins with' "$tmp/mine.acme"
adapter '  program sh' '  http-01 exit 3' '  lacks wildcard because it is too small'
want 0 'pass, 0 warn' "$tmp/mine.acme" "$tmp/gave-up.acme"
want 4 'it is too small' "$tmp/mine.acme" -v client/0-abilities/wildcard
want 1 'exited with status 3' "$tmp/mine.acme" "$tmp/issued.acme"
adapter '  program sh' '  http-01 true' '  certificate "$(kill -9 $$)"'
want 5 'has its files was ended by a signal' "$tmp/mine.acme" "$tmp/lied.acme"
adapter '  program no-such-program' '  install magic' '  http-01 true'
want 5 'it is had by: magic' "$tmp/mine.acme" "$tmp/issued.acme"
adapter '  program sh' '  version exit 4' '  install a library' '  http-01 true'
want 5 'it exited with status 4; it is had by: a library' "$tmp/mine.acme" "$tmp/issued.acme"
adapter '  program sh' '  version echo no such library; exit 4' '  install a library' '  http-01 true'
want 5 'it exited with status 4; it is had by: a library' "$tmp/mine.acme" "$tmp/issued.acme"

# --- more requests than are kept ---

# The client ends by itself, however long the machine takes for so many.
within=60s
flood='bench ${directory} --nonces --clients 1 --count 3500 --ca-file ${root} -q'
scenario flood-few 'must count newNonce at most 100'
scenario flood-some 'must count newNonce at most 3400'
scenario flood-many 'must count newNonce at least 100'
scenario flood-requests 'should requests newNonce count at most 4000' '  rule house'
want 1 'must count newNonce at most 100' "$tmp/flood-few.acme" -- "$acmespec" $flood
want 3 'requests were not kept' "$tmp/flood-some.acme" -- "$acmespec" $flood
want 0 'nothing is violated' "$tmp/flood-many.acme" -- "$acmespec" $flood
want 3 'requests were not kept' "$tmp/flood-requests.acme" -- "$acmespec" $flood
within=

# --- a command ---

obtain='issue obtain ${directory} --ca-file ${root} --home ${work}/home --agree --address 127.0.0.1 --http-port ${http_port} --challenge ${challenge} ${domain}'
{
    want 0 'nothing is violated' "$tmp/issued.acme" -- "$acmespec" $obtain
    want 0 'nothing is violated' "$tmp/issued.acme" --sandbox=off -- "$acmespec" $obtain
    want 0 'nothing is violated' "$tmp/issued.acme" --certificate '${work}/home/${domain}/fullchain.pem' \
        --key '${work}/home/${domain}/key.pem' -- "$acmespec" $obtain
    want 1 'with status 0, but' "$tmp/issued.acme" --certificate '${work}/none' -- "$acmespec" $obtain
}
# In the folder where one is, and a word with a quote in it.
printf '#!/bin/sh\n[ "$1" = "it'\''s \${me}" ] && exit 7\n' >"$tmp/script"
chmod +x "$tmp/script"
here=$PWD
cd "$tmp" || exit 1
want 1 'exited with status 7' issued.acme -- ./script "it's \${me}"
cd "$here" || exit 1

# --- no sandbox ---

want 0 'target   acmespec, without a sandbox: --sandbox=off' acmespec client/0-abilities/http-01 --sandbox=off
# Root of a namespace that may make no network, where the machine lets us have one.
cat >"$tmp/bare" <<END
#!/bin/sh
exec unshare -r sh -c 'echo 0 >/proc/sys/user/max_net_namespaces && exec "\$0" "\$@"' "$acmespec" "\$@"
END
chmod +x "$tmp/bare"
if "$tmp/bare" --version >"$tmp/out" 2>&1 &&
    "$acmespec" client acmespec client/0-abilities/http-01 --sandbox=require >"$tmp/out" 2>&1; then
    mkdir "$tmp/here" && cd "$tmp/here" || exit 1
    want 1 'Read-only file system' "$tmp/issued.acme" -- sh -c ': >written'
    cd "$here" && rmdir "$tmp/here" || exit 1
    outside=$acmespec acmespec=$tmp/bare
    want 2 'there can be no sandbox: this kernel allows no network namespace' acmespec --sandbox=require
    want 0 'without a sandbox: this kernel allows no network namespace' acmespec client/0-abilities/http-01
    acmespec=$outside
fi

# --- clients as they should not be ---

want 1 'true exited with status 0, but it never fetched a certificate' "$tmp/issued.acme" -- true
want 0 '1 pass' "$tmp/lied.acme" -- true
want 0 '1 pass' "$tmp/gave-up.acme" -- false
want 0 '1 pass' "$tmp/hung.acme" -- sleep 1000
want 0 '1 pass' "$tmp/hung.acme" -- yes
want 0 '1 pass' "$tmp/hung.acme" -- sh -c 'trap "" TERM; while :; do sleep 0.1; done'
want 0 '1 pass' "$tmp/crashed.acme" -- sh -c 'kill -KILL $$'
want 0 '1 pass' "$tmp/crashed.acme" --sandbox=off -- sh -c 'kill -SEGV $$; exit 0'
sed -e '/within/d' -e 's/^needs/deadline 2s\n&/' "$tmp/issued.acme" >"$tmp/no-within.acme"
want 3 "the scenario's deadline of 2 s passed while the client ran" "$tmp/no-within.acme" -- sleep 1000
want 0 '1 warn' "$tmp/crashed.acme" -- false
want 1 '1 warn' "$tmp/crashed.acme" --strict -- false
want 3 '1 inconclusive' "$tmp/needs-more.acme" -- true
want 1 "again    $acmespec client $tmp/issued -- sh -c 'exit 4'" "$tmp/issued.acme" -- sh -c 'exit 4'
# What never ran is told as such, and says nothing of a client.
want 5 'the client could not be started' "$tmp/gave-up.acme" -- sh -c 'exit 127'
want 1 'exited with status 127' "$tmp/issued.acme" -- sh -c '"$0" "$@"; exit 127' "$acmespec" $obtain
CLIENT_BUG=client-nonsense
export CLIENT_BUG
want 5 'there is no planted bug "client-nonsense"' acmespec "$tmp/gave-up.acme"
# What stays in a web root, which the mock client has with this adapter alone; of a client
# that is the web server itself nobody can tell.
CLIENT_BUG=client-leaves-valid
want 0 '1 warn' acmespec-webroot client/8.3-http-01/removed-when-valid
CLIENT_BUG=
want 0 ', 0 warn' acmespec-webroot client/8.3-http-01/removed-when-valid \
    client/8.3-http-01/removed-when-invalid client/8.3-http-01/removed-when-one-fails
unset CLIENT_BUG
want 4 'does not offer webroot: it is the web server itself' acmespec -v client/8.3-http-01/removed-when-valid
want 3 '1 inconclusive' client/8.3-http-01/removed-when-invalid --webroot -- true
want 1 'it left 1 process running' "$tmp/issued.acme" -- sh -c 'sleep 1000 & exit 1'

# --- reports ---

want 1 '1 fail' "$tmp/issued.acme" "$tmp/lied.acme" --junit "$tmp/r.xml" --results "$tmp/r.jsonl" --html "$tmp/r.html" -- true
holds 'xmllint --noout "$tmp/r.xml"'
holds 'grep -q "<failure" "$tmp/r.xml"'
holds '[ "$(grep -c "^{\"event\":\"play\"" "$tmp/r.jsonl")" = 2 ]'
holds 'grep -q "\"suite\":\"client\"" "$tmp/r.jsonl"'
holds 'grep -q "never fetched a certificate" "$tmp/r.html"'
printf '%s\n' 'baseline  mine' '' "expect  $tmp/issued" '  verdict fail' '  rule rfc8555-7.4-1' '  because It lies.' >"$tmp/known"
want 0 'expected 1, unexpected 0' "$tmp/issued.acme" --baseline "$tmp/known" -- true
want 7 'stale 1' "$tmp/issued.acme" --baseline "$tmp/known" -- "$acmespec" $obtain
want 6 'cannot' "$tmp/issued.acme" --results "$tmp/issued.acme/x" -- true

# --- the end ---

left() { ps -eo pid=,args= | grep -F -- "${1}" | grep -vF grep; }

# ended SIGNAL STATUS OPTION...: the signal comes while a client sleeps.  In a sandbox nothing
# tells of that, so it is waited for in full, and for less than the client may take.
ended()
{
    signal=$1 status=$2
    shift 2
    mark=1000.$$
    rm -f "$tmp/r.jsonl"
    env --default-signal=INT "$acmespec" client "$@" --results "$tmp/r.jsonl" "$tmp/long.acme" -- \
        sh -c "echo begun >'$tmp/begun'; sleep $mark" >"$tmp/out" 2>&1 </dev/null &
    pid=$!
    tries=0
    until [ -s "$tmp/begun" ] || [ $tries = 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    rm -f "$tmp/begun"
    kill -s "$signal" $pid
    wait $pid
    got=$?
    pid=
    [ $got = "$status" ] && grep -q '"complete":false' "$tmp/r.jsonl"
    verdict $? "status $status (it is $got) after $signal, and a report that says so: $*"
    holds '[ -z "$(left "sleep $mark" | tee "$tmp/out")" ]'
}

sed 's/within 1s/within 25s/' "$tmp/issued.acme" >"$tmp/long.acme"
ended INT 3
ended TERM 3 --sandbox=off
holds '[ -z "$(ls -A "$tmp/tmp")" ]'

echo "$passed passed, $failed failed"
[ $failed = 0 ]
