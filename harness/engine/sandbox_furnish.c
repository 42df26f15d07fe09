/* SPDX-License-Identifier: MIT */
/* What stands in a sandbox.  Our files lie in a small tmpfs that is mounted on /proc, a
 * folder that every system has, until the new /proc comes: each is bound over the
 * system's, and stays when that tmpfs has no name any more.  So nothing is written
 * outside, and nothing is left. */
#define _GNU_SOURCE
#include "engine/sandbox_inside.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* Where roots are kept: Debian and Alpine, Fedora, the bundles of Alpine, openSUSE ... A
 * place that is not there is passed over. */
static const char *const trust_folders[] = {
    "/etc/ssl/certs",
    "/etc/pki/tls/certs",
    "/etc/pki/ca-trust/extracted/pem/directory-hash",
};
static const char *const trust_bundles[] = {
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
};
/* Java's: Debian's is in the first folder; Fedora, old and new, and openSUSE. */
static const char *const trust_keystores[] = {
    "/etc/pki/java/cacerts",
    "/etc/pki/ca-trust/extracted/java/cacerts",
    "/var/lib/ca-certificates/java-cacerts",
};

/* Sockets of daemons that resolve names or act for others outside: folders of them, and
 * single ones, wherever their daemon is; a container may have some of its host. */
static const char *const hidden_folders[] = {
    "/run/nscd", "/run/avahi-daemon", "/run/dbus", "/run/containerd", "/run/podman",
};
static const char *const hidden_sockets[] = {
    "/run/systemd/private",
    "/run/docker.sock",
    "/run/snapd.socket",
};

#define NAMESERVER "nameserver 127.0.0.1\n"
#define HOSTS                                                                            \
    "127.0.0.1 localhost acmespec\n"                                                     \
    "::1 localhost ip6-localhost ip6-loopback\n"
#define SWITCH                                                                           \
    "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\n"    \
    "protocols: files\nservices: files\nethers: files\nrpc: files\n"

/* With a second address: a lone 127.0.0.1 counts as no network at all for getaddrinfo()
 * with AI_ADDRCONFIG, and glibc then finds nothing. */
static bool bring_up(int fd)
{
    struct ifreq lo = { .ifr_name = "lo" }, second = { .ifr_name = "lo:1" };
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1) };
    memcpy(&second.ifr_addr, &address, sizeof address);
    if (ioctl(fd, SIOCGIFFLAGS, &lo) != 0)
        return false;
    lo.ifr_flags |= IFF_UP;
    return ioctl(fd, SIOCSIFFLAGS, &lo) == 0 && ioctl(fd, SIOCSIFADDR, &second) == 0;
}

static bool loopback_up(struct err *err)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool good =
        (fd >= 0 && bring_up(fd)) || sandbox_refused("cannot bring the loopback up", err);
    if (fd >= 0)
        close(fd);
    return good;
}

bool sandbox_tmpfs(const char *folder, const char *mode)
{
    return mount("acmespec", folder, "tmpfs", MS_NOSUID | MS_NODEV, mode) == 0;
}

/* With what is mounted below it, since the kernel lets nobody look under that. */
bool sandbox_lay_over(const char *from, const char *over)
{
    return !file_exists(over) || mount(from, over, "none", MS_BIND | MS_REC, NULL) == 0;
}

static bool lay_text_over(struct arena *a, const char *name, str text, struct err *err)
{
    const char *from = arena_printf(a, SANDBOX_STAGE "/%s", name).ptr;
    const char *over = arena_printf(a, "/etc/%s", name).ptr;
    int fd = open(from, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    bool good = fd >= 0 && file_write_all(fd, text) && fchmod(fd, 0644) == 0;
    good = good && sandbox_lay_over(from, over);
    if (!good)
        sandbox_refused(arena_printf(a, "cannot replace %s", over).ptr, err);
    if (fd >= 0)
        close(fd);
    return good;
}

static bool furnish_names(struct arena *a, const struct sandbox *what, struct err *err)
{
    str hosts = arena_printf(a, HOSTS "%.*s\n", STR_ARG(what->hosts));
    return lay_text_over(a, "resolv.conf", STR(NAMESERVER), err)
        && lay_text_over(a, "hosts", hosts, err)
        && lay_text_over(a, "nsswitch.conf", STR(SWITCH), err);
}

static bool furnish_trust(struct arena *a, str folder, struct err *err)
{
    const char *from = str_z(a, folder), *bundle = sandbox_bundle(a, folder).ptr;
    const char *keystore = sandbox_keystore_path(a, folder).ptr;
    bool good = true;
    if (!folder.len)
        return true;
    for (size_t i = 0; good && i < countof(trust_folders); i++)
        good = sandbox_lay_over(from, trust_folders[i]);
    for (size_t i = 0; good && i < countof(trust_bundles); i++)
        good = sandbox_lay_over(bundle, trust_bundles[i]);
    for (size_t i = 0; good && i < countof(trust_keystores); i++)
        good = sandbox_lay_over(keystore, trust_keystores[i]);
    return good || sandbox_refused("cannot replace the system's roots", err);
}

/* The path of one that listens, by its line of /proc/net/unix; or empty. */
static str path_of_socket(str line)
{
    enum { FLAGS = 3, BEFORE_PATH = 7 };
    str field = STR_NONE;
    bool listens = false;
    for (int i = 0; i < BEFORE_PATH; i++) {
        line = str_trim(line);
        if (!str_cut(&line, ' ', &field))
            return STR_NONE;
        listens = i == FLAGS ? str_is(field, "00010000") : listens;
    }
    return listens && str_starts(line, "/") ? line : STR_NONE;
}

/* A network namespace cuts all sockets but those that are found by a path. */
static bool hide_sockets(struct arena *a, str sockets, struct err *err)
{
    str line;
    while (str_cut(&sockets, '\n', &line)) {
        struct stat found;
        const char *path = str_z(a, path_of_socket(line));
        if (lstat(path, &found) == 0 && S_ISSOCK(found.st_mode)
            && !sandbox_lay_over(SANDBOX_STAGE "/resolv.conf", path))
            return sandbox_refused("cannot hide the sockets of daemons", err);
    }
    return true;
}

static bool hide_known_sockets(struct err *err)
{
    for (size_t i = 0; i < countof(hidden_folders); i++)
        if (file_is_dir(hidden_folders[i])
            && !sandbox_tmpfs(hidden_folders[i], "mode=0755"))
            return sandbox_refused("cannot hide the sockets of daemons", err);
    for (size_t i = 0; i < countof(hidden_sockets); i++)
        if (!sandbox_lay_over(SANDBOX_STAGE "/resolv.conf", hidden_sockets[i]))
            return sandbox_refused("cannot hide the sockets of daemons", err);
    return true;
}

/* --- all of it --- */

/* The working folder may be hidden now, or another by the same name. */
static void stand_again(const char *cwd)
{
    if (!cwd || chdir(cwd) != 0)
        (void)!chdir("/");
}

static bool set_stage(struct err *err)
{
    return sandbox_tmpfs(SANDBOX_STAGE, "mode=0755")
        || sandbox_refused("cannot mount a folder of our own", err);
}

static bool furnish_proc(struct err *err)
{
    return (umount2(SANDBOX_STAGE, MNT_DETACH) == 0
            && mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)
                == 0)
        || sandbox_refused("cannot mount a /proc of its own", err);
}

bool sandbox_furnish(struct arena *a, const struct sandbox *what, str sockets,
                     struct err *err)
{
    char cwd[4096];
    const char *stood = getcwd(cwd, sizeof cwd);
    if (!loopback_up(err))
        return false;
    if (sethostname("acmespec", strlen("acmespec")) != 0
        || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0)
        return sandbox_refused("cannot mount anything", err);
    bool good = sandbox_read_only(a, err) && set_stage(err) && sandbox_add_folders(a, err)
        && furnish_names(a, what, err) && furnish_trust(a, what->trust, err)
        && hide_sockets(a, sockets, err) && hide_known_sockets(err)
        && sandbox_cover_folders(a, what, err) && furnish_proc(err);
    if (good)
        stand_again(stood);
    return good;
}

#endif
