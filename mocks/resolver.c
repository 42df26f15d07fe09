/* SPDX-License-Identifier: MIT */
/* The stub resolver: send, wait, send again; one socket until a question has failed. */
#include "mocks/resolver.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/key.h"
#include "mocks/net.h"

enum {
    LONGEST_ANSWER = 65535,
    EDNS_SIZE = 4096,
    AGAIN_MS = 1000, /* a datagram that nobody answers is sent again */
    MOST_HOPS = 16,
    MOST_STRANGERS = 100
};

struct resolver {
    struct arena *arena;
    const char *server;
    int port, udp; /* udp below 0: not open */
};

/* One question on its way. */
struct ask {
    struct resolver *resolver;
    str name; /* in the one form */
    int type;
    int64_t deadline; /* clock_ms() */
    uint16_t id;
    str wire;
    int strangers; /* answers so far that did not belong to it */
};

static bool too_late(const struct ask *ask, struct err *err)
{
    return err_set(err, "the DNS server %s port %d did not answer for %.*s %.*s in time",
                   ask->resolver->server, ask->resolver->port, STR_ARG(ask->name),
                   STR_ARG(dns_type_word(ask->resolver->arena, ask->type)));
}

static bool broken(const struct ask *ask, int error, struct err *err)
{
    return err_set(err, "the DNS server %s port %d cannot be asked for %.*s: %s",
                   ask->resolver->server, ask->resolver->port, STR_ARG(ask->name),
                   error ? strerror(error) : "it hung up");
}

/* Waits for an event until `until` or the deadline; false when the time is over. */
static bool wait_for(int fd, short events, int64_t until)
{
    for (;;) {
        struct pollfd item = { .fd = fd, .events = events };
        int64_t left = until - clock_ms();
        int seen = left > 0 ? poll(&item, 1, (int)left) : 0;
        if (seen > 0 || (seen < 0 && errno != EINTR) || left <= 0)
            return seen > 0;
    }
}

/* RFC 5452 3: an answer counts only when it repeats id and question. */
static bool belongs(struct ask *ask, str wire, struct dns_answer *answer)
{
    if (dns_answer_read(ask->resolver->arena, wire, answer) && answer->id == ask->id
        && answer->question.type == ask->type && str_eq(answer->question.name, ask->name))
        return true;
    ask->strangers++;
    return false;
}

static bool write_query(struct ask *ask, uint16_t edns_size, struct err *err)
{
    str id = random_bytes(ask->resolver->arena, 2);
    ask->id = (uint16_t)((unsigned char)id.ptr[0] << 8 | (unsigned char)id.ptr[1]);
    return dns_query_write(ask->resolver->arena, ask->id, ask->name, ask->type, edns_size,
                           &ask->wire, err);
}

/* Reads datagrams until the right one; false without *error when the time is over. */
static bool read_datagrams(struct ask *ask, int fd, int64_t until,
                           struct dns_answer *answer, int *error)
{
    char room[LONGEST_ANSWER]; /* the arena would clear it for each question */
    *error = 0;
    while (ask->strangers < MOST_STRANGERS && wait_for(fd, POLLIN, until)) {
        ssize_t got = recv(fd, room, sizeof room, 0);
        if (got < 0 && errno != EAGAIN && errno != EINTR) {
            *error = errno;
            return false;
        }
        if (got > 0 && belongs(ask, (str){ room, (size_t)got }, answer))
            return true;
    }
    return false;
}

static bool ask_on(struct ask *ask, int fd, struct dns_answer *answer, struct err *err)
{
    int error;
    while (ask->strangers < MOST_STRANGERS && clock_ms() < ask->deadline) {
        int64_t again = clock_ms() + AGAIN_MS;
        if (send(fd, ask->wire.ptr, ask->wire.len, MSG_NOSIGNAL) < 0)
            return broken(ask, errno, err);
        if (read_datagrams(ask, fd, again < ask->deadline ? again : ask->deadline, answer,
                           &error))
            return true;
        if (error)
            return broken(ask, error, err);
    }
    return too_late(ask, err);
}

static bool ask_udp(struct ask *ask, struct dns_answer *answer, struct err *err)
{
    struct resolver *r = ask->resolver;
    if (r->udp < 0)
        r->udp = net_connect(r->server, r->port, NET_DATAGRAM, err);
    if (r->udp < 0)
        return false;
    if (ask_on(ask, r->udp, answer, err))
        return true;
    net_close_kept(&r->udp); /* what still comes is not for the next question */
    return false;
}

static bool send_whole(const struct ask *ask, int fd, str bytes, struct err *err)
{
    while (bytes.len) {
        if (!wait_for(fd, POLLOUT, ask->deadline))
            return too_late(ask, err);
        ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return broken(ask, errno, err);
        bytes = str_from(bytes, sent > 0 ? (size_t)sent : 0);
    }
    return true;
}

static bool read_whole(const struct ask *ask, int fd, char *to, size_t len,
                       struct err *err)
{
    while (len) {
        if (!wait_for(fd, POLLIN, ask->deadline))
            return too_late(ask, err);
        ssize_t got = recv(fd, to, len, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            return broken(ask, got ? errno : 0, err);
        to += got > 0 ? got : 0;
        len -= got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* RFC 1035 4.2.2: two bytes of length before each message. */
static bool talk_tcp(struct ask *ask, int fd, struct dns_answer *answer, struct err *err)
{
    char head[2] = { (char)(ask->wire.len >> 8), (char)ask->wire.len };
    char *bytes = arena_alloc(ask->resolver->arena, 1, ask->wire.len + 2);
    memcpy(bytes, head, sizeof head);
    memcpy(bytes + sizeof head, ask->wire.ptr, ask->wire.len);
    if (!send_whole(ask, fd, (str){ bytes, ask->wire.len + 2 }, err))
        return false;
    while (ask->strangers < MOST_STRANGERS) {
        if (!read_whole(ask, fd, head, sizeof head, err))
            return false;
        size_t len = (size_t)(unsigned char)head[0] << 8 | (unsigned char)head[1];
        bytes = arena_alloc(ask->resolver->arena, 1, len);
        if (!read_whole(ask, fd, bytes, len, err))
            return false;
        if (belongs(ask, (str){ bytes, len }, answer))
            return true;
    }
    return too_late(ask, err);
}

static bool ask_tcp(struct ask *ask, struct dns_answer *answer, struct err *err)
{
    int fd = net_connect(ask->resolver->server, ask->resolver->port, NET_STREAM, err);
    if (fd < 0)
        return false;
    bool asked = talk_tcp(ask, fd, answer, err);
    close(fd);
    return asked;
}

static struct resolver_hop *hop_add(struct arena *a, struct resolution *out, str name,
                                    int rcode)
{
    out->hop = GROW(a, out->hop, out->hop_count, struct resolver_hop);
    struct resolver_hop *hop = &out->hop[out->hop_count++];
    *hop = (struct resolver_hop){ .name = name, .alias = STR_NONE, .rcode = rcode };
    return hop;
}

/* Asks once; a server that knows no EDNS says FORMERR and is asked without (RFC 6891 7).
 */
static bool ask_server(struct ask *ask, struct dns_answer *answer, bool *tcp,
                       struct err *err)
{
    *tcp = false;
    if (!write_query(ask, EDNS_SIZE, err) || !ask_udp(ask, answer, err))
        return false;
    if (answer->rcode == DNS_FORMERR
        && (!write_query(ask, 0, err) || !ask_udp(ask, answer, err)))
        return false;
    *tcp = answer->cut;
    return !answer->cut || ask_tcp(ask, answer, err);
}

static const struct dns_record *record_at(const struct dns_answer *answer, str name,
                                          int type)
{
    for (size_t i = 0; i < answer->count; i++)
        if (answer->item[i].type == type && str_eq(answer->item[i].name, name))
            return &answer->item[i];
    return NULL;
}

static void take_records(struct arena *a, const struct dns_answer *answer, str name,
                         int type, struct resolution *out)
{
    for (size_t i = 0; i < answer->count; i++) {
        const struct dns_record *record = &answer->item[i];
        if (record->type != type || !str_eq(record->name, name))
            continue;
        out->item = GROW(a, out->item, out->count, struct dns_record);
        out->item[out->count++] = *record;
    }
}

/* Follows the CNAMEs inside one answer from ask->name, which becomes the last target.
 * True when something was followed and records of the type are not there: the target is
 * asked. */
static bool follow(struct ask *ask, const struct dns_answer *answer, bool tcp,
                   struct resolution *out)
{
    const struct dns_record *alias = NULL;
    do {
        struct resolver_hop *hop =
            hop_add(ask->resolver->arena, out, ask->name, answer->rcode);
        hop->tcp = tcp;
        alias = ask->type == DNS_CNAME ? NULL : record_at(answer, ask->name, DNS_CNAME);
        if (alias)
            ask->name = hop->alias = dns_record_text(ask->resolver->arena, alias);
    } while (alias && out->hop_count <= MOST_HOPS
             && record_at(answer, ask->name, DNS_CNAME));
    take_records(ask->resolver->arena, answer, ask->name, ask->type, out);
    return alias && out->count == 0 && answer->rcode == DNS_NOERROR;
}

struct resolver *resolver_new(struct arena *a, const char *server, int port)
{
    struct resolver *r = NEW(a, struct resolver);
    *r = (struct resolver){ .arena = a, .server = server, .port = port, .udp = -1 };
    arena_defer(a, net_close_kept, &r->udp);
    return r;
}

bool resolver_query(struct resolver *r, str name, int type, long deadline_ms,
                    struct resolution *out, struct err *err)
{
    struct ask ask = { .resolver = r, .type = type };
    ask.deadline = clock_ms() + deadline_ms;
    *out = (struct resolution){ 0 };
    if (!dns_name(r->arena, name, &ask.name))
        return err_set(err, "\"%.*s\" is not a domain name", STR_ARG(name));
    for (bool more = true; more;) {
        struct dns_answer answer;
        bool tcp;
        if (out->hop_count > MOST_HOPS)
            return err_set(err, "more than %d CNAMEs follow %.*s: a circle", MOST_HOPS,
                           STR_ARG(name));
        if (!ask_server(&ask, &answer, &tcp, err))
            return false;
        out->rcode = answer.rcode;
        more = follow(&ask, &answer, tcp, out);
    }
    return true;
}
