/* SPDX-License-Identifier: MIT */
/* The transcript of an exchange.  It is put together as plain lines first; cleaning and
 * marking happen to whole lines at the end, so that nothing of a peer's escapes them.
 * JSON and the JWS in it are show_json.c's part. */
#include "acme/show.h"

#include "acme/problem.h"
#include "acme/show_json.h"

enum { MOST_TEXT = 4096, MOST_JSON = 64 * 1024 };

/* --- text that is safe to print --- */

/* How long a UTF-8 sequence is by its first byte; 0 when none begins so. */
static size_t utf8_length_by(unsigned char first)
{
    static const struct {
        unsigned char mask, lead;
    } leads[] = { { 0x80, 0x00 }, { 0xe0, 0xc0 }, { 0xf0, 0xe0 }, { 0xf8, 0xf0 } };
    for (size_t i = 0; i < countof(leads); i++)
        if ((first & leads[i].mask) == leads[i].lead)
            return i + 1;
    return 0;
}

/* Length of the UTF-8 sequence at the beginning of s, with its code point; 0 when it is
 * none (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). */
static size_t utf8_length(str s, unsigned long *code)
{
    static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char first = (unsigned char)s.ptr[0];
    size_t len = utf8_length_by(first);
    if (len == 0 || len > s.len)
        return 0;
    *code = len == 1 ? first : first & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)s.ptr[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | ((unsigned char)s.ptr[i] & 0x3f);
    }
    bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < least[len] || *code > 0x10ffff || surrogate ? 0 : len;
}

/* Characters that a terminal obeys, or that change what a reader sees: controls,
 * invisible ones, and those that turn the direction of writing. */
static bool is_hidden(unsigned long code)
{
    static const unsigned long ranges[][2] = {
        { 0x00, 0x1f },     { 0x7f, 0x9f },       { 0xad, 0xad },     { 0x61c, 0x61c },
        { 0x200b, 0x200f }, { 0x2028, 0x202e },   { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
        { 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff },
    };
    for (size_t i = 0; i < countof(ranges); i++)
        if (code >= ranges[i][0] && code <= ranges[i][1])
            return true;
    return false;
}

static void add_escape(struct buf *out, unsigned long code)
{
    static const char plain[] = "\n\r\t", letters[] = "nrt";
    const char *found = code && code < 0x80 ? strchr(plain, (int)code) : NULL;
    if (found)
        buf_addf(out, "\\%c", letters[found - plain]);
    else if (code < 0x80)
        buf_addf(out, "\\x%02lx", code);
    else if (code < 0x10000)
        buf_addf(out, "\\u%04lx", code);
    else
        buf_addf(out, "\\U%08lx", code);
}

str show_clean(struct arena *a, str text)
{
    struct buf out = buf_new(a, text.len * 4);
    while (text.len) {
        unsigned long code = 0;
        size_t len = utf8_length(text, &code);
        if (len == 0)
            buf_addf(&out, "\\x%02x", (unsigned char)text.ptr[0]);
        else if (is_hidden(code))
            add_escape(&out, code);
        else
            buf_add(&out, str_upto(text, len));
        text = str_from(text, len ? len : 1);
    }
    return buf_str(&out);
}

/* --- bodies --- */

static void add_line(struct buf *out, str line)
{
    buf_add(out, line);
    buf_add_char(out, '\n');
}

/* The next line of a body, whether it ends in LF or CRLF. */
static bool next_line(str *rest, str *line)
{
    if (!str_cut(rest, '\n', line))
        return false;
    if (str_ends(*line, "\r"))
        line->len--;
    return true;
}

static void show_text(struct buf *out, str body)
{
    str rest = str_upto(body, MOST_TEXT), line;
    while (next_line(&rest, &line))
        add_line(out, line);
    if (body.len > MOST_TEXT)
        buf_addf(out, "(cut: the body has %zu bytes)\n", body.len);
}

/* RFC 8555 7.4.2 prints "[End-entity certificate contents]"; we say how much it was. */
static void show_pem(struct buf *out, str body)
{
    str rest = body, line;
    size_t inside = 0;
    bool open = false;
    while (next_line(&rest, &line)) {
        bool begins = str_starts(line, "-----BEGIN "),
             ends = str_starts(line, "-----END ");
        if (open && (begins || ends))
            buf_addf(out, "[%zu bytes]\n", inside);
        if (!open || begins || ends)
            add_line(out, line);
        else
            inside += line.len + 1;
        if (begins)
            inside = 0;
        open = begins || (open && !ends);
    }
    if (open)
        buf_addf(out, "[%zu bytes, and no END line]\n", inside);
}

static void show_json_body(struct buf *out, json_t *value, str body, bool signed_too)
{
    struct buf text = buf_new(out->arena, MOST_JSON);
    show_json(&text, value, signed_too);
    add_line(out, buf_str(&text));
    if (text.over)
        buf_addf(out, "(cut: the body has %zu bytes)\n", body.len);
}

static void show_body(struct buf *out, str body, bool signed_too)
{
    struct err err;
    if (body.len == 0)
        return;
    buf_add_char(out, '\n');
    json_t *value = json_read(out->arena, body, &err);
    if (value)
        show_json_body(out, value, body, signed_too);
    else if (str_contains(body, STR("-----BEGIN ")))
        show_pem(out, body);
    else
        show_text(out, body);
}

/* --- requests and responses --- */

static str one_line(struct buf *out, str s)
{
    return show_clean(out->arena, s);
}

static void show_headers(struct buf *out, const struct headers *headers)
{
    for (size_t i = 0; i < headers->count; i++)
        buf_addf(out, "%.*s: %.*s\n", STR_ARG(one_line(out, headers->item[i].name)),
                 STR_ARG(one_line(out, headers->item[i].value)));
}

/* libcurl adds the Host field by itself, so a request of ours does not have it. */
static void show_host(struct buf *out, const struct request *request,
                      const struct url *url)
{
    if (headers_find(&request->headers, "Host"))
        return;
    buf_addf(out, "Host: %.*s", STR_ARG(one_line(out, url->host)));
    if (url->has_port)
        buf_addf(out, ":%d", url->port);
    buf_add_char(out, '\n');
}

static void show_request(struct buf *out, const struct request *request)
{
    if (request->method.len == 0) { /* bytes of our own, no request of libcurl's */
        show_text(out, request->body);
        return;
    }
    struct url url;
    bool parsed = url_parse(out->arena, request->url, &url);
    buf_addf(out, "%.*s %.*s HTTP/1.1\n", STR_ARG(one_line(out, request->method)),
             STR_ARG(one_line(out, parsed ? url.path : request->url)));
    if (parsed)
        show_host(out, request, &url);
    show_headers(out, &request->headers);
    show_body(out, request->body, true);
}

static void show_response(struct buf *out, const struct exchange *x)
{
    const struct response *response = &x->response;
    if (response->status == 0) {
        str why =
            x->failure.len ? one_line(out, x->failure) : STR("the connection ended");
        buf_addf(out, "(no answer: %.*s)\n", STR_ARG(why));
        return;
    }
    str version = response->version.len ? response->version : STR("HTTP/1.1");
    str reason =
        response->reason.len ? response->reason : str_of(http_reason(response->status));
    buf_addf(out, "%.*s %d", STR_ARG(one_line(out, version)), response->status);
    if (reason.len)
        buf_addf(out, " %.*s", STR_ARG(one_line(out, reason)));
    buf_add_char(out, '\n');
    show_headers(out, &response->headers);
    show_body(out, response->body, false);
    if (response->body_cut)
        buf_addf(out, "(the body was longer than the %zu bytes that were read)\n",
                 response->body.len);
}

/* --- marks --- */

/* Marks that have found their line. */
struct marking {
    const struct mark *marks;
    size_t count;
    bool *used;
};

static void add_marked(struct buf *out, struct arena *step, struct marking *m, str line)
{
    str clean = show_clean(step, line);
    buf_add(out, clean);
    for (size_t i = 0; i < m->count; i++) {
        const struct mark *mark = &m->marks[i];
        if (m->used[i] || mark->text.len == 0
            || !str_contains(clean, show_clean(step, mark->text)))
            continue;
        m->used[i] = true;
        buf_addf(out, "  <- %.*s", STR_ARG(show_clean(step, mark->note)));
    }
    buf_add_char(out, '\n');
}

void show_exchange(struct buf *out, const struct exchange *exchange,
                   const struct mark *marks, size_t mark_count)
{
    struct arena *step = arena_new(out->arena);
    struct buf plain = buf_new(step, CEILING_TRANSCRIPT);
    show_request(&plain, &exchange->request);
    buf_add_char(&plain, '\n');
    show_response(&plain, exchange);

    struct marking m = { marks, mark_count, NEW_ARRAY(step, bool, mark_count) };
    str rest = buf_str(&plain), line;
    while (str_cut(&rest, '\n', &line))
        add_marked(out, step, &m, line);
    if (plain.over)
        buf_add(out, STR("(cut: the exchange is too long to be printed)\n"));
    arena_end(step);
}

/* --- one line --- */

/* The kind of resource, or the path where the kind is not known. */
static str resource_word(struct arena *a, const struct exchange *x)
{
    struct url url;
    if (x->resource != RESOURCE_OTHER)
        return str_of(resource_names[x->resource]);
    return show_clean(a, url_parse(a, x->request.url, &url) ? url.path : x->request.url);
}

str show_line(struct arena *a, const struct exchange *exchange)
{
    const struct exchange *x = exchange;
    str method =
        x->request.method.len ? show_clean(a, x->request.method) : STR("raw bytes to");
    str where = resource_word(a, x);
    if (x->response.status == 0)
        return arena_printf(a, "%.*s %.*s -> no answer: %.*s", STR_ARG(method),
                            STR_ARG(where), STR_ARG(show_clean(a, x->failure)));
    str word = show_clean(a, problem_word(a, &x->response));
    return arena_printf(a, "%.*s %.*s -> %d%s%.*s", STR_ARG(method), STR_ARG(where),
                        x->response.status, word.len ? " " : "", STR_ARG(word));
}
