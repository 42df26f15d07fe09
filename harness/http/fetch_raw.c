/* SPDX-License-Identifier: MIT */
/* Bytes of one's own over a connection that libcurl opened and verified. */
#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "http/fetch_inside.h"

enum { QUIET_MS = 250, LOOK_MS = 200 };

struct raw {
    struct fetcher *fetcher;
    int64_t deadline_ms;
    bool head; /* the bytes ask by HEAD */
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
static bool looks_whole(str answer, bool head)
{
    size_t end = str_find(answer, STR("\r\n\r\n"));
    str header = str_upto(answer, end), line, length = STR_NONE;
    str body = str_from(answer, end + 4);
    bool chunked = false;
    if (end == answer.len || str_starts(answer, "HTTP/1.1 1"))
        return false;
    if (is_bodiless(answer, head))
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
        if (code != CURLE_AGAIN)
            return;
        int64_t quiet = clock_ms() + QUIET_MS, until = r->deadline_ms;
        if (quiet < until && looks_whole(buf_str(&r->answer), r->head))
            until = quiet;
        if (!wait_for(r, POLLIN, until))
            return;
    }
}

bool fetch_raw(struct fetcher *f, struct arena *a, str url, str bytes, str *answer,
               struct err *err)
{
    struct arena *step = arena_new(a);
    struct raw r = { .deadline_ms = clock_ms() + f->options.total_ms,
                     .head = str_starts(bytes, "HEAD ") };
    r.fetcher = fetcher_new(step, &f->options);
    r.answer = buf_new(a, f->options.body_ceiling + CEILING_HEADERS);
    bool connected = connect_only(&r, step, url, err);
    if (connected) {
        send_all(&r, bytes);
        read_all(&r);
        *answer = buf_str(&r.answer);
    }
    arena_end(step);
    return connected;
}
