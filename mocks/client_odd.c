/* SPDX-License-Identifier: MIT */
/* Planted bugs of the mock client in how it reads an answer that is in order, and merely
 * otherwise than usual: its status line, its fields, its links, its body. */
#include <stdlib.h>
#include <unistd.h>

#include "acme/problem.h"
#include "mocks/client_inside.h"

static const str *field(const struct exchange *x, const char *name)
{
    return headers_find(&x->response.headers, name);
}

/* --- answers --- */

static bool has_old_date(const struct exchange *x)
{
    const str *value = field(x, "Retry-After");
    return value && value->len > 3 && value->ptr[0] > '9' && value->ptr[3] != ',';
}

static bool is_chunked(const struct exchange *x)
{
    return field(x, "Transfer-Encoding") != NULL;
}

static bool is_last(const struct exchange *x)
{
    const str *value = field(x, "Connection");
    return value && str_eq_nocase(*value, STR("close"));
}

static bool came_behind_others(const struct exchange *x)
{
    return x->response.interims > 0;
}

static bool is_encoded(const struct exchange *x)
{
    return field(x, "Content-Encoding") != NULL;
}

static bool has_mark(const struct exchange *x)
{
    return str_starts(x->response.body, "\xef\xbb\xbf");
}

static bool failed(const struct exchange *x)
{
    return x->response.status == 0;
}

static bool is_redirect(const struct exchange *x)
{
    return x->response.status / 100 == 3;
}

static bool is_unavailable(const struct exchange *x)
{
    return x->response.status == 503 || x->response.status == 429;
}

static bool has_no_reason(const struct exchange *x)
{
    return x->response.status && x->response.reason.len == 0;
}

static bool is_old(const struct exchange *x)
{
    return str_is(x->response.version, "HTTP/1.0");
}

static bool has_long_field(const struct exchange *x)
{
    enum { ROOM = 1000 };
    for (size_t i = 0; i < x->response.headers.count; i++)
        if (x->response.headers.item[i].value.len > ROOM)
            return true;
    return false;
}

static bool repeats_field(const struct exchange *x)
{
    const struct headers *list = &x->response.headers;
    for (size_t i = 0; i < list->count; i++) {
        str name = list->item[i].name;
        if (!str_eq_nocase(name, STR("Link")) && headers_count(list, name.ptr) > 1)
            return true;
    }
    return false;
}

static bool has_parameter(const struct exchange *x)
{
    const str *type = field(x, "Content-Type");
    return x->body && type && str_find_char(*type, ';') < type->len;
}

static bool is_json_by_another_name(const struct exchange *x)
{
    const str *type = field(x, "Content-Type");
    return x->body && x->response.status < 300
        && !(type && str_is(*type, "application/json"));
}

static bool is_success_of_another_kind(const struct exchange *x)
{
    return (x->resource == RESOURCE_NEW_ACCOUNT && x->response.status == 202)
        || (x->resource == RESOURCE_NEW_ORDER && x->response.status == 200);
}

static bool has_null(const struct exchange *x)
{
    json_t *value;
    const char *name;
    json_object_foreach(x->body, name, value)
    {
        if (json_is_null(value))
            return true;
    }
    return false;
}

static bool is_error_without_nonce(const struct exchange *x)
{
    return x->response.status >= 400 && !field(x, "Replay-Nonce");
}

static bool is_bad_nonce(const struct exchange *x)
{
    return str_is(problem_word_of(x->body), "badNonce");
}

static bool has_relative_location(const struct exchange *x)
{
    const str *value = field(x, "Location");
    return value && !str_contains(*value, STR("://"));
}

static bool has_odd_nonce(const struct exchange *x)
{
    const str *value = field(x, "Replay-Nonce");
    for (size_t i = 0; value && i < value->len; i++)
        if (str_find_char(STR(" +/=\",%"), value->ptr[i]) < 7)
            return true;
    return false;
}

static const struct {
    enum bug bug;
    bool (*at)(const struct exchange *x);
} stones[] = {
    { BUG_CLIENT_NEW_DATES, has_old_date },
    { BUG_CLIENT_NO_CHUNKS, is_chunked },
    { BUG_CLIENT_ONE_CONNECTION, is_last },
    { BUG_CLIENT_NO_INTERIM, came_behind_others },
    { BUG_CLIENT_GZIP_CRASH, is_encoded },
    { BUG_CLIENT_MARK_CRASH, has_mark },
    { BUG_CLIENT_LOST_CRASH, failed },
    { BUG_CLIENT_REDIRECT_CRASH, is_redirect },
    { BUG_CLIENT_503_CRASH, is_unavailable },
    { BUG_CLIENT_REASON_NEEDED, has_no_reason },
    { BUG_CLIENT_HTTP_10, is_old },
    { BUG_CLIENT_FIELD_ROOM, has_long_field },
    { BUG_CLIENT_FIELD_ONCE, repeats_field },
    { BUG_CLIENT_NO_PARAMETERS, has_parameter },
    { BUG_CLIENT_TYPE_CRASH, is_json_by_another_name },
    { BUG_CLIENT_SUCCESS_CRASH, is_success_of_another_kind },
    { BUG_CLIENT_NULL_CRASH, has_null },
    { BUG_CLIENT_NO_NONCE_CRASH, is_error_without_nonce },
    { BUG_CLIENT_NONCE_FATAL, has_odd_nonce },
    { BUG_CLIENT_BAD_NONCE_CRASH, is_bad_nonce },
    { BUG_CLIENT_LOCATION_CRASH, has_relative_location },
};

/* RFC 9110 9.3.2: a HEAD is answered without the body that is announced. */
static bool announces_body(const struct exchange *x)
{
    const str *length = field(x, "Content-Length");
    return str_is(x->request.method, "HEAD") && length && !str_is(*length, "0");
}

void client_stumble(const struct client *c, const struct exchange *x)
{
    for (size_t i = 0; i < countof(stones); i++)
        if (client_bug(c, stones[i].bug) && stones[i].at(x))
            abort();
    while (client_bug(c, BUG_CLIENT_HEAD_BODY) && announces_body(x))
        pause();
}

bool client_follows(const struct client *c, const struct exchange *x)
{
    return client_bug(c, BUG_CLIENT_REDIRECT_STORM) && is_redirect(x);
}

/* --- errors --- */

bool client_overlooks(const struct client *c, const struct exchange *x)
{
    const str *type = field(x, "Content-Type");
    str body = x->response.body;
    if (client_bug(c, BUG_CLIENT_ERROR_BY_STATUS) && x->response.status != 400)
        return true;
    if (client_bug(c, BUG_CLIENT_ERROR_BY_TEXT) && str_contains(body, STR("malformed")))
        return true;
    if (client_bug(c, BUG_CLIENT_ERROR_WHOLE)
        && (!json_object_get(x->body, "detail") || !json_object_get(x->body, "status")))
        return true;
    return client_bug(c, BUG_CLIENT_ERROR_TYPE)
        && !(type && str_is(*type, "application/problem+json"));
}

/* --- links --- */

static str behind_last(str text, str mark)
{
    size_t at;
    while ((at = str_find(text, mark)) < text.len)
        text = str_from(text, at + mark.len);
    return text;
}

/* Whether a reader with that mistake makes anything of the field. */
static bool is_read(const struct client *c, str value)
{
    str last = behind_last(value, STR("rel="));
    if (client_bug(c, BUG_CLIENT_LINK_CASE) && !str_contains(value, STR("alternate")))
        return false;
    if (client_bug(c, BUG_CLIENT_LINK_PARAMETER) && !str_contains(value, STR("rel=")))
        return false;
    if (client_bug(c, BUG_CLIENT_LINK_QUOTES) && !str_contains(value, STR("rel=\"")))
        return false;
    if (client_bug(c, BUG_CLIENT_LINK_ONE_RELATION)
        && !str_contains(value, STR("\"alternate\"")))
        return false;
    if (client_bug(c, BUG_CLIENT_LINK_LAST_REL) && !str_starts(last, "\"alternate"))
        return false;
    return !client_bug(c, BUG_CLIENT_LINK_ABSOLUTE) || str_starts(value, "<http");
}

/* What a reader with that mistake makes of the field. */
static str as_read(const struct client *c, str value)
{
    str part = value;
    if (client_bug(c, BUG_CLIENT_LINK_SPLIT))
        while (str_cut(&value, ',', &part) && !str_contains(part, STR("alternate")))
            continue;
    if (client_bug(c, BUG_CLIENT_LINK_FIRST))
        part = str_upto(part, str_find(part, STR("\", ")) + 1);
    return part;
}

bool client_link(const struct client *c, struct arena *a, const struct exchange *exchange,
                 const char *rel, size_t n, str *url)
{
    struct headers list = { NULL, 0 };
    const str *value;
    for (size_t i = 0; (value = headers_nth(&exchange->response.headers, "Link", i)); i++)
        if (is_read(c, *value) && (i == 0 || !client_bug(c, BUG_CLIENT_LINK_ONE_FIELD)))
            headers_add(a, &list, STR("Link"), as_read(c, *value));
    return link_find(a, &list, rel, n, exchange->request.url, url);
}
