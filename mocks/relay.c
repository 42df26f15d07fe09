/* SPDX-License-Identifier: MIT */
/* Starts and ends the relay's process, and knows whose a name is. */
#include "mocks/relay.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "mocks/relay_inside.h"

enum {
    MOST_SPLICED = 256, /* of each kind: 512 connections */
    MOST_FILES = 4096,
    LOOK_UP_MS = 5000, /* how often it looks whether its parent lives */
    SLOTS_SIZE = RELAY_SLOTS * sizeof(struct relay_slot)
};

struct relay {
    struct relay_slot *slot;
    pid_t pid, owner; /* the relay's process, and the one that started it */
    int lifeline;     /* a pipe's writing end: when it closes, the relay ends */
    int dns_port;
    struct relay_block block;
};

/* All that the relay's process has. */
struct parts {
    struct relay_map map;
    struct relay_dns *dns;
    struct relay_splice *http, *tls; /* or NULL */
    int lifeline[2];
    pid_t parent;
};

/* --- whose a name is --- */

enum { SLOTS_IN_OCTET = 250, OTHER_HALF = 128 };

/* "s17": the number, or -1. */
static int slot_number(str label)
{
    long number;
    if (label.len < 2 || label.len > 5 || (label.ptr[0] | 32) != 's')
        return -1;
    if (label.ptr[1] == '0' && label.len > 2)
        return -1;
    return str_to_long(str_from(label, 1), RELAY_SLOTS - 1, &number) ? (int)number : -1;
}

/* Takes the last label off; false where there is none or an escape makes it doubtful. */
static bool cut_last(str *rest, str *label)
{
    size_t at = rest->len;
    while (at > 0 && rest->ptr[at - 1] != '.')
        at--;
    *label = str_from(*rest, at);
    *rest = str_upto(*rest, at ? at - 1 : 0);
    return label->len && str_find_char(*label, '\\') == label->len
        && !str_ends(*rest, "\\");
}

str relay_address(struct arena *a, const struct relay *relay, int slot)
{
    return arena_printf(a, "127.%d.%d.%d", relay ? relay->block.number : 1,
                        slot / SLOTS_IN_OCTET, slot % SLOTS_IN_OCTET + 1);
}

str relay_other_address(struct arena *a, const struct relay *relay, int slot)
{
    return relay_address(a, relay, slot + OTHER_HALF * SLOTS_IN_OCTET);
}

/* The slot of an address that is asked for as if it were a name, forwards or backwards
 * (RFC 8738 4 wants neither), or -1. */
static int slot_of_address(str name, int block)
{
    long part[4];
    str label;
    bool backwards = str_ends(name, ".in-addr.arpa");
    if (backwards)
        name.len -= strlen(".in-addr.arpa");
    for (int i = 0; i < 4; i++)
        if (!str_cut(&name, '.', &label)
            || !str_to_long(label, 255, &part[backwards ? 3 - i : i]))
            return -1;
    long slot = part[2] * SLOTS_IN_OCTET + part[3] - 1;
    return name.len == 0 && part[0] == 127 && part[1] == block && part[3] > 0
            && part[3] <= SLOTS_IN_OCTET && slot < RELAY_SLOTS
        ? (int)slot
        : -1;
}

int relay_slot_of(str name, str zone, int block)
{
    str run, label;
    str bare = str_ends(name, ".") ? str_upto(name, name.len - 1) : name;
    int at = slot_of_address(bare, block);
    if (at >= 0)
        return at;
    if (str_ends(name, "."))
        name.len--;
    if (str_ends(zone, "."))
        zone.len--;
    size_t before = name.len - zone.len;
    if (zone.len == 0 || name.len <= zone.len + 1 || name.ptr[before - 1] != '.'
        || !str_eq_nocase(str_from(name, before), zone))
        return -1;
    name.len = before - 1;
    return cut_last(&name, &run) && cut_last(&name, &label) ? slot_number(label) : -1;
}

int relay_port_of(const struct relay_map *map, str name, enum relay_kind kind)
{
    int slot = relay_slot_of(name, map->zone, map->block);
    if (slot < 0)
        return -1;
    switch (kind) {
    case RELAY_DNS:
        return atomic_load(&map->slot[slot].dns_port);
    case RELAY_HTTP:
        return atomic_load(&map->slot[slot].http_port);
    case RELAY_TLS:
        return atomic_load(&map->slot[slot].tls_port);
    }
    return -1;
}

/* --- the relay's process --- */

static bool is_kept(const struct parts *parts, int fd)
{
    int dns[2];
    relay_dns_bound(parts->dns, dns);
    return fd == STDERR_FILENO || fd == parts->lifeline[0] || fd == dns[0] || fd == dns[1]
        || (parts->http && fd == relay_splice_socket(parts->http))
        || (parts->tls && fd == relay_splice_socket(parts->tls));
}

/* A socket or pipe of a scenario or a client that stayed open here would keep its other
 * end waiting. */
static void close_others(const struct parts *parts)
{
    DIR *list = opendir("/dev/fd");
    const struct dirent *entry;
    long fd;
    while (list && (entry = readdir(list)))
        if (str_to_long(str_of(entry->d_name), 1L << 24, &fd) && fd != dirfd(list)
            && !is_kept(parts, (int)fd))
            close((int)fd);
    if (list)
        closedir(list);
    for (fd = 0; !list && fd < MOST_FILES; fd++)
        if (!is_kept(parts, (int)fd))
            close((int)fd);
    /* So that no socket gets the number of standard input or output. */
    while ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0 && fd < STDERR_FILENO)
        continue;
    if (fd > STDERR_FILENO)
        close((int)fd);
}

/* The keyboard's signals reach the whole process group; the relay must outlive the
 * scenarios that are winding up. */
static void settle_signals(void)
{
    static const int ignored[] = { SIGINT, SIGHUP, SIGQUIT, SIGPIPE };
    struct sigaction action = { .sa_handler = SIG_IGN };
    sigset_t none;
    for (size_t i = 0; i < countof(ignored); i++)
        sigaction(ignored[i], &action, NULL);
    action.sa_handler = SIG_DFL;
    sigaction(SIGTERM, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= MOST_FILES)
        return;
    limit.rlim_cur = limit.rlim_max < MOST_FILES ? limit.rlim_max : MOST_FILES;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void serve_once(const struct parts *parts, struct watch *w)
{
    watch_clear(w, LOOK_UP_MS);
    int lifeline = watch_add(w, parts->lifeline[0], POLLIN);
    relay_dns_watch(parts->dns, w);
    if (parts->http)
        relay_splice_watch(parts->http, w);
    if (parts->tls)
        relay_splice_watch(parts->tls, w);
    watch_wait(w);
    if (watch_saw(w, lifeline) || getppid() != parts->parent)
        _exit(0);
    relay_dns_serve(parts->dns, w);
    if (parts->http)
        relay_splice_serve(parts->http, w);
    if (parts->tls)
        relay_splice_serve(parts->tls, w);
}

static _Noreturn void serve(const struct parts *parts)
{
    static struct watch w;
    /* Even while others hold the pipe; where the system does not tell of a death, the
     * pipe and a look at the parent's number every few seconds must do. */
    process_die_with(parts->parent);
    settle_signals();
    close_others(parts);
    raise_file_limit();
    for (;;)
        serve_once(parts, &w);
}

/* --- the process that starts it --- */

static void unmap(void *slots)
{
    munmap(slots, SLOTS_SIZE);
}

/* Memory that processes share, as POSIX has it: a file that has no name any more. */
static struct relay_slot *slots_new(struct arena *a, struct err *err)
{
    const char *folder = getenv("TMPDIR");
    str path =
        arena_printf(a, "%s/acmespec-slots-XXXXXX", folder && *folder ? folder : "/tmp");
    char *name = str_z(a, path);
    void *slots = MAP_FAILED;
    int fd = mkstemp(name);
    if (fd >= 0) {
        unlink(name);
        if (ftruncate(fd, (off_t)SLOTS_SIZE) == 0)
            slots = mmap(NULL, SLOTS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
    }
    if (slots == MAP_FAILED) {
        err_set(err, "no memory to share by %s: %s", name, strerror(errno));
        return NULL;
    }
    arena_defer(a, unmap, slots);
    return slots;
}

static bool bind_splice(struct arena *own, const struct parts *parts,
                        enum relay_kind kind, const char *address, int port,
                        struct relay_splice **out, struct err *err)
{
    if (port == 0)
        return true;
    *out = relay_splice_new(own, &parts->map, kind, address, port, MOST_SPLICED, err);
    return *out != NULL;
}

static bool bind_parts(struct arena *own, const struct relay_options *options,
                       struct parts *parts, struct err *err)
{
    const char *address = options->dns_address;
    int http_port = options->shared ? options->http_port : 0;
    int tls_port = options->shared ? options->tls_port : 0;
    parts->dns = relay_dns_new(own, &parts->map, address, options->dns_port, err);
    return parts->dns
        && bind_splice(own, parts, RELAY_HTTP, address, http_port, &parts->http, err)
        && bind_splice(own, parts, RELAY_TLS, address, tls_port, &parts->tls, err);
}

static bool start_process(struct relay *relay, struct parts *parts, struct err *err)
{
    if (pipe(parts->lifeline) < 0)
        return err_set(err, "no pipe for the relay: %s", strerror(errno));
    fcntl(parts->lifeline[0], F_SETFD, FD_CLOEXEC);
    fcntl(parts->lifeline[1], F_SETFD, FD_CLOEXEC);
    relay->owner = parts->parent = getpid();
    relay->pid = fork();
    if (relay->pid == 0)
        serve(parts);
    close(parts->lifeline[0]);
    relay->lifeline = parts->lifeline[1];
    return relay->pid > 0
        || err_set(err, "no process for the relay: %s", strerror(errno));
}

static void stop_kept(void *relay)
{
    relay_stop(relay);
}

static bool start(struct relay *relay, struct arena *own,
                  const struct relay_options *options, struct err *err)
{
    int sockets[2];
    struct parts *parts = NEW(own, struct parts);
    parts->map.slot = relay->slot;
    parts->map.zone = str_copy(own, options->zone);
    if (str_ends(parts->map.zone, "."))
        parts->map.zone.len--;
    if (parts->map.zone.len == 0)
        return err_set(err, "the relay needs the zone of the names that it hands out");
    if (!relay_block_take(options, &relay->block, err))
        return err_at(err, "the relay");
    parts->map.block = relay->block.number;
    if (!bind_parts(own, options, parts, err))
        return err_at(err, "the relay");
    relay->dns_port = relay_dns_bound(parts->dns, sockets);
    return start_process(relay, parts, err);
}

struct relay *relay_start(struct arena *a, const struct relay_options *options,
                          struct err *err)
{
    struct relay *relay = NEW(a, struct relay);
    relay->lifeline = relay->pid = relay->block.http = relay->block.tls = -1;
    relay->slot = slots_new(a, err);
    if (!relay->slot)
        return NULL;
    arena_defer(a, stop_kept, relay);
    /* The sockets are the relay's; here they close as soon as it has them. */
    struct arena *own = arena_new(NULL);
    bool started = start(relay, own, options, err);
    arena_end(own);
    return started ? relay : NULL;
}

struct relay_slot *relay_slot(struct relay *relay, int slot)
{
    return slot >= 0 && slot < RELAY_SLOTS ? &relay->slot[slot] : NULL;
}

int relay_dns_port(const struct relay *relay)
{
    return relay->dns_port;
}

void relay_stop(struct relay *relay)
{
    relay_block_leave(&relay->block);
    if (relay->pid <= 0 || relay->owner != getpid())
        return;
    net_close_kept(&relay->lifeline);
    /* Where somebody else has waited for it already, its number may be another's by now.
     */
    if (waitpid(relay->pid, NULL, WNOHANG) == 0) {
        kill(relay->pid, SIGKILL);
        while (waitpid(relay->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    relay->pid = -1;
}
