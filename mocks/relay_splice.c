/* SPDX-License-Identifier: MIT */
/* Connections for the web and TLS responders: the first bytes tell whose it is, then
 * bytes go both ways as they come, with every close and every reset, until both sides are
 * done. */
#include "mocks/relay_inside.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "mocks/hello.h"

enum {
    FLOW = 20 * 1024, /* holds the longest ClientHello that we read, with its records */
    REFUSAL_MS = 2000,
    STARVED_MS = 100
};

/* Bytes on the way from one side to the other. */
struct flow {
    char bytes[FLOW];
    size_t start, end;
    bool eof;  /* no more will come */
    bool shut; /* and the other side was told so */
};

enum stage {
    STAGE_PEEK,    /* whose is it? */
    STAGE_CONNECT, /* to the scenario's responder */
    STAGE_SPLICE,
    STAGE_REFUSE /* our own words, then the end */
};

enum { CLIENT, RESPONDER }; /* sides; flow[CLIENT] comes from the client */

struct pair {
    struct arena *arena;
    struct arena *scratch;
    enum stage stage;
    int fd[2], place[2];
    int64_t deadline;
    struct flow flow[2];
};

struct relay_splice {
    struct relay_map map;
    enum relay_kind kind;
    int listener, place;
    int64_t rest_until;
    struct pair **pair; /* NULL: free */
    size_t most;
};

static void end_pair(struct pair **at)
{
    struct pair *pair = *at;
    for (int side = CLIENT; side <= RESPONDER; side++)
        if (pair->fd[side] >= 0)
            close(pair->fd[side]);
    *at = NULL;
    arena_end(pair->arena);
}

/* Something broke on one side, so the other is told by a reset too. */
static void break_pair(struct pair **at)
{
    struct pair *pair = *at;
    for (int side = CLIENT; side <= RESPONDER; side++)
        if (pair->fd[side] >= 0)
            net_close_reset(pair->fd[side]);
    pair->fd[CLIENT] = pair->fd[RESPONDER] = -1;
    end_pair(at);
}

static void end_all(void *object)
{
    struct relay_splice *s = object;
    for (size_t i = 0; i < s->most; i++)
        if (s->pair[i])
            end_pair(&s->pair[i]);
    net_close_kept(&s->listener);
}

struct relay_splice *relay_splice_new(struct arena *a, const struct relay_map *map,
                                      enum relay_kind kind, const char *address, int port,
                                      size_t most, struct err *err)
{
    struct relay_splice *s = NEW(a, struct relay_splice);
    s->map = *map;
    s->kind = kind;
    s->most = most;
    s->pair = NEW_ARRAY(a, struct pair *, most);
    s->place = -1;
    s->listener = net_listen(address, port, err);
    arena_defer(a, end_all, s);
    return s->listener >= 0 ? s : NULL;
}

int relay_splice_socket(const struct relay_splice *s)
{
    return s->listener;
}

/* --- bytes from side to side --- */

static bool has_room(const struct flow *flow)
{
    return !flow->eof && (flow->start == flow->end || flow->end < FLOW);
}

/* Reads once; false when the connection broke. */
static bool fill(int fd, struct flow *flow)
{
    if (flow->start == flow->end)
        flow->start = flow->end = 0;
    if (!has_room(flow))
        return true;
    ssize_t got = recv(fd, flow->bytes + flow->end, FLOW - flow->end, 0);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    flow->eof = got == 0;
    flow->end += (size_t)got;
    return true;
}

/* Writes what waits, and the end after it; false when the connection broke. */
static bool drain(int fd, struct flow *flow)
{
    if (flow->start < flow->end) {
        ssize_t sent =
            send(fd, flow->bytes + flow->start, flow->end - flow->start, MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        flow->start += (size_t)sent;
    }
    if (flow->start == flow->end && flow->eof && !flow->shut) {
        shutdown(fd, SHUT_WR);
        flow->shut = true;
    }
    return true;
}

/* --- the stages --- */

/* RFC 8446 6: a fatal alert in a record of its own, before anything is encrypted. */
static str alert(struct arena *a, int description)
{
    return arena_printf(a, "\x15\x03\x03%c\x02\x02%c", 0, description);
}

static str http_error(struct arena *a, const char *status, const char *sentence)
{
    return arena_printf(
        a,
        "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
        "Connection: close\r\n\r\n%s\n",
        status, strlen(sentence) + 1, sentence);
}

enum refusal { REFUSE_UNREADABLE, REFUSE_STRANGER, REFUSE_NOBODY };

static str refusal_text(struct arena *a, enum relay_kind kind, enum refusal why)
{
    enum { DECODE_ERROR = 50, INTERNAL_ERROR = 80, UNRECOGNIZED_NAME = 112 };
    static const struct {
        int alert;
        const char *status, *sentence;
    } words[] = {
        [REFUSE_UNREADABLE] = { DECODE_ERROR, "400 Bad Request",
                                "This request names no host." },
        [REFUSE_STRANGER] = { UNRECOGNIZED_NAME, "404 Not Found",
                              "No scenario of acmespec has this name." },
        [REFUSE_NOBODY] = { INTERNAL_ERROR, "503 Service Unavailable",
                            "The scenario of this name answers no more." },
    };
    return kind == RELAY_TLS ? alert(a, words[why].alert)
                             : http_error(a, words[why].status, words[why].sentence);
}

static void refuse(const struct relay_splice *s, struct pair *pair, enum refusal why)
{
    str text = refusal_text(pair->arena, s->kind, why);
    struct flow *back = &pair->flow[RESPONDER];
    memcpy(back->bytes, text.ptr, text.len);
    back->end = text.len;
    back->eof = true;
    pair->stage = STAGE_REFUSE;
    pair->deadline = clock_ms() + REFUSAL_MS;
}

static enum peek peek_name(const struct relay_splice *s, struct pair *pair, str *name)
{
    const struct flow *flow = &pair->flow[CLIENT];
    str bytes = { flow->bytes, flow->end };
    struct hello hello;
    arena_reset(pair->scratch);
    if (s->kind == RELAY_HTTP)
        return host_peek(pair->scratch, bytes, name);
    enum peek peek = hello_peek(pair->scratch, bytes, &hello);
    *name = str_copy(pair->scratch, str_of(hello.sni));
    return peek;
}

static void connect_pair(const struct relay_splice *s, struct pair *pair, str name)
{
    struct err err;
    int port = relay_port_of(&s->map, name, s->kind);
    if (port > 0)
        pair->fd[RESPONDER] = net_connect(RELAY_UPSTREAM, port, NET_STREAM, &err);
    if (pair->fd[RESPONDER] >= 0)
        pair->stage = STAGE_CONNECT;
    else
        refuse(s, pair, port < 0 ? REFUSE_STRANGER : REFUSE_NOBODY);
}

/* False when the pair is over. */
static bool step_peek(const struct relay_splice *s, struct pair *pair)
{
    str name;
    if (!fill(pair->fd[CLIENT], &pair->flow[CLIENT]))
        return false;
    enum peek peek = peek_name(s, pair, &name);
    if (peek == PEEK_DONE)
        connect_pair(s, pair, name);
    else if (peek == PEEK_BAD || !has_room(&pair->flow[CLIENT]))
        refuse(s, pair, REFUSE_UNREADABLE);
    return true;
}

static bool step_splice(struct pair *pair, const short saw[2])
{
    for (int side = CLIENT; side <= RESPONDER; side++) {
        struct flow *from = &pair->flow[side];
        if ((saw[side] && !fill(pair->fd[side], from)) || !drain(pair->fd[!side], from))
            return false;
    }
    return true;
}

/* Reads on while our words go out: closing over unread bytes would send a reset, which
 * can overtake them. */
static bool step_refuse(struct pair *pair, short saw)
{
    struct flow *in = &pair->flow[CLIENT];
    in->start = in->end;
    return (!saw || fill(pair->fd[CLIENT], in))
        && drain(pair->fd[CLIENT], &pair->flow[RESPONDER]);
}

static bool step(const struct relay_splice *s, struct pair *pair, const short saw[2])
{
    switch (pair->stage) {
    case STAGE_PEEK:
        return !saw[CLIENT] || step_peek(s, pair);
    case STAGE_CONNECT:
        if (!saw[RESPONDER])
            return true;
        if (net_error(pair->fd[RESPONDER]))
            refuse(s, pair, REFUSE_NOBODY);
        else
            pair->stage = STAGE_SPLICE;
        return true;
    case STAGE_SPLICE:
        return step_splice(pair, saw);
    case STAGE_REFUSE:
        return step_refuse(pair, saw[CLIENT]);
    }
    return false;
}

static bool is_over(const struct pair *pair)
{
    const struct flow *flow = pair->flow;
    if (pair->stage == STAGE_REFUSE)
        return flow[CLIENT].eof && flow[RESPONDER].shut;
    return flow[CLIENT].shut && flow[RESPONDER].shut;
}

static void serve_pair(const struct relay_splice *s, struct pair **at,
                       const struct watch *w)
{
    struct pair *pair = *at;
    short saw[2] = { watch_saw(w, pair->place[CLIENT]),
                     watch_saw(w, pair->place[RESPONDER]) };
    if (clock_ms() >= pair->deadline || !step(s, pair, saw))
        break_pair(at);
    else if (is_over(pair))
        end_pair(at);
}

/* --- polled by the relay --- */

static struct pair **free_place(struct relay_splice *s)
{
    for (size_t i = 0; i < s->most; i++)
        if (!s->pair[i])
            return &s->pair[i];
    return NULL;
}

static short events_of(const struct pair *pair, int side)
{
    const struct flow *in = &pair->flow[side], *out = &pair->flow[!side];
    bool reads = has_room(in), writes = out->start < out->end || (out->eof && !out->shut);
    if (pair->stage == STAGE_REFUSE && side == CLIENT)
        reads = !in->eof; /* what is there is dropped */
    else if (pair->stage == STAGE_CONNECT) {
        reads = false;
        writes = side == RESPONDER;
    }
    return (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
}

static void watch_pair(struct pair *pair, struct watch *w)
{
    for (int side = CLIENT; side <= RESPONDER; side++) {
        short events = pair->fd[side] < 0 ? 0 : events_of(pair, side);
        /* A socket that is not waited for must not wake us by having hung up. */
        pair->place[side] = events ? watch_add(w, pair->fd[side], events) : -1;
    }
    watch_until(w, pair->deadline);
}

void relay_splice_watch(struct relay_splice *s, struct watch *w)
{
    bool rests = clock_ms() < s->rest_until;
    s->place = rests || !free_place(s) ? -1 : watch_add(w, s->listener, POLLIN);
    if (rests)
        watch_until(w, s->rest_until);
    for (size_t i = 0; i < s->most; i++)
        if (s->pair[i])
            watch_pair(s->pair[i], w);
}

static void take_connection(struct relay_splice *s)
{
    bool starved;
    char peer[NET_TEXT];
    struct pair **at = free_place(s);
    int fd = at ? net_accept(s->listener, peer, &starved) : -1;
    if (fd < 0) {
        if (at && starved)
            s->rest_until = clock_ms() + STARVED_MS;
        return;
    }
    struct arena *own = arena_new(NULL);
    struct pair *pair = NEW(own, struct pair);
    pair->arena = own;
    pair->scratch = arena_new(own);
    pair->fd[CLIENT] = fd;
    pair->fd[RESPONDER] = pair->place[CLIENT] = pair->place[RESPONDER] = -1;
    pair->deadline = clock_ms() + RELAY_DEADLINE_MS;
    *at = pair;
}

void relay_splice_serve(struct relay_splice *s, const struct watch *w)
{
    for (size_t i = 0; i < s->most; i++)
        if (s->pair[i])
            serve_pair(s, &s->pair[i], w);
    if (watch_saw(w, s->place))
        take_connection(s);
}
