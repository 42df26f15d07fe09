# SPDX-License-Identifier: MIT
# The newest release of Boulder, Let's Encrypt's CA, built from source into the cache: the
# ten services that issue, with what they stand on (MariaDB, Redis, a software HSM, CT logs
# of its own tests), under the configuration of its own integration tests.  What is
# changed of that stands in boulder_settings, and one thing in the source: an address of
# loopback is not refused.  In a namespace of its own, for it validates on ports 80 and
# 443, and its services have fixed ports.
# shellcheck shell=sh disable=SC2034,SC2154

NAMESPACE=yes
PROFILE=boulder
BASELINE=boulder
BOULDER=$CACHE/boulder
BOULDER_PIDS=
# Where its services find one another, and validators their resolver.
BOULDER_ADDRESS=10.77.77.77
REDIS_ADDRESS=10.77.77.4

peer_version() { go_version boulder; }

peer_need()
{
    need_namespace && need_go boulder/bin/boulder &&
        need jq jq mariadbd mariadb-server-core mariadb mariadb-client-core \
            redis-server redis-server softhsm2-util softhsm2 dnsmasq dnsmasq-base \
            dnsdist dnsdist curl curl openssl openssl
}

# --- building ------------------------------------------------------------------

peer_get()
{
    [ -x "$BOULDER/bin/boulder" ] && [ -z "${REBUILD:-}" ] && return 0
    mkdir -p "$CACHE" || return 1
    build=$(mktemp -d "$CACHE/build.XXXXXX") || return 1
    say "building boulder (github.com/letsencrypt/boulder, newest release; minutes the first time)"
    boulder_build >"$build/log" 2>&1 || {
        tail -n 3 "$build/log" >&2
        rm -rf "$build"
        say "boulder could not be built; the last words are above"
        return 1
    }
    rm -rf "$BOULDER"
    mv "$build" "$BOULDER"
    build=
}

# The database's schema, the configuration and the ceremonies are files of the source.
boulder_build()
{
    module=$(cd "$build" && go mod download -json github.com/letsencrypt/boulder@latest) || {
        echo "$module" | jq -r .Error
        return 1
    }
    cp -R "$(echo "$module" | jq -r .Dir)" "$build/src" && chmod -R u+w "$build/src" || return 1
    cd "$build/src" || return 1
    sed -i 's/^func IsReservedAddr(.*{$/&\n\tif ip.IsLoopback() {\n\t\treturn nil\n\t}/' iana/ip.go
    grep -q IsLoopback iana/ip.go || return 1
    waited "$BUILD_SECONDS" go build -p 2 -o bin/ ./cmd/boulder ./cmd/ceremony ./test/ct-test-srv &&
        boulder_ceremonies && mv bin .. || return 1
    cd "$ROOT" || return 1
    echo "$module" | jq -r .Version >"$CACHE/boulder.version"
}

# Its issuers, their keys in the software HSM.  It leaves the files that it makes for that.
boulder_ceremonies()
{
    mkdir -p ../tokens ../tmp test/certs/webpki
    echo "directories.tokendir = $build/tokens" >../softhsm.conf
    SOFTHSM2_CONF=$build/softhsm.conf TMPDIR=$build/tmp \
        waited "$BUILD_SECONDS" go run ./test/certs/webpki.go && rm -rf ../tmp
}

# --- the configuration ---------------------------------------------------------

# Certificates by which the services know each other, and that of the directory.
boulder_certificates()
{
    make_ca internal 'acmespec peers root' 0
    for name in sa ca ra va rva publisher nonce wfe; do
        boulder_certificate "$name" "DNS:$name.boulder,DNS:${name}1.boulder"
    done
    boulder_certificate redis "DNS:redis,IP:$REDIS_ADDRESS"
    boulder_certificate doh "IP:$BOULDER_ADDRESS"
    boulder_certificate boulder DNS:localhost
    CA_PEM=$TMP/internal.pem
}

boulder_certificate()
{
    printf '[x]\nbasicConstraints=critical,CA:false\n%s\n%s\n%s\n' \
        'keyUsage=critical,digitalSignature' 'extendedKeyUsage=serverAuth,clientAuth' \
        "subjectAltName=$2" >"$TMP/ext"
    make_certificate "$1" "$1" internal
}

# Its tests' settings but for: our files, limits and blocked names; no syslog; no linter
# behind a socket; certificates for addresses, of loopback, too.
boulder_settings()
{
    # shellcheck disable=SC2016
    jq --arg tmp "$TMP" '
        def files:
            sub("^test/certs/ipki/minica.pem$"; $tmp + "/internal.pem")
            | sub("^test/certs/ipki/(?<name>[a-z]+)(.boulder)?/cert.pem$"; $tmp + "/\(.name).pem")
            | sub("^test/certs/ipki/(?<name>[a-z]+)(.boulder)?/key.pem$"; $tmp + "/\(.name).key")
            | sub("^test/secrets/(?<name>.*_dburl)$"; $tmp + "/\(.name)")
            | sub("^test/ident-policy.yaml$"; $tmp + "/names.yaml");
        def settings:
            if has("limiter") then .limiter |= (.Defaults = $tmp + "/limits.yaml" | del(.Overrides)) else . end
            | if has("syslog") then .syslog = { stdoutlevel: 4, sysloglevel: -1 } else . end
            | if has("identifierTypes") then .identifierTypes = ["dns", "ip"] else . end
            | if has("accountURIPrefixes") then .accountURIPrefixes = ["https://localhost:4431/acme/acct/"] else . end
            | if has("lintConfig") then .lintConfig = $tmp + "/lint.toml" else . end
            | if has("ignoredLints") then .ignoredLints += ["e_ext_san_contains_reserved_ip"] else . end;
        walk(if type == "string" then files elif type == "object" then settings else . end)
        ' "test/config/$1.json" >"$TMP/$1.json"
}

boulder_configure()
{
    for name in remoteva-a remoteva-b remoteva-c remoteva-d sa publisher nonce-a nonce-b va ca ra wfe2; do
        boulder_settings "$name" || return 1
    done
    for file in test/config/proxysql/*_dburl; do
        sed 's/(.*)/(127.0.0.1:3306)/' "$file" >"$TMP/${file##*/}"
    done
    sed '/^\[e_pkimetal/,/^$/d' test/config/zlint.toml >"$TMP/lint.toml"
    echo "directories.tokendir = $BOULDER/tokens" >"$TMP/softhsm.conf"
    printf 'ExactBlockedNames: [exactly-refused.example.com]\n%s\n%s\n' \
        'HighRiskBlockedNames: [refused.example.com, example.org]' \
        'AdminBlockedNames: [sealand]' >"$TMP/names.yaml"
    cat >"$TMP/limits.yaml" <<EOF
NewRegistrationsPerIPAddress: {count: 1000000, burst: 1000000, period: 168h}
NewRegistrationsPerIPv6Range: {count: 1000000, burst: 1000000, period: 168h}
CertificatesPerDomain: {count: 1000000, burst: 1000000, period: 168h}
CertificatesPerFQDNSet: {count: 1000, burst: 1000, period: 3h}
FailedAuthorizationsPerDomainPerAccount: {count: 100, burst: 100, period: 1h}
NewOrdersPerAccount: {count: 1000, burst: 40, period: 1h}
EOF
}

# --- the services --------------------------------------------------------------

boulder_daemon()
{
    SOFTHSM2_CONF=$TMP/softhsm.conf with_parent "$@" >>"$TMP/peer.log" 2>&1 </dev/null &
    PEER_PID=$!
    BOULDER_PIDS="$PEER_PID $BOULDER_PIDS"
}

# await_port PORT: until the last daemon listens there.
await_port()
{
    hex=$(printf '%04X' "$1") tries=0
    while [ "$tries" -lt $((READY_SECONDS * 20)) ]; do
        ! ports_taken | grep -q "$hex" || return 0
        alive "$PEER_PID" || return 1
        sleep 0.05
        tries=$((tries + 1))
    done
    return 1
}

# service COMMAND CONFIG PORT DEBUG-PORT
service()
{
    boulder_daemon "$BOULDER/bin/boulder" "$1" --config "$TMP/$2.json" --addr ":$3" --debug-addr ":$4"
    await_port "$3"
}

# The services look each other up in the DNS; this has their names.
boulder_names()
{
    {
        printf '%s\n' no-resolv no-hosts bind-interfaces "listen-address=127.0.0.1,$BOULDER_ADDRESS" \
            "address=/service.consul/$BOULDER_ADDRESS" "host-record=redis.service.consul,$REDIS_ADDRESS"
        for name in sa:9395 ca:9393 ra:9394 ra-sct-provider:9594 va:9392 publisher:9391 \
            nonce-taro:9301 nonce-zinc:9401 doh:8343; do
            echo "srv-host=_${name%:*}._tcp.service.consul,${name%:*}.service.consul,${name#*:}"
        done
        echo "srv-host=_redisratelimits._tcp.service.consul,redis.service.consul,4218"
    } >"$TMP/dnsmasq.conf"
    # As a daemon it gives up rights, and with them the signal at its parent's death.
    boulder_daemon dnsmasq --no-daemon --conf-file="$TMP/dnsmasq.conf" --pid-file= && await_port 53
}

# Validators ask for names over HTTPS only; acmespec's DNS server stands behind this.
boulder_resolver()
{
    DNS_PORT=8053
    cat >"$TMP/dnsdist.conf" <<EOF
addDOHLocal("$BOULDER_ADDRESS:8343", "$TMP/doh.pem", "$TMP/doh.key", {"/dns-query"})
behind = newServer({address="127.0.0.1:$DNS_PORT"})
behind:setUp()
setSecurityPollSuffix("")
EOF
    boulder_daemon dnsdist --config "$TMP/dnsdist.conf" --supervised && await_port 8343
}

boulder_database()
{
    mkdir "$TMP/db"
    mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$TMP/db" \
        --auth-root-authentication-method=normal --skip-test-db >>"$TMP/peer.log" 2>&1 || return 1
    boulder_daemon mariadbd --no-defaults --user="$(id -un)" --datadir="$TMP/db" --socket="$TMP/db.sock" \
        --pid-file="$TMP/db.pid" --bind-address=127.0.0.1 --innodb-flush-log-at-trx-commit=0
    await_port 3306 || return 1
    cat sa/db/*.sql | mariadb --no-defaults --socket="$TMP/db.sock" --user=root >>"$TMP/peer.log" 2>&1
}

boulder_redis()
{
    sed "s#/test/certs/ipki/redis/cert.pem#$TMP/redis.pem#; s#/test/certs/ipki/redis/key.pem#$TMP/redis.key#
         s#/test/certs/ipki/minica.pem#$TMP/internal.pem#" test/redis-ratelimits.config >"$TMP/redis.conf"
    printf 'bind %s\ndir %s\nsave ""\n' "$REDIS_ADDRESS" "$TMP" >>"$TMP/redis.conf"
    boulder_daemon redis-server "$TMP/redis.conf" && await_port 4218
}

# Those that another asks when it starts come first.
boulder_services()
{
    boulder_daemon "$BOULDER/bin/ct-test-srv" --config test/ct-test-srv/ct-test-srv.json
    service remoteva remoteva-a 9397 8011 && service remoteva remoteva-b 9498 8012 &&
        service remoteva remoteva-c 9499 8023 && service remoteva remoteva-d 9500 8027 &&
        service boulder-sa sa 9395 8003 && service boulder-publisher publisher 9391 8009 || return 1
    for nonces in a:9301:8111 b:9401:8112; do
        port=${nonces#*:}
        boulder_daemon "$BOULDER/bin/boulder" nonce-service --config "$TMP/nonce-${nonces%%:*}.json" \
            --addr "$BOULDER_ADDRESS:${port%:*}" --debug-addr ":${port#*:}"
        await_port "${port%:*}" || return 1
    done
    service boulder-va va 9392 8004 && service boulder-ra ra 9594 8118 &&
        service boulder-ca ca 9393 8001 && service boulder-ra ra 9394 8002 || return 1
    boulder_daemon "$BOULDER/bin/boulder" boulder-wfe2 --config "$TMP/wfe2.json" \
        --addr 127.0.0.1:4001 --tls-addr 127.0.0.1:4431 --debug-addr :8013
}

peer_start()
{
    for address in $BOULDER_ADDRESS $REDIS_ADDRESS; do
        ip address replace "$address/32" dev lo || return 1
    done
    echo "127.0.0.1 localhost
$BOULDER_ADDRESS consul.service.consul" >"$TMP/hosts"
    boulder_certificates
    cd "$BOULDER/src" && boulder_configure && boulder_names && boulder_resolver && boulder_database &&
        boulder_redis && boulder_services && cd "$ROOT" || return 1
    DIR_URL=https://localhost:4431/directory
    await "$DIR_URL"
}

peer_stop()
{
    for pid in $BOULDER_PIDS; do
        stop_pid "$pid"
    done
    BOULDER_PIDS=
    rm -rf "$TMP/db"
}
