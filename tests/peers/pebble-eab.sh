# SPDX-License-Identifier: MIT
# Debian's Pebble where accounts need an external account binding.
# shellcheck shell=sh disable=SC2034
# shellcheck source=tests/peers/pebble.sh
. "$PEERS/pebble.sh"
PROFILE=pebble-eab
BASELINE=pebble-eab
EAB_REQUIRED=true
