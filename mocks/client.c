/* SPDX-License-Identifier: MIT */
/* The mock client's ground: the directory, and how any request is sent and written into
 * the journal.  Signing is in client_post.c, nonces in client_nonce.c. */
#include "mocks/client_inside.h"

#include <stdlib.h>

#include "acme/show.h"
#include "base/clock.h"
#include "base/names.h"

/* Of the planted bug. */
enum { SHORT_TIMEOUT_MS = 250 };

struct client *client_new(struct arena *a, const struct client_options *options)
{
    struct client *c = NEW(a, struct client);
    struct fetch_options fetch = options->fetch;
    if (!fetch.user_agent)
        fetch.user_agent = "acmespec/" ACMESPEC_VERSION;
    if (options->bugs && options->bugs->on[BUG_CLIENT_SHORT_TIMEOUT])
        fetch.total_ms = SHORT_TIMEOUT_MS;
    c->arena = a;
    c->fetcher = fetcher_new(a, &fetch);
    c->journal = options->journal;
    c->bugs = options->bugs;
    c->first_nonce = STR_NONE;
    c->nonce_retries = options->nonce_retries ? options->nonce_retries : 1;
    c->directory_url = str_copy(a, options->directory_url);
    c->user_agent = str_z(a, str_of(fetch.user_agent));
    journal_learn(c->journal, c->directory_url, RESOURCE_DIRECTORY);
    return c;
}

bool client_bug(const struct client *c, enum bug bug)
{
    return c->bugs && c->bugs->on[bug];
}

const struct bugs *client_bugs(const struct client *c)
{
    return c->bugs;
}

/* RFC 9110 5.1: names of fields are case-insensitive. */
const str *client_header(const struct client *c, const struct exchange *exchange,
                         const char *name)
{
    const struct headers *list = &exchange->response.headers;
    const str *value = headers_find(list, name);
    for (size_t i = 0; value && client_bug(c, BUG_CLIENT_HEADER_CASE); i++)
        if (i == list->count || str_is(list->item[i].name, name))
            return i == list->count ? NULL : &list->item[i].value;
    return value;
}

/* The header with the word in its value, as a planted bug takes it, or VALUE. */
static const str *with_location(const struct headers *list, const str *value)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_contains(list->item[i].value, STR("Location")))
            return &list->item[i].value;
    return value;
}

bool client_location(struct client *c, const struct exchange *exchange, str *url)
{
    const str *value = client_header(c, exchange, "Location");
    if (!value)
        return false;
    if (client_bug(c, BUG_CLIENT_LOCATION_ANYWHERE))
        value = with_location(&exchange->response.headers, value);
    *url = client_bug(c, BUG_CLIENT_LOCATION_RAW)
        ? str_copy(c->arena, *value)
        : url_resolve(c->arena, exchange->request.url, *value);
    return true;
}

struct fetcher *client_fetcher(struct client *c)
{
    return c->fetcher;
}

/* --- sending --- */

/* A header with an empty value means that the field is to be left out. */
static void change_header(struct arena *step, struct sending *s, const struct header *h)
{
    headers_set(step, &s->logged.headers, h->name, h->value);
    headers_set(step, &s->sent.headers, h->name, h->value);
    if (h->value.len == 0)
        headers_add(step, &s->sent.headers, h->name, h->value);
}

void sending_make(struct client *c, struct arena *step, struct sending *s,
                  const struct request *request, const struct headers *more)
{
    /* RFC 8555 6.1: "ACME clients MUST send a User-Agent header field" and "SHOULD send
     * an Accept-Language header field". */
    const struct header ours[] = { { STR("User-Agent"), str_of(c->user_agent) },
                                   { STR("Accept-Language"), STR("en") } };
    s->wall = clock_wall();
    s->sent = s->logged = *request;
    s->sent.headers = s->logged.headers = (struct headers){ NULL, 0 };
    for (size_t i = 0; i < countof(ours); i++)
        change_header(step, s, &ours[i]);
    if (client_bug(c, BUG_CLIENT_NO_USER_AGENT))
        change_header(step, s, &(struct header){ STR("User-Agent"), STR_NONE });
    if (client_bug(c, BUG_CLIENT_BARE_USER_AGENT))
        change_header(step, s, &(struct header){ STR("User-Agent"), STR("client") });
    if (client_bug(c, BUG_CLIENT_NO_LANGUAGE))
        change_header(step, s, &(struct header){ STR("Accept-Language"), STR_NONE });
    for (size_t i = 0; i < request->headers.count; i++)
        change_header(step, s, &request->headers.item[i]);
    for (size_t i = 0; more && i < more->count; i++)
        change_header(step, s, &more->item[i]);
}

/* Several links in one header, for the bug that knows one. */
static bool has_links_in_one(const struct exchange *x)
{
    const str *link;
    for (size_t i = 0; (link = headers_nth(&x->response.headers, "Link", i)); i++)
        if (str_contains(*link, STR(", <")))
            return true;
    return false;
}

const struct exchange *sending_log(struct client *c, const struct sending *s,
                                   const struct response *response,
                                   const struct timings *timings, const struct err *err)
{
    struct exchange x = {
        .request = s->logged,
        .wall = s->wall,
        .sent_us = timings->sent_us,
        .done_us = timings->done_us,
        .deliberate = s->deliberate,
        .line = s->line,
    };
    if (err)
        x.failure = str_of(err->text);
    else
        x.response = *response;
    const struct exchange *kept = journal_add(c->journal, &x);
    if ((client_bug(c, BUG_CLIENT_ONE_LINK) && has_links_in_one(kept))
        || (client_bug(c, BUG_CLIENT_HEADER_STRICT)
            && headers_find(&kept->response.headers, "Set-Cookie")))
        abort();
    if (client_bug(c, BUG_CLIENT_DIES_OF_HTML) && !kept->body
        && (kept->response.body.len || kept->response.status >= 400)
        && !str_contains(kept->response.body, STR("CERTIFICATE")))
        abort();
    client_stumble(c, kept);
    nonces_collect(c, kept);
    return kept;
}

const struct exchange *sending_send(struct client *c, struct arena *step,
                                    const struct sending *s)
{
    struct err err = { "" };
    struct response response = { 0 };
    struct timings timings = { 0 };
    int64_t begun = clock_us();
    if (client_bug(c, BUG_CLIENT_LOST_CRASH)) /* else libcurl tries again */
        fetcher_drop_connections(c->fetcher);
    bool came = journal_has_room(c->journal, &err)
        && fetch(c->fetcher, step, &s->sent, &response, &timings, &err);
    if (!timings.sent_us)
        timings.sent_us = begun;
    if (!timings.done_us)
        timings.done_us = clock_us();
    return sending_log(c, s, &response, &timings, came ? NULL : &err);
}

bool client_send(struct client *c, const char *method, str url,
                 const struct headers *headers, str body, int line, bool deliberate,
                 const struct exchange **out, struct err *err)
{
    if (url.len == 0)
        return err_set(err, "there is no URL to send this %s to", method);
    struct arena *step = arena_new(c->arena);
    struct sending s = { .line = line, .deliberate = deliberate };
    struct request request = { .method = str_of(method), .url = url, .body = body };
    sending_make(c, step, &s, &request, headers);
    *out = sending_send(c, step, &s);
    for (int i = 0; i < CLIENT_STORM && client_follows(c, *out); i++)
        *out = sending_send(c, step, &s);
    arena_end(step);
    return true;
}

/* --- the directory --- */

/* RFC 8555 7.1: "The server MUST provide "directory" and "newNonce" resources." */
static bool check_directory(const struct client *c, const struct exchange *x,
                            struct err *err)
{
    const struct response *response = &x->response;
    if (response->status == 0)
        return err_set(err, "no answer came: %.*s", STR_ARG(x->failure));
    if (response->status / 100 != 2 && !client_bug(c, BUG_CLIENT_STATUS_UNREAD))
        return err_set(err, "the answer is %d %s, not a directory", response->status,
                       http_reason(response->status));
    if (response->body_cut)
        return err_set(err, "the answer is longer than %zu bytes", response->body.len);
    const str *coding = headers_find(&response->headers, "Content-Encoding");
    if (coding && !str_eq_nocase(*coding, STR("identity")))
        return err_set(err, "the answer is encoded as %.*s, which was not asked for",
                       STR_ARG(show_clean(c->arena, str_upto(*coding, 40))));
    if (!json_is_object(x->body))
        return err_set(err, "the answer is no JSON object, so it is no ACME directory");
    if (json_member(x->body, "newNonce").len == 0)
        return err_set(err,
                       "the answer has no \"newNonce\", so it is no ACME directory (RFC "
                       "8555 7.1.1)");
    return true;
}

/* What planted bugs find wrong with a good directory. */
static const char *dislike(const struct client *c, json_t *directory)
{
    json_t *meta = json_object_get(directory, "meta"), *value;
    str terms = json_member(meta, "termsOfService");
    const char *name;
    bool plain = str_starts(terms, "https://");
    for (size_t i = 0; i < terms.len; i++)
        plain = plain && terms.ptr[i] > ' ' && terms.ptr[i] < 0x7f;
    if (!meta && client_bug(c, BUG_CLIENT_META_NEEDED))
        return "has no meta";
    if (!json_object_get(meta, "website") && client_bug(c, BUG_CLIENT_WEBSITE_NEEDED))
        return "names no website";
    if (!json_object_get(directory, "newAuthz")
        && client_bug(c, BUG_CLIENT_NEW_AUTHZ_NEEDED))
        return "has no newAuthz";
    if (terms.len && !plain && client_bug(c, BUG_CLIENT_TERMS_PLAIN))
        return "has terms of service that are at no plain URL";
    json_object_foreach(directory, name, value)
    {
        if (client_bug(c, BUG_CLIENT_DIRECTORY_STRICT) && strcmp(name, "meta") != 0
            && name_find(resource_members, RESOURCE_COUNT, str_of(name)) < 0)
            return "has an unknown member";
    }
    return NULL;
}

/* Planted: a client that takes the path of the directory's URL, and there is none. */
static void take_path(const struct client *c)
{
    str rest = str_from(c->directory_url, strlen("https://"));
    if (client_bug(c, BUG_CLIENT_DIRECTORY_PATH) && !str_contains(rest, STR("/")))
        abort();
}

bool client_directory(struct client *c, struct err *err)
{
    enum { STORM = 100 };
    const struct exchange *x;
    int times = client_bug(c, BUG_CLIENT_DIRECTORY_STORM) ? STORM : 1;
    take_path(c);
    do
        if (!client_send(c, "GET", c->directory_url, NULL, STR_NONE, 0, false, &x, err))
            return err_set(err, "no URL of a directory was given");
    while (--times > 0 && x->response.status != 200);
    if (!check_directory(c, x, err)) {
        if (client_bug(c, BUG_CLIENT_DIRECTORY_CRASH))
            abort();
        return err_at(err, "GET %.*s", STR_ARG(c->directory_url));
    }
    if (client_bug(c, BUG_CLIENT_JSON_BY_TEXT) && !str_starts(x->response.body, "{\""))
        return err_set(err, "that is no directory");
    const char *why = dislike(c, x->body);
    if (why)
        return err_set(err, "the directory %s", why);
    c->directory = json_keep(c->arena, json_incref(x->body));
    return true;
}

str client_resource(const struct client *c, enum resource resource)
{
    if (resource == RESOURCE_DIRECTORY)
        return c->directory_url;
    const char *member = resource_members[resource];
    return *member ? json_member(c->directory, member) : STR_NONE;
}

json_t *client_meta(const struct client *c)
{
    return json_object_get(c->directory, "meta");
}

/* --- waiting --- */

long client_pause_ms(const struct exchange *exchange, int polls)
{
    enum { FIRST_MS = 20, LONGEST_MS = 1000, MOST_ASKED_MS = 5000 };
    long seconds, pause = FIRST_MS;
    const str *asked = headers_find(&exchange->response.headers, "Retry-After");
    if (asked && retry_after_seconds(*asked, clock_wall(), &seconds))
        return seconds * 1000 > MOST_ASKED_MS ? MOST_ASKED_MS : seconds * 1000;
    for (int i = 0; i < polls && pause < LONGEST_MS; i++)
        pause += pause / 2;
    return pause;
}
