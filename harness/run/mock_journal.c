/* SPDX-License-Identifier: MIT */
/* A ring of exchanges, each in an arena of its own. */
#include "run/mock_journal.h"

#include "acme/show.h"
#include "base/clock.h"
#include "crypto/b64url.h"

struct kept {
    struct arena *arena; /* NULL: there is nothing yet */
    unsigned long number;
    enum resource resource;
    struct request request;
    struct response response;
    str sent; /* by manner_show */
    time_t when;
    int64_t took_us;
};

struct mock_journal {
    struct arena *arena;
    struct kept ring[MOCK_JOURNAL_MOST];
    size_t count; /* that ever came */
};

struct mock_journal *mock_journal_new(struct arena *a)
{
    struct mock_journal *j = NEW(a, struct mock_journal);
    j->arena = a;
    return j;
}

static struct headers copy_headers(struct arena *a, const struct headers *list)
{
    struct headers out = { 0 };
    for (size_t i = 0; i < list->count; i++)
        headers_add(a, &out, str_copy(a, list->item[i].name),
                    str_copy(a, list->item[i].value));
    return out;
}

static str copy_body(struct arena *a, str body)
{
    return str_copy(a, str_upto(body, MOCK_JOURNAL_BODY));
}

void mock_journal_add(struct mock_journal *j, const struct ca_request_info *info,
                      const struct reply *reply, int64_t took_us)
{
    struct kept *kept = &j->ring[j->count++ % MOCK_JOURNAL_MOST];
    if (kept->arena)
        arena_end(kept->arena);
    struct arena *a = arena_new(j->arena);
    const struct request *request = info->request;
    *kept = (struct kept){
        .arena = a,
        .number = info->number,
        .resource = info->resource,
        .request = { .method = str_copy(a, request->method),
                     .url = str_copy(a, request->url),
                     .headers = copy_headers(a, &request->headers),
                     .body = copy_body(a, request->body) },
        .response = { .status = reply->response.status,
                      .headers = copy_headers(a, &reply->response.headers),
                      .body = copy_body(a, reply->response.body) },
        .sent = manner_show(a, &reply->manner),
        .when = clock_wall(),
        .took_us = took_us,
    };
}

void mock_journal_clear(struct mock_journal *j)
{
    for (size_t i = 0; i < MOCK_JOURNAL_MOST; i++)
        if (j->ring[i].arena)
            arena_end(j->ring[i].arena);
    memset(j->ring, 0, sizeof j->ring);
    j->count = 0;
}

/* --- values --- */

static bool is_utf8(str text)
{
    size_t step = 1;
    for (; text.len && step; text = str_from(text, step))
        step = str_utf8(text);
    return step > 0;
}

/* Text that came from a peer need not be UTF-8, and JSON has to be; what is, stays as it
 * is, for whoever takes it out. */
static void set_text(struct arena *a, json_t *object, const char *key, str text)
{
    json_object_set(object, key,
                    json_string_of(a, is_utf8(text) ? text : show_clean(a, text)));
}

static json_t *headers_as_list(struct arena *a, const struct headers *list)
{
    json_t *out = json_array();
    for (size_t i = 0; i < list->count; i++) {
        json_t *one = json_object();
        set_text(a, one, "name", list->item[i].name);
        set_text(a, one, "value", list->item[i].value);
        json_array_append_new(out, one);
    }
    return out;
}

/* JSON as itself, anything else as text. */
static void set_body(struct arena *a, json_t *object, const char *key, str body)
{
    struct err err;
    json_t *value = body.len ? json_read(a, body, &err) : NULL;
    if (value)
        json_object_set(object, key, value);
    else
        set_text(a, object, key, body);
}

static void set_jws(struct arena *a, json_t *object, str body)
{
    struct jws jws;
    jws_peek(a, body, &jws);
    if (!jws.protected_header)
        return;
    json_object_set(object, "protected", jws.protected_header);
    set_body(a, object, "payload", jws.payload);
}

static json_t *as_json(struct arena *a, const struct kept *kept)
{
    json_t *out = json_object();
    json_object_set_new(out, "number", json_integer((json_int_t)kept->number));
    set_text(a, out, "time", date_rfc3339(a, kept->when));
    json_object_set_new(out, "microseconds", json_integer(kept->took_us));
    set_text(a, out, "method", kept->request.method);
    set_text(a, out, "url", kept->request.url);
    set_text(a, out, "resource", str_of(resource_names[kept->resource]));
    json_object_set_new(out, "requestHeaders",
                        headers_as_list(a, &kept->request.headers));
    set_jws(a, out, kept->request.body);
    set_body(a, out, "requestBody", kept->request.body);
    json_object_set_new(out, "status", json_integer(kept->response.status));
    if (kept->sent.len)
        set_text(a, out, "sent", kept->sent);
    json_object_set_new(out, "headers", headers_as_list(a, &kept->response.headers));
    set_body(a, out, "body", kept->response.body);
    return out;
}

typedef json_t *show_function(struct arena *a, const struct kept *kept);

static json_t *all(const struct mock_journal *j, struct arena *a, show_function *show)
{
    json_t *out = json_array();
    size_t from = j->count > MOCK_JOURNAL_MOST ? j->count - MOCK_JOURNAL_MOST : 0;
    for (size_t i = from; i < j->count; i++)
        json_array_append_new(out, show(a, &j->ring[i % MOCK_JOURNAL_MOST]));
    return out;
}

json_t *mock_journal_json(const struct mock_journal *j, struct arena *a)
{
    return json_keep(a, all(j, a, as_json));
}

/* --- HAR 1.2 --- */

static void set_har_common(json_t *message, struct arena *a, const struct headers *list)
{
    json_object_set_new(message, "httpVersion", json_string("HTTP/1.1"));
    json_object_set_new(message, "cookies", json_array());
    json_object_set_new(message, "headers", headers_as_list(a, list));
    json_object_set_new(message, "headersSize", json_integer(-1));
}

static json_t *har_text(struct arena *a, const struct headers *list, str body)
{
    const str *type = headers_find(list, "Content-Type");
    json_t *out = json_object();
    set_text(a, out, "mimeType", type ? *type : STR_NONE);
    set_text(a, out, "text", body);
    return out;
}

static json_t *har_query(struct arena *a, str url)
{
    json_t *list = json_array();
    str rest = str_from(url, str_find_char(url, '?') + 1), part, name;
    while (str_cut(&rest, '&', &part)) {
        json_t *one = json_object();
        str_cut(&part, '=', &name);
        set_text(a, one, "name", name);
        set_text(a, one, "value", part);
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *har_request(struct arena *a, const struct request *request)
{
    json_t *out = json_object();
    set_text(a, out, "method", request->method);
    set_text(a, out, "url", request->url);
    set_har_common(out, a, &request->headers);
    json_object_set_new(out, "queryString", har_query(a, request->url));
    json_object_set_new(out, "bodySize", json_integer((json_int_t)request->body.len));
    if (request->body.len)
        json_object_set_new(out, "postData",
                            har_text(a, &request->headers, request->body));
    return out;
}

static json_t *har_response(struct arena *a, const struct response *response)
{
    json_t *out = json_object();
    const str *location = headers_find(&response->headers, "Location");
    bool text = is_utf8(response->body);
    json_t *content = har_text(a, &response->headers,
                               text ? response->body : b64_encode(a, response->body));
    if (!text)
        json_object_set_new(content, "encoding", json_string("base64"));
    json_object_set_new(content, "size", json_integer((json_int_t)response->body.len));
    json_object_set_new(out, "status", json_integer(response->status));
    json_object_set_new(out, "statusText", json_string(http_reason(response->status)));
    set_har_common(out, a, &response->headers);
    json_object_set_new(out, "content", content);
    set_text(a, out, "redirectURL", location ? *location : STR_NONE);
    json_object_set_new(out, "bodySize", json_integer((json_int_t)response->body.len));
    return out;
}

static json_t *as_har(struct arena *a, const struct kept *kept)
{
    json_t *out = json_object(), *timings = json_object();
    double ms = (double)kept->took_us / 1000;
    json_object_set_new(timings, "send", json_integer(0));
    json_object_set_new(timings, "wait", json_real(ms));
    json_object_set_new(timings, "receive", json_integer(0));
    set_text(a, out, "startedDateTime", date_rfc3339(a, kept->when));
    json_object_set_new(out, "time", json_real(ms));
    json_object_set_new(out, "request", har_request(a, &kept->request));
    json_object_set_new(out, "response", har_response(a, &kept->response));
    json_object_set_new(out, "cache", json_object());
    json_object_set_new(out, "timings", timings);
    const char *what = resource_names[kept->resource];
    set_text(a, out, "comment",
             kept->sent.len ? arena_printf(a, "%s, sent: %.*s", what, STR_ARG(kept->sent))
                            : str_of(what));
    return out;
}

json_t *mock_journal_har(const struct mock_journal *j, struct arena *a)
{
    json_t *out = json_object(), *log = json_object(), *creator = json_object();
    json_object_set_new(creator, "name", json_string("acmespec mock"));
    json_object_set_new(creator, "version", json_string(ACMESPEC_VERSION));
    json_object_set_new(log, "version", json_string("1.2"));
    json_object_set_new(log, "creator", creator);
    json_object_set_new(log, "entries", all(j, a, as_har));
    json_object_set_new(out, "log", log);
    return json_keep(a, out);
}
