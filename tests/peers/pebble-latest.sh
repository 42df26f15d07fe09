# SPDX-License-Identifier: MIT
# The newest release of Pebble, built from source by `go install` into the cache.
# shellcheck shell=sh disable=SC2034
# shellcheck source=tests/peers/pebble.sh
. "$PEERS/pebble.sh"
PROFILE=pebble-latest
BASELINE=pebble-latest
PEBBLE_BIN=$CACHE/pebble

# What Debian's does not have yet: Retry-After (off unless set), profiles, ECDSA.
PEBBLE_MORE='"retryAfter": {"authz": 1, "order": 1},
    "keyAlgorithm": "ecdsa",
    "profiles": {
      "default": {"description": "ninety days", "validityPeriod": 7776000},
      "shortlived": {"description": "six days", "validityPeriod": 518400}
    }'

peer_version() { go_version pebble; }
peer_need() { need_go pebble && need curl curl openssl openssl; }
peer_get() { build_go pebble github.com/letsencrypt/pebble/v2 cmd/pebble; }
