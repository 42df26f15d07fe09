# SPDX-License-Identifier: MIT
# Pebble as Debian packages it. The variants (pebble-nonces, pebble-eab,
# pebble-latest ...) source this file and change the settings at its top.
# shellcheck shell=sh disable=SC2034,SC2154

PROFILE=pebble
BASELINE=pebble
NONCE_REJECT=0
PEBBLE_MORE=
PEBBLE_BIN=pebble

# Two chains of three certificates, so that the download's order and its
# alternates can be judged; as started by default there is one chain of two.
ALTERNATE_ROOTS=1
CHAIN_LENGTH=2

peer_version() { deb_version pebble; }

peer_need()
{
    need pebble pebble && need curl curl && need openssl openssl
}

# The name that the CA must refuse by its policy.
BLOCKED_NAME=blocked.test

pebble_config()
{
    cat <<EOF
{
  "pebble": {
    "listenAddress": "127.0.0.1:$directory_port",
    "managementListenAddress": "127.0.0.1:$management_port",
    "certificate": "$TMP/server.pem",
    "privateKey": "$TMP/server.key",
    "httpPort": $HTTP_PORT,
    "tlsPort": $TLS_PORT,
    "ocspResponderURL": "",
    "domainBlocklist": ["$BLOCKED_NAME"],
    ${PEBBLE_MORE:+$PEBBLE_MORE,}
    "externalAccountBindingRequired": $([ -n "$EAB_KID" ] && echo true || echo false),
    "externalAccountMACKeys": {$(pebble_eab_keys)}
  }
}
EOF
}

pebble_eab_keys()
{
    [ -z "$EAB_KID" ] || printf '"%s": "%s"' "$EAB_KID" "$EAB_HMAC"
}

peer_start()
{
    free_port directory_port
    free_port management_port
    make_directory_tls
    pebble_config >"$TMP/pebble.json"
    # The name of the knob for reuse changed; each version ignores the other's.
    # At its default a second order for a name is ready or pending at random.
    daemon env PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT="$NONCE_REJECT" \
        PEBBLE_AUTHZREUSE=0 PEBBLE_WFE_AUTHZREUSE=0 \
        PEBBLE_ALTERNATE_ROOTS="$ALTERNATE_ROOTS" PEBBLE_CHAIN_LENGTH="$CHAIN_LENGTH" \
        "$PEBBLE_BIN" -config "$TMP/pebble.json" -dnsserver "127.0.0.1:$DNS_PORT"
    DIR_URL=https://localhost:$directory_port/dir
    MANAGEMENT_URL=https://localhost:$management_port
    await "$DIR_URL"
}
