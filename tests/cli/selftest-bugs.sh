#!/bin/sh
# SPDX-License-Identifier: MIT
# selftest --bugs says which check catches a planted bug, fails when none does, and leaves
# nothing behind.
set -u
acmespec=${ACMESPEC:-build/acmespec}
work=$(mktemp -d) || exit 1
run=
trap 'trap - EXIT; [ -z "$run" ] || kill "$run" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0 failed=0

# verdict STATUS TITLE: 0 is good; what was printed is shown otherwise.
verdict()
{
    if [ "$1" = 0 ]; then
        passed=$((passed + 1)) && echo "ok      $2"
    else
        failed=$((failed + 1)) && echo "not ok  $2"
        sed 's/^/        /' "$work/out"
    fi
}

# expect STATUS WORDS TITLE COMMAND...: the status, and the words in what it prints.
expect()
{
    status=$1 words=$2 title=$3
    shift 3
    "$@" >"$work/out" 2>&1 </dev/null
    got=$?
    [ "$got" = "$status" ] && grep -qF -e "$words" "$work/out"
    verdict $? "$title (status $got)"
}

expect 0 'caught  nonce-reuse' 'a bug is caught, and reports are written' \
    "$acmespec" selftest --bugs nonce-reuse --json "$work/m.json" --html "$work/m.html"
expect 0 '"name": "nonce-reuse"' 'the bug is in the JSON' cat "$work/m.json"
expect 0 'server/6.5-nonces/reused' 'what caught it is in the page' cat "$work/m.html"
expect 2 'there is no planted bug' 'a name that is no bug is refused' \
    "$acmespec" selftest --bugs nonce-reus
expect 2 'there is no option' 'an option that there is not is refused' \
    "$acmespec" selftest --bugs --junit x
expect 6 'cannot write' 'a report that cannot be written is told' \
    "$acmespec" selftest --bugs nonce-reuse --json /dev/full
expect 0 '--bugs' 'it explains itself' "$acmespec" selftest --bugs --help

printf 'bug nonce-reuse\n  unseen\n  because Nobody looks.\n' >"$work/notes"
expect 1 'it is said to be unseen, and is caught' 'a note that is not true is a fault' \
    "$acmespec" selftest --bugs nonce-reuse --notes "$work/notes"
printf 'bug nonce-reuse\n  unseen\n' >"$work/notes"
expect 2 'has a because' 'a note without a reason is refused' \
    "$acmespec" selftest --bugs nonce-reuse --notes "$work/notes"

# A library that has lost its scenarios of nonces shows the hole.
cp -R scenarios "$work/scenarios"
rm -rf "$work/scenarios/server"
mkdir "$work/scenarios/server"
cp -R scenarios/server/7.1.1-directory "$work/scenarios/server"
: >"$work/scenarios/bugs.acme"
expect 1 'Bugs that nothing catches: 1' 'a bug that no check catches is a fault' \
    env ACMESPEC_SCENARIOS="$work/scenarios" "$acmespec" selftest --bugs nonce-reuse

# A check of what the bug has nothing to do with.
cat >"$work/scenarios/server/7.1.1-directory/reused.acme" <<'END'
scenario  A reused nonce is refused
suite     server
rule      rfc8555-6.5-6

given account alice
post ${alice.url} as alice
  save    spent = nonce
post ${alice.url} as alice
  nonce   ${spent}
must problem
  rule    rfc8555-7.3-4
must 4xx
END
expect 1 'turn red for a bug of another section: 1' 'a bug that turns an unrelated check red is a fault' \
    env ACMESPEC_SCENARIOS="$work/scenarios" "$acmespec" selftest --bugs nonce-reuse

# One that is wrong.
cat >"$work/scenarios/server/7.1.1-directory/reused.acme" <<'END'
scenario  A directory that is not there
suite     server
rule      rfc8555-6.5-6

get directory
must 404
END
expect 1 'Red against the correct mock: 1' 'a check that is red without a bug is a fault' \
    env ACMESPEC_SCENARIOS="$work/scenarios" "$acmespec" selftest --bugs nonce-reuse

# The same, in what is only played because nothing else caught the bug.
sed -i 's/rfc8555-6.5-6/rfc8555-7.1.1-1/' "$work/scenarios/server/7.1.1-directory/reused.acme"
expect 1 'Red against the correct mock: 1' 'so is one that is about no bug which is named' \
    env ACMESPEC_SCENARIOS="$work/scenarios" "$acmespec" selftest --bugs nonce-reuse
! grep -qF 'another section' "$work/out"
verdict $? 'and it is no stray of the bug'

# One that no bug can turn red: of all bugs one is asked for, the others are excused.
rm "$work/scenarios/server/7.1.1-directory"/*.acme
cat >"$work/scenarios/server/7.1.1-directory/reused.acme" <<'END'
scenario  A directory is there
suite     server
rule      rfc8555-7.1.1-1

get directory
must 200
  header  X-Of-Nobody absent
END
"$acmespec" mock --bugs |
    sed 's/ .*//; /^nonce-reuse$/d; s/.*/bug &\n  unseen\n  because Nobody asks./' >"$work/notes"
idle='server/7.1.1-directory/reused: must header X-Of-Nobody absent  line 7'
expect 1 "$idle" 'a check that no bug turns red is a fault' \
    env ACMESPEC_SCENARIOS="$work/scenarios" "$acmespec" selftest --bugs --notes "$work/notes"
grep -q '^What no bug turns red: [1-9]' "$work/out"
verdict $? 'under its heading'

# Every process of the run has this among its environment; the pattern is in a file, for
# grep would find itself by its arguments.
mkdir "$work/tmp"
echo "$work/tmp" >"$work/pattern"
nothing_left()
{
    tries=0
    while grep -lqsF -f "$work/pattern" /proc/[0-9]*/environ; do
        tries=$((tries + 1))
        [ $tries -lt $((200 * ${TEST_PATIENCE:-1})) ] || return 1
        sleep 0.05
    done
    [ -z "$(ls -A "$work/tmp")" ]
}

if [ -r /proc/self/environ ]; then
    for when in 0.1 1; do
        env TMPDIR="$work/tmp" "$acmespec" selftest --bugs >"$work/out" 2>&1 </dev/null &
        run=$!
        sleep $when
        kill -s TERM "$run"
        wait "$run"
        got=$?
        run=
        nothing_left
        verdict $? "SIGTERM after $when s leaves nothing behind"
        # Before it listens for signals, one ends it at once.
        [ "$got" = 143 ] || grep -q 'the run was stopped' "$work/out"
        verdict $? "SIGTERM after $when s is told (status $got)"
    done
fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
