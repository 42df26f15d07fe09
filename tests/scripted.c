/* SPDX-License-Identifier: MIT */
/* The test servers of scripted.h.  Handlers run on the listener's thread, so what they
 * note down is behind a lock. */
#include "tests/scripted.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/jws.h"
#include "http/listen.h"

enum { MOST_ARRIVALS = 200 };

struct scripted {
    struct arena *arena;
    struct listener *listener;
    pthread_mutex_t lock; /* for all below */
    struct arrival arrivals[MOST_ARRIVALS];
    int count, nonces;
    bool withhold;
};

static str path_of(struct arena *a, const struct request *request)
{
    struct url url;
    return url_parse(a, request->url, &url) ? url.path : request->url;
}

static void note(char *out, size_t room, str value)
{
    snprintf(out, room, "%.*s", (int)(value.len < room ? value.len : room - 1),
             value.ptr);
}

static void note_header(char *out, size_t room, const struct request *request,
                        const char *name)
{
    const str *value = headers_find(&request->headers, name);
    note(out, room, value ? *value : STR_NONE);
}

/* Writes the request down; returns how many came for that path before. */
static int note_arrival(struct scripted *s, struct arena *a,
                        const struct request *request)
{
    struct arrival *x = &s->arrivals[s->count];
    struct jws jws = { 0 };
    jws_peek(a, request->body, &jws);
    note(x->method, sizeof x->method, request->method);
    note(x->path, sizeof x->path, path_of(a, request));
    note(x->nonce, sizeof x->nonce, jws.nonce);
    note(x->body, sizeof x->body, request->body);
    note_header(x->type, sizeof x->type, request, "Content-Type");
    note_header(x->agent, sizeof x->agent, request, "User-Agent");
    note_header(x->language, sizeof x->language, request, "Accept-Language");
    note_header(x->accept, sizeof x->accept, request, "Accept");
    int before = 0;
    for (int i = 0; i < s->count; i++)
        before += strcmp(s->arrivals[i].path, x->path) == 0;
    if (s->count < MOST_ARRIVALS - 1)
        s->count++;
    return before;
}

static void answer_directory(struct arena *a, const struct request *request,
                             struct response *response)
{
    const str *host = headers_find(&request->headers, "Host");
    str base = arena_printf(a, "http://%.*s", STR_ARG(host ? *host : STR("?")));
    response->body = arena_printf(a,
                                  "{\"newNonce\":\"%s/nonce\",\"newAccount\":\"%s/acct\","
                                  "\"newOrder\":\"%s/order\","
                                  "\"meta\":{\"website\":\"https://ca.test/\"}}",
                                  base.ptr, base.ptr, base.ptr);
}

static void answer_problem(struct arena *a, struct response *response, const char *word)
{
    response->status = 400;
    headers_set(a, &response->headers, STR("Content-Type"),
                STR("application/problem+json"));
    response->body =
        arena_printf(a, "{\"type\":\"urn:ietf:params:acme:error:%s\"}", word);
}

/* What a path answers besides 200 and a JSON object. */
static void answer_by_path(struct arena *a, str path, int before,
                           const struct request *request, struct reply *reply)
{
    struct response *response = &reply->response;
    if (str_is(path, "/dir"))
        answer_directory(a, request, response);
    else if (str_is(path, "/html"))
        response->body = STR("<html>");
    else if (str_is(path, "/list"))
        response->body = STR("[]");
    else if (str_is(path, "/malformed"))
        answer_problem(a, response, "malformed");
    else if (str_is(path, "/bad-always") || str_is(path, "/bad-bare")
             || (str_is(path, "/bad-once") && before == 0))
        answer_problem(a, response, "badNonce");
    else if (str_is(path, "/nonce"))
        response->body = STR_NONE;
    else if (!str_is(path, "/ok") && !str_is(path, "/bad-once")
             && !str_ends(path, "-nonce"))
        response->status = 404;
    reply->manner.drop = str_is(path, "/drop");
    reply->manner.hang = str_is(path, "/hang");
}

static str nonce_for(struct scripted *s, struct arena *a, str path)
{
    bool none = str_is(path, "/dir") || str_is(path, "/no-nonce")
        || str_is(path, "/bad-bare") || (str_is(path, "/nonce") && s->withhold);
    if (none)
        return STR_NONE;
    if (str_is(path, "/same-nonce"))
        return STR("same");
    if (str_is(path, "/odd-nonce"))
        return STR("not=base64url");
    return arena_printf(a, "nonce-%d", s->nonces++);
}

static void handle(void *context, struct arena *a, const struct request *request,
                   const char *peer, struct reply *reply)
{
    struct scripted *s = context;
    str path = path_of(a, request);
    (void)peer;
    reply->response =
        (struct response){ .status = 200, .body = STR("{\"status\":\"valid\"}") };
    headers_add(a, &reply->response.headers, STR("Content-Type"),
                STR("application/json"));
    pthread_mutex_lock(&s->lock);
    int before = note_arrival(s, a, request);
    str nonce = nonce_for(s, a, path);
    pthread_mutex_unlock(&s->lock);
    answer_by_path(a, path, before, request, reply);
    if (nonce.len)
        headers_add(a, &reply->response.headers, STR("Replay-Nonce"), nonce);
}

static void destroy_lock(void *lock)
{
    pthread_mutex_destroy(lock);
}

struct scripted *scripted_new(struct arena *a)
{
    struct err err = { "" };
    struct scripted *s = NEW(a, struct scripted);
    s->arena = a;
    pthread_mutex_init(&s->lock, NULL);
    arena_defer(a, destroy_lock, &s->lock);
    struct listen_options options = {
        .address = "127.0.0.1", .body_ceiling = 1 << 20, .handler = handle, .context = s
    };
    s->listener = listener_new(a, &options, &err);
    ck_assert_msg(s->listener != NULL, "%s", err.text);
    return s;
}

str scripted_url(struct scripted *s, const char *path)
{
    return arena_printf(s->arena, "http://127.0.0.1:%d%s", listener_port(s->listener),
                        path);
}

void scripted_stop(struct scripted *s)
{
    listener_stop(s->listener);
}

void scripted_withhold_nonces(struct scripted *s)
{
    pthread_mutex_lock(&s->lock);
    s->withhold = true;
    pthread_mutex_unlock(&s->lock);
}

int scripted_count(struct scripted *s, const char *path)
{
    int count = 0;
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < s->count; i++)
        count += strcmp(s->arrivals[i].path, path) == 0;
    pthread_mutex_unlock(&s->lock);
    return count;
}

struct arrival scripted_last(struct scripted *s)
{
    pthread_mutex_lock(&s->lock);
    struct arrival last = s->arrivals[s->count ? s->count - 1 : 0];
    pthread_mutex_unlock(&s->lock);
    return last;
}

/* --- canned answers --- */

struct canned {
    int fd;
    str answer;
    pthread_t thread;
};

static void *say(void *context)
{
    struct canned *c = context;
    char piece[1024];
    int fd = accept(c->fd, NULL, NULL);
    if (fd < 0)
        return NULL;
    if (recv(fd, piece, sizeof piece, 0) > 0)
        for (str rest = c->answer; rest.len;) {
            ssize_t sent = send(fd, rest.ptr, rest.len, MSG_NOSIGNAL);
            rest = str_from(rest, sent > 0 ? (size_t)sent : rest.len);
        }
    shutdown(fd, SHUT_WR);
    while (recv(fd, piece, sizeof piece, 0) > 0) /* until the other side closes, too */
        continue;
    close(fd);
    return NULL;
}

static void end_canned(void *context)
{
    struct canned *c = context;
    shutdown(c->fd, SHUT_RDWR); /* wakes accept */
    pthread_join(c->thread, NULL);
    close(c->fd);
}

str canned_start(struct arena *a, str answer)
{
    struct canned *c = NEW(a, struct canned);
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof at;
    c->answer = answer;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(c->fd, 0);
    ck_assert_int_eq(bind(c->fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(c->fd, 1), 0);
    ck_assert_int_eq(getsockname(c->fd, (struct sockaddr *)&at, &len), 0);
    ck_assert_int_eq(pthread_create(&c->thread, NULL, say, c), 0);
    arena_defer(a, end_canned, c);
    return arena_printf(a, "http://127.0.0.1:%d/", ntohs(at.sin_port));
}
