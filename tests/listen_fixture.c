/* SPDX-License-Identifier: MIT */
/* The handler that does what a path says, and the talk with its listener. */
#include "tests/listen_fixture.h"

#include <check.h>

#include "base/buf.h"
#include "tests/wire.h"

struct arena *a;
struct listener *l;
atomic_int asked;
static atomic_int ended;

static void count_end(void *counter)
{
    atomic_int *n = counter;
    ++*n;
}

/* Everything that the handler was told. */
static str told(struct arena *step, const struct request *request, const char *peer)
{
    struct buf b = buf_new(step, CEILING_BODY);
    buf_addf(&b, "%.*s %.*s from %s\n", STR_ARG(request->method), STR_ARG(request->url),
             peer);
    for (size_t i = 0; i < request->headers.count; i++)
        buf_addf(&b, "%.*s=%.*s\n", STR_ARG(request->headers.item[i].name),
                 STR_ARG(request->headers.item[i].value));
    buf_addf(&b, "%zu ", request->body.len);
    buf_add(&b, str_upto(request->body, 100));
    return buf_str(&b);
}

/* clang-format off */
static const struct { const char *path; struct manner manner; } manners[] = {
    { "/delay", { .delay_ms = 100 } },
    { "/long", { .delay_ms = 60000 } },
    { "/drip", { .drip_ms = 20, .drip_bytes = 3 } },
    { "/slow", { .drip_ms = 60000, .drip_bytes = 1 } },
    { "/pieces", { .drip_bytes = 4 } },
    { "/cut", { .cut = true, .cut_after = 4 } },
    { "/cut-0", { .cut = true } },
    { "/cut-late", { .cut = true, .cut_after = 100 } },
    { "/cut-drip", { .cut = true, .cut_after = 7, .drip_ms = 10, .drip_bytes = 3 } },
    { "/drop", { .drop = true } },
    { "/reset", { .reset = true } },
    { "/hang", { .hang = true } },
    { "/close", { .close = true } },
    { "/lie-more", { .lie = true, .wrong_length = 100 } },
    { "/lie-less", { .lie = true, .wrong_length = 4 } },
    { "/lie-drip", { .lie = true, .wrong_length = 10, .drip_ms = 10, .drip_bytes = 6 } },
    { "/delay-drop", { .drop = true, .delay_ms = 50 } },
};
/* clang-format on */

/* /status/N, /headers, /empty-value, /big, a manner's name; or what was told. */
void answer_by_path(void *context, struct arena *step, const struct request *request,
                    const char *peer, struct reply *reply)
{
    struct response *r = &reply->response;
    struct url url;
    long number = 0;
    (void)context;
    asked++;
    arena_defer(step, count_end, &ended);
    str path = url_parse(step, request->url, &url) ? url.path : STR_NONE;
    r->status = 200;
    r->body = str_starts(path, "/echo") || path.len == 0 ? told(step, request, peer)
                                                         : STR("Hello world");
    for (size_t i = 0; i < countof(manners); i++)
        if (str_is(path, manners[i].path))
            reply->manner = manners[i].manner;
    if (str_starts(path, "/status/") && str_to_long(str_from(path, 8), 10000, &number))
        r->status = (int)number;
    if (str_is(path, "/headers")) {
        headers_add(step, &r->headers, STR("Replay-Nonce"), STR("one"));
        headers_add(step, &r->headers, STR("replay-nonce"), STR("one"));
        headers_add(step, &r->headers, STR("X"), STR("\xff;  \"b\" "));
        headers_add(step, &r->headers, STR("cONTENT-lENGTH"), STR("7"));
    }
    if (str_is(path, "/empty-value"))
        headers_add(step, &r->headers, STR("Replay-Nonce"), STR_NONE);
    if (str_is(path, "/two-lines"))
        headers_add(step, &r->headers, STR("X"), STR("a\r\nY: b"));
    if (str_is(path, "/big"))
        r->body = (str){ arena_alloc(step, 1, 3000000), 3000000 };
}

struct listener *started(const struct listen_options *options)
{
    struct err err = { "" };
    struct listener *made = listener_new(a, options, &err);
    ck_assert_msg(made != NULL, "%s", err.text);
    ck_assert_int_gt(listener_port(made), 0);
    return made;
}

void listening(void)
{
    struct listen_options options = { .address = "127.0.0.1",
                                      .body_ceiling = CEILING,
                                      .handler = answer_by_path };
    a = arena_new(NULL);
    asked = ended = 0;
    l = started(&options);
}

void listened(void)
{
    arena_end(a);
    ck_assert_int_eq(ended, asked); /* every request's arena has ended */
}

const char *answer_to(str bytes)
{
    return wire_talk(a, listener_port(l), bytes, SOON_MS).ptr;
}

const char *get(const char *method, const char *path)
{
    return answer_to(arena_printf(
        a, "%s %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", method, path));
}

const char *body_of(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    return end ? end + 4 : "(no header)";
}
