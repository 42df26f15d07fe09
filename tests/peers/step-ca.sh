# SPDX-License-Identifier: MIT
# The newest release of step-ca, built from source by `go install` into the cache.
# Its flags --acme-http-port, --acme-tls-port and --resolver say where to validate,
# so it needs no namespace. The configuration is written here, without `step`.
# shellcheck shell=sh disable=SC2034,SC2154

PROFILE=step-ca
BASELINE=step-ca

peer_version() { go_version step-ca; }
peer_need() { need_go step-ca && need curl curl openssl openssl; }
peer_get() { build_go step-ca github.com/smallstep/certificates cmd/step-ca; }

step_ca_config()
{
    cat <<EOF
{
  "root": "$TMP/root.pem",
  "crt": "$TMP/intermediate.pem",
  "key": "$TMP/intermediate.key",
  "address": "127.0.0.1:$directory_port",
  "dnsNames": ["localhost", "127.0.0.1"],
  "logger": {"format": "text"},
  "db": {"type": "bbolt", "dataSource": "$TMP/step.db"},
  "authority": {
    "policy": {"x509": {"deny": {"dns": ["refused.test", "*.refused.test"]}}},
    "provisioners": [{
      "type": "ACME",
      "name": "peer",
      "challenges": ["http-01", "dns-01", "tls-alpn-01"],
      "termsOfService": "https://localhost/terms",
      "website": "https://localhost/",
      "caaIdentities": ["ca.test"],
      "claims": {"defaultTLSCertDuration": "24h", "maxTLSCertDuration": "2160h"}
    }]
  }
}
EOF
}

# The directory's certificate is of its own making, so its root is the one to trust.
peer_start()
{
    free_port directory_port
    make_ca root 'acmespec peers root' 1
    make_ca intermediate 'acmespec peers intermediate' 0 root
    CA_PEM=$TMP/root.pem
    step_ca_config >"$TMP/ca.json"
    daemon env HOME="$TMP" STEPPATH="$TMP" "$CACHE/step-ca" "$TMP/ca.json" \
        --insecure --acme-http-port "$HTTP_PORT" --acme-tls-port "$TLS_PORT" \
        --resolver "127.0.0.1:$DNS_PORT"
    DIR_URL=https://localhost:$directory_port/acme/peer/directory
    await "$DIR_URL"
}
