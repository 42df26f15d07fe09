/* SPDX-License-Identifier: MIT */
/* A listener: its socket, which we open ourselves to say what is wrong with it, and
 * libmicrohttpd's one thread on it. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/condition.h"
#include "http/listen_inside.h"

enum {
    USUAL_CONNECTIONS = 1000,
    USUAL_IDLE_S = 60,
    /* For the headers of a request and its answer; wiped whole for each request. */
    CONNECTION_MEMORY = 64 * 1024
};

/* --- the socket --- */

static bool open_at(const struct addrinfo *at, int *fd)
{
    int yes = 1;
    *fd = socket(at->ai_family, SOCK_STREAM, 0);
    if (*fd < 0)
        return false;
    if (fcntl(*fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(*fd, F_SETFL, O_NONBLOCK) == 0
        && setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0
        && bind(*fd, at->ai_addr, at->ai_addrlen) == 0 && listen(*fd, SOMAXCONN) == 0)
        return true;
    int why = errno;
    close(*fd);
    errno = why;
    return false;
}

static bool open_socket(const struct listen_options *o, int *fd, struct err *err)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                              .ai_socktype = SOCK_STREAM };
    struct addrinfo *at;
    char port[16];
    snprintf(port, sizeof port, "%d", o->port);
    if (getaddrinfo(o->address, port, &hints, &at) != 0)
        return err_set(err, "\"%s\" is no numeric address to listen on", o->address);
    bool opened = open_at(at, fd);
    int why = errno;
    freeaddrinfo(at);
    return opened
        || err_set(err, "cannot listen on %s port %d: %s", o->address, o->port,
                   strerror(why));
}

static int port_of(int fd)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof at;
    memset(&at, 0, sizeof at);
    getsockname(fd, (struct sockaddr *)&at, &len);
    const void *address = &at;
    const struct sockaddr_in *v4 = address;
    const struct sockaddr_in6 *v6 = address;
    return ntohs(at.ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
}

/* --- libmicrohttpd --- */

/* With epoll libmicrohttpd 0.9.75 asks in a circle as long as a TLS handshake waits for
 * the rest of what the client has to say. */
static unsigned int flags_for(const struct listen_options *o)
{
    unsigned int flags = MHD_ALLOW_SUSPEND_RESUME | MHD_USE_POLL_INTERNAL_THREAD;
    return o->cert_pem.len ? flags | MHD_USE_TLS : flags;
}

static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* RFC 7525 3.1.1, and RFC 8996 later; GnuTLS would speak TLS 1.0 and 1.1 as well. */
static const char usual_tls[] = "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1";

static struct MHD_Daemon *start_daemon(struct listener *l, int fd)
{
    const struct listen_options *o = &l->options;
    /* Both texts end in NUL: they are our copies. */
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)o->cert_pem.ptr },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->key_pem.ptr },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)o->tls },
        { MHD_OPTION_END, 0, NULL },
    };
    struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
    return MHD_start_daemon(
        flags_for(o), 0, NULL, NULL, call_on_request, l, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_URI_LOG_CALLBACK, call_on_target, l, MHD_OPTION_UNESCAPE_CALLBACK,
        keep_escapes, NULL, MHD_OPTION_NOTIFY_COMPLETED, call_on_end, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, call_on_connection, l,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned int)o->most_connections,
        MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned int)(o->idle_s < SILENT_S ? o->idle_s : SILENT_S), MHD_OPTION_ARRAY,
        o->cert_pem.len ? tls : none, MHD_OPTION_END);
}

/* --- the listener --- */

static void init_lock(struct listener *l)
{
    pthread_mutex_init(&l->lock, NULL);
    condition_init(&l->changed);
}

void listener_stop(struct listener *l)
{
    if (!l->daemon)
        return;
    /* libmicrohttpd aborts when it is stopped with suspended connections. */
    waits_end(l);
    MHD_stop_daemon(l->daemon);
    taken_end(l);
    l->daemon = NULL;
}

static void end_listener(void *context)
{
    struct listener *l = context;
    listener_stop(l);
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
}

static void copy_options(struct arena *a, struct listen_options *o)
{
    o->address = str_z(a, str_of(o->address));
    o->cert_pem = str_copy(a, o->cert_pem);
    o->key_pem = str_copy(a, o->key_pem);
    o->tls = o->tls ? o->tls : usual_tls;
    o->body_ceiling = o->body_ceiling ? o->body_ceiling : CEILING_BODY;
    o->most_connections =
        o->most_connections > 0 ? o->most_connections : USUAL_CONNECTIONS;
    o->idle_s = o->idle_s > 0 ? o->idle_s : USUAL_IDLE_S;
}

struct listener *listener_new(struct arena *a, const struct listen_options *options,
                              struct err *err)
{
    struct listener *l = NEW(a, struct listener);
    int fd = -1;
    l->options = *options;
    copy_options(a, &l->options);
    if (!open_socket(&l->options, &fd, err))
        return NULL;
    init_lock(l);
    arena_defer(a, end_listener, l);
    l->port = port_of(fd);
    l->daemon = start_daemon(l, fd);
    if (l->daemon)
        return l;
    close(fd);
    err_set(
        err, "libmicrohttpd does not start on %s port %d%s", l->options.address, l->port,
        options->cert_pem.len ? "; do the certificate and the key belong together?" : "");
    return NULL;
}

int listener_port(const struct listener *l)
{
    return l->port;
}
