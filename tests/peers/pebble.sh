# SPDX-License-Identifier: MIT
# Pebble as Debian packages it. The variants (pebble-nonces, pebble-eab,
# pebble-latest ...) source this file and change the settings at its top.
# shellcheck shell=sh disable=SC2034,SC2154

PROFILE=pebble
BASELINE=pebble
NONCE_REJECT=0
PEBBLE_MORE=
PEBBLE_BIN=pebble

# It verifies a binding whether or not it requires one. The key is the profile's
# too; it guards nothing.
EAB_REQUIRED=false
EAB_KID=acmespec-1
EAB_HMAC=YWNtZXNwZWMgcGVlcnMga2V5LCBub3Qgc2VjcmV0ISE

# Two chains of three certificates, so that the download's order and its
# alternates can be judged; as started by default there is one chain of two.
ALTERNATE_ROOTS=1
CHAIN_LENGTH=2

peer_version() { deb_version pebble; }

peer_need()
{
    need pebble pebble curl curl openssl openssl
}

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
    "domainBlocklist": ["refused.test"],
    ${PEBBLE_MORE:+$PEBBLE_MORE,}
    "externalAccountBindingRequired": $EAB_REQUIRED,
    "externalAccountMACKeys": {"$EAB_KID": "$EAB_HMAC"}
  }
}
EOF
}

peer_start()
{
    free_port directory_port
    free_port management_port
    make_directory_tls
    pebble_config >"$TMP/pebble.json"
    # At its default a second order for a name is ready or pending at random. Zero is
    # not never: one valid authorization in a hundred is still handed out again.
    daemon env PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT="$NONCE_REJECT" \
        PEBBLE_AUTHZREUSE=0 \
        PEBBLE_ALTERNATE_ROOTS="$ALTERNATE_ROOTS" PEBBLE_CHAIN_LENGTH="$CHAIN_LENGTH" \
        "$PEBBLE_BIN" -config "$TMP/pebble.json" -dnsserver "127.0.0.1:$DNS_PORT"
    DIR_URL=https://localhost:$directory_port/dir
    MANAGEMENT_URL=https://localhost:$management_port
    await "$DIR_URL"
}
