/* SPDX-License-Identifier: MIT */
/* Fuzzes the header values that ACME uses: Retry-After, Link, media types, and URLs.
 *
 * Each line of the input is one value. */
#include "tests/fuzz/fuzz.h"

#include "http/message.h"

/* 2026-01-01T00:00:00Z, so that an input means the same on every day. */
static const time_t now = 1767225600;
static const str base = { "https://ca.test:14000/acme/dir?x=1", 34 };

static void retry_after(str value)
{
    long seconds;
    if (retry_after_seconds(value, now, &seconds))
        fuzz_must(seconds >= 0, "nobody is asked to wait a negative time");
}

static void link_value(struct arena *a, str value)
{
    struct link link;
    str rest = value;
    bool bad = false;
    for (size_t left = rest.len; link_next(a, &rest, &link, &bad); left = rest.len)
        fuzz_must(rest.len < left, "each link takes something off the value");
}

static void url(struct arena *a, str value)
{
    struct url parts;
    (void)url_decode(a, value);
    str resolved = url_resolve(a, base, value);
    if (!url_parse(a, value, &parts))
        return;
    fuzz_must(parts.path.len > 0, "a path is at least a slash");
    fuzz_must(parts.port > 0 && parts.port < 65536, "a port has 16 bits and is not 0");
    fuzz_must(resolved.len > 0, "an absolute URL resolves to something");
}

void fuzz_one(struct arena *a, str input)
{
    struct headers links = { 0 };
    str rest = input, value, target;
    while (str_cut(&rest, '\n', &value)) {
        retry_after(value);
        link_value(a, value);
        url(a, value);
        (void)media_type(a, value);
        (void)http_is_token(value);
        headers_add(a, &links, STR("Link"), value);
    }
    for (size_t n = 0; n < 4; n++)
        (void)link_find(a, &links, "alternate", n, base, &target);
}
