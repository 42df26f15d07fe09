#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what acmespec needs and this machine lacks.
#
#   tests/deps.sh          what building and testing need (make deps, demo, test)
#   tests/deps.sh lint     also what lint, fuzz and valgrind need
#   tests/deps.sh clients  also the ACME clients that are judged
#   tests/deps.sh all      also the peers of interop, and what helps to look at the program
#   tests/deps.sh check    installs nothing; fails, naming each library that is missing
#
# Quick and silent where all is there.  Without apt-get it prints what to install.
set -eu

# How to see that a thing is there (a ? after it: we can do without), then its package
# for apt, dnf, apk, brew and pacman; - where that system needs or has none.
libraries='
cmd:cc           gcc                  gcc                 gcc               gcc           gcc
libc             libc6-dev            glibc-devel         musl-dev          -             glibc
cmd:make         make                 make                make              make          make
cmd:pkg-config   pkg-config           pkgconf             pkgconf           pkgconf       pkgconf
pc:openssl       libssl-dev           openssl-devel       openssl-dev       openssl@3     openssl
pc:libcurl       libcurl4-openssl-dev libcurl-devel       curl-dev          curl          curl
pc:libmicrohttpd libmicrohttpd-dev    libmicrohttpd-devel libmicrohttpd-dev libmicrohttpd libmicrohttpd
pc:gnutls        libgnutls28-dev      gnutls-devel        gnutls-dev        gnutls        gnutls
pc:jansson       libjansson-dev       jansson-devel       jansson-dev       jansson       jansson
pc:ldns          libldns-dev          ldns-devel          ldns-dev          ldns          ldns
pc:check         check                check-devel         check-dev         check         check
'
tools='
uctags           universal-ctags      ctags               ctags             universal-ctags ctags
cmd:clang-format clang-format         clang-tools-extra   clang-extra-tools clang-format  clang
cmd:xmllint      libxml2-utils        libxml2             libxml2-utils     libxml2       libxml2
cmd:python3      python3              python3             python3           python3       python
cmd:openssl      openssl              openssl             openssl           openssl@3     openssl
cmd:curl         curl                 curl                curl              curl          curl
cmd:ps           procps               procps-ng           procps            -             procps-ng
cmd:pebble?      pebble               -                   -                 -             -
'
lint='
cmd:gcc          gcc                  gcc                 gcc               gcc           gcc
cmd:clang        clang                clang               clang             llvm          clang
fuzzer           libclang-rt-dev      compiler-rt         compiler-rt       llvm          compiler-rt
cmd:clang-tidy   clang-tidy           clang-tools-extra   clang-extra-tools llvm          clang
cmd:cppcheck     cppcheck             cppcheck            cppcheck          cppcheck      cppcheck
cmd:shellcheck   shellcheck           ShellCheck          shellcheck        shellcheck    shellcheck
cmd:valgrind?    valgrind             valgrind            valgrind          -             valgrind
'
clients='
cmd:certbot?     certbot              certbot             certbot           certbot       certbot
cmd:lego?        lego                 -                   lego              lego          lego
cmd:dehydrated?  dehydrated           dehydrated          dehydrated        dehydrated    dehydrated
cmd:hexdump?     bsdextrautils        util-linux          hexdump           -             util-linux
cmd:uacme?       uacme                uacme               uacme             -             -
cmd:acme-tiny?   acme-tiny            acme-tiny           acme-tiny         -             acme-tiny
cmd:acmetool?    acmetool             -                   -                 -             acmetool
cmd:lacme?       lacme                -                   -                 -             -
cmd:lacme-accountd? lacme-accountd    -                   -                 -             -
perl:Crypt::OpenSSL::RSA? libcrypt-openssl-rsa-perl perl-Crypt-OpenSSL-RSA perl-crypt-openssl-rsa - perl-crypt-openssl-rsa
file:/usr/sbin/apache2? apache2-bin   -                   -                 -             -
cmd:caddy?       caddy                caddy               caddy             caddy         caddy
file:/usr/lib/python3/dist-packages/acme/client.py? python3-acme - - - -
file:/usr/share/doc/erlang-p1-acme? erlang-p1-acme - - - -
file:/usr/share/doc/ruby-acme-client? ruby-acme-client - - - -
cmd:dig?         bind9-dnsutils       bind-utils          bind-tools        -             bind
'
rest='
cmd:lcov?        lcov                 lcov                lcov              lcov          lcov
cmd:ip?          iproute2             iproute             iproute2          -             iproute2
cmd:go?          golang-go            golang              go                go            go
cmd:jq?          jq                   jq                  jq                jq            jq
cmd:mariadbd?    mariadb-server-core  mariadb-server      mariadb           mariadb       mariadb
cmd:mariadb?     mariadb-client-core  mariadb             mariadb-client    mariadb       mariadb-clients
cmd:redis-server? redis-server        redis               redis             redis         redis
cmd:softhsm2-util? softhsm2           softhsm             softhsm           softhsm       softhsm
cmd:dnsmasq?     dnsmasq-base         dnsmasq             dnsmasq           dnsmasq       dnsmasq
cmd:dnsdist?     dnsdist              dnsdist             dnsdist           dnsdist       dnsdist
'

have()
{
    case $1 in
    cmd:*) command -v "${1#cmd:}" ;;
    file:*) ls "${1#file:}" ;;
    perl:*) perl -M"${1#perl:}" -e 1 ;;
    pc:*) pkg-config --exists "${1#pc:}" ;;
    libc) echo '#include <stdio.h>' | cc -E - ;;
    uctags) ctags --version | grep 'Universal Ctags' ;;
    fuzzer) ls "$(clang --print-resource-dir)"/lib/*/libclang_rt.fuzzer*.a ;;
    esac >/dev/null 2>&1
}

# The package manager of the system at hand: its column above, and how it is asked.
system()
{
    n=2
    for tool in apt-get dnf apk brew pacman; do
        if command -v $tool >/dev/null 2>&1; then
            case $tool in
            apk) how='apk add' ;;
            pacman) how='pacman -S' ;;
            *) how="$tool install" ;;
            esac
            manager=$tool column=$n
            return
        fi
        n=$((n + 1))
    done
    manager=none column=2 how='install, under the names of your system,'
}

# missing TABLE: a line "thing package" for each thing of the table that is not there.
missing()
{
    echo "$1" | while read -r thing apt dnf apk brew pacman; do
        if [ -n "$thing" ] && ! have "${thing%\?}"; then
            shift $#
            set -- "$apt" "$dnf" "$apk" "$brew" "$pacman"
            shift $((column - 2))
            echo "$thing $1"
        fi
    done
}

# check: each missing library, in a sentence with the package that brings it.
check()
{
    lacking=$(missing "$libraries")
    [ -z "$lacking" ] && return
    echo "$lacking" | while read -r thing package; do
        case $package in
        -) echo "acmespec needs ${thing#*:}, which comes with the system's compiler" ;;
        *) echo "acmespec needs ${thing#*:}: $how $package" ;;
        esac >&2
    done
    echo "or, where apt-get is: make deps" >&2
    exit 1
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

known()
{
    apt-cache show "$1" >/dev/null 2>&1
}

# Packages may be unknown because this machine never fetched the lists, or old ones.
update()
{
    as_root apt-get update -q >>"$log" 2>&1 || return 1
}

apt_install()
{
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
        --no-install-recommends $packages >>"$log" 2>&1
}

# Leaves in $packages what is known here; a thing we can do without is said and left out.
choose()
{
    packages=
    while read -r thing package; do
        case $thing in
        *\?) known "$package" || {
            echo "deps: no package $package here; going on without ${thing#*:}" |
                tr -d '?' >&2
            continue
        } ;;
        esac
        case " $packages " in
        *" $package "*) ;;
        *) packages="$packages $package" ;;
        esac
    done <<END
$lacking
END
}

install_by_apt()
{
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    for package in $(echo "$lacking" | cut -d' ' -f2); do
        known "$package" || {
            update || true
            break
        }
    done
    choose
    [ -z "$packages" ] && return
    echo "deps: apt-get install$packages"
    apt_install || { update && apt_install; } || {
        tail -n 20 "$log" >&2
        echo "deps: apt-get could not install$packages" >&2
        exit 1
    }
}

system
case ${1-} in
check) check && exit ;;
lint) lacking=$(missing "$libraries$tools$lint") ;;
clients) lacking=$(missing "$libraries$tools$clients") ;;
all) lacking=$(missing "$libraries$tools$lint$clients$rest") ;;
'') lacking=$(missing "$libraries$tools") ;;
*)
    echo "usage: tests/deps.sh [lint | clients | all | check]" >&2
    exit 2
    ;;
esac
[ -z "$lacking" ] && exit
if [ $manager = apt-get ]; then
    install_by_apt
    exit
fi
echo "deps: these are missing: $(echo "$lacking" | cut -d' ' -f1 | tr -d '?' | sed 's/.*://' | tr '\n' ' ')"
echo "deps: $how $(echo "$lacking" | cut -d' ' -f2 | grep -v '^-$' | sort -u | tr '\n' ' ')"
# Only what we cannot do without stops the build.
! echo "$lacking" | cut -d' ' -f1 | grep -qv '?$'
