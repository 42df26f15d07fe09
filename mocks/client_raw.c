/* SPDX-License-Identifier: MIT */
/* Bytes of one's own, and what came back for them read as an HTTP/1.1 response (RFC
 * 9112): leniently, since it is shown and its status looked at, nothing more. */
#include "mocks/client_inside.h"

#include "base/buf.h"
#include "base/clock.h"

/* A line up to LF, without a CR before it; false when there is no LF. */
static bool take_line(str *rest, str *line)
{
    if (str_find_char(*rest, '\n') == rest->len)
        return false;
    str_cut(rest, '\n', line);
    if (str_ends(*line, "\r"))
        line->len--;
    return true;
}

/* "HTTP/1.1 400 Bad Request" */
static bool take_status(str *rest, struct response *response)
{
    str line, version, status;
    long number;
    if (!take_line(rest, &line) || !str_starts(line, "HTTP/")
        || !str_cut(&line, ' ', &version) || !str_cut(&line, ' ', &status)
        || status.len != 3 || !str_to_long(status, 999, &number) || number < 100)
        return false;
    response->version = version;
    response->status = (int)number;
    response->reason = line;
    return true;
}

static void take_headers(struct arena *step, str *rest, struct response *response)
{
    str line;
    while (take_line(rest, &line) && line.len) {
        size_t colon = str_find_char(line, ':');
        if (colon < line.len)
            headers_add(step, &response->headers, str_upto(line, colon),
                        str_trim(str_from(line, colon + 1)));
    }
}

/* The size line of a chunk, in hexadecimal; what is no number is 0 and so the end. */
static size_t chunk_size(str line)
{
    static const char digits[] = "0123456789abcdef";
    size_t size = 0;
    for (size_t i = 0; i < line.len && line.ptr[i] && size < CEILING_BODY; i++) {
        const char *found = strchr(digits, line.ptr[i] | 0x20);
        if (!found)
            break;
        size = size * 16 + (size_t)(found - digits);
    }
    return size;
}

static str unchunk(struct arena *step, str rest)
{
    struct buf body = buf_new(step, CEILING_BODY);
    str line;
    while (take_line(&rest, &line)) {
        size_t size = chunk_size(line);
        buf_add(&body, str_upto(rest, size));
        rest = str_from(rest, size);
        if (size == 0 || !take_line(&rest, &line))
            break;
    }
    return buf_str(&body);
}

static str body_of(struct arena *step, const struct response *response, str rest)
{
    const str *length = headers_find(&response->headers, "Content-Length");
    const str *coding = headers_find(&response->headers, "Transfer-Encoding");
    long count;
    if (coding && str_eq_nocase(*coding, STR("chunked")))
        return unchunk(step, rest);
    if (length && str_to_long(*length, CEILING_BODY, &count))
        return str_upto(rest, (size_t)count);
    return rest;
}

static bool read_response(struct arena *step, str answer, struct response *response,
                          struct err *err)
{
    str rest = answer;
    do {
        *response = (struct response){ 0 };
        if (!take_status(&rest, response)) {
            *response = (struct response){ 0 };
            return err_set(err,
                           answer.len ? "what came back is no HTTP response"
                                      : "the connection was closed without an answer");
        }
        take_headers(step, &rest, response);
    } while (response->status < 200 && rest.len); /* RFC 9110 15.2: an interim response */
    response->body = body_of(step, response, rest);
    return true;
}

bool client_raw(struct client *c, str url, str bytes, int line,
                const struct exchange **out, struct err *err)
{
    if (url.len == 0)
        return err_set(err, "there is no URL to send these bytes to");
    struct arena *step = arena_new(c->arena);
    struct sending s = { .wall = clock_wall(), .line = line, .deliberate = true };
    s.logged = (struct request){ .url = url, .body = bytes };
    struct response response = { 0 };
    struct timings timings = { .sent_us = clock_us() };
    struct err why = { "" };
    str answer = STR_NONE;
    bool came = journal_has_room(c->journal, &why)
        && fetch_raw(c->fetcher, step, url, bytes, &answer, &why)
        && read_response(step, answer, &response, &why);
    timings.done_us = clock_us();
    *out = sending_log(c, &s, &response, &timings, came ? NULL : &why);
    arena_end(step);
    return true;
}
