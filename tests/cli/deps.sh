#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/deps.sh names the packages of the system at hand, and installs nothing where there
# is no apt-get.  Played with a PATH that holds little else than the package manager.
set -eu

here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A machine with one package manager, which says so if it is ever started.
machine()
{
    rm -rf "${work:?}/bin"
    mkdir "$work/bin"
    for tool in sh cat cut echo grep id ls mktemp rm sed sort tail tr; do
        ln -s "$(command -v $tool)" "$work/bin/$tool" 2>/dev/null || true
    done
    [ "$1" = none ] || {
        printf '#!/bin/sh\necho it was started >"%s/started"\n' "$work" >"$work/bin/$1"
        chmod +x "$work/bin/$1"
    }
}

# names MANAGER MODE TEXT: deps.sh MODE must fail there, with TEXT.
names()
{
    machine "$1"
    status=0
    # shellcheck disable=SC2086
    output=$(PATH=$work/bin "$here/tests/deps.sh" $2 2>&1) || status=$?
    [ $status = 1 ] && echo "$output" | grep -qF -e "$3" && [ ! -e "$work/started" ] || {
        echo "deps.sh $2 on a machine with $1 ended with $status, did not say \"$3\","
        echo "or started $1:"
        echo "$output"
        exit 1
    }
}

names apt-get check 'acmespec needs libmicrohttpd: apt-get install libmicrohttpd-dev'
names dnf check 'acmespec needs libmicrohttpd: dnf install libmicrohttpd-devel'
names dnf '' 'deps: dnf install '
names dnf '' ' openssl-devel '
names apk '' 'deps: apk add '
names apk '' ' curl-dev '
names brew '' ' openssl@3 '
names brew check "acmespec needs libc, which comes with the system's compiler"
names pacman '' 'deps: pacman -S '
names pacman all ' shellcheck '
names none '' 'under the names of your system'
