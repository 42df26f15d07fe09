/* SPDX-License-Identifier: MIT */
/* A UDP socket and at most 64 TCP connections, each with a deadline, a ceiling for what
 * waits to be sent, and memory of its own. */
#include "mocks/dns_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    MOST_CONNECTIONS = 64,
    MOST_DATAGRAMS = 64, /* per round, so that TCP gets its turn */
    LONGEST_QUERY = 65535,
    MOST_WAITING = 256 * 1024, /* bytes not yet sent, beyond which we read no more */
    MOST_KEPT = 1024 * 1024,   /* and beyond which the peer is given up */
    IDLE_MS = 60 * 1000,
    STARVED_MS = 100
};

struct connection {
    int fd; /* -1: free */
    struct arena *arena;
    uint64_t serial;
    int64_t deadline;
    char peer[NET_TEXT];
    char *in; /* LONGEST_QUERY and two bytes of length */
    size_t in_len;
    char *out;
    size_t out_at, out_len, out_room;
    int place; /* in the watch */
};

struct dns_server {
    struct net_pair socket;
    dns_receiver *receive;
    void *context;
    struct arena *step; /* reset after each query */
    uint64_t next_serial;
    int64_t rest_until; /* starved of file descriptors */
    int udp_place, tcp_place;
    struct connection connection[MOST_CONNECTIONS];
    char datagram[LONGEST_QUERY];
};

static void hang_up(struct connection *c)
{
    close(c->fd);
    arena_end(c->arena);
    *c = (struct connection){ .fd = -1, .place = -1 };
}

static void close_server(void *object)
{
    struct dns_server *s = object;
    for (size_t i = 0; i < MOST_CONNECTIONS; i++)
        if (s->connection[i].fd >= 0)
            hang_up(&s->connection[i]);
    arena_end(s->step);
    close(s->socket.udp);
    close(s->socket.tcp);
}

struct dns_server *
dns_server_new(struct arena *a, const struct dns_server_options *options, struct err *err)
{
    struct dns_server *s = NEW(a, struct dns_server);
    if (!net_pair_open(options->address, options->port, &s->socket, err))
        return NULL;
    s->receive = options->receive;
    s->context = options->context;
    s->step = arena_new(NULL);
    s->next_serial = 1;
    s->udp_place = s->tcp_place = -1;
    for (size_t i = 0; i < MOST_CONNECTIONS; i++)
        s->connection[i].fd = s->connection[i].place = -1;
    arena_defer(a, close_server, s);
    return s;
}

int dns_server_port(const struct dns_server *s)
{
    return s->socket.port;
}

void dns_server_sockets(const struct dns_server *s, int out[2])
{
    out[0] = s->socket.udp;
    out[1] = s->socket.tcp;
}

static struct connection *free_connection(struct dns_server *s)
{
    for (size_t i = 0; i < MOST_CONNECTIONS; i++)
        if (s->connection[i].fd < 0)
            return &s->connection[i];
    return NULL;
}

static short events_of(const struct connection *c)
{
    size_t waiting = c->out_len - c->out_at;
    return (short)((waiting ? POLLOUT : 0) | (waiting < MOST_WAITING ? POLLIN : 0));
}

void dns_server_watch(struct dns_server *s, struct watch *w)
{
    bool rests = clock_ms() < s->rest_until;
    s->udp_place = watch_add(w, s->socket.udp, POLLIN);
    s->tcp_place =
        rests || !free_connection(s) ? -1 : watch_add(w, s->socket.tcp, POLLIN);
    if (rests)
        watch_until(w, s->rest_until);
    for (size_t i = 0; i < MOST_CONNECTIONS; i++) {
        struct connection *c = &s->connection[i];
        if (c->fd < 0)
            continue;
        c->place = watch_add(w, c->fd, events_of(c));
        watch_until(w, c->deadline);
    }
}

static void receive(struct dns_server *s, str wire, const struct dns_ticket *ticket)
{
    s->receive(s->context, s->step, wire, ticket);
    arena_reset(s->step);
}

static bool receive_datagram(struct dns_server *s)
{
    struct dns_ticket ticket = { 0 };
    socklen_t len = sizeof ticket.from;
    ssize_t got = recvfrom(s->socket.udp, s->datagram, sizeof s->datagram, 0,
                           (struct sockaddr *)&ticket.from, &len);
    if (got < 0)
        return false;
    net_text(&ticket.from, ticket.peer);
    receive(s, (str){ s->datagram, (size_t)got }, &ticket);
    return true;
}

static void take_connection(struct dns_server *s)
{
    bool starved;
    char peer[NET_TEXT];
    struct connection *c = free_connection(s);
    int fd = c ? net_accept(s->socket.tcp, peer, &starved) : -1;
    if (fd < 0) {
        if (c && starved)
            s->rest_until = clock_ms() + STARVED_MS;
        return;
    }
    *c = (struct connection){ .fd = fd, .place = -1, .serial = s->next_serial++ };
    c->arena = arena_new(NULL);
    c->deadline = clock_ms() + IDLE_MS;
    c->in = arena_alloc(c->arena, 1, LONGEST_QUERY + 2);
    memcpy(c->peer, peer, sizeof peer);
}

/* The length of the message at the beginning of the buffer with its prefix, or 0 when it
 * is not whole yet (RFC 1035 4.2.2). */
static size_t whole_message(const struct connection *c)
{
    if (!c->in || c->in_len < 2)
        return 0;
    size_t len = (size_t)(unsigned char)c->in[0] << 8 | (unsigned char)c->in[1];
    return c->in_len >= len + 2 ? len + 2 : 0;
}

/* Hands over each whole query; an answer may end the connection, hence the serial. */
static void take_queries(struct dns_server *s, struct connection *c)
{
    struct dns_ticket ticket = { .tcp = true, .serial = c->serial };
    ticket.connection = (size_t)(c - s->connection);
    memcpy(ticket.peer, c->peer, sizeof ticket.peer);
    for (size_t len = whole_message(c); len; len = whole_message(c)) {
        c->deadline = clock_ms() + IDLE_MS;
        receive(s, (str){ c->in + 2, len - 2 }, &ticket);
        if (c->serial != ticket.serial)
            return;
        c->in_len -= len;
        memmove(c->in, c->in + len, c->in_len);
    }
}

static void read_connection(struct dns_server *s, struct connection *c)
{
    size_t room = LONGEST_QUERY + 2 - c->in_len;
    ssize_t got = recv(c->fd, c->in + c->in_len, room, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        hang_up(c);
        return;
    }
    if (got > 0) {
        c->in_len += (size_t)got;
        take_queries(s, c);
    }
}

static void write_connection(struct connection *c)
{
    ssize_t sent = send(c->fd, c->out + c->out_at, c->out_len - c->out_at, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        hang_up(c);
        return;
    }
    c->out_at += sent > 0 ? (size_t)sent : 0;
    if (c->out_at == c->out_len)
        c->out_at = c->out_len = 0;
}

static void serve_connection(struct dns_server *s, struct connection *c, short saw)
{
    uint64_t serial = c->serial;
    if (clock_ms() >= c->deadline) {
        hang_up(c);
        return;
    }
    if (saw & POLLOUT)
        write_connection(c);
    if (c->serial == serial && (saw & (POLLIN | POLLHUP | POLLERR)))
        read_connection(s, c);
}

void dns_server_serve(struct dns_server *s, const struct watch *w)
{
    for (size_t i = 0; i < MOST_CONNECTIONS; i++)
        if (s->connection[i].fd >= 0)
            serve_connection(s, &s->connection[i], watch_saw(w, s->connection[i].place));
    if (watch_saw(w, s->tcp_place))
        take_connection(s);
    if (watch_saw(w, s->udp_place))
        for (int i = 0; i < MOST_DATAGRAMS && receive_datagram(s); i++)
            continue;
}

static void make_room(struct connection *c, size_t more)
{
    if (c->out_len + more <= c->out_room)
        return;
    c->out_len -= c->out_at;
    if (c->out_at)
        memmove(c->out, c->out + c->out_at, c->out_len);
    c->out_at = 0;
    if (c->out_len + more <= c->out_room)
        return;
    size_t room = c->out_room ? c->out_room * 2 : 4096;
    while (room < c->out_len + more)
        room *= 2;
    char *bigger = arena_alloc(c->arena, 1, room);
    if (c->out_len)
        memcpy(bigger, c->out, c->out_len);
    c->out = bigger;
    c->out_room = room;
}

static void reply_over_tcp(struct connection *c, str wire)
{
    if (c->out_len - c->out_at > MOST_KEPT) {
        hang_up(c);
        return;
    }
    make_room(c, wire.len + 2);
    c->out[c->out_len++] = (char)(wire.len >> 8);
    c->out[c->out_len++] = (char)wire.len;
    memcpy(c->out + c->out_len, wire.ptr, wire.len);
    c->out_len += wire.len;
    write_connection(c);
}

void dns_server_reply(struct dns_server *s, const struct dns_ticket *ticket, str wire)
{
    struct connection *c = &s->connection[ticket->connection];
    socklen_t len = ticket->from.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                       : sizeof(struct sockaddr_in);
    if (wire.len > LONGEST_QUERY)
        return;
    if (!ticket->tcp)
        sendto(s->socket.udp, wire.ptr, wire.len, MSG_NOSIGNAL,
               (const struct sockaddr *)&ticket->from, len);
    else if (c->serial == ticket->serial)
        reply_over_tcp(c, wire);
}
