# SPDX-License-Identifier: MIT
# A network and a mount namespace of the run's own, for CAs that validate on ports
# 80 and 443 and by the system's resolver. The script starts itself again inside
# (same process id, so signals arrive as before), brings up lo, and lays its own
# resolver files over the system's. The namespaces end with their last process.
# shellcheck shell=sh

# Root needs nothing; everybody else becomes root of a user namespace.
namespace_flags()
{
    if [ "$(id -u)" = 0 ]; then
        echo --net --mount
    else
        echo --user --map-root-user --net --mount
    fi
}

# The files laid over: a symbolic link is followed, and what it names must exist.
need_namespace()
{
    need unshare util-linux ip iproute2 || return 1
    for file in /etc/resolv.conf /etc/hosts /etc/nsswitch.conf; do
        [ -e "$file" ] || {
            echo "$file does not exist, so no file can be laid over it; create it (it may be empty)"
            return 1
        }
    done
    [ -z "${PEER_INSIDE:-}" ] || return 0
    # shellcheck disable=SC2046
    unshare $(namespace_flags) true 2>/dev/null || {
        echo "this system refuses network namespaces; run as root or allow user namespaces"
        return 1
    }
}

# namespace_enter COMMAND...: does not return.
namespace_enter()
{
    PEER_INSIDE=yes
    export PEER_INSIDE
    # shellcheck disable=SC2046
    exec unshare $(namespace_flags) "$@"
}

namespace_set_up()
{
    ip link set lo up || die "$EXIT_PEER" "lo could not be brought up in the namespace"
    echo 'nameserver 127.0.0.1' >"$TMP/resolv.conf"
    echo '127.0.0.1 localhost' >"$TMP/hosts"
    echo 'hosts: files dns' >"$TMP/nsswitch.conf"
    for file in resolv.conf hosts nsswitch.conf; do
        mount --bind "$TMP/$file" "/etc/$file" ||
            die "$EXIT_PEER" "/etc/$file could not be laid over in the namespace"
    done
}
