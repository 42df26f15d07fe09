#!/bin/sh
# SPDX-License-Identifier: MIT
# Whatever a file, an option or the surroundings hold, the program ends with a sentence and
# the right status, in seconds, and in memory that the shell limits here.  Bad peers are
# tests/test_hostile.c's.
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
    timeout $((20 * ${TEST_PATIENCE:-1})) "$@" >"$tmp/out" 2>&1
    judge "$status" "$words" "$?" "$*"
}

# judge STATUS WORDS GOT WHAT: of what $tmp/out holds.
judge()
{
    if [ "$3" = "$1" ] && grep -qF -- "$2" "$tmp/out"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "wanted status $1 and \"$2\" of: $4"
        echo "got status $3: $(head -c 500 "$tmp/out")"
    fi
}

# many COUNT TEXT: the text so many times, without line ends.
many() { yes "$2" | head -n "$1" | tr -d '\n'; }

# file NAME [HEAD]: standard input behind the head of a scenario, as a file.
file()
{
    { printf 'scenario  A\nsuite server\nrule rfc8555-6.5-8\n' && cat; } >"$tmp/$1.acme"
}

# --- files in our language: `check`, and `server` before anything is sent ---

post='given account a
post newOrder as a
  payload'
printf 'get directory\nfrobnicate\nmust 200\n' | file unknown
printf 'get directory\n  accept x\nmust 200\n' | file clause
printf '%s { "a": \nmust 200\n' "$post" | file json
printf '%s { "a": 1, "a": 2 }\nmust 200\n' "$post" | file twice
printf '%s "\\ud800"\nmust 200\n' "$post" | file surrogate
{ printf '%s ' "$post" && many 100000 '['; } | file deep
{ printf '%s ' "$post" && many 100000 '{"a":'; } | file deeper
printf 'get directory\nmust 200\n# \377\n' | file utf8
printf 'get directory\nmust 200\n# \300\200\n' | file overlong
printf 'get directory\nmust 200\n# \355\240\200\n' | file half
printf 'get directory\nmust 200\n# \364\220\200\200\n' | file beyond
printf 'get directory\nmust 200\n# \342\202' | file cut
printf 'get directory\nmust 200\0\n' | file nul
printf 'get directory\nmust body /a matches /(/\n' | file regex
{ printf 'get directory\nmust 200 ' && head -c 900000 /dev/zero | tr '\0' x; } | file long
{ printf 'get directory\n' && yes 'must 200' | head -n 90000; } | file checks
{ printf 'get directory\nmust 200\n' && yes '  and body /a is x' | head -n 45000; } | file clauses
{ printf 'for each x in' && many 200000 ' v' && printf '\nget directory\nmust 200\n'; } | file values
{ printf 'get directory\nmust body /a is ' && many 400000 '"'; } | file quotes
yes 'frobnicate all' | head -n 60000 | file mistakes
printf 'get directory\r\nmust 200\r\n' | file crlf
{ printf '\357\273\277' && cat "$tmp/crlf.acme"; } >"$tmp/mark.acme"
mkfifo "$tmp/pipe.acme"
head -c 200000 /dev/urandom >"$tmp/random.acme"
head -c 10485760 /dev/zero | tr '\0' '#' >"$tmp/big.acme"
: >"$tmp/empty.acme"
mkdir "$tmp/dir.acme" "$tmp/ring"
ln -s "$tmp/ring" "$tmp/ring/ring"
ln -s nowhere "$tmp/dangling.acme"

# NAME: what is said of it.
rows="unknown:unknown.acme:5:1: \"frobnicate\" is not a word of a scenario
clause:clause.acme:5:3: \"accept\" is not a word of
json:json.acme:7:4: in this JSON: 
twice:in this JSON: duplicate object key
surrogate:in this JSON: 
deep:it is nested more than 64 levels deep
deeper:it is nested more than 64 levels deep
utf8:utf8.acme:6:3: this byte is not UTF-8 text
overlong:overlong.acme:6:3: this byte is not UTF-8 text
half:half.acme:6:3: this byte is not UTF-8 text
beyond:beyond.acme:6:3: this byte is not UTF-8 text
cut:cut.acme:6:3: this byte is not UTF-8 text
mark:mark.acme:1:1: the file begins with a byte order mark; save it without
mark:acmespec: 1 mistake in 1 file
pipe:pipe.acme is no regular file
nul:nul.acme:5:9: this byte is not UTF-8 text
regex:is not a POSIX extended regular expression
long:is neither a status nor an error type of the registry
checks:a scenario has at most 1000 steps and checks
clauses:a statement has at most 1000 clauses
values:a line has at most 500 words
quotes:a line has at most 500 words
mistakes:acmespec: more than 100 mistakes in 1 file; the others are told when these are mended
random:this byte is not UTF-8 text
big:is longer than 1048576 bytes
empty:the file says nothing
dir:there is no .acme file in
dangling:there is no file or folder
none:there is no file or folder"
# In 1 GB, where the shell can say so and the program is not one under a sanitizer, whose
# address space is all there is: that one ends by a signal here, and the `exit` keeps the
# shell that tells of it within the parentheses.
# shellcheck disable=SC3045
if (ulimit -v 1000000 && "$acmespec" --version || exit 1) >/dev/null 2>&1; then
    ulimit -v 1000000
fi
while IFS=: read -r name words; do
    want 2 "$words" "$acmespec" check "$tmp/$name.acme"
done <<ROWS
$rows
ROWS
want 0 ' well written' "$acmespec" check "$tmp/crlf.acme"
want 2 'there is no .acme file in' "$acmespec" check "$tmp/ring"
# A file that cannot be read is one mistake, and the others are read all the same.
mkdir "$tmp/some"
cp "$tmp/big.acme" "$tmp/some/a.acme"
cp "$tmp/unknown.acme" "$tmp/some/b.acme"
want 2 'a.acme is longer than 1048576 bytes' "$acmespec" check "$tmp/some"
want 2 'b.acme:5:1: "frobnicate"' "$acmespec" check "$tmp/some"
want 2 'acmespec: 2 mistakes in 2 files' "$acmespec" check "$tmp/some"
want 2 '/dev/zero is no regular file' "$acmespec" check /dev/zero
want 2 'pipe.acme is no regular file' "$acmespec" check "$tmp"
want 2 'one of these is empty' "$acmespec" check "$tmp/crlf.acme" ''

# An entry is read as closely beside the catalogue as in it.
sed '1,/^requirement/!s/^  level .*/  level MAYBE/' scenarios/requirements/rfc8739.acme >"$tmp/level.acme"
want 2 'level.acme:' "$acmespec" check "$tmp/level.acme"
want 2 'the level is MUST, MUST NOT, SHOULD' "$acmespec" check "$tmp/level.acme"
want 0 '1 file is well written' "$acmespec" check scenarios/requirements/rfc8739.acme

# What a baseline expects has to be there, and to cite what its check cites.
expects() { printf 'baseline b\n  version 1\n\nexpect %s\n' "$2" >"$tmp/$1.acme" && sed 's/^/  /' >>"$tmp/$1.acme"; }
well='verdict fail\nbecause x'
printf 'check must 400\n%b\nrule rfc8555-6.5-8\n' "$well" | expects right server/6.5-nonces/reused
printf 'check must 400\n%b\n' "$well" | expects no-rule server/6.5-nonces/reused
printf 'check must 400\n%b\nrule rfc8555-6.5-77\n' "$well" | expects no-id server/6.5-nonces/reused
printf 'check must 400\n%b\nrule rfc8555-7.4-7\n' "$well" | expects no-citation server/6.5-nonces/reused
printf 'check must 401\n%b\nrule house\n' "$well" | expects no-check server/6.5-nonces/reused
printf '%b\nrule house\n' "$well" | expects no-scenario server/nope/nope
printf '%b\nrule house\n' "$well" | expects no-variant 'server/6.5-nonces/reused[a=b]'
printf '%b\nrule house\n' "$well" | expects no-watch watch/nosuch
printf 'verdict inconclusive\nbecause x\n' | expects whole server/6.5-nonces/reused
want 0 '2 files are well written' "$acmespec" check "$tmp/right.acme" "$tmp/whole.acme"
while IFS=: read -r name words; do
    want 2 "$name.acme:$words" "$acmespec" check "$tmp/$name.acme"
done <<ROWS
no-rule:4:1: what is expected of a check or a watch has a
no-id:8:8: the catalogue has no rfc8555-6.5-77; did you mean rfc8555-6.5-7?
no-citation:4:1: the check cites rfc8555-6.5-8, not rfc8555-7.4-7
no-check:4:1: the scenario has no such check
no-scenario:4:1: there is no such scenario
no-variant:4:1: there is no such scenario
no-watch:4:1: there is no such watch
ROWS

server() { status=$1 words=$2; shift 2; want "$status" "$words" "$acmespec" server http://127.0.0.1:1/dir "$@"; }
server 2 'mend these mistakes first, behind which there are more' "$tmp/mistakes.acme"
for name in unknown json deep utf8 mark checks random; do
    server 2 'mend these mistakes first' "$tmp/$name.acme"
    server 2 "$name.acme" --baseline "$tmp/$name.acme"
    server 2 "$name.acme" --profile "$tmp/$name.acme"
done
printf 'profile p\n  about x\n  lacks teapots because no\n' >"$tmp/lacks.acme"
printf 'baseline b\n  version 1\n\nexpect server/x\n  verdict green\n  because x\n' >"$tmp/green.acme"
server 2 '"teapots" where CAPABILITY was expected' --profile "$tmp/lacks.acme"
server 2 'green.acme:' --baseline "$tmp/green.acme"
server 2 'pipe.acme is no regular file' "$tmp/pipe.acme"
server 2 'it is not a readable file' --baseline "$tmp"
server 2 'is longer than' --profile /dev/zero

# What a file is called comes to no terminal as it is.
odd=$tmp/$(printf 'a\033[31mb\nc\377')
told='/a\x1b[31mb\nc\xff'
cp "$tmp/crlf.acme" "$odd.acme"
cp "$tmp/unknown.acme" "$odd-unknown.acme"
cp "$tmp/crlf.acme" "$tmp/x[1].acme"
server 0 "$told " "$odd" --list
server 0 '/x[1] ' "$tmp/x[1].acme" --list
server 2 "no scenario is named $tmp$told.txt (acmespec list" "$odd.txt"
server 2 "$told-unknown.acme:5:1: \"frobnicate\"" "$odd-unknown.acme"
want 2 "$told-unknown.acme:5:1: \"frobnicate\"" "$acmespec" check "$odd-unknown.acme"
want 2 'there is no command "a\x1b[31m' "$acmespec" "$(printf 'a\033[31m')"
want 2 '"a\x1b[31m" is no word of' "$acmespec" help "$(printf 'a\033[31m')"
want 2 'a\x1b[31m is neither' "$acmespec" explain "$(printf 'a\033[31m')"

# --- PEM files of roots ---

printf -- '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' >"$tmp/bad.pem"
for pem in "$tmp/bad.pem" "$tmp/empty.acme" "$tmp/utf8.acme"; do
    server 2 'holds no certificate in PEM form' --ca-file "$pem"
done
server 2 'cannot read' --ca-file "$tmp/none"
server 2 'it is not a readable file' --ca-file "$tmp"
server 2 'is longer than' --ca-file /dev/zero
# A pipe is as good as a file.
# shellcheck disable=SC2002
cat "$tmp/bad.pem" | "$acmespec" server http://127.0.0.1:1/ --ca-file /dev/stdin >"$tmp/out" 2>&1
judge 2 'holds no certificate in PEM form' $? 'roots from a pipe'

# --- results of another time ---

printf '{"event":"play"' >"$tmp/cut.jsonl"
printf '{"event":"play","name":7}\n[]\n7\n\377\n' >"$tmp/types.jsonl"
many 100000 '[' >"$tmp/deep.jsonl"
head -c 20000000 /dev/zero | tr '\0' x >"$tmp/long.jsonl"
printf '{"event":"play","name":"server/no/such","verdict":"fail","checks":[],"watches":[]}\n' >"$tmp/gone.jsonl"
for name in cut types deep long; do
    server 2 'holds no result of a play' --rerun-failed --results "$tmp/$name.jsonl"
done
server 4 'what was not green last time is not among it' --rerun-failed --results "$tmp/gone.jsonl"
server 2 'cannot read' --rerun-failed --results "$tmp/none"
server 2 'needs --results FILE' --rerun-failed

# --- reports that cannot be written: status 6, whatever else happened ---

for report in junit html results; do
    server 6 'cannot write' --$report "$tmp" server/7.4-orders
    server 6 'cannot write' --$report "$tmp/empty.acme/x" server/7.4-orders
done
if [ -c /dev/full ]; then
    for report in junit html results; do
        server 6 '/dev/full' --$report /dev/full server/7.4-orders
    done
    "$acmespec" list >/dev/full 2>"$tmp/out"
    judge 6 'cannot write to standard output: No space left' $? 'list >/dev/full'
    "$acmespec" check "$tmp/unknown.acme" >/dev/full 2>"$tmp/out"
    judge 2 'frobnicate' $? 'check >/dev/full'
fi
server 5 'refused' --junit "$tmp/made/for/it.xml" server/7.4-orders
cp "$tmp/made/for/it.xml" "$tmp/out"
judge 5 '</testsuites>' 5 'a report in folders that were not there'

# A report is not written over another, nor over what is read, whatever the path looks like.
mkdir "$tmp/out.d"
ln -s "$tmp/cut.jsonl" "$tmp/link.jsonl"
same='would write the same file'
server 2 "--results and --junit $same, $tmp/x.xml" --junit "$tmp/x.xml" --results "$tmp/x.xml"
server 2 "--junit and --html $same" --html "$tmp/out.d/../x.xml" --junit "$tmp/x.xml"
server 2 "--results and --html $same" --html "$tmp/cut.jsonl" --results "$tmp/link.jsonl"
server 2 "--html would write over $tmp/bad.pem, which is read" --ca-file "$tmp/bad.pem" \
    --html "$tmp/bad.pem"
server 2 "--junit would write over $tmp/lacks.acme" --profile "$tmp/lacks.acme" --junit "$tmp/lacks.acme"
server 2 "--junit would write over $tmp/green.acme" --baseline "$tmp/green.acme" --junit "$tmp/green.acme"
server 2 "--results would write over $tmp/crlf.acme" "$tmp/crlf.acme" --results "$tmp/crlf.acme"
want 2 "--junit and --html $same" "$acmespec" client certbot --junit "$tmp/x" --html "$tmp/x"
want 0 ' well written' "$acmespec" check "$tmp/crlf.acme"

# --- values of options ---

for option in junit html results ca-file profile baseline rule section tag level seed again; do
    server 2 "--$option wants" "--$option" ''
done
for option in http-port tls-port dns-port; do
    server 2 "--$option wants a whole number from 1 to 65535" --$option 0
    server 2 "--$option wants a whole number from 1 to 65535" --$option 65536
done
server 2 '--jobs wants a whole number from 1 to 64' -j 0
server 2 '--jobs wants a whole number from 1 to 64' -j1000000
server 2 '--repeat wants a whole number from 1 to 10000' --repeat 0
server 2 '--timeout wants a time span such as 30s, of 1ms at least' --timeout 0s
server 2 '--request-timeout wants a time span' --request-timeout 0s
want 2 '--jobs wants a whole number from 1 to 64' "$acmespec" client certbot -j0
want 2 '--repeat wants a whole number from 1 to 10000' "$acmespec" client certbot --repeat 10001
want 2 '--junit wants FILE' "$acmespec" client certbot --junit ''
want 2 '--http-port wants a whole number from 1 to 65535' "$acmespec" mock --http-port 0

for level in may need 'MUST NOT' x; do
    server 2 '--level is must or should' --level "$level"
done
server 2 'the catalogue has no rfc8555-99-1' --rule rfc8555-6.5-8 --rule rfc8555-99-1
server 2 'the catalogue has no rfc8555-6.5-88; did you mean rfc8555-6.5-8' --rule rfc8555-6.5-88
for section in 99 6.55 6. rfc8555-99 rfc855 rfc8555-6.5-8 house; do
    server 2 "no requirement is of section $section (acmespec list --rules" --section "$section"
done
for level in MUST Should; do
    want 0 'server/6.5' "$acmespec" server http://127.0.0.1:1/ --level $level --section 6.5 --list
done
want 0 'server/' "$acmespec" server http://127.0.0.1:1/ --rule house --list
server 4 'nothing is selected: no scenario is all that was asked for' --list --tag none
server 4 'what was not green last time is not among it' --list --rerun-failed --results "$tmp/gone.jsonl"
want 2 '--level is must or should' "$acmespec" client certbot --level may
want 2 'no requirement is of section 99' "$acmespec" client certbot --section 99 --list
want 4 'nothing is selected' "$acmespec" client certbot --tag none --list

# --- options of the other commands ---

mock() { want 2 "$1" "$acmespec" mock "$2" "$3"; }
mock 'there is no planted bug "nope"' --bug nope
mock '--port wants a whole number up to 65535' --port 99999
mock '--limit wants RESOURCE=N/SECONDS' --limit newOrder=a/b
mock '--limit is for newAccount, newOrder' --limit directory=1/1
mock '--eab wants KID:KEY with the key in base64url' --eab 'k:%%%'
mock '--eab-required needs an --eab' --eab-required -q
mock '--dns-server wants ADDRESS:PORT' --dns-server 127.0.0.1:99999
mock '--default-address wants an IP address' --default-address nowhere
mock 'loopback or private addresses only, and 8.8.8.8 is neither' --default-address 8.8.8.8
mock '--name wants a name or an address' --name 'a b'
mock '--host wants the name of a host' --host 'a/b'
mock '--host wants the name of a host' --host ::1
mock '--processing wants a time span' --processing 5
mock '--seed wants a whole number' --seed x
mock '--seed wants N behind it, and it is empty' --seed ''
mock '--page wants a whole number from 1' --page 0
mock '--attempts wants a whole number from 1' --attempts 0
mock 'an interim response has a status of 100 to 199, but not 101' --fault 'on directory interim 101'
mock 'an interim response has a status of 100 to 199, but not 101' --fault 'on directory interim 200'
mock 'an interim response has a status of 100 to 199, but not 101' --fault 'on directory interim 99'
mock 'binds to loopback only, and 192.0.2.1 is not' --address 192.0.2.1
want 5 'cannot write' "$acmespec" mock --root "$tmp/empty.acme/x"

want 2 'go with --rules' "$acmespec" list --section 6.5
want 2 '--suite is server or client' "$acmespec" list --suite both
want 2 '--level is MUST' "$acmespec" list --rules --level maybe
want 4 'the catalogue has no such entry' "$acmespec" list --rules --section 999
want 4 'the catalogue has no such entry' "$acmespec" list --rules --section 8.2.9 --level must
want 2 'there is no option' "$acmespec" check -x
want 2 'there is no option --hlep; did you mean --help?' "$acmespec" explain --hlep
want 2 'usage: acmespec explain' "$acmespec" explain
want 2 'usage: acmespec new' "$acmespec" new a b
for command in check explain help new; do
    want 0 'acmespec' "$acmespec" $command -h
    want 0 'acmespec' "$acmespec" $command --help
done
want 4 '0 scenarios' "$acmespec" list no-such-thing
want 2 'begins with server/' "$acmespec" new client
for name in server/../x 'server/a b' 'server/a;b' server/x/; do
    want 2 'has letters, digits and - _ . only' "$acmespec" new "$name"
done
want 2 'cannot' "$acmespec" new "$tmp/empty.acme/x"
want 2 'is there already' "$acmespec" new "$tmp/utf8"
want 2 'did you mean "payload"' "$acmespec" help paylod
want 2 'issue takes an operation' "$acmespec" issue obtain
want 2 'there is no operation teapot' "$acmespec" issue teapot http://127.0.0.1:1/
want 2 'there is no operation obtian; did you mean "obtain"?' "$acmespec" issue obtian
want 2 'there is no challenge type http-1; did you mean "http-01"?' \
    "$acmespec" issue obtain http://127.0.0.1:1/ a.test --home "$tmp/home" --challenge http-1
want 2 'no http or https URL' "$acmespec" issue obtain nowhere a.test --home "$tmp/home"
want 2 'no http or https URL' "$acmespec" bench nowhere
want 2 '--clients wants a whole number from 1' "$acmespec" bench http://127.0.0.1:1/ -n 0
want 2 '--count wants a whole number from 1' "$acmespec" bench http://127.0.0.1:1/ -c 0
want 2 '--pid wants a whole number from 1' "$acmespec" bench http://127.0.0.1:1/ --pid 0
want 2 '--limit wants a time span such as 30s, of 1ms at least' "$acmespec" bench http://127.0.0.1:1/ --limit 0s
want 2 '--patience wants a time span such as 30s, of 1ms at least' \
    "$acmespec" issue obtain http://127.0.0.1:1/ a.test --home "$tmp/home" --patience 0s
want 2 '--order-life wants a whole number from 1' "$acmespec" mock --order-life 0
want 2 '--retry wants a time span such as 30s, of 1ms at least' "$acmespec" mock --retry 0s
want 2 'process, and there is none of this number' "$acmespec" bench http://127.0.0.1:1/ --pid 99999999

# --- surroundings ---

"$acmespec" list 2>"$tmp/err" | head -n 1 >"$tmp/out"
cat "$tmp/err" >>"$tmp/out"
judge 1 'server/' "$(wc -l <"$tmp/out")" 'list | head -n 1, in silence'
{ "$acmespec" server http://127.0.0.1:1/ --results "$tmp/closed" server/7.4-orders; } <&- >&- 2>&-
status=$?
cp "$tmp/closed" "$tmp/out"
judge 5 '"event":"end"' $status 'a run without standard input, output and error'
grep -v '^{' "$tmp/closed" >"$tmp/out"
echo none >>"$tmp/out"
judge 1 none "$(wc -l <"$tmp/out")" 'nothing that was printed went into the results file'
want 2 'ACMESPEC_SCENARIOS names /nowhere' env ACMESPEC_SCENARIOS=/nowhere "$acmespec" list
want 2 'ACMESPEC_SCENARIOS names' env ACMESPEC_SCENARIOS="$tmp" "$acmespec" server http://127.0.0.1:1/
want 5 '/nowhere/' env TMPDIR=/nowhere "$acmespec" server http://127.0.0.1:1/
want 0 ' well written' env -i "$acmespec" check

echo "$passed passed, $failed failed"
[ $failed = 0 ]
