# SPDX-License-Identifier: MIT
# For tests of `acmespec mock` and of its clients: a folder, a count, and a mock that is
# stopped by its process id however the script ends.  Sourced, never run.
# shellcheck shell=sh disable=SC2034

acmespec=${ACMESPEC:-build/acmespec}
tmp=$(mktemp -d)
passed=0 failed=0
mock='' others=''

# shellcheck disable=SC2317
clean()
{
    for pid in $mock $others; do
        kill "$pid" 2>/dev/null || :
    done
    wait 2>/dev/null || :
    rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 1' INT TERM

# mock_start OPTION...: a mock that takes every response to a challenge, so that nobody
# needs a fixed port; its directory is then in $url, its output in $tmp/mock.
mock_start()
{
    # What the mock before this one printed is not read for it.
    : >"$tmp/mock"
    "$acmespec" mock --always-valid --root "$tmp/root.pem" "$@" >"$tmp/mock" 2>&1 &
    mock=$!
    tries=0
    # The last line of what it prints at its start.
    until grep -q '^export NODE' "$tmp/mock"; do
        tries=$((tries + 1))
        if [ $tries -ge $((100 * ${TEST_PATIENCE:-1})) ] || ! kill -0 "$mock" 2>/dev/null; then
            cat "$tmp/mock"
            exit 1
        fi
        sleep 0.1
    done
    url=$(sed -n 's/^directory *//p' "$tmp/mock")
}

mock_stop()
{
    kill "$mock"
    wait "$mock" || :
    mock=''
}

# holds WHAT COMMAND...: one test.
holds()
{
    what=$1
    shift
    if "$@" >"$tmp/out" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "does not hold: $what"
        tail -n 20 "$tmp/out" | sed 's/^/    /'
    fi
}
