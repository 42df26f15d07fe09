/* SPDX-License-Identifier: MIT */
/* The answer as libcurl hands it over, line by line: the header of the final response
 * alone, and the body up to its ceiling. */
#include "base/clock.h"
#include "http/fetch_inside.h"

/* status-line of RFC 9112 4; the reason may be missing, and libcurl has looked at it
 * before, but takes "HTTP/1.1 2oo" for a 2. */
static bool read_status_line(struct transfer *t, str line)
{
    str version, status;
    long number;
    if (!str_cut(&line, ' ', &version) || !str_starts(version, "HTTP/"))
        return false;
    if (!str_cut(&line, ' ', &status) || status.len != 3
        || !str_to_long(status, 999, &number) || number < 100)
        return false;
    size_t interims = t->response->interims + (t->response->status != 0);
    *t->response = (struct response){ .status = (int)number, .interims = interims };
    t->response->version = str_copy(t->arena, version);
    t->response->reason = str_copy(t->arena, line);
    return true;
}

/* RFC 9112 5.2: a line that begins with a blank continues the value before it. */
static void continue_value(struct transfer *t, str line)
{
    struct headers *list = &t->response->headers;
    if (list->count == 0)
        return;
    str *value = &list->item[list->count - 1].value;
    if (t->folded.text == NULL || t->folded.text != value->ptr) {
        t->folded = buf_new(t->arena, CEILING_HEADERS);
        buf_add(&t->folded, *value);
    }
    buf_add_char(&t->folded, ' ');
    buf_add(&t->folded, str_trim(line));
    *value = buf_str(&t->folded);
}

static void read_field(struct transfer *t, str line)
{
    if (line.ptr[0] == ' ' || line.ptr[0] == '\t') {
        continue_value(t, line);
        return;
    }
    size_t colon = str_find_char(line, ':');
    str name = str_copy(t->arena, str_upto(line, colon));
    str value = str_copy(t->arena, str_trim(str_from(line, colon + 1)));
    headers_add(t->arena, &t->response->headers, name, value);
}

static bool is_interim(int status)
{
    return status < 200 && status != 101;
}

static void read_line(struct transfer *t, str line)
{
    switch (t->part) {
    case ANSWER_AWAITED:
        t->not_http = !read_status_line(t, line);
        t->part = ANSWER_HEADER;
        break;
    case ANSWER_HEADER:
        if (line.len)
            read_field(t, line);
        else /* RFC 9110 15.2: after an interim response comes another one */
            t->part = is_interim(t->response->status) ? ANSWER_AWAITED : ANSWER_BODY;
        break;
    case ANSWER_BODY: /* trailers, which nobody here looks at */
        break;
    }
}

size_t answer_on_header(char *data, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    str line = { data, size * count };
    if (t->timings->first_us == 0)
        t->timings->first_us = clock_us();
    t->header_bytes += line.len;
    t->header_over = t->header_bytes > CEILING_HEADERS;
    if (t->header_over)
        return 0;
    if (str_ends(line, "\n"))
        line.len--;
    if (str_ends(line, "\r"))
        line.len--;
    read_line(t, line);
    return t->not_http ? 0 : size * count;
}

size_t answer_on_body(char *data, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    buf_add(&t->body, (str){ data, size * count });
    return t->body.over ? 0 : size * count;
}
