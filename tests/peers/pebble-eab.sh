# SPDX-License-Identifier: MIT
# Debian's Pebble where accounts need an external account binding. The key is
# this file's and the profile's; it guards nothing.
# shellcheck shell=sh disable=SC2034
# shellcheck source=tests/peers/pebble.sh
. "$PEERS/pebble.sh"
PROFILE=pebble-eab
BASELINE=pebble-eab
EAB_KID=acmespec-1
EAB_HMAC=YWNtZXNwZWMgcGVlcnMga2V5LCBub3Qgc2VjcmV0ISE
