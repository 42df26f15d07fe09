/* SPDX-License-Identifier: MIT */
/* URLs by RFC 3986: a reference seen from a base (5.2), and the parts of an http(s) URL.
 * What is no URL by its grammar is refused, so that checks may rest on it. */
#include "http/message.h"

/* RFC 3986 appendix B; what is absent differs from what is empty. */
struct parts {
    str scheme, authority, path, query, fragment;
    bool has_scheme, has_authority, has_query, has_fragment;
};

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

static size_t find_any(str s, const char *set)
{
    size_t at = 0;
    while (at < s.len && !one_of(s.ptr[at], set))
        at++;
    return at;
}

/* RFC 3986 3.1 */
static bool is_scheme(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_alpha(s.ptr[i])
            && (i == 0 || (!is_digit(s.ptr[i]) && !one_of(s.ptr[i], "+-."))))
            return false;
    return s.len > 0;
}

static struct parts parts_of(str s)
{
    struct parts p = { .scheme = STR_NONE, .authority = STR_NONE };
    size_t at = find_any(s, ":/?#");
    if (at < s.len && s.ptr[at] == ':' && is_scheme(str_upto(s, at))) {
        p.has_scheme = true;
        p.scheme = str_upto(s, at);
        s = str_from(s, at + 1);
    }
    at = str_find_char(s, '#');
    p.has_fragment = at < s.len;
    p.fragment = str_from(s, at + 1);
    s = str_upto(s, at);
    at = str_find_char(s, '?');
    p.has_query = at < s.len;
    p.query = str_from(s, at + 1);
    s = str_upto(s, at);
    p.has_authority = str_starts(s, "//");
    if (p.has_authority) {
        s = str_from(s, 2);
        p.authority = str_upto(s, str_find_char(s, '/'));
        s = str_from(s, p.authority.len);
    }
    p.path = s;
    return p;
}

/* The length of the output without its last segment and that segment's "/". */
static size_t without_last(const char *out, size_t len)
{
    while (len > 0 && out[len - 1] != '/')
        len--;
    return len > 0 ? len - 1 : 0;
}

/* RFC 3986 5.2.4, its steps A to E. */
static str without_dots(struct arena *a, str in)
{
    char *out = arena_alloc(a, 1, in.len + 1);
    size_t len = 0;
    while (in.len) {
        if (str_starts(in, "../")) {
            in = str_from(in, 3);
        } else if (str_starts(in, "./") || str_starts(in, "/./")) {
            in = str_from(in, 2);
        } else if (str_is(in, "/.")) {
            in = STR("/");
        } else if (str_starts(in, "/../")) {
            in = str_from(in, 3);
            len = without_last(out, len);
        } else if (str_is(in, "/..")) {
            in = STR("/");
            len = without_last(out, len);
        } else if (str_is(in, ".") || str_is(in, "..")) {
            in = STR_NONE;
        } else {
            size_t step = 1 + str_find_char(str_from(in, 1), '/');
            memcpy(out + len, in.ptr, step);
            len += step;
            in = str_from(in, step);
        }
    }
    return (str){ out, len };
}

/* RFC 3986 5.2.3 */
static str merged(struct arena *a, const struct parts *base, str path)
{
    if (base->has_authority && base->path.len == 0)
        return arena_printf(a, "/%.*s", STR_ARG(path));
    size_t keep = base->path.len;
    while (keep > 0 && base->path.ptr[keep - 1] != '/')
        keep--;
    return arena_printf(a, "%.*s%.*s", STR_ARG(str_upto(base->path, keep)),
                        STR_ARG(path));
}

/* RFC 3986 5.2.2; the reference has no scheme. */
static struct parts seen_from(struct arena *a, const struct parts *base, struct parts r)
{
    r.has_scheme = base->has_scheme;
    r.scheme = base->scheme;
    if (r.has_authority) {
        r.path = without_dots(a, r.path);
        return r;
    }
    r.has_authority = base->has_authority;
    r.authority = base->authority;
    if (r.path.len == 0) {
        r.path = base->path;
        if (!r.has_query) {
            r.has_query = base->has_query;
            r.query = base->query;
        }
    } else if (r.path.ptr[0] == '/') {
        r.path = without_dots(a, r.path);
    } else {
        r.path = without_dots(a, merged(a, base, r.path));
    }
    return r;
}

/* RFC 3986 5.3 */
static str composed(struct arena *a, const struct parts *p)
{
    return arena_printf(a, "%.*s%s%s%.*s%.*s%s%.*s%s%.*s", STR_ARG(p->scheme),
                        p->has_scheme ? ":" : "", p->has_authority ? "//" : "",
                        STR_ARG(p->authority), STR_ARG(p->path), p->has_query ? "?" : "",
                        STR_ARG(p->query), p->has_fragment ? "#" : "",
                        STR_ARG(p->fragment));
}

str url_resolve(struct arena *a, str base, str reference)
{
    struct parts from = parts_of(base), to = parts_of(reference);
    if (to.has_scheme)
        to.path = without_dots(a, to.path);
    else
        to = seen_from(a, &from, to);
    return composed(a, &to);
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (one_of(c, "abcdef"))
        return c - 'a' + 10;
    return one_of(c, "ABCDEF") ? c - 'A' + 10 : -1;
}

/* Whether a "%" with two hexadecimal digits stands there. */
static bool is_escape(str s, size_t at)
{
    return s.ptr[at] == '%' && s.len - at >= 3 && hex_value(s.ptr[at + 1]) >= 0
        && hex_value(s.ptr[at + 2]) >= 0;
}

/* Only unreserved characters, sub-delims, escapes and `more` (RFC 3986 2). */
static bool has_only(str s, const char *more)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!is_alpha(c) && !is_digit(c) && !one_of(c, "-._~!$&'()*+,;=")
            && !one_of(c, more) && !is_escape(s, i))
            return false;
    }
    return true;
}

/* host [ ":" port ]; the brackets of an IPv6 address stay on.  RFC 9110 4.2.1 wants a
 * host, 4.2.4 allows no userinfo. */
static bool parse_authority(str authority, struct url *out)
{
    size_t shut = str_starts(authority, "[") ? str_find_char(authority, ']') + 1 : 0;
    if (shut > authority.len)
        return false;
    str behind = str_from(authority, shut);
    size_t colon = shut + str_find_char(behind, ':');
    out->host = str_upto(authority, colon);
    str name = shut ? str_upto(str_from(out->host, 1), shut - 2) : out->host;
    if (name.len == 0 || (shut && colon != shut) || !has_only(name, shut ? ":" : ""))
        return false;
    str port = str_from(authority, colon + 1);
    long number = 0;
    out->has_port = port.len > 0;
    out->port = str_eq_nocase(out->scheme, STR("https")) ? 443 : 80;
    if (!out->has_port)
        return true;
    if (!str_to_long(port, 65535, &number) || number == 0)
        return false;
    out->port = (int)number;
    return true;
}

bool url_parse(struct arena *a, str text, struct url *out)
{
    struct parts p = parts_of(text);
    *out = (struct url){ .scheme = STR_NONE, .host = STR_NONE, .path = STR_NONE };
    if (str_eq_nocase(p.scheme, STR("https")))
        out->scheme = STR("https");
    else if (str_eq_nocase(p.scheme, STR("http")))
        out->scheme = STR("http");
    else
        return false;
    if (!p.has_authority || !parse_authority(p.authority, out) || !has_only(p.path, ":@/")
        || !has_only(p.query, ":@/?") || !has_only(p.fragment, ":@/?"))
        return false;
    out->path = arena_printf(a, "%s%.*s%s%.*s", p.path.len ? "" : "/", STR_ARG(p.path),
                             p.has_query ? "?" : "", STR_ARG(p.query));
    return true;
}

str url_host(struct arena *a, str host)
{
    bool bare = str_contains(host, STR(":")) && !str_starts(host, "[");
    return bare ? arena_printf(a, "[%.*s]", STR_ARG(host)) : host;
}

str url_decode(struct arena *a, str s)
{
    char *out = arena_alloc(a, 1, s.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        bool escape = is_escape(s, i);
        out[len++] = escape
            ? (char)(hex_value(s.ptr[i + 1]) * 16 + hex_value(s.ptr[i + 2]))
            : s.ptr[i];
        i += escape ? 2 : 0;
    }
    return (str){ out, len };
}
