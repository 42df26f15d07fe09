#!/bin/sh
# SPDX-License-Identifier: MIT
# selftest starts the mock CA, judges it as `acmespec server` would, and leaves nothing behind.
set -eu
acmespec=${ACMESPEC:-build/acmespec}
"$acmespec" selftest -q server/6.5-nonces/reused || {
    echo "status $? for a scenario that our mock has to pass"
    exit 1
}
status=0
"$acmespec" selftest -q server/no-such-scenario >/dev/null 2>&1 || status=$?
[ "$status" = 2 ] || [ "$status" = 4 ] || {
    echo "status $status for a scenario that there is not"
    exit 1
}
