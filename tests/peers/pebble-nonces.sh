# SPDX-License-Identifier: MIT
# Debian's Pebble at its default: one good nonce in twenty is refused.
# shellcheck shell=sh disable=SC2034
# shellcheck source=tests/peers/pebble.sh
. "$PEERS/pebble.sh"
BASELINE=pebble-nonces
NONCE_REJECT=5
