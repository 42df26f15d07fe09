/* SPDX-License-Identifier: MIT */
/* Bytes of one's own over a connection that libcurl opened, and verified unless it is to
 * be TCP alone. */
#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "http/fetch_inside.h"

enum { QUIET_MS = 250, LOOK_MS = 200 };

struct raw {
    struct fetcher *fetcher;
    int64_t deadline_ms;
    fetch_whole *whole;
    void *context;
    int64_t quiet_ms; /* how long nothing may follow what is whole */
    bool closed;      /* by the peer */
    struct buf answer;
};

/* Waits for the socket, at most until `until_ms`; false when nothing came. */
static bool wait_for(const struct raw *r, short events, int64_t until_ms)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    curl_easy_getinfo(r->fetcher->curl, CURLINFO_ACTIVESOCKET, &fd);
    struct pollfd pollfd = { .fd = fd, .events = events };
    for (;;) {
        int64_t left = until_ms - clock_ms();
        int ready = left > 0 ? poll(&pollfd, 1, left < LOOK_MS ? (int)left : LOOK_MS) : 0;
        if (ready > 0 || left <= 0 || fetch_is_stopped(r->fetcher))
            return ready > 0;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

static bool connect_only(struct raw *r, struct arena *a, str url, struct err *err)
{
    struct fetcher *f = r->fetcher;
    struct timings timings = { 0 };
    struct response response = { 0 };
    struct transfer t = {
        .arena = a, .url = url, .response = &response, .timings = &timings
    };
    f->curl = curl_easy_init();
    if (!f->curl)
        return err_set(err, "libcurl has no handle for us");
    if (!handle_prepare(f, f->curl, &t, err))
        return false;
    curl_easy_setopt(f->curl, CURLOPT_CONNECT_ONLY, 1L);
    CURLcode code = curl_easy_perform(f->curl);
    if (code != CURLE_OK)
        fetch_explain(f, &t, code, err);
    /* The handle outlives t. */
    curl_easy_setopt(f->curl, CURLOPT_ERRORBUFFER, NULL);
    return code == CURLE_OK;
}

/* What the peer no longer takes is dropped: its answer tells more than our error would.
 */
static void send_all(struct raw *r, str bytes)
{
    while (bytes.len) {
        size_t sent = 0;
        CURLcode code = curl_easy_send(r->fetcher->curl, bytes.ptr, bytes.len, &sent);
        if (code == CURLE_AGAIN) {
            if (!wait_for(r, POLLOUT, r->deadline_ms))
                return;
        } else if (code != CURLE_OK) {
            return;
        }
        bytes = str_from(bytes, sent);
    }
}

/* RFC 9112 6.3: these have no body, whatever their header says. */
static bool is_bodiless(str answer, bool head)
{
    str status = str_upto(str_from(answer, strlen("HTTP/1.1 ")), 3);
    return head || str_is(status, "204") || str_is(status, "304");
}

/* Whether what came holds a whole final response; only a guess, it ends the waiting. */
static bool looks_whole(void *context, str answer)
{
    const bool *head = context; /* the bytes ask by HEAD */
    size_t end = str_find(answer, STR("\r\n\r\n"));
    str header = str_upto(answer, end), line, length = STR_NONE;
    str body = str_from(answer, end + 4);
    bool chunked = false;
    if (end == answer.len || str_starts(answer, "HTTP/1.1 1"))
        return false;
    if (is_bodiless(answer, *head))
        return true;
    while (str_cut(&header, '\n', &line)) {
        size_t colon = str_find_char(line, ':');
        str name = str_upto(line, colon), value = str_trim(str_from(line, colon + 1));
        chunked |= str_eq_nocase(name, STR("Transfer-Encoding"));
        if (str_eq_nocase(name, STR("Content-Length")))
            length = value;
    }
    long count = 0;
    if (chunked)
        return str_ends(body, "0\r\n\r\n");
    return str_to_long(length, CEILING_BODY, &count) && body.len >= (size_t)count;
}

/* Until close, ceiling, deadline, or quiet behind a whole response. */
static void read_all(struct raw *r)
{
    char piece[16384];
    while (!r->answer.over) {
        size_t got = 0;
        CURLcode code = curl_easy_recv(r->fetcher->curl, piece, sizeof piece, &got);
        if (code == CURLE_OK && got > 0) {
            buf_add(&r->answer, (str){ piece, got });
            continue;
        }
        r->closed = code != CURLE_AGAIN;
        if (r->closed)
            return;
        int64_t quiet = clock_ms() + r->quiet_ms, until = r->deadline_ms;
        if (quiet < until && r->whole(r->context, buf_str(&r->answer)))
            until = quiet;
        if (!wait_for(r, POLLIN, until))
            return;
    }
}

static bool exchange(struct raw *r, struct arena *a, const struct fetcher *f, str url,
                     str bytes, struct err *err)
{
    struct arena *step = arena_new(a);
    r->deadline_ms = clock_ms() + f->options.total_ms;
    r->fetcher = fetcher_new(step, &f->options);
    bool connected = connect_only(r, step, url, err);
    if (connected) {
        send_all(r, bytes);
        read_all(r);
    }
    arena_end(step);
    return connected;
}

bool fetch_raw(struct fetcher *f, struct arena *a, str url, str bytes, str *answer,
               struct err *err)
{
    bool head = str_starts(bytes, "HEAD ");
    struct raw r = { .whole = looks_whole, .context = &head, .quiet_ms = QUIET_MS };
    r.answer = buf_new(a, f->options.body_ceiling + CEILING_HEADERS);
    bool connected = exchange(&r, a, f, url, bytes, err);
    if (connected)
        *answer = buf_str(&r.answer);
    return connected;
}

/* libcurl leaves a connection to an http URL as it is. */
static bool plain_url(struct arena *a, str url, str *plain, struct err *err)
{
    struct url parts;
    if (!url_parse(a, url, &parts))
        return err_set(err, "%.*s is no absolute URL", STR_ARG(str_upto(url, 200)));
    *plain = arena_printf(a, "http://%.*s:%d/", STR_ARG(parts.host), parts.port);
    return true;
}

bool fetch_plain(struct fetcher *f, struct arena *a, str url, str bytes,
                 fetch_whole *whole, void *context, str *answer, bool *closed,
                 struct err *err)
{
    str plain;
    struct raw r = { .whole = whole, .context = context };
    r.answer = buf_new(a, CEILING_LINE);
    bool connected =
        plain_url(a, url, &plain, err) && exchange(&r, a, f, plain, bytes, err);
    if (connected)
        *answer = buf_str(&r.answer);
    *closed = connected && r.closed;
    return connected;
}
