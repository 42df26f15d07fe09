/* SPDX-License-Identifier: MIT */
/* http-01 as a CA performs it (RFC 8555 8.3): fetch over plain HTTP from an address that
 * DNS gave, follow redirects, compare. */
#include "acme/challenge.h"
#include "crypto/b64url.h"
#include "http/fetch.h"
#include "mocks/ca_identifier.h"
#include "mocks/ca_validate.h"

enum { MOST_REDIRECTS = 10, MOST_BODY = 4096 };

/* Where a URL's port leads here: 80 and 443 are where the challenges go. */
static int port_for(const struct query_for *q, const struct url *url)
{
    const struct ca_options *o = &q->ca->options;
    if (url->port == 80)
        return o->http_port;
    return url->port == 443 ? o->tls_port : url->port;
}

static struct fetcher *fetcher_for(const struct query_for *q, const struct url *url,
                                   str address)
{
    long left = bug_on(q->ca, BUG_HTTP_IMPATIENT) ? 500 : query_left_ms(q);
    long connect = q->ca->options.connect_ms;
    struct fetch_options options = {
        .insecure = true, /* RFC 8555 8.3: a certificate is being asked for just now */
        .connect_ms = connect < left ? connect : left,
        .total_ms = left,
        .body_ceiling = MOST_BODY,
        .pin_host = url->host,
        .pin_address = address,
        .pin_port = port_for(q, url),
        .user_agent = "acmespec mock CA (http-01 validation)"
    };
    return fetcher_new(q->arena, &options);
}

static enum problem_type problem_of(const struct err *err)
{
    str text = str_of(err->text);
    return str_contains(text, STR("TLS handshake"))
            || str_contains(text, STR("certificate of"))
        ? PROBLEM_TLS
        : PROBLEM_CONNECTION;
}

/* Planted: the name that an alias stands for. */
static void add_alias_host(const struct query_for *q, const struct url *url,
                           struct headers *headers)
{
    struct resolution found;
    if (bug_on(q->ca, BUG_HTTP_ALIAS_HOST)
        && finding_is_good(validate_lookup(q, url->host, DNS_A, &found))
        && found.hop_count && found.hop[0].alias.len)
        headers_add(q->arena, headers, STR("Host"), found.hop[0].alias);
}

/* The host of the URL, and its port unless it is the usual one (RFC 9110 7.2). */
static str capitals(const struct query_for *q, const struct url *url)
{
    char *text = str_z(q->arena, url->host);
    for (size_t i = 0; i < url->host.len; i++)
        text[i] = char_in_case(text[i], true);
    return url->port == 80 ? (str){ text, url->host.len }
                           : arena_printf(q->arena, "%s:%d", text, url->port);
}

static struct finding fetch_from(const struct query_for *q, const struct url *url,
                                 str text, str address, struct response *response)
{
    struct err err;
    struct timings timings;
    struct request request = { .method = STR("GET"), .url = text };
    *response = (struct response){ .status = 0 };
    headers_add(q->arena, &request.headers, STR("Accept"), STR("*/*"));
    if (bug_on(q->ca, BUG_HTTP_HOST_ADDRESS))
        headers_add(q->arena, &request.headers, STR("Host"), address);
    if (bug_on(q->ca, BUG_ADDRESS_HOST) && q->identifier.ip)
        headers_add(q->arena, &request.headers, STR("Host"),
                    challenge_sni(q->arena, q->identifier.value));
    if (bug_on(q->ca, BUG_ADDRESS_NO_BRACKETS)
        && str_contains(q->identifier.value, STR(":")))
        headers_add(q->arena, &request.headers, STR("Host"), q->identifier.value);
    if (bug_on(q->ca, BUG_HTTP_HOST_PORT))
        headers_add(q->arena, &request.headers, STR("Host"),
                    arena_printf(q->arena, "%.*s:8080", STR_ARG(url->host)));
    if (q->ca->options.capital_host)
        headers_add(q->arena, &request.headers, STR("Host"), capitals(q, url));
    add_alias_host(q, url, &request.headers);
    if (bug_on(q->ca, BUG_HTTP_HEAD))
        request.method = STR("HEAD");
    if (fetch(fetcher_for(q, url, address), q->arena, &request, response, &timings, &err))
        return finding_good;
    return finding_later(q, problem_of(&err), "%s", err.text);
}

/* RFC 8555 8.3: "connect to at least one of the hosts found", in turn until one answers.
 */
static struct finding fetch_any(const struct query_for *q, const struct url *url,
                                str text, struct response *response)
{
    struct strs addresses = { 0 };
    str host = url->host;
    if (str_starts(host, "["))
        host = str_upto(str_from(host, 1), str_find_char(host, ']') - 1);
    struct finding finding = validate_find(q, host, &addresses);
    size_t most = bug_on(q->ca, BUG_FIRST_ADDRESS_ONLY) ? 1 : addresses.count;
    for (size_t i = 0; i < most && i < addresses.count; i++) {
        finding = fetch_from(q, url, text, addresses.item[i], response);
        if (finding_is_good(finding))
            break;
    }
    return finding;
}

static bool is_redirect(const struct response *response)
{
    int status = response->status;
    return (status == 301 || status == 302 || status == 303 || status == 307
            || status == 308)
        && headers_find(&response->headers, "Location");
}

/* RFC 8555 10.4: a web server that could name other ports would have this CA speak to
 * whatever listens on its machine. */
static bool is_port_of_challenges(const struct query_for *q, int port)
{
    const struct ca_options *o = &q->ca->options;
    return port == 80 || port == 443 || port == o->http_port || port == o->tls_port;
}

static struct finding fetch_following(const struct query_for *q, str text,
                                      struct response *response)
{
    struct url url;
    for (int hop = 0; hop <= MOST_REDIRECTS || bug_on(q->ca, BUG_REDIRECT_FOR_EVER);
         hop++) {
        if (!url_parse(q->arena, text, &url))
            return finding_bad(
                q, PROBLEM_CONNECTION,
                "the redirect leads to \"%.*s\", which is no http or https URL",
                STR_ARG(str_upto(text, 300)));
        if (!is_port_of_challenges(q, url.port))
            return finding_bad(q, PROBLEM_CONNECTION,
                               "the redirect leads to port %d, where this CA does not go",
                               url.port);
        struct finding finding = fetch_any(q, &url, text, response);
        if (!finding_is_good(finding) || !is_redirect(response)
            || bug_on(q->ca, BUG_NO_REDIRECTS))
            return finding;
        text = url_resolve(q->arena, text, *headers_find(&response->headers, "Location"));
    }
    return finding_bad(q, PROBLEM_CONNECTION, "more than %d redirects", MOST_REDIRECTS);
}

/* --- what was fetched --- */

static bool has_status_200(struct query_for *q, const void *got)
{
    const struct response *response = got;
    return response->status == 200
        || query_why(q, "the web server answers with status %d, not 200",
                     response->status);
}

/* A key authorization has 87 bytes or so, and what is behind a whole buffer of white
 * space is not looked at any more. */
static bool is_short(struct query_for *q, const void *got)
{
    const struct response *response = got;
    return !response->body_cut || bug_on(q->ca, BUG_HTTP_PREFIX)
        || query_why(q, "the body is longer than %d bytes", MOST_BODY);
}

/* "The server SHOULD ignore whitespace characters at the end of the body." */
static str trimmed(const struct query_for *q, str body)
{
    static const char blanks[] = " \t\r\n\v\f";
    while (!bug_on(q->ca, BUG_HTTP_BODY_RAW) && body.len
           && strchr(blanks, body.ptr[body.len - 1]) && body.ptr[body.len - 1])
        body.len--;
    return body;
}

static bool body_fits(const struct query_for *q, str body)
{
    str want = q->keyauth;
    if (str_eq(body, want))
        return true;
    if (bug_on(q->ca, BUG_HTTP_PREFIX))
        return str_starts(body, str_z(q->arena, want));
    if (bug_on(q->ca, BUG_HTTP_CASE))
        return str_eq_nocase(body, want);
    /* Only the part before the dot, so that any account's key does. */
    return bug_on(q->ca, BUG_HTTP_TOKEN_ONLY)
        && str_eq(str_upto(body, str_find_char(body, '.')), q->token);
}

static bool has_keyauth(struct query_for *q, const void *got)
{
    const struct response *response = got;
    if (body_fits(q, trimmed(q, response->body)))
        return true;
    return bug_on(q->ca, BUG_ERROR_SHOWS_BODY)
        ? query_why(q, "the body is \"%.*s\"", STR_ARG(str_upto(response->body, 1000)))
        : query_why(q, "the body is not the key authorization");
}

/* A planted bug: no RFC wants it. */
static bool has_text_plain(struct query_for *q, const void *got)
{
    const struct response *response = got;
    return !bug_on(q->ca, BUG_HTTP_WANTS_TEXT)
        || media_type_is(&response->headers, "text/plain")
        || query_why(q, "the Content-Type is not text/plain");
}

/* clang-format off */
static const struct query_check checks[] = {
    { "http-status",  "RFC 8555 8.3", BUG_HTTP_STATUS_UNCHECKED, PROBLEM_INCORRECT_RESPONSE, has_status_200 },
    { "http-type",    "no RFC",       BUG_NONE,                  PROBLEM_INCORRECT_RESPONSE, has_text_plain },
    { "http-length",  "RFC 8555 8.3", BUG_NONE,                  PROBLEM_INCORRECT_RESPONSE, is_short },
    { "http-keyauth", "RFC 8555 8.3", BUG_HTTP_BODY_UNCHECKED,   PROBLEM_INCORRECT_RESPONSE, has_keyauth },
};
/* clang-format on */

/* RFC 8555 8.3: "http://{domain}/.well-known/acme-challenge/{token}"; RFC 8738 5 has an
 * address in the host's place. */
static str first_url(const struct query_for *q, const char *scheme)
{
    str host = url_host(q->arena, q->identifier.value);
    return arena_printf(q->arena, "%s://%.*s%.*s%s", scheme, STR_ARG(host),
                        STR_ARG(challenge_path(q->arena, q->token)),
                        bug_on(q->ca, BUG_HTTP_QUERY) ? "?t=1" : "");
}

static void keep_seen(const struct query_for *q, const struct response *response)
{
    const str *type = headers_find(&response->headers, "Content-Type");
    query_seen(q, "status", json_integer(response->status));
    query_seen_text(q, "body", response->body);
    query_seen(q, "exact", json_boolean(str_eq(response->body, q->keyauth)));
    if (type)
        query_seen_text(q, "contentType", *type);
}

/* Whether the answer may be another one soon: not found yet, or out of order. */
static bool is_passing(int status)
{
    return status == 404 || status == 429 || status >= 500;
}

struct finding validate_http(struct query_for *q)
{
    struct response response = { 0 };
    if (bug_on(q->ca, BUG_HTTP_OVER_TLS))
        fetch_following(q, first_url(q, "https"), &response);
    struct finding finding = fetch_following(q, first_url(q, "http"), &response);
    if (!finding_is_good(finding))
        return finding;
    keep_seen(q, &response);
    finding = query_checks(q, checks, countof(checks), &response);
    finding.later = is_passing(response.status);
    return finding;
}

/* --- what was never offered --- */

static bool is_served(const struct query_for *q, str token)
{
    struct query_for other = *q;
    struct response response = { 0 };
    other.token = token;
    return finding_is_good(fetch_following(&other, first_url(&other, "http"), &response))
        && response.status / 100 == 2 && str_contains(response.body, token);
}

/* A text that has more than most buffers for paths. */
static str long_text(struct arena *a)
{
    enum { LONG = 3000 };
    char *text = arena_alloc(a, 1, LONG + 1);
    memset(text, 'a', LONG);
    return (str){ text, LONG };
}

/* RFC 8555 8.3: a client that copies the token "MUST validate that the token in the
 * request matches the token syntax". */
void validate_http_stray(struct query_for *q)
{
    str stray = b64url_encode(q->arena, sha256(q->arena, q->token));
    query_seen(q, "strayEchoed",
               json_boolean(is_served(q, stray) || is_served(q, long_text(q->arena))));
    query_seen(q, "oddEchoed", json_boolean(is_served(q, STR("no.token.of~acme"))));
}
