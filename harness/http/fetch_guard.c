/* SPDX-License-Identifier: MIT */
/* Where connections may lead.  The guard sees the address that is really connected to,
 * so neither a URL out of an answer nor a name that resolves to something else the second
 * time gets around it. */
#define _DEFAULT_SOURCE
#include <netdb.h>
#include <sys/socket.h>

#include "http/fetch_inside.h"

/* The host as libcurl understands the URL, without the brackets of IPv6; empty when it
 * understands none. */
static str host_of(struct arena *a, str url)
{
    const unsigned flags = CURLU_GUESS_SCHEME | CURLU_PATH_AS_IS;
    CURLU *parts = curl_url();
    char *text = NULL;
    str host = STR_NONE;
    if (parts && curl_url_set(parts, CURLUPART_URL, str_z(a, url), flags) == CURLUE_OK
        && curl_url_get(parts, CURLUPART_HOST, &text, 0) == CURLUE_OK)
        host = str_copy(a, str_of(text));
    curl_free(text);
    curl_url_cleanup(parts);
    if (str_starts(host, "[") && str_ends(host, "]"))
        return str_copy(a, (str){ host.ptr + 1, host.len - 2 });
    return host;
}

/* Called for each address before it is connected to; what it opens, libcurl connects. */
static curl_socket_t open_guarded(void *context, curlsocktype purpose,
                                  struct curl_sockaddr *to)
{
    struct transfer *t = context;
    (void)purpose;
    if (!t->guard(t->host, &to->addr, &t->refusal))
        return CURL_SOCKET_BAD;
    return socket(to->family, to->socktype, to->protocol);
}

bool guard_prepare(const struct fetcher *f, CURL *curl, struct transfer *t,
                   struct err *err)
{
    t->guard = f->options.guard;
    if (!t->guard)
        return true;
    t->host = host_of(t->arena, t->url);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_guarded);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, t);
    return t->guard(t->host, NULL, err);
}

static bool all_may_be_reached(fetch_guard *guard, str host, struct err *err)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
    bool good = true;
    if (!host.len || getaddrinfo(host.ptr, NULL, &hints, &list) != 0)
        return true;
    for (const struct addrinfo *at = list; at && good; at = at->ai_next)
        good = guard(host, at->ai_addr, err);
    freeaddrinfo(list);
    return good;
}

bool fetch_may_reach(fetch_guard *guard, str url, struct err *err)
{
    struct arena *step = arena_new(NULL);
    str host = host_of(step, url);
    bool good =
        !guard || (guard(host, NULL, err) && all_may_be_reached(guard, host, err));
    arena_end(step);
    return good;
}
