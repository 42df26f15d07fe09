/* SPDX-License-Identifier: MIT */
/* Each query goes on a socket of its own to the scenario whose name it asks for, over UDP
 * or TCP as it came, and the answer goes back as it is.  Names that are nobody's are
 * answered here. */
#include "mocks/relay_inside.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "mocks/dns_server.h"
#include "mocks/dns_zone.h"

enum { MOST_ASKED = 512, LONGEST_ANSWER = 65535 };

/* One query that a scenario has not answered yet. */
struct asked {
    int fd; /* -1: free */
    struct arena *arena;
    struct dns_ticket ticket;
    int64_t deadline;
    str query; /* over TCP with its length before it */
    size_t sent;
    char *answer; /* over TCP with its length before it */
    size_t got;
    int place;
};

struct relay_dns {
    struct relay_map map;
    struct dns_server *server;
    struct asked asked[MOST_ASKED];
};

static void forget(struct asked *asked)
{
    close(asked->fd);
    arena_end(asked->arena);
    *asked = (struct asked){ .fd = -1, .place = -1 };
}

static void forget_all(void *object)
{
    struct relay_dns *d = object;
    for (size_t i = 0; i < MOST_ASKED; i++)
        if (d->asked[i].fd >= 0)
            forget(&d->asked[i]);
}

/* --- names that are nobody's --- */

/* RFC 6761 6.3: localhost and all below it are the loopback address. */
static bool is_localhost(str name)
{
    return str_is(name, "localhost") || str_ends(name, ".localhost");
}

/* Whether names of scenarios lie below it: RUN.zone, the zone and what is above.  RFC
 * 8020 2: "no such name" would deny them too. */
static bool is_above(const struct relay_map *map, str name)
{
    size_t run = name.len > map->zone.len ? name.len - map->zone.len : 0;
    if (run > 1 && name.ptr[run - 1] == '.'
        && str_eq_nocase(str_from(name, run), map->zone))
        return str_find_char(name, '.') == run - 1;
    size_t above = map->zone.len - name.len;
    return str_is(name, ".")
        || (name.len <= map->zone.len && str_eq_nocase(str_from(map->zone, above), name)
            && (above == 0 || map->zone.ptr[above - 1] == '.'));
}

static void fill_localhost(struct arena *a, const struct dns_question *question,
                           struct dns_reply *reply)
{
    struct err err;
    reply->item = NEW(a, struct dns_record);
    if (question->type == DNS_A
        && dns_record_make(a, question->name, DNS_A, STR("127.0.0.1"), reply->item, &err))
        reply->count = 1;
}

static void answer_here(struct relay_dns *d, struct arena *a, str wire,
                        const struct dns_ticket *ticket, int rcode)
{
    struct dns_query query;
    if (!dns_query_read(a, wire, &query))
        return;
    struct dns_reply reply = { .rcode = query.rcode ? query.rcode : rcode };
    str name = query.question.name;
    if (reply.rcode == DNS_NO_SUCH_NAME
        && (is_localhost(name) || is_above(&d->map, name)))
        reply.rcode = DNS_NOERROR;
    if (reply.rcode == DNS_NOERROR && is_localhost(name))
        fill_localhost(a, &query.question, &reply);
    if (reply.count == 0 && reply.rcode != DNS_SERVER_FAILED)
        reply.soa = dns_zone_of(name);
    size_t room = ticket->tcp ? DNS_TCP_ROOM : query.room;
    dns_server_reply(d->server, ticket, dns_reply_write(a, &query, &reply, room));
}

/* --- names of scenarios --- */

static void fail(struct relay_dns *d, struct asked *asked)
{
    str query = asked->ticket.tcp ? str_from(asked->query, 2) : asked->query;
    answer_here(d, asked->arena, query, &asked->ticket, DNS_SERVER_FAILED);
    forget(asked);
}

/* A free place; where there is none, the query that has waited longest is given up. */
static struct asked *place_for_one(struct relay_dns *d)
{
    struct asked *oldest = &d->asked[0];
    for (size_t i = 0; i < MOST_ASKED; i++) {
        if (d->asked[i].fd < 0)
            return &d->asked[i];
        if (d->asked[i].deadline < oldest->deadline)
            oldest = &d->asked[i];
    }
    forget(oldest);
    return oldest;
}

static str framed(struct arena *a, str wire)
{
    char *bytes = arena_alloc(a, 1, wire.len + 2);
    bytes[0] = (char)(wire.len >> 8);
    bytes[1] = (char)wire.len;
    memcpy(bytes + 2, wire.ptr, wire.len);
    return (str){ bytes, wire.len + 2 };
}

static void pass_on(struct relay_dns *d, str wire, const struct dns_ticket *ticket,
                    int port)
{
    struct err err;
    struct asked *asked = place_for_one(d);
    enum net_kind kind = ticket->tcp ? NET_STREAM : NET_DATAGRAM;
    *asked = (struct asked){ .ticket = *ticket, .place = -1 };
    asked->arena = arena_new(NULL);
    asked->deadline = clock_ms() + RELAY_DEADLINE_MS;
    asked->query =
        ticket->tcp ? framed(asked->arena, wire) : str_copy(asked->arena, wire);
    asked->fd = net_connect(RELAY_UPSTREAM, port, kind, &err);
    if (asked->fd >= 0)
        return;
    answer_here(d, asked->arena, wire, ticket, DNS_SERVER_FAILED);
    arena_end(asked->arena);
    *asked = (struct asked){ .fd = -1, .place = -1 };
}

static void receive(void *context, struct arena *a, str wire,
                    const struct dns_ticket *ticket)
{
    struct relay_dns *d = context;
    str name = STR_NONE;
    int port =
        dns_first_name(a, wire, &name) ? relay_port_of(&d->map, name, RELAY_DNS) : -1;
    if (port > 0)
        pass_on(d, wire, ticket, port);
    else
        answer_here(d, a, wire, ticket, port == 0 ? DNS_SERVER_FAILED : DNS_NO_SUCH_NAME);
}

/* --- the scenario's answer --- */

static bool try_again(ssize_t done)
{
    return done < 0 && (errno == EAGAIN || errno == EINTR);
}

static void send_query(struct relay_dns *d, struct asked *asked)
{
    str left = str_from(asked->query, asked->sent);
    ssize_t sent = send(asked->fd, left.ptr, left.len, MSG_NOSIGNAL);
    if (sent < 0 && !try_again(sent))
        fail(d, asked);
    else if (sent > 0)
        asked->sent += (size_t)sent;
}

static bool whole_answer(const struct asked *asked, str *answer)
{
    *answer = (str){ asked->answer, asked->got };
    if (!asked->ticket.tcp)
        return true;
    if (asked->got < 2)
        return false;
    size_t len =
        (size_t)(unsigned char)asked->answer[0] << 8 | (unsigned char)asked->answer[1];
    *answer = str_upto(str_from(*answer, 2), len);
    return answer->len == len;
}

static void read_answer(struct relay_dns *d, struct asked *asked)
{
    size_t room = LONGEST_ANSWER + 2;
    str answer;
    if (!asked->answer)
        asked->answer = arena_alloc(asked->arena, 1, room);
    ssize_t got = recv(asked->fd, asked->answer + asked->got, room - asked->got, 0);
    if (try_again(got))
        return;
    if (got < 0 || (got == 0 && asked->ticket.tcp)) {
        fail(d, asked);
        return;
    }
    asked->got += (size_t)got;
    if (!whole_answer(asked, &answer))
        return;
    dns_server_reply(d->server, &asked->ticket, answer);
    forget(asked);
}

static void serve_asked(struct relay_dns *d, struct asked *asked, short saw)
{
    /* A scenario may keep silent on purpose: so do we. */
    if (clock_ms() >= asked->deadline)
        forget(asked);
    else if (saw && asked->sent < asked->query.len)
        send_query(d, asked);
    else if (saw)
        read_answer(d, asked);
}

/* --- polled by the relay --- */

struct relay_dns *relay_dns_new(struct arena *a, const struct relay_map *map,
                                const char *address, int port, struct err *err)
{
    struct relay_dns *d = NEW(a, struct relay_dns);
    struct dns_server_options options = {
        .address = address, .port = port, .receive = receive, .context = d
    };
    d->map = *map;
    for (size_t i = 0; i < MOST_ASKED; i++)
        d->asked[i].fd = d->asked[i].place = -1;
    d->server = dns_server_new(a, &options, err);
    arena_defer(a, forget_all, d);
    return d->server ? d : NULL;
}

int relay_dns_bound(const struct relay_dns *d, int sockets[2])
{
    dns_server_sockets(d->server, sockets);
    return dns_server_port(d->server);
}

void relay_dns_watch(struct relay_dns *d, struct watch *w)
{
    dns_server_watch(d->server, w);
    for (size_t i = 0; i < MOST_ASKED; i++) {
        struct asked *asked = &d->asked[i];
        if (asked->fd < 0)
            continue;
        asked->place =
            watch_add(w, asked->fd, asked->sent < asked->query.len ? POLLOUT : POLLIN);
        watch_until(w, asked->deadline);
    }
}

void relay_dns_serve(struct relay_dns *d, const struct watch *w)
{
    for (size_t i = 0; i < MOST_ASKED; i++)
        if (d->asked[i].fd >= 0)
            serve_asked(d, &d->asked[i], watch_saw(w, d->asked[i].place));
    dns_server_serve(d->server, w);
}
