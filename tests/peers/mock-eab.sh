# SPDX-License-Identifier: MIT
# acmespec's own mock CA, requiring external account bindings.
# shellcheck shell=sh disable=SC2034,SC2154
. "$PEERS/mock.sh"

PROFILE=mock-eab
BASELINE=mock
MOCK_OPTIONS="--eab-required ${MOCK_OPTIONS:-}"
