# SPDX-License-Identifier: MIT
# The newest release of Caddy, built from source by `go install` into the cache.
# shellcheck shell=sh disable=SC2034
# shellcheck source=tests/peers/caddy.sh
. "$PEERS/caddy.sh"
BASELINE=caddy-latest
CADDY_BIN=$CACHE/caddy

peer_version() { go_version caddy; }
peer_need() { need_go caddy && need curl curl openssl openssl && need_namespace; }
peer_get() { build_go caddy github.com/caddyserver/caddy/v2 cmd/caddy; }
