# SPDX-License-Identifier: MIT
# The acme_server of Caddy as Debian packages it. It validates on ports 80 and 443
# only and asks the system's resolver, so it lives with acmespec in a network and
# a mount namespace of the run's own (namespace.sh).
# shellcheck shell=sh disable=SC2034,SC2154

NAMESPACE=yes
PROFILE=caddy
BASELINE=caddy
CADDY_BIN=caddy

peer_version() { deb_version caddy; }

peer_need()
{
    need caddy caddy curl curl openssl openssl && need_namespace
}

caddyfile()
{
    cat <<EOF
{
	admin off
	storage file_system $TMP/data
	https_port $directory_port
	http_port $unused_port
	auto_https disable_redirects
	skip_install_trust
	default_bind 127.0.0.1
}
https://localhost:$directory_port {
	tls $TMP/server.pem $TMP/server.key
	acme_server
}
EOF
}

peer_start()
{
    free_port directory_port
    free_port unused_port
    make_directory_tls
    caddyfile >"$TMP/Caddyfile"
    daemon env HOME="$TMP" XDG_DATA_HOME="$TMP" XDG_CONFIG_HOME="$TMP" \
        "$CADDY_BIN" run --config "$TMP/Caddyfile" --adapter caddyfile
    DIR_URL=https://localhost:$directory_port/acme/local/directory
    await "$DIR_URL"
}
