/* SPDX-License-Identifier: MIT */
/* One request and its response over a libcurl handle that is told to do nothing of its
 * own accord: no redirects, proxies, cookies, decoding or headers but those asked for. */
#include "http/fetch.h"

#include <signal.h>

#include "base/clock.h"
#include "http/fetch_inside.h"

enum { USUAL_CONNECT_MS = 30000, USUAL_TOTAL_MS = 60000 };

void fetch_start(void)
{
    struct sigaction action = { .sa_handler = SIG_IGN };
    sigaction(SIGPIPE, &action, NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void close_handle(void *fetcher)
{
    struct fetcher *f = fetcher;
    curl_easy_cleanup(f->curl);
    f->curl = NULL;
}

/* CURLOPT_CONNECT_TO: "HOST::ADDRESS:PORT", where what is empty means any, or the same.
 */
static struct curl_slist *pin(struct arena *a, const struct fetch_options *o)
{
    if (o->pin_address.len == 0)
        return NULL;
    str host = url_host(a, o->pin_host), address = url_host(a, o->pin_address);
    str port = o->pin_port ? arena_printf(a, "%d", o->pin_port) : STR_NONE;
    str entry = arena_printf(a, "%.*s::%.*s:%.*s", STR_ARG(host), STR_ARG(address),
                             STR_ARG(port));
    struct curl_slist *list = NEW(a, struct curl_slist);
    list->data = str_z(a, entry);
    return list;
}

const char *fetch_library(void)
{
    return "libcurl/" LIBCURL_VERSION;
}

struct fetcher *fetcher_new(struct arena *a, const struct fetch_options *options)
{
    struct fetcher *f = NEW(a, struct fetcher);
    struct fetch_options *o = &f->options;
    *o = *options;
    o->ca_pem = str_copy(a, o->ca_pem);
    o->pin_host = str_copy(a, o->pin_host);
    o->pin_address = str_copy(a, o->pin_address);
    o->user_agent = o->user_agent ? str_z(a, str_of(o->user_agent)) : NULL;
    o->connect_ms = o->connect_ms > 0 ? o->connect_ms : USUAL_CONNECT_MS;
    o->total_ms = o->total_ms > 0 ? o->total_ms : USUAL_TOTAL_MS;
    o->body_ceiling = o->body_ceiling ? o->body_ceiling : CEILING_BODY;
    f->connect_to = pin(a, o);
    arena_defer(a, close_handle, f);
    return f;
}

void fetcher_drop_connections(struct fetcher *f)
{
    close_handle(f);
}

void fetcher_deadline(struct fetcher *f, long total_ms)
{
    f->options.total_ms = total_ms > 0 ? total_ms : USUAL_TOTAL_MS;
}

/* --- the handle --- */

/* Called when TCP is there and TLS begins. */
static CURLcode on_tls(CURL *curl, void *ssl_ctx, void *context)
{
    struct transfer *t = context;
    (void)curl;
    t->shaking_hands = true;
    if (t->roots)
        tls_roots_install(t->roots, ssl_ctx);
    return CURLE_OK;
}

/* Called when the connection is there, TLS and all, and nothing was sent yet. */
static int on_connected(void *context, char *peer, char *own, int peer_port, int own_port)
{
    struct transfer *t = context;
    (void)peer;
    (void)own;
    (void)peer_port;
    (void)own_port;
    if (t->gate && !t->began)
        gate_pass(t->gate);
    t->began = true;
    t->timings->sent_us = clock_us();
    return CURL_PREREQFUNC_OK;
}

bool fetch_is_stopped(const struct fetcher *f)
{
    return f->options.stop && *f->options.stop;
}

/* Called all the time, and at least once a second. */
static int on_progress(void *context, curl_off_t down_all, curl_off_t down,
                       curl_off_t up_all, curl_off_t up)
{
    (void)down_all;
    (void)down;
    (void)up_all;
    (void)up;
    return fetch_is_stopped(context);
}

static void set_limits(const struct fetcher *f, CURL *curl)
{
    const struct fetch_options *o = &f->options;
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, o->connect_ms);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, o->total_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_HTTP_CONTENT_DECODING, 0L);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECT_TO, f->connect_to);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, o->user_agent);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, o->stop ? 0L : 1L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, f);
}

static void set_callbacks(CURL *curl, struct transfer *t)
{
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, t->reason);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, t);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, answer_on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
}

/* libcurl's own reading of roots is switched off: it would do it for every connection. */
static bool set_trust(const struct fetcher *f, CURL *curl, struct transfer *t,
                      struct err *err)
{
    bool verify = !f->options.insecure;
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, (long)verify);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, on_tls);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, t);
    if (!verify || !str_eq_nocase(str_upto(t->url, 6), STR("https:")))
        return true;
    t->roots = fetch_roots(f->options.ca_pem, err);
    return t->roots != NULL;
}

bool handle_prepare(const struct fetcher *f, CURL *curl, struct transfer *t,
                    struct err *err)
{
    if (str_find_char(t->url, '\0') < t->url.len)
        return err_set(err, "a URL with a NUL in it cannot be asked for");
    set_limits(f, curl);
    set_callbacks(curl, t);
    curl_easy_setopt(curl, CURLOPT_URL, str_z(t->arena, t->url));
    return set_trust(f, curl, t, err) && guard_prepare(f, curl, t, err);
}

/* --- the request --- */

static bool has_line_break(str s)
{
    return str_find_char(s, '\n') < s.len || str_find_char(s, '\r') < s.len
        || str_find_char(s, '\0') < s.len;
}

/* A node of the list that libcurl only reads. */
static struct curl_slist **append(struct arena *a, struct curl_slist **end, str line)
{
    *end = NEW(a, struct curl_slist);
    (*end)->data = str_z(a, line);
    return &(*end)->next;
}

/* libcurl sends these by itself unless a header without a value forbids it. */
static const char *const unasked[] = { "Accept", "Expect", "Content-Type" };

static bool make_header(struct arena *a, const struct headers *given,
                        struct curl_slist **list, struct err *err)
{
    for (size_t i = 0; i < given->count; i++) {
        str name = given->item[i].name, value = given->item[i].value;
        if (name.len == 0 || has_line_break(name) || has_line_break(value))
            return err_set(err, "the header \"%.*s\" has no name, or a line break in it",
                           STR_ARG(str_upto(name, has_line_break(name) ? 0 : 100)));
        list = append(a, list,
                      arena_printf(a, "%.*s:%s%.*s", STR_ARG(name), value.len ? " " : "",
                                   STR_ARG(value)));
    }
    for (size_t i = 0; i < countof(unasked); i++)
        if (!headers_find(given, unasked[i]))
            list = append(a, list, arena_printf(a, "%s:", unasked[i]));
    return true;
}

/* RFC 9110 8.6: these say Content-Length: 0 where others leave it away. */
static bool has_body(const struct request *request)
{
    return request->body.len || str_is(request->method, "POST")
        || str_is(request->method, "PUT") || str_is(request->method, "PATCH");
}

static bool set_method(CURL *curl, struct arena *a, const struct request *request,
                       struct err *err)
{
    bool head = str_is(request->method, "HEAD");
    if (!http_is_token(request->method))
        return err_set(err, "\"%.*s\" is no HTTP method",
                       STR_ARG(str_upto(request->method, 100)));
    if (head && request->body.len)
        return err_set(err,
                       "a HEAD request cannot have a body here; send it as raw bytes");
    curl_easy_setopt(curl, CURLOPT_NOBODY, head ? 1L : 0L);
    if (has_body(request)) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)request->body.len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
                         request->body.len ? request->body.ptr : "");
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, str_z(a, request->method));
    return true;
}

static bool set_request(CURL *curl, struct arena *a, const struct request *request,
                        struct err *err)
{
    struct curl_slist *header = NULL;
    if (!set_method(curl, a, request, err)
        || !make_header(a, &request->headers, &header, err))
        return false;
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, header);
    return true;
}

/* --- the exchange --- */

static bool perform(struct fetcher *f, struct transfer *t, struct err *err)
{
    long connects = 0;
    CURLcode code = curl_easy_perform(f->curl);
    t->timings->done_us = clock_us();
    curl_easy_getinfo(f->curl, CURLINFO_NUM_CONNECTS, &connects);
    t->timings->new_connection = connects > 0;
    t->response->body = buf_str(&t->body);
    t->response->body_cut = t->body.over;
    if (t->part == ANSWER_BODY && (code == CURLE_OK || t->body.over))
        return true;
    return fetch_explain(f, t, code, err);
}

bool fetch_gated(struct fetcher *f, struct arena *a, const struct request *request,
                 struct gate *gate, struct response *response, struct timings *timings,
                 struct err *err)
{
    if (!f->curl && !(f->curl = curl_easy_init()))
        return err_set(err, "libcurl has no handle for us");
    struct transfer t = { .arena = a,
                          .url = request->url,
                          .response = response,
                          .timings = timings,
                          .gate = gate };
    t.body = buf_new(a, f->options.body_ceiling);
    *response = (struct response){ 0 };
    *timings = (struct timings){ .sent_us = clock_us() };
    bool came = handle_prepare(f, f->curl, &t, err)
        && set_request(f->curl, a, request, err) && perform(f, &t, err);
    if (!came)
        *response = (struct response){ 0 };
    curl_easy_reset(f->curl); /* connections stay; nothing points to t any more */
    return came;
}

bool fetch(struct fetcher *f, struct arena *a, const struct request *request,
           struct response *response, struct timings *timings, struct err *err)
{
    return fetch_gated(f, a, request, NULL, response, timings, err);
}
