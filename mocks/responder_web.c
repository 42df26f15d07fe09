/* SPDX-License-Identifier: MIT */
/* The web server of http-01 (RFC 8555 8.3): pages by host name and path, and nothing
 * else. */
#include <stdlib.h>

#include "base/file.h"
#include "crypto/b64url.h"
#include "mocks/responder_inside.h"

enum { MOST_BODY = 64 * 1024, MOST_CONNECTIONS = 256, IDLE_S = 30 };

static struct web_page *page_of(struct responder *r, str name, str path)
{
    for (size_t i = 0; i < r->page_count; i++)
        if (str_eq(r->page[i].name, name) && str_eq(r->page[i].path, path))
            return &r->page[i];
    return NULL;
}

void responder_web(struct responder *r, str name, str path,
                   const struct web_answer *answer)
{
    pthread_mutex_lock(&r->lock);
    str kept_name = responder_keep_lower(r, name);
    struct web_page *page = page_of(r, kept_name, path);
    if (!page) {
        r->page = GROW(r->arena, r->page, r->page_count, struct web_page);
        page = &r->page[r->page_count++];
        *page = (struct web_page){ .name = kept_name, .path = responder_keep(r, path) };
    }
    page->answer = *answer;
    page->answer.body = responder_keep(r, answer->body);
    page->answer.location = responder_keep(r, answer->location);
    page->answer.content_type = responder_keep(r, answer->content_type);
    pthread_mutex_unlock(&r->lock);
}

void responder_web_withdraw(struct responder *r, str name, str path)
{
    pthread_mutex_lock(&r->lock);
    struct web_page *page = page_of(r, responder_keep_lower(r, name), path);
    if (page)
        *page = r->page[--r->page_count];
    pthread_mutex_unlock(&r->lock);
}

/* A copy of the answer; false when there is none. */
static bool answer_of(struct responder *r, struct arena *a, str name, str path,
                      struct web_answer *out)
{
    pthread_mutex_lock(&r->lock);
    const struct web_page *page = page_of(r, name, path);
    if (!page)
        page = page_of(r, STR_NONE, path);
    if (page) {
        *out = page->answer;
        out->body = str_copy(a, page->answer.body);
        out->location = str_copy(a, page->answer.location);
        out->content_type = str_copy(a, page->answer.content_type);
    }
    pthread_mutex_unlock(&r->lock);
    return page != NULL;
}

static const char well_known[] = "/.well-known/acme-challenge/";

void responder_narrow(struct responder *r)
{
    pthread_mutex_lock(&r->lock);
    r->narrow = true;
    pthread_mutex_unlock(&r->lock);
}

void responder_echo(struct responder *r, str thumbprint, bool all)
{
    pthread_mutex_lock(&r->lock);
    r->echo = responder_keep(r, thumbprint);
    r->echo_all = all;
    pthread_mutex_unlock(&r->lock);
}

void responder_minds_case(struct responder *r)
{
    pthread_mutex_lock(&r->lock);
    r->minds_case = true;
    pthread_mutex_unlock(&r->lock);
}

/* Planted: names are as they were written. */
static bool is_capital(struct responder *r, const struct request *request)
{
    const str *host = headers_find(&request->headers, "Host");
    pthread_mutex_lock(&r->lock);
    bool minds = r->minds_case;
    pthread_mutex_unlock(&r->lock);
    for (size_t i = 0; minds && host && i < host->len; i++)
        if (host->ptr[i] >= 'A' && host->ptr[i] <= 'Z')
            return true;
    return false;
}

static bool echo_of(struct responder *r, struct arena *a, str path,
                    struct web_answer *out)
{
    enum { ROOM = 1000 };
    str token = str_from(path, sizeof well_known - 1);
    pthread_mutex_lock(&r->lock);
    if (r->narrow && path.len > ROOM)
        abort();
    bool echoes = r->echo.len && str_starts(path, well_known)
        && (r->echo_all || b64url_letters(token));
    *out = (struct web_answer){ .location = STR_NONE, .content_type = STR_NONE };
    if (echoes)
        out->body = arena_printf(a, "%.*s.%.*s", STR_ARG(token), STR_ARG(r->echo));
    pthread_mutex_unlock(&r->lock);
    return echoes;
}

/* A file that another program put below the document root for http-01: one name, no
 * folder, below the well-known path (RFC 8555 8.3); or at the root, where a token that is
 * a path leads to. */
static bool file_of(const struct responder *r, struct arena *a, str path,
                    struct web_answer *out)
{
    static const char to_root[] = "../../../";
    struct err ignored;
    str name = str_from(path, sizeof well_known - 1);
    if (str_starts(name, to_root))
        name = str_from(name, sizeof to_root - 1);
    if (!r->web_folder || !str_starts(path, well_known) || !name.len
        || str_contains(name, STR("/")) || name.ptr[0] == '.')
        return false;
    *out = (struct web_answer){ .location = STR_NONE, .content_type = STR_NONE };
    return file_read(a, arena_printf(a, "%s%.*s", r->web_folder, STR_ARG(path)).ptr,
                     MOST_BODY, &out->body, &ignored);
}

/* The host without its port, and the target from its path on, of an absolute URL: by
 * hand, because also what is no good URL is to be recorded as it came. */
static void split_url(struct arena *a, str url, str *host, str *path)
{
    size_t scheme = str_find(url, STR("://"));
    str rest = scheme < url.len ? str_from(url, scheme + 3) : url;
    size_t end = str_find_char(rest, '/');
    str authority = str_upto(rest, end);
    size_t shut = str_starts(authority, "[") ? str_find_char(authority, ']') : 0;
    size_t colon = shut + str_find_char(str_from(authority, shut), ':');
    char *text = str_z(a, str_upto(authority, colon));
    size_t len = colon < authority.len ? colon : authority.len;
    for (size_t i = 0; i < len; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
    *host = (str){ text, len && text[len - 1] == '.' ? len - 1 : len };
    *path = end < rest.len ? str_from(rest, end) : STR("/");
}

static void fill(struct arena *a, const struct web_answer *answer, struct reply *reply)
{
    static const str bytes = { "application/octet-stream",
                               sizeof "application/octet-stream" - 1 };
    struct headers *headers = &reply->response.headers;
    reply->response.status = answer->status ? answer->status : 200;
    reply->response.body = answer->body;
    reply->manner = answer->manner;
    headers_add(a, headers, STR("Content-Type"),
                answer->content_type.len ? answer->content_type : bytes);
    if (answer->location.len)
        headers_add(a, headers, STR("Location"), answer->location);
}

static void handle(void *context, struct arena *a, const struct request *request,
                   const char *peer, struct reply *reply)
{
    struct responder *r = context;
    struct web_answer answer;
    struct query query = { .kind = QUERY_HTTP,
                           .peer = str_of(peer),
                           .headers = request->headers,
                           .spelling = STR_NONE };
    split_url(a, request->url, &query.name, &query.detail);
    /* Without a Host the URL was made from our own address, which nobody asked for. */
    if (!headers_find(&request->headers, "Host"))
        query.name = STR_NONE;
    responder_record(r, &query);
    if (is_capital(r, request))
        query.detail = STR_NONE;
    if (!answer_of(r, a, query.name, query.detail, &answer)
        && !file_of(r, a, query.detail, &answer) && !echo_of(r, a, query.detail, &answer))
        answer = (struct web_answer){ .status = 404,
                                      .body = STR("There is nothing here.\n"),
                                      .content_type = STR("text/plain"),
                                      .location = STR_NONE };
    fill(a, &answer, reply);
}

bool responder_web_start(struct responder *r, const struct responder_options *o,
                         struct err *err)
{
    struct listen_options options = { .address = o->address,
                                      .port = o->http_port,
                                      .cert_pem = STR_NONE,
                                      .key_pem = STR_NONE,
                                      .body_ceiling = MOST_BODY,
                                      .most_connections = MOST_CONNECTIONS,
                                      .idle_s = IDLE_S,
                                      .handler = handle,
                                      .context = r };
    r->listener = listener_new(r->web_arena, &options, err);
    r->http_port = r->listener ? listener_port(r->listener) : 0;
    return r->listener || err_at(err, "the web server");
}
