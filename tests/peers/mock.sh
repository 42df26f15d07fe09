# SPDX-License-Identifier: MIT
# acmespec's own mock CA, as if it were a released one: for `make self`, and for the demo
# where no other CA can be had. MOCK_OPTIONS may plant bugs (--bug NAME).
# shellcheck shell=sh disable=SC2034,SC2154

PROFILE=mock
BASELINE=mock
# What the limits and hooks of its profile need; who measures how much it can do goes without.
MOCK_OPERATED=${MOCK_OPERATED---limit newOrder=40/3 --limit newOrder=40/6 --control}

peer_version() { "${ACMESPEC:-$ROOT/${B:-build}/acmespec}" --version | sed 's/acmespec //'; }

peer_need() { need curl curl; }

peer_start()
{
    free_port directory_port
    CA_PEM=$TMP/root.pem
    # A second try after a failed validation, late enough to see what is told meanwhile;
    # and lists of orders that go on; rate limits that no other scenario comes near.
    # shellcheck disable=SC2086
    daemon "${ACMESPEC:-$ROOT/${B:-build}/acmespec}" mock --quiet --port "$directory_port" \
        --root "$CA_PEM" --dns-server "127.0.0.1:$DNS_PORT" \
        --http-port "$HTTP_PORT" --tls-port "$TLS_PORT" --page 3 --attempts 2 --retry 4s \
        $MOCK_OPERATED --block refused.test \
        --eab acmespec-1:YWNtZXNwZWMgcGVlcnMga2V5LCBub3Qgc2VjcmV0ISE \
        --eab acmespec-2:c2Vjb25kIGFjbWVzcGVjIGtleSwgbm90IHNlY3JldCE ${MOCK_OPTIONS:-}
    DIR_URL=https://localhost:$directory_port/directory
    await "$DIR_URL"
}
