# SPDX-License-Identifier: MIT
# The newest Pebble, external account bindings needed, and one good nonce in
# twenty refused: what it does when nobody sets anything.
# shellcheck shell=sh disable=SC2034
# shellcheck source=tests/peers/pebble-latest.sh
. "$PEERS/pebble-latest.sh"
PROFILE=pebble-eab
BASELINE=pebble-latest-eab
NONCE_REJECT=5
EAB_REQUIRED=true
